"""API tokens: a program's way in, with the rights of the account it belongs to."""

from dataclasses import dataclass

from service.domain.credentials import digest, login_name, new_token
from service.domain.errors import NoAccount, NotFound
from service.domain.evidence import Deed, entry
from service.domain.roles import Act, Actor
from service.domain.texts import LABEL, needed_line
from service.runtime import Runtime
from service.store import evidence, sessions
from service.store.accounts import account_by_username


@dataclass(frozen=True, slots=True)
class NewToken:
    """`token` is shown this once and kept nowhere."""

    id: int
    token: str


def create_token(runtime: Runtime, actor: Actor, username: str, label: str) -> NewToken:
    """Make a token for an account; `label` says what it is for.

    Raises:
        NotFound: the actor may not manage tokens.
        NoAccount: no account of this name may be used.
        EmptyText, TooLong, UnstorableText: the label is none.
    """
    actor.must(Act.MANAGE_ACCOUNTS)
    label = needed_line(LABEL, label)
    token, now = new_token(), runtime.clock()
    with runtime.sessions.begin() as session:
        account = account_by_username(session, login_name(username), now.date())
        if account is None:
            raise NoAccount(name=username)
        token_id = sessions.add_token(session, account.id, label, digest(token), now)
        evidence.append(session, entry(Deed.TOKEN_CREATED, actor, now, account=account.id, token=token_id))
    return NewToken(token_id, token)


def revoke_token(runtime: Runtime, actor: Actor, token_id: int) -> None:
    """Raises: NotFound, when the actor may not manage tokens, or no such token is in force."""
    actor.must(Act.MANAGE_ACCOUNTS)
    now = runtime.clock()
    with runtime.sessions.begin() as session:
        if not sessions.revoke_token(session, token_id, now):
            raise NotFound
        evidence.append(session, entry(Deed.TOKEN_REVOKED, actor, now, token=token_id))


def list_tokens(runtime: Runtime, actor: Actor) -> list[sessions.TokenLine]:
    """Every token, revoked ones included, newest first.

    Raises:
        NotFound: the actor may not manage tokens.
    """
    actor.must(Act.MANAGE_ACCOUNTS)
    with runtime.sessions() as session:
        return sessions.list_tokens(session)
