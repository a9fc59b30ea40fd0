"""Real workers, a real broker and a real mail server: whatever dies, everybody is reached."""

import email
import os
import signal
import time
from collections import Counter
from email.policy import default

import psutil
import pytest
import redis
from sqlalchemy import select

from service.actions.deliver import RUN_BUDGET
from service.domain.deliveries import Status
from service.store.tables import deliveries
from tests.journeys.conftest import Office
from tests.journeys.processes import wait_until
from tests.mail.scripted_smtp import STALL, Reply

pytestmark = pytest.mark.journey

EVERYBODY = 500


def copies(office: Office) -> Counter[str]:
    return Counter(mail.recipient for mail in office.smtp.mails)


def message_ids(office: Office) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for mail in office.smtp.mails:
        headers = email.message_from_bytes(mail.content, policy=default)
        found.setdefault(mail.recipient, set()).add(str(headers["Message-ID"]))
    return found


def in_doubt(office: Office) -> set[str]:
    with office.runtime.sessions() as session:
        query = select(deliveries.c.address).where(deliveries.c.in_doubt)
        return set(session.execute(query).scalars())


def test_a_posting_reaches_every_inbox_and_every_mailbox_once(office: Office) -> None:
    office.employ(EVERYBODY)
    office.processes.start("worker")
    office.processes.start("beat")
    distribution_id = office.post()
    office.await_accepted(distribution_id, EVERYBODY)
    assert office.inbox(distribution_id) == EVERYBODY
    assert set(copies(office).values()) == {1}
    assert len(copies(office)) == EVERYBODY


def test_a_worker_killed_among_five_hundred_letters_loses_nobody_and_doubles_only_what_is_in_doubt(
    office: Office,
) -> None:
    office.employ(EVERYBODY)
    worker = office.processes.start("worker")
    office.processes.start("beat")
    distribution_id = office.post()
    wait_until(lambda: len(office.smtp.mails) > EVERYBODY // 5, "the first letters leave")
    office.processes.kill(worker)
    assert office.letters(distribution_id).open, "it was killed in the middle"
    office.processes.start("worker")
    office.await_accepted(distribution_id, EVERYBODY)
    assert len(copies(office)) == EVERYBODY
    assert {address for address, count in copies(office).items() if count > 1} <= in_doubt(office)
    assert all(len(ids) == 1 for ids in message_ids(office).values())


def test_a_broker_wiped_after_posting_costs_time_and_nobody(office: Office, broker: redis.Redis) -> None:
    office.employ(50)
    distribution_id = office.post()
    broker.flushall()
    office.processes.start("worker")
    office.processes.start("beat")
    office.await_accepted(distribution_id, 50)
    broker.flushall()
    again = office.post()
    office.await_accepted(again, 50)


def test_while_the_mail_server_is_away_letters_wait_and_leave_by_themselves_when_it_is_back(office: Office) -> None:
    office.employ(20)
    office.smtp.vanish()
    office.processes.start("worker")
    office.processes.start("beat")
    distribution_id = office.post()
    wait_until(lambda: "out since" in office.processes.run("status").stdout, "status says that the server is out")
    assert office.inbox(distribution_id) == 20, "the inbox has it in any case"
    assert office.letters(distribution_id).of(Status.WAITING, Status.SENDING) == 20
    office.smtp.listen()
    office.await_accepted(distribution_id, 20)
    with office.runtime.sessions() as session:
        assert set(session.execute(select(deliveries.c.attempts)).scalars()) == {1}, "waiting counted no attempt"


def ask_to_stop(office: Office, worker: psutil.Popen, *, whole_group: bool = False) -> None:
    """As a rolling restart does; the worker ends well, long before its patience with the mail server does."""
    (os.killpg if whole_group else os.kill)(worker.pid, signal.SIGTERM)
    assert worker.wait(30) == 0
    office.processes.running.remove(worker)


@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_a_worker_asked_to_stop_waits_for_the_last_replies_and_gives_back_what_it_had_not_begun(
    office: Office, pool: str
) -> None:
    office.employ(100)
    office.smtp.answer("DOT", Reply("250 2.0.0 taken", after=1))
    worker = office.processes.start("worker", worker_pool=pool)
    office.processes.start("beat")
    distribution_id = office.post()
    wait_until(lambda: bool(office.smtp.heard("DATA")), "the first letters leave")
    ask_to_stop(office, worker)
    left = office.letters(distribution_id)
    assert left.of(Status.ACCEPTED) == len(office.smtp.heard("DATA"))
    assert left.of(Status.WAITING) == 100 - left.of(Status.ACCEPTED)
    office.smtp.obey()
    office.processes.start("worker")
    office.await_accepted(distribution_id, 100)
    assert set(copies(office).values()) == {1}
    assert in_doubt(office) == set()


@pytest.mark.parametrize("whole_group", [False, True], ids=["the process", "its whole group"])
def test_a_worker_asked_to_stop_does_not_wait_for_a_mail_server_that_stalls(office: Office, whole_group: bool) -> None:
    office.employ(100)
    office.smtp.answer("RCPT", STALL)
    worker = office.processes.start("worker")
    office.processes.start("beat")
    distribution_id = office.post()
    wait_until(lambda: bool(office.smtp.heard("RCPT")), "the first letters are on their way")
    ask_to_stop(office, worker, whole_group=whole_group)
    assert office.letters(distribution_id).of(Status.WAITING) == 100
    office.smtp.obey()
    office.processes.start("worker")
    office.await_accepted(distribution_id, 100)
    assert set(copies(office).values()) == {1}
    with office.runtime.sessions() as session:
        counted = session.execute(select(deliveries.c.attempts, deliveries.c.in_doubt).distinct())
        assert counted.all() == [(1, False)], "what was broken off is no attempt"


def test_a_mail_server_that_stalls_holds_up_mail_and_nothing_else(office: Office) -> None:
    office.employ(100)
    office.smtp.answer("RCPT", STALL)
    worker = office.processes.start("worker", worker_concurrency=2, smtp_connections=2)
    office.processes.start("beat")
    first = office.post()
    wait_until(lambda: len(office.smtp.heard("RCPT")) == 4, "both children have letters on all their connections")
    second = office.post()
    wait_until(lambda: office.inbox(second) == 100, "the next list is drawn")
    ask_to_stop(office, worker)
    for distribution_id in (first, second):
        assert office.letters(distribution_id).of(Status.WAITING) == 100
    assert in_doubt(office) == set()


@pytest.mark.slow
@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_a_worker_asked_to_stop_long_after_its_runs_ended_still_waits_for_the_last_replies(
    office: Office, pool: str
) -> None:
    office.employ(3)
    office.smtp.answer("DOT", Reply("250 2.0.0 taken", after=2 * 2 * RUN_BUDGET.total_seconds()))
    worker = office.processes.start("worker", worker_pool=pool)
    office.processes.start("beat")
    distribution_id = office.post()
    wait_until(lambda: len(office.smtp.heard("DATA")) == 3, "the letters are behind their dots")
    time.sleep(2 * RUN_BUDGET.total_seconds() + 2)
    assert office.letters(distribution_id).of(Status.SENDING) == 3
    ask_to_stop(office, worker)
    assert office.letters(distribution_id).of(Status.ACCEPTED) == 3
    assert in_doubt(office) == set()
