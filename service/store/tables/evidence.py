"""The log of what matters."""

from sqlalchemy import (
    BigInteger,
    Column,
    Computed,
    Index,
    LargeBinary,
    Table,
    Text,
    text,
)

from service.store.tables.columns import identifier, metadata, words

# The evidence log. The application's role may only insert and read; `seal_evidence` fills position and hash.
evidence = Table(
    "evidence",
    metadata,
    identifier(),
    # One JSON object in canonical form, exactly as it is hashed.
    words("entry", default=None),
    Column("position", BigInteger, unique=True),
    Column("hash", LargeBinary),
    # Read out of the entry by the database, to find it by.
    Column("deed", Text, Computed("entry::jsonb ->> 'deed'", persisted=True)),
    Column("done_by", Text, Computed("entry::jsonb ->> 'by'", persisted=True), index=True),
    Column("recorded_at", Text, Computed("entry::jsonb ->> 'recorded_at'", persisted=True)),
    Column(
        "distribution_id",
        BigInteger,
        Computed("(entry::jsonb #>> '{about,distribution}')::bigint", persisted=True),
        index=True,
    ),
    Column(
        "person_id", BigInteger, Computed("(entry::jsonb #>> '{about,person}')::bigint", persisted=True), index=True
    ),
    Index("ix_evidence_deed", "deed", "recorded_at"),
    Index("ix_evidence_unsealed", "id", postgresql_where=text("position IS NULL")),
)
