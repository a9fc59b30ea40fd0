"""Who has confirmed as of a moment, by the fact that a report counts, and who of them after their deadline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    RowMapping,
    Select,
    Text,
    and_,
    case,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from service.domain.coverage import Confirmation
from service.domain.documents import Mode
from service.domain.errors import BadCursor
from service.domain.receipts import Route, asked
from service.domain.vietnamese import full_name
from service.store.corrections import in_force_at
from service.store.own_deadlines import last_told
from service.store.reports import Asked, reached, same_receipt
from service.store.tables import accounts, people, receipts

_READ_AT_ONCE = 1_000
_MOMENT = DateTime(timezone=True)
_ENTERED = [route.value for route in Route if route.is_entered]


@dataclass(frozen=True, slots=True)
class Sought:
    """Which confirmations: those that the report `asked` counts, of the revision that was in force.

    `due_at` is everybody's deadline.
    """

    asked: Asked
    revision: int
    due_at: datetime | None
    only_late: bool = False

    @property
    def distribution_id(self) -> int:
        return self.asked.scope.distribution_id

    @property
    def mode(self) -> Mode:
        return Mode(self.asked.head["mode"])

    @property
    def as_of(self) -> datetime:
        return self.asked.as_of


@dataclass(frozen=True, slots=True)
class UnitCount:
    """How many of a frozen unit have confirmed, and how many of those after their own deadline."""

    unit_id: int
    unit_name: str
    confirmed: int
    late: int


def confirmations_of(session: Session, asked_for: Asked) -> Sought:
    """All of them."""
    in_force = in_force_at(session, asked_for.head["id"], asked_for.head["due_at"], asked_for.as_of)
    return Sought(asked_for, in_force.revision, in_force.due_at)


def all_confirmations(session: Session, sought: Sought) -> Iterator[list[Confirmation]]:
    """In name order, in lots: read in parts, however many."""
    return _in_lots(session, _named(sought))


def confirmations_page(session: Session, sought: Sought, *, after: int | None, limit: int) -> list[Confirmation]:
    """In name order, those behind the person `after`.

    Raises:
        BadCursor: nobody on the list has this id.
    """
    query = _named(sought)
    if after is not None:
        query = query.where(tuple_(*_PLACE) > tuple_(*_place_of(session, sought.distribution_id, after)))
    return [_confirmation(row) for row in session.execute(query.limit(limit)).mappings()]


def count_confirmations(session: Session, sought: Sought) -> list[UnitCount]:
    """By unit as it was frozen, in no order."""
    found = _confirmed(sought).subquery("found")
    query = select(found.c.unit_id, found.c.unit_name, func.count(), func.count(found.c.late_by)).group_by(
        found.c.unit_id, found.c.unit_name
    )
    return [UnitCount(*row) for row in session.execute(query)]


# Name order, as a report has it.
_PLACE = (receipts.c.name_key, people.c.code)


def _in_lots(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[list[Confirmation]]:
    rows = session.execute(query.execution_options(yield_per=_READ_AT_ONCE)).mappings()
    for lot in rows.partitions():
        yield [_confirmation(row) for row in lot]


def _place_of(session: Session, distribution_id: int, person_id: int) -> tuple[ColumnElement[str], ...]:
    r = receipts.c
    query = select(*_PLACE).join(people, people.c.id == r.person_id)
    row = session.execute(query.where(r.distribution_id == distribution_id, r.person_id == person_id)).first()
    if row is None:
        raise BadCursor
    return tuple(literal(key, Text) for key in row)


def _named(sought: Sought) -> Select[*tuple[Any, ...]]:
    """With the names of whoever entered what somebody else had done."""
    found, r = _confirmed(sought).subquery("found"), receipts.c
    enterer = and_(accounts.c.id == found.c.account_id, found.c.route.in_(_ENTERED))
    return (
        select(
            found,
            r.family_name,
            r.given_name,
            r.position,
            people.c.code,
            func.coalesce(accounts.c.display_name, "").label("entered_by"),
        )
        .join(receipts, and_(r.distribution_id == sought.distribution_id, r.person_id == found.c.person_id))
        .join(people, people.c.id == r.person_id)
        .outerjoin(accounts, enterer)
        .order_by(*_PLACE)
    )


def _confirmed(sought: Sought) -> Select[*tuple[Any, ...]]:
    """One row a person: the fact by which they count, and by how much it came after the deadline that was theirs."""
    r, own = receipts.c, last_told(sought.distribution_id, sought.as_of)
    fact = reached(asked(sought.mode), sought.revision, sought.as_of)
    due_at = func.coalesce(own.c.due_at, literal(sought.due_at, _MOMENT))
    late_by = case((fact.c.effective_at > due_at, fact.c.effective_at - due_at))
    query = (
        select(
            r.person_id,
            r.unit_id,
            r.unit_name,
            fact.c.route,
            fact.c.account_id,
            fact.c.effective_at,
            fact.c.recorded_at,
            late_by.label("late_by"),
        )
        .select_from(receipts)
        .join(fact, same_receipt(fact))
        .outerjoin(own, own.c.person_id == r.person_id)
        .where(sought.asked.lists())
    )
    return query.where(late_by.is_not(None)) if sought.only_late else query


def _confirmation(row: RowMapping) -> Confirmation:
    late_by: timedelta | None = row["late_by"]
    return Confirmation(
        person_id=row["person_id"],
        code=row["code"],
        full_name=full_name(row["family_name"], row["given_name"]),
        position=row["position"],
        unit_name=row["unit_name"],
        confirmed_at=row["effective_at"],
        recorded_at=row["recorded_at"],
        route=Route(row["route"]),
        entered_by=row["entered_by"],
        late_by=late_by,
    )
