"""Signing in and out, and who it is that asks."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from service.domain.credentials import digest, login_name, new_token
from service.domain.errors import WrongPassword
from service.domain.roles import Actor
from service.runtime import PasswordHasher, Runtime
from service.store import guesses, sessions
from service.store.accounts import account_by_id, account_by_username, actor_for, actor_of


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`token` is the session's, for the cookie, and kept nowhere else; `expires_at` its end however busy it is."""

    token: str
    form_token: str
    must_change: bool
    account_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in person, as a page sees them. `must_change`: somebody else chose the present password."""

    actor: Actor
    username: str
    form_token: str
    must_change: bool


def sign_in(runtime: Runtime, username: str, password: str, address: str) -> SignedIn:
    """Begin a session; `username` may be the person's present address, `address` is where the request came from.

    An unknown name takes the same way and the same time as a wrong password. No transaction is open meanwhile.

    Raises:
        WrongPassword: name and password do not open an account.
        Throttled: too many guesses at this name or from this address went wrong in a row.
    """
    name, now = login_name(username), runtime.clock()
    with runtime.sessions.begin() as session:
        guesses.admit(session, name, address, now)
        account = account_by_username(session, name, now.date())
    stand_in = _nobodys_hash(runtime.passwords)  # type: ignore[arg-type]  # every object has its identity's hash
    password_hash = (account.password_hash if account else None) or stand_in
    is_right = runtime.passwords.verify(password_hash, password)
    token, form_token = new_token(), new_token()
    with runtime.sessions.begin() as session:
        if account and is_right and sessions.open_session(session, account, digest(token), form_token, now):
            guesses.forget(session, (name, *account.names), address)
            ends_at = now + runtime.policy.session_absolute
            return SignedIn(token, form_token, account.must_change, account.id, ends_at)
        guesses.count_wrong(session, address, now)
    raise WrongPassword


def sign_out(runtime: Runtime, token: str) -> None:
    """End the session of this token; one that has ended stays as it was."""
    with runtime.sessions.begin() as session:
        sessions.end_session(session, digest(token), runtime.clock())


def who(runtime: Runtime, token: str) -> Visitor | None:
    """The person of a session; None when it has ended, or the account may no longer be used."""
    now, token_digest = runtime.clock(), digest(token)
    limits = sessions.Limits(runtime.policy.session_idle, runtime.policy.session_absolute)
    with runtime.sessions.begin() as session:
        running = sessions.running_session(session, token_digest, limits, now)
        account = account_by_id(session, running.account_id, now.date()) if running else None
        if running is None or account is None:
            return None
        sessions.touch(session, token_digest, running, now)
        return Visitor(actor_of(session, account, now), account.username, running.form_token, account.must_change)


def actor_of_token(runtime: Runtime, token: str) -> Actor | None:
    """The owner of an API token; None when it is unknown or revoked, or the account may no longer be used."""
    with runtime.sessions() as session:
        account_id = sessions.account_of_token(session, digest(token))
        return actor_for(session, account_id, runtime.clock()) if account_id else None


@lru_cache
def _nobodys_hash(passwords: PasswordHasher) -> str:
    """A hash of what nobody knows, made once a process: verifying against it takes as long as any."""
    return passwords.hash(new_token())
