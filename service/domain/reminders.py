"""When people are reminded of a deadline, and when somebody above them hears of it.

A step lies a number of working days or hours before or after a deadline. One in days falls at the opening of its day,
one in hours into working hours, except for urgent documents, which are handled at once (NĐ 30/2020/NĐ-CP, Điều 18).
Which steps there are is a setting, by urgency.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from service.domain.calendar import Calendar
from service.domain.documents import Urgency, parse_urgency

# Before the name of a step: a person sends it; it is one of a deadline of somebody's own.
BY_HAND = "by hand "
OWN = "own "

_OFFSET = re.compile(r"(?P<sign>[+-]?)(?P<count>[0-9]{1,3})(?P<unit>[dh])")


class Rung(StrEnum):
    """Who hears of people who are late, from the bottom up."""

    UNIT = "unit"
    CHIEF = "chief"
    LEADERSHIP = "leadership"

    @property
    def label(self) -> str:
        return _RUNG_LABELS[self]


_RUNG_LABELS = {
    Rung.UNIT: "Báo lãnh đạo đơn vị",
    Rung.CHIEF: "Báo Chánh Văn phòng",
    Rung.LEADERSHIP: "Báo lãnh đạo cơ quan",
}


@dataclass(frozen=True, slots=True)
class Offset:
    """How far from the deadline: working days, or hours, negative before it."""

    count: int
    in_days: bool

    def __str__(self) -> str:
        return f"{self.count:+d}{'d' if self.in_days else 'h'}" if self.count else f"0{'d' if self.in_days else 'h'}"

    @property
    def label(self) -> str:
        unit = "ngày làm việc" if self.in_days else "giờ"
        if not self.count:
            return "Ngày hết hạn" if self.in_days else "Lúc hết hạn"
        return f"Trước hạn {-self.count} {unit}" if self.count < 0 else f"Quá hạn {self.count} {unit}"

    def moment(self, due: datetime, calendar: Calendar, *, at_any_hour: bool) -> datetime:
        if self.in_days:
            return calendar.opening(_working_day(due.astimezone(calendar.zone).date(), self.count, calendar))
        moment = due + timedelta(hours=self.count)
        return moment if at_any_hour else calendar.next_opening(moment)


@dataclass(frozen=True, slots=True)
class Escalation:
    """When a rung hears of a deadline."""

    rung: Rung
    offset: Offset

    def __str__(self) -> str:
        return f"{self.rung}{self.offset}"

    def moment(self, due: datetime, calendar: Calendar, *, at_any_hour: bool) -> datetime:
        return self.offset.moment(due, calendar, at_any_hour=at_any_hour)


class Step(Protocol):
    """What a plan is made of; its text tells it from the others of one deadline."""

    def moment(self, due: datetime, calendar: Calendar, *, at_any_hour: bool) -> datetime: ...


AnyStep = TypeVar("AnyStep", bound=Step)
ReminderSteps = Mapping[Urgency, tuple[Offset, ...]]
EscalationSteps = Mapping[Urgency, tuple[Escalation, ...]]


@dataclass(frozen=True, slots=True)
class Planned(Generic[AnyStep]):
    """A step with its moment. `name` also names the deadline, so that another deadline brings its steps anew."""

    step: AnyStep
    name: str
    at: datetime


def plan(steps: Sequence[AnyStep], due: datetime, urgency: Urgency, calendar: Calendar) -> list[Planned[AnyStep]]:
    """The steps of a deadline in the order of their moments."""
    at_any_hour = urgency is not Urgency.NORMAL
    named = f"{due.astimezone(UTC):%Y%m%dT%H%M}Z"
    made = [Planned(step, f"{named} {step}", step.moment(due, calendar, at_any_hour=at_any_hour)) for step in steps]
    return sorted(made, key=lambda planned: planned.at)


def come(planned: Iterable[Planned[AnyStep]], since: datetime, now: datetime) -> list[Planned[AnyStep]]:
    """The steps whose moment has come, those alone that lie behind the listing; the latest is last."""
    return [step for step in planned if since < step.at <= now]


def step_label(name: str) -> str:
    """What an office calls a step by the name that was kept of it; another name stands as it is."""
    if name.startswith(BY_HAND):
        return "Đôn đốc"
    try:
        label = _offset(name.rpartition(" ")[2]).label
    except ValueError:
        return name
    return f"{label} (hạn riêng)" if name.startswith(OWN) else label


def parse_reminder_steps(written: str) -> ReminderSteps:
    """Steps by urgency, such as `thuong=-2d,0d,+1d; hoa-toc=-1h,+1h`. An urgency that is not named has none.

    Raises:
        ValueError: they are not of this form.
    """
    return _by_urgency(written, _offset)


def parse_escalation_steps(written: str) -> EscalationSteps:
    """Rungs with their steps by urgency, such as `thuong=unit+1d,chief+3d; hoa-toc=unit+0h`.

    Raises:
        ValueError: they are not of this form.
    """
    return _by_urgency(written, _escalation)


Read = TypeVar("Read", Offset, Escalation)


def _by_urgency(written: str, read: Callable[[str], Read]) -> dict[Urgency, tuple[Read, ...]]:
    found: dict[Urgency, tuple[Read, ...]] = {}
    for part in filter(None, (part.strip() for part in written.split(";"))):
        word, equals, steps = part.partition("=")
        if not equals or word.strip() not in {urgency.word for urgency in Urgency}:
            raise ValueError(f"{part!r} names no urgency; write thuong=..., khan=..., thuong-khan=..., hoa-toc=...")
        found[parse_urgency(word)] = tuple(read(step.strip()) for step in steps.split(",") if step.strip())
    return found


def _offset(written: str) -> Offset:
    match = _OFFSET.fullmatch(written)
    if match is None:
        raise ValueError(f"{written!r} is no step; write -2d, 0d, +1d or +4h")
    count = int(match["count"])
    return Offset(-count if match["sign"] == "-" else count, in_days=match["unit"] == "d")


def _escalation(written: str) -> Escalation:
    for rung in Rung:
        if written.startswith(rung):
            return Escalation(rung, _offset(written.removeprefix(rung)))
    raise ValueError(f"{written!r} names no rung; write unit+1d, chief+3d or leadership+5d")


def _working_day(due: date, count: int, calendar: Calendar) -> date:
    if count < 0:
        return calendar.working_days_before(due, -count)
    return calendar.working_days_after(due, count)


# The office's habit where no setting says otherwise.
REMINDER_STEPS = "thuong=-2d,0d,+1d,+3d; khan=-1d,0d,+1d,+2d; thuong-khan=-4h,+0h,+4h,+1d; hoa-toc=-1h,+0h,+1h,+4h"
ESCALATION_STEPS = (
    "thuong=unit+1d,chief+3d,leadership+5d; khan=unit+1d,chief+2d,leadership+3d;"
    " thuong-khan=unit+0h,chief+4h,leadership+1d; hoa-toc=unit+0h,chief+1h,leadership+2h"
)
