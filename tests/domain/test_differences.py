from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.domain.differences import Change, Gap, Line, Span, abridged, by_line, differences

# Few words, so that texts have much in common; every kind of line end and space among them.
WORDS = st.sampled_from(["văn", "bản", "Căn cứ", "12/KH", " ", "  ", "\n", "\n\n", "\r\n", "\u2028", ".", ",", "\t"])
texts = st.lists(WORDS, max_size=60).map("".join) | st.text(max_size=80)


def old_of(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans if span.change is not Change.ADDED)


def new_of(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans if span.change is not Change.REMOVED)


@given(texts, texts)
@example("a b\nc", "a\nb c\n")
def test_both_texts_can_be_read_out_of_their_differences(old: str, new: str) -> None:
    found = differences(old, new)
    assert old_of(found) == old
    assert new_of(found) == new


@given(texts, texts)
def test_pieces_are_never_empty_and_change_from_one_to_the_next(old: str, new: str) -> None:
    found = differences(old, new)
    assert all(span.text for span in found)
    assert all(one.change is not next_one.change for one, next_one in pairwise(found))


@given(texts)
def test_equal_texts_do_not_differ(text: str) -> None:
    assert {span.change for span in differences(text, text)} <= {Change.KEPT}


def test_one_changed_word_is_told_as_that_word() -> None:
    found = differences("Hạn nộp ngày 05/3 tại Văn phòng.\nHết.\n", "Hạn nộp ngày 06/3 tại Văn phòng.\nHết.\n")
    assert [span for span in found if span.change is not Change.KEPT] == [
        Span(Change.REMOVED, " 05"),
        Span(Change.ADDED, " 06"),
    ]


def test_a_moved_end_of_a_line_changes_no_word() -> None:
    changed = [span.text for span in differences("một hai ba", "một hai\nba") if span.change is not Change.KEPT]
    assert [text.split() for text in changed if text.split()] in ([], [["ba"], ["ba"]])


def test_a_paragraph_written_anew_is_told_whole_and_not_as_a_patchwork() -> None:
    old, new = "Giao Văn phòng chủ trì việc này.\n", "Các đơn vị tự báo cáo, Văn phòng tổng hợp kết quả.\n"
    assert differences(old, new) == (Span(Change.REMOVED, old), Span(Change.ADDED, new))


def test_an_added_paragraph_leaves_its_neighbours_alone() -> None:
    assert differences("Một.\n\nBa.\n", "Một.\n\nHai.\n\nBa.\n") == (
        Span(Change.KEPT, "Một.\n\n"),
        Span(Change.ADDED, "Hai.\n\n"),
        Span(Change.KEPT, "Ba.\n"),
    )


@given(texts, texts)
def test_lines_hold_every_piece_but_the_ends_of_lines(old: str, new: str) -> None:
    spans = differences(old, new)
    lines = list(by_line(spans))
    told = "".join(span.text for line in lines for span in line.spans)
    assert told == "".join(span.text for span in spans).replace("\n", "")
    assert not any("\n" in span.text for line in lines for span in line.spans)


@pytest.mark.parametrize("around", [0, 1, 2])
def test_what_did_not_change_is_left_out_by_count(around: int) -> None:
    lines = [Line((Span(Change.KEPT, str(number)),)) for number in range(9)]
    lines[4] = Line((Span(Change.ADDED, "mới"),))
    shown = list(abridged(lines, around))
    beside = 4 - around
    assert shown == [Gap(beside), *lines[beside : 9 - beside], Gap(beside)]


def test_two_texts_that_are_equal_are_one_gap() -> None:
    assert list(abridged(list(by_line(differences("a\nb", "a\nb"))))) == [Gap(2)]
