"""Reads of the accounts page: who is let in, unit by unit, and accounts sought by name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from service.domain.vietnamese import fold
from service.store.accounts import may_be_used
from service.store.grants import in_force_or_to_come
from service.store.letters import PRESENT
from service.store.tables import accounts, memberships, role_grants


@dataclass(frozen=True, slots=True)
class Admission:
    """People of one unit who may have an account: how many have a password, how many an open link or slip instead.

    `by_mail` counts those still without a password whom a letter can reach.
    """

    people: int = 0
    activated: int = 0
    invited: int = 0
    by_mail: int = 0

    @property
    def outside(self) -> int:
        """Neither a password nor a way to one."""
        return self.people - self.activated - self.invited

    def __add__(self, other: "Admission") -> "Admission":
        return Admission(
            self.people + other.people,
            self.activated + other.activated,
            self.invited + other.invited,
            self.by_mail + other.by_mail,
        )


def admissions(session: Session, now: datetime) -> dict[int, Admission]:
    """By the unit in which people stand now; units without accounts are left out."""
    a, m = accounts.c, memberships.c
    without = a.password_hash.is_(None)
    query = (
        select(
            m.unit_id,
            func.count(),
            func.count().filter(~without),
            func.count().filter(without, a.link_expires_at > now),
            func.count().filter(without, PRESENT.has_mailbox),
        )
        .select_from(accounts)
        .join(memberships, and_(m.person_id == a.person_id, m.valid_to.is_(None)))
        .where(may_be_used(now.date()))
        .group_by(m.unit_id)
    )
    return {unit_id: Admission(*counts) for unit_id, *counts in session.execute(query)}


def account_names(session: Session, now: datetime, sought: str, limit: int, *, of_people: bool = False) -> list[str]:
    """User names of accounts whose owner's name, code, address or user name holds every word sought; newest last.

    Without words: of those who hold a role or stand for nobody in the directory. `of_people` leaves out accounts that
    stand for nobody; without words it finds those whose owner has no password yet.
    """
    a, m, g = accounts.c, memberships.c, role_grants.c
    query = (
        select(a.username)
        .outerjoin(memberships, and_(m.person_id == a.person_id, m.valid_to.is_(None)))
        .order_by(a.id)
        .limit(limit)
    )
    words = fold(sought).split()
    if of_people:
        query = query.where(a.person_id.is_not(None))
    if not words and of_people:
        query = query.where(a.password_hash.is_(None), may_be_used(now.date()))
    elif not words:
        has_role = exists().where(g.account_id == a.id, in_force_or_to_come(now))
        query = query.where(or_(has_role, a.person_id.is_(None)))
    for word in words:
        query = query.where(or_(m.search.contains(word, autoescape=True), a.username.contains(word, autoescape=True)))
    return list(session.execute(query).scalars())
