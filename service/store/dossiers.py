"""What a dossier takes out of the database: long lists are read in parts."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, FromClause, and_, select
from sqlalchemy.orm import Session

from service.domain.dossiers import Excerpt, Range, Recipient, RevisionContent
from service.domain.evidence import GENESIS
from service.domain.receipts import State
from service.store.documents import attached_files, document_row, revisions_of
from service.store.tables import distributions, evidence, list_ranges, people, receipt_events, receipts

_READ_AT_ONCE = 2_000

_opened = receipt_events.alias("opened")
_acknowledged = receipt_events.alias("acknowledged")
_before = evidence.alias("before")


def recipients_of(session: Session, distribution_id: int) -> Iterator[Recipient]:
    """In the order in which the list was digested."""
    r, opened, acknowledged = receipts.c, _opened.c, _acknowledged.c
    query = (
        select(
            r.person_id,
            people.c.code,
            r.unit_id,
            r.unit_name,
            r.family_name,
            r.given_name,
            r.position,
            r.staff_class,
            r.address,
            r.origin,
            r.listed_at,
            distributions.c.revision,
            opened.route,
            opened.effective_at,
            opened.recorded_at,
            acknowledged.route,
            acknowledged.effective_at,
            acknowledged.recorded_at,
        )
        .select_from(receipts)
        .join(distributions, distributions.c.id == r.distribution_id)
        .join(people, people.c.id == r.person_id)
        .outerjoin(_opened, _is(_opened, State.OPENED))
        .outerjoin(_acknowledged, _is(_acknowledged, State.ACKNOWLEDGED))
        .where(r.distribution_id == distribution_id)
        .order_by(r.person_id)
        .execution_options(yield_per=_READ_AT_ONCE)
    )
    for part in session.execute(query).partitions():
        yield from map(Recipient._make, part)


def ranges_of(session: Session, distribution_id: int) -> list[Range]:
    kept = list_ranges.c
    query = select(kept.upto, kept.listed, kept.digest).where(kept.distribution_id == distribution_id)
    return [Range._make(row) for row in session.execute(query.order_by(kept.upto))]


def excerpts_of(session: Session, distribution_id: int) -> Iterator[Excerpt]:
    """The sealed entries about a distribution, in their order."""
    e = evidence.c
    query = (
        select(e.position, _before.c.hash, e.hash, e.entry)
        .outerjoin(_before, _before.c.position == e.position - 1)
        .where(e.distribution_id == distribution_id, e.position.is_not(None))
        .order_by(e.position)
        .execution_options(yield_per=_READ_AT_ONCE)
    )
    for part in session.execute(query).partitions():
        for position, previous, sealed, entry in part:
            yield Excerpt(position, GENESIS if previous is None else previous, sealed, entry)


def waiting_of(session: Session, distribution_id: int) -> list[str]:
    """The entries about a distribution that have committed and are not sealed yet."""
    e = evidence.c
    query = select(e.entry).where(e.distribution_id == distribution_id, e.position.is_(None)).order_by(e.id)
    return list(session.execute(query).scalars())


def contents_of(session: Session, document_id: int) -> list[RevisionContent]:
    """Every revision with its files, the oldest first."""
    found = []
    for line in reversed(revisions_of(session, document_id)):
        row = document_row(session, document_id, line.revision)
        if row is not None:
            kept = attached_files(session, document_id, line.revision)
            found.append(RevisionContent(line.revision, line.number, line.published_at, row["body"], kept))
    return found


def _is(event: FromClause, state: State) -> ColumnElement[bool]:
    r = receipts.c
    return and_(
        event.c.distribution_id == r.distribution_id,
        event.c.person_id == r.person_id,
        event.c.revision == distributions.c.revision,
        event.c.state == state.value,
    )
