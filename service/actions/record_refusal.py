"""Somebody who is signed in asked for what they may not see: answered as if it did not exist, and recorded."""

from datetime import timedelta

from service.domain.evidence import Deed, entry
from service.domain.roles import Act, Actor
from service.runtime import Runtime
from service.store import evidence
from service.store.distributions import distribution_row
from service.store.documents import has_document
from service.store.listings import lists_anybody
from service.store.receipts import receipt_row
from service.store.reports import Scope

# Whoever tries the same thing again within it adds no entry.
ONCE_IN = timedelta(hours=1)


def refuse_report(runtime: Runtime, actor: Actor, distribution_id: int) -> None:
    """Record that the actor asked about a distribution without the right to see it; nothing if there is none such."""
    if actor.may(Act.SEE_REPORTS):
        return
    with runtime.sessions() as session:
        exists = distribution_row(session, distribution_id) is not None
        is_own = actor.may(Act.SEE_UNIT_REPORTS) and lists_anybody(session, Scope(distribution_id, actor.unit_ids))
    if exists and not is_own:
        _record(runtime, actor, distribution=distribution_id)


def refuse_reading(runtime: Runtime, actor: Actor, distribution_id: int) -> None:
    """Record that the actor opened the document of a distribution that was not sent to them.

    Whoever reads all documents of the office was refused nothing: they typed a wrong number.
    """
    if actor.may(Act.READ_DOCUMENTS):
        return
    with runtime.sessions() as session:
        exists = distribution_row(session, distribution_id) is not None
        is_own = actor.person_id is not None and receipt_row(session, distribution_id, actor.person_id) is not None
    if exists and not is_own:
        _record(runtime, actor, distribution=distribution_id)


def refuse_document(runtime: Runtime, actor: Actor, document_id: int) -> None:
    """Record that the actor asked for a document of the office's collection without the right to read there."""
    if actor.may(Act.READ_DOCUMENTS):
        return
    with runtime.sessions() as session:
        exists = has_document(session, document_id)
    if exists:
        _record(runtime, actor, document=document_id)


def _record(runtime: Runtime, actor: Actor, **target: int) -> None:
    now = runtime.clock()
    refused = entry(Deed.ACCESS_REFUSED, actor, now, **target)
    with runtime.sessions.begin() as session:
        if not evidence.was_written_since(session, refused, now - ONCE_IN):
            evidence.append(session, refused)
