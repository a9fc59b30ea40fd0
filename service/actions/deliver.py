"""Sends what is due: claim, commit, send with no session open, judge, record in small sets.

A batch is claimed under one token; while it travels its lease is renewed. The letters of one run end within a budget
of time, then the worker rings again, so that no task meets the broker's visibility timeout.
"""

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import RowMapping
from sqlalchemy.exc import OperationalError

from service import doorbell
from service.actions.editions import EditionShelf
from service.domain.deliveries import History, Outcome, Requeued, Verdict, decide
from service.domain.letters import Letter, Sent
from service.runtime import Runtime
from service.store import circuits, deliveries

log = logging.getLogger(__name__)

LETTERS_IN_A_BATCH = 100
FIRST_BATCH = 20
# A batch that takes longer is followed by a smaller one, so that a slow server cannot make a run outlast its budget.
BATCH_SECONDS = 2.0
RUN_BUDGET = timedelta(seconds=5)
RENEWALS_A_LEASE = 3
DATABASE_PAUSE_SECONDS = 0.5


def deliver_due(runtime: Runtime, budget: timedelta = RUN_BUDGET) -> int:
    """Attempt due letters until none is left, the mail server is out, or the budget is spent; returns how many."""
    shelf = EditionShelf(runtime)
    attempted, size = 0, FIRST_BATCH
    ends_at = time.monotonic() + budget.total_seconds()
    while time.monotonic() < ends_at:
        batch = _claim(runtime, size)
        if not batch.rows:
            return attempted
        if not attempted and len(batch.rows) == size:
            # There is more than this run may take: wake another worker, once.
            runtime.doorbell.ring(doorbell.DELIVER_DUE)
        attempted += len(batch.rows)
        began = time.monotonic()
        if not _attempt(runtime, shelf, batch):
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
        batch = deliveries.claim(session, size, lease, out_since=out_since)
        return batch if batch.rows else deliveries.claim(session, 1, lease, suspects=True, out_since=out_since)


@dataclass(slots=True)
class _Lease:
    """When the batch's lease was last renewed, by this process's own monotonic clock."""

    renewed: float
    every: float

    def is_due(self) -> bool:
        return time.monotonic() - self.renewed >= self.every


def _attempt(runtime: Runtime, shelf: EditionShelf, batch: deliveries.Claim) -> bool:
    """Send one batch; returns whether the server is worth another one now."""
    letters = [_letter(shelf, batch, row) for row in batch.rows]
    lease = _Lease(time.monotonic(), runtime.policy.lease.total_seconds() / RENEWALS_A_LEASE)
    serves = True
    for sent in runtime.mailer.send(letters):
        if sent:
            serves = _surely(lambda: _record(runtime, sent)) and serves  # noqa: B023 - called at once
        if lease.is_due() and not _surely(lambda: _renew(runtime, batch, lease)):
            # Somebody else holds what is left: this worker slept, or could not reach the database, for too long.
            return serves
    return serves


Result = TypeVar("Result")


def _surely(write: Callable[[], Result]) -> Result:
    """Do it again until the database is there: a 250 that was read and forgotten means a second copy."""
    while True:
        try:
            return write()
        except OperationalError as error:
            log.warning("the database does not answer; results of letters wait in this worker: %s", error)
            time.sleep(DATABASE_PAUSE_SECONDS)


def _letter(shelf: EditionShelf, batch: deliveries.Claim, row: RowMapping) -> Letter:
    edition = shelf.edition(row)
    return Letter(
        delivery_id=row["id"],
        lease_token=batch.token,
        message_id=row["message_id"],
        address=row["address"],
        recipient_name=row["recipient_name"],
        unit_name=row["unit_name"],
        path=shelf.path(row),
        edition=edition,
        history=History(row["attempts"], row["crashes"], row["age"]),
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


def _renew(runtime: Runtime, batch: deliveries.Claim, lease: _Lease) -> bool:
    """Whether any letter of the batch is still held."""
    with runtime.sessions.begin() as session:
        held = deliveries.renew(session, batch.token, runtime.policy.lease)
    lease.renewed = time.monotonic()
    return held > 0
