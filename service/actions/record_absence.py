"""Absences and exemptions: dated facts with a reason, entered for somebody by somebody; each a term of the identity."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from service.actions.own_deadlines import settle_own_deadlines
from service.domain.absences import Absence, Kind, check_days, check_service, cut_short, merge
from service.domain.corrections import check_standing
from service.domain.errors import NotFound
from service.domain.evidence import Deed, Detail, digest_of, entry
from service.domain.roles import Act, Actor
from service.domain.texts import REASON, given_reason, one_line
from service.runtime import Runtime
from service.store import evidence, excuses, reminders
from service.store.deliveries import withdraw_asking
from service.store.directory import term_of_service
from service.store.distributions import distribution_row
from service.store.own_deadlines import Whose
from service.store.receipts import receipt_row
from service.store.units import present_unit_id


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, both included."""

    first: date
    last: date


def record_absence(
    runtime: Runtime, actor: Actor, person_id: int, period: Period, reason: str = "", *, kind: Kind = Kind.LEAVE
) -> None:
    """Record that a person is away. Days already recorded with the same kind make one absence with the new ones.

    Open deadlines of this person move with it, and who is away today is reminded of nothing.

    Raises:
        NotFound: the person is none of the actor's.
        BadPeriod, AbsenceTooLong: see `check_days`.
        AbsentBeforeService, AbsentAfterService: see `check_service`.
        TooLong, UnstorableText: see `one_line`.
        OverlappingAbsence: on one of the days the person is away for another reason; names it.
    """
    check_days(period.first, period.last)
    new = Absence(kind, period.first, period.last, one_line(REASON, reason))
    with runtime.sessions.begin() as session:
        check_reach(session, actor, person_id)
        check_service(new, *term_of_service(session, person_id))
        asking = reminders.asking_distributions(session, person_id)
        reminders.hold_off(session, asking)
        excuses.hold_person(session, person_id)
        known = excuses.overlapping_absences(session, person_id, new.first_day, new.last_day)
        merged = merge(new, known.values())
        if merged in known.values():
            return
        _withdraw(runtime, session, actor, person_id, list(known))
        _add(runtime, session, actor, person_id, merged)
        now = runtime.clock()
        settle_own_deadlines(runtime, session, Whose(person_ids=[person_id]), now)
        if merged.first_day <= now.date() <= merged.last_day:
            reminders.withdraw_reminders(session, asking, [person_id], now)


def withdraw_absence(
    runtime: Runtime, actor: Actor, person_id: int, absence_id: int, *, last_day: date | None = None
) -> None:
    """Say that a recorded absence is none, or with `last_day` that it ended earlier. Open deadlines move back.

    Until now it counted; reports of earlier moments keep it.

    Raises:
        NotFound: the person is none of the actor's, or has no such absence any more.
        NotShorter: see `cut_short`.
        AbsentBeforeService, AbsentAfterService: see `check_service`.
    """
    with runtime.sessions.begin() as session:
        check_reach(session, actor, person_id)
        reminders.hold_off(session, reminders.asking_distributions(session, person_id))
        excuses.hold_person(session, person_id)
        known = excuses.standing_absence(session, absence_id, person_id)
        if known is None:
            raise NotFound
        rest = cut_short(known, last_day) if last_day else None
        if rest:
            check_service(rest, *term_of_service(session, person_id))
        _withdraw(runtime, session, actor, person_id, [absence_id])
        if rest:
            _add(runtime, session, actor, person_id, rest)
        settle_own_deadlines(runtime, session, Whose(person_ids=[person_id]), runtime.clock())


def exempt(runtime: Runtime, actor: Actor, distribution_id: int, person_id: int, reason: str) -> None:
    """Say that a person need not confirm a distribution; the first reason stands until it is lifted.

    Raises:
        NotFound: the person is none of the actor's or not on the list.
        MissingReason, TooLong, UnstorableText: see `given_reason`.
        DocumentRecalled: nobody has to confirm it any more.
    """
    why = given_reason(reason)
    with runtime.sessions.begin() as session:
        _check_listed(session, actor, distribution_id, person_id)
        reminders.hold_off(session, [distribution_id])
        head = distribution_row(session, distribution_id)
        check_standing(head["recalled_at"] if head else None)
        exempt_listed(runtime, session, actor, (distribution_id, person_id), why)


def exempt_listed(runtime: Runtime, session: Session, actor: Actor, receipt: tuple[int, int], reason: str) -> None:
    """Exempt who is known to be listed, in a transaction that holds off reminders.

    `receipt` is the distribution and the person.
    """
    distribution_id, person_id = receipt
    now = runtime.clock()
    if excuses.add_exemption(session, distribution_id, person_id, reason, actor.account_id, now):
        withdraw_asking(session, distribution_id, person_id, now)
        about: dict[str, Detail] = {"distribution": distribution_id, "person": person_id}
        deed = entry(Deed.EXEMPTED, actor, now, reason_sha256=digest_of(reason), **about)
        evidence.append(session, deed)


def lift_exemption(runtime: Runtime, actor: Actor, distribution_id: int, person_id: int) -> None:
    """Ask an exempted person to confirm again.

    Raises:
        NotFound: the person is none of the actor's, or not exempted.
    """
    with runtime.sessions.begin() as session:
        _check_listed(session, actor, distribution_id, person_id)
        reminders.hold_off(session, [distribution_id])
        now = runtime.clock()
        if not excuses.lift_exemption(session, distribution_id, person_id, actor.account_id, now):
            raise NotFound
        deed = entry(Deed.EXEMPTION_LIFTED, actor, now, distribution=distribution_id, person=person_id)
        evidence.append(session, deed)


def _add(runtime: Runtime, session: Session, actor: Actor, person_id: int, absence: Absence) -> None:
    now = runtime.clock()
    absence_id = excuses.add_absence(session, person_id, absence, actor.account_id, now)
    # Why somebody is away may be a matter of health; the days are what others rely on.
    days = {"first_day": absence.first_day.isoformat(), "last_day": absence.last_day.isoformat()}
    recorded = entry(Deed.ABSENCE_RECORDED, actor, now, absence=absence_id, person=person_id, **days)
    evidence.append(session, recorded)


def _withdraw(runtime: Runtime, session: Session, actor: Actor, person_id: int, ids: list[int]) -> None:
    if not ids:
        return
    now = runtime.clock()
    excuses.withdraw_absences(session, ids, actor.account_id, now)
    deeds = (entry(Deed.ABSENCE_WITHDRAWN, actor, now, absence=one, person=person_id) for one in ids)
    evidence.append(session, *deeds)


def _check_listed(session: Session, actor: Actor, distribution_id: int, person_id: int) -> None:
    check_reach(session, actor, person_id)
    if receipt_row(session, distribution_id, person_id) is None:
        raise NotFound


def check_reach(session: Session, actor: Actor, person_id: int) -> None:
    """A manager reaches the own unit and below, the secretariat the office.

    Raises:
        NotFound: the person is none of the actor's.
    """
    actor.must(Act.RECORD_ABSENCE)
    if actor.may(Act.POST):
        return
    if present_unit_id(session, person_id) not in actor.unit_ids:
        raise NotFound
