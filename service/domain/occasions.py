"""Why a letter is sent. One delivery a recipient, channel and occasion: the occasion is what keeps letters apart."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    ORIGINAL = "original"
    ERRATUM = "erratum"
    REVISION = "revision"
    RECALL = "recall"
    ACTIVATION = "activation"
    RESET = "reset"
    PASSWORD_SET = "password_set"  # noqa: S105 - the name of an occasion
    RECEIPT = "receipt"
    ANSWER = "answer"
    REMINDER = "reminder"
    NUDGE = "nudge"
    DIGEST = "digest"
    ANCHOR = "anchor"


# Letters that carry a one-time link, and say nothing any more once it is dead.
WITH_LINK = frozenset({Kind.ACTIVATION, Kind.RESET})

# Letters that ask again for a confirmation.
REMINDERS = frozenset({Kind.REMINDER, Kind.NUDGE})

# Letters about what one reader did: nobody else's says the same.
OF_ONE_READER = frozenset({Kind.RECEIPT, Kind.ANSWER})

# Letters that ask their reader to confirm: pointless for who need not.
ASKING = frozenset({Kind.ORIGINAL, Kind.REVISION}) | REMINDERS

# Letters about the text in force: a replacement or a recall leaves them nothing true to say.
ABOUT_THE_TEXT = frozenset({Kind.ORIGINAL, Kind.ERRATUM, Kind.REVISION}) | REMINDERS


_LABELS = {
    Kind.ERRATUM: "Thư đính chính",
    Kind.REVISION: "Thư báo bản thay thế",
    Kind.RECALL: "Thư thu hồi",
    Kind.RECEIPT: "Biên nhận",
    Kind.ANSWER: "Thư trả lời",
    Kind.REMINDER: "Thư nhắc",
    Kind.NUDGE: "Thư đôn đốc",
}


@dataclass(frozen=True, slots=True)
class Occasion:
    """`number` tells repeats apart; it is 0 where there is one only.

    It is the credential version of an account letter, the revision of a receipt, the inquiry of an answer, the place of
    a reminder among those of its person, the digest that is told, the number of an erratum, the
    position of the evidence that an anchor is about. Of the letters that bring a
    document it is the revision: `revision:2` to who had the first one, `original:2` to who was listed only then; the
    original of the first revision has none.
    """

    kind: Kind
    number: int = 0

    @property
    def label(self) -> str:
        """What a reader calls such a letter."""
        return _LABELS.get(self.kind, "Thư")

    def __str__(self) -> str:
        return f"{self.kind}:{self.number}" if self.number else str(self.kind)


ORIGINAL = Occasion(Kind.ORIGINAL)
RECALL = Occasion(Kind.RECALL)


def first_letter(revision: int) -> Occasion:
    """The letter to a person who is listed while this revision is in force."""
    return Occasion(Kind.ORIGINAL, revision) if revision > 1 else ORIGINAL


def parse_occasion(written: str) -> Occasion:
    kind, _, number = written.partition(":")
    return Occasion(Kind(kind), int(number or 0))
