from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import WeakPin
from service.domain.pins import check_pin


@pytest.mark.parametrize("pin", ["294817", "705318", "918264", "402957", "310299"[::-1]])
def test_a_pin_that_nobody_tries_first_is_taken(pin: str) -> None:
    check_pin(pin)


@pytest.mark.parametrize(
    "pin",
    ["000000", "999999", "123456", "234567", "567890", "654321", "098765", "121212", "123123", "112233", "111222"],
)
def test_rows_and_repetitions_are_refused(pin: str) -> None:
    with pytest.raises(WeakPin):
        check_pin(pin)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_no_day_of_birth_is_taken_whichever_way_it_is_written(day: date) -> None:
    for written in (f"{day:%d%m%y}", f"{day:%y%m%d}"):
        with pytest.raises(WeakPin):
            check_pin(written)


@pytest.mark.parametrize(
    "pin", ["", "29481", "2948170", "29481a", "294 817", " 294817", "294817\n", "２９４８１７", "٢٩٤٨١٧"]
)
def test_a_pin_is_six_figures(pin: str) -> None:
    with pytest.raises(WeakPin):
        check_pin(pin)


@given(st.text())
def test_whatever_is_taken_is_six_figures(pin: str) -> None:
    try:
        check_pin(pin)
    except WeakPin:
        return
    assert len(pin) == 6
    assert pin.isascii()
    assert pin.isdecimal()
