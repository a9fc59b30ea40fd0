"""The secretariat says what the office does on a day: nghỉ bù, làm bù, a local holiday. Issued deadlines stay."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from service.domain.calendar import SpecialDay
from service.domain.calendar_days import DayPlan, announced, read_days
from service.domain.errors import NotFound
from service.domain.evidence import Deed, entry
from service.domain.roles import Act, Actor
from service.domain.texts import DAY_NOTE, one_line
from service.reading.day_rows import open_days
from service.reading.rows import Source
from service.runtime import Runtime
from service.store import calendar_days, evidence


@dataclass(frozen=True, slots=True)
class DayImport:
    """`written` is false for a dry run and where rows are refused."""

    plan: DayPlan
    written: bool


def announce_day(runtime: Runtime, actor: Actor, day: date, note: str, *, is_working: bool) -> None:
    """Say whether the office works on a day, whatever was said before.

    Raises:
        NotFound: the actor may not change the calendar.
        TooLong, UnstorableText: the note is none that can be kept.
    """
    actor.must(Act.CHANGE_CALENDAR)
    with runtime.sessions.begin() as session:
        _write(runtime, session, actor, {day: announced(one_line(DAY_NOTE, note), is_working=is_working)})


def clear_day(runtime: Runtime, actor: Actor, day: date) -> None:
    """Let the weekday and the public holidays speak for a day again.

    Raises:
        NotFound: the actor may not change the calendar, or nothing was said of the day.
    """
    actor.must(Act.CHANGE_CALENDAR)
    with runtime.sessions.begin() as session:
        if calendar_days.remove_day(session, day) is None:
            raise NotFound
        cleared = entry(Deed.CALENDAR_CHANGED, actor, runtime.clock(), day=day.isoformat(), is_working=None)
        evidence.append(session, cleared)


def import_days(runtime: Runtime, actor: Actor, source: Source, *, dry_run: bool = False) -> DayImport:
    """Announce the days of a CSV file, all of them or, when a row is refused, none.

    Raises:
        NotFound: the actor may not change the calendar.
        UnreadableImport: the file is no table of days.
    """
    actor.must(Act.CHANGE_CALENDAR)
    with open_days(source) as rows:
        plan = read_days(rows)
    written = bool(plan.days) and not plan.refused and not dry_run
    if written:
        with runtime.sessions.begin() as session:
            _write(runtime, session, actor, dict(plan.days))
    return DayImport(plan, written)


def _write(runtime: Runtime, session: Session, actor: Actor, days: dict[date, SpecialDay]) -> None:
    now = runtime.clock()
    calendar_days.write_days(session, days, actor.account_id, now)
    told = (
        entry(Deed.CALENDAR_CHANGED, actor, now, day=day.isoformat(), is_working=said.is_working)
        for day, said in days.items()
    )
    evidence.append(session, *told)
