from datetime import timedelta

import pytest
from sqlalchemy import Table, func, insert, select, update

from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.actions.purge import GRACE, PROCESSES_REMEMBERED, purge
from service.actions.report_coverage import report_coverage
from service.actions.sign_in import sign_in, who
from service.actions.sweep import report_alive, sweep
from service.domain.errors import Throttled, WrongPassword
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store.circuits import open_circuit, open_circuits
from service.store.tables import heartbeats, sessions, sign_in_failures, sign_ins
from tests.fakes import FakeClock
from tests.makers import make_account, make_person, make_posting, make_unit

PASSWORD = "mật khẩu của Bob"
HERE = "192.0.2.1"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _bob(runtime: Runtime) -> None:
    """Without a mailbox: signing in is all that makes him reachable."""
    with runtime.sessions.begin() as session:
        bob = make_person(session, make_unit(session), code="BOB", email=None)
        make_account(session, bob, username="bob", password=PASSWORD)
        make_account(session, username="root", password=PASSWORD)


def count(runtime: Runtime, table: Table) -> int:
    with runtime.sessions() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def guess(runtime: Runtime, name: str) -> None:
    with pytest.raises((WrongPassword, Throttled)):
        sign_in(runtime, name, "sai", HERE)


def test_a_session_stays_while_any_limit_may_let_it_run(runtime: Runtime, clock: FakeClock) -> None:
    signed = sign_in(runtime, "bob", PASSWORD, HERE)
    clock.move(runtime.policy.session_absolute + GRACE)
    assert (purge(runtime), count(runtime, sessions)) == (0, 1)
    clock.move(MINUTE)
    sign_in(runtime, "bob", PASSWORD, HERE)
    assert (purge(runtime), count(runtime, sessions)) == (1, 1)
    assert who(runtime, signed.token) is None


def test_what_a_report_says_of_a_past_moment_outlives_the_sessions(runtime: Runtime, clock: FakeClock) -> None:
    posted = post_document(runtime, OPERATOR, make_posting(audience="person:BOB"))
    list_recipients(runtime)
    before = clock()
    clock.move(timedelta(hours=1))
    sign_in(runtime, "bob", PASSWORD, HERE)
    after = clock()
    clock.move(runtime.policy.session_absolute + GRACE + MINUTE)

    def unreachable() -> list[int]:
        reports = (report_coverage(runtime, OPERATOR, posted.distribution_id, moment) for moment in (before, after))
        return [report.identity.not_reachable for report in reports]

    assert unreachable() == [1, 0]
    purge(runtime)
    assert count(runtime, sessions) == 0
    assert unreachable() == [1, 0]


def test_a_sign_in_is_kept_for_people_and_a_wrong_guess_is_none(runtime: Runtime, clock: FakeClock) -> None:
    sign_in(runtime, "root", PASSWORD, HERE)
    guess(runtime, "bob")
    assert count(runtime, sign_ins) == 0
    sign_in(runtime, "bob", PASSWORD, HERE)
    sign_in(runtime, "bob", PASSWORD, HERE)
    assert count(runtime, sign_ins) == 1, "twice at the same instant is once"
    clock.move(MINUTE)
    sign_in(runtime, "bob", PASSWORD, HERE)
    assert count(runtime, sign_ins) == 2


def test_guesses_are_dropped_when_they_have_long_been_forgotten(runtime: Runtime, clock: FakeClock) -> None:
    guess(runtime, "bob")
    clock.move(GRACE)
    guess(runtime, "charlie")
    before = count(runtime, sign_in_failures)
    assert purge(runtime) == 0
    clock.move(MINUTE)
    assert purge(runtime) == 1
    assert count(runtime, sign_in_failures) == before - 1


def test_a_pause_in_force_is_not_purged(runtime: Runtime) -> None:
    for _ in range(6):
        guess(runtime, "bob")
    purge(runtime)
    with pytest.raises(Throttled):
        sign_in(runtime, "bob", PASSWORD, HERE)


def test_processes_that_are_gone_are_forgotten_after_a_week(runtime: Runtime) -> None:
    report_alive(runtime)
    with runtime.sessions.begin() as session:
        for name, age in (("gone", PROCESSES_REMEMBERED), ("away", PROCESSES_REMEMBERED - timedelta(hours=1))):
            session.execute(insert(heartbeats).values(name=name, kind="worker"))
            seen_at = func.clock_timestamp() - age
            session.execute(update(heartbeats).where(heartbeats.c.name == name).values(seen_at=seen_at))
    assert purge(runtime) == 1
    with runtime.sessions() as session:
        assert set(session.execute(select(heartbeats.c.name)).scalars()) == {runtime.worker, "away"}


def probed(runtime: Runtime, server: str, ago: timedelta) -> None:
    with runtime.sessions.begin() as session:
        open_circuit(session, server, "connection refused", -ago, timedelta(0))


def test_a_mail_server_that_nobody_sends_by_any_more_is_forgotten(runtime: Runtime) -> None:
    probed(runtime, "old:25", GRACE + MINUTE)
    # Another worker may still be configured for this one, while its office changes servers.
    probed(runtime, "other:25", GRACE - MINUTE)
    probed(runtime, runtime.server, GRACE + MINUTE)
    assert purge(runtime) == 1
    with runtime.sessions() as session:
        assert {one.server for one in open_circuits(session)} == {"other:25", runtime.server}


def make_forgotten(runtime: Runtime, rows: int) -> None:
    stale = [
        {"source": f"name:{row}", "failures": 1, "last_at": runtime.clock() - GRACE - MINUTE} for row in range(rows)
    ]
    with runtime.sessions.begin() as session:
        session.execute(insert(sign_in_failures), stale)


def test_a_backlog_goes_a_few_rows_at_a_time(runtime: Runtime) -> None:
    make_forgotten(runtime, 5)
    assert [purge(runtime, rows=2) for _ in range(4)] == [2, 2, 1, 0]


def test_a_row_that_somebody_holds_is_left_for_the_next_time(runtime: Runtime) -> None:
    make_forgotten(runtime, 2)
    with runtime.sessions.begin() as other:
        other.execute(select(sign_in_failures).limit(1).with_for_update())
        assert purge(runtime) == 1
    assert purge(runtime) == 1


def test_the_regular_look_purges(runtime: Runtime) -> None:
    make_forgotten(runtime, 1)
    sweep(runtime)
    assert count(runtime, sign_in_failures) == 0
