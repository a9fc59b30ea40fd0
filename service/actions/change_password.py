"""A signed-in person replaces their own password."""

from service.domain.credentials import check_password, digest
from service.domain.errors import SignInNeeded, WeakPassword, WrongPassword
from service.runtime import Runtime
from service.store import guesses, sessions
from service.store.accounts import Account, account_by_id, replace_password


def change_password(runtime: Runtime, token: str, current_password: str, new_password: str) -> None:
    """Change the password of the session's owner; `token` is the session's.

    Every other session of the account ends, and with a forced change the force.

    Raises:
        SignInNeeded: the session has ended.
        WrongPassword: the current password is another one, or has just been changed elsewhere.
        WeakPassword: the new one is too short, the user name, or the current one again.
        Throttled: too many guesses at this account went wrong in a row.
    """
    least = runtime.policy.password_least
    # Before the guess is counted: choosing a better password is no guess.
    if new_password == current_password:
        raise WeakPassword(least=least)
    account = _admit_owner(runtime, token, new_password)
    if not runtime.passwords.verify(account.password_hash or "", current_password):
        raise WrongPassword
    password_hash = runtime.passwords.hash(new_password)
    now = runtime.clock()
    with runtime.sessions.begin() as session:
        if not replace_password(session, account, password_hash, now):
            raise WrongPassword
        sessions.end_sessions(session, account.id, now, but=digest(token))
        guesses.forget(session, account.names)


def _admit_owner(runtime: Runtime, token: str, new_password: str) -> Account:
    now = runtime.clock()
    limits = sessions.Limits(runtime.policy.session_idle, runtime.policy.session_absolute)
    with runtime.sessions.begin() as session:
        running = sessions.running_session(session, digest(token), limits, now)
        account = account_by_id(session, running.account_id, now.date()) if running else None
        if account is None:
            raise SignInNeeded
        check_password(new_password, account.username, runtime.policy.password_least)
        guesses.admit_name(session, account.username, now)
    return account
