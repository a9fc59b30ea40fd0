"""Letters to one reader about what that reader did with a document: at most one an occasion, to the present address."""

from typing import Any

from sqlalchemy import RowMapping, Select, and_, func, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from service.domain.occasions import Occasion
from service.store.tables import deliveries, distributions, memberships, receipts

_LETTER = ["distribution_id", "person_id", "occasion", "address", "recipient_name", "unit_name", "message_id"]


def queue_letter(session: Session, distribution_id: int, person_id: int, occasion: Occasion, mail_domain: str) -> bool:
    """Queue a letter to a person of the frozen list; False when it was queued before, or no address works."""
    r, m = receipts.c, memberships.c
    name = str(occasion).replace(":", ".")
    letter = _reader(
        distribution_id,
        person_id,
        r.distribution_id,
        r.person_id,
        literal(str(occasion)),
        m.email,
        func.concat_ws(" ", r.family_name, r.given_name),
        r.unit_name,
        func.concat(name, ".", r.person_id, ".", distributions.c.letter_token, "@", mail_domain),
    )
    statement = upsert(deliveries).from_select(_LETTER, letter).on_conflict_do_nothing().returning(deliveries.c.id)
    return session.execute(statement).first() is not None


def working_address(session: Session, distribution_id: int, person_id: int) -> str | None:
    """Where a letter to this reader would go now; None when no address works."""
    return session.execute(_reader(distribution_id, person_id, memberships.c.email)).scalar_one_or_none()


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
        .where(
            r.distribution_id == distribution_id,
            r.person_id == person_id,
            m.email.is_not(None),
            m.email_problem.is_(None),
        )
    )
