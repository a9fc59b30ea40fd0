"""What is kept about one reader and one distribution beside the receipt: excuses, own deadlines, sheets, the sign-in.

Each is a moment with what it is about; the whole of a person's records is in `personal_records`.
"""

from datetime import date, datetime

from sqlalchemy import RowMapping, func, select
from sqlalchemy.orm import Session

from service.store.tables import absences, exemptions, own_deadlines, sheet_lines, sheets, sign_ins


def exemptions_of(session: Session, distribution_id: int, person_id: int) -> list[RowMapping]:
    """Those in force and those lifted, oldest first."""
    x = exemptions.c
    query = (
        select(x.reason, x.effective_at, x.lifted_at)
        .where(x.distribution_id == distribution_id, x.person_id == person_id)
        .order_by(x.id)
    )
    return list(session.execute(query).mappings())


def absences_since(session: Session, person_id: int, day: date) -> list[RowMapping]:
    """Absences that end on this day or later, without those withdrawn, oldest first."""
    a = absences.c
    query = (
        select(a.kind, a.reason, a.first_day, a.last_day, a.recorded_at)
        .where(a.person_id == person_id, a.last_day >= day, a.withdrawn_at.is_(None))
        .order_by(a.first_day)
    )
    return list(session.execute(query).mappings())


def moves_of_deadline(session: Session, distribution_id: int, person_id: int) -> list[RowMapping]:
    """Each own deadline with the moment since when it was told, oldest first; null for back to everybody's."""
    o = own_deadlines.c
    query = (
        select(o.due_at, o.recorded_at)
        .where(o.distribution_id == distribution_id, o.person_id == person_id)
        .order_by(o.id)
    )
    return list(session.execute(query).mappings())


def sheets_with(session: Session, distribution_id: int, person_id: int) -> list[RowMapping]:
    """Printed lists of this distribution on which the person stands, oldest first."""
    s = sheets.c
    query = (
        select(s.code, s.printed_at)
        .join(sheet_lines, sheet_lines.c.sheet_id == s.id)
        .where(s.distribution_id == distribution_id, sheet_lines.c.person_id == person_id)
        .order_by(s.id)
    )
    return list(session.execute(query).mappings())


def first_sign_in_since(session: Session, person_id: int, moment: datetime) -> datetime | None:
    """It decides whether somebody whom no letter reached counts as "not reachable"."""
    s = sign_ins.c
    query = select(func.min(s.signed_in_at)).where(s.person_id == person_id, s.signed_in_at >= moment)
    found: datetime | None = session.execute(query).scalar_one()
    return found
