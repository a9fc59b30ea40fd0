"""Reads of the office pages: distributions in short, how fast letters leave, one person's papers, accounts by unit.

Figures of the present: they may read caches such as a receipt's status. A report as of a moment is in `reports`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Column, ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from service.domain.absences import ADDED_LATER, AWAY
from service.domain.deliveries import FAILED, FINAL, Status
from service.domain.documents import Mode
from service.domain.list_changes import Origin
from service.domain.receipts import State
from service.domain.vietnamese import full_name
from service.store.audiences import Headcount, in_force
from service.store.excuses import Exemption, exemptions_of
from service.store.letters import PRESENT
from service.store.receipts import own_or_common_due, standing
from service.store.reports import Scope
from service.store.tables import deliveries, distributions, documents, memberships, receipts

Key = TypeVar("Key", int, str)


@dataclass(frozen=True, slots=True)
class Reading:
    """Of the people on a frozen list: how many there are, how many opened the document, how many confirmed it."""

    listed: int = 0
    opened: int = 0
    acknowledged: int = 0


def readings(session: Session, distribution_ids: Iterable[int], unit_ids: Collection[int] | None) -> dict[int, Reading]:
    """The reading of each distribution; with `unit_ids` of those frozen in these units alone."""
    r = receipts.c
    opened = standing().in_([State.OPENED.value, State.ACKNOWLEDGED.value])
    query = (
        select(
            r.distribution_id,
            func.count(),
            func.count().filter(opened),
            func.count().filter(standing() == State.ACKNOWLEDGED.value),
        )
        .join(distributions, distributions.c.id == r.distribution_id)
        .where(r.distribution_id.in_(list(distribution_ids)))
        .group_by(r.distribution_id)
    )
    if unit_ids is not None:
        query = query.where(r.unit_id.in_(unit_ids))
    return {found: Reading(*counts) for found, *counts in session.execute(query)}


@dataclass(frozen=True, slots=True)
class Pace:
    """How letters leave: those that became final since a moment, and those that wait to be tried again."""

    settled: int
    first_at: datetime | None
    retrying: int
    next_retry_at: datetime | None


def pace(session: Session, scope: Scope, since: datetime) -> Pace:
    d = deliveries.c
    retrying = and_(d.status == Status.WAITING.value, d.last_reply.is_not(None))
    query = select(
        func.count().filter(d.status.in_(FINAL), d.final_at >= since),
        func.min(d.created_at),
        func.count().filter(retrying),
        func.min(d.next_attempt_at).filter(retrying),
    ).where(d.distribution_id == scope.distribution_id)
    if scope.unit_ids is not None:
        query = query.join(receipts, _own_receipt()).where(scope.covers())
    return Pace(*session.execute(query.select_from(deliveries)).one())


@dataclass(frozen=True, slots=True)
class FailedLetter:
    """A letter that will not arrive, and the mail server's last words about it."""

    person_name: str
    unit_name: str
    address: str
    status: Status
    last_reply: str
    final_at: datetime | None


def failed_letters(session: Session, scope: Scope, limit: int) -> list[FailedLetter]:
    """In name order."""
    d, r = deliveries.c, receipts.c
    query = (
        select(r.family_name, r.given_name, r.unit_name, d.address, d.status, d.last_reply, d.final_at)
        .join(receipts, _own_receipt())
        .where(scope.covers(), d.status.in_(FAILED))
        .order_by(r.name_key, r.person_id)
        .limit(limit)
    )
    return [
        FailedLetter(full_name(family, given), unit, address, Status(status), reply or "", final_at)
        for family, given, unit, address, status, reply, final_at in session.execute(query)
    ]


def headcounts_by_unit(session: Session, moment: datetime, office_day: date) -> dict[int, Headcount]:
    """Who would be listed now, by the unit they stand in; units without anybody are left out."""
    return _headcounts(session, memberships.c.unit_id, moment, office_day)


def headcounts_by_class(session: Session, moment: datetime, office_day: date) -> dict[str, Headcount]:
    return _headcounts(session, memberships.c.staff_class, moment, office_day)


def _headcounts(session: Session, key: Column[Key], moment: datetime, office_day: date) -> dict[Key, Headcount]:
    counts = select(key, func.count(), func.count().filter(PRESENT.has_mailbox)).group_by(key)
    found = session.execute(counts.where(in_force(moment, office_day)))
    return {one: Headcount(listed, by_mail) for one, listed, by_mail in found}


def group_names(session: Session) -> list[str]:
    """The groups that somebody belongs to now."""
    names = select(func.unnest(memberships.c.groups).label("name")).where(memberships.c.valid_to.is_(None)).distinct()
    return sorted(session.execute(names).scalars())


@dataclass(frozen=True, slots=True)
class PersonReceipt:
    """One document that was sent to a person; `exemption` is None when the person need confirm like everybody.

    `due_at` is the person's own deadline where `own_due_because` says why it is another, empty for everybody's.
    """

    distribution_id: int
    number: str
    title: str
    mode: Mode
    due_at: datetime | None
    own_due_because: str
    unit_name: str
    state: State
    exemption: Exemption | None


def receipts_of_person(
    session: Session, person_id: int, unit_ids: Collection[int] | None, limit: int
) -> list[PersonReceipt]:
    """The newest first; with `unit_ids` those alone for which the person was frozen in these units."""
    r, d = receipts.c, distributions.c
    query = (
        select(
            r.distribution_id,
            documents.c.number,
            documents.c.title,
            d.mode,
            own_or_common_due(),
            case((r.own_due_at.is_(None), ""), (r.origin == Origin.FROZEN.value, AWAY), else_=ADDED_LATER),
            r.unit_name,
            standing(),
        )
        .join(distributions, d.id == r.distribution_id)
        .join(documents, documents.c.id == d.document_id)
        .where(r.person_id == person_id)
        .order_by(r.distribution_id.desc())
        .limit(limit)
    )
    if unit_ids is not None:
        query = query.where(r.unit_id.in_(unit_ids))
    rows = session.execute(query).all()
    exempted = exemptions_of(session, person_id, [row[0] for row in rows])
    return [
        PersonReceipt(found, number, title, Mode(mode), due_at, because, unit, State(state), exempted.get(found))
        for found, number, title, mode, due_at, because, unit, state in rows
    ]


def _own_receipt() -> ColumnElement[bool]:
    return and_(
        receipts.c.distribution_id == deliveries.c.distribution_id, receipts.c.person_id == deliveries.c.person_id
    )
