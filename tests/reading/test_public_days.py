from datetime import date

import pytest

from service.reading.public_days import public_days
from tests.reading.library_days import TABLE, table


def test_the_table_that_ships_is_what_the_library_knows() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(), "draw it up anew: poe public-days"


def test_lunar_holidays_and_announced_swaps_of_known_years_are_there() -> None:
    days = public_days(2026)
    assert days[date(2026, 2, 17)].note == "Tết Nguyên Đán"
    assert days[date(2026, 4, 26)].note == "Ngày Giỗ Tổ Hùng Vương"
    assert not days[date(2026, 8, 31)].is_working, "nghỉ bù"
    assert days[date(2026, 8, 22)].is_working, "làm bù"


def test_a_day_made_up_in_the_year_before_or_after_belongs_to_its_own_year() -> None:
    assert public_days(2019)[date(2019, 1, 5)].is_working
    assert not public_days(2018)[date(2018, 12, 31)].is_working
    assert all(day.year == 2018 for day in public_days(2018))


@pytest.mark.parametrize("year", [1, 1999, 2101, 9999])
def test_a_year_that_the_table_does_not_reach_has_no_special_days(year: int) -> None:
    assert public_days(year) == {}
