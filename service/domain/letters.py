"""What a worker holds to attempt a delivery: plain values, no session, no connection.

An edition is what all letters of one occasion share (built once); a letter adds what is personal. Everything personal
travels in the named fields of `Letter`, so that composing can fill it into prepared places and nowhere else.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, auto
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from service.domain.anchors import Anchor, written
from service.domain.deliveries import History, Outcome
from service.domain.documents import Mode, Urgency
from service.domain.inquiries import Kind as Inquiry
from service.domain.receipts import Route


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file as stored: `content` are its bytes, `sha256` their digest in hexadecimal."""

    name: str
    media_type: str
    size: int
    sha256: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What the mail of a document says besides the person: shared by every letter of the distribution.

    `note` is what a letter about a correction says of it: what is corrected, or why it was replaced or recalled.
    """

    title: str
    type_name: str
    number: str
    issued_on: date | None
    issuing_body: str
    signer: str
    urgency: Urgency
    mode: Mode
    due_at: datetime | None
    message: str
    body: str
    revision: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What an account letter says: its user name stands in the letter, its link is personal."""

    username: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PasswordFacts:
    """What the owner of an account is told when somebody else has set its password; never the password."""

    username: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What a reader confirmed, when, and how: `sha256` of the text, `files` by name and SHA-256 (hexadecimal)."""

    title: str
    type_name: str
    number: str
    revision: int
    published_at: datetime
    sha256: str
    files: tuple[tuple[str, str], ...]
    confirmed_at: datetime
    route: Route


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """What the secretariat answered to a question, or to a return: `is_accepted` None for a question."""

    title: str
    type_name: str
    number: str
    kind: Inquiry
    words: str
    asked_at: datetime
    answer: str
    is_accepted: bool | None


@dataclass(frozen=True, slots=True)
class ReminderFacts:
    """What is asked again. `count` is the how-manieth reminder it is; `by_hand` when somebody above sent it."""

    title: str
    type_name: str
    number: str
    urgency: Urgency
    due_at: datetime | None
    is_late: bool
    count: int
    by_hand: bool


@dataclass(frozen=True, slots=True)
class DigestLine:
    """A document whose deadline has passed; `who` are the first of the late, by name or unit with its count."""

    distribution_id: int
    number: str
    title: str
    due_at: datetime
    late: int
    who: tuple[str, ...]

    @property
    def leaves_out(self) -> bool:
        """Whether somebody late stands neither under a name nor in the count of a unit."""
        return self.late > sum(_people(entry) for entry in self.who)


def _people(entry: str) -> int:
    """How many people an entry of a digest stands for: a unit with its count, or one by name."""
    count = entry.rpartition(": ")[2]
    return int(count) if count.isdecimal() else 1


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """What somebody above is told of people who are late, as of `at`."""

    at: datetime
    lines: tuple[DigestLine, ...]


@dataclass(frozen=True, slots=True)
class AnchorFacts:
    """How far the evidence had come; `line` as files of anchors hold it."""

    anchor: Anchor

    @property
    def line(self) -> str:
        return written(self.anchor)


Facts = (
    DocumentFacts
    | AccountFacts
    | PasswordFacts
    | ReceiptFacts
    | AnswerFacts
    | ReminderFacts
    | DigestFacts
    | AnchorFacts
)


@dataclass(frozen=True, slots=True)
class Edition:
    """All that the letters of one occasion share. `template` names a folder in `templates/emails/`.

    `key` is the digest of it all, so prepared skeletons can be kept by it: when a deadline changes it is another one.
    """

    template: str
    facts: Facts
    files: tuple[AttachedFile, ...] = ()
    key: str = field(init=False)

    def __post_init__(self) -> None:
        labels = [(file.name, file.media_type, file.sha256) for file in self.files]
        whole = repr((self.template, self.facts, labels))
        object.__setattr__(self, "key", sha256(whole.encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class Claimed:
    """One delivery, held under `lease_token` until its lease ends."""

    delivery_id: int
    lease_token: UUID
    history: History


@dataclass(frozen=True, slots=True)
class Letter(Claimed):
    """A claimed delivery with all that it takes to send it.

    `path` is the personal link below the base address, starting with a slash; `message_id` stands without its angle
    brackets and is the same in every attempt (contract, promise I2).
    """

    message_id: str
    address: str
    recipient_name: str
    unit_name: str
    path: str
    edition: Edition


@dataclass(frozen=True, slots=True)
class Sent:
    """What one attempt came to. Times are aware, taken from the worker's clock, for the attempts table only."""

    letter: Claimed
    outcome: Outcome
    started_at: datetime
    ended_at: datetime


class Haste(Enum):
    """How soon a worker wants its letters back.

    `FINISH`: no other letter is begun, those on their way end by the mail server's reply. `LEAVE`: only those behind
    their final dot do, because they may be the server's already; the others are broken off, which it does not count.
    """

    NONE = auto()
    FINISH = auto()
    LEAVE = auto()


class Mailer(Protocol):
    """What `actions/deliver` needs from the outside: letters in, outcomes out, in any order, each exactly once.

    Never raises for what a mail server does; yields small sets as they come, so that results can be recorded while
    later letters are still on the wire, and an empty set now and then while nothing comes, so that leases can be kept.
    Asks for `haste` all along, from a thread of its own; what is not sent because of it comes back as `GivenBack`.
    """

    def send(self, letters: Sequence[Letter], haste: Callable[[], Haste]) -> Iterator[Sequence[Sent]]: ...
