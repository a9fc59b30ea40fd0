"""The acknowledgement report of a distribution; a manager's is about the own units, by the frozen list."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BeforeValidator

from service.actions.export_report import export_report
from service.actions.report_coverage import report_coverage
from service.domain.coverage import Term
from service.domain.documents import Mode
from service.domain.inquiries import Kind
from service.domain.receipts import Route
from service.printing.report_csv import report_csv
from service.web.api.shapes import GivenMoment, Id, Moment, Shape
from service.web.deps import ActorDep, SiteDep
from service.web.site import Site

router = APIRouter(prefix="/distributions", tags=["distributions"])

AsOf = Annotated[GivenMoment | None, Query(description="Figures as of this moment (RFC 3339); now when absent")]


# Confirmations by the way they were given; every way is listed.
RouteCounts = Annotated[dict[Route, int], BeforeValidator(lambda routes: routes.by_route)]


class IdentityShape(Shape):
    """listed = confirmed + not_yet + absent + exempted + moved_or_left + not_reachable."""

    listed: int
    confirmed: int
    not_yet: int
    absent: int
    exempted: int
    moved_or_left: int
    not_reachable: int


class LevelsShape(Shape):
    """What is known of the same people, one level at a time; never merged with the identity."""

    sent: int
    accepted: int
    failed: int
    no_address: int
    opened: int
    confirmed: int
    answered_rightly: int


class UnitCoverageShape(Shape):
    unit_id: int
    unit_name: str
    identity: IdentityShape
    levels: LevelsShape
    routes: RouteCounts


class OutstandingShape(Shape):
    code: str
    full_name: str
    position: str
    unit_name: str
    term: Term
    opened: bool
    address: str | None
    delivery_status: str | None
    last_reply: str | None
    own_due_at: Moment | None
    own_due_because: str


class WaitingInquiry(Shape):
    id: int
    kind: Kind
    full_name: str
    unit_name: str
    asked_at: Moment
    words: str


class InquiriesShape(Shape):
    """What readers asked by `as_of`; `accepted` returns exempted their readers, `waiting` ones have no answer yet."""

    questions: int
    returns: int
    accepted: int
    waiting: list[WaitingInquiry]


class ReportShape(Shape):
    """For the mode `inform` opened and not opened stand where confirmed and not yet stand."""

    distribution_id: int
    document_id: int
    number: str
    title: str
    mode: Mode
    revision: int
    due_at: Moment | None
    frozen_at: Moment
    as_of: Moment
    listing_done: bool
    identity: IdentityShape
    levels: LevelsShape
    routes: RouteCounts
    questions: int
    units: list[UnitCoverageShape]
    outstanding: list[OutstandingShape]
    inquiries: InquiriesShape


@router.get("/{distribution_id}/report")
def read_report(site: SiteDep, actor: ActorDep, distribution_id: Id, as_of: AsOf = None) -> ReportShape:
    return ReportShape.model_validate(report_coverage(site.runtime, actor, distribution_id, _moment(site, as_of)))


@router.get(
    "/{distribution_id}/report.csv",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def read_report_csv(site: SiteDep, actor: ActorDep, distribution_id: Id, as_of: AsOf = None) -> StreamingResponse:
    """The same report as one flat table: the sum, the units, and who has not confirmed."""
    lines = report_csv(export_report(site.runtime, actor, distribution_id, "csv", _moment(site, as_of)))
    named = {"Content-Disposition": f'attachment; filename="report-{distribution_id}.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=named)


def _moment(site: Site, as_of: datetime | None) -> datetime | None:
    return as_of.astimezone(site.zone) if as_of else None
