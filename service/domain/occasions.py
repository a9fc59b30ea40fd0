"""Why a letter is sent. One delivery a recipient, channel and occasion: the occasion is what keeps letters apart."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    ORIGINAL = "original"
    ACTIVATION = "activation"
    RESET = "reset"
    PASSWORD_SET = "password_set"  # noqa: S105 - the name of an occasion
    RECEIPT = "receipt"
    ANSWER = "answer"
    REMINDER = "reminder"
    NUDGE = "nudge"
    DIGEST = "digest"


# Letters that carry a one-time link, and say nothing any more once it is dead.
WITH_LINK = frozenset({Kind.ACTIVATION, Kind.RESET})

# Letters that ask again for a confirmation.
REMINDERS = frozenset({Kind.REMINDER, Kind.NUDGE})

# Letters about what one reader did: nobody else's says the same.
OF_ONE_READER = frozenset({Kind.RECEIPT, Kind.ANSWER})


@dataclass(frozen=True, slots=True)
class Occasion:
    """`number` tells repeats apart; it is 0 where there is one only.

    It is the credential version of an account letter, the revision of a receipt, the inquiry of an answer, the place of
    a reminder among those of its person, the digest that is told.
    """

    kind: Kind
    number: int = 0

    def __str__(self) -> str:
        return f"{self.kind}:{self.number}" if self.number else str(self.kind)


ORIGINAL = Occasion(Kind.ORIGINAL)


def parse_occasion(written: str) -> Occasion:
    kind, _, number = written.partition(":")
    return Occasion(Kind(kind), int(number or 0))
