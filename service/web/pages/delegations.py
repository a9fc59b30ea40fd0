"""Ủy quyền: what the visitor has handed to others, and what others have handed to the visitor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from service.actions.delegate_role import delegate_role, list_delegations, revoke_delegation, roles_to_delegate
from service.actions.record_absence import Period
from service.actions.sign_in import Visitor
from service.domain.deadlines import parse_date
from service.domain.errors import Conflict, Invalid
from service.domain.roles import Act, Role, parse_role
from service.store.delegations import DelegationLine
from service.web.deps import FormId, PostingVisitor, SiteDep, VisitorDep, page
from service.web.fields import SentDep
from service.web.site import Site

router = APIRouter()


@dataclass(frozen=True, slots=True)
class DelegationForm:
    """As typed."""

    role: str = ""
    username: str = ""
    first_day: str = ""
    last_day: str = ""


@dataclass(frozen=True, slots=True)
class DelegationsView:
    """delegations.html. `roles` can be handed on by the visitor; `error` concerns the whole form."""

    given: tuple[DelegationLine, ...]
    received: tuple[DelegationLine, ...]
    roles: tuple[Role, ...]
    form: DelegationForm = field(default_factory=DelegationForm)
    error: str = ""


@router.get("/delegations")
def show_delegations(request: Request, site: SiteDep, visitor: VisitorDep) -> Response:
    return _page(request, site, visitor, {})


@router.post("/delegations")
def delegate(request: Request, site: SiteDep, visitor: PostingVisitor, sent: SentDep) -> Response:
    visitor.actor.must(Act.DELEGATE)
    form = DelegationForm(*(sent.text(name) for name in ("role", "username", "first_day", "last_day")))
    try:
        period = Period(parse_date(form.first_day), parse_date(form.last_day))
        delegate_role(site.runtime, visitor.actor, form.username, parse_role(form.role), period)
    except (Conflict, Invalid) as refused:
        return _page(request, site, visitor, {"form": form, "error": refused.vi}, HTTPStatus.UNPROCESSABLE_ENTITY)
    return RedirectResponse("/delegations", HTTPStatus.SEE_OTHER)


@router.post("/delegations/end")
def end(site: SiteDep, visitor: PostingVisitor, delegation_id: FormId) -> Response:
    revoke_delegation(site.runtime, visitor.actor, delegation_id)
    return RedirectResponse("/delegations", HTTPStatus.SEE_OTHER)


def _page(
    request: Request, site: Site, visitor: Visitor, told: Mapping[str, object], status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """For whoever may hand a role on, and for whoever was handed one, though the term has not begun.

    Raises:
        NotFound: it is neither.
    """
    lines, own = list_delegations(site.runtime, visitor.actor), visitor.actor.account_id
    if not lines:
        visitor.actor.must(Act.DELEGATE)
    view = DelegationsView(
        given=tuple(one for one in lines if one.lender_id == own),
        received=tuple(one for one in lines if one.deputy_id == own),
        roles=tuple(roles_to_delegate(site.runtime, visitor.actor)),
        **told,  # type: ignore[arg-type]  # the dataclass itself checks the names
    )
    return page(site, "delegations.html", view, visitor, request, status)
