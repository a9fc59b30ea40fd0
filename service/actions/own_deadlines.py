"""A person's own deadline moves with an absence: worked out in the transaction that changes what it rests on."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from service.actions.office_calendar import office_calendar
from service.domain.absences import Absence, words_between
from service.domain.calendar import Calendar
from service.domain.coverage import Outstanding, Report
from service.domain.deadlines import own_due
from service.domain.documents import Mode
from service.runtime import Runtime
from service.store.excuses import absences_of_people
from service.store.own_deadlines import Obligation, Whose, listing_moments, obligations, write_own_deadlines


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
        return own_due(one.due_at, listed, days_of(away.get(one.person_id, ())), calendar)

    moved = [(one, own_at) for one in found if (own_at := own(one)) != one.own_due_at]
    if moved:
        write_own_deadlines(session, moved)


def with_own_deadlines(
    runtime: Runtime, session: Session, built: Report, people: Sequence[Outstanding]
) -> Sequence[Outstanding]:
    """Outstanding people of a report with their own deadlines, by the absences known as of its moment."""
    if built.due_at is None or built.mode is not Mode.ACKNOWLEDGE:
        return people
    away = absences_of_people(session, {person.person_id for person in people}, built.as_of)
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
