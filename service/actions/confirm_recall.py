"""A person says that they have removed a recalled document (NĐ 30/2020/NĐ-CP, Điều 18.4b): recorded once, never undone.

As with confirming, only a POST in the person's own session reaches this (contract, promise I4).
"""

from dataclasses import dataclass
from datetime import datetime

from service.domain.errors import NotFound, NotRecalled
from service.domain.evidence import Deed, entry
from service.domain.receipts import Route
from service.domain.roles import Actor
from service.runtime import Runtime
from service.store import evidence, recalls
from service.store.distributions import distribution_row
from service.store.receipts import receipt_row


@dataclass(frozen=True, slots=True)
class RecallConfirmed:
    """`at` is the first time, whoever asks again; `is_repeat` says that this was not it."""

    at: datetime
    is_repeat: bool


def confirm_recall(runtime: Runtime, actor: Actor, distribution_id: int, route: Route) -> RecallConfirmed:
    """Record the person's confirmation of a recall. Idempotent.

    Raises:
        NotFound: the actor is not on the frozen list.
        NotRecalled: the document was not taken back.
    """
    with runtime.sessions.begin() as session:
        head = distribution_row(session, distribution_id)
        person_id = actor.person_id
        if head is None or person_id is None or receipt_row(session, distribution_id, person_id) is None:
            raise NotFound
        if head["recalled_at"] is None:
            raise NotRecalled
        # Behind the recall that was just read.
        now = runtime.clock()
        is_first = recalls.confirm_recall(session, distribution_id, person_id, route, actor.account_id, now)
        if is_first:
            about = {"distribution": distribution_id, "person": person_id, "route": route.value}
            evidence.append(session, entry(Deed.RECALL_CONFIRMED, actor, now, **about))
        first_at = recalls.recall_confirmed_at(session, distribution_id, person_id)
    return RecallConfirmed(first_at or now, is_repeat=not is_first)
