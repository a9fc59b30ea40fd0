"""Mail servers that are out: while a row stands here its letters wait and count no attempts (contract, promise I5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.store.purging import drop_some
from service.store.tables import mail_circuits

_NOW = func.clock_timestamp()


@dataclass(frozen=True, slots=True)
class OpenCircuit:
    server: str
    reason: str
    failures: int
    opened_at: datetime


def open_circuits(session: Session) -> list[OpenCircuit]:
    c = mail_circuits.c
    return [OpenCircuit(*row) for row in session.execute(select(c.server, c.reason, c.failures, c.opened_at))]


def out_since(session: Session, server: str) -> datetime | None:
    """When this server went out; None while it serves."""
    query = select(mail_circuits.c.opened_at).where(mail_circuits.c.server == server)
    return session.execute(query).scalar_one_or_none()


def take_probe(session: Session, server: str, pause: timedelta) -> bool:
    """Win the right to try one letter on a server that is out; of many workers one does, once a pause."""
    c = mail_circuits.c
    won = session.execute(
        update(mail_circuits).where(c.server == server, c.probe_at <= _NOW).values(probe_at=_NOW + pause)
    )
    return bool(won.rowcount)  # type: ignore[attr-defined]  # UPDATE gives a CursorResult


def open_circuit(session: Session, server: str, reason: str, pause: timedelta, cap: timedelta) -> None:
    """Hold the letters of a server that is out; each further failure doubles the pause up to `cap`."""
    c = mail_circuits.c
    first = insert(mail_circuits).values(server=server, reason=reason, probe_at=_NOW + pause)
    doubled = func.least(pause * func.power(2, func.least(c.failures, 20)), cap)
    again = first.on_conflict_do_update(
        index_elements=[c.server],
        set_={"reason": reason, "failures": c.failures + 1, "probe_at": _NOW + doubled},
    )
    session.execute(again)


def close_circuit(session: Session, server: str) -> datetime | None:
    """Let the letters go; returns since when they were held, or None when they were not."""
    closed = delete(mail_circuits).where(mail_circuits.c.server == server).returning(mail_circuits.c.opened_at)
    return session.execute(closed).scalar_one_or_none()


def drop_unprobed(session: Session, but: str, age: timedelta, limit: int) -> int:
    """Drop circuits that nobody has probed for so long, `but` one's own; returns how many.

    A server that somebody still sends by is probed within a minute while letters wait.
    """
    c = mail_circuits.c
    return drop_some(session, c.server, and_(c.server != but, c.probe_at < _NOW - age), limit)
