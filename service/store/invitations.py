"""One-time links and slips: whose they are, until when, and the letters about an account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, Text, and_, any_, case, func, literal, or_, select, update
from sqlalchemy.orm import Session

from service.domain.occasions import Kind
from service.domain.roles import ORDINARY, Role
from service.domain.vietnamese import full_name
from service.store.accounts import may_be_used
from service.store.directory import list_units
from service.store.grants import holds_any
from service.store.letters import PRESENT, message_id, queue
from service.store.tables import accounts, memberships, people, units
from service.store.units import below


@dataclass(frozen=True, slots=True)
class Invitees:
    """Whose accounts: those of one unit and below, of the people with these codes, or of everybody where all are None.

    Accounts that have a password already are among them only with `has_password_too`; with `ordinary_only` those that
    see or do more than their own unit's are left out.
    """

    unit_code: str | None = None
    codes: tuple[str, ...] | None = None
    account_id: int | None = None
    has_password_too: bool = False
    ordinary_only: bool = False


@dataclass(frozen=True, slots=True)
class SlipLine:
    """What a printed slip says besides its code."""

    account_id: int
    credential_version: int
    link_expires_at: datetime
    username: str
    person_name: str
    unit_name: str


def unknown_codes(session: Session, codes: tuple[str, ...]) -> list[str]:
    """Those codes that are nobody's, in the order given."""
    known = set(session.execute(select(people.c.code).where(people.c.code == any_(_array(codes)))).scalars())
    return [code for code in codes if code not in known]


def open_links(
    session: Session, whom: Invitees, now: datetime, expires_at: datetime, *, by_mail: bool, anew: bool = False
) -> None:
    """Give everybody invited an open link until `expires_at`.

    Whoever has one keeps it, so that asking twice does no harm; with `anew` the earlier one dies. One that has ended
    never opens again: a new one is another version. `by_mail` leaves out people without a working address.
    """
    a = accounts.c
    has_ended = or_(a.link_expires_at.is_(None), a.link_expires_at <= now)
    invited = _invited(whom, now, a.id)
    chosen: list[ColumnElement[bool]] = [a.id.in_(invited.where(PRESENT.has_mailbox) if by_mail else invited)]
    if not anew:
        chosen.append(has_ended)
    version = case((a.link_expires_at.is_(None), a.credential_version), else_=a.credential_version + 1)
    session.execute(update(accounts).where(*chosen).values(credential_version=version, link_expires_at=expires_at))


def queue_letters(session: Session, whom: Invitees, now: datetime, mail_domain: str) -> int:
    """One letter for each open link of the invited who have a working address; returns how many are new.

    A link has one letter, however often it is asked for: the occasion names the credential version.
    """
    kind = case((accounts.c.password_hash.is_(None), Kind.ACTIVATION.value), else_=Kind.RESET.value)
    letters = _letters(whom, now, kind, mail_domain).where(accounts.c.link_expires_at > now)
    return queue(session, letters)


def queue_password_notice(session: Session, account_id: int, now: datetime, mail_domain: str) -> bool:
    """Tell the owner that the password was set; False for who has no working address. One letter for each change."""
    whom = Invitees(account_id=account_id, has_password_too=True)
    return queue(session, _letters(whom, now, literal(Kind.PASSWORD_SET.value), mail_domain)) > 0


def _letters(whom: Invitees, now: datetime, kind: ColumnElement[str], mail_domain: str) -> Select[*tuple[Any, ...]]:
    """For those with a working address."""
    a = accounts.c
    return _invited(
        whom,
        now,
        a.person_id,
        a.id.label("account_id"),
        func.concat(kind, ":", a.credential_version).label("occasion"),
        *PRESENT.columns,
        message_id(mail_domain, "account", func.gen_random_uuid()),
    ).where(PRESENT.has_mailbox)


def without_address(session: Session, whom: Invitees, now: datetime) -> list[str]:
    """Codes of the invited whom no letter reaches, in the order of codes."""
    query = _invited(whom, now, people.c.code).where(~PRESENT.has_mailbox).order_by(people.c.code)
    return list(session.execute(query).scalars())


def slip_lines(session: Session, whom: Invitees, now: datetime) -> list[SlipLine]:
    """The open links of the invited in office order: by unit, then position, then name."""
    a, m = accounts.c, memberships.c
    query = _invited(
        whom,
        now,
        a.id,
        a.credential_version,
        a.link_expires_at,
        a.username,
        m.family_name,
        m.given_name,
        units.c.name,
        m.unit_id,
        m.position_rank,
        m.name_key,
    ).where(a.link_expires_at > now)
    place = {unit.id: number for number, unit in enumerate(list_units(session))}
    rows = sorted(session.execute(query), key=lambda row: (place[row.unit_id], row.position_rank, row.name_key, row.id))
    return [
        SlipLine(
            account_id=row.id,
            credential_version=row.credential_version,
            link_expires_at=row.link_expires_at,
            username=row.username,
            person_name=full_name(row.family_name, row.given_name),
            unit_name=row.name,
        )
        for row in rows
    ]


def _invited(whom: Invitees, now: datetime, *columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    a, m = accounts.c, memberships.c
    query = (
        select(*columns)
        .select_from(accounts)
        .join(people, people.c.id == a.person_id)
        .join(memberships, and_(m.person_id == a.person_id, m.valid_to.is_(None)))
        .join(units, units.c.id == m.unit_id)
        .where(may_be_used(now.date()))
    )
    if whom.unit_code is not None:
        query = query.where(m.unit_id.in_(below(units.c.code == whom.unit_code)))
    if whom.codes is not None:
        query = query.where(people.c.code == any_(_array(whom.codes)))
    if whom.account_id is not None:
        query = query.where(a.id == whom.account_id)
    if not whom.has_password_too:
        query = query.where(a.password_hash.is_(None))
    if whom.ordinary_only:
        query = query.where(~holds_any(frozenset(Role) - ORDINARY, now))
    return query


def _array(codes: tuple[str, ...]) -> ColumnElement[list[str]]:
    # One array: a unit may have more people than a statement takes parameters.
    return literal(list(codes), ARRAY(Text))
