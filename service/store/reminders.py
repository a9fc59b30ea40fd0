"""Reminders: which deadlines are open, who is still asked, what was sent. Every statement takes whole lists at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    cast,
    exists,
    func,
    literal,
    not_,
    select,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from service.domain.documents import Mode, Urgency
from service.domain.occasions import REMINDERS, Kind
from service.domain.receipts import State
from service.domain.reminders import BY_HAND
from service.store.audiences import in_force
from service.store.deliveries import withdraw
from service.store.tables import (
    absences,
    accounts,
    deliveries,
    distributions,
    documents,
    exemptions,
    memberships,
    receipts,
    reminder_steps,
    reminders,
    units,
)

# Long after the last step of any deadline.
_LOOKED_AFTER = timedelta(days=120)


def by_hand(now: datetime) -> str:
    """The step of a reminder that a person sends."""
    return f"{BY_HAND}{now.isoformat()}"


@dataclass(frozen=True, slots=True)
class OpenDeadline:
    """A must-confirm distribution whose deadline may still bring steps."""

    id: int
    due_at: datetime
    frozen_at: datetime
    urgency: Urgency
    number: str
    title: str


def open_deadlines(session: Session, now: datetime) -> list[OpenDeadline]:
    d = distributions.c
    query = (
        select(d.id, d.due_at, d.frozen_at, d.urgency, documents.c.number, documents.c.title)
        .join(documents, documents.c.id == d.document_id)
        .where(_asks(), d.due_at.is_not(None), d.due_at > now - _LOOKED_AFTER)
        .order_by(d.due_at, d.id)
    )
    return [
        OpenDeadline(found, due_at, frozen_at, Urgency(urgency), number, title)
        for found, due_at, frozen_at, urgency, number, title in session.execute(query)
    ]


def _asks() -> ColumnElement[bool]:
    """A distribution that asks its people to confirm, whose list is drawn and which was not recalled."""
    d = distributions.c
    return and_(d.mode == Mode.ACKNOWLEDGE.value, d.listed_at.is_not(None), d.recalled_at.is_(None))


def hold(session: Session, distribution_id: int, due_at: datetime) -> bool:
    """Be the only one who plans reminders of a distribution until this transaction ends; False while another is at it.

    False too for a distribution that asks nobody any more, or by another deadline.
    """
    d = distributions.c
    query = select(d.id).where(d.id == distribution_id, d.due_at == due_at, _asks())
    return session.execute(query.with_for_update(skip_locked=True)).first() is not None


def wait_for(session: Session, distribution_id: int) -> bool:
    """As `hold`, but after whoever is at it."""
    query = select(distributions.c.id).where(distributions.c.id == distribution_id, _asks())
    return session.execute(query.with_for_update()).first() is not None


def done_steps(session: Session, distribution_id: int) -> set[str]:
    query = select(reminder_steps.c.step).where(reminder_steps.c.distribution_id == distribution_id)
    return set(session.execute(query).scalars())


def finish_steps(
    session: Session, distribution_id: int, steps: Mapping[str, int], moment: datetime, sent_by: int | None = None
) -> None:
    """Say that these steps are over, and how many people each of them reminded."""
    rows = [
        {"distribution_id": distribution_id, "step": step, "people": people, "done_at": moment, "sent_by": sent_by}
        for step, people in steps.items()
    ]
    session.execute(upsert(reminder_steps).on_conflict_do_nothing(), rows)


@dataclass(frozen=True, slots=True)
class DoneStep:
    """`sent_by` is the name of who reminded by hand; empty for the steps of the calendar."""

    step: str
    done_at: datetime
    people: int
    sent_by: str

    @property
    def is_by_hand(self) -> bool:
        return self.step.startswith(BY_HAND)


def steps_of(session: Session, distribution_id: int) -> list[DoneStep]:
    """Oldest first."""
    s = reminder_steps.c
    query = (
        select(s.step, s.done_at, s.people, func.coalesce(accounts.c.display_name, ""))
        .outerjoin(accounts, accounts.c.id == s.sent_by)
        .where(s.distribution_id == distribution_id)
        .order_by(s.done_at, s.step)
    )
    return [DoneStep(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Asked:
    """The people of a distribution as they are now, those of these units alone if any are named.

    Its conditions are for receipts beside memberships.
    """

    distribution_id: int
    now: datetime
    office_day: date
    unit_ids: Collection[int] | None = None

    def within(self) -> ColumnElement[bool]:
        """Who is on the list and in these units now."""
        r, m = receipts.c, memberships.c
        listed = and_(
            r.distribution_id == self.distribution_id,
            m.person_id == r.person_id,
            in_force(self.now, self.office_day),
        )
        return listed if self.unit_ids is None else and_(listed, m.unit_id.in_(self.unit_ids))

    def still(self) -> ColumnElement[bool]:
        """Who of them is asked: has neither confirmed nor an excuse today."""
        r, a, x = receipts.c, absences.c, exemptions.c
        away = exists().where(
            a.person_id == r.person_id,
            a.withdrawn_at.is_(None),
            a.first_day <= self.office_day,
            a.last_day >= self.office_day,
        )
        exempted = exists().where(
            x.distribution_id == r.distribution_id, x.person_id == r.person_id, x.lifted_at.is_(None)
        )
        return and_(self.within(), r.status != State.ACKNOWLEDGED.value, not_(away), not_(exempted))


def reaches_anybody(session: Session, asked: Asked) -> bool:
    """Whether somebody of these units is on the list, asked or not."""
    found: bool = session.execute(select(exists().where(asked.within()))).scalar_one()
    return found


def remind_all(session: Session, asked: Asked, step: str) -> int:
    """Write a reminder for everybody who is asked and shares the distribution's deadline; returns how many."""
    return _remind(session, asked, step, receipts.c.own_due_at.is_(None))


def remind_one(session: Session, asked: Asked, person_id: int, step: str) -> int:
    """The same for one person, whose deadline is another."""
    return _remind(session, asked, step, receipts.c.person_id == person_id)


def remind_unless_lately(session: Session, asked: Asked, step: str, sent_by: int | None, since: datetime) -> int:
    """Write a reminder that somebody sends by hand to whom nobody has sent one since a moment; returns how many."""
    r, e = receipts.c, reminders.c
    lately = exists().where(
        e.distribution_id == r.distribution_id, e.person_id == r.person_id, e.created_at > since, _by_hand()
    )
    return _remind(session, asked, step, not_(lately), sent_by)


def _by_hand() -> ColumnElement[bool]:
    return reminders.c.step.startswith(BY_HAND)


def _remind(session: Session, asked: Asked, step: str, who: ColumnElement[bool], sent_by: int | None = None) -> int:
    r = receipts.c
    told = select(r.distribution_id, r.person_id, literal(step), literal(sent_by), literal(asked.now))
    found = told.where(asked.still(), who)
    columns = ["distribution_id", "person_id", "step", "sent_by", "created_at"]
    statement = upsert(reminders).from_select(columns, found).on_conflict_do_nothing()
    written = session.execute(statement, execution_options={"preserve_rowcount": True})
    return int(written.rowcount)  # type: ignore[attr-defined]  # INSERT gives a CursorResult


def queue_reminders(session: Session, distribution_id: int, step: str, kind: Kind, mail_domain: str) -> int:
    """Write the letter of each reminder of a step, to the present address of its person; returns how many.

    A letter's number is that of the reminder among all that its person got for this distribution.
    """
    e, r, m, d = reminders.c, receipts.c, memberships.c, distributions.c
    earlier = reminders.alias()
    number = cast(
        select(func.count())
        .where(earlier.c.distribution_id == e.distribution_id, earlier.c.person_id == e.person_id)
        .scalar_subquery(),
        Text,
    )
    letters = (
        select(
            e.distribution_id,
            e.person_id,
            func.concat(kind.value, ":", number),
            m.email,
            func.concat_ws(" ", m.family_name, m.given_name),
            units.c.name,
            d.urgency,
            func.concat(kind.value, ".", number, ".", e.person_id, ".", d.letter_token, "@", mail_domain),
            r.own_due_at,
            e.created_at,
        )
        .join(receipts, and_(r.distribution_id == e.distribution_id, r.person_id == e.person_id))
        .join(distributions, d.id == e.distribution_id)
        .join(memberships, and_(m.person_id == e.person_id, m.valid_to.is_(None)))
        .join(units, units.c.id == m.unit_id)
        .where(e.distribution_id == distribution_id, e.step == step, m.email.is_not(None), m.email_problem.is_(None))
        .order_by(e.person_id)
    )
    columns = [
        "distribution_id",
        "person_id",
        "occasion",
        "address",
        "recipient_name",
        "unit_name",
        "urgency",
        "message_id",
        "own_due_at",
        "created_at",
    ]
    statement = upsert(deliveries).from_select(columns, letters).on_conflict_do_nothing()
    written = session.execute(statement, execution_options={"preserve_rowcount": True})
    return int(written.rowcount)  # type: ignore[attr-defined]  # INSERT gives a CursorResult


@dataclass(frozen=True, slots=True)
class OwnDeadline:
    """A person whose own deadline is another than the distribution's."""

    distribution_id: int
    person_id: int
    due_at: datetime
    listed_at: datetime
    urgency: Urgency


def own_deadlines(session: Session, now: datetime) -> list[OwnDeadline]:
    """Of people who have not confirmed, where the distribution still asks."""
    r, d = receipts.c, distributions.c
    query = (
        select(r.distribution_id, r.person_id, r.own_due_at, r.listed_at, d.urgency)
        .join(distributions, d.id == r.distribution_id)
        .where(r.own_due_at > now - _LOOKED_AFTER, r.status != State.ACKNOWLEDGED.value, _asks())
        .order_by(r.distribution_id, r.person_id)
    )
    return [
        OwnDeadline(found, person, due_at, listed_at, Urgency(urgency))
        for found, person, due_at, listed_at, urgency in session.execute(query)
    ]


def was_reminded(session: Session, own: OwnDeadline, step: str) -> bool:
    e = reminders.c
    query = select(e.step).where(e.distribution_id == own.distribution_id, e.person_id == own.person_id, e.step == step)
    return session.execute(query).first() is not None


def withdraw_reminders(
    session: Session, distribution_ids: Collection[int], person_ids: Collection[int], moment: datetime
) -> None:
    """Take back people's reminders that have not left yet: there is nothing to be reminded of any more."""
    d = deliveries.c
    kind = func.split_part(d.occasion, ":", 1)
    mine = and_(d.distribution_id.in_(distribution_ids), d.person_id.in_(person_ids), kind.in_(REMINDERS))
    withdraw(session, mine, moment)


def count_asked(session: Session, asked: Asked) -> int:
    found: int = session.execute(select(func.count()).where(asked.still())).scalar_one()
    return found


def late_by_unit(session: Session, asked: Asked) -> dict[int, int]:
    """How many are asked and late, by the unit they are in now."""
    m = memberships.c
    query = _late(asked, m.unit_id, func.count()).group_by(m.unit_id)
    return dict(session.execute(query).all())


def late_names(session: Session, asked: Asked, limit: int) -> list[tuple[str, str]]:
    """Family and given name of those who are asked and late, in name order."""
    m = memberships.c
    query = _late(asked, m.family_name, m.given_name).order_by(m.name_key, m.person_id).limit(limit)
    return [(family, given) for family, given in session.execute(query)]


def _late(asked: Asked, *columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    r, d = receipts.c, distributions.c
    return (
        select(*columns)
        .join(distributions, d.id == r.distribution_id)
        .where(asked.still(), func.coalesce(r.own_due_at, d.due_at) < asked.now)
    )


def steps_seen(session: Session, distribution_id: int, unit_ids: Collection[int] | None) -> list[DoneStep]:
    """As `steps_of`; with units, by the people of their frozen lists, without what others alone were sent by hand."""
    done = steps_of(session, distribution_id)
    if unit_ids is None:
        return done
    e, r = reminders.c, receipts.c
    query = (
        select(e.step, func.count())
        .join(receipts, and_(r.distribution_id == e.distribution_id, r.person_id == e.person_id))
        .where(e.distribution_id == distribution_id, r.unit_id.in_(unit_ids))
        .group_by(e.step)
    )
    people: dict[str, int] = dict(session.execute(query).all())
    return [replace(one, people=people.get(one.step, 0)) for one in done if one.step in people or not one.is_by_hand]
