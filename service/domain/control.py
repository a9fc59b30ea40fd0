"""Control questions: one to three about a document, answered with its confirmation.

They help a reader to see whether the text was understood. A wrong answer blocks nothing and is shown at once; how many
answered all rightly is an evidence level of its own, never merged with the confirmations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.domain.errors import (
    BadChoices,
    DuplicateChoice,
    DuplicateQuestion,
    EmptyQuestion,
    NoRightChoice,
    TooManyQuestions,
    UnansweredQuestion,
)
from service.domain.texts import CHOICE, PROMPT, one_line

MOST_QUESTIONS = 3
LEAST_CHOICES, MOST_CHOICES = 2, 5


@dataclass(frozen=True, slots=True)
class ControlQuestion:
    """`right` counts the choices from 1."""

    prompt: str
    choices: tuple[str, ...]
    right: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What was chosen for the question at `position`; both count from 1."""

    position: int
    choice: int
    is_right: bool


def kept_questions(asked: Sequence[ControlQuestion]) -> tuple[ControlQuestion, ...]:
    """The questions as they are stored: every text one line.

    Raises:
        TooManyQuestions: there are more than `MOST_QUESTIONS`.
        EmptyQuestion, BadChoices, DuplicateChoice, NoRightChoice, DuplicateQuestion: one is wrong; names it by number.
        UnstorableText, TooLong: a text cannot be kept.
    """
    if len(asked) > MOST_QUESTIONS:
        raise TooManyQuestions(most=MOST_QUESTIONS, given=len(asked))
    kept = tuple(_kept(number, question) for number, question in enumerate(asked, 1))
    prompts = [question.prompt.casefold() for question in kept]
    for number, prompt in enumerate(prompts, 1):
        if prompt in prompts[: number - 1]:
            raise DuplicateQuestion(number=number)
    return kept


def judged(questions: Sequence[ControlQuestion], chosen: Mapping[int, int]) -> tuple[Answer, ...]:
    """An answer to every question, `chosen` by position.

    Raises:
        UnansweredQuestion: one has no answer, or one that is none of its choices; names the first.
    """
    answers = []
    for position, question in enumerate(questions, 1):
        choice = chosen.get(position, 0)
        if not 1 <= choice <= len(question.choices):
            raise UnansweredQuestion(number=position)
        answers.append(Answer(position, choice, choice == question.right))
    return tuple(answers)


def _kept(number: int, asked: ControlQuestion) -> ControlQuestion:
    prompt = one_line(PROMPT, asked.prompt)
    choices = tuple(one_line(CHOICE, choice) for choice in asked.choices)
    if not prompt:
        raise EmptyQuestion(number=number)
    if not LEAST_CHOICES <= len(choices) <= MOST_CHOICES or not all(choices):
        raise BadChoices(number=number, least=LEAST_CHOICES, most=MOST_CHOICES)
    if len({choice.casefold() for choice in choices}) < len(choices):
        raise DuplicateChoice(number=number)
    if not 1 <= asked.right <= len(choices):
        raise NoRightChoice(number=number)
    return ControlQuestion(prompt, choices, asked.right)
