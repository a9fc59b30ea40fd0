"""Reports that were handed out: issuing one, and looking at it again."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from service.actions.issue_report import check_report, issue_report
from service.domain.documents import Mode
from service.domain.errors import NotFound
from service.domain.issued_reports import IssuedReport
from service.store.distributions import distribution_row
from service.web.deps import PostingVisitor, SiteDep, VisitorDep, page
from service.web.office_facts import named
from service.web.office_views import Sum
from service.web.pages.distributions import DistributionId
from service.web.pages.reports import asked_moment

router = APIRouter()

ReportId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@dataclass(frozen=True, slots=True)
class IssuedReportView:
    """issued_report.html. `comes_out_the_same` when the figures of that moment are worked out again now."""

    name: str
    mode: Mode
    report: IssuedReport
    sum: Sum
    comes_out_the_same: bool


@router.post("/distributions/{distribution_id}/report/issued")
def issue(
    site: SiteDep,
    visitor: PostingVisitor,
    distribution_id: DistributionId,
    as_of: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    moment = asked_moment(site, as_of)
    made = issue_report(site.runtime, visitor.actor, distribution_id, moment)
    return RedirectResponse(f"/distributions/{distribution_id}/report/issued/{made}", HTTPStatus.SEE_OTHER)


@router.get("/distributions/{distribution_id}/report/issued/{report_id}")
def show(
    request: Request, site: SiteDep, visitor: VisitorDep, distribution_id: DistributionId, report_id: ReportId
) -> Response:
    issued, is_same = check_report(site.runtime, visitor.actor, distribution_id, report_id)
    with site.runtime.sessions() as session:
        head = distribution_row(session, distribution_id)
    if head is None:
        raise NotFound
    mode = Mode(head["mode"])
    view = IssuedReportView(
        name=named(head["number"], head["title"]),
        mode=mode,
        report=issued,
        sum=Sum(issued.figures.identity, mode),
        comes_out_the_same=is_same,
    )
    return page(site, "issued_report.html", view, visitor, request)
