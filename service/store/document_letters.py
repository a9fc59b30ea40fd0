"""The letters that bring a document to everybody on its list: the document itself, and what corrects it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, not_, select
from sqlalchemy.orm import Session

from service.domain.occasions import Kind, Occasion
from service.store.audiences import in_force
from service.store.distributions import Unlisted
from service.store.letters import LISTED, PRESENT, Addressee, message_id, queue
from service.store.tables import exemptions, memberships, receipts, units


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


def queue_to_present(
    session: Session, sending: Sending, occasion: Occasion, now: datetime, office_day: date, mail_domain: str
) -> int:
    """A letter for everybody listed so far and still here, to their present address, where it works.

    A new revision, which asks to confirm anew, is sent to nobody who is exempted. Returns how many.
    """
    r, m = receipts.c, memberships.c
    letters = (
        _letters(sending, occasion, PRESENT, mail_domain)
        .join(memberships, and_(m.person_id == r.person_id, in_force(now, office_day)))
        .join(units, units.c.id == m.unit_id)
    )
    return queue(session, letters.where(not_(_exempted())) if occasion.kind is Kind.REVISION else letters)


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
