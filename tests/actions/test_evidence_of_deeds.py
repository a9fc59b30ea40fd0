"""Every deed that matters leaves an entry, in its own transaction and once."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select

from service.actions.acknowledge import acknowledge, open_document
from service.actions.add_recipients import add_recipient
from service.actions.answer_inquiry import answer_inquiry
from service.actions.ask import ask
from service.actions.correct_document import replace_document
from service.actions.enrol_kiosk import add_kiosk, enrol
from service.actions.export_report import export_report
from service.actions.import_directory import import_directory
from service.actions.list_recipients import list_recipients
from service.actions.manage_accounts import Term, deactivate, first_administrator, grant_role, revoke_role, setup_code
from service.actions.manage_tokens import create_token, revoke_token
from service.actions.post_document import post_document
from service.actions.record_absence import exempt
from service.actions.record_refusal import ONCE_IN, refuse_document, refuse_reading, refuse_report
from service.domain.control import ControlQuestion
from service.domain.corrections import Replacement
from service.domain.deadlines import WorkingDays
from service.domain.documents import Mode, NewFile
from service.domain.errors import BadKioskCode, NotFound, OldRevision
from service.domain.evidence import instant
from service.domain.inquiries import Kind
from service.domain.list_digests import NOTHING_LISTED, ListedPerson, digest_of_range
from service.domain.receipts import Route
from service.domain.roles import OPERATOR, Actor, Role
from service.reading.rows import Source
from service.runtime import Runtime
from service.store.tables import distributions, evidence, list_ranges, receipts
from tests.fakes import FakeClock
from tests.makers import make_account, make_actor, make_person, make_posting, make_unit

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def deeds(runtime: Runtime) -> list[dict[str, Any]]:
    with runtime.sessions() as session:
        return [
            json.loads(text) for text in session.execute(select(evidence.c.entry).order_by(evidence.c.id)).scalars()
        ]


def told(runtime: Runtime) -> list[tuple[str, str, dict[str, Any]]]:
    return [(one["deed"], one["by"], one["about"]) for one in deeds(runtime)]


@pytest.fixture
def reader(runtime: Runtime) -> Actor:
    with runtime.sessions.begin() as session:
        person_id = make_person(session, make_unit(session, code="P1"), code="LAN")
        return make_actor(account_id=make_account(session, person_id, username="lan"), person_id=person_id)


def send(runtime: Runtime, audience: str = "all") -> int:
    posted = post_document(runtime, OPERATOR, make_posting(audience=audience))
    list_recipients(runtime)
    return posted.distribution_id


def test_posting_keeps_the_digests_of_text_and_files_and_listing_that_of_the_list(
    runtime: Runtime, reader: Actor
) -> None:
    posting = make_posting(body="", files=(NewFile("a.txt", "text/plain", b""), NewFile("b.txt", "text/plain", b"")))
    posted = post_document(runtime, OPERATOR, posting, key="k")
    assert post_document(runtime, OPERATOR, posting, key="k").is_repeat
    list_recipients(runtime)
    (first, _, about), (second, _, listed) = told(runtime)
    assert (first, second) == ("posted", "list frozen")
    assert about == {
        "distribution": posted.distribution_id,
        "document": posted.document_id,
        "revision": 1,
        "body": EMPTY,
        "files": f"{EMPTY} {EMPTY}",
        "due_at": None,
        "posting_sha256": about["posting_sha256"],
    }
    assert listed["listed"] == 1
    assert listed["digest"] == digest_of_list(runtime, posted.distribution_id).hex()


QUESTION = ControlQuestion("Ai ký?", ("Giám đốc", "Văn thư"), 1)
VARIANTS: dict[str, Any] = {
    "title": "Về việc khác",
    "number": "99/QĐ-SKHCN",
    "mode": Mode.INFORM,
    "due": WorkingDays(3),
    "audience": "all",
    "questions": (replace(QUESTION, right=2),),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_posting_binds_what_it_says_of_itself(runtime: Runtime, reader: Actor, name: str) -> None:
    asked: dict[str, Any] = {"mode": Mode.ACKNOWLEDGE, "due": WorkingDays(2), "audience": "unit:P1"}
    asked["questions"] = () if name == "mode" else (QUESTION,)
    for changes in ({}, {}, {name: VARIANTS[name], **({"due": None} if name == "mode" else {})}):
        post_document(runtime, OPERATOR, make_posting(**asked | changes))
    first, same, other = (about for _, _, about in told(runtime))
    assert first["posting_sha256"] == same["posting_sha256"] != other["posting_sha256"]
    assert (first["due_at"] == other["due_at"]) == (name not in {"due", "mode"})


def test_a_replacement_names_the_new_deadline(runtime: Runtime, reader: Actor) -> None:
    posted = post_document(runtime, OPERATOR, make_posting(mode=Mode.ACKNOWLEDGE, due=WorkingDays(2)))
    new = Replacement(replaces=1, note="Sai ngày.", body="Hai.", due=WorkingDays(4))
    replace_document(runtime, OPERATOR, posted.distribution_id, new)
    with runtime.sessions() as session:
        due_at = session.execute(select(distributions.c.due_at)).scalar_one()
    assert told(runtime)[-1][2]["due_at"] == instant(due_at)


def test_reasons_words_and_answers_are_bound_and_not_repeated(runtime: Runtime, reader: Actor) -> None:
    with runtime.sessions.begin() as session:
        make_person(session, make_unit(session), code="MINH")
    posting = make_posting(audience="unit:P1", mode=Mode.ACKNOWLEDGE, questions=(QUESTION,))
    distribution_id = post_document(runtime, OPERATOR, posting).distribution_id
    list_recipients(runtime)
    acknowledge(runtime, reader, distribution_id, 1, Route.INBOX, {1: 2})
    inquiry = ask(runtime, reader, distribution_id, Kind.QUESTION, "Hạn đến bao giờ?")
    answer_inquiry(runtime, OPERATOR, inquiry, "Đến thứ Sáu.")
    assert reader.person_id is not None
    exempt(runtime, OPERATOR, distribution_id, reader.person_id, "Không thuộc diện.")
    add_recipient(runtime, OPERATOR, distribution_id, "MINH", "Bổ sung.")
    bound = [{key: value for key, value in about.items() if key.endswith("_sha256")} for _, _, about in told(runtime)]
    assert bound[2:] == [
        {"answers_sha256": sha256(b"[[1,2]]").hexdigest()},
        *(
            {key: sha256(words.encode()).hexdigest()}
            for key, words in (
                ("words_sha256", "Hạn đến bao giờ?"),
                ("words_sha256", "Đến thứ Sáu."),
                ("reason_sha256", "Không thuộc diện."),
                ("reason_sha256", "Bổ sung."),
            )
        ),
    ]


def digest_of_list(runtime: Runtime, distribution_id: int) -> bytes:
    """By the rule of the domain, out of the receipts."""
    columns = [receipts.c[name] for name in ListedPerson._fields]
    digest, after = NOTHING_LISTED, 0
    with runtime.sessions() as session:
        for upto in session.execute(select(list_ranges.c.upto).order_by(list_ranges.c.upto)).scalars():
            of_range = (receipts.c.distribution_id == distribution_id, receipts.c.person_id > after)
            query = select(*columns).where(*of_range, receipts.c.person_id <= upto).order_by(receipts.c.person_id)
            digest = digest_of_range(digest, map(ListedPerson._make, session.execute(query)))
            after = upto
    return digest


def test_opening_and_confirming_are_written_the_first_time_only(runtime: Runtime, reader: Actor) -> None:
    distribution_id = send(runtime)
    for _ in range(2):
        open_document(runtime, reader, distribution_id, Route.INBOX)
        acknowledge(runtime, reader, distribution_id, 1, Route.MAIL_LINK)
    with pytest.raises(OldRevision):
        acknowledge(runtime, reader, distribution_id, 2, Route.INBOX)
    about = {"distribution": distribution_id, "person": reader.person_id, "revision": 1}
    assert told(runtime)[2:] == [
        ("opened", reader.caller, about | {"route": "inbox"}),
        ("acknowledged", reader.caller, about | {"route": "mail_link"}),
    ]


def test_the_first_administrator_is_written_like_any_role(runtime: Runtime) -> None:
    code = setup_code(runtime)
    assert code is not None
    first_administrator(runtime, code, "quantri", "mot mat khau du dai")
    ((deed, by, about),) = told(runtime)
    assert (deed, by, about["role"], about["granted"]) == ("role changed", "operator", "administrator", True)


def test_roles_accounts_and_tokens_are_written_when_they_change(runtime: Runtime, reader: Actor) -> None:
    admin = make_actor(Role.ADMINISTRATOR, account_id=reader.account_id)
    for _ in range(2):
        grant_role(runtime, admin, "lan", Role.AUDITOR)
    revoke_role(runtime, admin, "lan", Role.AUDITOR)
    with pytest.raises(NotFound):
        revoke_role(runtime, admin, "lan", Role.AUDITOR)
    token = create_token(runtime, admin, "lan", "báo cáo")
    revoke_token(runtime, admin, token.id)
    deactivate(runtime, admin, "lan")
    account = {"account": reader.account_id}
    auditor = account | {"role": "auditor", "unit": None}
    assert told(runtime) == [
        ("role changed", admin.caller, auditor | {"granted": True, "until": None}),
        ("role changed", admin.caller, auditor | {"granted": False}),
        ("token created", admin.caller, account | {"token": token.id}),
        ("token revoked", admin.caller, {"token": token.id}),
        ("account closed", admin.caller, account),
    ]


HEADER = "code,family_name,given_name,position,staff_class,unit_code,role"


def take(runtime: Runtime, *rows: str) -> str:
    """Import people; the digest of the file."""
    content = "\n".join((HEADER, *rows)).encode()
    import_directory(runtime, OPERATOR, Source("danh-ba.csv", io.BytesIO(content)))
    return sha256(content).hexdigest()


def test_an_import_says_what_it_changed_and_of_which_file(runtime: Runtime, reader: Actor) -> None:
    minh, lan = "MINH,Lê Văn,Minh,Chuyên viên,cong-chuc,P1,secretariat", "LAN,Trần Thị,Lan,Chuyên viên,cong-chuc,P1,"
    first, second, third = take(runtime, minh, lan), take(runtime, minh), take(runtime, minh, lan)
    unchanged: dict[str, Any] = {"units": 0, "new": 0, "changed": 0, "moved": 0, "left": 0}
    account = {"account": reader.account_id}
    assert [(deed, about) for deed, _, about in told(runtime) if deed != "role changed"] == [
        ("directory imported", unchanged | {"file_sha256": first, "new": 1, "changed": 1}),
        ("directory imported", unchanged | {"file_sha256": second, "left": 1}),
        ("account closed", account),
        ("directory imported", unchanged | {"file_sha256": third, "new": 1}),
        ("account reopened", account),
    ]


def test_an_import_that_only_looks_is_no_deed(runtime: Runtime, reader: Actor) -> None:
    row = f"{HEADER}\nLAN,Trần Thị,Lan,Trưởng phòng,cong-chuc,P1,".encode()
    assert not import_directory(runtime, OPERATOR, Source("a.csv", io.BytesIO(row)), dry_run=True).written
    assert told(runtime) == []


def test_roles_that_an_import_ends_are_written(runtime: Runtime, reader: Actor, clock: FakeClock) -> None:
    """Lan moves and manages the unit no more; Minh leaves, with a role that had still a month to run."""
    with runtime.sessions.begin() as session:
        make_unit(session, code="P2")
        minh = make_account(session, make_person(session, make_unit(session, code="P3"), code="MINH"), username="minh")
    grant_role(runtime, OPERATOR, "lan", Role.MANAGER, unit="P1")
    month = Term(clock.now, clock.now + timedelta(days=30))
    grant_role(runtime, OPERATOR, "minh", Role.AUDITOR, term=month)
    clock.move(timedelta(days=1))
    take(runtime, "LAN,Trần Thị,Lan,Chuyên viên,cong-chuc,P2,")
    (_, _, managed), (_, _, audited), *ended = told(runtime)
    assert [(deed, about) for deed, _, about in ended[1:]] == [
        ("role changed", {name: managed[name] for name in ("account", "role", "unit")} | {"granted": False}),
        ("role changed", {name: audited[name] for name in ("account", "role", "unit")} | {"granted": False}),
        ("account closed", {"account": minh}),
    ]


def test_naming_a_shared_pc_and_admitting_its_browser_are_two_deeds(runtime: Runtime) -> None:
    new = add_kiosk(runtime, OPERATOR, "Phòng bảo vệ")
    enrol(runtime, new.code)
    with pytest.raises(BadKioskCode):
        enrol(runtime, new.code)
    assert told(runtime) == [
        ("kiosk named", "operator", {"kiosk": 1}),
        ("kiosk enrolled", "kiosk:1", {"kiosk": 1}),
    ]


def test_a_report_that_leaves_the_office_is_written_with_its_moment(runtime: Runtime, reader: Actor) -> None:
    distribution_id = send(runtime)
    secretariat = make_actor(Role.SECRETARIAT, account_id=reader.account_id)
    with export_report(runtime, secretariat, distribution_id, "csv") as opened:
        deed, by, about = told(runtime)[-1]
        assert (deed, by) == ("exported", secretariat.caller), "before anything is handed out"
    assert about == {"distribution": distribution_id, "form": "csv", "as_of": instant(opened.report.as_of)}
    with pytest.raises(NotFound), export_report(runtime, reader, distribution_id, "csv"):
        pass
    assert len(told(runtime)) == 3


def test_a_refusal_is_written_once_an_hour_for_each_person_and_target(
    runtime: Runtime, reader: Actor, clock: FakeClock
) -> None:
    distribution_id = send(runtime, "person:LAN")
    other = make_actor(account_id=4711, person_id=4711)
    for _ in range(3):
        refuse_reading(runtime, other, distribution_id)
    assert told(runtime)[2:] == [("access refused", "account:4711", {"distribution": distribution_id})]
    refuse_document(runtime, other, 1)
    assert told(runtime)[3:] == [("access refused", "account:4711", {"document": 1})]
    clock.move(ONCE_IN + timedelta(seconds=1))
    refuse_report(runtime, other, distribution_id)
    assert len(told(runtime)) == 5
    refuse_report(runtime, reader, distribution_id)
    assert told(runtime)[-1][1] == reader.caller


def test_what_is_there_for_somebody_or_for_nobody_is_no_refusal(runtime: Runtime, reader: Actor) -> None:
    distribution_id = send(runtime, "person:LAN")
    before = told(runtime)
    unit_id = unit_of(runtime, distribution_id)
    refuse_reading(runtime, reader, distribution_id)
    refuse_reading(runtime, reader, 4711)
    refuse_reading(runtime, make_actor(Role.SECRETARIAT, account_id=1), distribution_id)
    refuse_report(runtime, make_actor(Role.MANAGER, account_id=1, unit_ids=frozenset({unit_id})), distribution_id)
    refuse_report(runtime, make_actor(Role.AUDITOR, account_id=1), distribution_id)
    refuse_document(runtime, make_actor(Role.LEADERSHIP, account_id=1), 1)
    refuse_document(runtime, reader, 4711)
    assert told(runtime) == before


def unit_of(runtime: Runtime, distribution_id: int) -> int:
    with runtime.sessions() as session:
        found: int = session.execute(
            select(receipts.c.unit_id).where(receipts.c.distribution_id == distribution_id)
        ).scalar_one()
        return found


def test_fifty_confirmations_of_one_receipt_at_once_are_one_entry(runtime: Runtime, reader: Actor) -> None:
    distribution_id = send(runtime)

    def confirm(_: int) -> bool:
        return acknowledge(runtime, reader, distribution_id, 1, Route.INBOX).is_repeat

    with ThreadPoolExecutor(8) as pool:
        repeats = list(pool.map(confirm, range(50)))
    assert repeats.count(False) == 1
    assert [deed for deed, _, _ in told(runtime)].count("acknowledged") == 1
