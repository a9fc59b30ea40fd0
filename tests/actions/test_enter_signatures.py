"""What was signed on paper or said, entered by somebody: all or nothing, beside what people confirmed themselves."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import RowMapping, func, select

from service.actions.acknowledge import acknowledge
from service.actions.correct_document import recall_document, replace_document
from service.actions.enter_signatures import Signature, SignedSheet, enter_for, enter_signatures, find_sheet
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.actions.print_sheet import print_sheet
from service.actions.report_coverage import report_coverage
from service.domain.corrections import Replacement
from service.domain.documents import Mode, NewFile
from service.domain.errors import (
    AlreadyConfirmed,
    BadScan,
    DocumentRecalled,
    EmptyScan,
    FileTooLarge,
    MissingReason,
    MissingScan,
    MistypedSheetCode,
    NameTwice,
    NobodyTicked,
    NotFound,
    NotOnSheet,
    Refused,
    SheetOfAnother,
    SignedBeforeSheet,
    SignedInFuture,
    UnknownSheet,
)
from service.domain.receipts import Route
from service.domain.roles import OPERATOR, Role
from service.domain.sheets import new_code
from service.runtime import Runtime
from service.store.receipts import receipt_row
from service.store.tables import evidence, receipt_events, scans
from tests.fakes import OFFICE_ZONE, FakeClock
from tests.makers import make_account, make_actor, make_person, make_posting, make_unit

SECRETARIAT = make_actor(Role.SECRETARIAT)
SCAN = NewFile("ban quet.txt", "text/plain", b"%PDF-1.7 ban quet")
PRINTED = datetime(2030, 3, 5, 9, 42, tzinfo=OFFICE_ZONE)


@dataclass(frozen=True)
class Office:
    """A document to Phòng Một (An, Bình) and Phòng Hai (Cúc), printed for everybody on 05/03; today is 09/03."""

    own_unit: int
    people: dict[str, int]
    distribution: int
    code: str

    def signed(self, *codes: str, **changes: object) -> SignedSheet:
        signatures = tuple(Signature(code) for code in codes)
        sheet = SignedSheet(self.code, signatures, date(2030, 3, 6), (SCAN,))
        return replace(sheet, **changes)  # type: ignore[arg-type]  # the dataclass itself checks the names


@pytest.fixture
def office(runtime: Runtime, clock: FakeClock) -> Office:
    clock.now = PRINTED
    with runtime.sessions.begin() as session:
        top = make_unit(session, code="SO")
        one, two = make_unit(session, code="P1", parent=top), make_unit(session, code="P2", parent=top)
        people = {
            "AN": make_person(session, one, code="AN", given_name="An"),
            "BINH": make_person(session, one, code="BINH", given_name="Bình"),
            "CUC": make_person(session, two, code="CUC", given_name="Cúc"),
        }
    posted = post_document(runtime, OPERATOR, make_posting())
    list_recipients(runtime)
    code = print_sheet(runtime, SECRETARIAT, posted.distribution_id)
    clock.move(timedelta(days=4))
    return Office(one, people, posted.distribution_id, code)


def facts(runtime: Runtime) -> dict[int, RowMapping]:
    with runtime.sessions() as session:
        return {row["person_id"]: row for row in session.execute(select(receipt_events)).mappings()}


def counted(runtime: Runtime) -> tuple[int, int, int]:
    """Facts, scans and log entries about entering."""
    entered = evidence.c.entry.like('%"deed":"entered%')
    with runtime.sessions() as session:
        return (
            session.execute(select(func.count()).select_from(receipt_events)).scalar_one(),
            session.execute(select(func.count()).select_from(scans)).scalar_one(),
            session.execute(select(func.count()).select_from(evidence).where(entered)).scalar_one(),
        )


def test_everybody_who_signed_is_recorded_with_day_scan_and_who_entered(runtime: Runtime, office: Office) -> None:
    with runtime.sessions.begin() as session:
        clerk = make_actor(Role.SECRETARIAT, account_id=make_account(session))
    given = office.signed("AN", signatures=(Signature("AN"), Signature("CUC", date(2030, 3, 5))))
    entered = enter_signatures(runtime, clerk, given)
    assert (entered.recorded, entered.known, entered.is_current) == (2, 0, True)
    an, cuc = (facts(runtime)[office.people[code]] for code in ("AN", "CUC"))
    assert (an["route"], an["account_id"], an["revision"]) == (Route.PAPER, clerk.account_id, 1)
    assert an["effective_at"] == datetime(2030, 3, 6, tzinfo=OFFICE_ZONE)
    # On the day of printing the sheet was not there before.
    assert cuc["effective_at"] == PRINTED
    assert an["recorded_at"] == cuc["recorded_at"] == runtime.clock()
    with runtime.sessions() as session:
        scan = session.execute(select(scans)).mappings().one()
    assert (scan["id"], scan["media_type"], scan["content"]) == (an["scan_id"], "application/pdf", SCAN.content)


def test_each_signature_is_evidence_with_both_moments(runtime: Runtime, office: Office) -> None:
    enter_signatures(runtime, SECRETARIAT, office.signed("AN", "BINH"))
    with runtime.sessions() as session:
        texts = session.execute(select(evidence.c.entry)).scalars()
        entries = [entry for entry in map(json.loads, texts) if entry["deed"] == "entered on paper"]
    assert {entry["about"]["person"] for entry in entries} == {office.people["AN"], office.people["BINH"]}
    assert {entry["about"]["sheet"] for entry in entries} == {office.code}
    assert all(entry["effective_at"] < entry["recorded_at"] for entry in entries)


def test_a_report_counts_a_signature_from_the_day_it_was_entered(runtime: Runtime, office: Office) -> None:
    entered_at = runtime.clock()
    enter_signatures(runtime, SECRETARIAT, office.signed("AN"))
    before, after = (
        report_coverage(runtime, OPERATOR, office.distribution, moment).identity.confirmed
        for moment in (entered_at - timedelta(seconds=1), entered_at)
    )
    assert (before, after) == (0, 1)


def test_who_confirmed_online_meanwhile_keeps_the_first(runtime: Runtime, office: Office) -> None:
    acknowledge(runtime, make_actor(person_id=office.people["AN"]), office.distribution, 1, Route.INBOX)
    entered = enter_signatures(runtime, SECRETARIAT, office.signed("AN", "BINH"))
    assert (entered.recorded, entered.known) == (1, 1)
    assert facts(runtime)[office.people["AN"]]["route"] == Route.INBOX
    assert counted(runtime) == (2, 1, 1)


def test_a_second_entry_of_a_sheet_changes_nothing_but_keeps_its_scan(runtime: Runtime, office: Office) -> None:
    enter_signatures(runtime, SECRETARIAT, office.signed("AN"))
    first = facts(runtime)
    assert enter_signatures(runtime, SECRETARIAT, office.signed("AN", signed_on=date(2030, 3, 7))).known == 1
    assert facts(runtime) == first
    assert counted(runtime) == (1, 2, 1)


def test_twenty_at_once_enter_each_signature_once(runtime: Runtime, office: Office) -> None:
    sheets = [office.signed(*(("AN", "BINH") if place % 2 else ("BINH", "AN"))) for place in range(20)]
    with ThreadPoolExecutor(5) as pool:
        done = list(pool.map(lambda sheet: enter_signatures(runtime, SECRETARIAT, sheet), sheets))
    assert sum(entered.recorded for entered in done) == 2
    assert counted(runtime) == (2, 20, 2)


def test_a_sheet_of_a_replaced_revision_stands_with_that_revision(runtime: Runtime, office: Office) -> None:
    replace_document(runtime, OPERATOR, office.distribution, Replacement(replaces=1, note="Sai ngày.", body="Mới."))
    entered = enter_signatures(runtime, SECRETARIAT, office.signed("AN"))
    assert (entered.recorded, entered.revision, entered.is_current) == (1, 1, False)
    assert facts(runtime)[office.people["AN"]]["revision"] == 1
    assert report_coverage(runtime, OPERATOR, office.distribution).identity.confirmed == 0
    with runtime.sessions() as session:
        for person_id in office.people.values():
            receipt = receipt_row(session, office.distribution, person_id)
            assert receipt is not None
            assert (receipt["status"], receipt["revision"]) == ("listed", 2)


def test_a_person_cannot_have_read_a_revision_before_it_was_there(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    replace_document(runtime, OPERATOR, office.distribution, Replacement(replaces=1, note="Sai ngày.", body="Mới."))
    replaced_at = clock()
    with pytest.raises(SignedBeforeSheet):
        enter_for(runtime, SECRETARIAT, office.distribution, "AN", date(2030, 3, 8), "gặp trực tiếp")
    clock.move(timedelta(hours=1))
    enter_for(runtime, SECRETARIAT, office.distribution, "AN", date(2030, 3, 9), "gặp trực tiếp")
    fact = facts(runtime)[office.people["AN"]]
    assert (fact["revision"], fact["effective_at"]) == (2, replaced_at)


def test_for_information_a_signature_says_that_the_person_has_read(runtime: Runtime, office: Office) -> None:
    posted = post_document(runtime, OPERATOR, make_posting(mode=Mode.INFORM, number="13/KH-SKHCN"))
    list_recipients(runtime)
    code = print_sheet(runtime, SECRETARIAT, posted.distribution_id)
    signed = office.signed("AN", code=code, signed_on=runtime.clock().date())
    enter_signatures(runtime, SECRETARIAT, signed)
    assert facts(runtime)[office.people["AN"]]["state"] == "opened"
    assert report_coverage(runtime, OPERATOR, posted.distribution_id).identity.confirmed == 1


WRONG: dict[type[Refused], dict[str, object]] = {
    MistypedSheetCode: {"code": "K7QD-2M9F"},
    UnknownSheet: {"code": new_code()},
    SheetOfAnother: {"distribution_id": 99},
    MissingScan: {"scans": ()},
    EmptyScan: {"scans": (replace(SCAN, content=b""),)},
    BadScan: {"scans": (NewFile("quet.pdf", "application/pdf", b"PK\x03\x04 docx"),)},
    NobodyTicked: {"signatures": ()},
    NameTwice: {"signatures": (Signature("AN"), Signature("BINH"), Signature("AN"))},
    NotOnSheet: {"signatures": (Signature("AN"), Signature("DUNG"))},
    SignedInFuture: {"signatures": (Signature("AN"), Signature("BINH", date(2030, 3, 10)))},
    SignedBeforeSheet: {"signatures": (Signature("AN"), Signature("BINH", date(2030, 3, 4)))},
}


@pytest.mark.parametrize("kind", WRONG, ids=lambda kind: kind.code)
def test_whatever_is_wrong_with_a_sheet_is_said_and_nothing_is_recorded(
    runtime: Runtime, office: Office, kind: type[Refused]
) -> None:
    with pytest.raises(kind):
        enter_signatures(runtime, SECRETARIAT, office.signed("AN", **WRONG[kind]))
    assert counted(runtime) == (0, 0, 0)


def test_a_scan_over_the_limit_and_several_scans_are_refused(runtime: Runtime, office: Office) -> None:
    small = replace(runtime, policy=replace(runtime.policy, max_file_bytes=10))
    with pytest.raises(FileTooLarge):
        enter_signatures(small, SECRETARIAT, office.signed("AN"))
    with pytest.raises(MissingScan):
        enter_signatures(runtime, SECRETARIAT, office.signed("AN", scans=(SCAN, SCAN)))
    assert counted(runtime) == (0, 0, 0)


def test_nothing_is_entered_for_a_recalled_document(runtime: Runtime, office: Office) -> None:
    recall_document(runtime, OPERATOR, office.distribution, "gửi nhầm")
    with pytest.raises(DocumentRecalled):
        enter_signatures(runtime, SECRETARIAT, office.signed("AN"))
    with pytest.raises(DocumentRecalled):
        enter_for(runtime, SECRETARIAT, office.distribution, "AN", date(2030, 3, 6), "gặp trực tiếp")
    assert counted(runtime) == (0, 0, 0)


def test_a_manager_enters_the_own_people_alone(runtime: Runtime, office: Office) -> None:
    manager = make_actor(Role.MANAGER, unit_ids=frozenset({office.own_unit}))
    assert [one.person_code for one in find_sheet(runtime, manager, office.code).people] == ["AN", "BINH"]
    assert enter_signatures(runtime, manager, office.signed("AN")).recorded == 1
    with pytest.raises(NotOnSheet):
        enter_signatures(runtime, manager, office.signed("BINH", "CUC"))
    with pytest.raises(UnknownSheet):
        enter_signatures(runtime, make_actor(Role.MANAGER), office.signed("AN"))
    assert counted(runtime) == (1, 1, 1)


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.LEADERSHIP, Role.AUDITOR, Role.ADMINISTRATOR])
def test_nobody_else_enters_anything(runtime: Runtime, office: Office, role: Role) -> None:
    with pytest.raises(NotFound):
        enter_signatures(runtime, make_actor(role), office.signed("AN"))
    with pytest.raises(NotFound):
        enter_for(runtime, make_actor(role), office.distribution, "AN", date(2030, 3, 6), "gặp trực tiếp")


def test_a_persons_word_is_entered_with_its_note_as_its_own_level(runtime: Runtime, office: Office) -> None:
    manager = make_actor(Role.MANAGER, unit_ids=frozenset({office.own_unit}))
    enter_for(runtime, manager, office.distribution, "AN", date(2030, 3, 6), " gặp trực tiếp ")
    fact = facts(runtime)[office.people["AN"]]
    assert (fact["route"], fact["note"], fact["scan_id"]) == (Route.ENTERED_FOR, "gặp trực tiếp", None)
    assert fact["effective_at"] == datetime(2030, 3, 6, tzinfo=OFFICE_ZONE)
    assert counted(runtime) == (1, 0, 1)


def test_what_is_wrong_with_a_persons_word_is_said(runtime: Runtime, office: Office) -> None:
    manager = make_actor(Role.MANAGER, unit_ids=frozenset({office.own_unit}))
    day = date(2030, 3, 6)
    with pytest.raises(MissingReason):
        enter_for(runtime, manager, office.distribution, "AN", day, "  ")
    with pytest.raises(SignedInFuture):
        enter_for(runtime, manager, office.distribution, "AN", date(2030, 3, 10), "gặp")
    with pytest.raises(SignedBeforeSheet):
        enter_for(runtime, manager, office.distribution, "AN", date(2030, 3, 4), "gặp")
    for code in ("CUC", "NOBODY"):
        with pytest.raises(NotFound):
            enter_for(runtime, manager, office.distribution, code, day, "gặp")
    assert counted(runtime) == (0, 0, 0)
    enter_for(runtime, manager, office.distribution, "AN", day, "gặp")
    with pytest.raises(AlreadyConfirmed):
        enter_for(runtime, manager, office.distribution, "AN", day, "gặp lần nữa")
