"""Tells everybody listed of a correction, by ranges of people, as lists are drawn.

What a correction changes for readers is in force the moment it is made; see `correct_document`. Here its letters are
written, and those that have nothing true to say any more are taken back, whatever the length of the list.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from service import doorbell
from service.domain.corrections import Kind, announced_by
from service.runtime import Runtime
from service.store.corrections import Unannounced, advance_announcing, finish_announcing, next_unannounced
from service.store.deliveries import withdraw_outdated
from service.store.document_letters import queue_announcement
from service.store.receipts import end_of_listed

PEOPLE_IN_A_RANGE = 5_000


def announce_corrections(
    runtime: Runtime, is_stopping: Callable[[], bool] = lambda: False, people: int = PEOPLE_IN_A_RANGE
) -> int:
    """Write the letters of every correction that was made, to so many `people` at once; returns how many.

    Each range is a transaction of its own and is remembered in it, so a worker killed in between loses nothing.
    """
    written = 0
    while not is_stopping() and (more := _announce_one_range(runtime, people)) is not None:
        written += more
        if more:
            runtime.doorbell.ring(doorbell.DELIVER_DUE)
    return written


def _announce_one_range(runtime: Runtime, people: int) -> int | None:
    with runtime.sessions.begin() as session:
        correction = next_unannounced(session)
        if correction is None:
            return None
        upto = _end_of_range(session, correction, people)
        if upto is None:
            finish_announcing(session, correction.id, runtime.clock())
            return 0
        return _write_range(runtime, session, correction, upto)


def _end_of_range(session: Session, correction: Unannounced, people: int) -> int | None:
    """None when everybody was told, or need not be: a later correction tells them, and takes back what waits."""
    if correction.is_outdone:
        return None
    return end_of_listed(session, correction.distribution_id, correction.announced_through, people)


def _write_range(runtime: Runtime, session: Session, correction: Unannounced, upto: int) -> int:
    now = runtime.clock()
    if correction.kind is not Kind.ERRATUM:
        people = correction.announced_through, upto
        withdraw_outdated(session, correction.distribution_id, correction.withdrawn_through, people, now)
    occasion = announced_by(correction.kind, correction.number)
    written = queue_announcement(session, correction, occasion, upto, now, runtime.policy.mail_domain)
    advance_announcing(session, correction.id, upto)
    return written
