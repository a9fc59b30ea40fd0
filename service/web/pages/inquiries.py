"""Questions and returns: asked on the document page, answered by the secretariat, seen by the managers of the asker."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from service.actions.answer_inquiry import answer_inquiry
from service.actions.ask import ask
from service.domain.errors import AlreadyAnswered, Conflict, Invalid, Throttled
from service.domain.inquiries import Kind
from service.domain.roles import Act, Actor
from service.web.deps import Before, Id, PostingVisitor, SiteDep, VisitorDep, page
from service.web.errors import headers_of, status_of
from service.web.inquiry_views import InquiriesView, inquiries_view
from service.web.navigation import INQUIRIES
from service.web.pages.inbox import own_document
from service.web.site import Site

router = APIRouter()


@router.post("/inbox/{distribution_id}/inquiries")
def take_inquiry(
    request: Request,
    site: SiteDep,
    visitor: PostingVisitor,
    distribution_id: Id,
    kind: Annotated[Kind, Form()] = Kind.QUESTION,
    words: Annotated[str, Form()] = "",
) -> Response:
    try:
        ask(site.runtime, visitor.actor, distribution_id, kind, words)
    except (Invalid, Conflict, Throttled) as refused:
        view = own_document(site, visitor.actor, distribution_id)
        asked = replace(view.inquiries, words=words.replace("\r\n", "\n"), wrong=refused.vi)
        shown = page(site, "document.html", replace(view, inquiries=asked), visitor, request, status_of(refused))
        shown.headers.update(headers_of(refused))
        return shown
    return RedirectResponse(f"/inbox/{distribution_id}#hoi", HTTPStatus.SEE_OTHER)


@router.get("/inquiries")
def show_inquiries(
    request: Request,
    site: SiteDep,
    visitor: VisitorDep,
    cursor: Before = None,
    answered: Annotated[bool, Query()] = False,
) -> Response:
    view = _view(site, visitor.actor, answered=answered, cursor=cursor)
    return page(site, "inquiries.html", view, visitor, request)


@router.post("/inquiries/{inquiry_id}/answer")
def take_answer(
    request: Request,
    site: SiteDep,
    visitor: PostingVisitor,
    inquiry_id: Id,
    words: Annotated[str, Form()] = "",
    step: Annotated[str, Form()] = "",
) -> Response:
    try:
        answer_inquiry(site.runtime, visitor.actor, inquiry_id, words, accepts=step == "accept")
    except (Invalid, Conflict) as refused:
        # The list begins with this inquiry, however far down it stood.
        is_over = isinstance(refused, AlreadyAnswered)
        view = _view(site, visitor.actor, answered=is_over, cursor=inquiry_id + 1 if is_over else inquiry_id - 1)
        kept = replace(view, answering=inquiry_id, words=words.replace("\r\n", "\n"), wrong=refused.vi)
        return page(site, "inquiries.html", kept, visitor, request, status_of(refused))
    return RedirectResponse(INQUIRIES, HTTPStatus.SEE_OTHER)


def _view(site: Site, actor: Actor, *, answered: bool, cursor: int | None) -> InquiriesView:
    unit_ids = actor.reach(Act.SEE_INQUIRIES, Act.SEE_UNIT_REPORTS)
    with site.runtime.sessions() as session:
        return inquiries_view(session, unit_ids, answered=answered, cursor=cursor, can_answer=actor.may(Act.ANSWER))
