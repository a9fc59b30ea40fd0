"""The life of a delivery: every state and every move, on one page.

A delivery is one letter for one occasion. Its status says what is so now; what was tried stands in the attempts.
"Accepted" is the mail server's 250 and no more: SMTP promises nothing beyond the next server (RFC 5321, section 6.1).

A letter is tried for its lifetime (RFC 5321, section 4.5.4.1). That begins with the first attempt for which the mail
server was there, not when the letter was written, and it stands still while the server is out: an outage of days costs
no letter its chance. An attempt that the server never heard of counts nowhere.

A letter that is no longer wanted (its document recalled or replaced, its person exempted) is cancelled while it waits.
One on the wire is marked as withdrawn and ends by its own reply; where it would wait again, it is cancelled instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Literal


class Status(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    BOUNCED = "bounced"
    GAVE_UP = "gave_up"
    SET_ASIDE = "set_aside"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """As screens, printed lists and files say it."""
        return _LABELS[self]


_LABELS = {
    Status.WAITING: "Đang chờ gửi",
    Status.SENDING: "Đang gửi",
    Status.ACCEPTED: "Máy chủ thư đã nhận",
    Status.REFUSED: "Bị từ chối",
    Status.BOUNCED: "Bị trả lại",
    Status.GAVE_UP: "Hết hạn thử gửi",
    Status.SET_ASIDE: "Để riêng, chờ xem lại",
    Status.CANCELLED: "Đã hủy",
}

OPEN = frozenset({Status.WAITING, Status.SENDING})
FINAL = frozenset(Status) - OPEN
FAILED = frozenset({Status.REFUSED, Status.BOUNCED, Status.GAVE_UP, Status.SET_ASIDE})


# For a letter that a busy server turned away unread; without it a server that always does would be asked for ever.
REQUEUE_PAUSE = timedelta(seconds=1)


class Phase(StrEnum):
    """Where in the SMTP conversation (RFC 5321, section 3) an attempt ended."""

    CONNECT = "connect"
    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    MESSAGE = "message"


# How an attempt ended whose worker died: no letter came of it that anybody knows.
ABANDONED = "abandoned"

Event = Literal[
    "claimed",
    "accepted",
    "deferred",
    "refused",
    "unknown",
    "requeued",
    "given back",
    "broken",
    "lease expired",
    "bounced",
    "cancelled",
]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the mail server said: three-digit code, the text behind it, and the phase it answered."""

    code: int
    text: str
    phase: Phase

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took the letter: 250 to the final dot."""

    reply: Reply
    name: ClassVar[Event] = "accepted"


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now: a 4xx reply, or a break before the final dot. Counts as an attempt."""

    reason: str
    reply: Reply | None = None
    name: ClassVar[Event] = "deferred"


@dataclass(frozen=True, slots=True)
class Refused:
    """Never: a 5xx reply to this letter, or an address this server cannot carry.

    `address_bad` is True when the reply says the mailbox does not exist, so that it need not be tried again.
    """

    reason: str
    reply: Reply | None = None
    address_bad: bool = False
    name: ClassVar[Event] = "refused"


@dataclass(frozen=True, slots=True)
class Unknown:
    """The connection broke between the final dot and its reply: the only window for a double."""

    reason: str
    name: ClassVar[Event] = "unknown"


@dataclass(frozen=True, slots=True)
class Requeued:
    """Nothing was said about this letter: server away, own password refused, too many recipients at once.

    `holds_queue` is True when no other letter could fare better now, so the mail circuit opens.
    """

    reason: str
    reply: Reply | None = None
    holds_queue: bool = False
    name: ClassVar[Event] = "requeued"


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Not tried, or left before the final dot, because its worker ran out of time or was told to stop.

    Nothing was learnt about the letter, so it leaves no attempt behind and keeps its place in the queue.
    """

    name: ClassVar[Event] = "given back"


@dataclass(frozen=True, slots=True)
class Broken:
    """Reading or composing raised: the letter itself is at fault, and the mail server never heard of it."""

    reason: str
    name: ClassVar[Event] = "broken"


Outcome = Accepted | Deferred | Refused | Unknown | Requeued | GivenBack | Broken


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long and how often: all settings (contract, "Environment")."""

    base: timedelta = timedelta(minutes=1)
    cap: timedelta = timedelta(hours=1)
    lifetime: timedelta = timedelta(days=3)
    set_aside_after: int = 5

    def backoff(self, attempts: int, jitter: float) -> timedelta:
        """Wait after the given number of attempts (>= 1): doubling, capped, spread by `jitter` in [0, 1)."""
        whole = min(self.base * float(2 ** min(attempts - 1, 30)), self.cap)
        return whole * (0.75 + jitter / 2)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the delivery: its next status, when it is due again, whether the attempt counts.

    `ages` says that the letter's lifetime runs, from this attempt at the latest.
    """

    status: Status
    wait: timedelta = timedelta(0)
    counts: bool = True
    ages: bool = True
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """What `decide` needs to know of a delivery when it is claimed.

    `attempts` are those that counted, `crashes` the workers it broke. `age` is how much of its lifetime is over: zero
    before it begins, and without the time that the mail server was out.
    """

    attempts: int = 0
    crashes: int = 0
    age: timedelta = timedelta(0)


def decide(outcome: Outcome, history: History, policy: RetryPolicy, jitter: float) -> Verdict:
    """Judge one attempt. Pure: the same facts give the same verdict."""
    lifetime_over = history.age >= policy.lifetime
    pause = policy.backoff(history.attempts + 1, jitter)
    match outcome:
        case Accepted():
            return Verdict(Status.ACCEPTED)
        case Refused():
            return Verdict(Status.REFUSED)
        case Requeued(holds_queue=True) | GivenBack():
            return Verdict(Status.WAITING, counts=False, ages=False)
        case Requeued():
            status = Status.GAVE_UP if lifetime_over else Status.WAITING
            return Verdict(status, wait=REQUEUE_PAUSE, counts=False)
        case Broken():
            crashes = history.crashes + 1
            status = Status.SET_ASIDE if crashes >= policy.set_aside_after else Status.WAITING
            return Verdict(status, wait=policy.backoff(crashes, jitter), counts=False, ages=False)
        case Deferred() | Unknown():
            in_doubt = isinstance(outcome, Unknown)
            status = Status.GAVE_UP if lifetime_over else Status.WAITING
            return Verdict(status, wait=pause, in_doubt=in_doubt)


# From which states each event may move a delivery, and where to. The store's compare-and-set statements take their
# WHERE clauses from here, so a late or repeated event finds no row to move.
MOVES: Mapping[Event, Mapping[Status, frozenset[Status]]] = MappingProxyType(
    {
        "claimed": {Status.WAITING: frozenset({Status.SENDING})},
        # A 250 always wins, whatever token brings it: the letter is theirs now.
        "accepted": {
            Status.SENDING: frozenset({Status.ACCEPTED}),
            Status.WAITING: frozenset({Status.ACCEPTED}),
            Status.GAVE_UP: frozenset({Status.ACCEPTED}),
            Status.SET_ASIDE: frozenset({Status.ACCEPTED}),
            Status.CANCELLED: frozenset({Status.ACCEPTED}),
        },
        "deferred": {Status.SENDING: frozenset({Status.WAITING, Status.GAVE_UP, Status.CANCELLED})},
        "unknown": {Status.SENDING: frozenset({Status.WAITING, Status.GAVE_UP, Status.CANCELLED})},
        "refused": {Status.SENDING: frozenset({Status.REFUSED})},
        "requeued": {Status.SENDING: frozenset({Status.WAITING, Status.GAVE_UP, Status.CANCELLED})},
        "given back": {Status.SENDING: frozenset({Status.WAITING, Status.CANCELLED})},
        "broken": {Status.SENDING: frozenset({Status.WAITING, Status.SET_ASIDE, Status.CANCELLED})},
        "lease expired": {Status.SENDING: frozenset({Status.WAITING, Status.SET_ASIDE, Status.CANCELLED})},
        "bounced": {s: frozenset({Status.BOUNCED}) for s in (Status.WAITING, Status.SENDING, Status.ACCEPTED)},
        "cancelled": {Status.WAITING: frozenset({Status.CANCELLED})},
    }
)


def sources(event: Event) -> frozenset[Status]:
    """The states that `event` may move from."""
    return frozenset(MOVES[event])
