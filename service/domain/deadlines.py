"""Deadlines: a date, or a number of working days; both end with the working day."""

import re
from datetime import UTC, date, datetime, time, timedelta

from service.domain.errors import BadDate

END_OF_WORK = time(17)
_SATURDAY = 5
_DAYS = re.compile(r"([1-9][0-9]{0,2})d")


def parse_due(written: str, now: datetime) -> datetime:
    """The moment of a deadline as typed: `dd/MM/yyyy`, `yyyy-MM-dd`, or `Nd` for N working days from `now`.

    Raises:
        BadDate: it is none of them.
    """
    days = _DAYS.fullmatch(written.strip())
    day = working_days_after(now.date(), int(days[1])) if days else parse_date(written)
    return datetime.combine(day, END_OF_WORK, now.tzinfo)


def working_days_after(start: date, count: int) -> date:
    """The day `count` working days after `start`, itself not counted; Monday to Friday (QĐ 188/1999/QĐ-TTg)."""
    day = start
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < _SATURDAY
    return day


def parse_date(written: str) -> date:
    """A date as `dd/MM/yyyy` or `yyyy-MM-dd`.

    Raises:
        BadDate: it is neither, or no day of the calendar.
    """
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(written.strip(), form).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
    raise BadDate(given=written)


def parse_moment(written: str, now: datetime) -> datetime:
    """A moment as `yyyy-MM-ddTHH:mm`, in the office's zone unless it names its own.

    Raises:
        BadDate: it is none.
    """
    try:
        moment = datetime.fromisoformat(written)
        known = moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
        # Near either end of the calendar another zone has no date for it.
        return known.astimezone(UTC).astimezone(now.tzinfo)
    except (ValueError, OverflowError) as error:
        raise BadDate(given=written) from error
