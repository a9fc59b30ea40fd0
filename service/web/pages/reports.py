"""The acknowledgement report: on the page, in print, as CSV, as of any moment; and what a manager's units still owe."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy import RowMapping

from service.actions.export_report import export_report
from service.actions.report_coverage import report_coverage
from service.domain.coverage import Report
from service.domain.deadlines import parse_moment
from service.domain.documents import Mode
from service.domain.errors import BadDate, NotFound
from service.domain.issued_reports import IssuedReport
from service.domain.roles import Act, Actor
from service.store.directory import list_units
from service.store.distributions import distribution_row
from service.store.issued_reports import issued_reports_of
from service.store.listings import distributions_to_units
from service.store.reports import Asked, Scope
from service.store.reports import report as build_report
from service.web.deps import SiteDep, VisitorDep, page
from service.web.downloads import report_download
from service.web.office_views import OutstandingLine, ReportView, Sum, UnitReportLine, UnitReportsView
from service.web.pages.distributions import DistributionId, heading_of, unit_ids_of
from service.web.recall_views import RecallStatus, recall_status
from service.web.site import Site

router = APIRouter()

# Those that a manager can still do something about; older ones are in the list of distributions.
REPORTS_SHOWN = 10
# All of them are in the API.
ISSUED_SHOWN = 20
OWING_SHOWN = 1_000

AsOf = Annotated[str, Query(max_length=40)]


@router.get("/distributions/{distribution_id}/report")
def show_report(
    request: Request, site: SiteDep, visitor: VisitorDep, distribution_id: DistributionId, as_of: AsOf = ""
) -> Response:
    unit_ids = unit_ids_of(visitor.actor)
    head = _head(site, distribution_id)
    try:
        moment, error = asked_moment(site, as_of), ""
    except BadDate as refused:
        moment, error = None, refused.vi
    report = report_coverage(site.runtime, visitor.actor, distribution_id, moment)
    asked = {"as_of": as_of} if moment else {}
    view = ReportView(
        heading=heading_of(report, head),
        sum=Sum.of(report),
        units=report.units,
        levels=report.levels,
        outstanding=tuple(OutstandingLine(person) for person in report.outstanding),
        more=report.unnamed,
        as_of=report.as_of,
        as_of_input=field_value(site, report.as_of),
        earliest_input=field_value(site, head["frozen_at"]),
        latest_input=field_value(site, site.runtime.clock()),
        as_of_exact=report.as_of.isoformat(),
        issued=_issued(site, visitor.actor, distribution_id),
        can_issue=visitor.actor.may(Act.ISSUE_REPORTS) and report.listing_done,
        error=error,
        listing_done=report.listing_done,
        is_whole=unit_ids is None,
        csv_href=f"/distributions/{distribution_id}/report.csv?{urlencode(asked)}".removesuffix("?"),
        confirmed_href=f"/distributions/{distribution_id}/confirmations?{urlencode(asked)}".removesuffix("?"),
        routes=report.routes,
        questions=report.questions,
        inquiries=report.inquiries,
        recall=_recall(site, Scope(distribution_id, unit_ids), report.as_of),
    )
    return page(site, "report.html", view, visitor, request, 422 if error else 200)


@router.get("/distributions/{distribution_id}/report.csv")
def download_report(site: SiteDep, visitor: VisitorDep, distribution_id: DistributionId, as_of: AsOf = "") -> Response:
    unit_ids_of(visitor.actor)
    opened = export_report(site.runtime, visitor.actor, distribution_id, "csv", asked_moment(site, as_of))
    return report_download(opened, _file_name)


def asked_moment(site: Site, as_of: str) -> datetime | None:
    """The moment that a form of the report page asks for; None for now.

    Raises:
        BadDate: what was asked for is no moment.
    """
    return parse_moment(as_of.strip(), site.runtime.clock()) if as_of.strip() else None


def _recall(site: Site, scope: Scope, as_of: datetime) -> RecallStatus | None:
    with site.runtime.sessions() as session:
        return recall_status(session, scope, as_of, OWING_SHOWN)


def _issued(site: Site, actor: Actor, distribution_id: int) -> tuple[IssuedReport, ...]:
    """They are about the whole office, so a manager sees none."""
    if not actor.may(Act.SEE_REPORTS):
        return ()
    with site.runtime.sessions() as session:
        return tuple(issued_reports_of(session, distribution_id, None, ISSUED_SHOWN))


def _head(site: Site, distribution_id: int) -> RowMapping:
    with site.runtime.sessions() as session:
        head = distribution_row(session, distribution_id)
    if head is None:
        raise NotFound
    return head


def field_value(site: Site, at: datetime) -> str:
    """The value of a date-time field (HTML, "local date and time string")."""
    return at.astimezone(site.zone).strftime("%Y-%m-%dT%H:%M")


def _file_name(report: Report) -> str:
    number = report.number.replace("/", "-") or str(report.distribution_id)
    return f"bao-cao-{number}-{report.as_of:%Y%m%d-%H%M}.csv"


@router.get("/reports")
def show_unit_reports(request: Request, site: SiteDep, visitor: VisitorDep) -> Response:
    """The newest distributions that ask the manager's people to confirm."""
    actor = visitor.actor
    actor.must(Act.SEE_UNIT_REPORTS)
    with site.runtime.sessions() as session:
        rows = distributions_to_units(session, actor.unit_ids, None, REPORTS_SHOWN)
        names = tuple(unit.name for unit in list_units(session) if unit.id in actor.unit_ids)
    lines = tuple(_own_report(site, actor, row) for row in rows if row["mode"] == Mode.ACKNOWLEDGE.value)
    return page(site, "unit_reports.html", UnitReportsView(names, lines), visitor, request)


def _own_report(site: Site, actor: Actor, row: RowMapping) -> UnitReportLine:
    """Of the own units alone, even when the manager may see the whole office too."""
    now = site.runtime.clock()
    with site.runtime.sessions() as session:
        head = distribution_row(session, row["id"])
        if head is None:
            raise NotFound
        asked = Asked(head, Scope(row["id"], actor.unit_ids), now)
        built = build_report(session, asked, most_outstanding=0)
    is_late = built.due_at is not None and built.due_at < now
    return UnitReportLine(heading_of(built, head), Sum(built.identity, built.mode), is_late)
