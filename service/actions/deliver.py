"""Sends what is due: claim, commit, send with no session open, judge, record in small sets.

A batch is claimed under one token; while it travels its lease is renewed. A run ends when its time is up or its worker
is told to stop, and rings again: what it had not begun goes back, and when the mail server takes its time over letters
on their way, a thread of their own awaits its replies. So a slow one holds up neither the other letters nor the other
tasks of this process, and no task meets the broker's visibility timeout.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import RowMapping
from sqlalchemy.exc import OperationalError

from service import doorbell
from service.actions.editions import EditionShelf
from service.domain.deliveries import Broken, GivenBack, History, Outcome, Requeued, Verdict, decide
from service.domain.letters import Claimed, Edition, Haste, Letter, Sent
from service.runtime import Runtime
from service.store import circuits, deliveries

log = logging.getLogger(__name__)

LETTERS_IN_A_BATCH = 100
FIRST_BATCH = 20
# A batch that takes longer is followed by a smaller one: what is claimed nobody else sends, and nothing overtakes it.
BATCH_SECONDS = 2.0
RUN_BUDGET = timedelta(seconds=5)
RENEWALS_A_LEASE = 3
DATABASE_PAUSE_SECONDS = 0.5
# Threads of this name are to end before their process does.
LAST_REPLIES = "last-replies"


class _Time:
    """How long a run begins letters, and how long it then waits for their ends; by this process's monotonic clock."""

    def __init__(self, budget: timedelta, is_stopping: Callable[[], bool]) -> None:
        seconds = budget.total_seconds()
        self._up_at = time.monotonic() + seconds
        self._over_at = self._up_at + seconds
        self._is_stopping = is_stopping

    @property
    def haste(self) -> Haste:
        if self._is_stopping():
            return Haste.LEAVE
        return Haste.FINISH if time.monotonic() >= self._up_at else Haste.NONE

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._over_at


def deliver_due(
    runtime: Runtime,
    shelf: EditionShelf | None = None,
    is_stopping: Callable[[], bool] = lambda: False,
    budget: timedelta = RUN_BUDGET,
) -> int:
    """Attempt due letters until none is left, the mail server is out, or time is up; returns how many were tried.

    It returns after twice the `budget` at the latest; letters that are still on their way then are not counted.
    `shelf` is the worker's own, so that what one run has read is there for the next; without it the run has its own.
    `is_stopping` says whether this worker was told to stop. It is asked all the time, from another thread too.
    """
    shelf = shelf or EditionShelf(runtime)
    own_time = _Time(budget, is_stopping)
    attempted, size = 0, FIRST_BATCH
    while own_time.haste is Haste.NONE:
        began = time.monotonic()
        batch = _claim(runtime, size)
        if not batch.found:
            return attempted
        if not attempted and batch.found == size:
            # There is more than this run may take: wake another worker, once.
            runtime.doorbell.ring(doorbell.DELIVER_DUE)
        if not batch.rows:
            size = min(size * 2, LETTERS_IN_A_BATCH)
            continue
        lease = _Lease(own_time, runtime.policy.lease.total_seconds(), held_since=began)
        result = _attempt(runtime, shelf, batch, lease)
        attempted += result.tried
        if not result.server_serves:
            return attempted
        size = min(size * 2, LETTERS_IN_A_BATCH) if time.monotonic() - began < BATCH_SECONDS else max(size // 2, 1)
    runtime.doorbell.ring(doorbell.DELIVER_DUE)
    return attempted


def _claim(runtime: Runtime, size: int) -> deliveries.Claim:
    """Claim a batch; a single letter when the server is being probed or the letter is suspect."""
    lease, policy = runtime.policy.lease, runtime.policy
    with runtime.sessions.begin() as session:
        out_since = circuits.out_since(session, runtime.server)
        if out_since is not None:
            if not circuits.take_probe(session, runtime.server, policy.circuit_pause):
                return deliveries.NOTHING
            size = 1
        now = runtime.clock()
        batch = deliveries.claim(session, size, lease, now, out_since=out_since)
        if batch.found:
            return batch
        return deliveries.claim(session, 1, lease, now, suspects=True, out_since=out_since)


@dataclass(slots=True)
class _Lease:
    """The hold on a batch, and how soon its letters are wanted back.

    `held_since` is when the database was last asked for it, by this process's own monotonic clock: a worker that slept,
    or had no database, for as long as the lease must take it for lost without being told.
    """

    time: _Time
    seconds: float
    held_since: float
    is_lost: bool = False

    def is_due(self) -> bool:
        return not self.is_lost and self._age >= self.seconds / RENEWALS_A_LEASE

    def haste(self) -> Haste:
        return Haste.LEAVE if self.is_lost or self._age >= self.seconds else self.time.haste

    @property
    def _age(self) -> float:
        return time.monotonic() - self.held_since


@dataclass(slots=True)
class _Result:
    """How many letters of a batch were tried, and whether the server is worth another batch now."""

    tried: int = 0
    server_serves: bool = True


def _attempt(runtime: Runtime, shelf: EditionShelf, batch: deliveries.Claim, lease: _Lease) -> _Result:
    """Send one batch, and leave what the mail server is slow to answer to a thread, which ends with the last reply."""
    letters, unreadable = _surely(lambda: _letters(runtime, shelf, batch))
    if unreadable:
        _surely(lambda: _record(runtime, unreadable))
    result, sets = _Result(len(unreadable)), runtime.mailer.send(letters, lease.haste)
    for sent in sets:
        _take_in(runtime, batch, lease, sent, result)
        if lease.time.is_over:
            rest = threading.Thread(target=_await_rest, args=(runtime, batch, lease, sets), name=LAST_REPLIES)
            rest.start()
            break
    return result


def _await_rest(runtime: Runtime, batch: deliveries.Claim, lease: _Lease, sets: Iterator[Sequence[Sent]]) -> None:
    for sent in sets:
        _take_in(runtime, batch, lease, sent, _Result())


def _take_in(runtime: Runtime, batch: deliveries.Claim, lease: _Lease, sent: Sequence[Sent], result: _Result) -> None:
    """Record what came back, even when the lease is lost: a 250 counts all the same."""
    if sent:
        result.server_serves &= _surely(lambda: _record(runtime, sent))
        result.tried += sum(not isinstance(one.outcome, GivenBack) for one in sent)
    if lease.is_due():
        _surely(lambda: _renew(runtime, batch, lease))


Result = TypeVar("Result")


def _surely(act: Callable[[], Result]) -> Result:
    """Do it again until the database is there: a 250 that was read and forgotten means a second copy."""
    while True:
        try:
            return act()
        except OperationalError as error:
            log.warning("the database does not answer; letters wait in this worker: %s", error)
            time.sleep(DATABASE_PAUSE_SECONDS)


def _letters(runtime: Runtime, shelf: EditionShelf, batch: deliveries.Claim) -> tuple[list[Letter], list[Sent]]:
    """The letters of a batch, and what became of those that cannot even be read."""
    letters, unreadable, now = [], [], runtime.clock()
    for row, edition in zip(batch.rows, shelf.editions(batch.rows), strict=True):
        history = History(row["attempts"], row["crashes"], row["age"])
        if isinstance(edition, Broken):
            unreadable.append(Sent(Claimed(row["id"], batch.token, history), edition, now, now))
        else:
            letters.append(_letter(batch, row, history, edition, shelf.path(row)))
    return letters, unreadable


def _letter(batch: deliveries.Claim, row: RowMapping, history: History, edition: Edition, path: str) -> Letter:
    return Letter(
        delivery_id=row["id"],
        lease_token=batch.token,
        history=history,
        message_id=row["message_id"],
        address=row["address"],
        recipient_name=row["recipient_name"],
        unit_name=row["unit_name"],
        path=path,
        edition=edition,
    )


def _record(runtime: Runtime, sent: Sequence[Sent]) -> bool:
    judged = [(one, _judge(runtime, one.outcome, one.letter.history)) for one in sent]
    held = next((one.outcome for one in sent if isinstance(one.outcome, Requeued) and one.outcome.holds_queue), None)
    policy = runtime.policy
    with runtime.sessions.begin() as session:
        deliveries.record(session, judged, runtime.worker, runtime.clock())
        if held:
            reason = str(held.reply) if held.reply else held.reason
            circuits.open_circuit(session, runtime.server, reason, policy.circuit_pause, policy.circuit_pause_cap)
        elif any(_server_spoke(one.outcome) for one in sent):
            out_since = circuits.close_circuit(session, runtime.server)
            if out_since is not None:
                deliveries.extend_lifetimes(session, out_since)
    return held is None


def _server_spoke(outcome: Outcome) -> bool:
    return getattr(outcome, "reply", None) is not None


def _judge(runtime: Runtime, outcome: Outcome, history: History) -> Verdict:
    return decide(outcome, history, runtime.policy.retry, random.random())  # noqa: S311 - jitter, not a secret


def _renew(runtime: Runtime, batch: deliveries.Claim, lease: _Lease) -> None:
    """Hold what is left of the batch for another while, unless somebody took it back."""
    asked_at = time.monotonic()
    with runtime.sessions.begin() as session:
        lease.is_lost = deliveries.renew(session, batch.token, runtime.policy.lease) == 0
    lease.held_since = asked_at
