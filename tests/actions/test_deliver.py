import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import RowMapping, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from service import doorbell
from service.actions.activate_account import activate_by_slip
from service.actions.deliver import LAST_REPLIES, LETTERS_IN_A_BATCH, deliver_due
from service.actions.invite_accounts import invite_accounts
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.actions.sweep import sweep
from service.domain.credentials import read_letter_link
from service.domain.deliveries import (
    Broken,
    Deferred,
    GivenBack,
    Outcome,
    Phase,
    Refused,
    Reply,
    Requeued,
    Status,
    Unknown,
    Verdict,
)
from service.domain.documents import Urgency
from service.domain.letters import Haste, Letter, Sent
from service.domain.roles import OPERATOR
from service.runtime import Policy, Runtime
from service.store import circuits, deliveries
from service.store.tables import attempts, mail_circuits
from service.store.tables import deliveries as delivery_table
from tests.fakes import ACCEPTED, FakeDoorbell, FakeMailer
from tests.makers import make_account, make_person, make_posting, make_unit

GREYLISTED = Deferred("greylisted", Reply(451, "4.7.1 Greylisted", Phase.RCPT))
NO_SUCH_USER = Refused("no such user", Reply(550, "5.1.1 No such user", Phase.RCPT), address_bad=True)
AWAY = Requeued("connection refused", holds_queue=True)
BUSY = Requeued("too many recipients", Reply(452, "4.5.3 Too many recipients", Phase.RCPT))


@pytest.fixture
def post(runtime: Runtime) -> Callable[..., int]:
    """Posts to a new unit of `people` people, lists them, and returns the distribution."""

    def made(people: int = 1, urgency: Urgency = Urgency.NORMAL) -> int:
        code = uuid4().hex
        with runtime.sessions.begin() as session:
            unit = make_unit(session, code=code)
            for _ in range(people):
                make_person(session, unit)
        posting = make_posting(audience=f"unit:{code}", urgency=urgency)
        distribution_id = post_document(runtime, OPERATOR, posting).distribution_id
        list_recipients(runtime)
        return distribution_id

    return made


def letters(runtime: Runtime) -> Sequence[RowMapping]:
    with runtime.sessions() as session:
        return session.execute(select(delivery_table).order_by(delivery_table.c.id)).mappings().all()


def tried(runtime: Runtime) -> Sequence[RowMapping]:
    with runtime.sessions() as session:
        return session.execute(select(attempts).order_by(attempts.c.id)).mappings().all()


def make_due(runtime: Runtime) -> None:
    with runtime.sessions.begin() as session:
        session.execute(update(delivery_table).values(next_attempt_at=datetime.now(UTC) - timedelta(seconds=1)))


def test_an_accepted_letter_is_accepted_once_and_keeps_the_servers_words(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    post()
    assert deliver_due(runtime) == 1
    assert deliver_due(runtime) == 0
    (letter,) = letters(runtime)
    (attempt,) = tried(runtime)
    assert (letter["status"], letter["attempts"], letter["last_reply"]) == ("accepted", 1, "250 2.0.0 Ok: queued")
    assert (attempt["outcome"], attempt["code"], attempt["phase"]) == ("accepted", 250, "message")
    assert attempt["worker"] == runtime.worker


def test_a_letter_holds_the_person_the_link_and_the_document(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    distribution_id = post(2)
    deliver_due(runtime)
    first, second = mailer.letters
    assert first.edition is second.edition
    links = {read_letter_link(runtime.secret, letter.path.partition("?via=")[2]) for letter in (first, second)}
    assert {(link.distribution_id, link.person_id) for link in links if link} == {
        (distribution_id, row["person_id"]) for row in letters(runtime)
    }
    assert first.path.startswith(f"/inbox/{distribution_id}?via=")
    assert first.recipient_name == "Nguyễn Văn Mẫu"
    assert first.message_id != second.message_id


def test_a_deferred_letter_comes_back_later_with_the_same_message_id(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    post()
    mailer.answer = lambda _: GREYLISTED
    deliver_due(runtime)
    (letter,) = letters(runtime)
    assert (letter["status"], letter["attempts"]) == ("waiting", 1)
    assert deliver_due(runtime) == 0, "it is not due yet"
    mailer.answer = lambda _: ACCEPTED
    make_due(runtime)
    assert deliver_due(runtime) == 1
    assert len({one.message_id for one in mailer.letters}) == 1
    assert [one["outcome"] for one in tried(runtime)] == ["deferred", "accepted"]


def test_a_refused_address_is_never_tried_again(runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]) -> None:
    post()
    mailer.answer = lambda _: NO_SUCH_USER
    deliver_due(runtime)
    make_due(runtime)
    assert deliver_due(runtime) == 0
    (letter,) = letters(runtime)
    assert letter["status"] == "refused"
    assert "5.1.1" in letter["last_reply"]


def test_a_letter_lost_after_the_dot_is_in_doubt_and_tried_again(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    post()
    mailer.answer = lambda _: Unknown("connection lost after the final dot")
    deliver_due(runtime)
    (letter,) = letters(runtime)
    assert (letter["status"], letter["in_doubt"]) == ("waiting", True)
    assert tried(runtime)[0]["in_doubt"]


def test_a_letter_older_than_its_lifetime_is_given_up(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    post()
    mailer.answer = lambda _: GREYLISTED
    deliver_due(runtime)
    assert letters(runtime)[0]["status"] == "waiting"
    let_pass(runtime, runtime.policy.retry.lifetime)
    deliver_due(runtime)
    assert letters(runtime)[0]["status"] == "gave_up"


def let_pass(runtime: Runtime, time: timedelta) -> None:
    """Lifetimes follow the database's clock, which no test can move: instead everything happened that much earlier."""
    d, c = delivery_table.c, mail_circuits.c
    with runtime.sessions.begin() as session:
        session.execute(
            update(delivery_table).values(
                created_at=d.created_at - time,
                first_attempt_at=d.first_attempt_at - time,
                next_attempt_at=d.next_attempt_at - time,
            )
        )
        session.execute(update(mail_circuits).values(opened_at=c.opened_at - time, probe_at=c.probe_at - time))


def test_a_letter_that_could_not_be_tried_for_days_has_its_whole_lifetime_before_it(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    post()
    mailer.answer = lambda _: AWAY
    deliver_due(runtime)
    assert letters(runtime)[0]["first_attempt_at"] is None
    let_pass(runtime, runtime.policy.retry.lifetime * 2)
    mailer.answer = lambda _: GREYLISTED
    deliver_due(runtime)
    (letter,) = letters(runtime)
    assert (letter["status"], letter["attempts"]) == ("waiting", 1)
    assert letter["first_attempt_at"] is not None


def test_no_letter_ages_while_the_mail_server_is_out(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    post(2)
    lifetime = runtime.policy.retry.lifetime
    mailer.answer = lambda _: GREYLISTED
    deliver_due(runtime)
    let_pass(runtime, lifetime / 2)
    mailer.answer = lambda _: AWAY
    deliver_due(runtime)
    let_pass(runtime, lifetime * 2)
    mailer.answer = lambda _: GREYLISTED
    deliver_due(runtime)
    assert {one["status"] for one in letters(runtime)} == {"waiting"}, "half a lifetime is over"
    let_pass(runtime, lifetime / 3)
    deliver_due(runtime)
    assert {one["status"] for one in letters(runtime)} == {"waiting"}
    let_pass(runtime, lifetime / 3)
    deliver_due(runtime)
    assert {one["status"] for one in letters(runtime)} == {"gave_up"}


def test_a_letter_that_a_busy_server_always_turns_away_is_given_up_in_the_end(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    post()
    mailer.answer = lambda _: BUSY
    deliver_due(runtime)
    let_pass(runtime, runtime.policy.retry.lifetime)
    deliver_due(runtime)
    (letter,) = letters(runtime)
    assert (letter["status"], letter["attempts"], letter["sent_at"]) == ("gave_up", 0, None)


def test_a_letter_that_breaks_its_worker_again_and_again_is_set_aside(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    post()
    mailer.answer = lambda _: Broken("cannot compose")
    for _ in range(runtime.policy.retry.set_aside_after):
        make_due(runtime)
        deliver_due(runtime)
    (letter,) = letters(runtime)
    assert (letter["status"], letter["attempts"]) == ("set_aside", 0), "the mail server never heard of it"


@pytest.mark.parametrize("broken", [{"distribution_id": 0}, {"occasion": "of-a-later-version:1"}])
def test_letters_that_cannot_be_read_harm_nobody_else(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int], broken: dict[str, object]
) -> None:
    post(4)
    unreadable = [one["id"] for one in letters(runtime)[:2]]
    with runtime.sessions.begin() as session:
        session.execute(update(delivery_table).where(delivery_table.c.id.in_(unreadable)).values(broken))
    deliver_due(runtime)
    found = [(one["status"], one["crashes"], one["in_doubt"]) for one in letters(runtime)]
    assert found == [("waiting", 1, False)] * 2 + [("accepted", 0, False)] * 2
    assert "cannot be read" in letters(runtime)[0]["last_reply"]
    assert Counter(one["outcome"] for one in tried(runtime)) == {"broken": 2, "accepted": 2}
    for _ in range(runtime.policy.retry.set_aside_after - 1):
        make_due(runtime)
        deliver_due(runtime)
    assert [one["status"] for one in letters(runtime)] == ["set_aside"] * 2 + ["accepted"] * 2


def test_while_the_server_is_away_letters_wait_and_count_no_attempt(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    post(3)
    mailer.answer = lambda _: AWAY
    deliver_due(runtime)
    assert deliver_due(runtime) == 0, "the circuit is open"
    assert {(one["status"], one["attempts"]) for one in letters(runtime)} == {("waiting", 0)}
    with runtime.sessions() as session:
        (held,) = circuits.open_circuits(session)
    assert held.reason == "connection refused"


def test_when_the_server_is_back_one_probe_goes_first_and_all_follow(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    post(3)
    mailer.answer = lambda _: AWAY
    hasty = replace(runtime, policy=Policy(circuit_pause=timedelta(0), circuit_pause_cap=timedelta(0)))
    deliver_due(hasty)
    mailer.letters.clear()
    mailer.answer = lambda _: ACCEPTED
    deliver_due(hasty)
    assert {one["status"] for one in letters(runtime)} == {"accepted"}
    with runtime.sessions() as session:
        assert circuits.open_circuits(session) == []


def test_the_most_urgent_letters_leave_first(runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]) -> None:
    bulk, flash = post(3), post(2, Urgency.FLASH)
    deliver_due(runtime)
    order = [one.path.partition("?")[0] for one in mailer.letters]
    assert order == [f"/inbox/{flash}"] * 2 + [f"/inbox/{bulk}"] * 3


def test_two_workers_never_hold_the_same_letter(runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]) -> None:
    post(LETTERS_IN_A_BATCH + 50)
    threads = [threading.Thread(target=deliver_due, args=[runtime]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [one.delivery_id for one in mailer.letters]
    assert len(ids) == len(set(ids)) == LETTERS_IN_A_BATCH + 50


def test_a_full_batch_wakes_another_worker(
    runtime: Runtime, doorbell_rings: list[str], post: Callable[..., int]
) -> None:
    post(LETTERS_IN_A_BATCH)
    doorbell_rings.clear()
    deliver_due(runtime)
    assert doorbell_rings == [doorbell.DELIVER_DUE]


@pytest.fixture
def doorbell_rings(doorbell: FakeDoorbell) -> list[str]:
    return doorbell.rings


class DyingMailer:
    """Takes the letters and dies as a process does: without a word."""

    def send(self, letters: Sequence[Letter], haste: Callable[[], Haste]) -> Iterator[Sequence[Sent]]:  # noqa: ARG002 - the Mailer's signature
        raise KeyboardInterrupt
        yield letters


def kill_a_worker_holding_letters(runtime: Runtime) -> None:
    dying = replace(runtime, mailer=DyingMailer(), policy=Policy(lease=timedelta(0)))
    with pytest.raises(KeyboardInterrupt):
        deliver_due(dying)


def test_a_dead_workers_letters_are_taken_back_in_doubt_and_sent(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    post(3)
    kill_a_worker_holding_letters(runtime)
    assert {one["status"] for one in letters(runtime)} == {"sending"}
    assert sweep(runtime) == 3
    assert deliver_due(runtime) == 3
    assert {(one["status"], one["in_doubt"]) for one in letters(runtime)} == {("accepted", True)}
    assert [one["outcome"] for one in tried(runtime)] == ["abandoned"] * 3 + ["accepted"] * 3


def test_a_letter_that_killed_two_workers_is_tried_alone(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    post(3)
    for _ in range(deliveries.SUSPECT_AFTER):
        kill_a_worker_holding_letters(runtime)
        sweep(runtime)
    with runtime.sessions.begin() as session:
        assert deliveries.claim(session, 10, timedelta(seconds=60), runtime.clock()).rows == ()
        assert len(deliveries.claim(session, 1, timedelta(seconds=60), runtime.clock(), suspects=True).rows) == 1


def test_a_result_under_a_lost_lease_is_kept_only_when_it_is_a_250(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    post(2)

    def lose_the_lease(letter: Letter) -> Outcome:
        with runtime.sessions.begin() as session:
            session.execute(update(delivery_table).values(lease_token=uuid4()))
        return ACCEPTED if letter is mailer.letters[0] else NO_SUCH_USER

    mailer.answer = lose_the_lease
    deliver_due(runtime)
    assert [one["status"] for one in letters(runtime)] == ["accepted", "sending"]


def test_an_accepted_letter_is_not_moved_by_a_late_refusal(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    post()
    deliver_due(runtime)
    (letter,) = mailer.letters
    late = Sent(letter, NO_SUCH_USER, datetime.now(UTC), datetime.now(UTC))
    with runtime.sessions.begin() as session:
        deliveries.record(session, [(late, Verdict(Status.REFUSED))], "late:1", runtime.clock())
    assert letters(runtime)[0]["status"] == "accepted"
    assert [one["outcome"] for one in tried(runtime)] == ["accepted", "refused"], "what was tried is kept all the same"


def test_the_sweep_rings_for_whatever_is_due(
    runtime: Runtime, doorbell_rings: list[str], post: Callable[..., int]
) -> None:
    post()
    post_document(runtime, OPERATOR, make_posting())
    doorbell_rings.clear()
    sweep(runtime)
    assert doorbell_rings == [doorbell.LIST_RECIPIENTS, doorbell.DELIVER_DUE]


def test_an_account_letter_whose_link_is_dead_is_not_sent_any_more(runtime: Runtime, mailer: FakeMailer) -> None:
    with runtime.sessions.begin() as session:
        unit = make_unit(session)
        for code in ("A1", "A2"):
            make_account(session, make_person(session, unit, code=code), username=code.lower())
    invite_accounts(runtime, OPERATOR, by="mail")
    (slip,) = invite_accounts(runtime, OPERATOR, by="slip", codes=["A1"])
    activate_by_slip(runtime, slip.username, slip.code, "mot mat khau dai", "127.0.0.1")
    sweep(runtime)
    deliver_due(runtime)
    assert [one["status"] for one in letters(runtime)] == ["cancelled", "accepted"]
    assert mailer.letters[0].path.startswith("/activate/")


def test_a_healed_server_is_found_out_even_when_only_suspect_letters_wait(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    post()
    for _ in range(deliveries.SUSPECT_AFTER):
        kill_a_worker_holding_letters(runtime)
        sweep(runtime)
    with runtime.sessions.begin() as session:
        circuits.open_circuit(session, runtime.server, "away", timedelta(0), timedelta(0))
    deliver_due(runtime)
    assert letters(runtime)[0]["status"] == "accepted"


class SlowMailer(FakeMailer):
    """While its first letter is behind its dot, the lease is lost to somebody else."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self._runtime = runtime

    def send(self, letters: Sequence[Letter], haste: Callable[[], Haste]) -> Iterator[Sequence[Sent]]:
        with self._runtime.sessions.begin() as session:
            session.execute(update(delivery_table).values(lease_token=uuid4()))
        yield []
        moment = datetime.now(UTC)
        yield [Sent(letters[0], ACCEPTED, moment, moment)]
        yield from super().send(letters[1:], haste)


def test_a_worker_that_lost_its_lease_begins_no_letter_and_records_the_250_of_one_on_its_way(
    runtime: Runtime, post: Callable[..., int]
) -> None:
    post(3)
    slow = SlowMailer(runtime)
    deliver_due(replace(runtime, mailer=slow, policy=Policy(lease=timedelta(microseconds=3))))
    assert slow.letters == []
    assert [one["status"] for one in letters(runtime)] == ["accepted", "sending", "sending"]
    assert [one["outcome"] for one in tried(runtime)] == ["accepted"]


def test_what_a_worker_had_not_begun_when_it_was_told_to_stop_waits_as_if_it_had_not_been_claimed(
    runtime: Runtime, mailer: FakeMailer, doorbell_rings: list[str], post: Callable[..., int]
) -> None:
    post(5)
    before = letters(runtime)
    doorbell_rings.clear()
    assert deliver_due(runtime, is_stopping=lambda: len(mailer.letters) == 2) == 2
    begun, left = letters(runtime)[:2], letters(runtime)[2:]
    assert {one["status"] for one in begun} == {"accepted"}
    assert left == before[2:]
    assert len(tried(runtime)) == 2
    assert doorbell_rings == [doorbell.DELIVER_DUE], "somebody else can send them"
    assert deliver_due(runtime) == 3
    assert len(mailer.letters) == len({one.delivery_id for one in mailer.letters}) == 5


def test_a_worker_that_was_told_to_stop_claims_nothing(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    post()
    assert deliver_due(runtime, is_stopping=lambda: True) == 0
    assert mailer.letters == []


def test_a_slow_server_does_not_make_a_run_outlast_its_time(
    runtime: Runtime, mailer: FakeMailer, doorbell_rings: list[str], post: Callable[..., int]
) -> None:
    post(5)
    budget = timedelta(seconds=1)

    def answer_when_time_is_up(_: Letter) -> Outcome:
        time.sleep(budget.total_seconds())
        return ACCEPTED

    mailer.answer = answer_when_time_is_up
    assert deliver_due(runtime, budget=budget) == 1
    assert [one["status"] for one in letters(runtime)] == ["accepted"] + ["waiting"] * 4
    assert doorbell_rings[-1] == doorbell.DELIVER_DUE


class ThoughtfulMailer(FakeMailer):
    """Its server thinks about the first letter until it is told to answer."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = threading.Event()

    def send(self, letters: Sequence[Letter], haste: Callable[[], Haste]) -> Iterator[Sequence[Sent]]:
        while haste() is Haste.NONE:
            yield []
        yield from super().send(letters[1:], haste)
        while not self.answers.wait(0.01):
            yield []
        moment = datetime.now(UTC)
        yield [Sent(letters[0], ACCEPTED, moment, moment)]


def test_a_run_does_not_wait_for_a_server_that_thinks_and_its_reply_is_recorded_all_the_same(
    runtime: Runtime, post: Callable[..., int]
) -> None:
    post(3)
    thoughtful = ThoughtfulMailer()
    assert deliver_due(replace(runtime, mailer=thoughtful), budget=timedelta(seconds=0.2)) == 0
    assert [one["status"] for one in letters(runtime)] == ["sending", "waiting", "waiting"]
    thoughtful.answers.set()
    for thread in threading.enumerate():
        if thread.name == LAST_REPLIES:
            thread.join()
    assert [one["status"] for one in letters(runtime)] == ["accepted", "waiting", "waiting"]


class BlinkingSessions:
    """The database goes away for the first two attempts to write the results of letters."""

    def __init__(self, runtime: Runtime) -> None:
        self._sessions = runtime.sessions
        self.armed = False
        self.refusals = 2

    def __call__(self) -> Session:
        return self._sessions()

    def begin(self) -> AbstractContextManager[Session]:
        if self.armed and self.refusals:
            self.refusals -= 1
            raise OperationalError("COMMIT", {}, ConnectionError("the server closed the connection"))
        return self._sessions.begin()


def test_a_250_that_was_read_is_recorded_when_the_database_is_back(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    post()
    blinking = BlinkingSessions(runtime)

    def answer_while_the_database_goes_away(_: Letter) -> Outcome:
        blinking.armed = True
        return ACCEPTED

    mailer.answer = answer_while_the_database_goes_away
    deliver_due(replace(runtime, sessions=blinking))  # type: ignore[arg-type]  # the two verbs that are used
    assert blinking.refusals == 0
    assert [one["status"] for one in letters(runtime)] == ["accepted"]
    assert len(mailer.letters) == 1


WITHDRAWN: Sequence[tuple[Outcome, str]] = [
    (ACCEPTED, "accepted"),
    (NO_SUCH_USER, "refused"),
    (GREYLISTED, "cancelled"),
    (BUSY, "cancelled"),
    (AWAY, "cancelled"),
    (Unknown("connection lost after the final dot"), "cancelled"),
    (Broken("cannot compose"), "cancelled"),
    (GivenBack(), "cancelled"),
]


@pytest.mark.parametrize(("outcome", "status"), WITHDRAWN, ids=lambda value: getattr(value, "name", value))
def test_a_letter_withdrawn_on_the_wire_ends_by_the_servers_word_and_never_waits_again(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int], outcome: Outcome, status: str
) -> None:
    distribution_id = post()

    def withdrawn_meanwhile(_: Letter) -> Outcome:
        with runtime.sessions.begin() as session:
            deliveries.withdraw(session, delivery_table.c.distribution_id == distribution_id, runtime.clock())
        return outcome

    mailer.answer = withdrawn_meanwhile
    deliver_due(runtime)
    (letter,) = letters(runtime)
    assert (letter["status"], letter["withdrawn"]) == (status, True)
    assert letter["final_at"] is not None
    make_due(runtime)
    assert deliver_due(runtime) == 0


def test_a_letter_withdrawn_from_a_dead_worker_is_cancelled_and_a_late_250_still_wins(
    runtime: Runtime, mailer: FakeMailer, post: Callable[..., int]
) -> None:
    distribution_id = post()

    def slept(_: Letter) -> Outcome:
        with runtime.sessions.begin() as session:
            deliveries.withdraw(session, delivery_table.c.distribution_id == distribution_id, runtime.clock())
            session.execute(update(delivery_table).values(lease_until=datetime.now(UTC) - timedelta(seconds=1)))
        sweep(runtime)
        assert [one["status"] for one in letters(runtime)] == ["cancelled"]
        return ACCEPTED

    mailer.answer = slept
    deliver_due(runtime)
    assert [one["status"] for one in letters(runtime)] == ["accepted"]
