import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.calendar import DEFAULT_HOURS, Calendar, SpecialDay
from service.domain.deadlines import (
    Due,
    WorkingDays,
    at_hour,
    check_due,
    own_due,
    parse_date,
    parse_deadline,
    parse_hour,
    parse_moment,
    work_out,
)
from service.domain.errors import BadDate, BadDeadline, BadHour, DueBeforeSending, DueInPast, DueTooFar, HourTwice

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FRIDAY = datetime(2018, 3, 9, 9, 41, tzinfo=ZONE)
LOCAL_HOLIDAY = (date(2018, 3, 13), SpecialDay(is_working=False, note="Nghỉ lễ địa phương"))
MADE_UP = (date(2018, 3, 17), SpecialDay(is_working=True, note="Làm bù"))
CALENDAR = Calendar(dict([LOCAL_HOLIDAY, MADE_UP]), DEFAULT_HOURS, ZONE)
PLAIN = Calendar({}, DEFAULT_HOURS, ZONE)


def on(day: int, hour: int = 17, month: int = 3) -> datetime:
    return datetime(2018, month, day, hour, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("1d", on(12)),
        ("2d", on(14)),
        ("2d 9:30", datetime(2018, 3, 14, 9, 30, tzinfo=ZONE)),
        ("12/03/2018", on(12)),
        ("2018-03-12", on(12)),
        (" 12/03/2018 08:00 ", on(12, 8)),
        ("2018-03-12 08:00", on(12, 8)),
        ("2018-03-12T08:00", on(12, 8)),
        ("2018-03-12T01:00Z", on(12, 8)),
    ],
)
def test_a_deadline_is_a_moment_or_ends_with_a_days_work(written: str, at: datetime) -> None:
    assert work_out(parse_deadline(written, FRIDAY), FRIDAY, CALENDAR).at == at


@pytest.mark.parametrize(
    "written",
    [
        "",
        "0d",
        "-1d",
        "31/02/2018",
        "tomorrow",
        "2018-13-01",
        "1000d",
        "5 d",
        "5d 25:00",
        "5d 8h",
        "12/03/2018 8:00 9:00",
        "2018-03-12T25:00",
        "T",
        "0001-01-01T00:00",
        "9999-12-31T23:59-14:00",
    ],
)
def test_what_is_no_deadline_is_named(written: str) -> None:
    with pytest.raises(BadDeadline, match="or 1d to 999d for so many working days"):
        parse_deadline(written, FRIDAY)


@pytest.mark.parametrize("written", ["", "24:00", "8h", "8", "8:5", "08:60", "８:00", "-1:00", "8:00:00"])
def test_what_is_no_hour_is_named(written: str) -> None:
    with pytest.raises(BadHour, match="no time of day; write HH:mm"):
        parse_hour(written)


def test_an_hour_of_its_own_field_joins_a_deadline_that_has_none() -> None:
    half_past_nine = parse_hour(" 9:30 ")
    assert at_hour(date(2018, 3, 12), half_past_nine, FRIDAY) == datetime(2018, 3, 12, 9, 30, tzinfo=ZONE)
    assert at_hour(WorkingDays(2), half_past_nine, FRIDAY) == WorkingDays(2, time(9, 30))
    for known in (on(12), WorkingDays(2, time(8))):
        with pytest.raises(HourTwice):
            at_hour(known, half_past_nine, FRIDAY)


@pytest.mark.parametrize("written", ["5 ngày", "5ngày", "5 ngày làm việc", unicodedata.normalize("NFD", "5 ngày")])
def test_working_days_are_read_in_the_words_of_the_office(written: str) -> None:
    assert parse_deadline(written, FRIDAY) == WorkingDays(5)


def test_days_that_count_other_than_their_weekday_are_named() -> None:
    assert work_out(WorkingDays(6), FRIDAY, CALENDAR) == Due(on(19), 6, exceptions=(LOCAL_HOLIDAY, MADE_UP))
    # A date that somebody chose skips nothing; when the office is closed on it, that is said.
    assert work_out(date(2018, 3, 13), FRIDAY, CALENDAR) == Due(on(13), None, day_off="Nghỉ lễ địa phương")
    assert work_out(date(2018, 3, 18), FRIDAY, CALENDAR).day_off == "Chủ nhật"


def test_days_are_counted_from_the_day_that_was_shown() -> None:
    assert work_out(WorkingDays(1, since=date(2018, 3, 8)), FRIDAY, CALENDAR).at == on(9)


def test_days_are_counted_in_the_offices_zone() -> None:
    late_on_sunday_in_utc = datetime(2018, 3, 11, 18, tzinfo=UTC)
    assert work_out(WorkingDays(1), late_on_sunday_in_utc, PLAIN).at == on(13)


def test_a_deadline_must_lie_ahead_of_now_and_of_sending() -> None:
    sending = FRIDAY + timedelta(days=3)
    check_due(sending + timedelta(seconds=1), FRIDAY, sending)
    with pytest.raises(DueInPast, match="09:41 thứ Sáu, 09/03/2018"):
        check_due(FRIDAY.astimezone(UTC), FRIDAY, FRIDAY)
    with pytest.raises(DueBeforeSending, match="09:41 thứ Hai, 12/03/2018"):
        check_due(sending, FRIDAY, sending)


@pytest.mark.parametrize("year", [1, 1899, 2024, 2206, 9999])
def test_a_mistyped_year_is_refused(year: int) -> None:
    with pytest.raises((DueInPast, DueTooFar)):
        check_due(work_out(date(year, 12, 31), FRIDAY, PLAIN).at, FRIDAY, FRIDAY)


@pytest.mark.parametrize(
    ("away", "own"),
    [
        # Listed on Friday the 9th and due on the 19th; the 13th is off, Saturday the 17th is worked.
        ([], None),
        ([(on(9), on(9))], None),
        ([(on(10), on(11))], None),
        ([(on(13), on(13))], None),
        ([(on(12), on(12))], on(20)),
        ([(on(1), on(14))], on(21)),
        ([(on(19), on(23))], on(26)),
        ([(on(12), on(12)), (on(20), on(20))], on(21)),
        ([(on(12), on(14)), (on(14), on(15))], on(22)),
    ],
)
def test_working_days_of_absence_do_not_count_and_counting_goes_on_after_the_return(
    away: list[tuple[datetime, datetime]], own: datetime | None
) -> None:
    days = [(first.date(), last.date()) for first, last in away]
    assert own_due(on(19), FRIDAY.date(), days, CALENDAR) == own


def test_a_deadline_of_hours_moves_to_the_same_hour_of_the_day_of_return() -> None:
    flash, today = on(9, 11), FRIDAY.date()
    assert own_due(flash, today, [(today, date(2018, 3, 14))], CALENDAR) == on(15, 11)
    assert own_due(flash, today, [(date(2018, 3, 12), date(2018, 3, 14))], CALENDAR) is None
    # At the week-end too: who is away then gets the first working day that he is back.
    assert own_due(on(11, 11), date(2018, 3, 10), [(date(2018, 3, 10), date(2018, 3, 12))], CALENDAR) == on(14, 11)


days = st.dates(date(2018, 1, 1), date(2018, 6, 30))
periods = st.tuples(days, st.integers(0, 40)).map(lambda p: (p[0], p[0] + timedelta(days=p[1])))


@given(days, st.integers(1, 20), st.lists(periods, max_size=4))
def test_everybody_gets_as_many_present_working_days_as_was_promised(
    listed: date, count: int, away: list[tuple[date, date]]
) -> None:
    start = datetime.combine(listed, time(9), ZONE)
    due = work_out(WorkingDays(count), start, CALENDAR).at
    own = own_due(due, listed, away, CALENDAR) or due
    span = [date.fromordinal(day) for day in range(listed.toordinal() + 1, own.date().toordinal() + 1)]
    present = [
        day for day in span if CALENDAR.is_working_day(day) and not any(first <= day <= last for first, last in away)
    ]
    assert len(present) == count
    assert own >= due
    assert own.time() == due.time()


def test_a_moment_is_the_offices_unless_it_says_otherwise() -> None:
    assert parse_moment("2018-03-12T08:00", FRIDAY) == datetime(2018, 3, 12, 8, tzinfo=ZONE)
    assert parse_moment("2018-03-12T01:00+00:00", FRIDAY) == datetime(2018, 3, 12, 8, tzinfo=ZONE)
    with pytest.raises(BadDate):
        parse_moment("8 giờ", FRIDAY)


def test_a_date_is_read_in_both_forms() -> None:
    assert parse_date(" 05/02/2018 ") == parse_date("2018-02-05")
