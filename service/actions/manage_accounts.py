"""The administrator's work: accounts made and closed, passwords set, roles granted for a time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service import doorbell
from service.domain import credentials
from service.domain.credentials import check_password, login_name
from service.domain.errors import AccountExists, BadLink, BadPeriod, NoAccount, NotFound, UnknownPerson, UnknownUnit
from service.domain.evidence import Deed, Detail, Entry, entry, instant
from service.domain.roles import OPERATOR, Act, Actor, Role
from service.domain.texts import DISPLAY_NAME, USER_NAME, needed_line, one_line
from service.domain.vietnamese import full_name, moment
from service.runtime import Runtime
from service.store import accounts, evidence, guesses, sessions
from service.store.accounts import Account, NewAccount
from service.store.grants import Grant, add_grant, end_grants, unit_id_of
from service.store.invitations import queue_password_notice


@dataclass(frozen=True, slots=True)
class Term:
    """From when until when a role is held: from now, and without an end, where None."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None


ALWAYS = Term()


def create_account(runtime: Runtime, actor: Actor, person_code: str) -> str:
    """Make an account for a person of the directory, to be activated by its owner; returns the user name.

    Raises:
        NotFound: the actor may not manage accounts.
        UnknownPerson: the present directory has nobody of this code.
        AccountExists: the person has an account, or the user name is taken.
    """
    actor.must(Act.MANAGE_ACCOUNTS)
    with runtime.sessions.begin() as session:
        person = accounts.person_to_account(session, person_code)
        if person is None:
            raise UnknownPerson(given=person_code)
        person_id, family_name, given_name = person
        new = NewAccount(login_name(person_code), full_name(family_name, given_name), person_id)
        _add(session, new, runtime.clock())
    return new.username


def create_administrator(runtime: Runtime, actor: Actor, username: str, display_name: str, password: str) -> str:
    """Make an account with no person behind it, which administers; its owner must change the password.

    Raises:
        NotFound: the actor may not manage accounts.
        AccountExists: the user name is taken.
        WeakPassword: the password is too short or the user name.
        EmptyText, TooLong, UnstorableText: the user name is none; a display name may be empty.
    """
    actor.must(Act.MANAGE_ACCOUNTS)
    new = _with_password(runtime, username, display_name, password, must_change=True)
    with runtime.sessions.begin() as session:
        _add_administrator(session, new, runtime.clock(), actor)
    return new.username


def set_password(runtime: Runtime, actor: Actor, username: str, password: str) -> None:
    """Give an account a password that its owner must change; its sessions end, its open links and slips die.

    The owner is told by letter, where there is a working address.

    Raises:
        NotFound: the actor may not manage accounts.
        NoAccount: no account of this name may be used.
        WeakPassword: the password is too short or the user name.
    """
    actor.must(Act.MANAGE_ACCOUNTS)
    check_password(password, login_name(username), runtime.policy.password_least)
    password_hash = runtime.passwords.hash(password)
    now = runtime.clock()
    with runtime.sessions.begin() as session:
        # Read and written under one lock, so that no change by the owner falls in between.
        accounts.lock_accounts(session)
        account = _account(session, username, now)
        check_password(password, account.username, runtime.policy.password_least)
        accounts.replace_password(session, account, password_hash, now, must_change=True)
        sessions.end_sessions(session, account.id, now)
        guesses.forget(session, account.names)
        queued = queue_password_notice(session, account.id, now, runtime.policy.mail_domain)
    if queued:
        runtime.doorbell.ring(doorbell.DELIVER_DUE)


def deactivate(runtime: Runtime, actor: Actor, username: str) -> None:
    """Close an account, with everything that would open it: sessions, tokens, roles, links.

    Raises:
        NotFound: the actor may not manage accounts.
        NoAccount: no account of this name may be used.
    """
    actor.must(Act.MANAGE_ACCOUNTS)
    now = runtime.clock()
    with runtime.sessions.begin() as session:
        account = _account(session, username, now)
        accounts.close_account(session, account.id, now)
        sessions.end_sessions(session, account.id, now)
        sessions.revoke_tokens(session, account.id, now)
        end_grants(session, account.id, now)
        evidence.append(session, entry(Deed.ACCOUNT_CLOSED, actor, now, account=account.id))


def grant_role(
    runtime: Runtime, actor: Actor, username: str, role: Role, *, unit: str | None = None, term: Term = ALWAYS
) -> None:
    """Grant a role for a term; a manager's reaches the unit and below, the person's present one where none is named.

    Raises:
        NotFound: the actor may not manage accounts.
        NoAccount: no account of this name may be used.
        UnknownUnit: a manager needs a unit, and the directory has none such.
        BadPeriod: the term ends before it begins.
    """
    actor.must(Act.MANAGE_ACCOUNTS)
    now = runtime.clock()
    starts_at = term.starts_at or now
    if term.ends_at is not None and term.ends_at <= starts_at:
        first, last = (moment(at.astimezone(now.tzinfo)) for at in (starts_at, term.ends_at))
        raise BadPeriod(first=first, last=last)
    with runtime.sessions.begin() as session:
        account = _account(session, username, now)
        unit_id = _managed_unit(session, account, unit) if role is Role.MANAGER else None
        grant = Grant(role, unit_id, starts_at, term.ends_at)
        if add_grant(session, account.id, grant, actor.account_id):
            evidence.append(session, granted(actor, now, account.id, grant))


def revoke_role(runtime: Runtime, actor: Actor, username: str, role: Role, *, unit: str | None = None) -> None:
    """End a role now, and what was granted of it for later; of a manager all units, or the one named.

    Raises:
        NotFound: the actor may not manage accounts, or the account does not hold the role.
        NoAccount: no account of this name may be used.
        UnknownUnit: the directory has no such unit.
    """
    actor.must(Act.MANAGE_ACCOUNTS)
    now = runtime.clock()
    with runtime.sessions.begin() as session:
        account = _account(session, username, now)
        unit_id = None if unit is None else _unit(session, unit)
        if not end_grants(session, account.id, now, role, unit_id):
            raise NotFound
        ended = entry(Deed.ROLE_CHANGED, actor, now, account=account.id, role=role, unit=unit_id, granted=False)
        evidence.append(session, ended)


def setup_code(runtime: Runtime) -> str | None:
    """The code with which the first administrator is made; None once any account has a password."""
    with runtime.sessions() as session:
        return None if accounts.has_any_password(session) else credentials.setup_code(runtime.secret)


def first_administrator(runtime: Runtime, code: str, username: str, password: str) -> str:
    """Make the office's first administrator, with the code printed where the office was started; returns the user name.

    Raises:
        NotFound: somebody has a password already, so that others may be let in by them.
        BadLink: the code is another one.
        WeakPassword: the password is too short or the user name.
        AccountExists: the user name is taken.
        EmptyText, TooLong, UnstorableText: the user name is none.
    """
    expected = setup_code(runtime)
    if expected is None:
        raise NotFound
    if not credentials.same_code(code, expected):
        raise BadLink
    new = _with_password(runtime, username, username, password)
    with runtime.sessions.begin() as session:
        accounts.lock_accounts(session)
        # Two may stand at the door at once; the lock lets one of them find it open.
        if accounts.has_any_password(session):
            raise NotFound
        _add_administrator(session, new, runtime.clock(), OPERATOR)
    return new.username


def _with_password(
    runtime: Runtime, username: str, display_name: str, password: str, *, must_change: bool = False
) -> NewAccount:
    name = login_name(needed_line(USER_NAME, username))
    shown = one_line(DISPLAY_NAME, display_name)
    check_password(password, name, runtime.policy.password_least)
    return NewAccount(name, shown, None, runtime.passwords.hash(password), must_change)


def _add(session: Session, new: NewAccount, now: datetime) -> int:
    account_id = accounts.add_account(session, new, now)
    if account_id is None:
        raise AccountExists(name=new.username)
    return account_id


def _add_administrator(session: Session, new: NewAccount, now: datetime, actor: Actor) -> None:
    account_id = _add(session, new, now)
    grant = Grant(Role.ADMINISTRATOR, None, now, None)
    add_grant(session, account_id, grant, actor.account_id)
    evidence.append(session, granted(actor, now, account_id, grant))


def granted(actor: Actor, now: datetime, account_id: int, grant: Grant) -> Entry:
    """What the evidence says of a role that an account was given."""
    until = instant(grant.valid_to) if grant.valid_to else None
    told: dict[str, Detail] = {
        "account": account_id,
        "role": grant.role,
        "unit": grant.unit_id,
        "granted": True,
        "until": until,
    }
    return Entry(Deed.ROLE_CHANGED, actor.caller, grant.valid_from, now, told)


def _account(session: Session, username: str, now: datetime) -> Account:
    account = accounts.account_by_username(session, login_name(username), now.date())
    if account is None:
        raise NoAccount(name=username)
    return account


def _managed_unit(session: Session, account: Account, code: str | None) -> int:
    if code is not None:
        return _unit(session, code)
    if account.unit_id is None:
        raise UnknownUnit(given="")
    return account.unit_id


def _unit(session: Session, code: str) -> int:
    unit_id = unit_id_of(session, code)
    if unit_id is None:
        raise UnknownUnit(given=code)
    return unit_id
