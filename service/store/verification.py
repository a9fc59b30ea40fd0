"""Is an office whole: what a backup counts, and a restore counts again."""

from sqlalchemy import Connection, func, or_, select

from service.store.tables import files, metadata, revisions


def count_rows(connection: Connection) -> dict[str, int]:
    """Rows of every table, by its name."""
    counted = {}
    for table in metadata.sorted_tables:
        rows: int = connection.execute(select(func.count()).select_from(table)).scalar_one()
        counted[table.name] = rows
    return counted


def broken_contents(connection: Connection) -> list[str]:
    """Texts and files whose bytes no longer have the digest recorded at publication; empty when all is well."""
    body_digest = func.encode(func.sha256(func.convert_to(revisions.c.body, "UTF8")), "hex")
    texts = select(revisions.c.document_id, revisions.c.revision).where(body_digest != revisions.c.body_sha256)
    file_digest = func.encode(func.sha256(files.c.content), "hex")
    lost = or_(file_digest != files.c.sha256, func.length(files.c.content) != files.c.size)
    kept = select(files.c.document_id, files.c.name).where(lost)
    return [
        *(f"text of document {document}, revision {revision}" for document, revision in connection.execute(texts)),
        *(f"file {name!r} of document {document}" for document, name in connection.execute(kept)),
    ]
