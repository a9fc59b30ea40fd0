"""Frozen lists after they were frozen: who is added, and what the directory says of those who were listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from service.domain.audiences import Audience
from service.domain.list_changes import Change, ListChange, Origin
from service.domain.vietnamese import full_name
from service.store.arrays import among
from service.store.audiences import belongs, in_force
from service.store.corrections import first_letters
from service.store.distributions import LISTED_COLUMNS, as_listed, keep_units
from service.store.document_letters import Sending, queue_to_listed
from service.store.reports import Scope
from service.store.tables import accounts, distributions, memberships, people, receipts, units

# An import dates its rows before it commits, so somebody may become visible behind a moment already looked at.
_LOOK_BACK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class OpenList:
    """A distribution whose list may still grow; its row is locked by this transaction."""

    id: int
    audience: str
    letter_token: str
    urgency: int
    revision: int
    rule_since: datetime
    followed_through: datetime

    @property
    def sending(self) -> Sending:
        return Sending(self.id, self.letter_token, self.urgency)


def due_to_follow(session: Session, looked_before: datetime) -> list[int]:
    """The distributions that add joiners and were last looked at before a moment, the longest ago first.

    While nobody comes, there is none: a rule holds for as long as its document stands, and nearly always in vain.
    """
    query = _to_follow(looked_before).where(_somebody_came(looked_before)).order_by(distributions.c.followed_through)
    return list(session.execute(query).scalars())


def hold_to_follow(session: Session, distribution_id: int, looked_before: datetime) -> OpenList | None:
    """One of `due_to_follow`, unless another worker is at it or has been meanwhile."""
    query = (
        _to_follow(looked_before)
        .where(distributions.c.id == distribution_id)
        .with_for_update(key_share=True, skip_locked=True)
    )
    row = session.execute(query).first()
    return OpenList(*row) if row else None


def _to_follow(looked_before: datetime) -> Select[*tuple[Any, ...]]:
    d = distributions.c
    return _open_lists().where(d.adds_joiners, d.followed_through < looked_before)


def _somebody_came(moment: datetime) -> ColumnElement[bool]:
    """Whether the directory holds anybody newer than the last look at a distribution; see `add_joiners`."""
    m, since = memberships.c, distributions.c.followed_through - _LOOK_BACK
    newest = select(func.max(m.valid_from)).scalar_subquery()
    newest_day = select(func.max(m.active_from)).where(m.active_from <= moment.date()).scalar_subquery()
    return or_(newest > since, newest_day > cast(func.timezone(str(moment.tzinfo), since), Date))


def open_list(session: Session, distribution_id: int) -> OpenList | None:
    """The list of a distribution that can still grow: drawn to its end, and not recalled."""
    query = _open_lists().where(distributions.c.id == distribution_id).with_for_update(key_share=True)
    row = session.execute(query).first()
    return OpenList(*row) if row else None


def set_rule(session: Session, distribution_id: int, *, adds_joiners: bool, since: datetime) -> None:
    """Whether joiners are listed from now on; those who came while the rule was off are not.

    Nothing changes where it is so already: a rule that is given again does not begin anew.
    """
    d = distributions.c
    changed = {"adds_joiners": adds_joiners, "rule_since": since, "followed_through": since}
    is_news = d.adds_joiners.is_not(adds_joiners)
    session.execute(update(distributions).where(d.id == distribution_id, is_news).values(changed))


def add_joiners(
    session: Session, followed: OpenList, audience: Audience, moment: datetime, office_day: date
) -> list[int]:
    """List everybody who has come to the audience since it was last looked at; returns their ids."""
    m = memberships.c
    since = max(followed.followed_through - _LOOK_BACK, followed.rule_since)
    came = or_(m.valid_from > since, m.active_from > since.astimezone(moment.tzinfo).date())
    found = came, in_force(moment, office_day), belongs(audience)
    added = _add(session, followed, and_(*found), moment, Origin.RULE, "", None)
    session.execute(update(distributions).where(distributions.c.id == followed.id).values(followed_through=moment))
    return added


def add_person(
    session: Session,
    target: OpenList,
    person_id: int,
    moment: datetime,
    office_day: date,
    *,
    reason: str,
    added_by: int | None,
) -> bool:
    """List one person by hand; False for who has left the office or stands on the list already."""
    chosen = and_(memberships.c.person_id == person_id, in_force(moment, office_day))
    return bool(_add(session, target, chosen, moment, Origin.HAND, reason, added_by))


def _add(
    session: Session,
    target: OpenList,
    who: ColumnElement[bool],
    moment: datetime,
    origin: Origin,
    reason: str,
    added_by: int | None,
) -> list[int]:
    listed = exists().where(receipts.c.distribution_id == target.id, receipts.c.person_id == memberships.c.person_id)
    more = literal(target.revision), literal(origin.value), literal(reason), literal(added_by)
    found = as_listed(target.id, moment).add_columns(*more).where(who, not_(listed))
    columns = [*LISTED_COLUMNS, "revision", "origin", "origin_reason", "added_by"]
    statement = upsert(receipts).from_select(columns, found).on_conflict_do_nothing().returning(receipts.c.person_id)
    added = list(session.execute(statement).scalars())
    if added:
        keep_units(session, target.id, among(receipts.c.person_id, added))
    session.execute(
        update(distributions).where(distributions.c.id == target.id).values(listed=distributions.c.listed + len(added))
    )
    return added


def queue_to_added(session: Session, target: OpenList, person_ids: Sequence[int], mail_domain: str) -> None:
    """Write the letters of people just added, where the address works."""
    added = among(receipts.c.person_id, person_ids)
    for occasion in first_letters(session, target.id, target.revision):
        queue_to_listed(session, target.sending, occasion, added, mail_domain)


def changes_of(
    session: Session, scope: Scope, frozen_at: datetime, as_of: datetime, office_day: date, limit: int
) -> list[ListChange]:
    """What became of a list between its freezing and a moment, by what was recorded then; the newest first."""
    span = frozen_at, as_of, office_day
    lines = union_all(_added(scope, as_of), _moved(scope, *span), _left(scope, *span)).subquery()
    query = (
        select(
            lines.c.change,
            lines.c.person_id,
            people.c.code,
            lines.c.family_name,
            lines.c.given_name,
            lines.c.unit_name,
            lines.c.now_in,
            lines.c.reason,
            func.coalesce(accounts.c.display_name, ""),
            lines.c.effective_at,
            lines.c.recorded_at,
        )
        .join(people, people.c.id == lines.c.person_id)
        .outerjoin(accounts, accounts.c.id == lines.c.added_by)
        .order_by(lines.c.recorded_at.desc(), lines.c.name_key, lines.c.person_id)
        .limit(limit)
    )
    return [
        ListChange(Change(change), person_id, code, full_name(family, given), *rest)
        for change, person_id, code, family, given, *rest in session.execute(query)
    ]


def _line(change: ColumnElement[str], now_in: ColumnElement[str]) -> tuple[ColumnElement[Any], ...]:
    r = receipts.c
    return (
        change.label("change"),
        r.person_id,
        r.family_name,
        r.given_name,
        r.name_key,
        r.unit_name,
        now_in.label("now_in"),
        r.origin_reason.label("reason"),
        r.added_by,
    )


def _added(scope: Scope, as_of: datetime) -> Select[*tuple[Any, ...]]:
    r = receipts.c
    change = case((r.origin == Origin.RULE.value, literal(Change.JOINED.value)), else_=literal(Change.ADDED.value))
    dates = r.listed_at.label("effective_at"), r.listed_at.label("recorded_at")
    return select(*_line(change, literal("")), *dates).where(
        scope.covers(), r.origin != Origin.FROZEN.value, r.listed_at <= as_of
    )


def _moved(scope: Scope, since: datetime, as_of: datetime, office_day: date) -> Select[*tuple[Any, ...]]:
    r, m = receipts.c, memberships.c
    dates = m.valid_from.label("effective_at"), m.valid_from.label("recorded_at")
    return (
        select(*_line(literal(Change.MOVED.value), units.c.name), *dates)
        .join(memberships, and_(m.person_id == r.person_id, m.valid_from > since, in_force(as_of, office_day)))
        .join(units, units.c.id == m.unit_id)
        .where(scope.covers(), r.listed_at <= as_of, m.unit_id != r.unit_id)
    )


def _left(scope: Scope, since: datetime, as_of: datetime, office_day: date) -> Select[*tuple[Any, ...]]:
    """Those whose last version was closed by an import, or is past its last day; the latter known beforehand."""
    r, m = receipts.c, memberships.c
    closed = and_(m.valid_to > since, m.valid_to <= as_of)
    past = and_(m.active_to >= since.astimezone(as_of.tzinfo).date() - timedelta(days=1), m.active_to < office_day)
    last = (
        select(m.person_id, m.valid_from, case((closed, m.valid_to), else_=null()).label("closed_at"), m.active_to)
        .where(m.valid_from <= as_of, or_(closed, past))
        .ext(distinct_on(m.person_id))
        .order_by(m.person_id, m.valid_from.desc())
        .subquery("last")
    )
    # The midnight after the last day, in the office's zone.
    ended = func.timezone(str(as_of.tzinfo), cast(last.c.active_to + 1, DateTime))
    still_here = exists().where(m.person_id == r.person_id, in_force(as_of, office_day))
    dates = (
        func.least(last.c.closed_at, ended).label("effective_at"),
        func.coalesce(last.c.closed_at, last.c.valid_from).label("recorded_at"),
    )
    return (
        select(*_line(literal(Change.LEFT.value), literal("")), *dates)
        .join(last, last.c.person_id == r.person_id)
        .where(scope.covers(), r.listed_at <= as_of, not_(still_here))
    )


def _open_lists() -> Select[*tuple[Any, ...]]:
    d = distributions.c
    return select(d.id, d.audience, d.letter_token, d.urgency, d.revision, d.rule_since, d.followed_through).where(
        d.listed_at.is_not(None), d.recalled_at.is_(None)
    )
