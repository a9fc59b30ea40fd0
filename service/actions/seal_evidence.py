"""Chains what has committed, every second, and tells a place outside the database how far the chain has come."""

import logging
import time
from datetime import timedelta

from service import doorbell
from service.domain.anchors import Anchor, Head
from service.runtime import Runtime
from service.store import evidence
from service.store.anchor_letters import queue_anchor_letter

log = logging.getLogger(__name__)

ENTRIES_IN_A_BATCH = 1_000
RUN_BUDGET = timedelta(seconds=5)
BETWEEN_LETTERS = timedelta(days=1)


def seal_evidence(runtime: Runtime, budget: timedelta = RUN_BUDGET) -> int:
    """As `seal`, and keep an anchor: for the process that may write anchors."""
    sealed = seal(runtime, budget)
    _keep_anchor(runtime)
    return sealed


def seal(runtime: Runtime, budget: timedelta = RUN_BUDGET) -> int:
    """Seal until nothing is left or the budget is spent; returns how many entries were sealed.

    Any number may run at once: one of them seals, the others find nothing to do. What is left waits for the next run.
    """
    sealed = 0
    ends_at = time.monotonic() + budget.total_seconds()
    while time.monotonic() < ends_at:
        with runtime.sessions.begin() as session:
            batch = evidence.seal(session, ENTRIES_IN_A_BATCH)
        sealed += batch
        if batch < ENTRIES_IN_A_BATCH:
            break
    return sealed


def _keep_anchor(runtime: Runtime) -> None:
    """At intervals, and only when the chain has moved: an office at rest writes nothing."""
    now = runtime.clock()
    try:
        last = runtime.anchors.last()
        if last is not None and timedelta(0) <= now - last.at < runtime.policy.anchor_interval:
            return
        with runtime.sessions() as session:
            head = evidence.head(session)
        if head is not None and (last is None or head != last.head):
            runtime.anchors.keep(Anchor(head, now))
            _mail_anchor(runtime, head)
    except OSError as error:
        # The chain goes on without it; what is missing shows on the evidence page.
        log.error("the anchor of the evidence log was not kept: %s", error)  # noqa: TRY400 - a full disk needs no traceback


def _mail_anchor(runtime: Runtime, head: Head) -> None:
    policy = runtime.policy
    if not policy.anchor_mail:
        return
    with runtime.sessions.begin() as session:
        queued = queue_anchor_letter(session, policy.anchor_mail, head.position, BETWEEN_LETTERS, policy.mail_domain)
    if queued:
        runtime.doorbell.ring(doorbell.DELIVER_DUE)
