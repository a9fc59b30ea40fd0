"""Documents, their revisions and their files: written once, never changed (a trigger of the schema says so too)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import RowMapping, exists, func, insert, literal, select
from sqlalchemy.orm import Session

from service.domain.corrections import Replacement
from service.domain.documents import FileMeta, NewFile, Posting
from service.domain.letters import AttachedFile
from service.domain.vietnamese import fold
from service.store.tables import documents, files, revisions

FIRST_REVISION = 1


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file's label, and the id under which its bytes are read."""

    id: int
    meta: FileMeta


def add_document(session: Session, posting: Posting, posted_by: int | None) -> int:
    """Store a document with its first revision and files; returns its id."""
    document_id: int = session.execute(
        insert(documents)
        .values(
            type_code=posting.type_code,
            number=posting.number,
            issued_on=posting.issued_on,
            issuing_body=posting.issuing_body,
            title=posting.title,
            search=fold(f"{posting.number} {posting.title} {posting.issuing_body}"),
            signer_authority=posting.signer.authority,
            signer_position=posting.signer.position,
            signer_name=posting.signer.name,
            urgency=posting.urgency,
            posted_by=posted_by,
        )
        .returning(documents.c.id)
    ).scalar_one()
    session.execute(insert(revisions).values(_text_of(document_id, FIRST_REVISION, posting.body)))
    _add_files(session, document_id, FIRST_REVISION, posting.files)
    return document_id


def add_revision(session: Session, document_id: int, replacement: Replacement, published_at: datetime) -> int:
    """Store what replaces a revision, with its files or those of the revision before; returns the new revision."""
    revision = replacement.replaces + 1
    session.execute(
        insert(revisions).values(
            **_text_of(document_id, revision, replacement.body),
            number=replacement.number,
            issued_on=replacement.issued_on,
            note=replacement.note,
            published_at=published_at,
        )
    )
    if replacement.files is None:
        _carry_files_over(session, document_id, replacement.replaces)
    else:
        _add_files(session, document_id, revision, replacement.files)
    return revision


def _text_of(document_id: int, revision: int, body: str) -> dict[str, object]:
    digest = sha256(body.encode()).hexdigest()
    return {"document_id": document_id, "revision": revision, "body": body, "body_sha256": digest}


def _carry_files_over(session: Session, document_id: int, revision: int) -> None:
    f = files.c
    same = (f.document_id, f.position, f.name, f.media_type, f.size, f.sha256, f.content)
    kept = select(literal(revision + 1), *same).where(f.document_id == document_id, f.revision == revision)
    session.execute(insert(files).from_select(["revision", *(column.name for column in same)], kept))


def _add_files(session: Session, document_id: int, revision: int, attached: Sequence[NewFile]) -> None:
    for position, file in enumerate(attached):
        session.execute(
            insert(files).values(
                document_id=document_id,
                revision=revision,
                position=position,
                name=file.name,
                media_type=file.media_type,
                size=len(file.content),
                sha256=sha256(file.content).hexdigest(),
                content=file.content,
            )
        )


def document_row(session: Session, document_id: int, revision: int) -> RowMapping | None:
    """A document as one of its revisions has it, or None.

    Number, date and moment of publication are the revision's own; where it bears none, those of the document.
    """
    d, r = documents.c, revisions.c
    own = {
        "number": func.coalesce(func.nullif(r.number, ""), d.number),
        "issued_on": func.coalesce(r.issued_on, d.issued_on),
        "published_at": r.published_at,
    }
    query = (
        select(
            *(column for column in d if column.name not in own),
            *(value.label(name) for name, value in own.items()),
            r.revision,
            r.body,
            r.body_sha256,
            r.note,
        )
        .join(revisions, r.document_id == d.id)
        .where(d.id == document_id, r.revision == revision)
    )
    return session.execute(query).mappings().first()


def has_document(session: Session, document_id: int) -> bool:
    found: bool = session.execute(select(exists().where(documents.c.id == document_id))).scalar_one()
    return found


@dataclass(frozen=True, slots=True)
class RevisionLine:
    """One revision as a list names it; `note` says why it replaced the one before, empty for the first."""

    revision: int
    number: str
    note: str
    published_at: datetime


def revisions_of(session: Session, document_id: int) -> list[RevisionLine]:
    """Every revision, the newest first; numbers as in `document_row`."""
    r = revisions.c
    number = func.coalesce(func.nullif(r.number, ""), documents.c.number)
    query = (
        select(r.revision, number, r.note, r.published_at)
        .join(documents, documents.c.id == r.document_id)
        .where(r.document_id == document_id)
        .order_by(r.revision.desc())
    )
    return [RevisionLine(*row) for row in session.execute(query)]


def same_number(session: Session, number: str, issuing_body: str, issued_on: date | None) -> list[int]:
    """Ids of documents that bear the same number in the same year from the same body (NĐ 30/2020, điều 15)."""
    query = select(documents.c.id, documents.c.issued_on).where(
        documents.c.number == number, documents.c.issuing_body == issuing_body, documents.c.number != ""
    )
    rows = session.execute(query).all()
    return [found for found, day in rows if day is None or issued_on is None or day.year == issued_on.year]


def stored_files(session: Session, document_id: int, revision: int) -> list[StoredFile]:
    query = (
        select(files.c.id, files.c.name, files.c.media_type, files.c.size, files.c.sha256)
        .where(files.c.document_id == document_id, files.c.revision == revision)
        .order_by(files.c.position)
    )
    return [
        StoredFile(row.id, FileMeta(row.name, row.media_type, row.size, row.sha256)) for row in session.execute(query)
    ]


def attached_files(session: Session, document_id: int, revision: int) -> tuple[AttachedFile, ...]:
    """The files with their bytes, for the mail."""
    query = (
        select(files.c.name, files.c.media_type, files.c.size, files.c.sha256, files.c.content)
        .where(files.c.document_id == document_id, files.c.revision == revision)
        .order_by(files.c.position)
    )
    return tuple(AttachedFile(*row) for row in session.execute(query))


def file_content(session: Session, document_id: int, file_id: int) -> AttachedFile | None:
    query = select(files.c.name, files.c.media_type, files.c.size, files.c.sha256, files.c.content).where(
        files.c.id == file_id, files.c.document_id == document_id
    )
    row = session.execute(query).first()
    return AttachedFile(*row) if row else None
