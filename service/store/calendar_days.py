"""Days on which the office does other than the weekday and the public holidays say."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.domain.calendar import SpecialDay
from service.store.tables import calendar_days


def announced_days(session: Session, first: date, last: date) -> dict[date, SpecialDay]:
    """What the office itself said of days from `first` to `last`, both included."""
    c = calendar_days.c
    query = select(c.day, c.is_working, c.note).where(c.day.between(first, last)).order_by(c.day)
    return {day: SpecialDay(is_working, note, is_announced=True) for day, is_working, note in session.execute(query)}


def write_days(session: Session, days: Mapping[date, SpecialDay], recorded_by: int | None, moment: datetime) -> None:
    """Say what is so on these days, whatever was said of them before."""
    rows = [
        {
            "day": day,
            "is_working": special.is_working,
            "note": special.note,
            "recorded_by": recorded_by,
            "recorded_at": moment,
        }
        for day, special in days.items()
    ]
    said = insert(calendar_days)
    changed = {name: said.excluded[name] for name in ("is_working", "note", "recorded_by", "recorded_at")}
    session.execute(said.on_conflict_do_update(index_elements=[calendar_days.c.day], set_=changed), rows)


def remove_day(session: Session, day: date) -> SpecialDay | None:
    """Let the weekday and the public holidays speak for a day again; what had been said of it, None for nothing."""
    c = calendar_days.c
    gone = session.execute(delete(calendar_days).where(c.day == day).returning(c.is_working, c.note)).first()
    return SpecialDay(*gone, is_announced=True) if gone else None
