"""The letters that bring a document to everybody on its list: the document itself, and what corrects it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, not_, select
from sqlalchemy.orm import Session

from service.domain.deliveries import Status
from service.domain.occasions import Kind, Occasion, first_letter
from service.domain.receipts import State
from service.store.audiences import in_force
from service.store.corrections import Unannounced
from service.store.distributions import Unlisted
from service.store.letters import LISTED, PRESENT, Addressee, message_id, queue
from service.store.tables import deliveries, exemptions, memberships, receipts, units


@dataclass(frozen=True, slots=True)
class Sending:
    """What the letters of a distribution have in common before they are composed."""

    id: int
    letter_token: str
    urgency: int


def queue_range(session: Session, unlisted: Unlisted, occasion: Occasion, upto: int, mail_domain: str) -> int:
    """As `queue_to_listed`, for everybody just listed."""
    r = receipts.c
    just_listed = and_(r.person_id > unlisted.listed_through, r.person_id <= upto)
    sending = Sending(unlisted.id, unlisted.letter_token, unlisted.urgency)
    return queue_to_listed(session, sending, occasion, just_listed, mail_domain)


def queue_to_listed(
    session: Session, sending: Sending, occasion: Occasion, who: ColumnElement[bool], mail_domain: str
) -> int:
    """A letter for every receipt that `who` picks, to the address as listed, where it works; returns how many."""
    return queue(session, _letters(sending, occasion, LISTED, mail_domain).where(who))


def queue_announcement(
    session: Session, correction: Unannounced, occasion: Occasion, upto: int, now: datetime, mail_domain: str
) -> int:
    """The letter of a correction for the next people of the list who are still here, to their present address.

    A new revision asks to confirm anew, so it is sent to nobody who is exempted or has confirmed it already, and to
    nobody whose first letter brings it. Returns how many.
    """
    r, m = receipts.c, memberships.c
    sending = Sending(correction.distribution_id, correction.letter_token, correction.urgency)
    letters = (
        _letters(sending, occasion, PRESENT, mail_domain)
        .join(memberships, and_(m.person_id == r.person_id, in_force(now, now.date())))
        .join(units, units.c.id == m.unit_id)
        .where(r.person_id > correction.announced_through, r.person_id <= upto)
    )
    if occasion.kind is Kind.REVISION:
        revision = occasion.number
        letters = letters.where(
            not_(_exempted()), not_(_has_confirmed(revision)), not_(_is_brought_by(first_letter(revision)))
        )
    return queue(session, letters)


def _has_confirmed(revision: int) -> ColumnElement[bool]:
    r = receipts.c
    return and_(r.revision == revision, r.status == State.ACKNOWLEDGED.value)


def _is_brought_by(occasion: Occasion) -> ColumnElement[bool]:
    """Whether a letter of this occasion was queued and not taken back."""
    r, d = receipts.c, deliveries.c
    same = d.distribution_id == r.distribution_id, d.person_id == r.person_id
    stands = d.status != Status.CANCELLED.value
    return exists().where(*same, d.channel == "mail", d.occasion == str(occasion), stands)


def _exempted() -> ColumnElement[bool]:
    r, x = receipts.c, exemptions.c
    return exists().where(x.distribution_id == r.distribution_id, x.person_id == r.person_id, x.lifted_at.is_(None))


def _letters(sending: Sending, occasion: Occasion, to: Addressee, mail_domain: str) -> Select[*tuple[Any, ...]]:
    r = receipts.c
    return (
        select(
            r.distribution_id,
            r.person_id,
            literal(str(occasion)).label("occasion"),
            *to.columns,
            literal(sending.urgency).label("urgency"),
            message_id(mail_domain, occasion, r.person_id, sending.letter_token),
            r.own_due_at,
        )
        .select_from(receipts)
        .where(r.distribution_id == sending.id, to.has_mailbox)
        .order_by(r.person_id)
    )
