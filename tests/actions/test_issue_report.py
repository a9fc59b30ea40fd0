"""An issued report keeps its moment and figures, and what is recorded later changes later reports alone."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from service.actions.acknowledge import acknowledge
from service.actions.issue_report import check_report, issue_report
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.actions.report_coverage import report_coverage
from service.domain.absences import Absence, Kind
from service.domain.errors import ListBeingDrawn, NotFound
from service.domain.receipts import Route, State
from service.domain.roles import OPERATOR, Role
from service.runtime import Runtime
from service.store.corrections import hold_off
from service.store.excuses import add_absence
from service.store.receipts import ReceiptKey, record_state
from service.store.tables import evidence, receipt_events, units
from tests.fakes import FakeClock
from tests.locks import somebody_waits
from tests.makers import make_actor, make_person, make_posting, make_unit


@pytest.fixture
def people(runtime: Runtime) -> list[int]:
    with runtime.sessions.begin() as session:
        unit = make_unit(session, code="VP", name="Văn phòng")
        return [make_person(session, unit) for _ in range(3)]


@pytest.fixture
def distribution(runtime: Runtime, people: list[int]) -> int:
    posted = post_document(runtime, OPERATOR, make_posting())
    list_recipients(runtime)
    return posted.distribution_id


def confirm(runtime: Runtime, distribution: int, person: int) -> None:
    acknowledge(runtime, make_actor(person_id=person), distribution, 1, Route.INBOX)


def test_an_issued_report_shows_the_figures_of_its_moment_for_ever(
    runtime: Runtime, clock: FakeClock, people: list[int], distribution: int
) -> None:
    clock.move(timedelta(hours=1))
    confirm(runtime, distribution, people[0])
    issued_at = clock.now
    number = issue_report(runtime, OPERATOR, distribution)
    clock.move(timedelta(hours=1))
    confirm(runtime, distribution, people[1])
    issued, is_same = check_report(runtime, OPERATOR, distribution, number)
    assert is_same
    assert issued.as_of == issued_at
    assert (issued.figures.identity.listed, issued.figures.identity.confirmed) == (3, 1)
    assert issued.figures.identity.holds


def test_who_was_late_is_no_figure_of_an_issued_report(
    runtime: Runtime, clock: FakeClock, people: list[int], distribution: int
) -> None:
    due = post_document(runtime, OPERATOR, make_posting(due=clock() + timedelta(hours=1))).distribution_id
    list_recipients(runtime)
    clock.move(timedelta(hours=2))
    confirm(runtime, due, people[0])
    assert report_coverage(runtime, OPERATOR, due).late == 1
    issued, is_same = check_report(runtime, OPERATOR, due, issue_report(runtime, OPERATOR, due))
    assert is_same
    assert set(json.loads(issued.figures.text)["units"][0]) == {"unit_id", "unit_name", "identity", "levels", "routes"}


def test_a_signature_entered_late_changes_reports_from_its_entry_on(
    runtime: Runtime, clock: FakeClock, people: list[int], distribution: int
) -> None:
    clock.move(timedelta(days=5))
    signed_at = clock.now
    clock.move(timedelta(days=3))
    before = issue_report(runtime, OPERATOR, distribution)
    clock.move(timedelta(days=2))
    with runtime.sessions.begin() as session:
        record_state(
            session,
            ReceiptKey(distribution, people[0], 1),
            State.ACKNOWLEDGED,
            route=Route.INBOX,
            account_id=None,
            effective_at=signed_at,
            recorded_at=clock.now,
        )
    after = issue_report(runtime, OPERATOR, distribution)
    figures = [check_report(runtime, OPERATOR, distribution, number) for number in (before, after)]
    assert [(issued.figures.identity.confirmed, is_same) for issued, is_same in figures] == [(0, True), (1, True)]


def test_its_digest_stands_in_the_evidence(runtime: Runtime, people: list[int], distribution: int) -> None:
    number = issue_report(runtime, OPERATOR, distribution)
    issued, _ = check_report(runtime, OPERATOR, distribution, number)
    with runtime.sessions() as session:
        entries = session.execute(select(evidence.c.entry)).scalars().all()
    assert any("report issued" in entry and issued.figures.sha256 in entry for entry in entries)


def test_a_change_of_what_was_recorded_is_found(
    runtime: Runtime, clock: FakeClock, people: list[int], distribution: int
) -> None:
    clock.move(timedelta(hours=1))
    confirm(runtime, distribution, people[0])
    clock.move(timedelta(hours=1))
    number = issue_report(runtime, OPERATOR, distribution)
    with runtime.sessions.begin() as session:
        session.execute(update(receipt_events).values(recorded_at=clock.now + timedelta(days=1)))
    _, is_same = check_report(runtime, OPERATOR, distribution, number)
    assert not is_same


def test_who_may_issue_and_what_cannot_be_issued(
    runtime: Runtime, clock: FakeClock, people: list[int], distribution: int
) -> None:
    for role in (Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR):
        with pytest.raises(NotFound):
            issue_report(runtime, make_actor(role), distribution)
    scheduled = post_document(runtime, OPERATOR, make_posting(send_at=clock.now + timedelta(days=1))).distribution_id
    with pytest.raises(ListBeingDrawn):
        issue_report(runtime, OPERATOR, scheduled)
    with pytest.raises(NotFound):
        check_report(runtime, OPERATOR, distribution, 999)


def test_a_report_waits_for_the_confirmation_that_is_being_written(
    runtime: Runtime, people: list[int], distribution: int
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with runtime.sessions.begin() as session:
            hold_off(session, distribution)
            now = runtime.clock()
            numbers = pool.submit(issue_report, runtime, OPERATOR, distribution)
            while not somebody_waits(runtime):
                assert not numbers.done(), "it did not wait"
            record_state(
                session,
                ReceiptKey(distribution, people[0], 1),
                State.ACKNOWLEDGED,
                route=Route.INBOX,
                account_id=None,
                effective_at=now,
                recorded_at=now,
            )
        number = numbers.result()
    issued, is_same = check_report(runtime, OPERATOR, distribution, number)
    assert (issued.figures.identity.confirmed, is_same) == (1, True)


def test_a_report_waits_for_the_absence_that_is_being_written(
    runtime: Runtime, people: list[int], distribution: int
) -> None:
    today = Absence(Kind.LEAVE, runtime.clock().date(), runtime.clock().date(), "")
    with ThreadPoolExecutor(1) as pool:
        with runtime.sessions.begin() as session:
            add_absence(session, people[0], today, None, runtime.clock())
            numbers = pool.submit(issue_report, runtime, OPERATOR, distribution)
            while not somebody_waits(runtime):
                assert not numbers.done(), "it did not wait"
        number = numbers.result()
    issued, is_same = check_report(runtime, OPERATOR, distribution, number)
    assert (issued.figures.identity.absent, is_same) == (1, True)


def test_an_office_that_is_put_in_another_order_changes_no_issued_report(runtime: Runtime) -> None:
    with runtime.sessions.begin() as session:
        for code, position in (("A", 1), ("B", 2)):
            make_person(session, make_unit(session, code=code, name=code, position=position))
    distribution = post_document(runtime, OPERATOR, make_posting()).distribution_id
    list_recipients(runtime)
    number = issue_report(runtime, OPERATOR, distribution)
    with runtime.sessions.begin() as session:
        session.execute(update(units).where(units.c.code == "A").values(position=3))
    issued, is_same = check_report(runtime, OPERATOR, distribution, number)
    assert is_same
    assert [unit.unit_name for unit in issued.figures.units] == ["A", "B"], "in the order of its day"
