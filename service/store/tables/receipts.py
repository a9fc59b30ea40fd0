"""The frozen list, and what each person of it did, was excused from or was asked."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
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

# The frozen list. No foreign key to units: a receipt keeps the unit as it was (three foreign keys double the cost of
# listing a million people).
receipts = Table(
    "receipts",
    metadata,
    reference("distribution_id", "distributions.id"),
    Column("person_id", BigInteger, nullable=False),
    Column("unit_id", BigInteger, nullable=False),
    words("unit_name", default=None),
    words("family_name", default=None),
    words("given_name", default=None),
    words("name_key", default=None, collation="C"),
    words("position"),
    Column("position_rank", SMALL, nullable=False, server_default="0"),
    words("staff_class", default=None),
    Column("address", Text),
    Column("address_problem", Text),
    # A cache of receipt_events for the revision named beside it, which a replacement leaves behind: see
    # `store.receipts.standing`. No report as of a past moment reads it.
    words("status", default="listed"),
    Column("revision", SMALL, nullable=False, server_default="1"),
    moment("listed_at"),
    # Empty for the distribution's own; another where a recorded absence moved it.
    moment("own_due_at", nullable=True),
    # How the person came onto the list: when it was frozen, later by the distribution's rule, or by hand, and why.
    words("origin", default="frozen"),
    words("origin_reason"),
    Column("added_by", BigInteger),
    PrimaryKeyConstraint("distribution_id", "person_id"),
    Index("ix_receipts_person_id", "person_id", "distribution_id"),
    Index("ix_receipts_added", "distribution_id", postgresql_where=text("origin <> 'frozen'")),
    Index("ix_receipts_own_due", "own_due_at", postgresql_where=text("own_due_at IS NOT NULL")),
    CheckConstraint("origin IN ('frozen', 'rule', 'hand')", name="origin"),
    CheckConstraint("status IN ('listed', 'opened', 'acknowledged')", name="status"),
)

receipt_events = Table(
    "receipt_events",
    metadata,
    Column("distribution_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("revision", SMALL, nullable=False),
    words("state", default=None),
    words("route", default=None),
    # Whose session it was; for a paper signature whoever entered it.
    account("account_id"),
    # The signed sheet of a paper signature, and the words of whoever entered a fact for somebody else.
    Column("scan_id", BigInteger),
    words("note"),
    moment("effective_at"),
    moment("recorded_at"),
    # The first time is kept: a repeat finds its row here.
    PrimaryKeyConstraint("distribution_id", "person_id", "revision", "state"),
    ForeignKeyConstraint(["distribution_id", "person_id"], ["receipts.distribution_id", "receipts.person_id"]),
)

# Whenever a person's own deadline moved, what it became; empty for back to everybody's. A report as of a moment takes
# what had been recorded by then; the receipt holds the last one.
own_deadlines = Table(
    "own_deadlines",
    metadata,
    identifier(),
    Column("distribution_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    moment("due_at", nullable=True),
    moment("recorded_at"),
    ForeignKeyConstraint(["distribution_id", "person_id"], ["receipts.distribution_id", "receipts.person_id"]),
    Index("ix_own_deadlines_of", "distribution_id", "person_id"),
    Index(None, "person_id"),
)

control_answers = Table(
    "control_answers",
    metadata,
    Column("distribution_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("revision", SMALL, nullable=False),
    Column("position", SMALL, nullable=False),
    Column("choice", SMALL, nullable=False),
    Column("is_right", Boolean, nullable=False),
    PrimaryKeyConstraint("distribution_id", "person_id", "revision", "position"),
    ForeignKeyConstraint(["distribution_id", "person_id"], ["receipts.distribution_id", "receipts.person_id"]),
)

# "I have removed it": each person's answer to a recall (NĐ 30/2020/NĐ-CP, Điều 18.4b). The first one is kept.
recall_confirmations = Table(
    "recall_confirmations",
    metadata,
    Column("distribution_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    words("route", default=None),
    account("account_id"),
    moment("effective_at"),
    moment("recorded_at"),
    PrimaryKeyConstraint("distribution_id", "person_id"),
    ForeignKeyConstraint(["distribution_id", "person_id"], ["receipts.distribution_id", "receipts.person_id"]),
)

# What a reader asked about a document, or that it was not for them; `answered_at` is empty while the answer is owed.
inquiries = Table(
    "inquiries",
    metadata,
    identifier(),
    Column("distribution_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    words("kind", default=None),
    words("words", default=None),
    moment("asked_at"),
    words("answer"),
    # Of a return alone: whether the reader was exempted.
    Column("is_accepted", Boolean),
    account("answered_by"),
    moment("answered_at", nullable=True),
    ForeignKeyConstraint(["distribution_id", "person_id"], ["receipts.distribution_id", "receipts.person_id"]),
    Index("ix_inquiries_distribution_id_person_id", "distribution_id", "person_id"),
    Index("ix_inquiries_open", "asked_at", postgresql_where=text("answered_at IS NULL")),
    CheckConstraint("kind IN ('question', 'return')", name="kind"),
)

exemptions = Table(
    "exemptions",
    metadata,
    identifier(),
    Column("distribution_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    words("reason", default=None),
    account("recorded_by"),
    moment("effective_at"),
    moment("recorded_at"),
    account("lifted_by"),
    moment("lifted_at", nullable=True),
    ForeignKeyConstraint(["distribution_id", "person_id"], ["receipts.distribution_id", "receipts.person_id"]),
    Index(
        "uq_exemptions_in_force",
        "distribution_id",
        "person_id",
        unique=True,
        postgresql_where=text("lifted_at IS NULL"),
    ),
    Index("ix_exemptions_distribution_id_person_id", "distribution_id", "person_id"),
)

# Printed danh sách ký nhận; the code on the paper finds the sheet again.
sheets = Table(
    "sheets",
    metadata,
    identifier(),
    Column("code", Text, nullable=False, unique=True),
    reference("distribution_id", "distributions.id"),
    Column("revision", SMALL, nullable=False),
    Column("unit_id", BigInteger),
    account("printed_by"),
    moment("printed_at"),
    Index("ix_sheets_distribution_id", "distribution_id"),
)

sheet_lines = Table(
    "sheet_lines",
    metadata,
    reference("sheet_id", "sheets.id"),
    Column("position", Integer, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("sheet_id", "position"),
    Index("uq_sheet_lines_sheet_id_person_id", "sheet_id", "person_id", unique=True),
)

scans = Table(
    "scans",
    metadata,
    identifier(),
    reference("sheet_id", "sheets.id"),
    words("name", default=None),
    words("media_type", default=None),
    Column("size", BigInteger, nullable=False),
    words("sha256", default=None),
    Column("content", LargeBinary, nullable=False),
    account("entered_by"),
    moment("recorded_at"),
)

# A report as it was handed out: the moment it is about, and its figures as JSON, so that it can be shown again.
issued_reports = Table(
    "issued_reports",
    metadata,
    identifier(),
    reference("distribution_id", "distributions.id"),
    moment("as_of"),
    words("figures", default=None),
    words("sha256", default=None),
    account("issued_by"),
    moment("issued_at"),
    Index("ix_issued_reports_distribution_id", "distribution_id"),
)
