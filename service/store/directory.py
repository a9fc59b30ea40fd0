"""Reads of the directory: the unit tree in office order, and its people, searched without accents."""

import base64
import json
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Date, Row, Select, Text, cast, func, literal, select, tuple_
from sqlalchemy.orm import Session

from service.domain.audiences import StaffClass
from service.domain.errors import BadCursor
from service.domain.people import UnitRow
from service.domain.vietnamese import fold, full_name
from service.store.tables import memberships, people, units
from service.store.units import below, office_order

_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit in the tree: `depth` 0 at the top; `people` are those directly in it, by their present versions."""

    id: int
    code: str
    name: str
    parent_id: int | None
    depth: int
    people: int


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person's present version."""

    person_id: int
    code: str
    family_name: str
    given_name: str
    position: str
    staff_class: StaffClass
    unit_id: int
    unit_code: str
    unit_name: str
    email: str | None
    email_problem: str | None
    groups: tuple[str, ...]
    active_from: date | None
    active_to: date | None

    @property
    def full_name(self) -> str:
        return full_name(self.family_name, self.given_name)


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person of the present directory, or the last version of one who left at `left_at`."""

    person: PersonLine
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """`after` continues the list behind its last line; None when that was the last of all."""

    lines: tuple[PersonLine, ...]
    after: str | None


def list_units(session: Session) -> list[UnitLine]:
    """Every unit in office order: each one behind its parent, beside each other by position, then code."""
    tree = office_order()
    staff = (
        select(memberships.c.unit_id, func.count().label("people"))
        .where(memberships.c.valid_to.is_(None))
        .group_by(memberships.c.unit_id)
        .subquery("staff")
    )
    u, count = units.c, func.coalesce(staff.c.people, 0)
    query = (
        select(u.id, u.code, u.name, u.parent_id, tree.c.depth, count)
        .join(tree, tree.c.id == u.id)
        .outerjoin(staff, staff.c.unit_id == u.id)
        .order_by(tree.c.place)
    )
    return [UnitLine(*row) for row in session.execute(query)]


def unit_rows(session: Session) -> dict[str, UnitRow]:
    """Every unit by its code, in the form in which an import gives it."""
    above = units.alias("above")
    query = select(units.c.code, units.c.name, func.coalesce(above.c.code, ""), units.c.position).outerjoin(
        above, above.c.id == units.c.parent_id
    )
    return {row.code: UnitRow(*row) for row in session.execute(query)}


def unit_subtree(session: Session, unit_ids: frozenset[int]) -> frozenset[int]:
    """The given units and every unit below them."""
    return frozenset(session.execute(below(units.c.id.in_(unit_ids))).scalars())


def find_people(
    session: Session, sought: str, unit_ids: frozenset[int] | None, after: str | None, limit: int
) -> PeoplePage:
    """People whose name, code and address together hold every word sought, in any case and without accents.

    In office order: by unit, then position, then name. `unit_ids` None means the whole office.

    Raises:
        BadCursor: `after` comes from no page of this list.
    """
    m, tree = memberships.c, office_order()
    keys = (tree.c.place, m.position_rank, m.name_key, m.person_id)
    query = (
        _people(*keys)
        .join(tree, tree.c.id == m.unit_id)
        .where(*(m.search.contains(word, autoescape=True) for word in fold(sought).split()))
        .order_by(*keys)
        .limit(limit + 1)
    )
    if unit_ids is not None:
        query = query.where(m.unit_id.in_(unit_ids))
    if after is not None:
        query = query.where(tuple_(*keys) > tuple_(*_read_cursor(after)))
    found = session.execute(query).all()
    lines = tuple(_person_line(row) for row in found[:limit])
    return PeoplePage(lines, _cursor(found[limit - 1]) if len(found) > limit else None)


def person_by_code(session: Session, code: str) -> PersonLine | None:
    row = session.execute(_people().where(people.c.code == code)).first()
    return _person_line(row) if row else None


def known_by_code(session: Session, code: str) -> KnownPerson | None:
    """As `person_by_code`, and who has left too."""
    m = memberships.c
    newest = _versions(m.valid_to).where(people.c.code == code).order_by(m.valid_from.desc(), m.id.desc()).limit(1)
    row = session.execute(newest).first()
    return KnownPerson(_person_line(row), row[-1]) if row else None


def term_of_service(session: Session, person_id: int) -> tuple[date | None, date | None]:
    """First and last day of a person, by the present version or the last one of who left; None for a day not known.

    Who left the directory served until then at most. That day is UTC's, which an office east of it reaches before its
    working hours: whoever was taken out in the night did not serve on the day that began.
    """
    m = memberships.c
    last_day = func.least(m.active_to, cast(m.valid_to, Date))
    versions = select(m.active_from, last_day).where(m.person_id == person_id)
    found = session.execute(versions.order_by(m.valid_from.desc(), m.id.desc()).limit(1)).one_or_none()
    return (found[0], found[1]) if found else (None, None)


def _people(*keys: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    return _versions(*keys).where(memberships.c.valid_to.is_(None))


def _versions(*keys: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """People with the columns of PersonLine, in its order, and `keys` behind them."""
    m = memberships.c
    return (
        select(
            m.person_id,
            people.c.code,
            m.family_name,
            m.given_name,
            m.position,
            m.staff_class,
            m.unit_id,
            units.c.code,
            units.c.name,
            m.email,
            m.email_problem,
            m.groups,
            m.active_from,
            m.active_to,
            *keys,
        )
        .select_from(memberships)
        .join(people, people.c.id == m.person_id)
        .join(units, units.c.id == m.unit_id)
    )


def _person_line(row: Row[Any]) -> PersonLine:
    line = PersonLine(*row[: len(fields(PersonLine))])
    return replace(line, staff_class=StaffClass(line.staff_class), groups=tuple(line.groups))


def _cursor(row: Row[Any]) -> str:
    keys = list(row[len(fields(PersonLine)) :])
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode()


def _read_cursor(cursor: str) -> tuple[ColumnElement[Any], ...]:
    """The keys in `cursor`, each as what its column holds: whatever somebody made up stays a value."""
    try:
        place, rank, name_key, person_id = json.loads(base64.urlsafe_b64decode(cursor))
        texts = [*map(str, place), str(name_key)]
        numbers = int(rank), int(person_id)
    except (ValueError, TypeError) as error:
        raise BadCursor from error
    if any("\0" in text for text in texts) or max(map(abs, numbers)) > _LARGEST_ID:
        raise BadCursor
    return (
        literal(texts[:-1], ARRAY(Text)),
        literal(numbers[0], BigInteger),
        literal(texts[-1], Text),
        literal(numbers[1], BigInteger),
    )
