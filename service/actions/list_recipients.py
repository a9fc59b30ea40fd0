"""Draws frozen lists by ranges of people, so that the first letters leave while the rest is listed."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from service import doorbell
from service.actions.own_deadlines import settle_own_deadlines
from service.domain.audiences import parse_audience
from service.domain.evidence import Deed, Detail, Entry
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store import evidence
from service.store.corrections import first_letters
from service.store.distributions import (
    Unlisted,
    advance_listing,
    end_of_range,
    finish_listing,
    list_range,
    next_unlisted,
    refresh_statistics,
)
from service.store.document_letters import queue_range
from service.store.excuses import hold_absences
from service.store.list_digests import digest_range, list_digest
from service.store.own_deadlines import Whose

PEOPLE_IN_A_RANGE = 5_000
# Below this the planner does well without knowing.
WORTH_COUNTING = 1_000


def list_recipients(runtime: Runtime, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """List every distribution whose moment has come; returns how many receipts were written.

    Each range is a transaction of its own and is remembered in it: a worker killed in between, or told to stop, loses
    nothing, and the next one goes on behind the last range.
    """
    listed = 0
    while not is_stopping() and (written := _list_one_range(runtime)) is not None:
        listed += written
        runtime.doorbell.ring(doorbell.DELIVER_DUE)
    if listed >= WORTH_COUNTING:
        with runtime.sessions.begin() as session:
            refresh_statistics(session)
    return listed


def _list_one_range(runtime: Runtime) -> int | None:
    with runtime.sessions.begin() as session:
        unlisted = next_unlisted(session, runtime.clock())
        if unlisted is None:
            return None
        upto = end_of_range(session, unlisted.listed_through, PEOPLE_IN_A_RANGE)
        if upto is None:
            finish_list(runtime, session, unlisted.id, unlisted.frozen_at)
            return 0
        return _write_range(runtime, session, unlisted, upto)


def _write_range(runtime: Runtime, session: Session, unlisted: Unlisted, upto: int) -> int:
    hold_absences(session)
    office_day = unlisted.frozen_at.astimezone(runtime.clock().tzinfo).date()
    written = list_range(session, unlisted, parse_audience(unlisted.audience), upto, office_day)
    digest_range(session, unlisted, upto)
    # Before the letters are written, for they name the deadline.
    just_listed = Whose(unlisted.id, after=unlisted.listed_through, upto=upto)
    settle_own_deadlines(runtime, session, just_listed, unlisted.frozen_at)
    for occasion in first_letters(session, unlisted.id, unlisted.revision):
        queue_range(session, unlisted, occasion, upto, runtime.policy.mail_domain)
    advance_listing(session, unlisted.id, upto, written)
    return written


def finish_list(runtime: Runtime, session: Session, distribution_id: int, frozen_at: datetime) -> None:
    """Nobody is listed behind those who are. The whole list is one entry, whatever its length."""
    finish_listing(session, distribution_id)
    whole, now = list_digest(session, distribution_id), runtime.clock()
    told: dict[str, Detail] = {"distribution": distribution_id, "listed": whole.listed, "digest": whole.digest.hex()}
    evidence.append(session, Entry(Deed.LIST_FROZEN, OPERATOR.caller, min(frozen_at, now), now, told))
