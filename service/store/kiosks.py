"""Shared PCs: which are enrolled, whom they may let in, and the short sessions opened on them.

A kiosk keeps the digest of what opens it next: of its one-time code until a browser has used it, of that browser's
cookie from then on. The two are digests of different texts, so that neither does for the other.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, insert, literal, select, update
from sqlalchemy.orm import Session

from service.domain.vietnamese import full_name
from service.store.accounts import may_be_used
from service.store.sessions import Limits, RunningSession, keep_sign_in
from service.store.tables import accounts, kiosks, memberships, people, sessions, units
from service.store.units import office_order


@dataclass(frozen=True, slots=True)
class Kiosk:
    id: int
    name: str

    @property
    def caller(self) -> str:
        """How the evidence names what is done there by nobody in particular."""
        return f"kiosk:{self.id}"


@dataclass(frozen=True, slots=True)
class KioskLine:
    id: int
    name: str
    created_at: datetime
    revoked_at: datetime | None
    seen_at: datetime | None


def add_kiosk(session: Session, name: str, code_digest: bytes, created_by: int | None, now: datetime) -> int:
    row = {"name": name, "token_digest": code_digest, "created_by": created_by, "created_at": now}
    made: int = session.execute(insert(kiosks).values(row).returning(kiosks.c.id)).scalar_one()
    return made


def enrol(session: Session, code_digest: bytes, token_digest: bytes, since: datetime) -> Kiosk | None:
    """Put a browser's token in the place of a one-time code that was made since then; None when there is none."""
    k = kiosks.c
    used = (
        update(kiosks)
        .where(k.token_digest == code_digest, k.revoked_at.is_(None), k.created_at > since)
        .values(token_digest=token_digest)
    )
    row = session.execute(used.returning(k.id, k.name)).first()
    return Kiosk(*row) if row else None


def kiosk_of(session: Session, token_digest: bytes) -> Kiosk | None:
    """The kiosk of a browser's token, unless it was revoked."""
    k = kiosks.c
    row = session.execute(select(k.id, k.name).where(k.token_digest == token_digest, k.revoked_at.is_(None))).first()
    return Kiosk(*row) if row else None


def revoke(session: Session, kiosk_id: int, now: datetime) -> bool:
    """Whether it was in force. What is open on it ends with it."""
    k, s = kiosks.c, sessions.c
    ended = update(kiosks).where(k.id == kiosk_id, k.revoked_at.is_(None)).values(revoked_at=now)
    session.execute(update(sessions).where(s.kiosk_id == kiosk_id, s.ended_at.is_(None)).values(ended_at=now))
    return session.execute(ended.returning(k.id)).first() is not None


def list_kiosks(session: Session) -> list[KioskLine]:
    """Every kiosk, revoked ones included, newest first; `seen_at` as far as sessions are still kept."""
    k = kiosks.c
    seen = select(func.max(sessions.c.seen_at)).where(sessions.c.kiosk_id == k.id).scalar_subquery()
    query = select(k.id, k.name, k.created_at, k.revoked_at, seen).order_by(k.id.desc())
    return [KioskLine(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class KioskUnit:
    """`people` have accounts that may be used."""

    code: str
    name: str
    people: int


@dataclass(frozen=True, slots=True)
class KioskPerson:
    """`has_pin` False for who must choose one first, with a printed slip."""

    account_id: int
    person_id: int
    person_code: str
    full_name: str
    position: str
    unit_code: str
    unit_name: str
    has_pin: bool


def kiosk_units(session: Session, now: datetime) -> list[KioskUnit]:
    """The units with people who have accounts, in office order."""
    order = office_order()
    query = (
        select(units.c.code, units.c.name, func.count())
        .select_from(accounts)
        .join(memberships, _present())
        .join(units, units.c.id == memberships.c.unit_id)
        .join(order, order.c.id == units.c.id)
        .where(may_be_used(now.date()))
        .group_by(units.c.code, units.c.name, order.c.place)
        .order_by(order.c.place)
    )
    return [KioskUnit(*row) for row in session.execute(query)]


def kiosk_people(session: Session, now: datetime, unit_code: str, *, passed: int, limit: int) -> list[KioskPerson]:
    """The people of a unit who have accounts that may be used, in office order, behind the first `passed`."""
    m = memberships.c
    query = _people(now).where(units.c.code == unit_code).order_by(m.position_rank, m.name_key, m.person_id)
    return [_person(row) for row in session.execute(query.offset(passed).limit(limit)).mappings()]


def kiosk_person(session: Session, now: datetime, person_code: str) -> KioskPerson | None:
    """None for who has no account that may be used."""
    row = session.execute(_people(now).where(people.c.code == person_code)).mappings().first()
    return _person(row) if row else None


def pin_hash_of(session: Session, account_id: int) -> str | None:
    return session.execute(select(accounts.c.pin_hash).where(accounts.c.id == account_id)).scalar_one_or_none()


def replace_pin(session: Session, account_id: int, credential_version: int, pin_hash: str) -> bool:
    """Write a new PIN, unless the account's credentials have changed since they were read."""
    a = accounts.c
    unchanged = and_(a.id == account_id, a.credential_version == credential_version, a.deactivated_at.is_(None))
    written = update(accounts).where(unchanged).values(pin_hash=pin_hash)
    return session.execute(written.returning(a.id)).first() is not None


def use_slip(session: Session, account_id: int, credential_version: int, pin_hash: str, now: datetime) -> bool:
    """As `replace_pin`, and the account's open slip and links die; False when they are used or over already."""
    a = accounts.c
    is_open = and_(
        a.id == account_id,
        a.credential_version == credential_version,
        a.deactivated_at.is_(None),
        a.link_expires_at > now,
    )
    used = {"pin_hash": pin_hash, "credential_version": a.credential_version + 1, "link_expires_at": now}
    return session.execute(update(accounts).where(is_open).values(used).returning(a.id)).first() is not None


def open_visit(
    session: Session, kiosk: Kiosk, person: KioskPerson, pin_hash: str, tokens: tuple[bytes, str], now: datetime
) -> bool:
    """Begin a session on a kiosk, unless kiosk or PIN have changed since they were read.

    `tokens` are the digest of the session's and the form's. The sign-in is kept as any other.
    """
    token_digest, form_token = tokens
    a, k = accounts.c, kiosks.c
    unchanged = (
        select(literal(token_digest), a.id, literal(form_token), k.id, literal(now), literal(now))
        .join(kiosks, k.id == kiosk.id)
        .where(a.id == person.account_id, a.pin_hash == pin_hash, a.deactivated_at.is_(None), k.revoked_at.is_(None))
    )
    columns = ["token_digest", "account_id", "form_token", "kiosk_id", "created_at", "seen_at"]
    statement = insert(sessions).from_select(columns, unchanged).returning(sessions.c.account_id)
    is_open = session.execute(statement).first() is not None
    if is_open:
        keep_sign_in(session, person.person_id, now)
    return is_open


def running_visit(
    session: Session, kiosk: Kiosk, token_digest: bytes, limits: Limits, now: datetime
) -> RunningSession | None:
    """The session of a token on this kiosk, seen now; None when it was ended, or has been idle or open for too long.

    Every look is written down, unlike in `sessions.touch`: here the idle limit is a matter of seconds.
    """
    s = sessions.c
    seen = (
        update(sessions)
        .where(
            s.token_digest == token_digest,
            s.kiosk_id == kiosk.id,
            s.ended_at.is_(None),
            s.seen_at > now - limits.idle,
            s.created_at > now - limits.absolute,
        )
        .values(seen_at=now)
    )
    row = session.execute(seen.returning(s.account_id, s.form_token, s.seen_at)).first()
    return RunningSession(*row) if row else None


def _present() -> ColumnElement[bool]:
    return and_(memberships.c.person_id == accounts.c.person_id, memberships.c.valid_to.is_(None))


def _people(now: datetime) -> Select[*tuple[Any, ...]]:
    m = memberships.c
    return (
        select(
            accounts.c.id.label("account_id"),
            m.person_id,
            people.c.code.label("person_code"),
            m.family_name,
            m.given_name,
            m.position,
            units.c.code.label("unit_code"),
            units.c.name.label("unit_name"),
            accounts.c.pin_hash.is_not(None).label("has_pin"),
        )
        .select_from(accounts)
        .join(memberships, _present())
        .join(people, people.c.id == m.person_id)
        .join(units, units.c.id == m.unit_id)
        .where(may_be_used(now.date()))
    )


def _person(row: RowMapping) -> KioskPerson:
    return KioskPerson(
        account_id=row["account_id"],
        person_id=row["person_id"],
        person_code=row["person_code"],
        full_name=full_name(row["family_name"], row["given_name"]),
        position=row["position"],
        unit_code=row["unit_code"],
        unit_name=row["unit_name"],
        has_pin=row["has_pin"],
    )
