"""A reader asks the secretariat about a document, or returns it as not theirs."""

import math

from sqlalchemy.orm import Session

from service.domain.errors import AlreadyReturned, NotFound, TooManyInquiries
from service.domain.evidence import Deed, digest_of, entry
from service.domain.inquiries import A_WHILE, MOST_IN_A_WHILE, Kind
from service.domain.roles import Actor
from service.domain.texts import QUESTION, needed_lines
from service.runtime import Runtime
from service.store import evidence
from service.store.inquiries import Asked, add_inquiry, asked_since, has_open_return, lock_receipt, waiting_like


def ask(runtime: Runtime, actor: Actor, distribution_id: int, kind: Kind, words: str) -> int:
    """Keep the inquiry for the secretariat; returns its id. The same words twice, while they wait, are one inquiry.

    Raises:
        NotFound: the actor is not on the frozen list.
        EmptyText, TooLong, UnstorableText: the words are none that can be kept.
        AlreadyReturned: a return waits for its answer.
        TooManyInquiries: the actor asked a great deal within the hour.
    """
    if actor.person_id is None:
        raise NotFound
    asked = Asked(distribution_id, actor.person_id, kind, needed_lines(QUESTION, words))
    with runtime.sessions.begin() as session:
        if not lock_receipt(session, distribution_id, actor.person_id):
            raise NotFound
        now = runtime.clock()
        earlier = waiting_like(session, asked)
        if earlier is not None:
            return earlier
        if kind is Kind.RETURN and has_open_return(session, asked):
            raise AlreadyReturned
        _check_pace(runtime, session, actor.person_id)
        inquiry_id = add_inquiry(session, asked, now)
        about = {"distribution": distribution_id, "person": actor.person_id, "inquiry": inquiry_id}
        evidence.append(
            session, entry(Deed.ASKED, actor, now, kind=kind.value, words_sha256=digest_of(asked.words), **about)
        )
    return inquiry_id


def _check_pace(runtime: Runtime, session: Session, person_id: int) -> None:
    now = runtime.clock()
    recent = asked_since(session, person_id, now - A_WHILE)
    if len(recent) >= MOST_IN_A_WHILE:
        raise TooManyInquiries(seconds=math.ceil((recent[-MOST_IN_A_WHILE] + A_WHILE - now).total_seconds()))
