"""Reminders: which deadlines are open, who is still asked, what was sent. Every statement takes whole lists at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    any_,
    cast,
    exists,
    func,
    literal,
    not_,
    select,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from service.domain.corrections import Kind as Correcting
from service.domain.documents import Mode, Urgency
from service.domain.occasions import REMINDERS, Kind
from service.domain.receipts import State
from service.domain.reminders import BY_HAND, OWN
from service.store.audiences import in_force
from service.store.counting import count_inserted
from service.store.deliveries import withdraw
from service.store.letters import PRESENT, message_id, queue
from service.store.receipts import standing
from service.store.tables import (
    absences,
    accounts,
    corrections,
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
    """A must-confirm distribution whose deadline may still bring steps.

    It asks `since` it was sent, or since the last replacement. `is_own` for the deadline of single people of it.
    """

    id: int
    due_at: datetime
    since: datetime
    urgency: Urgency
    number: str
    title: str
    is_own: bool = False

    def name(self, step: str) -> str:
        """What the step is called where it is kept: a person's own must not meet that of a step for everybody."""
        return f"{OWN}{step}" if self.is_own else step


def open_deadlines(session: Session, now: datetime) -> list[OpenDeadline]:
    """Those of whole distributions, then those that absences or a later listing gave to single people."""
    d = distributions.c
    common = _deadlines(d.due_at, now).where(d.due_at.is_not(None)).order_by(d.due_at, d.id)
    own_due = receipts.c.own_due_at
    still_asked = and_(receipts.c.distribution_id == d.id, standing() != State.ACKNOWLEDGED.value)
    own = _deadlines(own_due, now).join(receipts, still_asked).where(own_due.is_not(None)).distinct()
    return [
        *(_deadline(row) for row in session.execute(common)),
        *(replace(_deadline(row), is_own=True) for row in session.execute(own)),
    ]


def _deadlines(due_at: ColumnElement[datetime], now: datetime) -> Select[*tuple[Any, ...]]:
    d = distributions.c
    return (
        select(d.id, due_at, _asks_since(), d.urgency, documents.c.number, documents.c.title)
        .select_from(distributions)
        .join(documents, documents.c.id == d.document_id)
        .where(_asks(), due_at > now - _LOOKED_AFTER)
    )


def _asks_since() -> ColumnElement[datetime]:
    d, c = distributions.c, corrections.c
    replaced_at = (
        select(func.max(c.effective_at))
        .where(c.distribution_id == d.id, c.kind == Correcting.REPLACEMENT.value)
        .scalar_subquery()
    )
    return func.greatest(d.frozen_at, replaced_at)


def _since(session: Session, distribution_id: int) -> datetime:
    since: datetime = session.execute(select(_asks_since()).where(distributions.c.id == distribution_id)).scalar_one()
    return since


def _deadline(row: Row[*tuple[Any, ...]]) -> OpenDeadline:
    found, due_at, since, urgency, number, title = row
    return OpenDeadline(found, due_at, since, Urgency(urgency), number, title)


def _asks() -> ColumnElement[bool]:
    """A distribution that asks its people to confirm, whose list is drawn and which was not recalled."""
    d = distributions.c
    return and_(d.mode == Mode.ACKNOWLEDGE.value, d.listed_at.is_not(None), d.recalled_at.is_(None))


def hold(session: Session, deadline: OpenDeadline) -> bool:
    """Be the only one who plans reminders of a distribution until this transaction ends; False while another is at it.

    False too for a distribution that asks nobody any more, by another deadline or for another text, or that has not
    told everybody yet what it asks. Whoever opens or confirms is not kept waiting; corrections and excuses are.
    """
    d = distributions.c
    query = select(d.id).where(d.id == deadline.id, _asks())
    if not deadline.is_own:
        query = query.where(d.due_at == deadline.due_at)
    if session.execute(query.with_for_update(key_share=True, skip_locked=True)).first() is None:
        return False
    # Asked behind the lock: a replacement may have committed since the deadlines were read.
    return not is_being_replaced(session, deadline.id) and _since(session, deadline.id) == deadline.since


def is_being_replaced(session: Session, distribution_id: int) -> bool:
    """Whether not everybody has been sent the text that is in force: nobody is reminded of what they do not know of."""
    c = corrections.c
    untold = exists().where(
        c.distribution_id == distribution_id, c.kind == Correcting.REPLACEMENT.value, c.announced_at.is_(None)
    )
    found: bool = session.execute(select(untold)).scalar_one()
    return found


def wait_for(session: Session, distribution_id: int) -> bool:
    """As `hold`, but after whoever is at it."""
    query = select(distributions.c.id).where(distributions.c.id == distribution_id, _asks())
    return session.execute(query.with_for_update(key_share=True)).first() is not None


def hold_off(session: Session, distribution_ids: Collection[int]) -> None:
    """Keep reminders of these distributions out until the transaction ends; whoever is at one is waited for.

    To be called first by whoever excuses people: a reminder is then written before, and taken back, or not at all.
    """
    d = distributions.c
    rows = select(d.id).where(d.id == any_(_ids(distribution_ids))).order_by(d.id).with_for_update(read=True)
    session.execute(rows)


def asking_distributions(session: Session, person_id: int) -> list[int]:
    """The distributions that ask this person to confirm, answered or not: a replacement asks anew."""
    r, d = receipts.c, distributions.c
    query = (
        select(r.distribution_id)
        .join(distributions, d.id == r.distribution_id)
        .where(r.person_id == person_id, _asks())
        .order_by(r.distribution_id)
    )
    return list(session.execute(query).scalars())


def _ids(values: Collection[int]) -> ColumnElement[Sequence[int]]:
    """One parameter, however many there are."""
    return cast(list(values), ARRAY(BigInteger))


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
        return and_(self.within(), not_(self._has_confirmed()), not_(away), not_(exempted))

    def _has_confirmed(self) -> ColumnElement[bool]:
        """The revision in force, which is read once for the whole list."""
        r, d = receipts.c, distributions.alias().c
        in_force = select(d.revision).where(d.id == self.distribution_id).scalar_subquery()
        return and_(r.revision == in_force, r.status == State.ACKNOWLEDGED.value)


def reaches_anybody(session: Session, asked: Asked) -> bool:
    """Whether somebody of these units is on the list, asked or not."""
    found: bool = session.execute(select(exists().where(asked.within()))).scalar_one()
    return found


def remind_by(session: Session, asked: Asked, deadline: OpenDeadline, step: str, at: datetime) -> int:
    """Write a reminder for everybody who is asked by this deadline and was listed before the step; returns how many."""
    r = receipts.c
    share = r.own_due_at == deadline.due_at if deadline.is_own else r.own_due_at.is_(None)
    return _remind(session, asked, deadline.name(step), and_(share, r.listed_at < at))


def owes_reminders(session: Session, asked: Asked, deadline: OpenDeadline, step: str, at: datetime) -> bool:
    """Whether an own deadline's step has not reached everybody whom it is for: their number changes as they come."""
    r, e = receipts.c, reminders.c
    reached = exists().where(
        e.distribution_id == r.distribution_id, e.person_id == r.person_id, e.step == deadline.name(step)
    )
    owed = exists().where(asked.still(), r.own_due_at == deadline.due_at, r.listed_at < at, not_(reached))
    found: bool = session.execute(select(owed)).scalar_one()
    return found


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
    """A receipt is held while its reminder is written: who confirms meanwhile is passed over, or takes it back."""
    r = receipts.c
    told = select(r.distribution_id, r.person_id, literal(step), literal(sent_by), literal(asked.now))
    found = told.where(asked.still(), who).with_for_update(read=True, of=receipts)
    columns = ["distribution_id", "person_id", "step", "sent_by", "created_at"]
    return count_inserted(session, upsert(reminders).from_select(columns, found).on_conflict_do_nothing())


def queue_reminders(session: Session, asked: Asked, step: str, kind: Kind, mail_domain: str) -> int:
    """Write the letter of each reminder written just now, to the present address of its person; returns how many.

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
            func.concat(kind.value, ":", number).label("occasion"),
            *PRESENT.columns,
            d.urgency,
            message_id(mail_domain, kind.value, number, e.person_id, d.letter_token),
            r.own_due_at,
            e.created_at,
        )
        .join(receipts, and_(r.distribution_id == e.distribution_id, r.person_id == e.person_id))
        .join(distributions, d.id == e.distribution_id)
        .join(memberships, and_(m.person_id == e.person_id, m.valid_to.is_(None)))
        .join(units, units.c.id == m.unit_id)
        .where(
            e.distribution_id == asked.distribution_id,
            e.step == step,
            e.created_at == asked.now,
            PRESENT.has_mailbox,
        )
        .order_by(e.person_id)
    )
    return queue(session, letters)


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


@dataclass(frozen=True, slots=True)
class ByHand:
    """Of the people `asked`: `ready` may be reminded by hand, `by_mail` of those have a mailbox.

    `held_since` is the oldest of the reminders by hand that hold the others back; None where none is held back.
    """

    asked: int
    ready: int
    by_mail: int
    held_since: datetime | None


def count_by_hand(session: Session, asked: Asked, since: datetime) -> ByHand:
    """Whom `remind_unless_lately` would reach."""
    r, e = receipts.c, reminders.c
    same = and_(e.distribution_id == r.distribution_id, e.person_id == r.person_id)
    reminded_at = select(func.max(e.created_at)).where(same, _by_hand()).scalar_subquery()
    people = select(reminded_at.label("at"), PRESENT.has_mailbox.label("by_mail")).where(asked.still()).subquery()
    lately = func.coalesce(people.c.at > since, literal(value=False))
    query = select(
        func.count(),
        func.count().filter(not_(lately)),
        func.count().filter(not_(lately), people.c.by_mail),
        func.min(people.c.at).filter(lately),
    )
    return ByHand(*session.execute(query).one())


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
