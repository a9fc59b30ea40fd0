"""Somebody above reminds people by hand (đôn đốc), at most once in a while."""

from service import doorbell
from service.domain.errors import BeingReplaced, NobodyToRemind, NotFound, RemindedLately
from service.domain.evidence import Deed, entry
from service.domain.occasions import Kind
from service.domain.roles import Act, Actor
from service.runtime import Runtime
from service.store import evidence, reminders
from service.store.reminders import Asked


def nudge(runtime: Runtime, actor: Actor, distribution_id: int) -> int:
    """Remind those of the actor's people who are still asked; returns how many.

    A manager reaches the people who are in the own units now, the secretariat everybody.

    Raises:
        NotFound: the actor may not remind, or the distribution asks nobody whom the actor reaches.
        BeingReplaced: not everybody has been sent the new revision yet.
        NobodyToRemind: all of them have confirmed or are excused.
        RemindedLately: they were all reminded by hand a short while ago.
    """
    actor.must(Act.REMIND)
    pause = runtime.policy.nudge_pause
    with runtime.sessions.begin() as session:
        if not reminders.wait_for(session, distribution_id):
            raise NotFound
        if reminders.is_being_replaced(session, distribution_id):
            raise BeingReplaced
        now = runtime.clock()
        asked = Asked(distribution_id, now, now.date(), None if actor.may(Act.POST) else actor.unit_ids)
        if not reminders.reaches_anybody(session, asked):
            raise NotFound
        if not reminders.count_asked(session, asked):
            raise NobodyToRemind
        step = reminders.by_hand(now)
        written = reminders.remind_unless_lately(session, asked, step, actor.account_id, now - pause)
        if not written:
            raise RemindedLately(hours=f"{pause.total_seconds() / 3600:g}")
        reminders.finish_steps(session, distribution_id, {step: written}, now, actor.account_id)
        reminders.queue_reminders(session, asked, step, Kind.NUDGE, runtime.policy.mail_domain)
        evidence.append(session, entry(Deed.REMINDED, actor, now, distribution=distribution_id, people=written))
    runtime.doorbell.ring(doorbell.DELIVER_DUE)
    return written
