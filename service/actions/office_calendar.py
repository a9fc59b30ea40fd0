"""The office's calendar: public days from the library, overruled by what the office announced."""

from datetime import UTC, date

from sqlalchemy.orm import Session

from service.domain.calendar import Calendar
from service.reading.public_days import public_days
from service.runtime import Runtime
from service.store.calendar_days import announced_days

# A deadline lies at most five years ahead, and an absence of at most five may move it.
YEARS_AHEAD = 11


def office_calendar(runtime: Runtime, session: Session, since: date | None = None) -> Calendar:
    """The calendar from the year before this one, or that of `since`, until years after any deadline may end."""
    this_year = runtime.clock().year
    first_year = min(since.year if since else this_year, this_year - 1)
    return calendar_of(runtime, session, first_year, this_year + YEARS_AHEAD)


def calendar_of(runtime: Runtime, session: Session, first_year: int, last_year: int) -> Calendar:
    """The calendar of whole years; outside of them it knows weekdays alone."""
    special = {day: said for year in range(first_year, last_year + 1) for day, said in public_days(year).items()}
    special |= announced_days(session, date(first_year, 1, 1), date(last_year, 12, 31))
    # The office's clock is always aware; only its type does not say so.
    return Calendar(special, runtime.policy.hours, runtime.clock().tzinfo or UTC)
