"""Accounts: who they belong to, what opens them, what their owner may do."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from service.domain.roles import Actor, Role
from service.store.grants import roles_in_force
from service.store.tables import accounts, memberships, people


@dataclass(frozen=True, slots=True)
class Account:
    """An account that may be used; `email` is the person's present address, `unit_id` the present unit.

    `password_hash` is None until the account is activated.
    """

    id: int
    person_id: int | None
    username: str
    display_name: str
    password_hash: str | None
    must_change: bool
    credential_version: int
    link_expires_at: datetime | None
    email: str | None
    unit_id: int | None

    @property
    def names(self) -> tuple[str, ...]:
        """Everything its owner may type as a name."""
        return (self.username, self.email) if self.email else (self.username,)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """`password_hash` None for an account that its owner activates."""

    username: str
    display_name: str
    person_id: int | None = None
    password_hash: str | None = None
    must_change: bool = False


def account_row(session: Session, account_id: int) -> RowMapping | None:
    """The row of `accounts`, whether or not the account may still be used."""
    return session.execute(select(accounts).where(accounts.c.id == account_id)).mappings().first()


def account_by_id(session: Session, account_id: int, today: date) -> Account | None:
    """None for an account that may not be used; see `may_be_used`."""
    row = session.execute(_usable(today).where(accounts.c.id == account_id)).first()
    return Account(*row) if row else None


def account_by_username(session: Session, name: str, today: date) -> Account | None:
    """The account of a user name, else of the one person with this present address; `name` as `login_name` gives it.

    Both are looked up in any case, so that the time taken tells nothing. An address that two people share is no name.
    """
    by_name = _usable(today).add_columns(literal(True).label("is_name")).where(accounts.c.username == name)
    by_mail = _usable(today).add_columns(literal(False)).where(func.lower(memberships.c.email) == name)
    rows = session.execute(union_all(by_name, by_mail)).all()
    chosen = [row for row in rows if row.is_name] or rows
    return Account(*chosen[0][:-1]) if len(chosen) == 1 else None


def actor_of(session: Session, account: Account, now: datetime) -> Actor:
    """The owner of the account with every role in force; with a person behind it, an employee."""
    roles, unit_ids = roles_in_force(session, account.id, now)
    if account.person_id is not None:
        roles |= {Role.EMPLOYEE}
    return Actor(account.id, account.person_id, account.display_name, roles, unit_ids)


def actor_for(session: Session, account_id: int, now: datetime) -> Actor | None:
    """None when the account may not be used now."""
    account = account_by_id(session, account_id, now.date())
    return actor_of(session, account, now) if account else None


def add_account(session: Session, new: NewAccount, now: datetime) -> int | None:
    """The id of the new account; None when the user name is taken or the person has one."""
    row = {
        "person_id": new.person_id,
        "username": new.username,
        "display_name": new.display_name,
        "password_hash": new.password_hash,
        "must_change": new.must_change,
        "created_at": now,
    }
    statement = upsert(accounts).values(row).on_conflict_do_nothing().returning(accounts.c.id)
    return session.execute(statement).scalar_one_or_none()


def replace_password(
    session: Session,
    account: Account,
    password_hash: str,
    now: datetime,
    *,
    by_link: bool = False,
    must_change: bool = False,
) -> bool:
    """Write a new password, unless the account's credentials have changed since `account` was read.

    Every open link and slip of the account dies. `by_link` holds it to the end of its open link.
    """
    unchanged = [
        accounts.c.id == account.id,
        accounts.c.credential_version == account.credential_version,
        accounts.c.deactivated_at.is_(None),
    ]
    if by_link:
        unchanged.append(accounts.c.link_expires_at > now)
    statement = (
        update(accounts)
        .where(*unchanged)
        .values(
            password_hash=password_hash,
            must_change=must_change,
            credential_version=accounts.c.credential_version + 1,
            link_expires_at=now,
        )
    )
    return session.execute(statement.returning(accounts.c.id)).first() is not None


def close_account(session: Session, account_id: int, now: datetime) -> None:
    """Sessions, tokens and roles are ended by their own modules."""
    closed = {
        "deactivated_at": now,
        "credential_version": accounts.c.credential_version + 1,
        "link_expires_at": now,
    }
    session.execute(update(accounts).where(accounts.c.id == account_id).values(closed))


def lock_accounts(session: Session) -> None:
    """Nobody else adds or changes an account until this transaction ends; reading goes on."""
    session.execute(text("LOCK TABLE accounts IN SHARE ROW EXCLUSIVE MODE"))


def has_any_password(session: Session) -> bool:
    found: bool = session.execute(select(exists().where(accounts.c.password_hash.is_not(None)))).scalar_one()
    return found


def may_be_used(today: date) -> ColumnElement[bool]:
    """Neither closed nor the account of somebody who has left, for accounts joined to present memberships.

    The directory's dates decide at once; no job has to close an account first.
    """
    still_here = and_(
        memberships.c.id.is_not(None), or_(memberships.c.active_to.is_(None), memberships.c.active_to >= today)
    )
    return and_(accounts.c.deactivated_at.is_(None), or_(accounts.c.person_id.is_(None), still_here))


def person_to_account(session: Session, person_code: str) -> tuple[int, str, str] | None:
    """Id, family name and given name of a person of the present directory."""
    present = and_(memberships.c.person_id == people.c.id, memberships.c.valid_to.is_(None))
    query = select(people.c.id, memberships.c.family_name, memberships.c.given_name).join(memberships, present)
    row = session.execute(query.where(people.c.code == person_code)).first()
    return (row[0], row[1], row[2]) if row else None


def _usable(today: date) -> Select[*tuple[Any, ...]]:
    """The columns of Account, in its order."""
    a, m = accounts.c, memberships.c
    present = and_(m.person_id == a.person_id, m.valid_to.is_(None))
    return (
        select(
            a.id,
            a.person_id,
            a.username,
            a.display_name,
            a.password_hash,
            a.must_change,
            a.credential_version,
            a.link_expires_at,
            m.email,
            m.unit_id,
        )
        .outerjoin(memberships, present)
        .where(may_be_used(today))
    )
