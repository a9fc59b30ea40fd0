"""Is the machine alive: what waits and since when, what holds the letters, who has been seen at work."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.actions.sweep import BEAT
from service.domain.deliveries import ABANDONED, Accepted
from service.domain.deliveries import Status as LetterStatus
from service.domain.roles import Act, Actor
from service.runtime import Runtime
from service.store.circuits import OpenCircuit, open_circuits
from service.store.deliveries import oldest_due_at
from service.store.distributions import listing_is_due
from service.store.listings import database_time
from service.store.liveness import Heartbeat, seen_within
from service.store.tallies import Tally, tally

WORKER = "worker"

# Several missed heartbeats of a worker; beat itself is seen at every sweep, more often by default.
SEEN_LATELY = timedelta(minutes=1)
REMEMBERED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits: `oldest_due_at` is the due time of the letter that has been due longest."""

    waiting: int
    sending: int
    oldest_due_at: datetime | None
    last_accepted_at: datetime | None
    by_status: dict[str, int]


@dataclass(frozen=True, slots=True)
class Status:
    """`attempts` by how they ended; `in_doubt` letters of which a second copy is possible (contract, promise I2).

    `held` are the mail servers that are out, and why: of those that this process is configured for, or of all where it
    is for none; `seen` who was at work within the last hour;
    `waits_for_listing` says that a frozen list is due and not drawn. Times, `at` too, are the database's own.
    """

    at: datetime
    queue: Queue
    attempts: dict[str, int]
    in_doubt: int
    held: tuple[OpenCircuit, ...]
    seen: tuple[Heartbeat, ...]
    waits_for_listing: bool

    @property
    def oldest_waiting(self) -> timedelta:
        """How long the letter that has been due longest has waited; zero when none is due."""
        return max(self.at - self.queue.oldest_due_at, timedelta(0)) if self.queue.oldest_due_at else timedelta(0)

    @property
    def letters_held(self) -> int:
        return self.queue.waiting if self.held else 0

    @property
    def mended(self) -> int:
        """Letters taken back from workers that stopped."""
        return self.attempts.get(ABANDONED, 0)

    def letters(self, status: LetterStatus) -> int:
        return self.queue.by_status.get(status, 0)

    @property
    def workers_alive(self) -> int:
        return len(self.of_kind(WORKER))

    @property
    def beat_alive(self) -> bool:
        return bool(self.of_kind(BEAT))

    def is_alive(self, one: Heartbeat) -> bool:
        return self.at - one.seen_at <= SEEN_LATELY

    def of_kind(self, kind: str) -> tuple[Heartbeat, ...]:
        """Those of this kind, worker or beat, that are alive."""
        return tuple(one for one in self.seen if one.kind == kind and self.is_alive(one))


def report_status(runtime: Runtime, actor: Actor) -> Status:
    """Assemble the status from the database alone; the broker is not asked, for it carries nothing that counts.

    Raises:
        NotFound: the actor may not see it.
    """
    actor.must(Act.SEE_STATUS)
    with runtime.sessions() as session:
        counted = tally(session)
        return Status(
            at=database_time(session),
            queue=_queue(counted, oldest_due_at(session)),
            attempts=counted.attempts,
            in_doubt=counted.in_doubt,
            held=tuple(one for one in open_circuits(session) if runtime.server in ("", one.server)),
            seen=tuple(seen_within(session, REMEMBERED)),
            waits_for_listing=listing_is_due(session, runtime.clock()),
        )


def _queue(counted: Tally, oldest: datetime | None) -> Queue:
    return Queue(
        waiting=counted.letters.get(LetterStatus.WAITING, 0),
        sending=counted.letters.get(LetterStatus.SENDING, 0),
        oldest_due_at=oldest,
        last_accepted_at=counted.last_at.get(Accepted.name),
        by_status={status: count for status, count in counted.letters.items() if count},
    )
