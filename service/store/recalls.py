"""Each person's answer to a recall: that they have removed the document."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.domain.receipts import Route
from service.domain.vietnamese import full_name
from service.store.reports import Scope
from service.store.tables import recall_confirmations, receipts


def confirm_recall(
    session: Session, distribution_id: int, person_id: int, route: Route, account_id: int | None, moment: datetime
) -> bool:
    """Record that a person removed a recalled document; the first time is kept. Returns whether this was it."""
    fact = insert(recall_confirmations).values(
        distribution_id=distribution_id,
        person_id=person_id,
        route=route,
        account_id=account_id,
        effective_at=moment,
        recorded_at=moment,
    )
    first = session.execute(fact.on_conflict_do_nothing().returning(recall_confirmations.c.person_id))
    return first.first() is not None


def recall_confirmed_at(session: Session, distribution_id: int, person_id: int) -> datetime | None:
    c = recall_confirmations.c
    query = select(c.effective_at).where(c.distribution_id == distribution_id, c.person_id == person_id)
    return session.execute(query).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Owing:
    """A person who has not said that the recalled document was removed."""

    full_name: str
    position: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class RecallProgress:
    """Of the people on a list: how many there are, how many confirmed the recall, and the first who have not."""

    listed: int
    confirmed: int
    owing: tuple[Owing, ...]


def recall_progress(session: Session, scope: Scope, as_of: datetime, most: int) -> RecallProgress:
    """By what was recorded by then; people in name order, `most` of them at most."""
    r, c = receipts.c, recall_confirmations.c
    answered = and_(c.distribution_id == r.distribution_id, c.person_id == r.person_id, c.recorded_at <= as_of)
    listed = and_(scope.covers(), r.listed_at <= as_of)
    counts = (
        select(func.count(), func.count(c.person_id))
        .select_from(receipts)
        .outerjoin(recall_confirmations, answered)
        .where(listed)
    )
    names = (
        select(r.family_name, r.given_name, r.position, r.unit_name)
        .outerjoin(recall_confirmations, answered)
        .where(listed, c.person_id.is_(None))
        .order_by(r.name_key, r.person_id)
        .limit(most)
    )
    owing = [
        Owing(full_name(family, given), position, unit) for family, given, position, unit in session.execute(names)
    ]
    return RecallProgress(*session.execute(counts).one(), tuple(owing))
