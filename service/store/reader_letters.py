"""Letters to one reader about what that reader did with a document: at most one an occasion, to the present address."""

from dataclasses import replace
from typing import Any

from sqlalchemy import RowMapping, Select, and_, literal, select
from sqlalchemy.orm import Session

from service.domain.occasions import Occasion
from service.store.letters import LISTED, message_id, queue
from service.store.tables import deliveries, distributions, memberships, receipts

# Named as on the list, and reached where they are now.
_READER = replace(LISTED, address=memberships.c.email, problem=memberships.c.email_problem)


def queue_letter(session: Session, distribution_id: int, person_id: int, occasion: Occasion, mail_domain: str) -> bool:
    """Queue a letter to a person of the frozen list; False when it was queued before, or no address works."""
    r = receipts.c
    letter = _reader(
        distribution_id,
        person_id,
        r.distribution_id,
        r.person_id,
        literal(str(occasion)).label("occasion"),
        *_READER.columns,
        message_id(mail_domain, occasion, r.person_id, distributions.c.letter_token),
    )
    return queue(session, letter) > 0


def working_address(session: Session, distribution_id: int, person_id: int) -> str | None:
    """Where a letter to this reader would go now; None when no address works."""
    return session.execute(_reader(distribution_id, person_id, _READER.address)).scalar_one_or_none()


def letter_row(session: Session, distribution_id: int, person_id: int, occasion: Occasion) -> RowMapping | None:
    """The row of `deliveries`, if that letter was ever queued."""
    d = deliveries.c
    query = select(deliveries).where(
        d.distribution_id == distribution_id, d.person_id == person_id, d.occasion == str(occasion)
    )
    return session.execute(query).mappings().first()


def _reader(distribution_id: int, person_id: int, *columns: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - as `select` takes them
    r, m = receipts.c, memberships.c
    return (
        select(*columns)
        .select_from(receipts)
        .join(distributions, distributions.c.id == r.distribution_id)
        .join(memberships, and_(m.person_id == r.person_id, m.valid_to.is_(None)))
        .where(r.distribution_id == distribution_id, r.person_id == person_id, _READER.has_mailbox)
    )
