"""Distributions: how far each has come, and its frozen list person by person.

A manager sees the people of the own units, by the unit they were frozen in, and figures of those alone.
"""

from dataclasses import replace
from typing import Annotated, Self

from fastapi import APIRouter, Query
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from service.actions.record_absence import exempt
from service.domain.deliveries import OPEN
from service.domain.deliveries import Status as DeliveryStatus
from service.domain.documents import Mode, Urgency
from service.domain.errors import NotFound
from service.domain.receipts import Route, State
from service.domain.roles import Act, Actor
from service.domain.texts import REASON
from service.store.deliveries import attempts_of
from service.store.distributions import distribution_row, distributions_page
from service.store.listings import (
    RecipientLine,
    Wanted,
    distributions_to_units,
    letters_by_status,
    lists_anybody,
    receipts_by_status,
    recipient,
    recipients_page,
    units_within,
)
from service.store.reports import Scope
from service.web.api.shapes import (
    Code,
    Cursor,
    Id,
    Limit,
    Moment,
    Page,
    Shape,
    Text,
    Word,
    page_of,
    read_cursor,
    typed,
)
from service.web.deps import ActorDep, SiteDep

router = APIRouter(prefix="/distributions", tags=["distributions"])


class DistributionShape(Shape):
    """`listing_done` is false while the frozen list is still being drawn; `audience` is null for a manager."""

    id: int
    document_id: int
    revision: int
    type: str
    number: str
    title: str
    mode: Mode
    urgency: str
    audience: str | None
    message: str
    due_at: Moment | None
    frozen_at: Moment
    posted_at: Moment
    listing_done: bool
    adds_joiners: bool

    @classmethod
    def of(cls, row: RowMapping, actor: Actor) -> Self:
        return cls.model_validate(_head_fields(row, actor))


class DistributionProgress(DistributionShape):
    """With what became of receipts and letters, as far as the asker may see; `letters_open` may still move."""

    listed: int
    receipts: dict[State, int]
    letters: dict[DeliveryStatus, int]
    letters_open: int


class RecipientShape(Shape):
    """One person of the frozen list, as they were then, with the original letter where there is one.

    `message_id` stands without its angle brackets. `in_doubt`: a second copy is possible.
    """

    document_id: int
    person_code: str
    name: str
    position: str
    unit_name: str
    address: str | None
    address_problem: str | None
    receipt_status: State
    revision: int
    delivery_status: DeliveryStatus | None
    attempts: int
    message_id: str | None
    last_reply: str | None
    in_doubt: bool
    listed_at: Moment
    opened_at: Moment | None
    acknowledged_at: Moment | None
    acknowledged_by_route: Route | None
    acknowledgement_recorded_at: Moment | None
    queued_at: Moment | None
    next_attempt_at: Moment | None
    final_at: Moment | None

    @classmethod
    def of(cls, line: RecipientLine, document_id: int) -> Self:
        named = {name: getattr(line, name) for name in cls.model_fields if name != "document_id"}
        # What is final is not attempted again, whatever the queue remembers.
        due = line.next_attempt_at if line.delivery_status in OPEN else None
        return cls(**(named | {"document_id": document_id, "next_attempt_at": due}))


class AttemptShape(Shape):
    """One try: `phase`, `code` and `reply` are the mail server's; `counted` when it used up one of the retries."""

    outcome: str
    phase: str | None
    code: int | None
    reply: str
    counted: bool
    in_doubt: bool
    worker: str
    started_at: Moment
    ended_at: Moment


class Reason(Shape):
    reason: Annotated[Text, typed(REASON, "It stands in the report")]


@router.get("")
def list_distributions(
    site: SiteDep, actor: ActorDep, limit: Limit = 50, cursor: Cursor = None
) -> Page[DistributionShape]:
    """The newest first; for a manager those that listed somebody of the own units."""
    unit_ids = actor.reach(Act.SEE_REPORTS, Act.SEE_UNIT_REPORTS)
    before = read_cursor(cursor)
    with site.runtime.sessions() as session:
        if unit_ids is None:
            rows = distributions_page(session, before, limit + 1)
        else:
            rows = distributions_to_units(session, unit_ids, before, limit + 1)
    return page_of(rows, limit, lambda row: DistributionShape.of(row, actor), lambda row: int(row["id"]))


@router.get("/{distribution_id}")
def read(site: SiteDep, actor: ActorDep, distribution_id: Id) -> DistributionProgress:
    scope = scope_of(actor, distribution_id)
    with site.runtime.sessions() as session:
        head = head_in_scope(session, scope)
        letters = letters_by_status(session, scope)
        receipts = receipts_by_status(session, scope)
    still_open = sum(letters.get(status, 0) for status in OPEN)
    return DistributionProgress.model_validate(
        {
            **_head_fields(head, actor),
            "listed": sum(receipts.values()),
            "receipts": receipts,
            "letters": letters,
            "letters_open": still_open,
        }
    )


@router.get("/{distribution_id}/recipients")
def list_recipients(
    *,
    site: SiteDep,
    actor: ActorDep,
    distribution_id: Id,
    receipt_status: State | None = None,
    delivery_status: DeliveryStatus | None = None,
    unit: Annotated[Word | None, Query(description="A unit's code; its sub-units count")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[RecipientShape]:
    """The frozen list, in an order that stays while it is being drawn."""
    scope = scope_of(actor, distribution_id)
    after = read_cursor(cursor) or 0
    with site.runtime.sessions() as session:
        head = head_in_scope(session, scope)
        asked = replace(scope, unit_ids=units_within(session, scope.unit_ids, unit)) if unit else scope
        lines = recipients_page(session, asked, Wanted(receipt_status, delivery_status), after, limit + 1)
    return page_of(lines, limit, lambda line: RecipientShape.of(line, head["document_id"]), lambda line: line.person_id)


@router.get("/{distribution_id}/recipients/{person_code}")
def read_recipient(site: SiteDep, actor: ActorDep, distribution_id: Id, person_code: Code) -> RecipientShape:
    with site.runtime.sessions() as session:
        head, line = _recipient(session, scope_of(actor, distribution_id), person_code)
    return RecipientShape.of(line, head["document_id"])


@router.get("/{distribution_id}/recipients/{person_code}/attempts")
def list_attempts(site: SiteDep, actor: ActorDep, distribution_id: Id, person_code: Code) -> list[AttemptShape]:
    """Every try of the original letter, oldest first; none where there is no letter."""
    with site.runtime.sessions() as session:
        _, line = _recipient(session, scope_of(actor, distribution_id), person_code)
        rows = attempts_of(session, line.delivery_id) if line.delivery_id else []
    return [AttemptShape(**{name: row[name] for name in AttemptShape.model_fields}) for row in rows]


@router.post("/{distribution_id}/recipients/{person_code}/exemption", status_code=204)
def add_exemption(site: SiteDep, actor: ActorDep, distribution_id: Id, person_code: Code, given: Reason) -> None:
    """Exempt a person from confirming this distribution; the first reason is kept."""
    actor.must(Act.RECORD_ABSENCE)
    with site.runtime.sessions() as session:
        found = recipient(session, Scope(distribution_id), person_code)
    if found is None:
        raise NotFound
    exempt(site.runtime, actor, distribution_id, found.person_id, given.reason)


def scope_of(actor: Actor, distribution_id: int) -> Scope:
    """What of a distribution the asker may see.

    Raises:
        NotFound: nothing.
    """
    return Scope(distribution_id, actor.reach(Act.SEE_REPORTS, Act.SEE_UNIT_REPORTS))


def head_in_scope(session: Session, scope: Scope) -> RowMapping:
    """Raises: NotFound, when there is no such distribution, or nobody of the scope is on its list."""
    head = distribution_row(session, scope.distribution_id)
    if head is None or (scope.unit_ids is not None and not lists_anybody(session, scope)):
        raise NotFound
    return head


def _recipient(session: Session, scope: Scope, person_code: str) -> tuple[RowMapping, RecipientLine]:
    head = distribution_row(session, scope.distribution_id)
    line = recipient(session, scope, person_code)
    if head is None or line is None:
        raise NotFound
    return head, line


def _head_fields(row: RowMapping, actor: Actor) -> dict[str, object]:
    named = {name: row[name] for name in DistributionShape.model_fields if name in row}
    return named | {
        "type": row["type_code"],
        "urgency": Urgency(row["urgency"]).word,
        # It may name units and people of the whole office.
        "audience": row["audience"] if actor.may(Act.SEE_REPORTS) else None,
        "listing_done": row["listed_at"] is not None,
    }
