from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.deadlines import parse_date, parse_due, parse_moment, working_days_after
from service.domain.errors import BadDate

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FRIDAY = datetime(2018, 3, 9, 9, 41, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1d", date(2018, 3, 12)),
        ("5d", date(2018, 3, 16)),
        ("12/03/2018", date(2018, 3, 12)),
        ("2018-03-12", date(2018, 3, 12)),
    ],
)
def test_a_deadline_ends_with_a_working_day(written: str, expected: date) -> None:
    assert parse_due(written, FRIDAY) == datetime(expected.year, expected.month, expected.day, 17, tzinfo=ZONE)


@pytest.mark.parametrize("written", ["", "0d", "-1d", "31/02/2018", "tomorrow", "2018-13-01", "1000d", "5 d"])
def test_what_is_no_date_is_named(written: str) -> None:
    with pytest.raises(BadDate):
        parse_due(written, FRIDAY)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_the_day_reached_is_a_working_day_with_exactly_that_many_behind_it(start: date, count: int) -> None:
    end = working_days_after(start, count)
    days = [date.fromordinal(day) for day in range(start.toordinal() + 1, end.toordinal() + 1)]
    assert end.weekday() < 5
    assert sum(day.weekday() < 5 for day in days) == count


def test_a_moment_is_the_offices_unless_it_says_otherwise() -> None:
    assert parse_moment("2018-03-12T08:00", FRIDAY) == datetime(2018, 3, 12, 8, tzinfo=ZONE)
    assert parse_moment("2018-03-12T01:00+00:00", FRIDAY) == datetime(2018, 3, 12, 8, tzinfo=ZONE)
    with pytest.raises(BadDate):
        parse_moment("8 giờ", FRIDAY)


def test_a_date_is_read_in_both_forms() -> None:
    assert parse_date(" 05/02/2018 ") == parse_date("2018-02-05")
