"""Lists that join several families of tables: the frozen list with its letters, what a manager's units received."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, RowMapping, Select, and_, exists, false, func, select
from sqlalchemy.orm import Session

from service.domain.deliveries import Status
from service.domain.errors import UnknownUnit
from service.domain.receipts import Route, State
from service.domain.vietnamese import full_name
from service.store.deliveries import brings
from service.store.grants import in_force_or_to_come
from service.store.receipts import standing
from service.store.reports import Scope
from service.store.tables import (
    accounts,
    deliveries,
    distributions,
    documents,
    list_units,
    people,
    receipt_events,
    receipts,
    role_grants,
    units,
)
from service.store.units import below

_opened = receipt_events.alias("opened")
_acknowledged = receipt_events.alias("acknowledged")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines of a frozen list; each None means any."""

    receipt_status: State | None = None
    delivery_status: Status | None = None


@dataclass(frozen=True, slots=True)
class RecipientLine:
    """One person of a frozen list with the letter that brought the revision in force; its columns None without one."""

    person_id: int
    person_code: str
    family_name: str
    given_name: str
    position: str
    unit_id: int
    unit_name: str
    address: str | None
    address_problem: str | None
    receipt_status: State
    revision: int
    listed_at: datetime
    opened_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by_route: Route | None
    acknowledgement_recorded_at: datetime | None
    delivery_id: int | None
    delivery_status: Status | None
    attempts: int
    message_id: str | None
    last_reply: str | None
    in_doubt: bool
    queued_at: datetime | None
    next_attempt_at: datetime | None
    final_at: datetime | None

    @property
    def name(self) -> str:
        return full_name(self.family_name, self.given_name)


def recipients_page(session: Session, scope: Scope, wanted: Wanted, after: int, limit: int) -> list[RecipientLine]:
    """The people of a frozen list whose ids come behind `after`, in the order of ids.

    Ids only grow and a list is drawn in their order, so walking it while it is drawn meets everybody once.
    """
    r = receipts.c
    query = _lines().where(scope.covers(), r.person_id > after, *_conditions(wanted)).order_by(r.person_id)
    return [_line(row) for row in session.execute(query.limit(limit)).mappings()]


def recipient(session: Session, scope: Scope, person_code: str) -> RecipientLine | None:
    row = session.execute(_lines().where(scope.covers(), people.c.code == person_code)).mappings().first()
    return _line(row) if row else None


def lists_anybody(session: Session, scope: Scope) -> bool:
    """Whether somebody within the scope is on the frozen list."""
    u = list_units.c
    listed = exists().where(u.distribution_id == scope.distribution_id)
    if scope.unit_ids is not None:
        listed = listed.where(u.unit_id.in_(scope.unit_ids))
    found: bool = session.execute(select(listed)).scalar_one()
    return found


def receipts_by_status(session: Session, scope: Scope) -> dict[State, int]:
    state = standing().label("state")
    query = (
        select(state, func.count())
        .join_from(receipts, distributions, distributions.c.id == receipts.c.distribution_id)
        .where(scope.covers())
        .group_by(state)
    )
    return {State(status): count for status, count in session.execute(query)}


def letters_by_status(session: Session, scope: Scope) -> dict[Status, int]:
    d = deliveries.c
    query = select(d.status, func.count()).where(d.distribution_id == scope.distribution_id).group_by(d.status)
    if scope.unit_ids is not None:
        own = and_(receipts.c.distribution_id == d.distribution_id, receipts.c.person_id == d.person_id)
        query = query.join(receipts, own).where(scope.covers())
    return {Status(status): count for status, count in session.execute(query)}


def distributions_to_units(
    session: Session, unit_ids: Collection[int], before: int | None, limit: int
) -> list[RowMapping]:
    """The newest distributions that listed somebody of these units, with the columns of `distributions_page`."""
    u, d = list_units.c, distributions.c
    reached = exists().where(u.distribution_id == d.id, u.unit_id.in_(unit_ids))
    query = (
        select(distributions, documents.c.number, documents.c.title, documents.c.type_code)
        .join(documents, documents.c.id == d.document_id)
        .where(reached)
        .order_by(d.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(d.id < before)
    return list(session.execute(query).mappings())


def units_within(session: Session, reach: frozenset[int] | None, code: str) -> frozenset[int]:
    """The ids of the unit with this code and of every unit below it, as far as they are in `reach`; None is the office.

    Raises:
        UnknownUnit: there are none.
    """
    found = frozenset(session.execute(below(units.c.code == code)).scalars())
    reached = found if reach is None else found & reach
    if not reached:
        raise UnknownUnit(given=code)
    return reached


def distributions_of(session: Session, document_id: int) -> list[int]:
    d = distributions.c
    return list(session.execute(select(d.id).where(d.document_id == document_id).order_by(d.id)).scalars())


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A grant that is in force or yet to come; `unit_code` for managers, `delegated_by` who handed the role on."""

    role: str
    unit_code: str | None
    valid_from: datetime
    valid_to: datetime | None
    delegated_by: str | None


@dataclass(frozen=True, slots=True)
class AccountLine:
    """`is_activated` once a password was set; `roles` as they stand at the moment asked about."""

    id: int
    username: str
    display_name: str
    person_code: str | None
    is_activated: bool
    must_change: bool
    created_at: datetime
    deactivated_at: datetime | None
    roles: tuple[RoleLine, ...]


def accounts_page(
    session: Session, moment: datetime, after: int, limit: int, *, of_people: bool = False
) -> list[AccountLine]:
    """The accounts whose ids come behind `after`, in the order of ids, closed ones included.

    With `of_people` without those that stand for nobody in the directory.
    """
    query = _account_lines().where(accounts.c.id > after).order_by(accounts.c.id).limit(limit)
    if of_people:
        query = query.where(accounts.c.person_id.is_not(None))
    return _with_roles(session, moment, session.execute(query).mappings().all())


def account_line(session: Session, moment: datetime, username: str) -> AccountLine | None:
    query = _account_lines().where(accounts.c.username == username)
    return next(iter(_with_roles(session, moment, session.execute(query).mappings().all())), None)


def _with_roles(session: Session, moment: datetime, rows: Sequence[RowMapping]) -> list[AccountLine]:
    granted = _roles_by_account(session, moment, [row["id"] for row in rows])
    return [AccountLine(**row, roles=tuple(granted[row["id"]])) for row in rows]


def _account_lines() -> Select[*tuple[Any, ...]]:
    """The columns of AccountLine, but its roles."""
    a = accounts.c
    return select(
        a.id,
        a.username,
        a.display_name,
        people.c.code.label("person_code"),
        a.password_hash.is_not(None).label("is_activated"),
        a.must_change,
        a.created_at,
        a.deactivated_at,
    ).outerjoin(people, people.c.id == a.person_id)


def _roles_by_account(session: Session, moment: datetime, ids: list[int]) -> defaultdict[int, list[RoleLine]]:
    g = role_grants.c
    query = (
        select(g.account_id, g.role, units.c.code, g.valid_from, g.valid_to, accounts.c.username)
        .outerjoin(units, units.c.id == g.unit_id)
        .outerjoin(accounts, accounts.c.id == g.delegated_by)
        .where(g.account_id.in_(ids), in_force_or_to_come(moment))
        .order_by(g.id)
    )
    found: defaultdict[int, list[RoleLine]] = defaultdict(list)
    for account_id, *line in session.execute(query):
        found[account_id].append(RoleLine(*line))
    return found


def database_time(session: Session) -> datetime:
    """The clock that due times, leases and heartbeats follow."""
    moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return moment


def _lines() -> Select[tuple[object, ...]]:
    r, d = receipts.c, deliveries.c
    letter = and_(d.distribution_id == r.distribution_id, d.person_id == r.person_id, brings(distributions.c.revision))
    return (
        select(
            r.person_id,
            people.c.code.label("person_code"),
            r.family_name,
            r.given_name,
            r.position,
            r.unit_id,
            r.unit_name,
            r.address,
            r.address_problem,
            standing().label("receipt_status"),
            distributions.c.revision,
            r.listed_at,
            _opened.c.effective_at.label("opened_at"),
            _acknowledged.c.effective_at.label("acknowledged_at"),
            _acknowledged.c.route.label("acknowledged_by_route"),
            _acknowledged.c.recorded_at.label("acknowledgement_recorded_at"),
            d.id.label("delivery_id"),
            d.status.label("delivery_status"),
            func.coalesce(d.attempts, 0).label("attempts"),
            d.message_id,
            d.last_reply,
            func.coalesce(d.in_doubt, false()).label("in_doubt"),
            d.created_at.label("queued_at"),
            d.next_attempt_at,
            d.final_at,
        )
        .select_from(receipts)
        .join(distributions, distributions.c.id == r.distribution_id)
        .join(people, people.c.id == r.person_id)
        .outerjoin(deliveries, letter)
        .outerjoin(_opened, _fact(_opened, State.OPENED))
        .outerjoin(_acknowledged, _fact(_acknowledged, State.ACKNOWLEDGED))
    )


def _fact(event: FromClause, state: State) -> ColumnElement[bool]:
    return and_(
        event.c.distribution_id == receipts.c.distribution_id,
        event.c.person_id == receipts.c.person_id,
        event.c.revision == distributions.c.revision,
        event.c.state == state.value,
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.receipt_status is not None:
        conditions.append(standing() == wanted.receipt_status.value)
    if wanted.delivery_status is not None:
        conditions.append(deliveries.c.status == wanted.delivery_status.value)
    return conditions


def _line(row: RowMapping) -> RecipientLine:
    return RecipientLine(
        **{
            **row,
            "receipt_status": State(row["receipt_status"]),
            "acknowledged_by_route": Route(row["acknowledged_by_route"]) if row["acknowledged_by_route"] else None,
            "delivery_status": Status(row["delivery_status"]) if row["delivery_status"] else None,
        }
    )
