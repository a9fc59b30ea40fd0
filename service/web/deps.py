"""What routes ask for: the site, the person who asks, and proof that a form is ours."""

from typing import Annotated

from fastapi import Depends, Form, Header, Path, Query, Request
from fastapi.responses import HTMLResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.actions.sign_in import Visitor, actor_of_token, who
from service.domain.errors import Refused, SignInNeeded
from service.domain.roles import Act, Actor
from service.store.inquiries import waiting_count
from service.store.receipts import inbox_counts
from service.web.navigation import INBOX, INQUIRIES, entries
from service.web.security import SESSION_COOKIE, check_form_token, check_same_origin
from service.web.site import Site

# Beyond PostgreSQL's bigint there is nothing, and the driver would raise.
_LAST_ID = 2**63 - 1

Id = Annotated[int, Path(ge=1, le=_LAST_ID)]
FormId = Annotated[int, Form(ge=1, le=_LAST_ID)]
Before = Annotated[int | None, Query(ge=1, le=_LAST_ID, description="The cursor of the next page")]

_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class PasswordChangeNeeded(Refused):
    code = "password-change-needed"
    en = "Choose a password of your own first, on the page /password."
    vietnamese = "Cần đặt mật khẩu riêng trước khi dùng tiếp."


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


SiteDep = Annotated[Site, Depends(site_of)]


def session_visitor(request: Request, site: SiteDep) -> Visitor | None:
    """The person of the page's session cookie, if there is one and the session still runs."""
    token = request.cookies.get(SESSION_COOKIE)
    visitor = who(site.runtime, token) if token else None
    # Whoever answers a refusal knows who was refused.
    request.state.actor = visitor.actor if visitor else None
    return visitor


MaybeVisitorDep = Annotated[Visitor | None, Depends(session_visitor)]


def signed_in(visitor: MaybeVisitorDep) -> Visitor:
    """The signed-in person, forced change of the password or not: for the pages that change it and sign out.

    Raises:
        SignInNeeded: nobody is signed in.
    """
    if visitor is None:
        raise SignInNeeded
    return visitor


SignedInDep = Annotated[Visitor, Depends(signed_in)]


def settled(visitor: SignedInDep) -> Visitor:
    """The signed-in person.

    Raises:
        SignInNeeded: nobody is signed in.
        PasswordChangeNeeded: the password was chosen by somebody else.
    """
    if visitor.must_change:
        raise PasswordChangeNeeded
    return visitor


VisitorDep = Annotated[Visitor, Depends(settled)]


def ours(request: Request) -> None:
    """For forms that are sent before there is a session; see `check_same_origin`."""
    check_same_origin(request)


SameOrigin = Depends(ours)


def form_visitor(visitor: SignedInDep, request: Request, form_token: Annotated[str, Form()] = "") -> Visitor:
    """The signed-in person who sent a form of ours.

    Raises:
        SignInNeeded: nobody is signed in.
        ForgedRequest: the form comes from elsewhere.
    """
    check_same_origin(request)
    check_form_token(form_token, visitor.form_token)
    return visitor


FormVisitorDep = Annotated[Visitor, Depends(form_visitor)]


def posting_visitor(visitor: FormVisitorDep) -> Visitor:
    """As `form_visitor`, and the password is the person's own."""
    return settled(visitor)


PostingVisitor = Annotated[Visitor, Depends(posting_visitor)]

_bearer = HTTPBearer(auto_error=False, description="A token from `eoffice token create` or the accounts page")


def api_actor(
    request: Request,
    site: SiteDep,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    x_form_token: Annotated[str, Header(description="Needed with a session cookie, not with a bearer token")] = "",
) -> Actor:
    """Who calls the API: the owner of the bearer token, else the person of the session cookie.

    Raises:
        SignInNeeded: neither is valid.
        PasswordChangeNeeded: see `settled`.
        ForgedRequest: a cookie alone may read; whatever changes something carries the session's form token as well.
    """
    if bearer is not None:
        actor = actor_of_token(site.runtime, bearer.credentials)
        if actor is None:
            raise SignInNeeded
        request.state.actor = actor
        return actor
    visitor = settled(signed_in(session_visitor(request, site)))
    if request.method not in _READING_METHODS:
        check_same_origin(request)
        check_form_token(x_form_token, visitor.form_token)
    return visitor.actor


ActorDep = Annotated[Actor, Depends(api_actor)]


def client_address(request: Request) -> str:
    """Where the request came from, for slowing down guesses; the server has put in what a trusted proxy says."""
    return request.client.host if request.client else ""


def page(
    site: Site, template: str, view: object, visitor: Visitor | None, request: Request, status: int = 200
) -> HTMLResponse:
    """Render `templates/pages/{template}` with `view` (a frozen dataclass) and the side bar of `visitor`, if any."""
    context = {
        "view": view,
        "visitor": visitor,
        "site": site,
        "nav": entries(visitor.actor, request.url.path, _waiting(site, visitor.actor)) if visitor else (),
        "sees_caught_letters": visitor is not None and visitor.actor.may(Act.SEE_CAUGHT_LETTERS),
    }
    return HTMLResponse(site.environment.get_template(f"pages/{template}").render(context), status)


def _waiting(site: Site, actor: Actor) -> dict[str, int]:
    """How many documents this person must still confirm, and how many readers wait for an answer."""
    counts: dict[str, int] = {}
    with site.runtime.sessions() as session:
        if actor.person_id is not None:
            counts[INBOX] = inbox_counts(session, actor.person_id, site.runtime.clock()).must_confirm
        if actor.may(Act.ANSWER):
            counts[INQUIRIES] = waiting_count(session)
    return counts
