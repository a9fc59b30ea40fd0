"""The acknowledgement report, computed from dated facts: as of T it reads what was recorded by T, never a cache."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    RowMapping,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import FromClause, Select

from service.domain.coverage import Identity, Levels, Outstanding, Report, Routes, Term, UnitCoverage
from service.domain.deliveries import Status
from service.domain.documents import Mode
from service.domain.receipts import Route, State
from service.store.audiences import in_force
from service.store.corrections import InForce, in_force_at
from service.store.deliveries import brings
from service.store.excuses import absence_known_at, exemption_known_at
from service.store.receipts import readable_since
from service.store.tables import (
    absences,
    control_answers,
    control_questions,
    deliveries,
    exemptions,
    memberships,
    people,
    receipt_events,
    receipts,
    sheet_lines,
    sheets,
    sign_ins,
)
from service.store.units import office_order

_READ_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Scope:
    """Which receipts a report is about. `unit_ids` None means the whole office, else the frozen unit is one of them."""

    distribution_id: int
    unit_ids: frozenset[int] | None = None

    def covers(self) -> ColumnElement[bool]:
        mine = receipts.c.distribution_id == self.distribution_id
        return mine if self.unit_ids is None else and_(mine, receipts.c.unit_id.in_(self.unit_ids))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is about: `head` is the distribution's row (see `distribution_row`), `as_of` in office time."""

    head: RowMapping
    scope: Scope
    as_of: datetime

    def lists(self) -> ColumnElement[bool]:
        return and_(self.scope.covers(), receipts.c.listed_at <= self.as_of)


def report(session: Session, asked: Asked, *, most_outstanding: int) -> Report:
    """Build a report that names the first `most_outstanding` of those who have not confirmed.

    Inquiries and who was late are for others to add.
    """
    head, in_force = asked.head, _in_force(session, asked)
    judged = _judged(asked, in_force.revision)
    named = _outstanding(judged).limit(most_outstanding)
    return Report(
        distribution_id=head["id"],
        document_id=head["document_id"],
        number=head["number"],
        title=head["title"],
        mode=Mode(head["mode"]),
        revision=in_force.revision,
        due_at=in_force.due_at,
        frozen_at=head["frozen_at"],
        as_of=asked.as_of,
        listing_done=head["listed_at"] is not None,
        units=_by_unit(session, judged),
        outstanding=tuple(_outstanding_person(row) for row in session.execute(named).mappings()),
        questions=_count_questions(session, head["id"]),
    )


def all_outstanding(session: Session, asked: Asked, term: Term | None = None) -> Iterator[list[Outstanding]]:
    """Everybody who has not confirmed, or those of one term, in name order, in lots: read in parts, however many."""
    judged = _judged(asked, _in_force(session, asked).revision)
    query = _outstanding(judged).where(true() if term is None else judged.c.term == term.value)
    rows = session.execute(query.execution_options(yield_per=_READ_AT_ONCE)).mappings()
    for lot in rows.partitions():
        yield [_outstanding_person(row) for row in lot]


def outstanding_page(session: Session, asked: Asked, *, after: int, limit: int) -> list[Outstanding]:
    """Those who have not confirmed and whose ids come behind `after`, in the order of ids."""
    judged = _judged(asked, _in_force(session, asked).revision)
    query = _outstanding(judged).where(judged.c.person_id > after).order_by(None).order_by(judged.c.person_id)
    return [_outstanding_person(row) for row in session.execute(query.limit(limit)).mappings()]


def _in_force(session: Session, asked: Asked) -> InForce:
    return in_force_at(session, asked.head["id"], asked.head["due_at"], asked.as_of)


def _count_questions(session: Session, distribution_id: int) -> int:
    query = select(func.count()).where(control_questions.c.distribution_id == distribution_id)
    found: int = session.execute(query).scalar_one()
    return found


def _judged(asked: Asked, revision: int) -> CTE:
    """One row a person: the term that fits first, and every evidence level, for the revision that was in force.

    Each fact is joined once, for at most one row fits; the terms are worked out once and read many times.
    """
    r, head, as_of, office_day = receipts.c, asked.head, asked.as_of, asked.as_of.date()
    mode = Mode(head["mode"])
    opening = reached(State.OPENED, revision, as_of)
    confirmation = reached(State.ACKNOWLEDGED, revision, as_of)
    absence, exemption = _absent_people(as_of, office_day), _exempted_people(head["id"], as_of)
    right = _right_answers(head["id"], revision)
    acknowledged = confirmation.c.state.is_not(None)
    opened = or_(opening.c.state.is_not(None), acknowledged)
    fate = _fate(as_of)
    no_address = or_(r.address.is_(None), r.address_problem.is_not(None))
    unreached = and_(
        or_(no_address, fate.failed),
        ~opened,
        ~_has_signed_in(readable_since(head["id"], revision), as_of),
        ~_was_handed_paper(revision, as_of),
    )
    term = case(
        (acknowledged if mode is Mode.ACKNOWLEDGE else opened, Term.CONFIRMED.value),
        (memberships.c.id.is_(None), Term.MOVED_OR_LEFT.value),
        (exemption.c.person_id.is_not(None), Term.EXEMPTED.value),
        (absence.c.person_id.is_not(None), Term.ABSENT.value),
        (unreached, Term.NOT_REACHABLE.value),
        else_=Term.NOT_YET.value,
    )
    query = (
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
            fate.status.label("letter_status"),
            fate.last_reply.label("last_reply"),
            fate.sent.label("sent"),
            fate.accepted.label("accepted"),
            fate.failed.label("failed"),
            no_address.label("no_address"),
            opened.label("opened"),
            acknowledged.label("acknowledged"),
            confirmation.c.route.label("route"),
            and_(acknowledged, func.coalesce(right.c.all_right, literal(False))).label("answered_rightly"),
            term.label("term"),
        )
        .select_from(receipts)
        .outerjoin(deliveries, and_(same_receipt(deliveries), brings(literal(revision))))
        .outerjoin(opening, same_receipt(opening))
        .outerjoin(confirmation, same_receipt(confirmation))
        .outerjoin(right, same_receipt(right))
        .outerjoin(memberships, and_(memberships.c.person_id == r.person_id, in_force(as_of, office_day)))
        .outerjoin(exemption, exemption.c.person_id == r.person_id)
        .outerjoin(absence, absence.c.person_id == r.person_id)
        .where(asked.lists())
    )
    return query.cte("judged").prefix_with("MATERIALIZED")


@dataclass(frozen=True, slots=True)
class _Fate:
    """What had become of a letter by a moment: `accepted` or `failed`, never both, or neither yet."""

    sent: ColumnElement[bool]
    accepted: ColumnElement[bool]
    failed: ColumnElement[bool]
    status: ColumnElement[str]
    last_reply: ColumnElement[str | None]


def _fate(as_of: datetime) -> _Fate:
    """By the dates that the letter went through.

    A 250 wins over having given up before, and a return comes behind every 250 (see the states page).
    """
    d = deliveries.c
    returned = and_(d.status == Status.BOUNCED.value, _by(d.final_at, as_of))
    accepted = and_(_by(d.accepted_at, as_of), ~returned)
    failed = or_(returned, and_(_by(d.failed_at, as_of), ~accepted))
    changed_since = d.final_at > as_of
    return _Fate(
        sent=_by(d.sent_at, as_of),
        accepted=accepted,
        failed=failed,
        status=case(
            (and_(changed_since, accepted), Status.ACCEPTED.value),
            # A letter that failed goes on only by a late 250, most likely after it was given up.
            (and_(changed_since, failed), Status.GAVE_UP.value),
            (changed_since, Status.WAITING.value),
            else_=d.status,
        ),
        # What the server had said by then stands in the attempts, whose clock is not the office's.
        last_reply=case((changed_since, null()), else_=d.last_reply),
    )


def _by(moment: ColumnElement[datetime | None], as_of: datetime) -> ColumnElement[bool]:
    return func.coalesce(moment <= as_of, literal(False))


def same_receipt(other: FromClause) -> ColumnElement[bool]:
    r = receipts.c
    return and_(other.c.distribution_id == r.distribution_id, other.c.person_id == r.person_id)


def reached(state: State, revision: int, as_of: datetime) -> Subquery:
    """The facts by which people had come to `state`, at most one a receipt."""
    e = receipt_events.c
    columns = (e.distribution_id, e.person_id, e.state, e.route, e.account_id, e.effective_at, e.recorded_at)
    found = select(*columns).where(e.revision == revision, e.state == state.value, e.recorded_at <= as_of)
    return found.subquery(state.value)


def _right_answers(distribution_id: int, revision: int) -> Subquery:
    """Answers are stored with the confirmation, so they were known when that was."""
    a = control_answers.c
    answered = select(a.distribution_id, a.person_id, func.bool_and(a.is_right).label("all_right")).where(
        a.distribution_id == distribution_id, a.revision == revision
    )
    return answered.group_by(a.distribution_id, a.person_id).subquery("answered")


def _absent_people(as_of: datetime, office_day: date) -> Subquery:
    a = absences.c
    away = select(a.person_id).where(a.first_day <= office_day, a.last_day >= office_day, absence_known_at(as_of))
    return away.distinct().subquery("away")


def _exempted_people(distribution_id: int, as_of: datetime) -> Subquery:
    """Each once, though an exemption may have been lifted and given again within one tick of two clocks."""
    x = exemptions.c
    exempted = select(x.person_id).where(x.distribution_id == distribution_id, exemption_known_at(as_of))
    return exempted.distinct().subquery("exempted")


def _has_signed_in(since: ColumnElement[datetime], as_of: datetime) -> ColumnElement[bool]:
    """Whether the person has since then; asked only about those whom no letter has reached."""
    s, r = sign_ins.c, receipts.c
    return exists().where(s.person_id == r.person_id, s.signed_in_at >= since, s.signed_in_at <= as_of)


def _was_handed_paper(revision: int, as_of: datetime) -> ColumnElement[bool]:
    """Whether the person stands on a sheet that was printed of a revision; asked only about those as above."""
    s, r = sheets.c, receipts.c
    on_it = sheet_lines.c.sheet_id == s.id, sheet_lines.c.person_id == r.person_id
    printed = s.distribution_id == r.distribution_id, s.revision == revision, s.printed_at <= as_of
    return exists().where(*printed, *on_it)


def _by_unit(session: Session, judged: CTE) -> tuple[UnitCoverage, ...]:
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
            *(at_level(j[name]) for name in _LEVELS),
            *(at_level(and_(j.acknowledged, j.route == literal(route.value))) for route in Route),
        )
        .outerjoin(order, order.c.id == j.unit_id)
        .group_by(j.unit_id, j.unit_name, order.c.place)
        .order_by(order.c.place.nulls_last(), j.unit_name)
    )
    return tuple(
        UnitCoverage(unit_id, unit_name, Identity(*counts[:7]), Levels(*counts[7:14]), Routes(tuple(counts[14:])))
        for unit_id, unit_name, *counts in session.execute(query)
    )


_LEVELS = ("sent", "accepted", "failed", "no_address", "opened", "acknowledged", "answered_rightly")
_IN_THE_SUM = (
    Term.CONFIRMED,
    Term.NOT_YET,
    Term.ABSENT,
    Term.EXEMPTED,
    Term.MOVED_OR_LEFT,
    Term.NOT_REACHABLE,
)


def _outstanding(judged: CTE) -> Select[*tuple[Any, ...]]:
    j = judged.c
    return (
        select(judged, people.c.code)
        .join(people, people.c.id == j.person_id)
        .where(j.term.in_([Term.NOT_YET.value, Term.NOT_REACHABLE.value]))
        .order_by(j.name_key, people.c.code)
    )


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
