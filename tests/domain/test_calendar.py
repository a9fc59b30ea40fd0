from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.calendar import DEFAULT_HOURS, Calendar, SpecialDay, days_between, parse_hours

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HOURS = DEFAULT_HOURS
MONDAY, SATURDAY, SUNDAY = date(2018, 4, 23), date(2018, 4, 28), date(2018, 4, 29)
SPECIAL = {
    date(2018, 4, 25): SpecialDay(is_working=False, note="Ngày Giỗ Tổ Hùng Vương"),
    SATURDAY: SpecialDay(is_working=True, note="Làm bù", is_announced=True),
    date(2018, 4, 30): SpecialDay(is_working=False, note="Ngày Chiến thắng"),
    date(2018, 5, 1): SpecialDay(is_working=False, note="Ngày Quốc tế Lao động"),
}
CALENDAR = Calendar(SPECIAL, HOURS, ZONE)
PLAIN = Calendar({}, HOURS, ZONE)

special_days = st.dictionaries(
    st.dates(date(2018, 1, 1), date(2019, 12, 31)),
    st.builds(SpecialDay, is_working=st.booleans(), note=st.just("Nghỉ")),
    max_size=60,
)
starts = st.dates(date(2017, 12, 1), date(2020, 1, 31))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


def test_a_day_says_why_it_is_as_it_is() -> None:
    assert [CALENDAR.why(day) for day in (MONDAY, date(2018, 4, 25), SATURDAY, SUNDAY)] == [
        "",
        "Ngày Giỗ Tổ Hùng Vương",
        "Làm bù",
        "Chủ nhật",
    ]


def test_counting_passes_over_holidays_and_counts_made_up_days() -> None:
    assert CALENDAR.working_days_after(MONDAY, 5) == date(2018, 5, 2)
    assert PLAIN.working_days_after(MONDAY, 5) == date(2018, 4, 30)
    assert CALENDAR.working_days_between(MONDAY, date(2018, 5, 2)) == 5
    assert CALENDAR.working_days_between(date(2018, 5, 2), MONDAY) == 0


def test_only_days_unlike_their_weekday_are_exceptions() -> None:
    holiday_on_a_sunday = Calendar(SPECIAL | {SUNDAY: SpecialDay(is_working=False, note="Lễ")}, HOURS, ZONE)
    named = holiday_on_a_sunday.exceptions_between(MONDAY, date(2018, 4, 30))
    assert [day for day, _ in named] == [date(2018, 4, 25), SATURDAY, date(2018, 4, 30)]


@given(special_days, starts, st.integers(1, 60))
def test_the_day_reached_is_a_working_day_with_exactly_that_many_behind_it(
    special: dict[date, SpecialDay], start: date, count: int
) -> None:
    calendar = Calendar(special, HOURS, ZONE)
    end = calendar.working_days_after(start, count)
    assert calendar.is_working_day(end)
    assert sum(calendar.is_working_day(day) for day in days_between(start, end)) == count
    assert calendar.working_days_between(start, end) == count


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        (at(MONDAY, 9, 41), at(MONDAY, 9, 41)),
        (at(MONDAY, 7), at(MONDAY, 7)),
        (at(MONDAY, 6, 59), at(MONDAY, 7)),
        (at(MONDAY, 11, 30), at(MONDAY, 13, 30)),
        (at(MONDAY, 17), at(date(2018, 4, 24), 7)),
        (at(date(2018, 4, 24), 23), at(date(2018, 4, 26), 7)),
        (at(SATURDAY, 8), at(SATURDAY, 8)),
        (at(SUNDAY, 8), at(date(2018, 5, 2), 7)),
    ],
)
def test_the_office_opens_at_the_next_stretch_of_work(moment: datetime, opening: datetime) -> None:
    assert CALENDAR.next_opening(moment) == opening


@given(special_days, starts, st.times())
def test_an_opening_lies_in_working_hours_and_never_before(
    special: dict[date, SpecialDay], day: date, hour: time
) -> None:
    calendar, moment = Calendar(special, HOURS, ZONE), datetime.combine(day, hour, ZONE)
    opening = calendar.next_opening(moment)
    assert opening >= moment
    assert calendar.next_opening(opening) == opening
    assert calendar.is_working_day(opening.date())


def test_a_moment_of_another_zone_is_judged_by_the_offices_clock() -> None:
    utc = at(MONDAY, 17, 30).astimezone(ZoneInfo("UTC"))
    assert CALENDAR.next_opening(utc) == at(date(2018, 4, 24), 7)


def test_work_ends_with_the_last_stretch() -> None:
    assert CALENDAR.end_of_work(SUNDAY) == at(SUNDAY, 17)
    assert CALENDAR.end_of_work(SUNDAY) - CALENDAR.end_of_work(SATURDAY) == timedelta(days=1)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "07:00",
        "7:00-11:30",
        "07:00-24:00",
        "11:30-07:00",
        "07:00-07:00",
        "07:00-11:30,11:00-17:00",
        "07:00-11:30,11:30-17:00",
        "13:30-17:00,07:00-11:30",
        "07:00-11:30,",
        "07:00-11:30;13:30-17:00",
        "²7:00-11:30",
    ],
)
def test_hours_out_of_order_or_form_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match="write them as"):
        parse_hours(written)
