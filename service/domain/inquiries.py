"""What a reader asks about a document, or that it is not theirs, and what the secretariat says to it.

An inquiry is answered once, in words that the reader sees. A return that is accepted exempts the reader.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

# Enough for anybody with questions, too few for a script that floods the secretariat.
MOST_IN_A_WHILE = 10
A_WHILE = timedelta(hours=1)


class Kind(StrEnum):
    QUESTION = "question"
    RETURN = "return"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {Kind.QUESTION: "Câu hỏi", Kind.RETURN: "Trả lại"}


@dataclass(frozen=True, slots=True)
class OpenInquiry:
    """One that waits for its answer, and whose it is; `words` are empty for who may not read them."""

    id: int
    kind: Kind
    full_name: str
    unit_name: str
    asked_at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Inquiries:
    """What was asked about a distribution by a moment.

    `waiting` names those not answered by then, the oldest first; `unnamed` is the number of those behind them.
    """

    questions: int = 0
    returns: int = 0
    accepted: int = 0
    waiting: tuple[OpenInquiry, ...] = ()
    unnamed: int = 0

    @property
    def unanswered(self) -> int:
        return len(self.waiting) + self.unnamed

    def without_words(self) -> "Inquiries":
        return replace(self, waiting=tuple(replace(one, words="") for one in self.waiting))
