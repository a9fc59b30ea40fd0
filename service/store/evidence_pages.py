"""The evidence log as a person looks it up: newest first, by what entries are about."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from service.domain.chain import Sealed
from service.domain.evidence import Deed, instant
from service.store.tables import accounts, evidence, people


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; each None means any. Recorded at `since` or later, before `until`."""

    deed: Deed | None = None
    distribution_id: int | None = None
    person_code: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def entries_page(session: Session, wanted: Wanted, before: int | None, limit: int) -> list[Sealed]:
    """The newest sealed entries whose positions lie below `before`."""
    e = evidence.c
    query = select(e.position, e.entry, e.hash).where(e.position.is_not(None), *_conditions(wanted))
    if before is not None:
        query = query.where(e.position < before)
    return [Sealed._make(row) for row in session.execute(query.order_by(e.position.desc()).limit(limit))]


def waiting_entries(session: Session) -> int:
    """How many entries have committed and are not yet sealed."""
    count: int = session.execute(select(func.count()).where(evidence.c.position.is_(None))).scalar_one()
    return count


def codes_of(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    query = select(people.c.id, people.c.code).where(people.c.id.in_(person_ids))
    return dict(session.execute(query).all())


def user_names_of(session: Session, account_ids: Collection[int]) -> dict[int, str]:
    query = select(accounts.c.id, accounts.c.username).where(accounts.c.id.in_(account_ids))
    return dict(session.execute(query).all())


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    e = evidence.c
    conditions = []
    if wanted.deed is not None:
        conditions.append(e.deed == wanted.deed.value)
    if wanted.distribution_id is not None:
        conditions.append(e.distribution_id == wanted.distribution_id)
    if wanted.person_code is not None:
        own = select(people.c.id).where(people.c.code == wanted.person_code)
        conditions.append(e.person_id.in_(own))
    if wanted.since is not None:
        conditions.append(e.recorded_at >= instant(wanted.since))
    if wanted.until is not None:
        conditions.append(e.recorded_at < instant(wanted.until))
    return conditions
