"""Deadlines of single people: a cache on the receipt, worked out from absences. Null for the distribution's own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Date, DateTime, cast, column, exists, func, literal, or_, select, update
from sqlalchemy.orm import Session

from service.domain.documents import Mode
from service.domain.list_changes import Origin
from service.domain.receipts import State
from service.store.arrays import among
from service.store.tables import absences, distributions, receipts


@dataclass(frozen=True, slots=True)
class Obligation:
    """A receipt that still asks for a confirmation until `due_at`; `own_due_at` is what the cache says.

    `due_days` are the working days that everybody on the frozen list was given, None where a date was named;
    `is_added` for who came onto the list later.
    """

    distribution_id: int
    person_id: int
    due_at: datetime
    due_days: int | None
    frozen_at: datetime
    listed_at: datetime
    is_added: bool
    own_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Whose:
    """Which obligations; each None means any. `after` and `upto` are the range of people just listed."""

    distribution_id: int | None = None
    person_ids: Collection[int] | None = None
    after: int = 0
    upto: int | None = None


def obligations(session: Session, whose: Whose) -> list[Obligation]:
    """Those that an absence may move or has moved, and those of people who were added."""
    r, d, a = receipts.c, distributions.c, absences.c
    # The database need not know the office's zone: a day too many is judged and found to move nothing.
    may_move = exists().where(
        a.person_id == r.person_id, a.withdrawn_at.is_(None), a.last_day >= cast(r.listed_at, Date) - 1
    )
    was_added = r.origin != Origin.FROZEN.value
    query = (
        select(
            r.distribution_id,
            r.person_id,
            d.due_at,
            d.due_days,
            d.frozen_at,
            r.listed_at,
            was_added,
            r.own_due_at,
        )
        .join(distributions, d.id == r.distribution_id)
        .where(
            d.mode == Mode.ACKNOWLEDGE.value,
            d.due_at.is_not(None),
            d.recalled_at.is_(None),
            r.status != State.ACKNOWLEDGED.value,
            r.person_id > whose.after,
            or_(may_move, was_added, r.own_due_at.is_not(None)),
        )
    )
    if whose.distribution_id is not None:
        query = query.where(r.distribution_id == whose.distribution_id)
    if whose.person_ids is not None:
        query = query.where(among(r.person_id, whose.person_ids))
    if whose.upto is not None:
        query = query.where(r.person_id <= whose.upto)
    return [Obligation(*row) for row in session.execute(query)]


def deadlines_of_added(session: Session, distribution_id: int, person_ids: Collection[int]) -> dict[int, datetime]:
    """Until when those of these people have time who came onto the list later."""
    r = receipts.c
    query = select(r.person_id, r.own_due_at).where(
        r.distribution_id == distribution_id,
        among(r.person_id, person_ids),
        r.origin != Origin.FROZEN.value,
        r.own_due_at.is_not(None),
    )
    return dict(session.execute(query).all())


def listing_moments(session: Session, distribution_id: int, person_ids: Collection[int]) -> dict[int, datetime]:
    """When each of these people came onto a distribution's list."""
    r = receipts.c
    query = select(r.person_id, r.listed_at).where(r.distribution_id == distribution_id, among(r.person_id, person_ids))
    return dict(session.execute(query).all())


def write_own_deadlines(session: Session, moved: Sequence[tuple[Obligation, datetime | None]]) -> None:
    """Say until when each has time, whatever was said before."""
    r, moment = receipts.c, DateTime(timezone=True)
    # One array a column: a list may have more people than a statement takes parameters.
    v = (
        func.unnest(
            literal([one.distribution_id for one, _ in moved], ARRAY(BigInteger)),
            literal([one.person_id for one, _ in moved], ARRAY(BigInteger)),
            literal([own_at for _, own_at in moved], ARRAY(moment)),
        )
        .table_valued(
            column("distribution_id", BigInteger), column("person_id", BigInteger), column("own_due_at", moment)
        )
        .render_derived("v")
    )
    same = r.distribution_id == v.c.distribution_id, r.person_id == v.c.person_id
    session.execute(update(receipts).where(*same).values(own_due_at=v.c.own_due_at))
