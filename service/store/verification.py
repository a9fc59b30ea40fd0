"""Is an office whole: what a backup counts, and a restore counts again."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select, table

from service.store.tables import files, revisions, scans


def count_rows(connection: Connection, tables: Iterable[str]) -> dict[str, int]:
    """Rows of these tables, by name."""
    counted = {}
    for name in tables:
        rows: int = connection.execute(select(func.count()).select_from(table(name))).scalar_one()
        counted[name] = rows
    return counted


def broken_contents(connection: Connection) -> list[str]:
    """Texts and files whose bytes no longer have the digest they were recorded with; empty when all is well."""
    body_digest = func.encode(func.sha256(func.convert_to(revisions.c.body, "UTF8")), "hex")
    texts = select(revisions.c.document_id, revisions.c.revision).where(body_digest != revisions.c.body_sha256)
    attached = select(files.c.document_id, files.c.name).where(_is_broken(files))
    signed = select(scans.c.sheet_id, scans.c.name).where(_is_broken(scans))
    return [
        *(f"text of document {document}, revision {revision}" for document, revision in connection.execute(texts)),
        *(f"file {name!r} of document {document}" for document, name in connection.execute(attached)),
        *(f"scan {name!r} of sheet {sheet}" for sheet, name in connection.execute(signed)),
    ]


def _is_broken(kept: Table) -> ColumnElement[bool]:
    digest = func.encode(func.sha256(kept.c.content), "hex")
    return or_(digest != kept.c.sha256, func.length(kept.c.content) != kept.c.size)
