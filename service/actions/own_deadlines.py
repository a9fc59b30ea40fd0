"""A person's own deadline, where an absence or a later listing moves it.

It is worked out in the transaction that changes what it rests on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from service.actions.office_calendar import office_calendar
from service.domain.absences import ADDED_LATER, Absence, words_between
from service.domain.calendar import Calendar
from service.domain.coverage import Outstanding, Report
from service.domain.deadlines import own_due
from service.domain.documents import Mode
from service.runtime import Runtime
from service.store.excuses import absences_of_people
from service.store.own_deadlines import (
    Obligation,
    Whose,
    deadlines_of_added,
    listing_moments,
    obligations,
    write_own_deadlines,
)


def settle_own_deadlines(runtime: Runtime, session: Session, whose: Whose) -> None:
    """Work out anew until when these people have time for what they have not confirmed.

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
        write_own_deadlines(session, moved)


def _days_given(one: Obligation, calendar: Calendar) -> int:
    """The working days that everybody else had, at least one."""
    if one.due_days is not None:
        return one.due_days
    frozen, due = (moment.astimezone(calendar.zone).date() for moment in (one.frozen_at, one.due_at))
    return max(1, calendar.working_days_between(frozen, due))


def with_own_deadlines(
    runtime: Runtime, session: Session, built: Report, people: Sequence[Outstanding]
) -> Sequence[Outstanding]:
    """Outstanding people of a report with their own deadlines, by the absences known as of its moment."""
    if built.due_at is None or built.mode is not Mode.ACKNOWLEDGE:
        return people
    ids = {person.person_id for person in people}
    added = deadlines_of_added(session, built.distribution_id, ids)
    people = [
        replace(person, own_due_at=added[person.person_id], own_due_because=ADDED_LATER)
        if person.person_id in added
        else person
        for person in people
    ]
    away = absences_of_people(session, ids - added.keys(), built.as_of)
    if not away:
        return people
    listed = listing_moments(session, built.distribution_id, away.keys())
    calendar = office_calendar(runtime, session, since=min(listed.values()).date())
    return [
        _with_own_deadline(person, built.due_at, listed[person.person_id], away[person.person_id], calendar)
        if person.person_id in away
        else person
        for person in people
    ]


def _with_own_deadline(
    person: Outstanding, due: datetime, listed_at: datetime, away: Sequence[Absence], calendar: Calendar
) -> Outstanding:
    listed = listed_at.astimezone(calendar.zone).date()
    own = own_due(due, listed, days_of(away), calendar)
    if own is None:
        return person
    return replace(person, own_due_at=own, own_due_because=words_between(away, listed, own.date()))


def days_of(away: Iterable[Absence]) -> list[tuple[date, date]]:
    return [(absence.first_day, absence.last_day) for absence in away]
