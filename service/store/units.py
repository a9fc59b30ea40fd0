"""The unit tree."""

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from service.store.tables import memberships, units


def below(root: ColumnElement[bool]) -> Select[int]:
    """The ids of the units that `root` picks and of every unit below them."""
    tree = select(units.c.id).where(root).cte("tree", recursive=True)
    tree = tree.union(select(units.c.id).join(tree, units.c.parent_id == tree.c.id))
    return select(tree.c.id)


def present_unit_id(session: Session, person_id: int) -> int | None:
    """The unit a person belongs to now; None for who has left."""
    query = select(memberships.c.unit_id).where(memberships.c.person_id == person_id, memberships.c.valid_to.is_(None))
    return session.execute(query).scalar_one_or_none()
