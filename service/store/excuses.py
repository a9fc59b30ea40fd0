"""Absences and exemptions: why a person need not have confirmed, by whom, from when until when it counted."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from service.domain.absences import Absence, Kind
from service.store.arrays import among
from service.store.tables import absences, accounts, exemptions, people

_ABSENCE = (absences.c.kind, absences.c.first_day, absences.c.last_day, absences.c.reason)


def hold_person(session: Session, person_id: int) -> None:
    """Nobody else changes this person's absences until this transaction ends."""
    session.execute(select(people.c.id).where(people.c.id == person_id).with_for_update(key_share=True))


def hold_absences(session: Session) -> None:
    """Nobody's absence is recorded or withdrawn until this transaction ends; reading goes on."""
    session.execute(text("LOCK TABLE absences IN SHARE MODE"))


def overlapping_absences(session: Session, person_id: int, first: date, last: date) -> dict[int, Absence]:
    """Those that stand and share a day with the period, by their ids."""
    a = absences.c
    query = select(a.id, *_ABSENCE).where(
        a.person_id == person_id, a.withdrawn_at.is_(None), a.first_day <= last, a.last_day >= first
    )
    return {found: _absence(*row) for found, *row in session.execute(query)}


def standing_absence(session: Session, absence_id: int, person_id: int) -> Absence | None:
    a = absences.c
    query = select(*_ABSENCE).where(a.id == absence_id, a.person_id == person_id, a.withdrawn_at.is_(None))
    row = session.execute(query).first()
    return _absence(*row) if row else None


def absences_of_people(
    session: Session, person_ids: Collection[int], as_of: datetime | None = None
) -> dict[int, list[Absence]]:
    """The absences of these people as they stand, or as they were known at a moment, in the order of days."""
    a = absences.c
    query = (
        select(a.person_id, *_ABSENCE)
        .where(among(a.person_id, person_ids), a.withdrawn_at.is_(None) if as_of is None else absence_known_at(as_of))
        .order_by(a.first_day)
    )
    found: defaultdict[int, list[Absence]] = defaultdict(list)
    for person_id, *row in session.execute(query):
        found[person_id].append(_absence(*row))
    return found


def absence_known_at(as_of: datetime) -> ColumnElement[bool]:
    """An absence counts from when it was recorded until it was withdrawn."""
    a = absences.c
    return and_(a.recorded_at <= as_of, or_(a.withdrawn_at.is_(None), a.withdrawn_at > as_of))


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """An absence with who recorded it; `withdrawn_at` is None while it counts. Names are empty for the operator."""

    id: int
    absence: Absence
    recorded_by: str
    recorded_at: datetime
    withdrawn_by: str
    withdrawn_at: datetime | None


def absence_lines(session: Session, person_id: int, limit: int) -> list[AbsenceLine]:
    """The latest first, withdrawn ones included."""
    a, recorder, withdrawer = absences.c, accounts.alias(), accounts.alias()
    query = (
        select(
            a.id,
            *_ABSENCE,
            func.coalesce(recorder.c.display_name, ""),
            a.recorded_at,
            func.coalesce(withdrawer.c.display_name, ""),
            a.withdrawn_at,
        )
        .outerjoin(recorder, recorder.c.id == a.recorded_by)
        .outerjoin(withdrawer, withdrawer.c.id == a.withdrawn_by)
        .where(a.person_id == person_id)
        .order_by(a.last_day.desc(), a.id.desc())
        .limit(limit)
    )
    return [AbsenceLine(found, _absence(*row[:4]), *row[4:]) for found, *row in session.execute(query)]


def add_absence(session: Session, person_id: int, absence: Absence, recorded_by: int | None, moment: datetime) -> int:
    added = insert(absences).values(
        person_id=person_id,
        kind=absence.kind,
        reason=absence.reason,
        first_day=absence.first_day,
        last_day=absence.last_day,
        recorded_by=recorded_by,
        recorded_at=moment,
    )
    absence_id: int = session.execute(added.returning(absences.c.id)).scalar_one()
    return absence_id


def withdraw_absences(session: Session, ids: Collection[int], withdrawn_by: int | None, moment: datetime) -> None:
    ended = update(absences).where(absences.c.id.in_(ids))
    session.execute(ended.values(withdrawn_by=withdrawn_by, withdrawn_at=moment))


def add_exemption(
    session: Session, distribution_id: int, person_id: int, reason: str, recorded_by: int | None, moment: datetime
) -> bool:
    """The first exemption in force is kept. Returns whether this was it."""
    fact = upsert(exemptions).values(
        distribution_id=distribution_id,
        person_id=person_id,
        reason=reason,
        recorded_by=recorded_by,
        effective_at=moment,
        recorded_at=moment,
    )
    return session.execute(fact.on_conflict_do_nothing().returning(exemptions.c.id)).first() is not None


def lift_exemption(
    session: Session, distribution_id: int, person_id: int, lifted_by: int | None, moment: datetime
) -> bool:
    """Returns whether one was in force."""
    x = exemptions.c
    standing = and_(x.distribution_id == distribution_id, x.person_id == person_id, x.lifted_at.is_(None))
    lifted = update(exemptions).where(standing).values(lifted_by=lifted_by, lifted_at=moment).returning(x.id)
    return session.execute(lifted).first() is not None


@dataclass(frozen=True, slots=True)
class Exemption:
    """`recorded_by` is empty for the operator."""

    reason: str
    recorded_by: str
    recorded_at: datetime


def exemptions_of(session: Session, person_id: int, distribution_ids: Collection[int]) -> dict[int, Exemption]:
    """The exemptions of a person that are in force, by distribution."""
    x = exemptions.c
    query = (
        select(x.distribution_id, x.reason, func.coalesce(accounts.c.display_name, ""), x.recorded_at)
        .outerjoin(accounts, accounts.c.id == x.recorded_by)
        .where(x.person_id == person_id, x.distribution_id.in_(distribution_ids), exemption_known_at(None))
    )
    return {found: Exemption(*row) for found, *row in session.execute(query)}


def exemption_known_at(as_of: datetime | None) -> ColumnElement[bool]:
    """An exemption counts from when it was recorded until it was lifted; None for what stands now."""
    x = exemptions.c
    if as_of is None:
        return x.lifted_at.is_(None)
    known = and_(x.effective_at <= as_of, x.recorded_at <= as_of)
    return and_(known, or_(x.lifted_at.is_(None), x.lifted_at > as_of))


def _absence(kind: str, first_day: date, last_day: date, reason: str) -> Absence:
    return Absence(Kind(kind), first_day, last_day, reason)
