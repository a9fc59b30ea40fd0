"""The unit tree."""

from dataclasses import dataclass

from sqlalchemy import CTE, ColumnElement, Select, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from service.store.tables import memberships, units

_POSITION_DIGITS = 10


def below(root: ColumnElement[bool]) -> Select[int]:
    """The ids of the units that `root` picks and of every unit below them."""
    # Without a name of its own, so that one statement may ask for several.
    tree = select(units.c.id).where(root).cte(recursive=True)
    tree = tree.union(select(units.c.id).join(tree, units.c.parent_id == tree.c.id))
    return select(tree.c.id)


def office_order() -> CTE:
    """Units with their depth and their place in office order, which compares as the way down from the top."""
    step = func.concat(func.lpad(cast(units.c.position, Text), _POSITION_DIGITS, "0"), units.c.code)
    top = select(units.c.id, array([step]).label("place"), literal(0).label("depth")).where(units.c.parent_id.is_(None))
    tree = top.cte("office_order", recursive=True)
    below_it = select(units.c.id, func.array_append(tree.c.place, step), tree.c.depth + 1)
    return tree.union_all(below_it.join(tree, units.c.parent_id == tree.c.id))


@dataclass(frozen=True, slots=True)
class UnitNode:
    name: str
    parent_id: int | None


def unit_nodes(session: Session) -> dict[int, UnitNode]:
    """Every unit by its id."""
    query = select(units.c.id, units.c.name, units.c.parent_id)
    return {unit_id: UnitNode(name, parent_id) for unit_id, name, parent_id in session.execute(query)}


def present_unit_id(session: Session, person_id: int) -> int | None:
    """The unit a person belongs to now; None for who has left."""
    query = select(memberships.c.unit_id).where(memberships.c.person_id == person_id, memberships.c.valid_to.is_(None))
    return session.execute(query).scalar_one_or_none()
