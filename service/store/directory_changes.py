"""What an import writes: units in place, people as dated versions, accounts and roles that follow the people.

A version of a person is never edited: a change closes it and opens the next one at the same moment; leaving closes it
and opens none. The roles of somebody who leaves end then, so that whoever returns brings none along, and so does the
management of a unit that its manager moves out of. Other roles stay until somebody ends them, whatever a file says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from service.domain.directory import Entry
from service.domain.people import UnitRow
from service.domain.roles import Role
from service.store.grants import Grant
from service.store.staging import CHANGED, LEFT, MOVED, NEW, compared, full_name_of, staged
from service.store.tables import accounts, api_tokens, memberships, people, role_grants, sessions, units

_LOCK_NAME = "import of the directory"
_COPIED = (
    "family_name",
    "given_name",
    "name_key",
    "position",
    "position_rank",
    "staff_class",
    "email",
    "email_problem",
    "groups",
    "active_from",
    "active_to",
)


def lock_directory(session: Session) -> None:
    """Until this transaction ends, nobody else imports."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(_LOCK_NAME, 0))))


def latest_change(session: Session) -> datetime | None:
    """When the newest version of a person began or ended."""
    newest = func.greatest(func.max(memberships.c.valid_from), func.max(memberships.c.valid_to))
    found: datetime | None = session.execute(select(newest)).scalar_one()
    return found


def write_units(session: Session, rows: Sequence[UnitRow]) -> None:
    """Add units, or give those that exist their name, place and parent; each parent exists or is among the rows."""
    named = [{"code": unit.code, "name": unit.name, "position": unit.position} for unit in rows]
    if not named:
        return
    added = upsert(units)
    renamed = {"name": added.excluded.name, "position": added.excluded.position}
    session.execute(added.on_conflict_do_update(index_elements=["code"], set_=renamed), named)
    above = units.alias("above")
    parent = select(above.c.id).where(above.c.code == bindparam("above_code")).scalar_subquery()
    placed = update(units).where(units.c.code == bindparam("unit_code")).values(parent_id=parent)
    session.execute(placed, [{"unit_code": unit.code, "above_code": unit.parent_code} for unit in rows])


@dataclass(frozen=True, slots=True)
class EndedGrant:
    """A role that an account held; `unit_id` for managers alone."""

    account_id: int
    role: Role
    unit_id: int | None


@dataclass(frozen=True, slots=True)
class Followed:
    """What followed the people: ids of the accounts closed and opened again, and the roles that ended."""

    closed: tuple[int, ...]
    reopened: tuple[int, ...]
    ended: tuple[EndedGrant, ...]


def write_people(session: Session, moment: datetime) -> Followed:
    """Make the directory say what the staged people, compared before, say; every version begins or ends at `moment`."""
    ended = _end_management_of_units_left(session, moment)
    _add_people(session)
    _close_versions(session, moment)
    _open_versions(session, moment)
    _add_accounts(session, moment)
    _rename_accounts(session)
    reopened = _reopen_accounts_of_returned(session)
    closed, lost = _close_accounts_of_left(session, moment)
    return Followed(closed, reopened, (*ended, *lost))


def missing_grants(session: Session) -> tuple[Entry, ...]:
    """Who has a role in the file and not in the office, in the order of the file; the role is the note."""
    query = _missing_grants(staged.c.code, full_name_of(staged), staged.c.role).order_by(staged.c.line)
    return tuple(Entry(code, name, role) for code, name, role in session.execute(query))


def grant_roles(session: Session, moment: datetime, granted_by: int | None) -> list[tuple[int, Grant]]:
    """Grant what `missing_grants` tells, once everybody has an account; returns to whom and what."""
    found = _missing_grants(accounts.c.id, staged.c.role, _unit_of_grant(), literal(moment), literal(granted_by))
    columns = ["account_id", "role", "unit_id", "valid_from", "granted_by"]
    g = role_grants.c
    granted = insert(role_grants).from_select(columns, found).returning(g.account_id, g.role, g.unit_id)
    return [
        (account_id, Grant(Role(role), unit_id, moment, None)) for account_id, role, unit_id in session.execute(granted)
    ]


def _missing_grants(*columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    standing = exists().where(
        role_grants.c.account_id == accounts.c.id,
        role_grants.c.role == staged.c.role,
        role_grants.c.unit_id.is_not_distinct_from(_unit_of_grant()),
        role_grants.c.valid_to.is_(None),
    )
    return (
        select(*columns)
        .select_from(staged)
        .outerjoin(units, units.c.code == staged.c.unit_code)
        .outerjoin(people, people.c.code == staged.c.code)
        .outerjoin(accounts, accounts.c.person_id == people.c.id)
        .where(staged.c.role != "", ~standing)
    )


def _unit_of_grant() -> ColumnElement[int | None]:
    """Managers reach their own unit and below; the other roles reach the office."""
    return case((staged.c.role == Role.MANAGER.value, units.c.id))


def _touched(*verdicts: str) -> ColumnElement[bool]:
    return compared.c.verdict.in_(verdicts)


def _add_people(session: Session) -> None:
    strangers = select(compared.c.code).where(compared.c.person_id.is_(None)).order_by(compared.c.line)
    session.execute(insert(people).from_select(["code"], strangers))


def _close_versions(session: Session, moment: datetime) -> None:
    session.execute(
        update(memberships)
        .where(memberships.c.id == compared.c.membership_id, _touched(CHANGED, MOVED, LEFT))
        .values(valid_to=moment)
    )


def _open_versions(session: Session, moment: datetime) -> None:
    search = func.concat_ws(" ", staged.c.search, func.lower(staged.c.email))
    versions = (
        select(people.c.id, units.c.id, search, literal(moment), *(staged.c[name] for name in _COPIED))
        .select_from(compared)
        .join(staged, staged.c.line == compared.c.line)
        .join(people, people.c.code == staged.c.code)
        .join(units, units.c.code == staged.c.unit_code)
        .where(_touched(NEW, CHANGED, MOVED))
    )
    columns = ["person_id", "unit_id", "search", "valid_from", *_COPIED]
    session.execute(insert(memberships).from_select(columns, versions))


def _add_accounts(session: Session, moment: datetime) -> None:
    lacking = (
        select(people.c.id, staged.c.username, full_name_of(staged), literal(moment))
        .join_from(staged, people, people.c.code == staged.c.code)
        .where(~exists().where(accounts.c.person_id == people.c.id))
    )
    columns = ["person_id", "username", "display_name", "created_at"]
    session.execute(insert(accounts).from_select(columns, lacking))


def _rename_accounts(session: Session) -> None:
    session.execute(
        update(accounts)
        .where(
            accounts.c.person_id == compared.c.person_id,
            _touched(NEW, CHANGED, MOVED),
            accounts.c.display_name != compared.c.name,
        )
        .values(display_name=compared.c.name)
    )


def _reopen_accounts_of_returned(session: Session) -> tuple[int, ...]:
    closed = (
        update(accounts)
        .where(accounts.c.person_id == compared.c.person_id, _touched(NEW), accounts.c.deactivated_at.is_not(None))
        .values(deactivated_at=null())
    )
    return tuple(session.execute(closed.returning(accounts.c.id)).scalars())


def _close_accounts_of_left(session: Session, moment: datetime) -> tuple[tuple[int, ...], list[EndedGrant]]:
    """With everything that would open them: sessions, tokens, roles."""
    left = (
        select(accounts.c.id)
        .join_from(accounts, compared, compared.c.person_id == accounts.c.person_id)
        .where(_touched(LEFT))
    )
    still_open = update(accounts).where(accounts.c.id.in_(left), accounts.c.deactivated_at.is_(None))
    closed = session.execute(still_open.values(deactivated_at=moment).returning(accounts.c.id)).scalars()
    for table, account_id, ended_at in (
        (sessions, sessions.c.account_id, sessions.c.ended_at),
        (api_tokens, api_tokens.c.account_id, api_tokens.c.revoked_at),
    ):
        session.execute(update(table).where(account_id.in_(left), ended_at.is_(None)).values({ended_at.name: moment}))
    return tuple(closed), _end_grants(session, moment, role_grants.c.account_id.in_(left))


def _end_management_of_units_left(session: Session, moment: datetime) -> list[EndedGrant]:
    """What was handed on to somebody does not hang on that person's unit."""
    left_unit = exists().where(
        role_grants.c.account_id == accounts.c.id,
        accounts.c.person_id == compared.c.person_id,
        _touched(MOVED),
        memberships.c.id == compared.c.membership_id,
        memberships.c.unit_id == role_grants.c.unit_id,
    )
    own = role_grants.c.delegated_by.is_(None)
    return _end_grants(session, moment, role_grants.c.role == Role.MANAGER.value, own, left_unit)


def _end_grants(session: Session, moment: datetime, *chosen: ColumnElement[bool]) -> list[EndedGrant]:
    """Those in force or yet to come."""
    g = role_grants.c
    ended = update(role_grants).where(*chosen, or_(g.valid_to.is_(None), g.valid_to > moment)).values(valid_to=moment)
    rows = session.execute(ended.returning(g.account_id, g.role, g.unit_id))
    return [EndedGrant(account_id, Role(role), unit_id) for account_id, role, unit_id in rows]
