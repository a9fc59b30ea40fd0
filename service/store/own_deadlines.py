"""Deadlines of single people, worked out from absences: each as it was told, and the last one on the receipt.

Null for the distribution's own.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Select,
    Subquery,
    and_,
    cast,
    column,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from service.domain.documents import Mode
from service.domain.list_changes import Origin
from service.domain.receipts import State
from service.store.arrays import among
from service.store.deliveries import tell_own_deadlines
from service.store.receipts import standing
from service.store.tables import absences, distributions, receipt_events, receipts
from service.store.tables import own_deadlines as own_deadlines_table

_MOMENT = DateTime(timezone=True)


@dataclass(frozen=True, slots=True)
class Obligation:
    """A receipt that asks for a confirmation until `due_at`, or got one later; `own_due_at` is what the cache says.

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

    def covers(self, person_id: ColumnElement[int]) -> ColumnElement[bool]:
        """True where a column holds one of these people."""
        bounds = [person_id > self.after]
        if self.upto is not None:
            bounds.append(person_id <= self.upto)
        if self.person_ids is not None:
            bounds.append(among(person_id, self.person_ids))
        return and_(*bounds)


def obligations(session: Session, whose: Whose) -> list[Obligation]:
    """Those that an absence may move or has moved, and those of people who were added."""
    r, d = receipts.c, distributions.c
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
            or_(standing() != State.ACKNOWLEDGED.value, _confirmed_late()),
            whose.covers(r.person_id),
            or_(r.person_id.in_(_away(whose)), was_added, r.own_due_at.is_not(None)),
        )
    )
    if whose.distribution_id is not None:
        query = query.where(r.distribution_id == whose.distribution_id)
    return [Obligation(*row) for row in session.execute(query)]


def _away(whose: Whose) -> Select[int]:
    """People with an absence that may move a deadline of theirs; one that moves nothing is found to when it is judged.

    Found once for all receipts: asked of each, it would be a search through everybody's absences for every person.
    """
    a, d = absences.c, distributions.alias().c
    query = select(a.person_id).where(a.withdrawn_at.is_(None), whose.covers(a.person_id))
    if whose.distribution_id is None:
        return query
    # The database need not know the office's zone: a day too many does no harm.
    frozen = select(cast(d.frozen_at, Date) - 1).where(d.id == whose.distribution_id).scalar_subquery()
    return query.where(a.last_day >= frozen)


def _confirmed_late() -> ColumnElement[bool]:
    """An absence that becomes known only afterwards may still excuse it."""
    r, d, e = receipts.c, distributions.c, receipt_events.c
    mine = e.distribution_id == r.distribution_id, e.person_id == r.person_id
    confirmed = e.revision == d.revision, e.state == State.ACKNOWLEDGED.value
    return exists().where(*mine, *confirmed, e.effective_at > d.due_at)


@dataclass(frozen=True, slots=True)
class Told:
    """A person's own deadline; `is_added` for who came onto the list later, which is why it is another."""

    due_at: datetime
    listed_at: datetime
    is_added: bool


def own_deadlines(
    session: Session, distribution_id: int, person_ids: Collection[int], as_of: datetime
) -> dict[int, Told]:
    """By person, for those of these people who had one by what was recorded then."""
    r, last = receipts.c, last_told(distribution_id, as_of)
    query = (
        select(r.person_id, last.c.due_at, r.listed_at, r.origin != Origin.FROZEN.value)
        .join(last, last.c.person_id == r.person_id)
        .where(r.distribution_id == distribution_id, among(r.person_id, person_ids), last.c.due_at.is_not(None))
    )
    return {person_id: Told(*told) for person_id, *told in session.execute(query)}


def last_told(distribution_id: int, as_of: datetime) -> Subquery:
    """`person_id` and `due_at` of everybody whose deadline had ever moved by then; null for back to everybody's."""
    o = own_deadlines_table.c
    return (
        select(o.person_id, o.due_at)
        .where(o.distribution_id == distribution_id, o.recorded_at <= as_of)
        .ext(distinct_on(o.person_id))
        .order_by(o.person_id, o.id.desc())
        .subquery("own")
    )


def write_own_deadlines(
    session: Session, moved: Sequence[tuple[Obligation, datetime | None]], moment: datetime
) -> None:
    """Say until when each has time, whatever was said before; letters that have not left yet say it too."""
    r = receipts.c
    # One array a column: a list may have more people than a statement takes parameters.
    v = (
        func.unnest(
            literal([one.distribution_id for one, _ in moved], ARRAY(BigInteger)),
            literal([one.person_id for one, _ in moved], ARRAY(BigInteger)),
            literal([own_at for _, own_at in moved], ARRAY(_MOMENT)),
        )
        .table_valued(column("distribution_id", BigInteger), column("person_id", BigInteger), column("due_at", _MOMENT))
        .render_derived("v")
    )
    names = ["distribution_id", "person_id", "due_at", "recorded_at"]
    told = select(v.c.distribution_id, v.c.person_id, v.c.due_at, literal(moment, _MOMENT))
    session.execute(insert(own_deadlines_table).from_select(names, told))
    same = r.distribution_id == v.c.distribution_id, r.person_id == v.c.person_id
    session.execute(update(receipts).where(*same).values(own_due_at=v.c.due_at))
    tell_own_deadlines(session, {one.distribution_id for one, _ in moved}, {one.person_id for one, _ in moved})
