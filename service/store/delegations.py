"""Ủy quyền: an own role handed to another account for a period. It counts only while its lender holds that role."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, insert, or_, select, update
from sqlalchemy.orm import Session

from service.domain.roles import Role
from service.store.grants import Grant, in_force_or_to_come
from service.store.tables import accounts, role_grants, units


@dataclass(frozen=True, slots=True)
class DelegationLine:
    """From `lender` to `deputy`, both by their display names; `unit_code` for managers."""

    id: int
    lender_id: int
    lender: str
    deputy_id: int
    deputy: str
    deputy_username: str
    role: Role
    unit_code: str | None
    valid_from: datetime
    valid_to: datetime


def own_units_of_role(session: Session, account_id: int, role: Role, now: datetime) -> list[int | None]:
    """Where the account holds the role by its own right: a unit each for a manager, else one None."""
    g = role_grants.c
    query = select(g.unit_id).where(
        g.account_id == account_id,
        g.role == role.value,
        g.delegated_by.is_(None),
        g.valid_from <= now,
        or_(g.valid_to.is_(None), g.valid_to > now),
    )
    return list(session.execute(query.distinct()).scalars())


def add_delegation(session: Session, lender_id: int, deputy_id: int, grant: Grant) -> bool:
    """Whether it was written: on none of its days is the same handed to the same deputy already."""
    g = role_grants.c
    same = and_(g.delegated_by == lender_id, g.account_id == deputy_id, g.role == grant.role.value)
    overlapping = and_(g.valid_from < grant.valid_to, g.valid_to > grant.valid_from)
    known = select(g.id).where(same, overlapping, g.unit_id.is_not_distinct_from(grant.unit_id))
    if session.execute(known).first():
        return False
    session.execute(
        insert(role_grants).values(
            account_id=deputy_id,
            role=grant.role.value,
            unit_id=grant.unit_id,
            valid_from=grant.valid_from,
            valid_to=grant.valid_to,
            granted_by=lender_id,
            delegated_by=lender_id,
        )
    )
    return True


def delegations_of(session: Session, account_id: int, now: datetime) -> list[DelegationLine]:
    """What this account has handed on, and what was handed to it, as far as it is in force or to come; oldest first."""
    g, lender, deputy = role_grants.c, accounts.alias(), accounts.alias()
    query = (
        select(
            g.id,
            lender.c.id,
            func.coalesce(func.nullif(lender.c.display_name, ""), lender.c.username),
            deputy.c.id,
            func.coalesce(func.nullif(deputy.c.display_name, ""), deputy.c.username),
            deputy.c.username,
            g.role,
            units.c.code,
            g.valid_from,
            g.valid_to,
        )
        .join(lender, lender.c.id == g.delegated_by)
        .join(deputy, deputy.c.id == g.account_id)
        .outerjoin(units, units.c.id == g.unit_id)
        .where(or_(lender.c.id == account_id, deputy.c.id == account_id), in_force_or_to_come(now))
        .order_by(g.id)
    )
    return [
        DelegationLine(found, lender_id, lent_by, deputy_id, lent_to, username, Role(role), *rest)
        for found, lender_id, lent_by, deputy_id, lent_to, username, role, *rest in session.execute(query)
    ]


def end_delegation(
    session: Session, delegation_id: int, lender_id: int | None, now: datetime
) -> tuple[int, str, int | None] | None:
    """End one of this lender, or of anybody for None; deputy, role and unit, or None where there is none to end."""
    g = role_grants.c
    chosen = [g.id == delegation_id, g.delegated_by.is_not(None), g.valid_to > now]
    if lender_id is not None:
        chosen.append(g.delegated_by == lender_id)
    ended = update(role_grants).where(*chosen).values(valid_to=now).returning(g.account_id, g.role, g.unit_id)
    row = session.execute(ended).first()
    return (row[0], row[1], row[2]) if row else None
