"""What was sent to me: the inbox, a document, confirming it, and my own history.

Opening is recorded when the addressee's own browser shows the page; confirming only by a form that is posted in the
addressee's own session (contract, promise I4).
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from service.actions.acknowledge import acknowledge, open_document
from service.domain.arrivals import Arrival
from service.domain.control import MOST_QUESTIONS
from service.domain.errors import DocumentRecalled, LinkOfAnother, NotFound, OldRevision, Refused, UnansweredQuestion
from service.domain.roles import Actor
from service.store.distributions import distribution_row
from service.store.documents import file_content
from service.web.correction_views import may_read
from service.web.deps import Before, Id, PostingVisitor, SiteDep, VisitorDep, page
from service.web.downloads import download
from service.web.errors import status_of
from service.web.fields import Sent, SentDep
from service.web.inbox_views import document_view, history_view, inbox_view
from service.web.navigation import home
from service.web.pages.recalls import arrival_of, recalled_page
from service.web.site import Site
from service.web.views import DocumentView

router = APIRouter()

Via = Annotated[str, Query(description="The token of a letter's link")]


@router.get("/")
def start(visitor: VisitorDep) -> Response:
    return RedirectResponse(home(visitor.actor), HTTPStatus.SEE_OTHER)


@router.get("/inbox")
def inbox(request: Request, site: SiteDep, visitor: VisitorDep, before: Before = None) -> Response:
    with site.runtime.sessions() as session:
        view = inbox_view(session, _person(visitor.actor), site.runtime.clock(), before)
    return page(site, "inbox.html", view, visitor, request)


@router.api_route("/inbox/{distribution_id}", methods=["GET", "HEAD"])
def document(
    request: Request,
    site: SiteDep,
    visitor: VisitorDep,
    distribution_id: Id,
    via: Via = "",
) -> Response:
    if is_prefetch(request):
        # A page that no person looks at yet; browsers drop this answer and ask again when somebody does.
        return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)
    arrival = arrival_of(site, visitor.actor, distribution_id, via)
    try:
        if request.method == "GET":
            open_document(site.runtime, visitor.actor, distribution_id, arrival.route)
        view = own_document(site, visitor.actor, distribution_id)
    except DocumentRecalled:
        return recalled_page(request, site, visitor, distribution_id, via)
    except NotFound:
        if arrival is Arrival.OF_ANOTHER:
            raise LinkOfAnother from None
        raise
    return page(site, "document.html", replace(view, via=via, arrival=arrival), visitor, request)


def own_document(site: Site, actor: Actor, distribution_id: int) -> DocumentView:
    """The document page as this person sees it.

    Raises:
        NotFound: the person is not on the frozen list.
        DocumentRecalled: it is not read any more.
    """
    with site.runtime.sessions() as session:
        return document_view(session, distribution_id, actor.person_id, site.runtime.clock())


@router.post("/inbox/{distribution_id}/acknowledge")
def confirm(
    request: Request,
    site: SiteDep,
    visitor: PostingVisitor,
    distribution_id: Id,
    revision: Annotated[int, Form(ge=1, le=2**15 - 1)],
    sent: SentDep,
    via: Annotated[str, Form()] = "",
) -> Response:
    answers = answers_in(sent)
    route = arrival_of(site, visitor.actor, distribution_id, via).route
    try:
        acknowledge(site.runtime, visitor.actor, distribution_id, revision, route, answers)
    except DocumentRecalled as refused:
        return recalled_page(request, site, visitor, distribution_id, via, status_of(refused))
    except (UnansweredQuestion, OldRevision) as refused:
        # Of a replaced document the page shows the revision in force, so that this one is read and confirmed.
        view = own_document(site, visitor.actor, distribution_id)
        kept = replace(as_it_was_sent(view, answers, refused), via=via)
        return page(site, "document.html", kept, visitor, request, status_of(refused))
    return RedirectResponse(f"/inbox/{distribution_id}#xac-nhan", HTTPStatus.SEE_OTHER)


def as_it_was_sent(view: DocumentView, answers: Mapping[int, int], refused: Refused) -> DocumentView:
    """The page once more, with what was chosen on it and what was wrong."""
    chosen = tuple(replace(line, chosen=answers.get(line.position, 0)) for line in view.questions)
    return replace(view, questions=chosen, wrong=refused.vi)


def answers_in(sent: Sent) -> dict[int, int]:
    """What was chosen, by the position of its question; whatever is no digit is no choice."""
    given = {position: sent.text(f"answer{position}") for position in range(1, MOST_QUESTIONS + 1)}
    return {position: int(choice) for position, choice in given.items() if re.fullmatch(r"[0-9]", choice, re.ASCII)}


@router.get("/inbox/{distribution_id}/files/{file_id}")
def attached_file(site: SiteDep, visitor: VisitorDep, distribution_id: Id, file_id: Id) -> Response:
    with site.runtime.sessions() as session:
        head = distribution_row(session, distribution_id)
        if head is None or not may_read(session, visitor.actor, head):
            raise NotFound
        file = file_content(session, head["document_id"], file_id)
    if file is None:
        raise NotFound
    return download(file)


@router.get("/history")
def history(request: Request, site: SiteDep, visitor: VisitorDep, before: Before = None) -> Response:
    with site.runtime.sessions() as session:
        view = history_view(session, _person(visitor.actor), before)
    return page(site, "history.html", view, visitor, request)


def _person(actor: Actor) -> int:
    """Whose inbox it is.

    Raises:
        NotFound: an account of the office, such as an administrator's, is nobody's.
    """
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


def is_prefetch(request: Request) -> bool:
    """See Sec-Purpose (W3C Fetch); the value goes on with parameters, as in `prefetch;prerender`."""
    return request.headers.get("sec-purpose", "").startswith("prefetch")
