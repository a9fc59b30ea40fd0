"""The office's calendar: a year's holidays and swapped days, and what the secretariat announces."""

from dataclasses import replace
from http import HTTPStatus
from io import BytesIO
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from service.actions.change_calendar import announce_day, clear_day, import_days
from service.actions.office_calendar import calendar_of
from service.actions.sign_in import Visitor
from service.domain.deadlines import parse_date
from service.domain.errors import BadDate, DaysRefused, Invalid
from service.domain.roles import Act
from service.reading.rows import Source
from service.web.api.shapes import FIRST_YEAR, LAST_YEAR
from service.web.calendar_views import CalendarView, DayForm, calendar_view
from service.web.deps import PostingVisitor, SiteDep, VisitorDep, page
from service.web.fields import SentDep, Upload, upload_for
from service.web.site import Site

router = APIRouter()

Year = Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR)]


@router.get("/calendar")
def show_calendar(request: Request, site: SiteDep, visitor: VisitorDep, year: Year = None) -> Response:
    visitor.actor.must(Act.CHANGE_CALENDAR)
    return page(site, "calendar.html", _view(site, year), visitor, request)


@router.post("/calendar/days")
def announce(request: Request, site: SiteDep, visitor: PostingVisitor, sent: SentDep) -> Response:
    visitor.actor.must(Act.CHANGE_CALENDAR)
    form = DayForm(sent.text("day"), sent.text("kind"), sent.text("note"))
    try:
        day = parse_date(form.day)
        announce_day(site.runtime, visitor.actor, day, form.note, is_working=form.kind == "working")
    except Invalid as refused:
        place = "day" if isinstance(refused, BadDate) else "note"
        view = replace(_view(site), form=form, errors=((place, refused.vi),))
        return page(site, "calendar.html", view, visitor, request, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _of_year(day.year)


@router.post("/calendar/days/clear")
def clear(site: SiteDep, visitor: PostingVisitor, sent: SentDep) -> Response:
    day = parse_date(sent.text("day"))
    clear_day(site.runtime, visitor.actor, day)
    return _of_year(day.year)


@router.post("/calendar/import")
def import_file(
    request: Request, site: SiteDep, upload: Annotated[Upload, Depends(upload_for(Act.CHANGE_CALENDAR))]
) -> Response:
    """All days of the file or, when a row is refused, none."""
    visitor, files = upload.visitor, upload.sent.files
    if not files:
        return _not_taken(request, site, visitor, replace(_view(site), errors=(("file", "Chọn một tệp .csv."),)))
    try:
        done = import_days(site.runtime, visitor.actor, Source(files[0].name, BytesIO(files[0].content)))
    except Invalid as refused:
        return _not_taken(request, site, visitor, replace(_view(site), errors=(("file", refused.vi),)))
    if not done.written:
        refusal = DaysRefused(refused=len(done.plan.refused), rows=done.plan.rows)
        view = replace(_view(site), refused=done.plan.refused, errors=(("file", refusal.vi),))
        return _not_taken(request, site, visitor, view)
    view = replace(_view(site, min(done.plan.days).year), taken=len(done.plan.days))
    return page(site, "calendar.html", view, visitor, request)


def _not_taken(request: Request, site: Site, visitor: Visitor, view: CalendarView) -> Response:
    return page(site, "calendar.html", view, visitor, request, HTTPStatus.UNPROCESSABLE_ENTITY)


def _view(site: Site, year: int | None = None) -> CalendarView:
    shown = year or site.runtime.clock().year
    with site.runtime.sessions() as session:
        return calendar_view(calendar_of(site.runtime, session, shown, shown), shown)


def _of_year(year: int) -> Response:
    return RedirectResponse(f"/calendar?year={year}", HTTPStatus.SEE_OTHER)
