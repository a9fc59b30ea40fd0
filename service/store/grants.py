"""Roles, granted to accounts with dates."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from service.domain.roles import Role
from service.store.tables import accounts, memberships, role_grants, units
from service.store.units import below


@dataclass(frozen=True, slots=True)
class Grant:
    """`unit_id` for managers alone: where their reach begins. `valid_to` None is without an end."""

    role: Role
    unit_id: int | None
    valid_from: datetime
    valid_to: datetime | None


def roles_in_force(session: Session, account_id: int, now: datetime) -> tuple[frozenset[Role], frozenset[int]]:
    """The roles granted now, and every unit that a manager among them reaches, sub-units included."""
    g = role_grants.c
    granted = session.execute(select(g.role, g.unit_id).where(g.account_id == account_id, in_force(now))).all()
    own_units = {unit_id for role, unit_id in granted if role == Role.MANAGER and unit_id is not None}
    reached = session.execute(below(units.c.id.in_(own_units))).scalars() if own_units else ()
    return frozenset(Role(role) for role, _ in granted), frozenset(reached)


def add_grant(session: Session, account_id: int, grant: Grant, granted_by: int | None) -> bool:
    """Whether it was written: a grant that stands already with the same end is not written again."""
    g = role_grants.c
    standing = exists().where(
        _is(account_id, grant.role, grant.unit_id),
        g.delegated_by.is_(None),
        g.valid_from <= grant.valid_from,
        g.valid_to.is_not_distinct_from(grant.valid_to),
    )
    if session.execute(select(standing)).scalar_one():
        return False
    session.execute(
        insert(role_grants).values(
            account_id=account_id,
            role=grant.role.value,
            unit_id=grant.unit_id,
            valid_from=grant.valid_from,
            valid_to=grant.valid_to,
            granted_by=granted_by,
        )
    )
    return True


def end_grants(
    session: Session, account_id: int, now: datetime, role: Role | None = None, unit_id: int | None = None
) -> int:
    """End what is in force or yet to come: one role (of one unit), or all; returns how many grants."""
    g = role_grants.c
    chosen = [g.account_id == account_id, or_(g.valid_to.is_(None), g.valid_to > now)]
    if role is not None:
        chosen.append(g.role == role.value)
    if unit_id is not None:
        chosen.append(g.unit_id == unit_id)
    ended = session.execute(update(role_grants).where(*chosen).values(valid_to=now).returning(g.id))
    return len(ended.all())


def unit_id_of(session: Session, code: str) -> int | None:
    return session.execute(select(units.c.id).where(units.c.code == code)).scalar_one_or_none()


def _is(account_id: int, role: Role, unit_id: int | None) -> ColumnElement[bool]:
    g = role_grants.c
    return and_(g.account_id == account_id, g.role == role.value, g.unit_id.is_not_distinct_from(unit_id))


def in_force(now: datetime) -> ColumnElement[bool]:
    """Within its term, and where it was handed on, while its lender is here and holds it by own right."""
    return and_(role_grants.c.valid_from <= now, in_force_or_to_come(now))


def in_force_or_to_come(now: datetime) -> ColumnElement[bool]:
    """As `in_force`, or later on by what is known now."""
    g, own, a, m = role_grants.c, role_grants.alias(), accounts.alias(), memberships
    still_here = or_(a.c.person_id.is_(None), and_(m.c.id.is_not(None), _or_later(m.c.active_to, now.date())))
    lender_holds = exists(
        select(own.c.id)
        .join(a, a.c.id == own.c.account_id)
        .outerjoin(m, and_(m.c.person_id == a.c.person_id, m.c.valid_to.is_(None)))
        .where(
            own.c.account_id == g.delegated_by,
            own.c.role == g.role,
            own.c.unit_id.is_not_distinct_from(g.unit_id),
            own.c.delegated_by.is_(None),
            own.c.valid_from <= func.greatest(g.valid_from, now),
            or_(own.c.valid_to.is_(None), own.c.valid_to > now),
            a.c.deactivated_at.is_(None),
            still_here,
        )
        .correlate(role_grants)
    )
    not_over = or_(g.valid_to.is_(None), g.valid_to > now)
    return and_(not_over, or_(g.delegated_by.is_(None), lender_holds))


def _or_later(last: ColumnElement[date | None], today: date) -> ColumnElement[bool]:
    return or_(last.is_(None), last >= today)


def holds_any(roles: frozenset[Role], now: datetime) -> ColumnElement[bool]:
    """Whether an account, in a query over accounts, holds one of the roles now or is granted it for later."""
    g = role_grants.c
    return exists().where(g.account_id == accounts.c.id, g.role.in_(roles), in_force_or_to_come(now))
