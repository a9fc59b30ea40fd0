"""The letter that takes an anchor out of the house: to an address that belongs to nobody's account."""

import secrets
from datetime import timedelta

from sqlalchemy import exists, func, literal, select
from sqlalchemy.orm import Session

from service.domain.occasions import Kind, Occasion
from service.store.letters import message_id, queue
from service.store.tables import deliveries

_RECIPIENT = "Người giữ mốc neo"
# The first character behind those of an occasion with a number.
_BEHIND = f"{Kind.ANCHOR};"


def queue_anchor_letter(session: Session, address: str, position: int, pause: timedelta, mail_domain: str) -> bool:
    """Queue a letter with the head at this position, unless one was queued within the pause.

    Takes a lock for the rest of the transaction, so that of two sealers at once one queues it.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("anchor letter", 0))))
    d = deliveries.c
    lately = exists().where(
        d.distribution_id.is_(None),
        d.person_id.is_(None),
        d.account_id.is_(None),
        d.channel == "mail",
        d.occasion > Kind.ANCHOR.value,
        d.occasion < _BEHIND,
        d.created_at > func.clock_timestamp() - pause,
    )
    if session.execute(select(lately)).scalar_one():
        return False
    occasion = Occasion(Kind.ANCHOR, position)
    letter = select(
        literal(str(occasion)).label("occasion"),
        literal(address).label("address"),
        literal(_RECIPIENT).label("recipient_name"),
        message_id(mail_domain, occasion, secrets.token_hex(8)),
    )
    return queue(session, letter) > 0
