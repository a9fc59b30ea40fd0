"""What stands for a signed-in person: sessions of a browser and tokens of a program, both kept as digests."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from service.store.accounts import Account
from service.store.purging import drop_some
from service.store.tables import accounts, api_tokens, sessions, sign_ins

# A page is not worth a write; an idle limit of hours does not miss a minute.
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """A session ends `idle` after it was last seen, and `absolute` after it began, whatever happens."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True, slots=True)
class RunningSession:
    account_id: int
    form_token: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class TokenLine:
    """An API token as a list shows it; the token itself is nowhere."""

    id: int
    username: str
    label: str
    created_at: datetime
    revoked_at: datetime | None


def open_session(session: Session, account: Account, token_digest: bytes, form_token: str, now: datetime) -> bool:
    """Begin a session, unless the account's credentials have changed since `account` was read.

    That its owner signed in is kept for good, whatever becomes of the session.
    """
    unchanged = select(literal(token_digest), accounts.c.id, literal(form_token), literal(now), literal(now)).where(
        accounts.c.id == account.id,
        accounts.c.credential_version == account.credential_version,
        accounts.c.deactivated_at.is_(None),
    )
    columns = ["token_digest", "account_id", "form_token", "created_at", "seen_at"]
    statement = insert(sessions).from_select(columns, unchanged).returning(sessions.c.account_id)
    is_open = session.execute(statement).first() is not None
    if is_open and account.person_id is not None:
        keep_sign_in(session, account.person_id, now)
    return is_open


def keep_sign_in(session: Session, person_id: int, now: datetime) -> None:
    """That a person was here, which a report reads long after the session is gone."""
    session.execute(upsert(sign_ins).values(person_id=person_id, signed_in_at=now).on_conflict_do_nothing())


def running_session(session: Session, token_digest: bytes, limits: Limits, now: datetime) -> RunningSession | None:
    """The session of a token; None when it was ended, or has been idle or open for too long.

    What is open on a shared PC is none: it can read and confirm there, and nothing else.
    """
    s = sessions.c
    query = select(s.account_id, s.form_token, s.seen_at).where(
        s.token_digest == token_digest,
        s.kiosk_id.is_(None),
        s.ended_at.is_(None),
        s.seen_at > now - limits.idle,
        s.created_at > now - limits.absolute,
    )
    row = session.execute(query).first()
    return RunningSession(*row) if row else None


def touch(session: Session, token_digest: bytes, running: RunningSession, now: datetime) -> None:
    """Note that the session was seen, at most once a minute."""
    if now - running.seen_at >= _SEEN_EVERY:
        session.execute(update(sessions).where(sessions.c.token_digest == token_digest).values(seen_at=now))


def end_session(session: Session, token_digest: bytes, now: datetime) -> None:
    _end(session, sessions.c.token_digest == token_digest, now)


def end_sessions(session: Session, account_id: int, now: datetime, *, but: bytes = b"") -> None:
    """End every session of the account, `but` the one with this digest."""
    _end(session, and_(sessions.c.account_id == account_id, sessions.c.token_digest != but), now)


def drop_dead_sessions(session: Session, began_before: datetime, limit: int) -> int:
    """Drop sessions that no limit lets run any more; returns how many."""
    return drop_some(session, sessions.c.token_digest, sessions.c.created_at < began_before, limit)


def add_token(session: Session, account_id: int, label: str, token_digest: bytes, now: datetime) -> int:
    row = {"account_id": account_id, "label": label, "token_digest": token_digest, "created_at": now}
    made: int = session.execute(insert(api_tokens).values(row).returning(api_tokens.c.id)).scalar_one()
    return made


def account_of_token(session: Session, token_digest: bytes) -> int | None:
    """The account of an API token; None when there is no such token or it was revoked."""
    t = api_tokens.c
    query = select(t.account_id).where(t.token_digest == token_digest, t.revoked_at.is_(None))
    return session.execute(query).scalar_one_or_none()


def list_tokens(session: Session) -> list[TokenLine]:
    """Every token, revoked ones included, newest first."""
    t = api_tokens.c
    query = select(t.id, accounts.c.username, t.label, t.created_at, t.revoked_at).order_by(t.id.desc())
    return [TokenLine(*row) for row in session.execute(query.join(accounts, accounts.c.id == t.account_id))]


def revoke_token(session: Session, token_id: int, now: datetime) -> bool:
    """Whether there was such a token in force."""
    t = api_tokens.c
    statement = update(api_tokens).where(t.id == token_id, t.revoked_at.is_(None)).values(revoked_at=now)
    return session.execute(statement.returning(t.id)).first() is not None


def revoke_tokens(session: Session, account_id: int, now: datetime) -> None:
    t = api_tokens.c
    session.execute(update(api_tokens).where(t.account_id == account_id, t.revoked_at.is_(None)).values(revoked_at=now))


def _end(session: Session, chosen: ColumnElement[bool], now: datetime) -> None:
    session.execute(update(sessions).where(chosen, sessions.c.ended_at.is_(None)).values(ended_at=now))
