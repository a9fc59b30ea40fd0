"""Receipts: the frozen list and what each person did. The only module that writes a receipt's status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, and_, case, exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.domain.corrections import Kind as Correcting
from service.domain.documents import Mode
from service.domain.receipts import Route, State, sources
from service.store.excuses import exemption_known_at
from service.store.tables import (
    corrections,
    distributions,
    documents,
    exemptions,
    recall_confirmations,
    receipt_events,
    receipts,
)

# Nobody reads more at once; what comes behind moves up as the first of it is confirmed.
MOST_OWED = 200


@dataclass(frozen=True, slots=True)
class ReceiptKey:
    distribution_id: int
    person_id: int
    revision: int


def record_state(
    session: Session,
    key: ReceiptKey,
    state: State,
    *,
    route: Route,
    account_id: int | None,
    effective_at: datetime,
    recorded_at: datetime,
) -> bool:
    """Record that a receipt reached `state`; the first time is kept. Returns whether this was it."""
    fact = insert(receipt_events).values(
        distribution_id=key.distribution_id,
        person_id=key.person_id,
        revision=key.revision,
        state=state,
        route=route,
        account_id=account_id,
        effective_at=effective_at,
        recorded_at=recorded_at,
    )
    is_first = session.execute(fact.on_conflict_do_nothing().returning(receipt_events.c.state)).first() is not None
    if is_first:
        moves = _moves(key.revision, state)
        session.execute(update(receipts).where(_is(key), moves).values(status=state, revision=key.revision))
    return is_first


def _moves(revision: int, state: State) -> ColumnElement[bool]:
    """Whether a fact about a revision changes the status of a receipt, which is about this one or an earlier one."""
    r = receipts.c
    return or_(r.revision < revision, and_(r.revision == revision, r.status.in_(sources(state))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entering:
    """What holds for everybody whom one account enters at once; `scan_id` for a sheet, `note` for a person's word."""

    distribution_id: int
    revision: int
    state: State
    route: Route
    account_id: int | None
    recorded_at: datetime
    scan_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class EnteredFact:
    person_id: int
    effective_at: datetime


def record_entered(session: Session, entering: Entering, facts: Sequence[EnteredFact]) -> frozenset[int]:
    """As `record_state`, for people who did not do it themselves here; returns for whom it was the first time.

    A fact about a replaced revision may still move the status of a receipt that is about no later one; it names its
    revision and does not count for the one in force: see `standing`.
    """
    # In one order, so that two who enter the same people at once wait for each other and do not lock each other out.
    rows = [
        {
            "distribution_id": entering.distribution_id,
            "person_id": fact.person_id,
            "revision": entering.revision,
            "state": entering.state.value,
            "route": entering.route.value,
            "account_id": entering.account_id,
            "scan_id": entering.scan_id,
            "note": entering.note,
            "effective_at": fact.effective_at,
            "recorded_at": entering.recorded_at,
        }
        for fact in sorted(facts, key=lambda fact: fact.person_id)
    ]
    written = insert(receipt_events).on_conflict_do_nothing().returning(receipt_events.c.person_id)
    new = frozenset(session.execute(written, rows).scalars())
    r = receipts.c
    session.execute(
        update(receipts)
        .where(
            r.distribution_id == entering.distribution_id,
            r.person_id.in_(new),
            _moves(entering.revision, entering.state),
        )
        .values(status=entering.state, revision=entering.revision)
    )
    return new


def in_force_since(session: Session, distribution_id: int, person_id: int, revision: int) -> datetime:
    """Since when a person could read this revision; see `readable_since`."""
    r = receipts.c
    query = select(readable_since(distribution_id, revision))
    since: datetime = session.execute(
        query.where(r.distribution_id == distribution_id, r.person_id == person_id)
    ).scalar_one()
    return since


def readable_since(distribution_id: int, revision: int) -> ColumnElement[datetime]:
    """Since when each person of a list could read a revision: the listing, or what replaced the one before it."""
    c = corrections.c
    replaced_at = select(c.effective_at).where(
        c.distribution_id == distribution_id, c.kind == Correcting.REPLACEMENT.value, c.number == revision
    )
    return func.greatest(receipts.c.listed_at, replaced_at.scalar_subquery())


def standing() -> ColumnElement[str]:
    """What a person did about the revision in force, for receipts joined to their distributions.

    A replacement touches no receipt: the status of one is about the revision beside it, and counts for no other.
    """
    r = receipts.c
    return case((r.revision == distributions.c.revision, r.status), else_=State.LISTED.value)


def _is(key: ReceiptKey) -> ColumnElement[bool]:
    return and_(receipts.c.distribution_id == key.distribution_id, receipts.c.person_id == key.person_id)


def receipt_row(session: Session, distribution_id: int, person_id: int) -> RowMapping | None:
    """The receipt of this person, or None: who is not on the frozen list has nothing to see.

    `status` and `revision` are those of the revision in force.
    """
    r, d = receipts.c, distributions.c
    kept = (column for column in r if column not in {r.status, r.revision})
    query = (
        select(*kept, standing().label("status"), d.revision)
        .join(distributions, d.id == r.distribution_id)
        .where(r.distribution_id == distribution_id, r.person_id == person_id)
    )
    return session.execute(query).mappings().first()


def end_of_listed(session: Session, distribution_id: int, after: int, size: int) -> int | None:
    """The highest person id among the next `size` people of a list, or None when there are no more."""
    r = receipts.c
    mine = select(r.person_id).where(r.distribution_id == distribution_id, r.person_id > after)
    following = mine.order_by(r.person_id).limit(size).subquery()
    end: int | None = session.execute(select(func.max(following.c.person_id))).scalar_one()
    return end


@dataclass(frozen=True, slots=True)
class StateFact:
    """`note` is what somebody wrote who entered the fact for this person."""

    revision: int
    state: State
    route: Route
    effective_at: datetime
    recorded_at: datetime
    note: str


def facts_of(session: Session, distribution_id: int, person_id: int) -> list[StateFact]:
    """Everything recorded about this person's receipt, oldest first."""
    e = receipt_events.c
    query = (
        select(e.revision, e.state, e.route, e.effective_at, e.recorded_at, e.note)
        .where(e.distribution_id == distribution_id, e.person_id == person_id)
        .order_by(e.recorded_at, e.state.desc())
    )
    return [
        StateFact(revision, State(state), Route(route), effective_at, recorded_at, note)
        for revision, state, route, effective_at, recorded_at, note in session.execute(query)
    ]


def own_or_common_due() -> ColumnElement[datetime | None]:
    """Until when a person has time, for receipts joined to their distributions."""
    return func.coalesce(receipts.c.own_due_at, distributions.c.due_at)


def inbox_page(session: Session, person_id: int, *, before: int | None, limit: int) -> Sequence[RowMapping]:
    """What was sent to this person: what must still be confirmed first, by urgency, then deadline; then the newest.

    Pages by the distribution id below `before`; the first page alone holds what must be confirmed, `MOST_OWED` of it.
    """
    r, d, must = receipts.c, distributions.c, _owes()
    columns = select(
        r.distribution_id,
        standing().label("status"),
        d.recalled_at,
        r.listed_at,
        d.mode,
        own_or_common_due().label("due_at"),
        d.urgency,
        d.document_id,
        d.revision,
        documents.c.number,
        documents.c.title,
        documents.c.type_code,
        documents.c.issuing_body,
        documents.c.issued_on,
        must.label("must_confirm"),
    )
    query = (
        columns.join(distributions, d.id == r.distribution_id)
        .join(documents, documents.c.id == d.document_id)
        .where(r.person_id == person_id)
    )
    if before is not None:
        rest = query.where(~must, r.distribution_id < before).order_by(r.distribution_id.desc())
        return list(session.execute(rest.limit(limit)).mappings())
    urgent_first = query.where(must).order_by(d.urgency.desc(), own_or_common_due().asc().nulls_last(), d.id.desc())
    urgent_first = urgent_first.limit(MOST_OWED)
    rest = query.where(~must).order_by(r.distribution_id.desc()).limit(limit)
    return [*session.execute(urgent_first).mappings(), *session.execute(rest).mappings()]


@dataclass(frozen=True, slots=True)
class InboxCounts:
    must_confirm: int
    overdue: int
    unread: int


def inbox_counts(session: Session, person_id: int, moment: datetime) -> InboxCounts:
    r, d, must = receipts.c, distributions.c, _owes()
    stands = d.recalled_at.is_(None)
    query = (
        select(
            func.count().filter(must),
            func.count().filter(must, stands, own_or_common_due() < literal(moment)),
            func.count().filter(standing() == State.LISTED.value, stands, ~must),
        )
        .select_from(receipts)
        .join(distributions, d.id == r.distribution_id)
        .where(r.person_id == person_id)
    )
    return InboxCounts(*session.execute(query).one())


def _owes() -> ColumnElement[bool]:
    """Whether a person has something to confirm: the document, or once it was recalled that it was removed."""
    r, d, c = receipts.c, distributions.c, recall_confirmations.c
    removed = exists().where(c.distribution_id == r.distribution_id, c.person_id == r.person_id)
    unread = and_(d.mode == Mode.ACKNOWLEDGE.value, standing() != State.ACKNOWLEDGED.value, ~_is_exempted())
    return case((d.recalled_at.is_(None), unread), else_=~removed)


def _is_exempted() -> ColumnElement[bool]:
    r, x = receipts.c, exemptions.c
    mine = and_(x.distribution_id == r.distribution_id, x.person_id == r.person_id)
    return exists().where(mine, exemption_known_at(None))


def history_page(session: Session, person_id: int, *, before: int | None, limit: int) -> Sequence[RowMapping]:
    """This person's confirmations, newest distribution first."""
    e, d = receipt_events.c, distributions.c
    query = (
        select(e.distribution_id, e.revision, e.route, e.effective_at, documents.c.number, documents.c.title, d.mode)
        .join(distributions, d.id == e.distribution_id)
        .join(documents, documents.c.id == d.document_id)
        .where(e.person_id == person_id, e.state == State.ACKNOWLEDGED.value)
        .order_by(e.distribution_id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(e.distribution_id < before)
    return list(session.execute(query).mappings())


def count_listed(session: Session, distribution_id: int) -> int:
    """How many inboxes have it: every person on the frozen list."""
    query = select(func.count()).where(receipts.c.distribution_id == distribution_id)
    listed: int = session.execute(query).scalar_one()
    return listed
