"""Days that an office announces, as a table gives them: day, kind, note."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from service.domain.calendar import SpecialDay
from service.domain.deadlines import parse_date
from service.domain.errors import BadDate
from service.domain.findings import Problem, RefusedRow
from service.domain.texts import DAY_NOTE
from service.domain.vietnamese import fold, nfc, strip_controls

# What stands where nobody wrote a note.
NOTES = {False: "Nghỉ", True: "Làm bù"}
_KINDS = {"nghi": False, "off": False, "lam bu": True, "working": True}


@dataclass(frozen=True, slots=True)
class DayRow:
    """A row as it stands in the file, from its `line`; empty where the file has no cell."""

    line: int
    day: str
    kind: str
    note: str


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What a file says of which days, and the rows that say nothing that can be understood."""

    days: Mapping[date, SpecialDay]
    refused: tuple[RefusedRow, ...]
    rows: int


def announced(note: str, *, is_working: bool) -> SpecialDay:
    """A day as the office announces it; without a note it says what it is."""
    return SpecialDay(is_working, nfc(strip_controls(note)) or NOTES[is_working], is_announced=True)


def read_days(rows: Iterable[DayRow]) -> DayPlan:
    """Judge every row, so that all that is wrong is named at once."""
    days: dict[date, SpecialDay] = {}
    lines: dict[date, int] = {}
    refused: list[RefusedRow] = []
    count = 0
    for row in rows:
        count += 1
        day, is_working, problems = _read(row)
        if day in lines:
            problems.append(RefusedRow(row.line, "ngày", Problem.DUPLICATE, row.day.strip(), str(lines[day])))
        if day is not None and is_working is not None and not problems:
            days[day] = announced(row.note, is_working=is_working)
        if day is not None:
            lines.setdefault(day, row.line)
        refused += problems
    return DayPlan(days, tuple(refused), count)


def _read(row: DayRow) -> tuple[date | None, bool | None, list[RefusedRow]]:
    problems: list[RefusedRow] = []
    day, is_working = _day(row.day), _KINDS.get(fold(row.kind))
    if day is None:
        problems.append(RefusedRow(row.line, "ngày", Problem.BAD_DATE, row.day.strip()))
    if is_working is None:
        problems.append(RefusedRow(row.line, "loại", Problem.UNKNOWN_DAY_KIND, row.kind.strip()))
    if len(row.note) > DAY_NOTE.longest:
        problems.append(RefusedRow(row.line, "ghi chú", Problem.TOO_LONG, str(len(row.note)), str(DAY_NOTE.longest)))
    return day, is_working, problems


def _day(written: str) -> date | None:
    try:
        return parse_date(written)
    except BadDate:
        return None
