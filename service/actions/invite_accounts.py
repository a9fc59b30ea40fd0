"""Lets people in: one-time links by letter, printed slips, and a new link for who forgot the password."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, overload

from sqlalchemy.orm import Session

from service import doorbell
from service.domain.credentials import login_name, slip_code
from service.domain.errors import UnknownPerson, UnknownUnit
from service.domain.roles import Act, Actor
from service.runtime import Runtime
from service.store import guesses
from service.store.accounts import account_by_username
from service.store.grants import unit_id_of
from service.store.invitations import (
    Invitees,
    SlipLine,
    open_links,
    queue_letters,
    slip_lines,
    unknown_codes,
    without_address,
)


@dataclass(frozen=True, slots=True)
class Invited:
    """How many letters are on their way that were not before, and the codes of people whom no letter reaches."""

    queued: int
    no_address: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slip:
    """One printed slip: `code` opens the account once, until `expires_at`."""

    person_name: str
    unit_name: str
    username: str
    code: str
    expires_at: datetime


@overload
def invite_accounts(
    runtime: Runtime, actor: Actor, *, by: Literal["mail"], unit: str | None = None, codes: Sequence[str] | None = None
) -> Invited: ...


@overload
def invite_accounts(
    runtime: Runtime, actor: Actor, *, by: Literal["slip"], unit: str | None = None, codes: Sequence[str] | None = None
) -> list[Slip]: ...


def invite_accounts(
    runtime: Runtime,
    actor: Actor,
    *,
    by: Literal["mail", "slip"],
    unit: str | None = None,
    codes: Sequence[str] | None = None,
) -> Invited | list[Slip]:
    """Invite the people of a unit and below, those with these codes, or everybody, who have no password yet.

    Doing it again does no harm: an open link stays as it is and gets no second letter. Somebody named by code gets a
    new letter at any time, and the earlier link dies. An administrator may so invite people who have forgotten their
    password; for others these are left out, and so are the slips of those whose roles reach beyond their own unit.
    Slips come in office order.

    Raises:
        NotFound: the actor may not let people in.
        UnknownUnit: the directory has no such unit.
        UnknownPerson: the directory has no such person; names the first.
    """
    actor.must(Act.MANAGE_ACCOUNTS, Act.PRINT_SLIPS)
    named = None if codes is None else tuple(codes)
    manages = actor.may(Act.MANAGE_ACCOUNTS)
    # A letter goes to its owner; a slip opens the account to whoever prints it.
    whom = Invitees(
        unit, named, has_password_too=named is not None and manages, ordinary_only=by == "slip" and not manages
    )
    return _invite_by_mail(runtime, whom) if by == "mail" else _print_slips(runtime, whom)


def request_reset(runtime: Runtime, username: str, address: str) -> None:
    """Send a new link to the owner of a name, where there is one with a working address; the answer is always the same.

    Whoever asks again and again for the same name sends a letter now and then.

    Raises:
        Throttled: too many such letters were asked for from this address, and nobody has signed in from it since.
    """
    name, now = login_name(username), runtime.clock()
    with runtime.sessions.begin() as session:
        guesses.admit_reset_from(session, address, now)
        account = account_by_username(session, name, now.date())
        if account is None or not guesses.admit_reset_for(session, account.username, now):
            return
        whom = Invitees(account_id=account.id, has_password_too=True)
        queued = _queue(runtime, session, whom, now, anew=True)
    if queued:
        runtime.doorbell.ring(doorbell.DELIVER_DUE)


def _invite_by_mail(runtime: Runtime, whom: Invitees) -> Invited:
    now = runtime.clock()
    with runtime.sessions.begin() as session:
        _check(session, whom)
        queued = _queue(runtime, session, whom, now, anew=whom.codes is not None)
        invited = Invited(queued, tuple(without_address(session, whom, now)))
    if queued:
        runtime.doorbell.ring(doorbell.DELIVER_DUE)
    return invited


def _print_slips(runtime: Runtime, whom: Invitees) -> list[Slip]:
    now = runtime.clock()
    with runtime.sessions.begin() as session:
        _check(session, whom)
        open_links(session, whom, now, now + runtime.policy.link_lifetime, by_mail=False)
        lines = slip_lines(session, whom, now)
    return [_slip(runtime, line) for line in lines]


def _queue(runtime: Runtime, session: Session, whom: Invitees, now: datetime, *, anew: bool) -> int:
    open_links(session, whom, now, now + runtime.policy.link_lifetime, by_mail=True, anew=anew)
    return queue_letters(session, whom, now, runtime.policy.mail_domain)


def _check(session: Session, whom: Invitees) -> None:
    if whom.unit_code is not None and unit_id_of(session, whom.unit_code) is None:
        raise UnknownUnit(given=whom.unit_code)
    for code in unknown_codes(session, whom.codes or ()):
        raise UnknownPerson(given=code)


def _slip(runtime: Runtime, line: SlipLine) -> Slip:
    code = slip_code(runtime.secret, line.account_id, line.credential_version)
    return Slip(line.person_name, line.unit_name, line.username, code, line.link_expires_at)
