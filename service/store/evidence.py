"""The evidence log. The application may append and read; positions and hashes are the database's own work."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from service.domain.evidence import Entry, canonical
from service.store.tables import evidence

_READ_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Sealed:
    """`entry` is the text as it was hashed; `hash` its 32 bytes."""

    position: int
    entry: str
    hash: bytes


def append(session: Session, *entries: Entry) -> None:
    """Write entries in the transaction of the act they describe. They wait for nobody, and are sealed within seconds.

    The identifier is not read back: the application's role may insert the text alone.
    """
    texts = [{"entry": canonical(one)} for one in entries]
    session.execute(insert(evidence).inline(), texts)


def seal(session: Session, most: int) -> int:
    """Chain up to `most` committed entries; returns how many. Zero while another sealer is at it."""
    sealed: int = session.execute(select(func.seal_evidence(most))).scalar_one()
    return sealed


def sealed_entries(session: Session, after: int = 0) -> Iterator[Sealed]:
    """The chain behind a position, in order, read in parts whatever its length."""
    e = evidence.c
    query = select(e.position, e.entry, e.hash).where(e.position > after).order_by(e.position)
    for row in session.execute(query.execution_options(yield_per=_READ_AT_ONCE)):
        yield Sealed(*row)
