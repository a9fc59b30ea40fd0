"""A person's own deadline, where an absence or a later listing moves it.

It is worked out in the transaction that changes what it rests on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from service.actions.office_calendar import office_calendar
from service.domain.absences import ADDED_LATER, Absence, words_between
from service.domain.calendar import Calendar
from service.domain.coverage import Confirmation, Outstanding
from service.domain.deadlines import own_due
from service.domain.documents import Mode
from service.runtime import Runtime
from service.store.excuses import absences_of_people
from service.store.own_deadlines import (
    Obligation,
    Whose,
    obligations,
    own_deadlines,
    write_own_deadlines,
)

Person = TypeVar("Person", Outstanding, Confirmation)


class AsOf(Protocol):
    """What is told of a distribution as of a moment: a report, or a list of its people."""

    @property
    def distribution_id(self) -> int: ...
    @property
    def mode(self) -> Mode: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def as_of(self) -> datetime: ...


def settle_own_deadlines(runtime: Runtime, session: Session, whose: Whose, moment: datetime) -> None:
    """Work out anew until when these people have time, or had who confirmed late; reports know it from `moment`.

    To be called after an absence was recorded or withdrawn, somebody was listed, or a distribution's deadline changed.
    """
    found = obligations(session, whose)
    if not found:
        return
    calendar = office_calendar(runtime, session, since=min(one.listed_at for one in found).date())
    away = absences_of_people(session, {one.person_id for one in found})

    def own(one: Obligation) -> datetime | None:
        listed = one.listed_at.astimezone(calendar.zone).date()
        grace = _days_given(one, calendar) if one.is_added else None
        return own_due(one.due_at, listed, days_of(away.get(one.person_id, ())), calendar, grace)

    moved = [(one, own_at) for one in found if (own_at := own(one)) != one.own_due_at]
    if moved:
        write_own_deadlines(session, moved, moment)


def _days_given(one: Obligation, calendar: Calendar) -> int:
    """The working days that everybody else had, at least one."""
    if one.due_days is not None:
        return one.due_days
    frozen, due = (moment.astimezone(calendar.zone).date() for moment in (one.frozen_at, one.due_at))
    return max(1, calendar.working_days_between(frozen, due))


def with_own_deadlines(session: Session, built: AsOf, people: Sequence[Person]) -> Sequence[Person]:
    """People of a report with their own deadlines, as they had been told by its moment."""
    if built.due_at is None or built.mode is not Mode.ACKNOWLEDGE:
        return people
    told = own_deadlines(session, built.distribution_id, {person.person_id for person in people}, built.as_of)
    away = absences_of_people(session, told, built.as_of)
    zone = built.as_of.tzinfo

    def why(person_id: int) -> str:
        own = told[person_id]
        if own.is_added:
            return ADDED_LATER
        listed, due = (moment.astimezone(zone).date() for moment in (own.listed_at, own.due_at))
        return words_between(away.get(person_id, ()), listed, due)

    return [
        replace(person, own_due_at=told[person.person_id].due_at, own_due_because=why(person.person_id))
        if person.person_id in told
        else person
        for person in people
    ]


def days_of(away: Iterable[Absence]) -> list[tuple[date, date]]:
    return [(absence.first_day, absence.last_day) for absence in away]
