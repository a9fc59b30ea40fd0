"""Entering what was signed on paper: a sheet is found by its code."""

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from service.actions.enter_signatures import OpenSheet, enter_signatures, find_sheet, read_scan
from service.actions.sign_in import Visitor
from service.domain.errors import Conflict, Invalid, NotFound, TooLarge
from service.domain.roles import Act
from service.web.deps import Id, SiteDep, VisitorDep, page
from service.web.downloads import download
from service.web.errors import status_of
from service.web.fields import Sent, Upload, upload_for
from service.web.roster_views import SheetCodeView, SheetEntryView, entry_groups
from service.web.security import done_of, forget_done, keep_done
from service.web.signature_form import DAY, signed_sheet
from service.web.site import Site

router = APIRouter()

_BIGGEST_ID = 2**63 - 1

Distribution = Annotated[int | None, Query(ge=1, le=_BIGGEST_ID)]
Typed = Annotated[str, Query(max_length=200)]

NOTHING_SENT = Sent({})


@router.get("/sheets")
def ask_for_code(
    request: Request, site: SiteDep, visitor: VisitorDep, code: Typed = "", distribution: Distribution = None
) -> Response:
    """The code typed leads to its sheet; what is wrong with it is said here."""
    visitor.actor.must(Act.KEEP_ROSTERS)
    view = SheetCodeView(code, distribution)
    if not code.strip():
        return page(site, "sheet_code.html", view, visitor, request)
    try:
        found = find_sheet(site.runtime, visitor.actor, code, distribution)
    except Invalid as refused:
        view = SheetCodeView(code.replace("\0", ""), distribution, refused.vi)
        return page(site, "sheet_code.html", view, visitor, request, status_of(refused))
    return RedirectResponse(_address(found.row["code"], distribution), 303)


@router.get("/sheets/{code}")
def show_sheet(
    request: Request,
    site: SiteDep,
    visitor: VisitorDep,
    code: str,
    distribution: Distribution = None,
) -> Response:
    """What was just recorded is told once."""
    found = _found(site, visitor, code, distribution)
    view = _entry_view(site, found, NOTHING_SENT, distribution, done=_done(request, found.row["code"]))
    answer = page(site, "sheet.html", view, visitor, request)
    forget_done(answer)
    return answer


@router.post("/sheets/{code}")
def send_sheet(
    request: Request,
    site: SiteDep,
    upload: Annotated[Upload, Depends(upload_for(Act.KEEP_ROSTERS))],
    code: str,
    distribution: Distribution = None,
) -> Response:
    visitor, sent = upload.visitor, upload.sent
    found = _found(site, visitor, code, distribution)
    try:
        entered = enter_signatures(site.runtime, visitor.actor, signed_sheet(code, sent, distribution))
    except (Invalid, Conflict, TooLarge) as refused:
        view = _entry_view(site, found, sent, distribution, error=refused.vi)
        return page(site, "sheet.html", view, visitor, request, status_of(refused))
    answer = RedirectResponse(_address(entered.code, distribution), 303)
    keep_done(answer, f"{entered.code}:{entered.recorded}:{entered.known}")
    return answer


@router.get("/sheets/{code}/scans/{scan_id}")
def show_scan(site: SiteDep, visitor: VisitorDep, code: str, scan_id: Id) -> Response:
    try:
        return download(read_scan(site.runtime, visitor.actor, code, scan_id))
    except Invalid:
        raise NotFound from None


def _found(site: Site, visitor: Visitor, code: str, distribution: int | None) -> OpenSheet:
    """Raises: NotFound, for whatever leads to no sheet: here the code comes from a link of ours."""
    try:
        return find_sheet(site.runtime, visitor.actor, code, distribution)
    except Invalid:
        raise NotFound from None


def _entry_view(
    site: Site,
    found: OpenSheet,
    sent: Sent,
    distribution: int | None,
    *,
    error: str = "",
    done: tuple[int | None, int] = (None, 0),
) -> SheetEntryView:
    return SheetEntryView(
        code=found.row["code"],
        address=_address(found.row["code"], distribution),
        distribution_id=found.row["distribution_id"],
        number=found.row["number"],
        title=found.row["title"],
        unit_name=found.row["unit_name"],
        revision=found.row["revision"],
        printed_at=found.row["printed_at"],
        is_current=found.row["is_current"],
        is_recalled=found.row["recalled_at"] is not None,
        groups=entry_groups(found.people, sent),
        scans=found.scans,
        day=sent.text(DAY),
        error=error,
        recorded=done[0],
        known=done[1],
        max_file_bytes=site.runtime.policy.max_file_bytes,
    )


def _done(request: Request, code: str) -> tuple[int | None, int]:
    """How many signatures of this sheet were just recorded, and how many were known; None for none entered."""
    sheet, *counts = done_of(request).split(":")
    match [int(count) for count in counts if count.isdecimal()]:
        case [recorded, known] if sheet == code:
            return recorded, known
        case _:
            return None, 0


def _address(code: str, distribution: int | None) -> str:
    asked = {"distribution": distribution} if distribution else {}
    return f"/sheets/{quote(code, safe='')}?{urlencode(asked)}".removesuffix("?")
