import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import texts
from service.domain.errors import EmptyText, Refused, TooLong, UnstorableText
from service.domain.texts import Field, check_text, needed_line, one_line, several_lines
from service.domain.vietnamese import strip_controls

SHORT = Field("reason", "lý do", 5)
FIELDS = [field for field in vars(texts).values() if isinstance(field, Field)]
CHECKS: tuple[Callable[[Field, str], object], ...] = (one_line, several_lines, needed_line, check_text)


def test_a_line_is_kept_composed_and_without_what_nobody_sees() -> None:
    typed = unicodedata.normalize("NFD", " nghỉ\tphép\r\n") + "\u202e\u200f\x07"
    assert one_line(texts.REASON, typed) == "nghỉ phép"


def test_several_lines_keep_their_breaks_and_their_indents() -> None:
    typed = "\n\nĐọc mục II:\r\n  - điểm a\u2067 \r  - điểm b\v" + unicodedata.normalize("NFD", "hết\t") + "\n\n"
    assert several_lines(texts.MESSAGE, typed) == "Đọc mục II:\n  - điểm a\n  - điểm b\nhết"


@pytest.mark.parametrize("check", CHECKS)
def test_a_text_at_the_limit_passes_and_one_character_more_is_refused_by_name(
    check: Callable[[Field, str], object],
) -> None:
    check(SHORT, "ốốốốố")
    with pytest.raises(TooLong) as refusal:
        check(SHORT, "ốốốốốố")
    assert str(refusal.value) == "The reason is longer than 5 characters."
    assert refusal.value.vi == "Mục lý do dài quá 5 ký tự."


def test_what_counts_is_the_text_as_it_is_kept() -> None:
    assert one_line(SHORT, unicodedata.normalize("NFD", "  ốốốốố\n")) == "ốốốốố"


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("typed", ["a\0b", "\ud800", "b\udfff"])
def test_what_no_database_keeps_is_refused(check: Callable[[Field, str], object], typed: str) -> None:
    with pytest.raises(UnstorableText):
        check(SHORT, typed)


@pytest.mark.parametrize("typed", ["", " \t\n", "\u202e\u2066"])
def test_a_line_that_is_needed_holds_something(typed: str) -> None:
    assert one_line(SHORT, typed) == ""
    with pytest.raises(EmptyText) as refusal:
        needed_line(SHORT, typed)
    assert (str(refusal.value), refusal.value.vi) == ("The reason is empty.", "Chưa ghi lý do.")


@given(st.text())
def test_any_text_is_kept_the_same_however_often_it_is_kept_or_refused(typed: str) -> None:
    for keep in (one_line, several_lines):
        try:
            kept = keep(texts.MESSAGE, typed)
        except Refused:
            continue
        assert keep(texts.MESSAGE, kept) == kept
        assert unicodedata.is_normalized("NFC", kept)
        assert all(strip_controls(line) == line.strip() for line in kept.split("\n"))


def test_every_field_has_a_name_of_its_own_in_both_languages() -> None:
    assert len(FIELDS) > 10
    assert len({field.name for field in FIELDS}) == len({field.vi for field in FIELDS}) == len(FIELDS)
