"""Whether the machine is alive."""

from fastapi import APIRouter

from service.actions.report_status import Status, report_status
from service.domain.deliveries import Status as DeliveryStatus
from service.web.api.shapes import Moment, Shape
from service.web.deps import ActorDep, SiteDep

router = APIRouter(tags=["status"])


class HeldShape(Shape):
    """A mail server that is out: its letters wait and count no attempts."""

    server: str
    reason: str
    failures: int
    opened_at: Moment


class SeenShape(Shape):
    name: str
    kind: str
    seen_at: Moment
    is_alive: bool


class StatusShape(Shape):
    """`oldest_waiting_seconds` is how long the letter that has been due longest has waited, 0 when none is due."""

    at: Moment
    letters: dict[DeliveryStatus, int]
    oldest_waiting_seconds: float
    last_accepted_at: Moment | None
    letters_held: int
    held: list[HeldShape]
    in_doubt: int
    mended: int
    attempts: dict[str, int]
    waits_for_listing: bool
    seen: list[SeenShape]
    workers_alive: int
    beat_alive: bool


@router.get("/status")
def read(site: SiteDep, actor: ActorDep) -> StatusShape:
    """Queue, oldest waiting letter, what is held and why, who was at work within the last hour."""
    return _shape(report_status(site.runtime, actor))


def _shape(status: Status) -> StatusShape:
    return StatusShape(
        at=status.at,
        letters={one: status.letters(one) for one in DeliveryStatus},
        oldest_waiting_seconds=status.oldest_waiting.total_seconds(),
        last_accepted_at=status.queue.last_accepted_at,
        letters_held=status.letters_held,
        held=[HeldShape.model_validate(one) for one in status.held],
        in_doubt=status.in_doubt,
        mended=status.mended,
        attempts=status.attempts,
        waits_for_listing=status.waits_for_listing,
        seen=[
            SeenShape(name=one.name, kind=one.kind, seen_at=one.seen_at, is_alive=status.is_alive(one))
            for one in status.seen
        ],
        workers_alive=status.workers_alive,
        beat_alive=status.beat_alive,
    )
