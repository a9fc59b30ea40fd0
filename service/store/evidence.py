"""The evidence log. The application may append and read; positions and hashes are the database's own work."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import exists, func, insert, or_, select
from sqlalchemy.orm import Session

from service.domain.anchors import Head
from service.domain.chain import Sealed
from service.domain.evidence import Entry, canonical, instant
from service.store.tables import evidence

_READ_AT_ONCE = 10_000


def append(session: Session, *entries: Entry) -> None:
    """Write entries in the transaction of the act they describe. They wait for nobody, and are sealed within seconds.

    The identifier is not read back: the application's role may insert the text alone.
    """
    texts = [{"entry": canonical(one)} for one in entries]
    if texts:
        session.execute(insert(evidence).inline(), texts)


def seal(session: Session, most: int) -> int:
    """Chain up to `most` committed entries; returns how many. Zero while another sealer is at it."""
    sealed: int = session.execute(select(func.seal_evidence(most))).scalar_one()
    return sealed


def head(session: Session) -> Head | None:
    """The last sealed entry, or None while there is none."""
    e = evidence.c
    query = select(e.position, e.hash).where(e.position.is_not(None)).order_by(e.position.desc()).limit(1)
    row = session.execute(query).first()
    return Head(*row) if row else None


def head_at(session: Session, position: int) -> Head | None:
    """The entry at a position, as the head that it once was."""
    e = evidence.c
    row = session.execute(select(e.position, e.hash).where(e.position == position)).first()
    return Head(*row) if row else None


def sealed_entries(session: Session) -> Iterator[Sealed]:
    """The whole chain in order, read in parts whatever its length; whatever else bears a position is among it."""
    e = evidence.c
    query = (
        select(e.position, e.entry, func.coalesce(e.hash, b""))
        .where(e.position.is_not(None))
        .order_by(e.position, e.id)
        .execution_options(yield_per=_READ_AT_ONCE)
    )
    for part in session.execute(query).partitions():
        yield from map(Sealed._make, part)


def was_written_since(session: Session, written: Entry, moment: datetime) -> bool:
    """Whether the same deed by the same hand about the same thing was recorded since a moment.

    Takes a lock for the rest of the transaction, so that of two at once the second sees what the first wrote.
    """
    told, e = canonical(written), evidence.c
    # Keys stand in order, so whatever tells this deed from others comes before its moments.
    beginning = told[: told.rindex('"effective_at"')]
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(beginning, 0))))
    alike = func.starts_with(e.entry, beginning)
    query = select(exists().where(e.deed == written.deed.value, e.recorded_at >= instant(moment), alike))
    found: bool = session.execute(query).scalar_one()
    return found


def unsealed_before(session: Session, moment: datetime) -> int:
    """How many entries recorded before a moment wait to be sealed.

    Read by a pattern, because this is asked of logs that somebody may have tampered with.
    """
    e = evidence.c
    recorded_at = func.substring(e.entry, '"recorded_at":"([^"]*)"')
    is_older = or_(recorded_at.is_(None), recorded_at < instant(moment))
    query = select(func.count()).where(e.position.is_(None), is_older)
    count: int = session.execute(query).scalar_one()
    return count
