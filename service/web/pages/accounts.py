"""Letting people in: who has an account in use, letters and printed slips; roles and tokens for administrators."""

from dataclasses import replace
from datetime import datetime, time
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from service.actions.delegate_role import revoke_delegation
from service.actions.invite_accounts import invite_accounts
from service.actions.manage_accounts import Term, deactivate, grant_role, revoke_role
from service.actions.manage_tokens import NewToken, create_token, list_tokens, revoke_token
from service.actions.sign_in import Visitor
from service.domain.deadlines import parse_date
from service.domain.errors import BadDate, BadPeriod, Invalid, NotFound, UnknownUnit
from service.domain.roles import Act, Role, parse_role
from service.store.account_overviews import Admission, account_names, admissions
from service.store.delegations import delegations_of
from service.store.directory import list_units
from service.store.listings import account_line
from service.web.account_views import (
    AccountEntry,
    AccountForm,
    AccountsView,
    AccountView,
    AdmissionLine,
    RoleEntry,
    SlipsView,
    UnitOption,
)
from service.web.deps import FormId, PostingVisitor, SiteDep, VisitorDep, page
from service.web.errors import status_of
from service.web.fields import Sent, SentDep
from service.web.site import Site

router = APIRouter()

ACCOUNTS_SHOWN = 50
_GRANTABLE = tuple(role for role in Role if role is not Role.EMPLOYEE)
_END_OF_DAY = time(23, 59, 59)

Sought = Annotated[str, Query(max_length=200)]
Count = Annotated[int | None, Query(ge=0)]


@router.get("/accounts")
def show_accounts(
    request: Request, site: SiteDep, visitor: VisitorDep, q: Sought = "", queued: Count = None, unreached: Count = None
) -> Response:
    visitor.actor.must(Act.PRINT_SLIPS, Act.MANAGE_ACCOUNTS)
    view = _accounts_view(site, visitor, q.replace("\0", ""), queued, unreached or 0)
    return page(site, "accounts.html", view, visitor, request)


@router.post("/accounts/letters")
def send_letters(request: Request, site: SiteDep, visitor: PostingVisitor, sent: SentDep) -> Response:
    unit, codes = _whom(sent)
    try:
        invited = invite_accounts(site.runtime, visitor.actor, by="mail", unit=unit, codes=codes)
    except Invalid as refused:
        return page(
            site, "accounts.html", _accounts_view(site, visitor, "", None, 0, refused.vi), visitor, request, 422
        )
    done = f"queued={invited.queued}&unreached={len(invited.no_address)}"
    return RedirectResponse(f"/accounts?{done}", 303)


@router.post("/accounts/slips")
def print_slips(request: Request, site: SiteDep, visitor: PostingVisitor, sent: SentDep) -> Response:
    """A slip's code is shown on this page alone, so the answer to the form is the page to be printed."""
    unit, codes = _whom(sent)
    try:
        slips = invite_accounts(site.runtime, visitor.actor, by="slip", unit=unit, codes=codes)
    except Invalid as refused:
        return page(
            site, "accounts.html", _accounts_view(site, visitor, "", None, 0, refused.vi), visitor, request, 422
        )
    view = SlipsView(tuple(slips), f"{site.base_url}/activate")
    return page(site, "slips.html", view, visitor, request)


def _whom(sent: Sent) -> tuple[str | None, list[str] | None]:
    """A unit with those below it, one person by code, or everybody who has no password yet."""
    unit, code = sent.text("unit").strip(), sent.text("code").strip()
    return unit or None, [code] if code else None


def _accounts_view(
    site: Site, visitor: Visitor, sought: str = "", queued: int | None = None, unreached: int = 0, error: str = ""
) -> AccountsView:
    now = site.runtime.clock()
    can_manage = visitor.actor.may(Act.MANAGE_ACCOUNTS)
    with site.runtime.sessions() as session:
        units = list_units(session)
        found = admissions(session, now)
        entries = _entries(session, now, sought, of_people=not can_manage)
    return AccountsView(
        units=tuple(AdmissionLine(unit.code, unit.name, unit.depth, found.get(unit.id, Admission())) for unit in units),
        total=sum(found.values(), Admission()),
        queued=queued,
        unreached=unreached,
        error=error,
        can_manage=can_manage,
        sought=sought,
        accounts=tuple(entries[:ACCOUNTS_SHOWN]),
        has_more=len(entries) > ACCOUNTS_SHOWN,
    )


def _entries(session: Session, now: datetime, sought: str, *, of_people: bool) -> list[AccountEntry]:
    names = account_names(session, now, sought, ACCOUNTS_SHOWN + 1, of_people=of_people)
    lines = (account_line(session, now, name) for name in names)
    return [AccountEntry(line) for line in lines if line]


@router.get("/accounts/of/{username:path}")
def show_account(request: Request, site: SiteDep, visitor: VisitorDep, username: str) -> Response:
    visitor.actor.must(Act.MANAGE_ACCOUNTS)
    return _account_page(request, site, visitor, username)


@router.post("/accounts/of/{username:path}/roles")
def add_role(request: Request, site: SiteDep, visitor: PostingVisitor, sent: SentDep, username: str) -> Response:
    visitor.actor.must(Act.MANAGE_ACCOUNTS)
    form = AccountForm(sent.text("role"), sent.text("unit").strip(), sent.text("ends_on"))
    try:
        role, term = parse_role(form.role), _term(site, form.ends_on)
        grant_role(site.runtime, visitor.actor, username, role, unit=form.unit or None, term=term)
    except Invalid as refused:
        wrong = replace(form, errors={_place(refused): refused.vi})
        return _account_page(request, site, visitor, username, form=wrong, status=status_of(refused))
    return _back_to(username)


def _place(refused: Invalid) -> str:
    """The field of a new role that a refusal is about."""
    if isinstance(refused, BadDate | BadPeriod):
        return "ends_on"
    return "unit" if isinstance(refused, UnknownUnit) else "role"


def _term(site: Site, ends_on: str) -> Term:
    """Raises: BadDate."""
    if not ends_on.strip():
        return Term()
    return Term(ends_at=datetime.combine(parse_date(ends_on), _END_OF_DAY, site.zone))


@router.post("/accounts/of/{username:path}/roles/end")
def end_role(site: SiteDep, visitor: PostingVisitor, sent: SentDep, username: str) -> Response:
    visitor.actor.must(Act.MANAGE_ACCOUNTS)
    unit = sent.text("unit") or None
    revoke_role(site.runtime, visitor.actor, username, parse_role(sent.text("role")), unit=unit)
    return _back_to(username)


@router.post("/accounts/of/{username:path}/delegations/end")
def end_delegation(site: SiteDep, visitor: PostingVisitor, username: str, delegation_id: FormId) -> Response:
    """Leads back to the account whose page shows it: the lender's or the deputy's."""
    visitor.actor.must(Act.MANAGE_ACCOUNTS)
    revoke_delegation(site.runtime, visitor.actor, delegation_id)
    return _back_to(username)


@router.post("/accounts/of/{username:path}/close")
def close_account(site: SiteDep, visitor: PostingVisitor, username: str) -> Response:
    deactivate(site.runtime, visitor.actor, username)
    return _back_to(username)


@router.post("/accounts/of/{username:path}/tokens")
def add_token(request: Request, site: SiteDep, visitor: PostingVisitor, sent: SentDep, username: str) -> Response:
    """A token is shown on this page alone, so the answer to the form is the page that shows it."""
    visitor.actor.must(Act.MANAGE_ACCOUNTS)
    form = AccountForm(label=sent.text("label"))
    try:
        token = create_token(site.runtime, visitor.actor, username, form.label)
    except Invalid as refused:
        wrong = replace(form, errors={"label": refused.vi})
        return _account_page(request, site, visitor, username, form=wrong, status=status_of(refused))
    return _account_page(request, site, visitor, username, new_token=token)


@router.post("/accounts/of/{username:path}/tokens/end")
def end_token(site: SiteDep, visitor: PostingVisitor, sent: SentDep, username: str) -> Response:
    visitor.actor.must(Act.MANAGE_ACCOUNTS)
    written = sent.text("token_id")
    own = {str(line.id): line.id for line in list_tokens(site.runtime, visitor.actor) if line.username == username}
    if written not in own:
        raise NotFound
    revoke_token(site.runtime, visitor.actor, own[written])
    return _back_to(username)


def _account_page(
    request: Request,
    site: Site,
    visitor: Visitor,
    username: str,
    *,
    new_token: NewToken | None = None,
    form: AccountForm | None = None,
    status: int = 200,
) -> Response:
    with site.runtime.sessions() as session:
        line = account_line(session, site.runtime.clock(), username.replace("\0", ""))
        units = list_units(session)
        if line is None:
            raise NotFound
        delegated = delegations_of(session, line.id, site.runtime.clock())
    tokens = list_tokens(site.runtime, visitor.actor)
    view = AccountView(
        line=line,
        roles=tuple(RoleEntry(role) for role in line.roles),
        grantable=_GRANTABLE,
        units=tuple(UnitOption(unit.code, unit.name, unit.depth) for unit in units),
        delegations=tuple(delegated),
        tokens=tuple(token for token in tokens if token.username == line.username and token.revoked_at is None),
        new_token=new_token,
        form=form or AccountForm(),
        is_own=line.id == visitor.actor.account_id,
    )
    return page(site, "account.html", view, visitor, request, status)


def _back_to(username: str) -> Response:
    return RedirectResponse(f"/accounts/of/{quote(username)}", 303)
