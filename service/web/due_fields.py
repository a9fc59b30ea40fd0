"""A deadline as forms ask for it: a day and an hour, each in a field of its own."""

from datetime import datetime

from service.domain.deadlines import Deadline, at_hour, parse_deadline, parse_hour
from service.domain.errors import BadDeadline, BadHour, HourTwice, HourWithoutDay, Refused

DAY = "due_date"
HOUR = "due_time"


def read_due(day: str, hour: str, now: datetime) -> tuple[Deadline | None, dict[str, Refused]]:
    """The deadline, if one is asked for and can be read, and what is wrong by the names of the two fields."""
    wrong: dict[str, Refused] = {}
    deadline = at = None
    try:
        deadline = parse_deadline(day, now) if day.strip() else None
    except BadDeadline as refused:
        wrong[DAY] = refused
    try:
        at = parse_hour(hour) if hour.strip() else None
    except BadHour as refused:
        wrong[HOUR] = refused
    if wrong or at is None:
        return None if wrong else deadline, wrong
    if deadline is None:
        return None, {DAY: HourWithoutDay()}
    try:
        return at_hour(deadline, at, now), {}
    except HourTwice as refused:
        return None, {HOUR: refused}
