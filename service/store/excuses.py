"""Absences and exemptions: why a person need not have confirmed, by whom and when it was recorded."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from service.store.tables import absences, exemptions


@dataclass(frozen=True, slots=True)
class Absence:
    person_id: int
    reason: str
    first_day: date
    last_day: date


def add_absence(session: Session, absence: Absence, recorded_by: int | None, moment: datetime) -> None:
    session.execute(
        insert(absences).values(
            person_id=absence.person_id,
            reason=absence.reason,
            first_day=absence.first_day,
            last_day=absence.last_day,
            recorded_by=recorded_by,
            recorded_at=moment,
        )
    )


def add_exemption(
    session: Session, distribution_id: int, person_id: int, reason: str, recorded_by: int | None, moment: datetime
) -> None:
    """The first exemption is kept."""
    fact = upsert(exemptions).values(
        distribution_id=distribution_id,
        person_id=person_id,
        reason=reason,
        recorded_by=recorded_by,
        effective_at=moment,
        recorded_at=moment,
    )
    session.execute(fact.on_conflict_do_nothing())
