"""What a page shows of reminders: the steps of a deadline, taken and to come, and the button that reminds by hand."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from service.actions.office_calendar import office_calendar
from service.domain.documents import Mode, Urgency
from service.domain.reminders import plan
from service.domain.roles import Act, Actor
from service.runtime import Runtime
from service.store.reminders import Asked, ByHand, DoneStep, count_by_hand, steps_seen


@dataclass(frozen=True, slots=True)
class ReminderStep:
    """`people` were reminded; None for a step to come, and where somebody above was told."""

    label: str
    at: datetime
    is_done: bool
    people: int | None = None


@dataclass(frozen=True, slots=True)
class RemindersView:
    """`by_hand` is whom the reader would remind; None where the reader may not.

    `again_at` is when the first of those who are asked may be reminded again, None while somebody may be now.
    """

    distribution_id: int
    steps: tuple[ReminderStep, ...]
    by_hand: ByHand | None
    again_at: datetime | None


def reminders_view(runtime: Runtime, session: Session, head: RowMapping, actor: Actor) -> RemindersView | None:
    """None for a distribution that asks nobody; `head` is a row of `distribution_row`.

    A manager is told of the own units: how many of their people each step reminded.
    """
    if head["mode"] != Mode.ACKNOWLEDGE.value or head["recalled_at"] is not None:
        return None
    now = runtime.clock()
    units = None if actor.may(Act.POST) else actor.unit_ids
    asked, pause = Asked(head["id"], now, now.date(), units), runtime.policy.nudge_pause
    by_hand = count_by_hand(session, asked, now - pause) if actor.may(Act.REMIND) else None
    waits = by_hand and not by_hand.ready and by_hand.held_since
    steps = _steps(runtime, session, head, actor) if head["due_at"] is not None else ()
    return RemindersView(head["id"], steps, by_hand, waits + pause if waits else None)


def _steps(runtime: Runtime, session: Session, head: RowMapping, actor: Actor) -> tuple[ReminderStep, ...]:
    calendar = office_calendar(runtime, session, head["frozen_at"].date())
    seen = actor.reach(Act.SEE_REPORTS, Act.SEE_UNIT_REPORTS)
    done = {step.step: step for step in steps_seen(session, head["id"], seen)}
    due_at, urgency, policy = head["due_at"], Urgency(head["urgency"]), runtime.policy
    asking = plan(policy.reminder_steps.get(urgency, ()), due_at, urgency, calendar)
    telling = plan(policy.escalation_steps.get(urgency, ()), due_at, urgency, calendar)
    shown = [
        *(_planned(one.step.label, one.at, done.get(one.name)) for one in asking if one.at > head["frozen_at"]),
        *(ReminderStep(one.step.rung.label, one.at, one.name in done) for one in telling if one.at > head["frozen_at"]),
        *(_by_hand(step) for step in done.values() if step.is_by_hand),
    ]
    return tuple(sorted(shown, key=lambda step: step.at))


def _planned(label: str, at: datetime, done: DoneStep | None) -> ReminderStep:
    return (
        ReminderStep(label, done.done_at, is_done=True, people=done.people) if done else ReminderStep(label, at, False)
    )


def _by_hand(step: DoneStep) -> ReminderStep:
    return ReminderStep(f"{step.sent_by or 'Văn thư'} đôn đốc", step.done_at, is_done=True, people=step.people)
