"""A person chooses a password by a one-time link from a letter, or by user name and code from a printed slip."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service.domain.credentials import Purpose, check_password, login_name, read_link, same_code, slip_code
from service.domain.errors import BadLink
from service.runtime import Runtime
from service.store import guesses, sessions
from service.store.accounts import Account, account_by_id, account_by_username, replace_password


@dataclass(frozen=True, slots=True)
class OpenLink:
    """What the page of a good link says before anything is typed."""

    purpose: Purpose
    username: str
    name: str
    expires_at: datetime


def look_at_link(runtime: Runtime, token: str) -> OpenLink:
    """Read a link without using it: programs that look into letters follow links, too.

    Raises:
        BadLink: it is used, expired or none of ours.
    """
    with runtime.sessions() as session:
        account, purpose = _account_of_link(runtime, session, token)
    return OpenLink(purpose, account.username, account.display_name, _end_of_link(runtime, account))


def activate_by_link(runtime: Runtime, token: str, new_password: str) -> str:
    """Use a link; returns the user name to sign in with. Sessions that were open end.

    Raises:
        BadLink: it is used, expired or none of ours.
        WeakPassword: the link stays good.
    """
    with runtime.sessions() as session:
        account, _ = _account_of_link(runtime, session, token)
    _end_of_link(runtime, account)
    return _set_password(runtime, account, new_password)


def activate_by_slip(runtime: Runtime, username: str, code: str, new_password: str, address: str) -> str:
    """As `activate_by_link`, with what stands on a printed slip; `address` is where the request came from.

    Raises:
        BadLink: name and code do not fit, or the slip is used or expired.
        WeakPassword: the slip stays good.
        Throttled: too many guesses at this name or from this address went wrong in a row.
    """
    name, now = login_name(username), runtime.clock()
    # Before the guess is counted: choosing a better password is no guess.
    check_password(new_password, name, runtime.policy.password_least)
    with runtime.sessions.begin() as session:
        guesses.admit(session, name, address, now)
        account = account_by_username(session, name, now.date())
    if account is None or not _fits(runtime, account, code):
        with runtime.sessions.begin() as session:
            guesses.count_wrong(session, address, now)
        raise BadLink
    return _set_password(runtime, account, new_password)


def _account_of_link(runtime: Runtime, session: Session, token: str) -> tuple[Account, Purpose]:
    link = read_link(runtime.secret, token)
    account = account_by_id(session, link.account_id, runtime.clock().date()) if link else None
    if link is None or account is None or account.credential_version != link.credential_version:
        raise BadLink
    return account, link.purpose


def _end_of_link(runtime: Runtime, account: Account) -> datetime:
    """Raises: BadLink, when no link of the account is open."""
    if account.link_expires_at is None or account.link_expires_at <= runtime.clock():
        raise BadLink
    return account.link_expires_at


def _fits(runtime: Runtime, account: Account, code: str) -> bool:
    return same_code(code, slip_code(runtime.secret, account.id, account.credential_version))


def _set_password(runtime: Runtime, account: Account, new_password: str) -> str:
    """Of two who use the same link at once, one finds the credential version raised."""
    check_password(new_password, account.username, runtime.policy.password_least)
    password_hash = runtime.passwords.hash(new_password)
    now = runtime.clock()
    with runtime.sessions.begin() as session:
        if not replace_password(session, account, password_hash, now, by_link=True):
            raise BadLink
        sessions.end_sessions(session, account.id, now)
        guesses.forget(session, account.names)
    return account.username
