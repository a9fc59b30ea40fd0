"""The acknowledgement report, computed from dated facts: as of T it reads what was recorded by T, never a cache."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from service.domain.coverage import Identity, Levels, Outstanding, Report, Term, UnitCoverage
from service.domain.deliveries import FAILED, Status
from service.domain.documents import Mode
from service.domain.occasions import ORIGINAL
from service.domain.receipts import State
from service.store.audiences import in_force
from service.store.tables import (
    absences,
    accounts,
    deliveries,
    exemptions,
    memberships,
    people,
    receipt_events,
    receipts,
    sessions,
)
from service.store.units import office_order


@dataclass(frozen=True, slots=True)
class Scope:
    """Which receipts a report is about. `unit_ids` None means the whole office, else the frozen unit is one of them."""

    distribution_id: int
    unit_ids: frozenset[int] | None = None

    def covers(self) -> ColumnElement[bool]:
        mine = receipts.c.distribution_id == self.distribution_id
        return mine if self.unit_ids is None else and_(mine, receipts.c.unit_id.in_(self.unit_ids))


def report(session: Session, head: RowMapping, scope: Scope, as_of: datetime, office_day: date) -> Report:
    """Build the report of the distribution whose row `head` is (see `distribution_row`)."""
    mode = Mode(head["mode"])
    people_by_term = _judged(scope, head["revision"], mode, as_of, office_day).subquery("judged")
    return Report(
        distribution_id=head["id"],
        document_id=head["document_id"],
        number=head["number"],
        title=head["title"],
        mode=mode,
        revision=head["revision"],
        due_at=head["due_at"],
        frozen_at=head["frozen_at"],
        as_of=as_of,
        listing_done=head["listed_at"] is not None,
        units=_by_unit(session, people_by_term),
        outstanding=_outstanding(session, people_by_term),
    )


def _judged(scope: Scope, revision: int, mode: Mode, as_of: datetime, office_day: date) -> Select[tuple[object, ...]]:
    """One row a person: the term that fits first, and every evidence level."""
    r, letter = receipts.c, deliveries.c
    opened = _reached(State.OPENED, revision, as_of)
    acknowledged = _reached(State.ACKNOWLEDGED, revision, as_of)
    done = acknowledged if mode is Mode.ACKNOWLEDGE else or_(opened, acknowledged)
    failed = and_(letter.status.in_(FAILED), letter.final_at <= as_of)
    without_mail = or_(r.address.is_(None), r.address_problem.is_not(None), failed)
    term = case(
        (done, Term.CONFIRMED.value),
        (~_still_here(as_of, office_day), Term.MOVED_OR_LEFT.value),
        (_exempted(as_of), Term.EXEMPTED.value),
        (_absent(as_of, office_day), Term.ABSENT.value),
        (and_(without_mail, ~opened, ~_signed_in(as_of)), Term.NOT_REACHABLE.value),
        else_=Term.NOT_YET.value,
    )
    return (
        select(
            r.person_id,
            r.unit_id,
            r.unit_name,
            r.family_name,
            r.given_name,
            r.name_key,
            r.position,
            r.position_rank,
            r.address,
            r.address_problem,
            letter.status.label("letter_status"),
            letter.last_reply,
            (letter.attempts > 0).label("sent"),
            and_(letter.status == Status.ACCEPTED.value, letter.final_at <= as_of).label("accepted"),
            failed.label("failed"),
            or_(r.address.is_(None), r.address_problem.is_not(None)).label("no_address"),
            or_(opened, acknowledged).label("opened"),
            acknowledged.label("acknowledged"),
            term.label("term"),
        )
        .select_from(receipts)
        .outerjoin(
            deliveries,
            and_(
                letter.distribution_id == r.distribution_id,
                letter.person_id == r.person_id,
                letter.channel == "mail",
                letter.occasion == str(ORIGINAL),
            ),
        )
        .where(scope.covers())
    )


def _reached(state: State, revision: int, as_of: datetime) -> ColumnElement[bool]:
    e = receipt_events.c
    return exists().where(
        e.distribution_id == receipts.c.distribution_id,
        e.person_id == receipts.c.person_id,
        e.revision == revision,
        e.state == state.value,
        e.recorded_at <= as_of,
    )


def _still_here(as_of: datetime, office_day: date) -> ColumnElement[bool]:
    return exists().where(memberships.c.person_id == receipts.c.person_id, in_force(as_of, office_day))


def _exempted(as_of: datetime) -> ColumnElement[bool]:
    x = exemptions.c
    return exists().where(
        x.distribution_id == receipts.c.distribution_id,
        x.person_id == receipts.c.person_id,
        x.effective_at <= as_of,
        x.recorded_at <= as_of,
    )


def _absent(as_of: datetime, office_day: date) -> ColumnElement[bool]:
    a = absences.c
    return exists().where(
        a.person_id == receipts.c.person_id,
        a.first_day <= office_day,
        a.last_day >= office_day,
        a.recorded_at <= as_of,
    )


def _signed_in(as_of: datetime) -> ColumnElement[bool]:
    return exists().where(
        accounts.c.person_id == receipts.c.person_id,
        sessions.c.account_id == accounts.c.id,
        sessions.c.created_at >= receipts.c.listed_at,
        sessions.c.created_at <= as_of,
    )


def _by_unit(session: Session, judged: Subquery) -> tuple[UnitCoverage, ...]:
    j, order = judged.c, office_order()

    def of_term(term: Term) -> ColumnElement[int]:
        return func.count().filter(j.term == literal(term.value))

    def at_level(level: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(level)

    query = (
        select(
            j.unit_id,
            j.unit_name,
            func.count(),
            *(of_term(term) for term in _IN_THE_SUM),
            *(at_level(j[name]) for name in ("sent", "accepted", "failed", "no_address", "opened", "acknowledged")),
        )
        .outerjoin(order, order.c.id == j.unit_id)
        .group_by(j.unit_id, j.unit_name, order.c.place)
        .order_by(order.c.place.nulls_last(), j.unit_name)
    )
    return tuple(
        UnitCoverage(unit_id, unit_name, Identity(*counts[:7]), Levels(*counts[7:]))
        for unit_id, unit_name, *counts in session.execute(query)
    )


_IN_THE_SUM = (
    Term.CONFIRMED,
    Term.NOT_YET,
    Term.ABSENT,
    Term.EXEMPTED,
    Term.MOVED_OR_LEFT,
    Term.NOT_REACHABLE,
)


def _outstanding(session: Session, judged: Subquery) -> tuple[Outstanding, ...]:
    j = judged.c
    query = (
        select(judged, people.c.code)
        .join(people, people.c.id == j.person_id)
        .where(j.term.in_([Term.NOT_YET.value, Term.NOT_REACHABLE.value]))
        .order_by(j.name_key, people.c.code)
    )
    return tuple(_outstanding_person(row) for row in session.execute(query).mappings())


def _outstanding_person(row: RowMapping) -> Outstanding:
    return Outstanding(
        person_id=row["person_id"],
        code=row["code"],
        full_name=f"{row['family_name']} {row['given_name']}".strip(),
        position=row["position"],
        unit_name=row["unit_name"],
        term=Term(row["term"]),
        opened=row["opened"],
        address=row["address"],
        delivery_status=row["letter_status"],
        last_reply=row["last_reply"] or row["address_problem"],
    )
