"""Control questions of a distribution, and what each reader answered with a confirmation: written once."""

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from service.domain.control import Answer, ControlQuestion
from service.store.receipts import ReceiptKey
from service.store.tables import control_answers, control_questions


def add_questions(session: Session, distribution_id: int, questions: Sequence[ControlQuestion]) -> None:
    rows = [
        {
            "distribution_id": distribution_id,
            "position": position,
            "prompt": question.prompt,
            "choices": list(question.choices),
            "right_choice": question.right,
        }
        for position, question in enumerate(questions, 1)
    ]
    if rows:
        session.execute(insert(control_questions), rows)


def questions_of(session: Session, distribution_id: int) -> tuple[ControlQuestion, ...]:
    q = control_questions.c
    query = select(q.prompt, q.choices, q.right_choice).where(q.distribution_id == distribution_id).order_by(q.position)
    return tuple(ControlQuestion(prompt, tuple(choices), right) for prompt, choices, right in session.execute(query))


def add_answers(session: Session, key: ReceiptKey, answers: Sequence[Answer]) -> None:
    rows = [
        {
            "distribution_id": key.distribution_id,
            "person_id": key.person_id,
            "revision": key.revision,
            "position": answer.position,
            "choice": answer.choice,
            "is_right": answer.is_right,
        }
        for answer in answers
    ]
    if rows:
        session.execute(insert(control_answers), rows)


def choices_of(session: Session, key: ReceiptKey) -> dict[int, int]:
    """What this reader chose with the confirmation of this revision, by the position of the question."""
    a = control_answers.c
    query = select(a.position, a.choice).where(
        a.distribution_id == key.distribution_id, a.person_id == key.person_id, a.revision == key.revision
    )
    return {row.position: row.choice for row in session.execute(query)}
