"""Ủy quyền: what the visitor has handed to others, and what others have handed to the visitor."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from service.actions.delegate_role import delegate_role, list_delegations, revoke_delegation, roles_to_delegate
from service.actions.record_absence import Period
from service.actions.sign_in import Visitor
from service.domain.errors import AbsenceTooLong, BadPeriod, Conflict, Invalid, PeriodOver, UnknownRole
from service.domain.roles import Act, Role, parse_role
from service.store.delegations import DelegationLine
from service.web.deps import FormId, PostingVisitor, SiteDep, VisitorDep, page
from service.web.fields import SentDep, read_day
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
    """delegations.html. `roles` can be handed on by the visitor; `errors` by field of the form."""

    given: tuple[DelegationLine, ...]
    received: tuple[DelegationLine, ...]
    roles: tuple[Role, ...]
    form: DelegationForm
    errors: Mapping[str, str]


@router.get("/delegations")
def show_delegations(request: Request, site: SiteDep, visitor: VisitorDep) -> Response:
    return _page(request, site, visitor, DelegationForm(), {})


@router.post("/delegations")
def delegate(request: Request, site: SiteDep, visitor: PostingVisitor, sent: SentDep) -> Response:
    visitor.actor.must(Act.DELEGATE)
    form = DelegationForm(*(sent.text(name) for name in ("role", "username", "first_day", "last_day")))
    errors: dict[str, str] = {}
    first, last = (read_day(sent, name, errors) for name in ("first_day", "last_day"))
    if first is None or last is None:
        return _page(request, site, visitor, form, errors)
    try:
        delegate_role(site.runtime, visitor.actor, form.username, parse_role(form.role), Period(first, last))
    except (Conflict, Invalid) as refused:
        return _page(request, site, visitor, form, {_place(refused): refused.vi})
    return RedirectResponse("/delegations", HTTPStatus.SEE_OTHER)


@router.post("/delegations/end")
def end(site: SiteDep, visitor: PostingVisitor, delegation_id: FormId) -> Response:
    revoke_delegation(site.runtime, visitor.actor, delegation_id)
    return RedirectResponse("/delegations", HTTPStatus.SEE_OTHER)


def _place(refused: Conflict | Invalid) -> str:
    """The field of the form that a refusal is about."""
    if isinstance(refused, BadPeriod | AbsenceTooLong | PeriodOver):
        return "last_day"
    return "role" if isinstance(refused, UnknownRole) else "username"


def _page(request: Request, site: Site, visitor: Visitor, form: DelegationForm, errors: Mapping[str, str]) -> Response:
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
        form=form,
        errors=errors,
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return page(site, "delegations.html", view, visitor, request, status)
