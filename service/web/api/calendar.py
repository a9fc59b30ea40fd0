"""The office's calendar: the days of a year that are other than their weekday says, and what is announced."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from service.actions.change_calendar import announce_day, clear_day
from service.actions.office_calendar import calendar_of
from service.domain.texts import DAY_NOTE
from service.web.api.shapes import FIRST_YEAR, LAST_YEAR, Shape, Text, typed
from service.web.deps import ActorDep, SiteDep

router = APIRouter(prefix="/calendar", tags=["calendar"])


class CalendarDay(Shape):
    """`is_announced` when the office said so itself, whatever the public holidays say."""

    day: date
    is_working: bool
    note: str
    is_announced: bool


class DayGiven(Shape):
    is_working: bool
    note: Annotated[Text, typed(DAY_NOTE, "Why; what kind of day it is when empty")] = ""


@router.get("")
def read_year(
    site: SiteDep,
    actor: ActorDep,  # noqa: ARG001 - whoever is signed in may read it
    year: Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR, description="This year when absent")] = None,
) -> list[CalendarDay]:
    """Public holidays, swapped days and what the office announced, in the order of days."""
    shown = year or site.runtime.clock().year
    with site.runtime.sessions() as session:
        special = calendar_of(site.runtime, session, shown, shown).special
    return [
        CalendarDay(day=day, is_working=said.is_working, note=said.note, is_announced=said.is_announced)
        for day, said in sorted(special.items())
    ]


@router.put("/{day}", status_code=204)
def announce(site: SiteDep, actor: ActorDep, day: date, given: DayGiven) -> None:
    """Say whether the office works on a day. Deadlines that were issued stay as they are."""
    announce_day(site.runtime, actor, day, given.note, is_working=given.is_working)


@router.delete("/{day}", status_code=204)
def clear(site: SiteDep, actor: ActorDep, day: date) -> None:
    """Let the weekday and the public holidays speak for a day again."""
    clear_day(site.runtime, actor, day)
