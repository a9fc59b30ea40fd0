"""Everybody is told of a correction by ranges of people, whoever else is at work meanwhile."""

from collections.abc import Callable
from datetime import timedelta
from itertools import chain, repeat

import pytest
from sqlalchemy import select, text

from service.actions.acknowledge import acknowledge
from service.actions.add_recipients import add_recipient
from service.actions.announce_corrections import announce_corrections
from service.actions.correct_document import issue_erratum, recall_document, replace_document
from service.actions.deliver import deliver_due
from service.actions.list_recipients import list_recipients
from service.actions.nudge import nudge
from service.actions.post_document import post_document
from service.actions.record_absence import Period, exempt, lift_exemption, record_absence, withdraw_absence
from service.actions.remind import remind
from service.actions.sweep import sweep
from service.domain.corrections import Replacement
from service.domain.deadlines import WorkingDays
from service.domain.errors import BeingReplaced
from service.domain.receipts import Route
from service.domain.roles import OPERATOR
from service.doorbell import ANNOUNCE_CORRECTIONS
from service.runtime import Runtime
from service.store import circuits, deliveries
from service.store.corrections import announcing_is_due, next_unannounced
from service.store.tables import deliveries as letters
from service.store.tables import mail_circuits, receipts
from tests.fakes import FakeClock, FakeDoorbell, FakeMailer
from tests.locks import waits_for_a_lock
from tests.makers import make_actor, make_person, make_posting, make_unit

PEOPLE = 5
PEOPLE_IN_A_RANGE = 2
BETTER = Replacement(replaces=1, note="Sai ngày.", body="Mới.")


@pytest.fixture
def sent(runtime: Runtime) -> int:
    """A document to five people, whose letters wait."""
    with runtime.sessions.begin() as session:
        unit = make_unit(session)
        for _ in range(PEOPLE):
            make_person(session, unit)
    distribution_id = post_document(runtime, OPERATOR, make_posting(due=WorkingDays(5))).distribution_id
    list_recipients(runtime)
    return distribution_id


def listed(runtime: Runtime) -> list[int]:
    with runtime.sessions() as session:
        return list(session.execute(select(receipts.c.person_id).order_by(receipts.c.person_id)).scalars())


def told(runtime: Runtime, occasion: str, *statuses: str) -> list[int]:
    d = letters.c
    query = select(d.person_id).where(d.occasion == occasion).order_by(d.person_id)
    if statuses:
        query = query.where(d.status.in_(statuses))
    with runtime.sessions() as session:
        return list(session.execute(query).scalars())


def announce(runtime: Runtime) -> int:
    return announce_corrections(runtime, people=PEOPLE_IN_A_RANGE)


def announce_one_range(runtime: Runtime) -> int:
    stops = chain([False], repeat(True))
    return announce_corrections(runtime, lambda: next(stops), people=PEOPLE_IN_A_RANGE)


def test_every_range_takes_back_what_waits_and_tells_its_people_once(runtime: Runtime, sent: int) -> None:
    replace_document(runtime, OPERATOR, sent, BETTER)
    everybody = listed(runtime)
    assert announce_one_range(runtime) == PEOPLE_IN_A_RANGE
    assert told(runtime, "original", "cancelled") == told(runtime, "revision:2") == everybody[:PEOPLE_IN_A_RANGE]
    assert announce(runtime) == PEOPLE - PEOPLE_IN_A_RANGE
    assert told(runtime, "original", "cancelled") == told(runtime, "revision:2") == everybody
    assert announce(runtime) == 0
    with runtime.sessions() as session:
        assert not announcing_is_due(session)


def test_two_workers_never_tell_of_one_document_at_once(runtime: Runtime, sent: int) -> None:
    replace_document(runtime, OPERATOR, sent, BETTER)
    issue_erratum(runtime, OPERATOR, sent, "Hai thành Hái.")
    with runtime.sessions.begin() as one:
        first = next_unannounced(one)
        assert first is not None
        assert first.kind == "replacement"
        assert announce(runtime) == 0


def test_a_document_that_somebody_holds_leaves_its_corrections_in_their_order(runtime: Runtime, sent: int) -> None:
    other = post_document(runtime, OPERATOR, make_posting()).distribution_id
    list_recipients(runtime)
    replace_document(runtime, OPERATOR, sent, BETTER)
    issue_erratum(runtime, OPERATOR, other, "Một thành Mốt.")
    holding = text("SELECT 1 FROM distributions WHERE id = :id FOR UPDATE")
    with runtime.sessions.begin() as session:
        session.execute(holding, {"id": sent})
        announce(runtime)
    assert len(told(runtime, "erratum:1")) == PEOPLE
    issue_erratum(runtime, OPERATOR, sent, "Hai thành Hái.")
    announce_one_range(runtime)
    assert len(told(runtime, "revision:2")) == PEOPLE_IN_A_RANGE


def test_a_recall_goes_before_a_more_urgent_correction_of_another_document(runtime: Runtime, sent: int) -> None:
    other = post_document(runtime, OPERATOR, make_posting(urgency=3)).distribution_id
    list_recipients(runtime)
    issue_erratum(runtime, OPERATOR, other, "Một thành Mốt.")
    recall_document(runtime, OPERATOR, sent, "Nhầm.")
    announce_one_range(runtime)
    assert (len(told(runtime, "recall")), told(runtime, "erratum:1")) == (PEOPLE_IN_A_RANGE, [])


def test_who_was_brought_the_new_revision_or_has_confirmed_it_is_not_asked_again(
    runtime: Runtime, sent: int, clock: FakeClock
) -> None:
    confirmed, *rest = listed(runtime)
    replace_document(runtime, OPERATOR, sent, BETTER)
    with runtime.sessions.begin() as session:
        unit = make_unit(session)
        added, excused = (make_person(session, unit, code=code, valid_from=clock()) for code in ("THEM", "MIEN"))
    for code in ("THEM", "MIEN"):
        add_recipient(runtime, OPERATOR, sent, code, "bổ sung")
    exempt(runtime, OPERATOR, sent, excused, "nhầm")
    lift_exemption(runtime, OPERATOR, sent, excused)
    acknowledge(runtime, make_actor(person_id=confirmed), sent, 2, Route.INBOX)
    announce(runtime)
    assert told(runtime, "original:2", "waiting") == [added]
    assert told(runtime, "revision:2") == [*rest, excused], "the first letter of the latter was taken back"


def test_a_second_replacement_marks_the_letters_of_the_first(runtime: Runtime, sent: int) -> None:
    replace_document(runtime, OPERATOR, sent, BETTER)
    announce_one_range(runtime)
    replace_document(runtime, OPERATOR, sent, Replacement(replaces=2, note="Sai nữa.", body="Mới nữa."))
    announce(runtime)
    assert len(told(runtime, "revision:2", "cancelled")) == len(told(runtime, "revision:2")) == PEOPLE_IN_A_RANGE
    assert told(runtime, "revision:3", "waiting") == listed(runtime)


def test_nobody_is_reminded_of_a_revision_before_everybody_was_told_of_it(
    runtime: Runtime, sent: int, clock: FakeClock
) -> None:
    for person in listed(runtime):
        acknowledge(runtime, make_actor(person_id=person), sent, 1, Route.INBOX)
    replace_document(runtime, OPERATOR, sent, BETTER)
    with pytest.raises(BeingReplaced):
        nudge(runtime, OPERATOR, sent)
    clock.move(timedelta(days=30))
    assert remind(runtime) == 0
    announce(runtime)
    assert nudge(runtime, OPERATOR, sent) == PEOPLE


def test_an_absence_withdrawn_while_letters_are_written_waits_and_none_tells_the_old_deadline(
    runtime: Runtime, sent: int, clock: FakeClock
) -> None:
    person = listed(runtime)[0]
    day = (clock() + timedelta(days=1)).date()
    record_absence(runtime, OPERATOR, person, Period(day, day))
    issue_erratum(runtime, OPERATOR, sent, "Hai thành Hái.")
    with runtime.sessions.begin() as session:
        assert next_unannounced(session) is not None
        thread, _ = waits_for_a_lock(runtime, lambda: withdraw_absence(runtime, OPERATOR, person, 1))
    thread.join()
    announce(runtime)
    d = letters.c
    with runtime.sessions() as session:
        assert set(session.execute(select(d.own_due_at).where(d.person_id == person)).scalars()) == {None}


def test_a_letter_on_its_way_tells_the_new_deadline_if_it_has_to_wait_again(
    runtime: Runtime, sent: int, clock: FakeClock
) -> None:
    person = listed(runtime)[0]
    with runtime.sessions.begin() as session:
        deliveries.claim(session, PEOPLE, timedelta(minutes=1), clock())
    day = (clock() + timedelta(days=1)).date()
    record_absence(runtime, OPERATOR, person, Period(day, day))
    r, d = receipts.c, letters.c
    with runtime.sessions() as session:
        own_due_at = session.execute(select(r.own_due_at).where(r.person_id == person)).scalar_one()
        assert own_due_at is not None
        assert session.execute(select(d.own_due_at).where(d.person_id == person)).scalar_one() == own_due_at


def test_an_outdated_letter_does_not_use_up_the_probe_of_a_server_that_is_back(
    runtime: Runtime, sent: int, mailer: FakeMailer
) -> None:
    replace_document(runtime, OPERATOR, sent, BETTER)
    announce_one_range(runtime)
    with runtime.sessions.begin() as session:
        circuits.open_circuit(session, runtime.server, "away", timedelta(0), timedelta(0))
    deliver_due(runtime)
    assert {letter.edition.template for letter in mailer.letters} == {"revision"}
    with runtime.sessions() as session:
        assert session.execute(select(mail_circuits.c.server)).first() is None


def test_outdated_letters_in_a_full_batch_still_wake_another_worker(
    runtime: Runtime, sent: int, doorbell: FakeDoorbell
) -> None:
    replace_document(runtime, OPERATOR, sent, BETTER)
    with runtime.sessions.begin() as session:
        session.execute(
            text(
                "INSERT INTO deliveries (occasion, address, recipient_name, message_id)"
                " SELECT 'anchor:' || n, 'a@b.example', '', n FROM generate_series(1, 40) n"
            )
        )
    doorbell.rings.clear()
    deliver_due(runtime)
    assert doorbell.rings


def test_a_letter_that_is_claimed_as_its_document_is_recalled_is_either_cancelled_or_withdrawn(
    runtime: Runtime, sent: int, clock: FakeClock
) -> None:
    with runtime.sessions.begin() as session:
        claimed = deliveries.claim(session, 1, timedelta(minutes=1), clock())
        recall_document(runtime, OPERATOR, sent, "Nhầm.")
        thread, _ = waits_for_a_lock(runtime, lambda: announce(runtime))
    thread.join()
    d = letters.c
    with runtime.sessions() as session:
        originals = session.execute(select(d.id, d.status, d.withdrawn).where(d.occasion == "original"))
        fate = {found: (status, withdrawn) for found, status, withdrawn in originals}
    assert fate.pop(claimed.rows[0]["id"]) == ("sending", True)
    assert set(fate.values()) == {("cancelled", False)}


CORRECTIONS: dict[str, Callable[[Runtime, int], object]] = {
    "replaced": lambda runtime, sent: replace_document(runtime, OPERATOR, sent, BETTER),
    "recalled": lambda runtime, sent: recall_document(runtime, OPERATOR, sent, "Nhầm."),
}


@pytest.mark.parametrize("correct", CORRECTIONS.values(), ids=CORRECTIONS)
def test_no_letter_about_the_text_before_is_taken_up_once_it_is_corrected(
    runtime: Runtime, sent: int, mailer: FakeMailer, correct: Callable[[Runtime, int], object]
) -> None:
    correct(runtime, sent)
    assert deliver_due(runtime) == 0, "nobody has been told yet"
    assert mailer.letters == []
    assert told(runtime, "original", "cancelled") == listed(runtime)


def test_a_correction_outdone_before_anybody_was_told_has_no_letters(runtime: Runtime, sent: int) -> None:
    issue_erratum(runtime, OPERATOR, sent, "Hai thành Hái.")
    for correct in CORRECTIONS.values():
        correct(runtime, sent)
    announce(runtime)
    assert told(runtime, "erratum:1") == told(runtime, "revision:2") == []
    assert told(runtime, "original", "cancelled") == told(runtime, "recall", "waiting") == listed(runtime)


def test_a_correction_whose_ring_was_lost_is_found_by_the_sweep(
    runtime: Runtime, sent: int, doorbell: FakeDoorbell
) -> None:
    issue_erratum(runtime, OPERATOR, sent, "Hai thành Hái.")
    assert doorbell.rings[-1] == ANNOUNCE_CORRECTIONS
    doorbell.rings.clear()
    sweep(runtime)
    assert ANNOUNCE_CORRECTIONS in doorbell.rings
    announce(runtime)
    doorbell.rings.clear()
    sweep(runtime)
    assert ANNOUNCE_CORRECTIONS not in doorbell.rings
