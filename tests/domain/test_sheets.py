from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from service.domain.errors import MistypedSheetCode, SignedBeforeSheet, SignedInFuture
from service.domain.sheets import moment_of_signature, new_code, read_code
from tests.fakes import OFFICE_ZONE

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
codes = st.builds(lambda _: new_code(), st.integers())


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2018, 3, day, hour, minute, tzinfo=OFFICE_ZONE)


@given(codes)
def test_a_code_is_read_in_whatever_form_it_is_typed(code: str) -> None:
    assert read_code(code) == code
    assert read_code(code.lower().replace("-", " ")) == code
    assert read_code(f" {code.replace('-', '')} ") == code


@given(codes, st.integers(0, 7), st.sampled_from(LETTERS))
def test_one_wrong_letter_is_found(code: str, place: int, letter: str) -> None:
    bare = code.replace("-", "")
    assume(bare[place] != letter)
    with pytest.raises(MistypedSheetCode):
        read_code(bare[:place] + letter + bare[place + 1 :])


@given(codes, st.integers(0, 7), st.integers(0, 7))
def test_two_letters_in_each_others_place_are_found(code: str, one: int, other: int) -> None:
    bare = list(code.replace("-", ""))
    assume(bare[one] != bare[other])
    bare[one], bare[other] = bare[other], bare[one]
    with pytest.raises(MistypedSheetCode):
        read_code("".join(bare))


@given(st.text())
def test_any_text_is_a_code_or_refused(typed: str) -> None:
    with suppress(MistypedSheetCode):
        assert read_code(read_code(typed)) == read_code(typed)


def test_a_signature_without_an_hour_was_as_early_that_day_as_it_could_be() -> None:
    printed, now = at(5, 9, 42), at(9, 15)
    assert moment_of_signature(date(2018, 3, 5), printed, now) == printed
    assert moment_of_signature(date(2018, 3, 6), printed, now) == at(6)
    assert moment_of_signature(date(2018, 3, 9), printed, now) == at(9)


@given(st.integers(1, 28), st.integers(1, 28), st.integers(1, 28))
def test_a_signature_is_never_before_the_sheet_nor_after_now(printed: int, signed: int, today: int) -> None:
    assume(printed <= today)
    earliest, now = at(printed, 9, 42), at(today, 9, 43)
    if signed > today:
        with pytest.raises(SignedInFuture):
            moment_of_signature(date(2018, 3, signed), earliest, now)
    elif signed < printed:
        with pytest.raises(SignedBeforeSheet):
            moment_of_signature(date(2018, 3, signed), earliest, now)
    else:
        found = moment_of_signature(date(2018, 3, signed), earliest, now)
        assert earliest <= found <= now
        assert found.date() == date(2018, 3, signed)
