"""The regular look without a ring: takes back what dead workers hold, drops dead links, rings for what is due."""

import logging

from service import doorbell
from service.actions.add_recipients import LOOK_EVERY
from service.actions.purge import purge
from service.runtime import Runtime
from service.store import corrections, deliveries, distributions, list_changes, liveness, tallies

log = logging.getLogger(__name__)

BEAT = "beat"


def sweep(runtime: Runtime) -> int:
    """Mend what a dead worker left, then ring for due work; returns how many letters were mended.

    Only beat's schedule calls this, so it is also the sign that beat lives.
    """
    with runtime.sessions.begin() as session:
        mended = deliveries.mend_expired(session, runtime.policy.retry, runtime.worker, runtime.clock())
        deliveries.cancel_dead_links(session, runtime.clock())
        tallies.fold(session)
        liveness.beat(session, BEAT, BEAT)
        has_letters = deliveries.oldest_due_at(session) is not None
        has_lists = distributions.listing_is_due(session, runtime.clock()) or bool(
            list_changes.due_to_follow(session, runtime.clock() - LOOK_EVERY)
        )
        has_corrections = corrections.announcing_is_due(session)
    if mended:
        log.warning("took back %d letters from workers that stopped", mended)
    if has_lists:
        runtime.doorbell.ring(doorbell.LIST_RECIPIENTS)
    if has_corrections:
        runtime.doorbell.ring(doorbell.ANNOUNCE_CORRECTIONS)
    if has_letters:
        runtime.doorbell.ring(doorbell.DELIVER_DUE)
    purge(runtime)
    return mended


def report_alive(runtime: Runtime) -> None:
    """A worker's own sign of life."""
    with runtime.sessions.begin() as session:
        liveness.beat(session, runtime.worker, "worker")
