"""Documents, their revisions and their files: written once, never changed (a trigger of the schema says so too)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import RowMapping, exists, insert, select
from sqlalchemy.orm import Session

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
    _add_revision(session, document_id, FIRST_REVISION, posting.body, posting.files)
    return document_id


def _add_revision(session: Session, document_id: int, revision: int, body: str, attached: Sequence[NewFile]) -> None:
    body_sha256 = sha256(body.encode()).hexdigest()
    session.execute(
        insert(revisions).values(document_id=document_id, revision=revision, body=body, body_sha256=body_sha256)
    )
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
    """Every column of a document and of one of its revisions, or None."""
    query = (
        select(documents, revisions.c.revision, revisions.c.body, revisions.c.body_sha256)
        .join(revisions, revisions.c.document_id == documents.c.id)
        .where(documents.c.id == document_id, revisions.c.revision == revision)
    )
    return session.execute(query).mappings().first()


def has_document(session: Session, document_id: int) -> bool:
    found: bool = session.execute(select(exists().where(documents.c.id == document_id))).scalar_one()
    return found


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
