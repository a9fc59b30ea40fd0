"""Wrong guesses in a row, counted under an address, and under a name from that address; see `credentials.pause_after`.

Somebody elsewhere who guesses at a name cannot lock its owner out, and whoever signs in with an account of their own
does not thereby get new guesses at others'.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from service.domain.credentials import address_source, guess_source, name_source, pause_after, reset_source
from service.domain.errors import Throttled
from service.store.purging import drop_some
from service.store.tables import sign_in_failures

_ALLOWED_A_NAME = 5
# A whole office may stand behind one address.
_ALLOWED_AN_ADDRESS = 50
# Mistakes of the morning say nothing about the afternoon.
_FORGOTTEN_AFTER = timedelta(minutes=20)
_ALLOWED_RESETS = 1
_ALLOWED_RESETS_FROM_AN_ADDRESS = 20


def admit(session: Session, name: str, address: str, now: datetime) -> None:
    """Let one guess at a name pass, and count it as wrong until `forget` says that it was right.

    Counted before the answer is known, guesses made side by side cannot slip through together.

    Raises:
        Throttled: too many from this address or at this name went wrong in a row.
    """
    f = sign_in_failures.c
    paused = select(f.locked_until).where(f.source == address_source(address), f.locked_until > now)
    _refuse_until(session.execute(paused).scalar_one_or_none(), now)
    _refuse_until(_count(session, guess_source(name, address), _ALLOWED_A_NAME, now), now)


def admit_name(session: Session, name: str, now: datetime) -> None:
    """As `admit`, where the address is known to be the owner's own.

    Raises:
        Throttled: too many guesses at this name went wrong in a row.
    """
    _refuse_until(_count(session, name_source(name), _ALLOWED_A_NAME, now), now)


def count_wrong(session: Session, address: str, now: datetime) -> None:
    """A guess from this address was wrong; under the name it is counted already.

    An address is counted late: the sign-ins of a whole office, all under way at once, must not look like guesses.
    """
    _count(session, address_source(address), _ALLOWED_AN_ADDRESS, now)


def admit_reset_from(session: Session, address: str, now: datetime) -> None:
    """Let somebody ask for a reset letter: one address shall not fill the mailboxes of a whole office.

    Raises:
        Throttled: too many were asked for from this address.
    """
    _refuse_until(_count(session, reset_source(address_source(address)), _ALLOWED_RESETS_FROM_AN_ADDRESS, now), now)


def admit_reset_for(session: Session, name: str, now: datetime) -> bool:
    """Whether another reset letter may go to this name; the pause grows with each that does."""
    return _count(session, reset_source(name_source(name)), _ALLOWED_RESETS, now) is None


def forget(session: Session, names: Sequence[str], address: str | None = None) -> None:
    """The guess was right: the names start anew, from this address or, without one, from everywhere."""
    source = sign_in_failures.c.source
    known = [name_source(name) for name in names]
    if address is None:
        guessed = or_(*(source.startswith(guess_source(name, ""), autoescape=True) for name in names))
    else:
        guessed = source.in_([guess_source(name, address) for name in names])
    over = or_(source.in_([*known, *map(reset_source, known)]), guessed)
    session.execute(delete(sign_in_failures).where(over))


def drop_forgotten(session: Session, quiet_since: datetime, limit: int) -> int:
    """Drop what has not been counted since that moment; returns how much."""
    return drop_some(session, sign_in_failures.c.source, sign_in_failures.c.last_at < quiet_since, limit)


def _count(session: Session, source: str, allowed: int, now: datetime) -> datetime | None:
    """Count one more, unless the source is paused; returns the end of that pause."""
    f = sign_in_failures.c
    started = upsert(sign_in_failures).values(source=source, failures=1, last_at=now)
    counted = started.on_conflict_do_update(
        index_elements=[f.source],
        set_={
            "failures": case(
                (f.locked_until > now, f.failures), (f.last_at < now - _FORGOTTEN_AFTER, 1), else_=f.failures + 1
            ),
            "last_at": now,
        },
    )
    locked_until: datetime | None
    failures, locked_until = session.execute(counted.returning(f.failures, f.locked_until)).one()
    if locked_until is not None and locked_until > now:
        return locked_until
    pause = pause_after(failures, allowed)
    if pause is not None:
        session.execute(update(sign_in_failures).where(f.source == source).values(locked_until=now + pause))
    return None


def _refuse_until(locked_until: datetime | None, now: datetime) -> None:
    if locked_until is not None:
        raise Throttled(seconds=math.ceil((locked_until - now).total_seconds()))
