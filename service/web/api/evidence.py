"""The evidence log, for whoever audits: entries in the very text that is hashed, newest first."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from service.actions.look_up_evidence import look_up_evidence
from service.domain.evidence import Deed
from service.store.evidence_pages import Wanted
from service.web.api.shapes import (
    BIGGEST_ID,
    Cursor,
    GivenMoment,
    Limit,
    Moment,
    Page,
    Shape,
    Word,
    page_of,
    read_cursor,
)
from service.web.deps import ActorDep, SiteDep

router = APIRouter(prefix="/evidence", tags=["evidence"])


class EvidenceShape(Shape):
    """`hash` in hexadecimal: SHA-256 over the hash before it, the position (8 bytes) and `entry` in UTF-8."""

    position: int
    entry: str
    hash: str


class ChainShape(Shape):
    """How it stands with the chain; nulls while nothing is sealed, or no anchor was kept."""

    sealed_upto: int | None
    head: str | None
    waiting: int
    anchor_position: int | None
    anchor_hash: str | None
    anchor_at: Moment | None


@router.get("")
def list_entries(  # noqa: PLR0913 - one parameter a filter
    *,
    site: SiteDep,
    actor: ActorDep,
    deed: Deed | None = None,
    distribution: Annotated[int | None, Query(ge=1, le=BIGGEST_ID)] = None,
    person: Annotated[Word | None, Query(description="A person's code")] = None,
    since: Annotated[GivenMoment | None, Query(description="Recorded then or later")] = None,
    until: Annotated[GivenMoment | None, Query(description="Recorded before")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[EvidenceShape]:
    """Sealed entries, the newest first."""
    wanted = Wanted(deed, distribution, person, since, until)
    found = look_up_evidence(site.runtime, actor, wanted, read_cursor(cursor), limit)
    return page_of(
        [line.sealed for line in found.lines],
        limit,
        lambda one: EvidenceShape(position=one.position, entry=one.entry, hash=one.hash.hex()),
        lambda one: one.position,
    )


@router.get("/chain")
def read_chain(site: SiteDep, actor: ActorDep) -> ChainShape:
    """Up to where the chain is sealed, and the last anchor outside the database."""
    found = look_up_evidence(site.runtime, actor, Wanted(), None, 0)
    anchor_at: datetime | None = found.anchor.at if found.anchor else None
    return ChainShape(
        sealed_upto=found.head.position if found.head else None,
        head=found.head.hash.hex() if found.head else None,
        waiting=found.waiting,
        anchor_position=found.anchor.head.position if found.anchor else None,
        anchor_hash=found.anchor.head.hash.hex() if found.anchor else None,
        anchor_at=anchor_at,
    )
