"""Absences and exemptions: dated facts with a reason, entered for somebody by somebody; each a term of the identity."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from service.domain.errors import BadPeriod, NotFound
from service.domain.roles import Act, Actor
from service.domain.texts import given_reason
from service.runtime import Runtime
from service.store.excuses import Absence, add_absence, add_exemption
from service.store.receipts import receipt_row
from service.store.units import present_unit_id


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, both included."""

    first: date
    last: date


def record_absence(runtime: Runtime, actor: Actor, person_id: int, period: Period, reason: str) -> None:
    """Raises: NotFound, when the person is none of the actor's; BadPeriod; MissingReason, TooLong, UnstorableText."""
    if period.last < period.first:
        raise BadPeriod(first=period.first, last=period.last)
    why = given_reason(reason)
    with runtime.sessions.begin() as session:
        _check_reach(session, actor, person_id)
        absence = Absence(person_id, why, period.first, period.last)
        add_absence(session, absence, actor.account_id, runtime.clock())


def exempt(runtime: Runtime, actor: Actor, distribution_id: int, person_id: int, reason: str) -> None:
    """Raises: NotFound, when the person is none of the actor's or not on the list; or as `record_absence`."""
    why = given_reason(reason)
    with runtime.sessions.begin() as session:
        _check_reach(session, actor, person_id)
        if receipt_row(session, distribution_id, person_id) is None:
            raise NotFound
        add_exemption(session, distribution_id, person_id, why, actor.account_id, runtime.clock())


def _check_reach(session: Session, actor: Actor, person_id: int) -> None:
    """A manager reaches the own unit and below, the secretariat the office."""
    actor.must(Act.RECORD_ABSENCE)
    if actor.may(Act.POST):
        return
    if present_unit_id(session, person_id) not in actor.unit_ids:
        raise NotFound
