"""Reports as they were handed out."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Table, func, insert, select, text
from sqlalchemy.orm import Session

from service.domain.issued_reports import Figures, IssuedReport, read_figures
from service.store.tables import absences, accounts, deliveries, issued_reports, sign_ins

# What a report shows that is written without holding the distribution or the directory.
DATED_FACTS = (deliveries, absences, sign_ins)


def hold_table(session: Session, table: Table) -> None:
    """Wait for everybody who writes to it, and keep them out until the transaction ends; reading goes on."""
    session.execute(text(f"LOCK TABLE {table.name} IN SHARE MODE"))


def add_issued_report(
    session: Session, distribution_id: int, as_of: datetime, figures: Figures, issued_by: int | None, moment: datetime
) -> int:
    row = {
        "distribution_id": distribution_id,
        "as_of": as_of,
        "figures": figures.text,
        "sha256": figures.sha256,
        "issued_by": issued_by,
        "issued_at": moment,
    }
    made: int = session.execute(insert(issued_reports).values(row).returning(issued_reports.c.id)).scalar_one()
    return made


def issued_reports_of(session: Session, distribution_id: int, before: int | None, limit: int) -> list[IssuedReport]:
    """The newest first, those with an id below `before`."""
    i = issued_reports.c
    query = _reports().where(i.distribution_id == distribution_id).order_by(i.id.desc()).limit(limit)
    if before is not None:
        query = query.where(i.id < before)
    return [_report(row) for row in session.execute(query)]


def issued_report(session: Session, distribution_id: int, report_id: int) -> IssuedReport | None:
    i = issued_reports.c
    row = session.execute(_reports().where(i.id == report_id, i.distribution_id == distribution_id)).first()
    return _report(row) if row else None


def _reports() -> Select[*tuple[Any, ...]]:
    i = issued_reports.c
    return select(
        i.id, i.distribution_id, i.as_of, i.figures, func.coalesce(accounts.c.display_name, ""), i.issued_at
    ).outerjoin(accounts, accounts.c.id == i.issued_by)


def _report(row: Row[*tuple[Any, ...]]) -> IssuedReport:
    report_id, distribution_id, as_of, figures, issued_by, issued_at = row
    return IssuedReport(report_id, distribution_id, as_of, read_figures(figures), issued_by, issued_at)
