"""A recalled document as its addressee finds it: what was recalled and why, and the button that says it was removed."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from service.actions.confirm_recall import confirm_recall
from service.actions.sign_in import Visitor
from service.domain.arrivals import Arrival, arrive
from service.domain.roles import Actor
from service.web.deps import Id, PostingVisitor, SiteDep, page
from service.web.recall_views import recalled_view
from service.web.site import Site

router = APIRouter()


def recalled_page(
    request: Request, site: Site, visitor: Visitor, distribution_id: int, via: str, status: int = 200
) -> Response:
    with site.runtime.sessions() as session:
        view = recalled_view(session, visitor.actor, distribution_id, via, site.zone)
    return page(site, "recalled.html", view, visitor, request, status)


@router.post("/inbox/{distribution_id}/confirm-recall")
def confirm(site: SiteDep, visitor: PostingVisitor, distribution_id: Id, via: Annotated[str, Form()] = "") -> Response:
    route = arrival_of(site, visitor.actor, distribution_id, via).route
    confirm_recall(site.runtime, visitor.actor, distribution_id, route)
    return RedirectResponse(f"/inbox/{distribution_id}#xac-nhan", HTTPStatus.SEE_OTHER)


def arrival_of(site: Site, actor: Actor, distribution_id: int, via: str) -> Arrival:
    """How the signed-in person came to a document with the token of a letter's link, empty without one."""
    return arrive(site.runtime.secret, via, distribution_id, actor.person_id, site.runtime.clock())
