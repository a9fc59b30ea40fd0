"""Reminds those who have not confirmed, step by step of a deadline.

However many workers do this at once, and however often one is killed in between: a step is taken by one of them, and a
person has one row a step.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from service import doorbell
from service.actions.office_calendar import office_calendar
from service.domain.calendar import Calendar
from service.domain.evidence import Deed, entry
from service.domain.occasions import Kind
from service.domain.reminders import Offset, Planned, come, plan
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store import evidence, reminders
from service.store.reminders import Asked, OpenDeadline


def remind(runtime: Runtime, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Take every step that has come; returns how many reminders were written."""
    with runtime.sessions() as session:
        calendar = office_calendar(runtime, session)
        deadlines = reminders.open_deadlines(session, runtime.clock())
    written = 0
    for deadline in deadlines:
        if is_stopping():
            break
        written += _take_own(runtime, deadline, calendar) if deadline.is_own else _take(runtime, deadline, calendar)
    if written:
        runtime.doorbell.ring(doorbell.DELIVER_DUE)
    return written


def _come(runtime: Runtime, deadline: OpenDeadline, calendar: Calendar) -> list[Planned[Offset]]:
    steps = runtime.policy.reminder_steps.get(deadline.urgency, ())
    planned = plan(steps, deadline.due_at, deadline.urgency, calendar)
    return come(planned, deadline.since, runtime.clock())


def _take(runtime: Runtime, deadline: OpenDeadline, calendar: Calendar) -> int:
    """The latest step that has come is taken; those before it, missed while nobody worked, are passed by."""
    planned = _come(runtime, deadline, calendar)
    names = [step.name for step in planned]
    with runtime.sessions.begin() as session:
        if not _not_done(session, deadline.id, names) or not reminders.hold(session, deadline):
            return 0
        # Whoever held it before may have taken the step meanwhile.
        new = _not_done(session, deadline.id, names)
        if not new:
            return 0
        written = _remind(runtime, session, deadline, planned[-1]) if names[-1] in new else 0
        counts = {step: written * (step == names[-1]) for step in new}
        reminders.finish_steps(session, deadline.id, counts, runtime.clock())
    return written


def _take_own(runtime: Runtime, deadline: OpenDeadline, calendar: Calendar) -> int:
    """As `_take`, but people come to an own deadline and leave it, so each is asked about every time."""
    planned = _come(runtime, deadline, calendar)
    if not planned:
        return 0
    latest = planned[-1]
    with runtime.sessions.begin() as session:
        owes = reminders.owes_reminders(session, _asked(runtime, deadline), deadline, latest.name, latest.at)
        if not owes or not reminders.hold(session, deadline):
            return 0
        return _remind(runtime, session, deadline, latest)


def _not_done(session: Session, distribution_id: int, steps: list[str]) -> list[str]:
    done = reminders.done_steps(session, distribution_id) if steps else set()
    return [step for step in steps if step not in done]


def _remind(runtime: Runtime, session: Session, deadline: OpenDeadline, step: Planned[Offset]) -> int:
    asked, name = _asked(runtime, deadline), deadline.name(step.name)
    written = reminders.remind_by(session, asked, deadline, step.name, step.at)
    if written:
        reminders.queue_reminders(session, asked, name, Kind.REMINDER, runtime.policy.mail_domain)
        told = entry(Deed.REMINDED, OPERATOR, asked.now, distribution=deadline.id, people=written, step=name)
        evidence.append(session, told)
    return written


def _asked(runtime: Runtime, deadline: OpenDeadline) -> Asked:
    now = runtime.clock()
    return Asked(deadline.id, now, now.date())
