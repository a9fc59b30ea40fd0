import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from service.actions.acknowledge import acknowledge, open_document
from service.actions.add_recipients import add_recipient
from service.actions.announce_corrections import announce_corrections
from service.actions.confirm_recall import confirm_recall
from service.actions.correct_document import issue_erratum, recall_document, replace_document
from service.actions.deliver import deliver_due
from service.actions.enter_signatures import enter_for
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.actions.record_absence import exempt, lift_exemption
from service.actions.report_coverage import report_coverage
from service.domain.corrections import Replacement
from service.domain.documents import Mode, NewFile
from service.domain.errors import (
    CorrectedMeanwhile,
    DocumentRecalled,
    DueInPast,
    DueNeeded,
    MissingNote,
    NotFound,
    NothingChanged,
    NotRecalled,
    OldRevision,
    Refused,
    SecrecyMark,
)
from service.domain.evidence import instant
from service.domain.receipts import Route
from service.domain.roles import OPERATOR, Actor, Role
from service.runtime import Runtime
from service.store import corrections, documents, recalls, tables
from service.store.distributions import next_unlisted
from service.store.receipts import standing
from service.store.reports import Scope
from tests.fakes import OFFICE_ZONE, FakeClock, FakeMailer
from tests.locks import waits_for_a_lock
from tests.makers import make_account, make_actor, make_person, make_posting, make_unit

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SCAN = NewFile("ke hoach.pdf", "application/pdf", b"%PDF-1.7 thu")


@dataclass(frozen=True)
class Office:
    """A document was sent to Alice, Bob and Dung, who has no mailbox; Vân is the secretariat, Charlie a stranger."""

    alice: Actor
    bob: Actor
    dung: Actor
    charlie: Actor
    van: Actor
    distribution_id: int


def make_reader(session: Session, unit_id: int, **person: object) -> Actor:
    person_id = make_person(session, unit_id, **person)  # type: ignore[arg-type]  # the maker checks the names
    return make_actor(account_id=make_account(session, person_id), person_id=person_id)


@pytest.fixture
def office(runtime: Runtime) -> Office:
    with runtime.sessions.begin() as session:
        room, elsewhere = make_unit(session, code="P1"), make_unit(session)
        readers = [make_reader(session, room) for _ in range(2)]
        readers += [make_reader(session, room, email=None), make_reader(session, elsewhere, code="CHARLIE")]
        van = make_actor(Role.SECRETARIAT, account_id=make_account(session))
    alice, bob, dung, charlie = readers
    return Office(alice, bob, dung, charlie, van, send(runtime, files=(SCAN,)))


def send(runtime: Runtime, **changes: object) -> int:
    asked = {"audience": "unit:P1", "body": "Một.\nHai.", **changes}
    posted = post_document(runtime, OPERATOR, make_posting(**asked))
    list_recipients(runtime)
    return posted.distribution_id


def better(**changes: object) -> Replacement:
    return replace(Replacement(replaces=1, note="Sai ngày.", body="Một.\nBa."), **changes)  # type: ignore[arg-type]  # named


def letters(runtime: Runtime) -> Sequence[RowMapping]:
    """Once everybody was told."""
    announce_corrections(runtime)
    with runtime.sessions() as session:
        return session.execute(select(tables.deliveries).order_by(tables.deliveries.c.id)).mappings().all()


def by_occasion(runtime: Runtime) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for letter in letters(runtime):
        found.setdefault(letter["occasion"], []).append(letter["status"])
    return found


def receipts(runtime: Runtime) -> list[tuple[str, int]]:
    """What each person did about the revision in force, and which that is; in the order of listing."""
    r, d = tables.receipts.c, tables.distributions.c
    query = select(standing(), d.revision).join(tables.receipts, r.distribution_id == d.id).order_by(d.id, r.person_id)
    with runtime.sessions() as session:
        return [(status, revision) for status, revision in session.execute(query)]


def written(runtime: Runtime, deed: str) -> list[str]:
    with runtime.sessions() as session:
        entries = session.execute(select(tables.evidence.c.entry).order_by(tables.evidence.c.id)).scalars()
        return [entry for entry in entries if f'"deed":"{deed}"' in entry]


def test_an_erratum_tells_everybody_with_a_mailbox_and_keeps_confirmations(runtime: Runtime, office: Office) -> None:
    acknowledge(runtime, office.alice, office.distribution_id, 1, Route.INBOX)
    assert issue_erratum(runtime, office.van, office.distribution_id, "Trang 2: 05/3 thành 06/3.") == 1
    assert by_occasion(runtime) == {"original": ["waiting"] * 2, "erratum:1": ["waiting"] * 2}
    assert sorted(receipts(runtime)) == [("acknowledged", 1), ("listed", 1), ("listed", 1)]


def test_each_erratum_is_a_letter_of_its_own_and_says_what_is_corrected(
    runtime: Runtime, office: Office, mailer: FakeMailer
) -> None:
    issue_erratum(runtime, office.van, office.distribution_id, "Một thành Mốt.")
    issue_erratum(runtime, office.van, office.distribution_id, "Hai thành Hái.")
    announce_corrections(runtime)
    deliver_due(runtime)
    told = {(letter.edition.template, getattr(letter.edition.facts, "note", "")) for letter in mailer.letters}
    assert told == {("document", ""), ("erratum", "Một thành Mốt."), ("erratum", "Hai thành Hái.")}
    assert len({letter.message_id for letter in mailer.letters}) == 6


def test_a_form_that_is_sent_twice_makes_one_erratum(runtime: Runtime, office: Office) -> None:
    issue_erratum(runtime, office.van, office.distribution_id, "Một thành Mốt.")
    with pytest.raises(NothingChanged):
        issue_erratum(runtime, office.van, office.distribution_id, "Một thành Mốt. \n")


def test_after_a_replacement_everybody_confirms_anew_and_the_old_confirmation_stays_with_its_revision(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    acknowledge(runtime, office.alice, office.distribution_id, 1, Route.INBOX)
    clock.move(DAY)
    assert replace_document(runtime, office.van, office.distribution_id, better()) == 2
    assert receipts(runtime) == [("listed", 2)] * 3
    with pytest.raises(OldRevision, match="revision 2"):
        acknowledge(runtime, office.bob, office.distribution_id, 1, Route.INBOX)
    acknowledge(runtime, office.alice, office.distribution_id, 2, Route.INBOX)
    e = tables.receipt_events.c
    with runtime.sessions() as session:
        kept = session.execute(select(e.revision, e.state).where(e.state == "acknowledged")).all()
    assert sorted(kept) == [(1, "acknowledged"), (2, "acknowledged")]


def test_a_replacement_takes_back_what_waits_and_writes_one_new_letter_each(
    runtime: Runtime, office: Office, mailer: FakeMailer
) -> None:
    replace_document(runtime, office.van, office.distribution_id, better(number="13/KH-SKHCN"))
    assert by_occasion(runtime) == {"original": ["cancelled"] * 2, "revision:2": ["waiting"] * 2}
    announce_corrections(runtime)
    deliver_due(runtime)
    (edition,) = {letter.edition.key: letter.edition for letter in mailer.letters}.values()
    told = [getattr(edition.facts, name) for name in ("number", "body", "note", "revision")]
    assert (edition.template, told) == ("revision", ["13/KH-SKHCN", "Một.\nBa.", "Sai ngày.", 2])
    assert [file.name for file in edition.files] == ["ke hoach.pdf"], "the files of the revision before stay"


def test_new_files_stand_in_the_place_of_all_old_ones(runtime: Runtime, office: Office, mailer: FakeMailer) -> None:
    replace_document(
        runtime,
        office.van,
        office.distribution_id,
        better(files=(replace(SCAN, name=" moi\n.pdf"),), body="Một.\nHai."),
    )
    announce_corrections(runtime)
    deliver_due(runtime)
    assert [file.name for file in mailer.letters[0].edition.files] == ["moi .pdf"]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (better(note=" "), MissingNote),
        (better(body="Một.\nHai."), NothingChanged),
        (better(replaces=3), CorrectedMeanwhile),
        (better(body="MẬT"), SecrecyMark),
        (better(due=datetime(2018, 3, 5, tzinfo=OFFICE_ZONE)), DueInPast),
    ],
)
def test_a_replacement_that_is_refused_leaves_everything_as_it_was(
    runtime: Runtime, office: Office, given: Replacement, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        replace_document(runtime, office.van, office.distribution_id, given)
    assert receipts(runtime) == [("listed", 1)] * 3
    assert by_occasion(runtime) == {"original": ["waiting"] * 2}
    assert written(runtime, "corrected") == []


def test_a_deadline_that_has_passed_is_set_anew(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    late = send(runtime, due=clock.now + DAY)
    clock.move(2 * DAY)
    with pytest.raises(DueNeeded):
        replace_document(runtime, office.van, late, better())
    replace_document(runtime, office.van, late, better(due=clock.now + DAY))
    report = report_coverage(runtime, OPERATOR, late)
    assert (report.revision, report.due_at) == (2, clock.now + DAY)


def test_a_report_of_a_moment_before_a_replacement_shows_the_truth_of_the_revision_then_in_force(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    first_due = clock.now + 2 * DAY
    distribution_id = send(runtime, due=first_due)
    announce_corrections(runtime)
    deliver_due(runtime)
    acknowledge(runtime, office.alice, distribution_id, 1, Route.INBOX)
    acknowledge(runtime, office.bob, distribution_id, 1, Route.INBOX)
    before = clock.now
    clock.move(DAY)
    replace_document(runtime, office.van, distribution_id, better(due=clock.now + 9 * DAY))
    acknowledge(runtime, office.dung, distribution_id, 2, Route.INBOX)
    announce_corrections(runtime)
    deliver_due(runtime)
    then, now = (
        report_coverage(runtime, OPERATOR, distribution_id, before),
        report_coverage(runtime, OPERATOR, distribution_id),
    )
    assert (then.revision, then.identity.confirmed, then.due_at, then.levels.accepted) == (1, 2, first_due, 2)
    assert (now.revision, now.identity.confirmed, now.due_at, now.levels.accepted) == (2, 1, clock.now + 9 * DAY, 2)
    assert then.identity.holds
    assert now.identity.holds


def test_who_is_listed_after_a_replacement_gets_the_revision_in_force_as_a_first_letter(
    runtime: Runtime, office: Office, mailer: FakeMailer
) -> None:
    replace_document(runtime, office.van, office.distribution_id, better())
    issue_erratum(runtime, office.van, office.distribution_id, "Ba thành Bá.")
    announce_corrections(runtime)
    deliver_due(runtime)
    mailer.letters.clear()
    add_recipient(runtime, office.van, office.distribution_id, "CHARLIE", "Cùng thực hiện.")
    announce_corrections(runtime)
    deliver_due(runtime)
    first, erratum = mailer.letters
    assert (first.edition.template, getattr(first.edition.facts, "body", "")) == ("document", "Một.\nBa.")
    assert erratum.edition.template == "erratum"
    acknowledge(runtime, office.charlie, office.distribution_id, 2, Route.INBOX)
    report = report_coverage(runtime, OPERATOR, office.distribution_id)
    assert (report.identity.confirmed, report.levels.accepted) == (1, 3)


def test_a_part_of_the_list_drawn_after_a_replacement_begins_with_the_new_revision(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    posted = post_document(runtime, OPERATOR, make_posting(audience="unit:P1", send_at=clock.now + DAY))
    replace_document(runtime, office.van, posted.distribution_id, better())
    clock.move(2 * DAY)
    list_recipients(runtime)
    assert receipts(runtime)[3:] == [("listed", 2)] * 3
    assert by_occasion(runtime)["original:2"] == ["waiting"] * 2


def test_a_recalled_document_is_neither_opened_nor_confirmed_nor_corrected(runtime: Runtime, office: Office) -> None:
    recall_document(runtime, office.van, office.distribution_id, "Ban hành nhầm.")
    for refused in (
        lambda: open_document(runtime, office.alice, office.distribution_id, Route.INBOX),
        lambda: acknowledge(runtime, office.alice, office.distribution_id, 1, Route.INBOX),
        lambda: replace_document(runtime, office.van, office.distribution_id, better()),
        lambda: issue_erratum(runtime, office.van, office.distribution_id, "Một."),
        lambda: recall_document(runtime, office.van, office.distribution_id, "Lần nữa."),
        lambda: add_recipient(runtime, office.van, office.distribution_id, "CHARLIE", "Cùng thực hiện."),
    ):
        with pytest.raises(DocumentRecalled):
            refused()


def test_a_recall_takes_back_what_waits_and_writes_to_everybody_with_a_mailbox(
    runtime: Runtime, office: Office, mailer: FakeMailer
) -> None:
    recall_document(runtime, office.van, office.distribution_id, "Ban hành nhầm.")
    assert by_occasion(runtime) == {"original": ["cancelled"] * 2, "recall": ["waiting"] * 2}
    announce_corrections(runtime)
    deliver_due(runtime)
    edition = mailer.letters[0].edition
    told = [getattr(edition.facts, name) for name in ("note", "body", "message")]
    assert (edition.template, told, edition.files) == ("recall", ["Ban hành nhầm.", "", ""], ())


def become(runtime: Runtime, clock: FakeClock, actor: Actor, **version: object) -> None:
    """The directory learns something about a person; without anything, that they have left."""
    m = tables.memberships.c
    present = select(tables.memberships).where(m.person_id == actor.person_id, m.valid_to.is_(None))
    clock.move(HOUR)
    with runtime.sessions.begin() as session:
        row = dict(session.execute(present).mappings().one())
        session.execute(tables.memberships.update().where(m.id == row.pop("id")).values(valid_to=clock.now))
        if version:
            session.execute(tables.memberships.insert().values({**row, "valid_from": clock.now, **version}))


CORRECTIONS: dict[str, Callable[[Runtime, Office], object]] = {
    "erratum:1": lambda runtime, office: issue_erratum(runtime, office.van, office.distribution_id, "Hai thành Hái."),
    "revision:2": lambda runtime, office: replace_document(runtime, office.van, office.distribution_id, better()),
    "recall": lambda runtime, office: recall_document(runtime, office.van, office.distribution_id, "Nhầm."),
}


@pytest.mark.parametrize("occasion", CORRECTIONS)
def test_a_correction_finds_people_where_they_are_now_and_nobody_who_has_left(
    runtime: Runtime, office: Office, clock: FakeClock, occasion: str
) -> None:
    become(runtime, clock, office.alice, email="moi@skhcn.example", given_name="Lan Anh")
    become(runtime, clock, office.bob)
    become(runtime, clock, office.dung, email="dung@skhcn.example", email_problem=None)
    CORRECTIONS[occasion](runtime, office)
    told = [(one["address"], one["recipient_name"]) for one in letters(runtime) if one["occasion"] == occasion]
    assert told == [("moi@skhcn.example", "Nguyễn Văn Lan Anh"), ("dung@skhcn.example", "Nguyễn Văn Mẫu")]
    originals = [one["address"] for one in letters(runtime) if one["occasion"] == "original"]
    assert "moi@skhcn.example" not in originals


def test_who_is_exempted_is_told_of_corrections_but_not_asked_to_confirm_anew(runtime: Runtime, office: Office) -> None:
    for reader in (office.alice, office.bob):
        assert reader.person_id is not None
        exempt(runtime, office.van, office.distribution_id, reader.person_id, "Không thuộc diện.")
    assert office.bob.person_id is not None
    lift_exemption(runtime, office.van, office.distribution_id, office.bob.person_id)
    for correct in CORRECTIONS.values():
        correct(runtime, office)
        announce_corrections(runtime)
    asked = {(one["occasion"], one["person_id"]) for one in letters(runtime) if one["occasion"] != "original"}
    both = {office.alice.person_id, office.bob.person_id}
    assert asked == {
        ("revision:2", office.bob.person_id),
        *((occasion, person) for occasion in ("erratum:1", "recall") for person in both),
    }


def test_a_recall_stops_a_posting_that_was_to_be_sent_later(runtime: Runtime, office: Office, clock: FakeClock) -> None:
    posted = post_document(runtime, OPERATOR, make_posting(audience="unit:P1", send_at=clock.now + DAY))
    recall_document(runtime, office.van, posted.distribution_id, "Ban hành nhầm.")
    clock.move(2 * DAY)
    assert list_recipients(runtime) == 0
    report = report_coverage(runtime, OPERATOR, posted.distribution_id)
    assert (report.identity.listed, report.listing_done) == (0, True)
    frozen = [entry for entry in written(runtime, "list frozen") if f'"distribution":{posted.distribution_id}' in entry]
    assert len(frozen) == 1, "the list that was never drawn is witnessed as empty"


def test_each_person_confirms_a_recall_once_and_the_first_time_is_kept(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    with pytest.raises(NotRecalled):
        confirm_recall(runtime, office.alice, office.distribution_id, Route.INBOX)
    recall_document(runtime, office.van, office.distribution_id, "Ban hành nhầm.")
    first = confirm_recall(runtime, office.alice, office.distribution_id, Route.MAIL_LINK)
    clock.move(DAY)
    again = confirm_recall(runtime, office.alice, office.distribution_id, Route.INBOX)
    assert (again.at, again.is_repeat) == (first.at, True)
    with runtime.sessions() as session:
        scope = Scope(office.distribution_id)
        now = recalls.recall_progress(session, scope, clock.now, 10)
        before = recalls.recall_progress(session, scope, first.at - DAY, 10)
    assert (now.listed, now.confirmed, len(now.owing)) == (3, 1, 2)
    assert (before.listed, before.confirmed) == (0, 0)
    assert len(written(runtime, "recall confirmed")) == 1


@pytest.mark.parametrize("who", ["charlie", "van"])
def test_a_recall_is_confirmed_by_nobody_who_was_not_on_the_list(runtime: Runtime, office: Office, who: str) -> None:
    recall_document(runtime, office.van, office.distribution_id, "Ban hành nhầm.")
    with pytest.raises(NotFound):
        confirm_recall(runtime, getattr(office, who), office.distribution_id, Route.INBOX)


def test_only_the_secretariat_corrects(runtime: Runtime, office: Office) -> None:
    others = [office.alice, *(make_actor(role) for role in Role if role is not Role.SECRETARIAT)]
    for other in others:
        for refused in (
            lambda who: issue_erratum(runtime, who, office.distribution_id, "Một."),
            lambda who: replace_document(runtime, who, office.distribution_id, better()),
            lambda who: recall_document(runtime, who, office.distribution_id, "Nhầm."),
        ):
            with pytest.raises(NotFound):
                refused(other)
    with pytest.raises(NotFound):
        recall_document(runtime, office.van, 99, "Nhầm.")


def test_every_correction_leaves_its_digests_in_the_evidence(runtime: Runtime, office: Office) -> None:
    issue_erratum(runtime, office.van, office.distribution_id, "Một.")
    replace_document(runtime, office.van, office.distribution_id, better())
    recall_document(runtime, office.van, office.distribution_id, "Nhầm.")
    erratum, replacement, recall = written(runtime, "corrected")
    with runtime.sessions() as session:
        document = documents.document_row(session, 1, 2)
    assert document is not None
    assert document["body_sha256"] in replacement
    assert SCAN.meta.sha256 in replacement
    assert [f'"kind":"{kind}"' in entry for kind, entry in (("erratum", erratum), ("recall", recall))] == [True, True]
    assert not any("Nhầm" in entry or "Một" in entry for entry in (erratum, replacement, recall))


def test_a_confirmation_that_meets_a_replacement_waits_for_it_and_is_led_to_the_new_revision(
    runtime: Runtime, office: Office
) -> None:
    with runtime.sessions.begin() as session:
        assert corrections.hold(session, office.distribution_id) is not None
        thread, answers = waits_for_a_lock(
            runtime, lambda: acknowledge(runtime, office.alice, office.distribution_id, 1, Route.INBOX)
        )
        corrections.put_in_force(session, office.distribution_id, 2, None)
    thread.join()
    assert [type(answer) for answer in answers] == [OldRevision]


def test_a_confirmation_that_meets_a_recall_waits_for_it_and_is_refused(runtime: Runtime, office: Office) -> None:
    with runtime.sessions.begin() as session:
        assert corrections.hold(session, office.distribution_id) is not None
        thread, answers = waits_for_a_lock(
            runtime, lambda: acknowledge(runtime, office.alice, office.distribution_id, 1, Route.INBOX)
        )
        corrections.take_back(session, office.distribution_id, runtime.clock())
    thread.join()
    assert [type(answer) for answer in answers] == [DocumentRecalled]


def test_a_correction_waits_for_the_confirmation_that_came_first(runtime: Runtime, office: Office) -> None:
    with runtime.sessions.begin() as session:
        corrections.hold_off(session, office.distribution_id)
        thread, answers = waits_for_a_lock(
            runtime, lambda: replace_document(runtime, office.van, office.distribution_id, better())
        )
    thread.join()
    assert answers == [2]


Act = Callable[[Runtime, Office], object]
WAITING_ACTS: dict[str, Act] = {
    "erratum": lambda runtime, office: issue_erratum(runtime, office.van, office.distribution_id, "Hai thành Hái."),
    "replacement": lambda runtime, office: replace_document(runtime, office.van, office.distribution_id, better()),
    "recall": lambda runtime, office: recall_document(runtime, office.van, office.distribution_id, "Nhầm."),
}


@pytest.mark.parametrize("name", WAITING_ACTS)
def test_whoever_waited_for_a_confirmation_bears_the_later_moment(
    runtime: Runtime, office: Office, clock: FakeClock, name: str
) -> None:
    with runtime.sessions.begin() as session:
        corrections.hold_off(session, office.distribution_id)
        thread, answers = waits_for_a_lock(runtime, lambda: WAITING_ACTS[name](runtime, office))
        clock.move(HOUR)
        confirmed_at = acknowledge(runtime, office.alice, office.distribution_id, 1, Route.INBOX).at
        clock.move(HOUR)
    thread.join()
    assert not isinstance(answers[0], Refused)
    with runtime.sessions() as session:
        last = session.execute(select(tables.evidence.c.entry).order_by(tables.evidence.c.id.desc()).limit(1))
        assert json.loads(last.scalar_one())["recorded_at"] > instant(confirmed_at)
        (recalled_at,) = session.execute(select(tables.distributions.c.recalled_at)).one()
    assert recalled_at is None or recalled_at > confirmed_at


def test_who_enters_a_word_behind_a_correction_bears_the_later_moment(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    today = clock.now.date()
    with runtime.sessions.begin() as session:
        assert corrections.hold(session, office.distribution_id) is not None
        thread, answers = waits_for_a_lock(
            runtime, lambda: enter_for(runtime, office.van, office.distribution_id, code_of(runtime), today, "Gặp.")
        )
        clock.move(HOUR)
        released_at = clock.now
    thread.join()
    assert answers == [None]
    with runtime.sessions() as session:
        assert session.execute(select(tables.receipt_events.c.recorded_at)).scalar_one() == released_at


def code_of(runtime: Runtime) -> str:
    with runtime.sessions() as session:
        query = select(tables.people.c.code).order_by(tables.people.c.id).limit(1)
        code: str = session.execute(query).scalar_one()
    return code


def test_people_confirm_while_others_confirm_and_while_the_list_is_drawn(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    with runtime.sessions.begin() as session:
        session.execute(tables.distributions.update().values(listed_at=None))
    with runtime.sessions.begin() as drawing, runtime.sessions.begin() as confirming:
        assert next_unlisted(drawing, clock.now) is not None
        corrections.hold_off(confirming, office.distribution_id)
        assert not acknowledge(runtime, office.alice, office.distribution_id, 1, Route.INBOX).is_repeat


def test_a_recall_that_meets_the_drawing_of_the_list_ends_it_behind_the_range_being_written(
    runtime: Runtime, office: Office, clock: FakeClock
) -> None:
    posted = post_document(runtime, OPERATOR, make_posting(audience="unit:P1"))
    with runtime.sessions.begin() as session:
        assert next_unlisted(session, clock.now) is not None
        thread, answers = waits_for_a_lock(
            runtime, lambda: recall_document(runtime, office.van, posted.distribution_id, "Nhầm.")
        )
    thread.join()
    assert answers == [None]
    assert list_recipients(runtime) == 0


def test_of_two_replacements_at_once_the_second_is_told_that_it_came_too_late(runtime: Runtime, office: Office) -> None:
    def attempt(body: str) -> int | type[Refused]:
        try:
            return replace_document(runtime, office.van, office.distribution_id, better(body=body))
        except Refused as refused:
            return type(refused)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(attempt, ["Một.\nBốn.", "Một.\nNăm."]))
    assert 2 in answers
    assert CorrectedMeanwhile in answers
    assert len(by_occasion(runtime)["revision:2"]) == 2


def test_a_replacement_and_an_erratum_at_once_come_one_after_the_other(runtime: Runtime, office: Office) -> None:
    with ThreadPoolExecutor(2) as pool:
        pool.submit(issue_erratum, runtime, office.van, office.distribution_id, "Hai thành Hái.")
        pool.submit(replace_document, runtime, office.van, office.distribution_id, better())
    with runtime.sessions() as session:
        made = corrections.corrections_of(session, office.distribution_id)
    states = by_occasion(runtime)
    first_is_erratum = made[0].kind == "erratum"
    assert len(made) == 2
    assert states.get("erratum:1", []) == ([] if first_is_erratum else ["waiting"] * 2), (
        "outdone, or about the new text"
    )
    assert states["revision:2"] == ["waiting"] * 2


@pytest.mark.parametrize("mode", list(Mode))
def test_a_document_for_information_is_corrected_too(runtime: Runtime, office: Office, mode: Mode) -> None:
    distribution_id = send(runtime, mode=mode)
    assert replace_document(runtime, office.van, distribution_id, better()) == 2
