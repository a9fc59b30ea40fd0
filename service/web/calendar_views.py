"""What the calendar page shows: every day of a year that is other than its weekday says, or has a name."""

from dataclasses import dataclass
from datetime import date

from service.domain.calendar import Calendar, SpecialDay
from service.domain.findings import Finding


@dataclass(frozen=True, slots=True)
class DayForm:
    """As typed."""

    day: str = ""
    kind: str = "off"
    note: str = ""


@dataclass(frozen=True, slots=True)
class DayLine:
    day: date
    special: SpecialDay

    @property
    def is_off(self) -> bool:
        return not self.special.is_working


@dataclass(frozen=True, slots=True)
class CalendarView:
    """calendar.html. `errors` by field; `refused` rows of an imported file, `taken` how many days another one gave."""

    year: int
    lines: tuple[DayLine, ...]
    working_days: int
    form: DayForm = DayForm()
    errors: tuple[tuple[str, str], ...] = ()
    refused: tuple[Finding, ...] = ()
    taken: int = 0

    def wrong(self, name: str) -> str:
        return dict(self.errors).get(name, "")


def calendar_view(calendar: Calendar, year: int) -> CalendarView:
    first, last = date(year, 1, 1), date(year, 12, 31)
    lines = tuple(DayLine(day, calendar.special[day]) for day in sorted(calendar.special) if first <= day <= last)
    own = calendar.working_days_between(first, last) + calendar.is_working_day(first)
    return CalendarView(year, lines, own)
