"""Who of those that have confirmed did so after the deadline that was theirs as of a moment."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from service.actions.own_deadlines import with_own_deadlines
from service.domain.coverage import Report, has_passed
from service.runtime import Runtime
from service.store.confirmations import Sought, confirmations_of, count_confirmations, late_with_excuse
from service.store.reports import Asked


def seek_confirmations(runtime: Runtime, session: Session, asked: Asked) -> Sought:
    """The confirmations of a report, to be counted and listed by everybody's own deadline as of its moment."""
    sought = confirmations_of(session, asked)
    if not has_passed(sought.due_at, asked.as_of):
        return sought
    return replace(sought, own_due=_own_deadlines_of_late(runtime, session, sought))


def with_late(session: Session, sought: Sought, built: Report) -> Report:
    """The report with how many of each unit confirmed late."""
    if not built.is_past_due:
        return built
    late = {(unit.unit_id, unit.unit_name): unit.late for unit in count_confirmations(session, sought)}
    units = (replace(unit, late=late.get((unit.unit_id, unit.unit_name), 0)) for unit in built.units)
    return replace(built, units=tuple(units))


def _own_deadlines_of_late(runtime: Runtime, session: Session, sought: Sought) -> dict[int, datetime]:
    """Of those who confirmed after everybody's deadline, who had another: none is earlier (see `own_due`)."""
    return {
        person.person_id: person.own_due_at
        for lot in late_with_excuse(session, sought)
        for person in with_own_deadlines(session, sought, lot)
        if person.own_due_at is not None
    }
