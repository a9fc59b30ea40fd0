"""What is published, to whom it is sent, and what is corrected in it."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from service.store.tables.columns import SMALL, account, identifier, metadata, moment, reference, words

documents = Table(
    "documents",
    metadata,
    identifier(),
    words("type_code", default=None),
    words("number"),
    Column("issued_on", Date),
    words("issuing_body"),
    words("title", default=None),
    words("search"),
    words("signer_authority"),
    words("signer_position"),
    words("signer_name"),
    Column("urgency", SMALL, nullable=False, server_default="0"),
    account("posted_by"),
    moment("published_at"),
)

revisions = Table(
    "revisions",
    metadata,
    reference("document_id", "documents.id"),
    Column("revision", SMALL, nullable=False),
    words("body"),
    words("body_sha256", default=None),
    # What a replacement bears itself; empty for the first revision, whose number and date stand with the document.
    words("number"),
    Column("issued_on", Date),
    # Why it replaces the one before, in the secretariat's words.
    words("note"),
    moment("published_at"),
    PrimaryKeyConstraint("document_id", "revision"),
)

files = Table(
    "files",
    metadata,
    identifier(),
    Column("document_id", BigInteger, nullable=False),
    Column("revision", SMALL, nullable=False),
    Column("position", SMALL, nullable=False),
    words("name", default=None),
    words("media_type", default=None),
    Column("size", BigInteger, nullable=False),
    words("sha256", default=None),
    Column("content", LargeBinary, nullable=False),
    ForeignKeyConstraint(["document_id", "revision"], ["revisions.document_id", "revisions.revision"]),
    Index("uq_files_document_id_revision_position", "document_id", "revision", "position", unique=True),
)

distributions = Table(
    "distributions",
    metadata,
    identifier(),
    Column("document_id", BigInteger, ForeignKey("documents.id"), nullable=False, index=True),
    Column("revision", SMALL, nullable=False, server_default="1"),
    words("mode", default=None),
    moment("due_at", nullable=True),
    # The deadline as it was asked for in working days; empty when a moment was named.
    Column("due_days", SMALL),
    words("audience", default=None),
    words("message"),
    Column("urgency", SMALL, nullable=False, server_default="0"),
    # In the future for a scheduled posting: the list is drawn as of this moment, once it has come.
    moment("frozen_at"),
    moment("posted_at"),
    account("posted_by"),
    # Random, part of every Message-ID, so that two offices or a restored one never share one.
    words("letter_token", default=None),
    Column("listed_through", BigInteger, nullable=False, server_default="0"),
    Column("listed", Integer, nullable=False, server_default="0"),
    moment("listed_at", nullable=True),
    # Whether people who come to the audience later are listed too.
    Column("adds_joiners", Boolean, nullable=False, server_default="false"),
    # Since when that holds, where it does: who came before is not listed.
    moment("rule_since"),
    # Up to when the directory has been looked through for them.
    moment("followed_through"),
    # Office clock. Reading is blocked from this moment on; the row of `corrections` says who and why.
    moment("recalled_at", nullable=True),
    # Letters about the text with an identifier up to this one were written before it was replaced or recalled.
    Column("withdrawn_through", BigInteger, nullable=False, server_default="0"),
    Index("ix_distributions_unlisted", "frozen_at", postgresql_where=text("listed_at IS NULL")),
    Index(
        "ix_distributions_followed", "followed_through", postgresql_where=text("adds_joiners AND recalled_at IS NULL")
    ),
)

# What each range of a frozen list held when it was written: `digest` chains the lines of this range to those before.
list_ranges = Table(
    "list_ranges",
    metadata,
    reference("distribution_id", "distributions.id"),
    Column("upto", BigInteger, nullable=False),
    Column("listed", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    PrimaryKeyConstraint("distribution_id", "upto"),
)

# Which units stand on a list, so that a manager's lists are found without reading through them.
list_units = Table(
    "list_units",
    metadata,
    reference("distribution_id", "distributions.id"),
    Column("unit_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("distribution_id", "unit_id"),
)

# Asked on the document page before confirming; the answers stay with the confirmation.
control_questions = Table(
    "control_questions",
    metadata,
    reference("distribution_id", "distributions.id"),
    Column("position", SMALL, nullable=False),
    words("prompt", default=None),
    Column("choices", ARRAY(Text), nullable=False),
    Column("right_choice", SMALL, nullable=False),
    PrimaryKeyConstraint("distribution_id", "position"),
)

# What the secretariat did to a published document, by the meaning of the law (NĐ 30/2020/NĐ-CP, Điều 18).
corrections = Table(
    "corrections",
    metadata,
    identifier(),
    reference("distribution_id", "distributions.id"),
    words("kind", default=None),
    # Counts the corrections of one kind, from 1; for a replacement it is the revision that it brought.
    Column("number", SMALL, nullable=False),
    words("note", default=None),
    # The deadline that was in force until this replacement; a report of a day before it shows that one.
    moment("due_before", nullable=True),
    account("recorded_by"),
    moment("effective_at"),
    moment("recorded_at"),
    # How far its letters are written, by people, and since when nobody is left to be told.
    Column("announced_through", BigInteger, nullable=False, server_default="0"),
    moment("announced_at", nullable=True),
    Index("ix_corrections_unannounced", "id", postgresql_where=text("announced_at IS NULL")),
    Index("uq_corrections_distribution_id_kind_number", "distribution_id", "kind", "number", unique=True),
    CheckConstraint("kind IN ('erratum', 'replacement', 'recall')", name="kind"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    words("caller", default=None),
    words("key", default=None),
    words("request_digest", default=None),
    reference("distribution_id", "distributions.id"),
    moment("created_at"),
    PrimaryKeyConstraint("caller", "key"),
)
