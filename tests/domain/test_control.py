import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.control import ControlQuestion, judged, kept_questions
from service.domain.errors import (
    BadChoices,
    DuplicateChoice,
    DuplicateQuestion,
    EmptyQuestion,
    NoRightChoice,
    Refused,
    TooLong,
    TooManyQuestions,
    UnansweredQuestion,
    UnstorableText,
)

GOOD = ControlQuestion("Hạn nộp báo cáo?", ("Ngày 15", "Ngày 20"), 1)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ([ControlQuestion(f"Câu {number}", ("a", "b"), 1) for number in range(4)], TooManyQuestions),
        ([ControlQuestion(" ", ("a", "b"), 1)], EmptyQuestion),
        ([ControlQuestion("Câu", (), 1)], BadChoices),
        ([ControlQuestion("Câu", ("a",), 1)], BadChoices),
        ([ControlQuestion("Câu", tuple("abcdef"), 1)], BadChoices),
        ([ControlQuestion("Câu", ("a", " "), 1)], BadChoices),
        ([ControlQuestion("Câu", ("Có", "có "), 1)], DuplicateChoice),
        ([ControlQuestion("Câu", ("a", "b"), 0)], NoRightChoice),
        ([ControlQuestion("Câu", ("a", "b"), 3)], NoRightChoice),
        ([GOOD, ControlQuestion("hạn nộp báo cáo? ", ("a", "b"), 1)], DuplicateQuestion),
        ([ControlQuestion("a" * 501, ("a", "b"), 1)], TooLong),
        ([ControlQuestion("Câu", ("a" * 301, "b"), 1)], TooLong),
        ([ControlQuestion("Câu\0", ("a", "b"), 1)], UnstorableText),
    ],
)
def test_a_question_that_is_none_is_refused(asked: list[ControlQuestion], refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        kept_questions(asked)


def test_a_refusal_names_the_question() -> None:
    with pytest.raises(NoRightChoice, match="question 2") as refused:
        kept_questions([GOOD, ControlQuestion("Câu", ("a", "b"), 9)])
    assert "kiểm tra 2" in refused.value.vi


def test_texts_are_kept_as_one_line() -> None:
    (kept,) = kept_questions([ControlQuestion(" Hạn\nnộp? ", (" Ngày 15", "Ngày\t20"), 2)])
    assert "\n" not in kept.prompt
    assert kept.choices[0] == "Ngày 15"
    assert kept.right == 2


@given(st.lists(st.builds(ControlQuestion, st.text(max_size=9), st.tuples(st.text(), st.text()), st.integers())))
def test_whatever_is_kept_is_kept_again_as_it_is(asked: list[ControlQuestion]) -> None:
    try:
        kept = kept_questions(asked)
    except Refused:
        return
    assert kept_questions(kept) == kept


def test_answers_are_judged_one_by_one() -> None:
    other = ControlQuestion("Ai chủ trì?", ("Văn phòng", "Thanh tra", "Chi cục"), 3)
    answers = judged([GOOD, other], {1: 1, 2: 2})
    assert [(one.position, one.choice, one.is_right) for one in answers] == [(1, 1, True), (2, 2, False)]
    assert judged([], {1: 1}) == ()


@pytest.mark.parametrize("chosen", [{1: 1}, {1: 1, 2: 0}, {1: 1, 2: 3}, {1: 1, 2: -1}])
def test_a_question_without_an_answer_of_its_own_is_named(chosen: dict[int, int]) -> None:
    with pytest.raises(UnansweredQuestion, match="Question 2"):
        judged([GOOD, ControlQuestion("Ai?", ("a", "b"), 1)], chosen)
