"""Who has been seen at work lately."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.store.purging import drop_some
from service.store.tables import heartbeats

_NOW = func.clock_timestamp()


@dataclass(frozen=True, slots=True)
class Heartbeat:
    name: str
    kind: str
    seen_at: datetime


def beat(session: Session, name: str, kind: str) -> None:
    """Say that `name` is alive; `kind` is worker or beat."""
    seen = insert(heartbeats).values(name=name, kind=kind)
    session.execute(seen.on_conflict_do_update(index_elements=[heartbeats.c.name], set_={"seen_at": _NOW}))


def drop_unseen(session: Session, age: timedelta, limit: int) -> int:
    """Drop those not seen for so long; returns how many."""
    return drop_some(session, heartbeats.c.name, heartbeats.c.seen_at < _NOW - age, limit)


def seen_within(session: Session, age: timedelta) -> list[Heartbeat]:
    h = heartbeats.c
    query = select(h.name, h.kind, h.seen_at).where(h.seen_at > _NOW - age).order_by(h.kind, h.name)
    return [Heartbeat(*row) for row in session.execute(query)]
