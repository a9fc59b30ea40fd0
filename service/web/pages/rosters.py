"""Danh sách ký nhận: printing a sheet of a distribution, and printing a sheet once more."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from service.actions.print_sheet import print_sheet, read_sheet
from service.actions.report_coverage import report_coverage
from service.actions.sign_in import Visitor
from service.domain.errors import Conflict, Invalid, NotFound
from service.domain.roles import Act
from service.printing.roster_pdf import roster_pdf
from service.store.distributions import distribution_row
from service.store.reports import Scope
from service.store.sheets import listed_units, sheets_of
from service.web.deps import Id, PostingVisitor, SiteDep, VisitorDep, page
from service.web.errors import status_of
from service.web.list_views import unit_choices
from service.web.pages.distributions import heading_of
from service.web.roster_views import RostersView
from service.web.site import Site

router = APIRouter()

SHEETS_SHOWN = 50


@router.get("/distributions/{distribution_id}/sheets")
def show_sheets(request: Request, site: SiteDep, visitor: VisitorDep, distribution_id: Id) -> Response:
    return _sheets_page(request, site, visitor, distribution_id)


@router.post("/distributions/{distribution_id}/sheets")
def send_print(
    request: Request,
    site: SiteDep,
    visitor: PostingVisitor,
    distribution_id: Id,
    unit: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    try:
        code = print_sheet(site.runtime, visitor.actor, distribution_id, unit.replace("\0", "") or None)
    except (Invalid, Conflict) as refused:
        return _sheets_page(request, site, visitor, distribution_id, refused)
    return RedirectResponse(f"/sheets/{code}/pdf", 303)


@router.get("/sheets/{code}/pdf")
def show_sheet(site: SiteDep, visitor: VisitorDep, code: str) -> Response:
    try:
        roster = read_sheet(site.runtime, visitor.actor, code)
    except Invalid:
        raise NotFound from None
    return pdf_answer(roster_pdf(roster, site.office_name, site.zone), f"danh-sach-ky-nhan-{roster.code}.pdf")


def pdf_answer(made: bytes, name: str) -> Response:
    """A PDF of our own making, to be looked at and printed."""
    return Response(made, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


def _sheets_page(
    request: Request, site: Site, visitor: Visitor, distribution_id: int, refused: Invalid | Conflict | None = None
) -> Response:
    actor = visitor.actor
    actor.must(Act.KEEP_ROSTERS)
    report = report_coverage(site.runtime, actor, distribution_id, most_outstanding=0)
    scope = Scope(distribution_id, None if actor.may(Act.POST) else actor.unit_ids)
    with site.runtime.sessions() as session:
        head = distribution_row(session, distribution_id)
        if head is None:
            raise NotFound
        view = RostersView(
            heading=heading_of(report, head),
            to_sign=report.identity.not_yet + report.identity.not_reachable,
            units=unit_choices(session, scope, listed_units(session, scope)),
            is_whole=scope.unit_ids is None,
            is_recalled=head["recalled_at"] is not None,
            sheets=tuple(sheets_of(session, scope, SHEETS_SHOWN)),
            error=refused.vi if refused else "",
        )
    return page(site, "rosters.html", view, visitor, request, status_of(refused) if refused else 200)
