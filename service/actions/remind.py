"""Reminds those who have not confirmed, step by step of a deadline.

However many workers do this at once, and however often one is killed in between: a step is taken by one of them, and a
person has one row a step.
"""

from sqlalchemy.orm import Session

from service import doorbell
from service.actions.office_calendar import office_calendar
from service.domain.calendar import Calendar
from service.domain.evidence import Deed, entry
from service.domain.occasions import Kind
from service.domain.reminders import OWN, come, plan
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store import evidence, reminders
from service.store.reminders import Asked, OpenDeadline, OwnDeadline


def remind(runtime: Runtime) -> int:
    """Take every step that has come; returns how many reminders were written."""
    now = runtime.clock()
    with runtime.sessions() as session:
        calendar = office_calendar(runtime, session)
        deadlines = reminders.open_deadlines(session, now)
        own = reminders.own_deadlines(session, now)
    written = sum(_remind_listed(runtime, deadline, calendar) for deadline in deadlines)
    written += sum(_remind_one(runtime, deadline, calendar) for deadline in own)
    if written:
        runtime.doorbell.ring(doorbell.DELIVER_DUE)
    return written


def _remind_listed(runtime: Runtime, deadline: OpenDeadline, calendar: Calendar) -> int:
    """The latest step that has come is taken; those before it, missed while nobody worked, are passed by."""
    now, steps = runtime.clock(), runtime.policy.reminder_steps.get(deadline.urgency, ())
    planned = come(plan(steps, deadline.due_at, deadline.urgency, calendar), deadline.frozen_at, now)
    if not planned:
        return 0
    names = [step.name for step in planned]
    with runtime.sessions.begin() as session:
        if not _not_done(session, deadline.id, names) or not reminders.hold(session, deadline.id, deadline.due_at):
            return 0
        # Whoever held it before may have taken the step meanwhile.
        new = _not_done(session, deadline.id, names)
        if not new:
            return 0
        written = _take(runtime, session, deadline.id, names[-1]) if names[-1] in new else 0
        reminders.finish_steps(session, deadline.id, {step: written * (step == names[-1]) for step in new}, now)
    return written


def _take(runtime: Runtime, session: Session, distribution_id: int, step: str) -> int:
    now = runtime.clock()
    written = reminders.remind_all(session, Asked(distribution_id, now, now.date()), step)
    _send(runtime, session, distribution_id, step, written)
    return written


def _not_done(session: Session, distribution_id: int, steps: list[str]) -> list[str]:
    done = reminders.done_steps(session, distribution_id)
    return [step for step in steps if step not in done]


def _remind_one(runtime: Runtime, own: OwnDeadline, calendar: Calendar) -> int:
    now, steps = runtime.clock(), runtime.policy.reminder_steps.get(own.urgency, ())
    planned = come(plan(steps, own.due_at, own.urgency, calendar), own.listed_at, now)
    if not planned:
        return 0
    # The name of the person's own step must not meet that of a step for everybody.
    step = f"{OWN}{planned[-1].name}"
    with runtime.sessions.begin() as session:
        if reminders.was_reminded(session, own, step):
            return 0
        asked = Asked(own.distribution_id, now, now.date())
        written = reminders.remind_one(session, asked, own.person_id, step)
        _send(runtime, session, own.distribution_id, step, written)
    return written


def _send(runtime: Runtime, session: Session, distribution_id: int, step: str, written: int) -> None:
    if not written:
        return
    reminders.queue_reminders(session, distribution_id, step, Kind.REMINDER, runtime.policy.mail_domain)
    told = entry(Deed.REMINDED, OPERATOR, runtime.clock(), distribution=distribution_id, people=written, step=step)
    evidence.append(session, told)
