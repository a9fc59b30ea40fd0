"""Control questions as the reader sees them: before confirming to choose, after it to learn which were right."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from service.store.control import choices_of, questions_of
from service.store.receipts import ReceiptKey


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """`chosen` counts the choices from 1, 0 for none; so does `right`."""

    position: int
    prompt: str
    choices: tuple[str, ...]
    right: int
    chosen: int = 0

    @property
    def is_right(self) -> bool:
        return self.chosen == self.right


def question_lines(session: Session, key: ReceiptKey) -> tuple[QuestionLine, ...]:
    """The questions of a distribution, with what this reader chose if the revision is confirmed."""
    chosen = choices_of(session, key)
    return tuple(
        QuestionLine(position, question.prompt, question.choices, question.right, chosen.get(position, 0))
        for position, question in enumerate(questions_of(session, key.distribution_id), 1)
    )
