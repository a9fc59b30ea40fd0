"""A reader has the receipt of a confirmation sent to the own mailbox: once a revision, and to nobody else."""

from service import doorbell
from service.domain.corrections import check_standing
from service.domain.errors import NoMailbox, NotFound, NothingConfirmed
from service.domain.occasions import Kind, Occasion
from service.domain.receipts import State
from service.domain.roles import Actor
from service.runtime import Runtime
from service.store.corrections import hold_off
from service.store.distributions import distribution_row
from service.store.reader_letters import queue_letter, working_address
from service.store.receipts import facts_of, receipt_row


def mail_receipt(runtime: Runtime, actor: Actor, distribution_id: int) -> bool:
    """Queue the receipt for the revision in force; False when it was queued before.

    Raises:
        NotFound: the actor is not on the frozen list.
        DocumentRecalled: nothing is confirmed any more.
        NothingConfirmed: the actor has not confirmed this revision.
        NoMailbox: the directory knows no working address of the actor.
    """
    if actor.person_id is None:
        raise NotFound
    with runtime.sessions.begin() as session:
        hold_off(session, distribution_id)
        head = distribution_row(session, distribution_id)
        if head is None or receipt_row(session, distribution_id, actor.person_id) is None:
            raise NotFound
        check_standing(head["recalled_at"])
        facts = facts_of(session, distribution_id, actor.person_id)
        if not any(fact.state is State.ACKNOWLEDGED and fact.revision == head["revision"] for fact in facts):
            raise NothingConfirmed
        if working_address(session, distribution_id, actor.person_id) is None:
            raise NoMailbox
        occasion = Occasion(Kind.RECEIPT, head["revision"])
        is_new = queue_letter(session, distribution_id, actor.person_id, occasion, runtime.policy.mail_domain)
    if is_new:
        runtime.doorbell.ring(doorbell.DELIVER_DUE)
    return is_new
