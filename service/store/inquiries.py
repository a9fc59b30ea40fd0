"""What readers ask about documents and what the secretariat answers: written once, answered once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from service.domain.inquiries import Inquiries, Kind, OpenInquiry
from service.domain.vietnamese import full_name
from service.store.reports import Scope
from service.store.tables import distributions, documents, inquiries, receipts


@dataclass(frozen=True, slots=True)
class Asked:
    """What one reader asked about one distribution."""

    distribution_id: int
    person_id: int
    kind: Kind
    words: str


def lock_receipt(session: Session, distribution_id: int, person_id: int) -> bool:
    """Let one inquiry of this reader about this distribution pass at a time; False when there is no such receipt."""
    r = receipts.c
    query = select(literal(1)).where(r.distribution_id == distribution_id, r.person_id == person_id)
    return session.execute(query.with_for_update()).first() is not None


def add_inquiry(session: Session, asked: Asked, asked_at: datetime) -> int:
    row = {
        "distribution_id": asked.distribution_id,
        "person_id": asked.person_id,
        "kind": asked.kind,
        "words": asked.words,
        "asked_at": asked_at,
    }
    made: int = session.execute(insert(inquiries).values(row).returning(inquiries.c.id)).scalar_one()
    return made


def waiting_like(session: Session, asked: Asked) -> int | None:
    """The same inquiry, word for word, while it waits for its answer."""
    i = inquiries.c
    return session.execute(
        select(i.id).where(_of(asked), i.kind == asked.kind.value, i.words == asked.words, i.answered_at.is_(None))
    ).scalar()


def has_open_return(session: Session, asked: Asked) -> bool:
    i = inquiries.c
    query = select(literal(1)).where(_of(asked), i.kind == Kind.RETURN.value, i.answered_at.is_(None))
    return session.execute(query.limit(1)).first() is not None


def asked_since(session: Session, person_id: int, since: datetime) -> list[datetime]:
    """When this person asked anything since a moment, oldest first."""
    i = inquiries.c
    query = select(i.asked_at).where(i.person_id == person_id, i.asked_at > since).order_by(i.asked_at)
    return list(session.execute(query).scalars())


def inquiries_of(session: Session, distribution_id: int, person_id: int) -> list[RowMapping]:
    """What this reader asked about this distribution, oldest first."""
    i = inquiries.c
    query = select(inquiries).where(i.distribution_id == distribution_id, i.person_id == person_id).order_by(i.id)
    return list(session.execute(query).mappings())


def inquiry_row(session: Session, inquiry_id: int, *, lock: bool = False) -> RowMapping | None:
    """With `lock` nobody else answers it before this transaction ends."""
    query = select(inquiries).where(inquiries.c.id == inquiry_id)
    return session.execute(query.with_for_update() if lock else query).mappings().first()


def add_answer(
    session: Session, inquiry_id: int, answer: str, answered_by: int | None, moment: datetime, *, accepted: bool | None
) -> None:
    session.execute(
        update(inquiries)
        .where(inquiries.c.id == inquiry_id, inquiries.c.answered_at.is_(None))
        .values(answer=answer, answered_by=answered_by, answered_at=moment, is_accepted=accepted)
    )


def waiting_count(session: Session) -> int:
    """How many wait for an answer."""
    query = select(func.count()).select_from(inquiries).where(inquiries.c.answered_at.is_(None))
    found: int = session.execute(query).scalar_one()
    return found


def waiting_page(
    session: Session, unit_ids: frozenset[int] | None, *, after: int | None, limit: int
) -> Sequence[RowMapping]:
    """Those that wait, the oldest first, with whose they are and about which document."""
    i = inquiries.c
    query = _with_names(unit_ids).where(i.answered_at.is_(None)).order_by(i.id).limit(limit)
    return list(session.execute(query if after is None else query.where(i.id > after)).mappings())


def answered_page(
    session: Session, unit_ids: frozenset[int] | None, *, before: int | None, limit: int
) -> Sequence[RowMapping]:
    """Those that were answered, the newest first."""
    i = inquiries.c
    query = _with_names(unit_ids).where(i.answered_at.is_not(None)).order_by(i.id.desc()).limit(limit)
    return list(session.execute(query if before is None else query.where(i.id < before)).mappings())


def inquiries_as_of(session: Session, scope: Scope, as_of: datetime, *, most_waiting: int) -> Inquiries:
    """What had been asked and answered by a moment; units as on the frozen list."""
    i, r = inquiries.c, receipts.c
    was_asked = and_(scope.covers(), i.asked_at <= as_of)
    waits = or_(i.answered_at.is_(None), i.answered_at > as_of)
    counts = select(
        func.count().filter(i.kind == Kind.QUESTION.value),
        func.count().filter(i.kind == Kind.RETURN.value),
        func.count().filter(i.is_accepted, i.answered_at <= as_of),
        func.count().filter(waits),
    )
    waiting = select(i.id, i.kind, r.family_name, r.given_name, r.unit_name, i.asked_at, i.words).where(
        was_asked, waits
    )
    questions, returns, accepted, unanswered = session.execute(
        counts.select_from(inquiries).join(receipts, _receipt()).where(was_asked)
    ).one()
    named = waiting.select_from(inquiries).join(receipts, _receipt()).order_by(i.id).limit(most_waiting)
    rows = tuple(
        OpenInquiry(row.id, Kind(row.kind), full_name(row.family_name, row.given_name), *row[4:])
        for row in session.execute(named)
    )
    return Inquiries(questions, returns, accepted, rows, unanswered - len(rows))


def _of(asked: Asked) -> ColumnElement[bool]:
    i = inquiries.c
    return and_(i.distribution_id == asked.distribution_id, i.person_id == asked.person_id)


def _receipt() -> ColumnElement[bool]:
    i, r = inquiries.c, receipts.c
    return and_(r.distribution_id == i.distribution_id, r.person_id == i.person_id)


def _with_names(unit_ids: frozenset[int] | None) -> Select[*tuple[object, ...]]:
    r = receipts.c
    query = (
        select(inquiries, r.family_name, r.given_name, r.unit_name, documents.c.number, documents.c.title)
        .join(receipts, _receipt())
        .join(distributions, distributions.c.id == inquiries.c.distribution_id)
        .join(documents, documents.c.id == distributions.c.document_id)
    )
    return query if unit_ids is None else query.where(r.unit_id.in_(unit_ids))
