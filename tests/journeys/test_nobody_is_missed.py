"""Real workers, a real broker and a real mail server: whatever dies, everybody is reached."""

import email
from collections import Counter
from email.policy import default

import pytest
import redis
from sqlalchemy import select

from service.domain.deliveries import Status
from service.store.tables import deliveries
from tests.journeys.conftest import Office
from tests.journeys.processes import wait_until

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


def test_a_worker_asked_to_stop_ends_well_and_the_rest_is_sent_by_the_next(office: Office) -> None:
    office.employ(EVERYBODY)
    worker = office.processes.start("worker")
    office.processes.start("beat")
    distribution_id = office.post()
    wait_until(lambda: len(office.smtp.mails) > EVERYBODY // 5, "the first letters leave")
    worker.terminate()
    assert worker.wait(30) == 0
    office.processes.running.remove(worker)
    office.processes.start("worker")
    office.await_accepted(distribution_id, EVERYBODY)
    assert set(copies(office).values()) == {1}
