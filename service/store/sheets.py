"""Printed danh sách ký nhận: which people stand on a sheet, in which order, and what was known of them then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, case, exists, func, insert, literal, or_, select
from sqlalchemy.orm import Session

from service.domain.coverage import Term
from service.domain.documents import Mode, NewFile
from service.domain.letters import AttachedFile
from service.domain.receipts import Route, asked
from service.domain.sheets import Roster, RosterLine
from service.domain.vietnamese import full_name
from service.store.audiences import in_force
from service.store.counting import count_inserted
from service.store.reports import Scope
from service.store.tables import (
    absences,
    distributions,
    documents,
    exemptions,
    memberships,
    people,
    receipt_events,
    receipts,
    revisions,
    scans,
    sheet_lines,
    sheets,
    units,
)
from service.store.units import office_order


@dataclass(frozen=True, slots=True)
class NewSheet:
    """`unit_id` None for the whole list."""

    code: str
    revision: int
    unit_id: int | None
    printed_by: int | None
    printed_at: datetime


def add_sheet(session: Session, scope: Scope, new: NewSheet) -> int:
    """Keep a sheet with everybody of the scope in office order; returns how many people stand on it."""
    row = {
        "code": new.code,
        "distribution_id": scope.distribution_id,
        "revision": new.revision,
        "unit_id": new.unit_id,
        "printed_by": new.printed_by,
        "printed_at": new.printed_at,
    }
    sheet_id: int = session.execute(insert(sheets).values(row).returning(sheets.c.id)).scalar_one()
    r, order = receipts.c, office_order()
    places = (order.c.place.nulls_last(), r.unit_name, r.position_rank, r.name_key, r.person_id)
    lines = (
        select(literal(sheet_id), func.row_number().over(order_by=places), r.person_id)
        .outerjoin(order, order.c.id == r.unit_id)
        .where(scope.covers(), r.listed_at <= new.printed_at)
    )
    columns = ["sheet_id", "position", "person_id"]
    return count_inserted(session, insert(sheet_lines).from_select(columns, lines))


def sheet_row(session: Session, code: str) -> RowMapping | None:
    """A sheet with what is needed of its distribution and document; `is_current` unless its revision was replaced."""
    d = distributions.c
    query = (
        select(
            sheets,
            d.mode,
            d.frozen_at,
            d.recalled_at,
            (d.revision == sheets.c.revision).label("is_current"),
            documents.c.type_code,
            documents.c.title,
            # A replacement may bear a number and a date of its own.
            func.coalesce(func.nullif(revisions.c.number, ""), documents.c.number).label("number"),
            func.coalesce(revisions.c.issued_on, documents.c.issued_on).label("issued_on"),
            func.coalesce(units.c.name, "").label("unit_name"),
        )
        .join(distributions, d.id == sheets.c.distribution_id)
        .join(documents, documents.c.id == d.document_id)
        .join(revisions, and_(revisions.c.document_id == d.document_id, revisions.c.revision == sheets.c.revision))
        .outerjoin(units, units.c.id == sheets.c.unit_id)
        .where(sheets.c.code == code)
    )
    return session.execute(query).mappings().first()


def reaches_whole(session: Session, sheet: RowMapping, unit_ids: frozenset[int]) -> bool:
    """Whether everybody on the sheet was frozen in one of these units."""
    others = exists().where(
        sheet_lines.c.sheet_id == sheet["id"], _receipt_of_line(sheet), receipts.c.unit_id.not_in(unit_ids)
    )
    return not session.execute(select(others)).scalar_one()


def roster(session: Session, sheet: RowMapping, office_day: date) -> Roster:
    """The sheet as it was printed, whenever it is read: of facts, those that were recorded by then.

    `sheet` is a row of `sheet_row`, `office_day` the day on which it was printed.
    """
    rows = session.execute(_printed(sheet, office_day)).mappings()
    return Roster(
        lines=tuple(_line(row) for row in rows),
        mode=Mode(sheet["mode"]),
        **{name: sheet[name] for name in _FROM_THE_SHEET},
    )


_FROM_THE_SHEET = (
    "code",
    "distribution_id",
    "type_code",
    "number",
    "title",
    "issued_on",
    "revision",
    "frozen_at",
    "printed_at",
    "unit_name",
)


@dataclass(frozen=True, slots=True)
class SheetPerson:
    """Somebody on a sheet, to be entered or not; `confirmed_at` and `route` where the sheet's revision is confirmed."""

    position: int
    person_id: int
    person_code: str
    full_name: str
    title: str
    unit_id: int
    unit_name: str
    confirmed_at: datetime | None
    route: Route | None


def sheet_people(session: Session, sheet: RowMapping, unit_ids: frozenset[int] | None) -> list[SheetPerson]:
    """The people of a sheet in its order, or those of them who were frozen in one of these units."""
    r, fact = receipts.c, receipt_events.c
    query = (
        select(
            sheet_lines.c.position,
            r.person_id,
            people.c.code,
            r.family_name,
            r.given_name,
            r.position.label("title"),
            r.unit_id,
            r.unit_name,
            fact.effective_at,
            fact.route,
        )
        .select_from(sheet_lines)
        .join(receipts, _receipt_of_line(sheet))
        .join(people, people.c.id == r.person_id)
        .outerjoin(receipt_events, _confirmation(sheet))
        .where(sheet_lines.c.sheet_id == sheet["id"])
        .order_by(sheet_lines.c.position)
    )
    if unit_ids is not None:
        query = query.where(r.unit_id.in_(unit_ids))
    return [
        SheetPerson(
            position=row["position"],
            person_id=row["person_id"],
            person_code=row["code"],
            full_name=full_name(row["family_name"], row["given_name"]),
            title=row["title"],
            unit_id=row["unit_id"],
            unit_name=row["unit_name"],
            confirmed_at=row["effective_at"],
            route=Route(row["route"]) if row["route"] else None,
        )
        for row in session.execute(query).mappings()
    ]


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A printed sheet as a list shows it; `unit_name` is empty for the whole list."""

    code: str
    revision: int
    unit_name: str
    printed_at: datetime
    people: int
    scans: int


def sheets_of(session: Session, scope: Scope, limit: int) -> Sequence[SheetLine]:
    """The newest sheets of a distribution, of these units alone where the scope names some."""
    s = sheets.c
    on_it = select(func.count()).where(sheet_lines.c.sheet_id == s.id).scalar_subquery()
    scanned = select(func.count()).where(scans.c.sheet_id == s.id).scalar_subquery()
    query = (
        select(s.code, s.revision, func.coalesce(units.c.name, ""), s.printed_at, on_it, scanned)
        .outerjoin(units, units.c.id == s.unit_id)
        .where(s.distribution_id == scope.distribution_id)
        .order_by(s.id.desc())
        .limit(limit)
    )
    if scope.unit_ids is not None:
        query = query.where(s.unit_id.in_(scope.unit_ids))
    return [SheetLine(*row) for row in session.execute(query)]


def listed_units(session: Session, scope: Scope) -> dict[int, int]:
    """How many people of each unit stand on the frozen list, those below it not counted."""
    query = select(receipts.c.unit_id, func.count()).where(scope.covers()).group_by(receipts.c.unit_id)
    return dict(session.execute(query).all())


@dataclass(frozen=True, slots=True)
class ScanLine:
    id: int
    name: str
    size: int
    recorded_at: datetime


def scans_of(session: Session, sheet_id: int) -> list[ScanLine]:
    """What was scanned of a sheet, the oldest first."""
    s = scans.c
    query = select(s.id, s.name, s.size, s.recorded_at).where(s.sheet_id == sheet_id).order_by(s.id)
    return [ScanLine(*row) for row in session.execute(query)]


def scan_content(session: Session, sheet_id: int, scan_id: int) -> AttachedFile | None:
    s = scans.c
    query = select(s.name, s.media_type, s.size, s.sha256, s.content).where(s.sheet_id == sheet_id, s.id == scan_id)
    row = session.execute(query).first()
    return AttachedFile(*row) if row else None


def add_scan(session: Session, sheet_id: int, scan: NewFile, entered_by: int | None, moment: datetime) -> int:
    row = {
        "sheet_id": sheet_id,
        "name": scan.name,
        "media_type": scan.media_type,
        "size": len(scan.content),
        "sha256": sha256(scan.content).hexdigest(),
        "content": scan.content,
        "entered_by": entered_by,
        "recorded_at": moment,
    }
    scan_id: int = session.execute(insert(scans).values(row).returning(scans.c.id)).scalar_one()
    return scan_id


def _printed(sheet: RowMapping, office_day: date) -> Select[*tuple[Any, ...]]:
    """One row a line. Each fact is joined once, for at most one row fits."""
    r, fact, as_of = receipts.c, receipt_events.c, sheet["printed_at"]
    excused = and_(
        exemptions.c.distribution_id == r.distribution_id,
        exemptions.c.person_id == r.person_id,
        exemptions.c.recorded_at <= as_of,
        or_(exemptions.c.lifted_at.is_(None), exemptions.c.lifted_at > as_of),
    )
    a = absences.c
    away = exists().where(
        a.person_id == r.person_id,
        a.first_day <= office_day,
        a.last_day >= office_day,
        a.recorded_at <= as_of,
        or_(a.withdrawn_at.is_(None), a.withdrawn_at > as_of),
    )
    still_here = exists().where(memberships.c.person_id == r.person_id, in_force(as_of, office_day))
    term = case(
        (fact.state.is_not(None), Term.CONFIRMED.value),
        (~still_here, Term.MOVED_OR_LEFT.value),
        (exists().where(excused), Term.EXEMPTED.value),
        (away, Term.ABSENT.value),
        else_=Term.NOT_YET.value,
    )
    return (
        select(
            people.c.code,
            r.family_name,
            r.given_name,
            r.position,
            r.unit_name,
            term.label("term"),
            fact.route,
            fact.effective_at,
        )
        .select_from(sheet_lines)
        .join(receipts, _receipt_of_line(sheet))
        .join(people, people.c.id == r.person_id)
        .outerjoin(receipt_events, and_(_confirmation(sheet), fact.recorded_at <= as_of))
        .where(sheet_lines.c.sheet_id == sheet["id"])
        .order_by(sheet_lines.c.position)
    )


def _receipt_of_line(sheet: RowMapping) -> ColumnElement[bool]:
    r = receipts.c
    return and_(r.distribution_id == sheet["distribution_id"], r.person_id == sheet_lines.c.person_id)


def _confirmation(sheet: RowMapping) -> ColumnElement[bool]:
    """What a signature on the sheet would say, where it has been said already."""
    fact = receipt_events.c
    return and_(
        fact.distribution_id == receipts.c.distribution_id,
        fact.person_id == receipts.c.person_id,
        fact.revision == sheet["revision"],
        fact.state == asked(Mode(sheet["mode"])).value,
    )


def _line(row: RowMapping) -> RosterLine:
    return RosterLine(
        person_code=row["code"],
        full_name=full_name(row["family_name"], row["given_name"]),
        position=row["position"],
        unit_name=row["unit_name"],
        term=Term(row["term"]),
        route=Route(row["route"]) if row["route"] else None,
        at=row["effective_at"],
    )
