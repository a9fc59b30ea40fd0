"""Distributions: one sending of one document, and the drawing of its frozen list by ranges of people."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    and_,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from service.domain.audiences import Audience
from service.domain.deadlines import Due
from service.domain.documents import Posting
from service.store.audiences import belongs, in_force
from service.store.counting import count_inserted
from service.store.tables import (
    distributions,
    documents,
    idempotency_keys,
    list_units,
    memberships,
    people,
    receipts,
    units,
)


def add_distribution(
    session: Session,
    document_id: int,
    posting: Posting,
    due: Due | None,
    frozen_at: datetime,
    posted_by: int | None,
) -> int:
    distribution_id: int = session.execute(
        insert(distributions)
        .values(
            document_id=document_id,
            mode=posting.mode,
            due_at=due.at if due else None,
            due_days=due.days if due else None,
            audience=posting.audience,
            message=posting.message,
            urgency=posting.urgency,
            frozen_at=frozen_at,
            adds_joiners=posting.adds_joiners,
            rule_since=frozen_at,
            followed_through=frozen_at,
            posted_by=posted_by,
            letter_token=secrets.token_hex(8),
        )
        .returning(distributions.c.id)
    ).scalar_one()
    return distribution_id


def distribution_row(session: Session, distribution_id: int) -> RowMapping | None:
    """Every column of a distribution and of its document, the latter's under `document_...` names where they clash."""
    query = (
        select(
            distributions,
            documents.c.type_code,
            documents.c.number,
            documents.c.issued_on,
            documents.c.issuing_body,
            documents.c.title,
            documents.c.signer_authority,
            documents.c.signer_position,
            documents.c.signer_name,
            documents.c.published_at,
        )
        .join(documents, documents.c.id == distributions.c.document_id)
        .where(distributions.c.id == distribution_id)
    )
    return session.execute(query).mappings().first()


def distributions_page(session: Session, before: int | None, limit: int) -> list[RowMapping]:
    """The newest distributions first, those with an id below `before`."""
    query = (
        select(distributions, documents.c.number, documents.c.title, documents.c.type_code)
        .join(documents, documents.c.id == distributions.c.document_id)
        .order_by(distributions.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(distributions.c.id < before)
    return list(session.execute(query).mappings())


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    request_digest: str
    distribution_id: int


def kept_answer(session: Session, caller: str, key: str) -> KeptAnswer | None:
    """What this caller was answered for this Idempotency-Key.

    Takes a lock for the rest of the transaction, so that of two equal requests at once the second waits for the first.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{caller}\n{key}", 0))))
    query = select(idempotency_keys.c.request_digest, idempotency_keys.c.distribution_id).where(
        idempotency_keys.c.caller == caller, idempotency_keys.c.key == key
    )
    row = session.execute(query).first()
    return KeptAnswer(*row) if row else None


def keep_answer(session: Session, caller: str, key: str, answer: KeptAnswer) -> None:
    session.execute(
        insert(idempotency_keys).values(
            caller=caller, key=key, request_digest=answer.request_digest, distribution_id=answer.distribution_id
        )
    )


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A distribution whose list is being drawn; its row is locked by this transaction."""

    id: int
    audience: str
    frozen_at: datetime
    letter_token: str
    urgency: int
    listed_through: int
    revision: int


def next_unlisted(session: Session, moment: datetime) -> Unlisted | None:
    """The most urgent distribution whose list is due and not done, unless another worker is at it.

    The lock keeps corrections out until the range is written, and nobody from confirming.
    """
    d = distributions.c
    query = (
        select(d.id, d.audience, d.frozen_at, d.letter_token, d.urgency, d.listed_through, d.revision)
        .where(d.listed_at.is_(None), d.frozen_at <= moment)
        .order_by(d.urgency.desc(), d.frozen_at)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    )
    row = session.execute(query).first()
    return Unlisted(*row) if row else None


def end_of_range(session: Session, after: int, size: int) -> int | None:
    """The highest id among the next `size` people, or None when there are no more."""
    following = select(people.c.id).where(people.c.id > after).order_by(people.c.id).limit(size).subquery()
    end: int | None = session.execute(select(func.max(following.c.id))).scalar_one()
    return end


# What a receipt copies of a person, in the order of `as_listed`.
LISTED_COLUMNS = (
    "distribution_id",
    "person_id",
    "unit_id",
    "unit_name",
    "family_name",
    "given_name",
    "name_key",
    "position",
    "position_rank",
    "staff_class",
    "address",
    "address_problem",
    "listed_at",
)


def as_listed(distribution_id: int, listed_at: datetime) -> Select[*tuple[Any, ...]]:
    """Versions of people as a list copies them, one row each; the caller says which."""
    m = memberships.c
    return select(
        literal(distribution_id),
        m.person_id,
        m.unit_id,
        units.c.name,
        m.family_name,
        m.given_name,
        m.name_key,
        m.position,
        m.position_rank,
        m.staff_class,
        m.email,
        m.email_problem,
        literal(listed_at),
    ).join(units, units.c.id == m.unit_id)


def list_range(session: Session, unlisted: Unlisted, audience: Audience, upto: int, office_day: date) -> int:
    """Write a receipt for everybody of the audience with `listed_through < id <= upto`; returns how many."""
    m = memberships.c
    found = as_listed(unlisted.id, unlisted.frozen_at).where(
        m.person_id > unlisted.listed_through,
        m.person_id <= upto,
        in_force(unlisted.frozen_at, office_day),
        belongs(audience),
    )
    begun = found.add_columns(literal(unlisted.revision))
    statement = upsert(receipts).from_select([*LISTED_COLUMNS, "revision"], begun).on_conflict_do_nothing()
    written = count_inserted(session, statement)
    r = receipts.c
    keep_units(session, unlisted.id, and_(r.person_id > unlisted.listed_through, r.person_id <= upto))
    return written


def keep_units(session: Session, distribution_id: int, who: ColumnElement[bool]) -> None:
    """Note the units of people of a list who have just been written."""
    r = receipts.c
    found = select(r.distribution_id, r.unit_id).where(r.distribution_id == distribution_id, who).distinct()
    noted = upsert(list_units).from_select(["distribution_id", "unit_id"], found)
    session.execute(noted.on_conflict_do_nothing())


def advance_listing(session: Session, distribution_id: int, upto: int, listed: int) -> None:
    session.execute(
        update(distributions)
        .where(distributions.c.id == distribution_id)
        .values(listed_through=upto, listed=distributions.c.listed + listed)
    )


def finish_listing(session: Session, distribution_id: int) -> None:
    session.execute(
        update(distributions).where(distributions.c.id == distribution_id).values(listed_at=func.clock_timestamp())
    )


def refresh_statistics(session: Session) -> None:
    """Tell the planner about the rows just written."""
    session.execute(select(func.refresh_statistics()))


def listing_is_due(session: Session, moment: datetime) -> bool:
    d = distributions.c
    query = select(literal(1)).where(d.listed_at.is_(None), d.frozen_at <= moment).limit(1)
    return session.execute(query).first() is not None
