"""Deadlines: a moment, a date, or a number of working days; the last two end with that day's work."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from service.domain.calendar import Calendar, SpecialDay, days_between
from service.domain.errors import BadDate, BadDeadline, BadHour, DueBeforeSending, DueInPast, DueTooFar, HourTwice
from service.domain.vietnamese import moment, nfc

_DAYS = re.compile(r"([1-9][0-9]{0,2})(?:d| ?ngày(?: làm việc)?)")
_HOUR = re.compile(r"[0-9]{1,2}:[0-9]{2}")
_CLOCK = re.compile(rf"(.+) ({_HOUR.pattern})")
_DATE_FORMS = ("%d/%m/%Y", "%Y-%m-%d")
# Further ahead a year was mistyped.
_FURTHEST = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """So many working days from the day of sending, which is not counted; it ends at `at`, else with the day's work.

    `since` is the day to count from where somebody was shown the resulting date already.
    """

    count: int
    at: time | None = None
    since: date | None = None


Deadline = WorkingDays | datetime | date


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline worked out, in the office's zone.

    `days` is the number of working days that was asked for, None when a date was named. `exceptions` are the days in
    between that counted other than their weekday says; `day_off` says why the office is closed on the day itself,
    empty when it is not.
    """

    at: datetime
    days: int | None
    exceptions: tuple[tuple[date, SpecialDay], ...] = ()
    day_off: str = ""


def parse_deadline(written: str, now: datetime) -> Deadline:
    """A deadline as typed: `Nd`, `N ngày`, `dd/MM/yyyy` or `yyyy-MM-dd`, with or without a time `HH:mm`; or ISO 8601.

    Raises:
        BadDeadline: it is none of them.
    """
    try:
        return _read(nfc(written.strip()), now)
    except BadDate as refused:
        raise BadDeadline(given=written.strip()) from refused


def _read(text: str, now: datetime) -> Deadline:
    if "T" in text:
        return parse_moment(text, now)
    clock = _CLOCK.fullmatch(text)
    day, at = (clock[1].strip(), parse_hour(clock[2])) if clock else (text, None)
    if days := _DAYS.fullmatch(day):
        return WorkingDays(int(days[1]), at)
    named = parse_date(day)
    return named if at is None else datetime.combine(named, at, now.tzinfo)


def at_hour(deadline: Deadline, at: time, now: datetime) -> Deadline:
    """A deadline whose hour was typed in a field of its own; `now` stands in the office's zone.

    Raises:
        HourTwice: the deadline has its hour already.
    """
    if isinstance(deadline, datetime) or (isinstance(deadline, WorkingDays) and deadline.at):
        raise HourTwice
    return replace(deadline, at=at) if isinstance(deadline, WorkingDays) else datetime.combine(deadline, at, now.tzinfo)


def work_out(deadline: Deadline, start: datetime, calendar: Calendar) -> Due:
    """The moment at which a deadline of something sent at `start` ends."""
    first = start.astimezone(calendar.zone).date()
    if isinstance(deadline, datetime):
        return due_of(deadline, None, first, calendar)
    if isinstance(deadline, WorkingDays):
        first = deadline.since or first
        day = calendar.working_days_after(first, deadline.count)
        at = datetime.combine(day, deadline.at, calendar.zone) if deadline.at else calendar.end_of_work(day)
        return due_of(at, deadline.count, first, calendar)
    return due_of(calendar.end_of_work(deadline), None, first, calendar)


def due_of(at: datetime, days: int | None, first: date, calendar: Calendar) -> Due:
    """What there is to say of a deadline that is known; `first` is the day of sending."""
    local = at.astimezone(calendar.zone)
    last = local.date()
    exceptions = tuple(calendar.exceptions_between(first, last)) if days else ()
    return Due(local, days, exceptions, day_off="" if calendar.is_working_day(last) else calendar.why(last))


def check_due(due: datetime, now: datetime, start: datetime) -> None:
    """Pass when a deadline lies ahead of now, and of `start`, when sending begins.

    Raises:
        DueInPast: it has passed.
        DueBeforeSending: it will have passed when the document is sent.
        DueTooFar: it is more than five years ahead.
    """
    written = moment(due.astimezone(now.tzinfo))
    if due <= now:
        raise DueInPast(due=written)
    if due <= start:
        raise DueBeforeSending(due=written, start=moment(start.astimezone(now.tzinfo)))
    if due - now > _FURTHEST:
        raise DueTooFar(due=written)


def own_due(
    due: datetime, listed: date, away: Collection[tuple[date, date]], calendar: Calendar, grace: int | None = None
) -> datetime | None:
    """A person's own deadline, None for the same as everybody's; `away` are first and last days of absences.

    Working days of absence after the day of listing do not count, and counting goes on after the return; the hour
    stays. A deadline on the day of listing itself is one such day. `grace` is how many working days somebody has who
    came onto the list later than the others.
    """
    common = due.astimezone(calendar.zone).date()
    last = common if grace is None else max(common, calendar.working_days_after(listed, grace))

    def is_away(day: date) -> bool:
        return any(first <= day <= end for first, end in away)

    counted = [day for day in days_between(listed, last) if calendar.is_working_day(day)] or [last]
    missed = sum(is_away(day) for day in counted)
    if not missed and last == common:
        return None
    day = last
    while missed:
        day = calendar.working_days_after(day, 1)
        missed -= not is_away(day)
    return datetime.combine(day, due.astimezone(calendar.zone).time(), calendar.zone)


def parse_date(written: str) -> date:
    """A date as `dd/MM/yyyy` or `yyyy-MM-dd`.

    Raises:
        BadDate: it is neither, or no day of the calendar.
    """
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(written.strip(), form).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
    raise BadDate(given=written)


def parse_hour(written: str) -> time:
    """A time of day as `HH:mm`.

    Raises:
        BadHour: it is none.
    """
    text = written.strip()
    if not _HOUR.fullmatch(text):
        raise BadHour(given=text)
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
    except ValueError as error:
        raise BadHour(given=text) from error


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
