from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.calendar import DEFAULT_HOURS, Calendar, SpecialDay
from service.domain.documents import Urgency
from service.domain.reminders import (
    ESCALATION_STEPS,
    REMINDER_STEPS,
    Escalation,
    Offset,
    Rung,
    come,
    parse_escalation_steps,
    parse_reminder_steps,
    plan,
)

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
# Thursday 30/04 and Friday 01/05/2026 are public holidays.
CALENDAR = Calendar(
    {date(2026, 4, 30): SpecialDay(False, "Ngày Chiến thắng"), date(2026, 5, 1): SpecialDay(False, "Quốc tế Lao động")},
    DEFAULT_HOURS,
    ZONE,
)
DUE = datetime(2026, 4, 29, 17, 0, tzinfo=ZONE)


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=ZONE)  # type: ignore[misc,arg-type]  # year to minute


def moments(steps: str, urgency: Urgency = Urgency.NORMAL, due: datetime = DUE) -> list[datetime]:
    return [one.at for one in plan(parse_reminder_steps(steps)[urgency], due, urgency, CALENDAR)]


def test_steps_in_days_are_working_days_and_fall_at_the_opening() -> None:
    assert moments("thuong=-2d,0d,+1d,+3d") == [
        at(2026, 4, 27, 7, 0),
        at(2026, 4, 29, 7, 0),
        at(2026, 5, 4, 7, 0),
        at(2026, 5, 6, 7, 0),
    ]


def test_steps_in_hours_wait_for_working_hours_unless_the_document_is_urgent() -> None:
    assert moments("thuong=+4h") == [at(2026, 5, 4, 7, 0)]
    assert moments("hoa-toc=-1h,+4h", Urgency.FLASH) == [at(2026, 4, 29, 16, 0), at(2026, 4, 29, 21, 0)]


def test_steps_stand_in_the_order_of_their_moments_whatever_was_written() -> None:
    assert moments("thuong=+1d,-2d,0d") == sorted(moments("thuong=+1d,-2d,0d"))


def test_another_deadline_brings_its_steps_anew() -> None:
    steps = parse_reminder_steps("thuong=0d")[Urgency.NORMAL]
    first, second = (plan(steps, due, Urgency.NORMAL, CALENDAR)[0].name for due in (DUE, DUE + timedelta(days=7)))
    assert first != second


def test_a_step_that_lies_before_the_listing_does_not_come() -> None:
    steps = parse_reminder_steps("thuong=-5d,-1d,+1d")[Urgency.NORMAL]
    planned = plan(steps, DUE, Urgency.NORMAL, CALENDAR)
    names = [str(one.step) for one in come(planned, at(2026, 4, 27, 9, 0), at(2026, 4, 28, 7, 0))]
    assert names == ["-1d"]


def test_rungs_are_read_with_their_steps() -> None:
    steps = parse_escalation_steps("thuong=unit+1d, chief+3d ,leadership+5d; hoa-toc=unit+0h")
    assert steps[Urgency.NORMAL][0] == Escalation(Rung.UNIT, Offset(1, in_days=True))
    assert [str(step) for step in steps[Urgency.NORMAL]] == ["unit+1d", "chief+3d", "leadership+5d"]
    assert str(steps[Urgency.FLASH][0]) == "unit0h"


@pytest.mark.parametrize("written", ["thuong", "gap=1d", "thuong=1", "thuong=1w", "thuong=+-1d", "thuong=1000d"])
def test_what_is_no_step_is_refused_in_words(written: str) -> None:
    with pytest.raises(ValueError, match="write"):
        parse_reminder_steps(written)


@pytest.mark.parametrize("written", ["thuong=+1d", "thuong=boss+1d", "thuong=unit"])
def test_what_names_no_rung_is_refused_in_words(written: str) -> None:
    with pytest.raises(ValueError, match="write"):
        parse_escalation_steps(written)


def test_the_offices_habit_covers_every_urgency() -> None:
    assert parse_reminder_steps(REMINDER_STEPS).keys() == set(Urgency)
    assert parse_escalation_steps(ESCALATION_STEPS).keys() == set(Urgency)


@given(
    st.sampled_from(Urgency),
    st.datetimes(datetime(2026, 1, 5), datetime(2026, 12, 20), timezones=st.just(ZONE)),  # noqa: DTZ001 - the strategy adds it
)
def test_steps_of_ordinary_documents_fall_into_working_hours_alone(urgency: Urgency, due: datetime) -> None:
    for one in plan(parse_reminder_steps(REMINDER_STEPS)[urgency], due, urgency, CALENDAR):
        if urgency is Urgency.NORMAL:
            falls = one.at == CALENDAR.next_opening(one.at)
            assert falls or not CALENDAR.is_working_day(due.date())
