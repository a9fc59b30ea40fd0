"""The office's list of shared PCs: naming one, and shutting one out."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from service.actions.enrol_kiosk import NewKiosk, add_kiosk, list_kiosks, revoke_kiosk
from service.actions.sign_in import Visitor
from service.domain.errors import Invalid
from service.web.deps import Id, PostingVisitor, SiteDep, VisitorDep, page
from service.web.errors import status_of
from service.web.kiosk_views import KiosksView
from service.web.site import Site

router = APIRouter()


@router.get("/kiosks")
def show_kiosks(request: Request, site: SiteDep, visitor: VisitorDep) -> Response:
    return page(site, "kiosks.html", _view(site, visitor), visitor, request)


@router.post("/kiosks")
def name_kiosk(request: Request, site: SiteDep, visitor: PostingVisitor, name: Annotated[str, Form()] = "") -> Response:
    """A code is shown on this page alone, so the answer to the form is the page that shows it."""
    try:
        new = add_kiosk(site.runtime, visitor.actor, name)
    except Invalid as refused:
        view = replace(_view(site, visitor), name=name, error=refused.vi)
        return page(site, "kiosks.html", view, visitor, request, status_of(refused))
    return page(site, "kiosks.html", _view(site, visitor, new), visitor, request)


@router.post("/kiosks/{kiosk_id}/revoke")
def end_kiosk(site: SiteDep, visitor: PostingVisitor, kiosk_id: Id) -> Response:
    revoke_kiosk(site.runtime, visitor.actor, kiosk_id)
    return RedirectResponse("/kiosks", 303)


def _view(site: Site, visitor: Visitor, new: NewKiosk | None = None) -> KiosksView:
    lines = tuple(list_kiosks(site.runtime, visitor.actor))
    return KiosksView(lines, f"{site.base_url.rstrip('/')}/kiosk/enrol", new)
