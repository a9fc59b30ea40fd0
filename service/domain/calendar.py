"""The office's calendar: on which days it works, at which hours, and why not.

Monday to Friday are working days (QĐ 188/1999/QĐ-TTg) unless a special day says otherwise: a public holiday (Bộ luật
Lao động 2019, Điều 112), a day swapped for another (nghỉ bù, làm bù), a day the office itself announced.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from service.domain.vietnamese import weekday_name

Hours = tuple[tuple[time, time], ...]

_SATURDAY = 5
_DAY = timedelta(days=1)
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
_STRETCH = re.compile(f"(?P<opens>{_TIME})-(?P<closes>{_TIME})")


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is other than its weekday says, or has a name. `is_announced` when the office said so itself."""

    is_working: bool
    note: str
    is_announced: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """`special` holds the days that are not as their weekday says; `hours` one day's stretches of work, in order."""

    special: Mapping[date, SpecialDay]
    hours: Hours
    zone: tzinfo

    def is_working_day(self, day: date) -> bool:
        special = self.special.get(day)
        return special.is_working if special else _is_weekday(day)

    def why(self, day: date) -> str:
        """Why a day is as it is: the holiday, the office's note, the weekend; empty for an ordinary working day."""
        special = self.special.get(day)
        if special:
            return special.note
        return "" if _is_weekday(day) else weekday_name(day)

    def working_days_after(self, start: date, count: int) -> date:
        """The day `count` working days after `start`, which is itself not counted."""
        day = start
        while count:
            day += _DAY
            count -= self.is_working_day(day)
        return day

    def working_days_before(self, end: date, count: int) -> date:
        """The day `count` working days before `end`, which is itself not counted."""
        day = end
        while count:
            day -= _DAY
            count -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days follow `start` up to and including `end`; the inverse of `working_days_after`."""
        return sum(self.is_working_day(day) for day in days_between(start, end))

    def exceptions_between(self, start: date, end: date) -> list[tuple[date, SpecialDay]]:
        """The days after `start` up to `end` on which the office works against the weekday, or does not."""
        found = ((day, self.special[day]) for day in days_between(start, end) if day in self.special)
        return [(day, special) for day, special in found if special.is_working != _is_weekday(day)]

    def next_opening(self, moment: datetime) -> datetime:
        """The moment itself when it lies in working hours, else the next moment at which the office opens.

        A stretch of work holds its first moment and not its last.
        """
        local = moment.astimezone(self.zone)
        if self.is_working_day(local.date()):
            for opens, closes in self.hours:
                if local.time() < opens:
                    return datetime.combine(local.date(), opens, self.zone)
                if local.time() < closes:
                    return moment
        return self.opening(self.working_days_after(local.date(), 1))

    def opening(self, day: date) -> datetime:
        """When that day's work begins, or would begin if it were a working day."""
        return datetime.combine(day, self.hours[0][0], self.zone)

    def end_of_work(self, day: date) -> datetime:
        """When that day's work ends, or would end if it were a working day."""
        return datetime.combine(day, self.hours[-1][1], self.zone)


def days_between(start: date, end: date) -> Iterator[date]:
    """The days after `start` up to and including `end`."""
    return (date.fromordinal(day) for day in range(start.toordinal() + 1, end.toordinal() + 1))


def parse_hours(written: str) -> Hours:
    """Stretches of work in one day, such as `07:00-11:30,13:30-17:00`.

    Raises:
        ValueError: they are not of this form, or not in order.
    """
    found = [_STRETCH.fullmatch(stretch.strip()) for stretch in written.split(",")]
    hours = tuple((time.fromisoformat(match["opens"]), time.fromisoformat(match["closes"])) for match in found if match)
    bounds = [bound for stretch in hours for bound in stretch]
    if len(hours) < len(found) or any(early >= late for early, late in pairwise(bounds)):
        raise ValueError(f"{written!r} are no working hours in order; write them as 07:00-11:30,13:30-17:00")
    return hours


# As offices of the south keep them.
WORK_HOURS = "07:00-11:30,13:30-17:00"
DEFAULT_HOURS = parse_hours(WORK_HOURS)


def _is_weekday(day: date) -> bool:
    return day.weekday() < _SATURDAY
