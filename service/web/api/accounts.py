"""Accounts, the roles they hold, the ways in for people, and tokens for programs."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, SecretStr

from service.actions.invite_accounts import invite_accounts
from service.actions.manage_accounts import (
    Term,
    create_account,
    create_administrator,
    deactivate,
    grant_role,
    revoke_role,
    set_password,
)
from service.actions.manage_tokens import create_token, list_tokens, revoke_token
from service.domain import texts
from service.domain.errors import NotFound
from service.domain.roles import Act, Actor, Role, parse_role
from service.store.listings import AccountLine, account_line, accounts_page
from service.web.api.shapes import (
    Code,
    Cursor,
    GivenMoment,
    Id,
    Limit,
    Moment,
    Page,
    Shape,
    Text,
    Word,
    page_of,
    read_cursor,
    typed,
)
from service.web.deps import ActorDep, SiteDep
from service.web.site import Site

router = APIRouter(tags=["accounts"])


class RoleShape(Shape):
    """`unit_code` is where a manager's reach begins, null for other roles; `valid_to` null is without an end.

    `delegated_by` is the user name of who handed the role on; it then ends with that account's own.
    """

    role: Role
    unit_code: str | None
    valid_from: Moment
    valid_to: Moment | None
    delegated_by: str | None


class AccountShape(Shape):
    """`is_activated` once a password was set.

    `roles` are those in force and those granted for later; null for whoever may not grant them.
    """

    username: str
    display_name: str
    person_code: str | None
    is_activated: bool
    must_change: bool
    created_at: Moment
    deactivated_at: Moment | None
    roles: list[RoleShape] | None


class PersonOfAccount(Shape):
    person_code: Word


class AdministratorGiven(Shape):
    username: Annotated[Text, typed(texts.USER_NAME)]
    display_name: Annotated[Text, typed(texts.DISPLAY_NAME)]
    password: SecretStr


class PasswordGiven(Shape):
    password: SecretStr


class RoleGiven(Shape):
    """`unit` for a manager: the code of the unit where the reach begins, the person's present one when null."""

    role: Annotated[Word, Field(description="manager, secretariat, leadership, auditor or administrator")]
    unit: Word | None = None
    starts_at: GivenMoment | None = None
    ends_at: GivenMoment | None = None


class Invitees(Shape):
    """A unit and below, or people by their codes; everybody who has no password yet when both are null."""

    unit: Word | None = None
    codes: list[Word] | None = None


class InvitedShape(Shape):
    """`queued` letters are on their way; `no_address` are the codes of people whom no letter reaches."""

    queued: int
    no_address: list[str]


class SlipShape(Shape):
    """`code` opens the account once, until `expires_at`."""

    person_name: str
    unit_name: str
    username: str
    code: str
    expires_at: Moment


class TokenGiven(Shape):
    username: Word
    label: Annotated[Text, typed(texts.LABEL, "What the token is for")]


class TokenShape(Shape):
    id: int
    username: str
    label: str
    created_at: Moment
    revoked_at: Moment | None


class NewTokenShape(Shape):
    """`token` is shown this once."""

    id: int
    token: str


@router.get("/accounts")
def read_accounts(site: SiteDep, actor: ActorDep, limit: Limit = 50, cursor: Cursor = None) -> Page[AccountShape]:
    """Accounts, closed ones included, in the order in which they were made.

    Every one for whoever manages them; for whoever lets people in those of people, without their roles.
    """
    actor.must(Act.MANAGE_ACCOUNTS, Act.PRINT_SLIPS)
    manages, after = actor.may(Act.MANAGE_ACCOUNTS), read_cursor(cursor) or 0
    with site.runtime.sessions() as session:
        lines = accounts_page(session, site.runtime.clock(), after, limit + 1, of_people=not manages)
    return page_of(lines, limit, lambda line: _shape(line, with_roles=manages), lambda line: line.id)


@router.post("/accounts", status_code=201)
def add_account(site: SiteDep, actor: ActorDep, given: PersonOfAccount) -> AccountShape:
    """Make an account for a person of the directory, to be activated by its owner."""
    return _read(site, actor, create_account(site.runtime, actor, given.person_code))


@router.post("/accounts/administrators", status_code=201)
def add_administrator(site: SiteDep, actor: ActorDep, given: AdministratorGiven) -> AccountShape:
    """Make an account with no person behind it, which administers; its owner must change the password."""
    password = given.password.get_secret_value()
    username = create_administrator(site.runtime, actor, given.username, given.display_name, password)
    return _read(site, actor, username)


@router.post("/accounts/letters")
def send_letters(site: SiteDep, actor: ActorDep, given: Invitees) -> InvitedShape:
    """Send one-time links to people who have no password yet."""
    invited = invite_accounts(site.runtime, actor, by="mail", unit=given.unit, codes=given.codes)
    return InvitedShape.model_validate(invited)


@router.post("/accounts/slips")
def make_slips(site: SiteDep, actor: ActorDep, given: Invitees) -> list[SlipShape]:
    """Make the codes of slips to be printed, for people who have no password yet, in office order."""
    slips = invite_accounts(site.runtime, actor, by="slip", unit=given.unit, codes=given.codes)
    return [SlipShape.model_validate(slip) for slip in slips]


@router.get("/accounts/{username}")
def read_account(site: SiteDep, actor: ActorDep, username: Code) -> AccountShape:
    actor.must(Act.MANAGE_ACCOUNTS)
    return _read(site, actor, username)


@router.delete("/accounts/{username}", status_code=204)
def close_account(site: SiteDep, actor: ActorDep, username: Code) -> None:
    """Close an account, with everything that would open it: sessions, tokens, roles, links."""
    deactivate(site.runtime, actor, username)


@router.put("/accounts/{username}/password", status_code=204)
def replace_password(site: SiteDep, actor: ActorDep, username: Code, given: PasswordGiven) -> None:
    """Give an account a password that its owner must change."""
    set_password(site.runtime, actor, username, given.password.get_secret_value())


@router.post("/accounts/{username}/roles", status_code=204)
def add_role(site: SiteDep, actor: ActorDep, username: Code, given: RoleGiven) -> None:
    """Grant a role, from now and without an end unless the term says otherwise."""
    actor.must(Act.MANAGE_ACCOUNTS)
    term = Term(given.starts_at, given.ends_at)
    grant_role(site.runtime, actor, username, parse_role(given.role), unit=given.unit, term=term)


@router.delete("/accounts/{username}/roles/{role}", status_code=204)
def end_role(
    site: SiteDep,
    actor: ActorDep,
    username: Code,
    role: Role,
    unit: Annotated[Word | None, Query(description="Of a manager, this unit alone")] = None,
) -> None:
    """End a role now, and what was granted of it for later."""
    revoke_role(site.runtime, actor, username, role, unit=unit)


@router.get("/tokens")
def read_tokens(site: SiteDep, actor: ActorDep) -> list[TokenShape]:
    """Every token, revoked ones included, newest first; the tokens themselves are kept nowhere."""
    return [TokenShape.model_validate(line) for line in list_tokens(site.runtime, actor)]


@router.post("/tokens", status_code=201)
def add_token(site: SiteDep, actor: ActorDep, given: TokenGiven) -> NewTokenShape:
    """Make a token with the rights of an account."""
    return NewTokenShape.model_validate(create_token(site.runtime, actor, given.username, given.label))


@router.delete("/tokens/{token_id}", status_code=204)
def end_token(site: SiteDep, actor: ActorDep, token_id: Id) -> None:
    revoke_token(site.runtime, actor, token_id)


def _read(site: Site, actor: Actor, username: str) -> AccountShape:
    actor.must(Act.MANAGE_ACCOUNTS)
    with site.runtime.sessions() as session:
        line = account_line(session, site.runtime.clock(), username)
    if line is None:
        raise NotFound
    return _shape(line)


def _shape(line: AccountLine, *, with_roles: bool = True) -> AccountShape:
    told = {name: getattr(line, name) for name in AccountShape.model_fields}
    return AccountShape(**told if with_roles else told | {"roles": None})
