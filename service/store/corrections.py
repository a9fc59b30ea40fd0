"""Corrections of what was distributed, and what was in force when.

A distribution's row decides who comes first: a correction holds it alone, the drawing of the list holds it against
corrections only, and whoever confirms shares it with all others who do.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, exists, func, insert, select, update
from sqlalchemy.orm import Session

from service.domain.corrections import Correction, Kind, Standing, errata
from service.domain.deadlines import Due
from service.domain.documents import Mode
from service.domain.occasions import Kind as Letter
from service.domain.occasions import Occasion, first_letter
from service.store.deliveries import last_letter
from service.store.documents import FIRST_REVISION, document_row, stored_files
from service.store.tables import accounts, corrections, distributions


@dataclass(frozen=True, slots=True)
class Held:
    """A distribution whose row this transaction alone may change; `is_listed` once its list is drawn to the end."""

    id: int
    document_id: int
    frozen_at: datetime
    is_listed: bool
    standing: Standing


def hold(session: Session, distribution_id: int) -> Held | None:
    """Wait for everybody who corrects, lists or confirms, and keep them out until the transaction ends."""
    d = distributions.c
    row = session.execute(select(distributions).where(d.id == distribution_id).with_for_update()).mappings().first()
    if row is None:
        return None
    document_id, revision = row["document_id"], row["revision"]
    document = document_row(session, document_id, revision)
    if document is None:
        message = f"revision {revision} of document {document_id} is missing"
        raise RuntimeError(message)
    digests = tuple((file.meta.name, file.meta.sha256) for file in stored_files(session, document_id, revision))
    standing = Standing(revision, Mode(row["mode"]), row["due_at"], row["recalled_at"], document["body"], digests)
    return Held(
        id=distribution_id,
        document_id=document_id,
        frozen_at=row["frozen_at"],
        is_listed=row["listed_at"] is not None,
        standing=standing,
    )


def hold_off(session: Session, distribution_id: int) -> None:
    """Keep corrections out until the transaction ends, and nobody else."""
    d = distributions.c
    session.execute(select(d.id).where(d.id == distribution_id).with_for_update(read=True, key_share=True))


def add_correction(
    session: Session,
    distribution_id: int,
    correction: Correction,
    recorded_by: int | None,
    due_before: datetime | None = None,
) -> None:
    session.execute(
        insert(corrections).values(
            distribution_id=distribution_id,
            kind=correction.kind,
            number=correction.number,
            note=correction.note,
            due_before=due_before,
            recorded_by=recorded_by,
            effective_at=correction.at,
            recorded_at=correction.at,
        )
    )


def put_in_force(session: Session, distribution_id: int, revision: int, due: Due | None) -> None:
    """From now on this revision is what is read and confirmed, by a new deadline if there is one."""
    deadline = {"due_at": due.at, "due_days": due.days} if due else {}
    _change(session, distribution_id, revision=revision, withdrawn_through=last_letter(), **deadline)


def take_back(session: Session, distribution_id: int, moment: datetime) -> None:
    """Block reading from `moment` on."""
    _change(session, distribution_id, recalled_at=moment, withdrawn_through=last_letter())


def _change(session: Session, distribution_id: int, **changed: object) -> None:
    session.execute(update(distributions).where(distributions.c.id == distribution_id).values(changed))


@dataclass(frozen=True, slots=True)
class Unannounced:
    """A correction whose letters are being written; the row of its distribution is locked by this transaction.

    `is_outdone` when a later replacement or recall left it nothing to say.
    """

    id: int
    kind: Kind
    number: int
    announced_through: int
    distribution_id: int
    letter_token: str
    urgency: int
    withdrawn_through: int
    is_outdone: bool


def next_unannounced(session: Session) -> Unannounced | None:
    """The correction whose letters are to be written next, unless another worker is at one of its distribution.

    Recalls first, then the most urgent; those of one distribution in the order in which they were made. Other
    corrections and reminders of the distribution wait meanwhile, and nobody who confirms.
    """
    c, d = corrections.c, distributions.c
    query = (
        select(d.id, d.letter_token, d.urgency, d.withdrawn_through)
        .join(corrections, c.distribution_id == d.id)
        .where(c.announced_at.is_(None))
        .order_by(c.kind != Kind.RECALL.value, d.urgency.desc(), c.id)
        .limit(1)
        .with_for_update(of=distributions, skip_locked=True, key_share=True)
    )
    held = session.execute(query).first()
    # Read behind the lock: a statement does not see what was committed while it ran.
    first = session.execute(_first_unannounced(held.id)).first() if held else None
    if held is None or first is None:
        return None
    found, kind, number, announced_through, is_outdone = first
    return Unannounced(found, Kind(kind), number, announced_through, *held, is_outdone)


def _first_unannounced(distribution_id: int) -> Select[int, str, int, int, bool]:
    c, later = corrections.c, corrections.alias().c
    outdone = later.distribution_id == distribution_id, later.id > c.id, later.kind != Kind.ERRATUM.value
    return (
        select(c.id, c.kind, c.number, c.announced_through, exists().where(*outdone))
        .where(c.distribution_id == distribution_id, c.announced_at.is_(None))
        .order_by(c.id)
        .limit(1)
    )


def announcing_is_due(session: Session) -> bool:
    due: bool = session.execute(select(exists().where(corrections.c.announced_at.is_(None)))).scalar_one()
    return due


def advance_announcing(session: Session, correction_id: int, upto: int) -> None:
    session.execute(update(corrections).where(corrections.c.id == correction_id).values(announced_through=upto))


def finish_announcing(session: Session, correction_id: int, moment: datetime) -> None:
    session.execute(update(corrections).where(corrections.c.id == correction_id).values(announced_at=moment))


def corrections_of(session: Session, distribution_id: int, as_of: datetime | None = None) -> list[Correction]:
    """In the order in which they were made; with `as_of` those recorded by then."""
    c = corrections.c
    query = select(c.kind, c.number, c.note, c.effective_at).where(c.distribution_id == distribution_id).order_by(c.id)
    if as_of is not None:
        query = query.where(c.recorded_at <= as_of)
    return [Correction(Kind(kind), *rest) for kind, *rest in session.execute(query)]


@dataclass(frozen=True, slots=True)
class RecordedCorrection:
    """With the name of whoever recorded it, empty for the operator; `is_announced` once nobody is left to be told."""

    correction: Correction
    by: str
    is_announced: bool


def recorded_corrections(session: Session, distribution_id: int) -> list[RecordedCorrection]:
    """The newest first."""
    c = corrections.c
    query = (
        select(
            c.kind,
            c.number,
            c.note,
            c.effective_at,
            func.coalesce(accounts.c.display_name, ""),
            c.announced_at.is_not(None),
        )
        .outerjoin(accounts, accounts.c.id == c.recorded_by)
        .where(c.distribution_id == distribution_id)
        .order_by(c.id.desc())
    )
    return [
        RecordedCorrection(Correction(Kind(kind), number, note, at), by, is_announced)
        for kind, number, note, at, by, is_announced in session.execute(query)
    ]


def first_letters(session: Session, distribution_id: int, revision: int) -> list[Occasion]:
    """What a person gets who is listed now: the revision in force, and what has been corrected in it since."""
    found = errata(corrections_of(session, distribution_id))
    return [
        first_letter(revision),
        *(Occasion(Letter.ERRATUM, one.number) for one in found if one.revision == revision),
    ]


@dataclass(frozen=True, slots=True)
class InForce:
    """What was to be confirmed at a moment, and by when."""

    revision: int
    due_at: datetime | None


def in_force_at(session: Session, distribution_id: int, due_now: datetime | None, as_of: datetime) -> InForce:
    """By what was recorded by then; `due_now` is the present deadline."""
    c = corrections.c
    replaced = and_(c.distribution_id == distribution_id, c.kind == Kind.REPLACEMENT.value)
    last = select(func.max(c.number)).where(replaced, c.recorded_at <= as_of)
    revision: int = session.execute(last).scalar_one() or FIRST_REVISION
    following = select(c.due_before).where(replaced, c.number == revision + 1)
    ended = session.execute(following).first()
    return InForce(revision, ended[0] if ended else due_now)
