"""Every table of the office. Truth and attempt are separate tables; a status column has one module that writes it.

Times are `timestamptz`. `effective_at` is when a thing was so, `recorded_at` when the office learnt it.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.types import TypeEngine

# The last migration. A process that only asks whether the database fits need not load the machinery of migrations.
SCHEMA = "0012"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def _moment(name: str, *, nullable: bool = False) -> Column[object]:
    """A moment that defaults to the database's own clock where it may not be absent."""
    default = None if nullable else text("clock_timestamp()")
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=default)


def _text(name: str, *, default: str | None = "", collation: str | None = None) -> Column[str]:
    return Column(name, Text(collation=collation), nullable=False, server_default=default)


def _account(name: str) -> Column[int]:
    """Who did it; empty when it was the operator at the command line."""
    return Column(name, BigInteger, ForeignKey("accounts.id"))


def _ref(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, ForeignKey(target), nullable=nullable)


SMALL: TypeEngine[int] = SmallInteger()

units = Table(
    "units",
    metadata,
    _id(),
    Column("code", Text, nullable=False, unique=True),
    _text("name"),
    Column("parent_id", BigInteger, ForeignKey("units.id"), index=True),
    Column("position", Integer, nullable=False, server_default="0"),
)

people = Table(
    "people",
    metadata,
    _id(),
    Column("code", Text, nullable=False, unique=True),
    _moment("created_at"),
)

# One version of a person: everything a frozen list copies, dated, so that a list can be drawn as of any moment.
memberships = Table(
    "memberships",
    metadata,
    _id(),
    _ref("person_id", "people.id"),
    Column("unit_id", BigInteger, ForeignKey("units.id"), nullable=False, index=True),
    _text("family_name"),
    _text("given_name"),
    _text("name_key", collation="C"),
    _text("search"),
    _text("position"),
    Column("position_rank", SMALL, nullable=False, server_default="0"),
    _text("staff_class"),
    Column("email", Text),
    Column("email_problem", Text),
    Column("groups", ARRAY(Text), nullable=False, server_default="{}"),
    Column("active_from", Date),
    Column("active_to", Date),
    _moment("valid_from"),
    _moment("valid_to", nullable=True),
    Index("uq_memberships_current", "person_id", unique=True, postgresql_where=text("valid_to IS NULL")),
    Index("ix_memberships_history", "person_id", "valid_from"),
    # Who came or left lately, however large the staff.
    Index("ix_memberships_valid_from", "valid_from"),
    Index("ix_memberships_valid_to", "valid_to", postgresql_where=text("valid_to IS NOT NULL")),
    Index("ix_memberships_active_to", "active_to", postgresql_where=text("active_to IS NOT NULL")),
    Index("ix_memberships_active_from", "active_from", postgresql_where=text("active_from IS NOT NULL")),
)

accounts = Table(
    "accounts",
    metadata,
    _id(),
    Column("person_id", BigInteger, ForeignKey("people.id"), unique=True),
    Column("username", Text, nullable=False, unique=True),
    _text("display_name"),
    Column("password_hash", Text),
    Column("must_change", Boolean, nullable=False, server_default="false"),
    # Part of what a one-time link signs: using the link raises it, so the link dies with its use.
    Column("credential_version", Integer, nullable=False, server_default="1"),
    _moment("link_expires_at", nullable=True),
    # For shared PCs only.
    Column("pin_hash", Text),
    _moment("created_at"),
    _moment("deactivated_at", nullable=True),
)

role_grants = Table(
    "role_grants",
    metadata,
    _id(),
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False, index=True),
    _text("role", default=None),
    Column("unit_id", BigInteger, ForeignKey("units.id")),
    _moment("valid_from"),
    _moment("valid_to", nullable=True),
    _account("granted_by"),
    # Ủy quyền: whose own role this is; it ends with that role.
    _account("delegated_by"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_digest", LargeBinary, primary_key=True),
    _ref("account_id", "accounts.id"),
    _text("form_token", default=None),
    # Of a shared PC: short, and every confirmation in it is recorded as made there.
    Column("kiosk_id", BigInteger, ForeignKey("kiosks.id")),
    _moment("created_at"),
    _moment("seen_at"),
    _moment("ended_at", nullable=True),
    Index("ix_sessions_account_id", "account_id"),
    Index("ix_sessions_created_at", "created_at"),
)

# Whether somebody was reachable is a matter of every sign-in since a list was drawn, for reports as of any past moment:
# this stays when the session itself is long gone.
sign_ins = Table(
    "sign_ins",
    metadata,
    _ref("person_id", "people.id"),
    _moment("signed_in_at"),
    PrimaryKeyConstraint("person_id", "signed_in_at"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    _id(),
    _ref("account_id", "accounts.id"),
    _text("label", default=None),
    Column("token_digest", LargeBinary, nullable=False, unique=True),
    _moment("created_at"),
    _moment("revoked_at", nullable=True),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    # "name:...", "address:...", or "reset:" before either: whoever guesses is slowed by both.
    Column("source", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    _moment("locked_until", nullable=True),
    _moment("last_at"),
    Index("ix_sign_in_failures_last_at", "last_at"),
)

documents = Table(
    "documents",
    metadata,
    _id(),
    _text("type_code", default=None),
    _text("number"),
    Column("issued_on", Date),
    _text("issuing_body"),
    _text("title", default=None),
    _text("search"),
    _text("signer_authority"),
    _text("signer_position"),
    _text("signer_name"),
    Column("urgency", SMALL, nullable=False, server_default="0"),
    _account("posted_by"),
    _moment("published_at"),
)

revisions = Table(
    "revisions",
    metadata,
    _ref("document_id", "documents.id"),
    Column("revision", SMALL, nullable=False),
    _text("body"),
    _text("body_sha256", default=None),
    # What a replacement bears itself; empty for the first revision, whose number and date stand with the document.
    _text("number"),
    Column("issued_on", Date),
    # Why it replaces the one before, in the secretariat's words.
    _text("note"),
    _moment("published_at"),
    PrimaryKeyConstraint("document_id", "revision"),
)

files = Table(
    "files",
    metadata,
    _id(),
    Column("document_id", BigInteger, nullable=False),
    Column("revision", SMALL, nullable=False),
    Column("position", SMALL, nullable=False),
    _text("name", default=None),
    _text("media_type", default=None),
    Column("size", BigInteger, nullable=False),
    _text("sha256", default=None),
    Column("content", LargeBinary, nullable=False),
    ForeignKeyConstraint(["document_id", "revision"], ["revisions.document_id", "revisions.revision"]),
    Index("uq_files_document_id_revision_position", "document_id", "revision", "position", unique=True),
)

distributions = Table(
    "distributions",
    metadata,
    _id(),
    Column("document_id", BigInteger, ForeignKey("documents.id"), nullable=False, index=True),
    Column("revision", SMALL, nullable=False, server_default="1"),
    _text("mode", default=None),
    _moment("due_at", nullable=True),
    # The deadline as it was asked for in working days; empty when a moment was named.
    Column("due_days", SMALL),
    _text("audience", default=None),
    _text("message"),
    Column("urgency", SMALL, nullable=False, server_default="0"),
    # In the future for a scheduled posting: the list is drawn as of this moment, once it has come.
    _moment("frozen_at"),
    _moment("posted_at"),
    _account("posted_by"),
    # Random, part of every Message-ID, so that two offices or a restored one never share one.
    _text("letter_token", default=None),
    Column("listed_through", BigInteger, nullable=False, server_default="0"),
    Column("listed", Integer, nullable=False, server_default="0"),
    _moment("listed_at", nullable=True),
    # Whether people who come to the audience later are listed too.
    Column("adds_joiners", Boolean, nullable=False, server_default="false"),
    # Since when that holds, where it does: who came before is not listed.
    _moment("rule_since"),
    # Up to when the directory has been looked through for them.
    _moment("followed_through"),
    # Office clock. Reading is blocked from this moment on; the row of `corrections` says who and why.
    _moment("recalled_at", nullable=True),
    Index("ix_distributions_unlisted", "frozen_at", postgresql_where=text("listed_at IS NULL")),
    Index(
        "ix_distributions_followed", "followed_through", postgresql_where=text("adds_joiners AND recalled_at IS NULL")
    ),
)

# What each range of a frozen list held when it was written: `digest` chains the lines of this range to those before.
list_ranges = Table(
    "list_ranges",
    metadata,
    _ref("distribution_id", "distributions.id"),
    Column("upto", BigInteger, nullable=False),
    Column("listed", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    PrimaryKeyConstraint("distribution_id", "upto"),
)

# Asked on the document page before confirming; the answers stay with the confirmation.
control_questions = Table(
    "control_questions",
    metadata,
    _ref("distribution_id", "distributions.id"),
    Column("position", SMALL, nullable=False),
    _text("prompt", default=None),
    Column("choices", ARRAY(Text), nullable=False),
    Column("right_choice", SMALL, nullable=False),
    PrimaryKeyConstraint("distribution_id", "position"),
)

# What the secretariat did to a published document, by the meaning of the law (NĐ 30/2020/NĐ-CP, Điều 18).
corrections = Table(
    "corrections",
    metadata,
    _id(),
    _ref("distribution_id", "distributions.id"),
    _text("kind", default=None),
    # Counts the corrections of one kind, from 1; for a replacement it is the revision that it brought.
    Column("number", SMALL, nullable=False),
    _text("note", default=None),
    # The deadline that was in force until this replacement; a report of a day before it shows that one.
    _moment("due_before", nullable=True),
    _account("recorded_by"),
    _moment("effective_at"),
    _moment("recorded_at"),
    Index("uq_corrections_distribution_id_kind_number", "distribution_id", "kind", "number", unique=True),
    CheckConstraint("kind IN ('erratum', 'replacement', 'recall')", name="kind"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    _text("caller", default=None),
    _text("key", default=None),
    _text("request_digest", default=None),
    _ref("distribution_id", "distributions.id"),
    _moment("created_at"),
    PrimaryKeyConstraint("caller", "key"),
)

# The frozen list. No foreign key to units: a receipt keeps the unit as it was (three foreign keys double the cost of
# listing a million people).
receipts = Table(
    "receipts",
    metadata,
    _ref("distribution_id", "distributions.id"),
    Column("person_id", BigInteger, nullable=False),
    Column("unit_id", BigInteger, nullable=False),
    _text("unit_name", default=None),
    _text("family_name", default=None),
    _text("given_name", default=None),
    _text("name_key", default=None, collation="C"),
    _text("position"),
    Column("position_rank", SMALL, nullable=False, server_default="0"),
    _text("staff_class", default=None),
    Column("address", Text),
    Column("address_problem", Text),
    # A cache of receipt_events for the revision named beside it; no report as of a past moment reads it.
    _text("status", default="listed"),
    Column("revision", SMALL, nullable=False, server_default="1"),
    _moment("listed_at"),
    # Empty for the distribution's own; another where a recorded absence moved it.
    _moment("own_due_at", nullable=True),
    # How the person came onto the list: when it was frozen, later by the distribution's rule, or by hand, and why.
    _text("origin", default="frozen"),
    _text("origin_reason"),
    Column("added_by", BigInteger),
    PrimaryKeyConstraint("distribution_id", "person_id"),
    Index("ix_receipts_person_id", "person_id", "distribution_id"),
    Index("ix_receipts_added", "distribution_id", postgresql_where=text("origin <> 'frozen'")),
    Index("ix_receipts_own_due", "own_due_at", postgresql_where=text("own_due_at IS NOT NULL")),
    CheckConstraint("origin IN ('frozen', 'rule', 'hand')", name="origin"),
    CheckConstraint("status IN ('listed', 'opened', 'acknowledged')", name="status"),
)

# Which units stand on a list, so that a manager's lists are found without reading through them.
list_units = Table(
    "list_units",
    metadata,
    _ref("distribution_id", "distributions.id"),
    Column("unit_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("distribution_id", "unit_id"),
)

receipt_events = Table(
    "receipt_events",
    metadata,
    Column("distribution_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("revision", SMALL, nullable=False),
    _text("state", default=None),
    _text("route", default=None),
    # Whose session it was; for a paper signature whoever entered it.
    _account("account_id"),
    # The signed sheet of a paper signature, and the words of whoever entered a fact for somebody else.
    Column("scan_id", BigInteger),
    _text("note"),
    _moment("effective_at"),
    _moment("recorded_at"),
    # The first time is kept: a repeat finds its row here.
    PrimaryKeyConstraint("distribution_id", "person_id", "revision", "state"),
    ForeignKeyConstraint(["distribution_id", "person_id"], ["receipts.distribution_id", "receipts.person_id"]),
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
    _text("route", default=None),
    _account("account_id"),
    _moment("effective_at"),
    _moment("recorded_at"),
    PrimaryKeyConstraint("distribution_id", "person_id"),
    ForeignKeyConstraint(["distribution_id", "person_id"], ["receipts.distribution_id", "receipts.person_id"]),
)

# What a reader asked about a document, or that it was not for them; `answered_at` is empty while the answer is owed.
inquiries = Table(
    "inquiries",
    metadata,
    _id(),
    Column("distribution_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    _text("kind", default=None),
    _text("words", default=None),
    _moment("asked_at"),
    _text("answer"),
    # Of a return alone: whether the reader was exempted.
    Column("is_accepted", Boolean),
    _account("answered_by"),
    _moment("answered_at", nullable=True),
    ForeignKeyConstraint(["distribution_id", "person_id"], ["receipts.distribution_id", "receipts.person_id"]),
    Index("ix_inquiries_distribution_id_person_id", "distribution_id", "person_id"),
    Index("ix_inquiries_open", "asked_at", postgresql_where=text("answered_at IS NULL")),
    CheckConstraint("kind IN ('question', 'return')", name="kind"),
)

# One row a person and step, whoever planned it and how often: what makes a reminder happen once.
reminders = Table(
    "reminders",
    metadata,
    Column("distribution_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    _text("step", default=None),
    # The manager who pressed the button; empty for the steps of the calendar.
    _account("sent_by"),
    _moment("created_at"),
    PrimaryKeyConstraint("distribution_id", "person_id", "step"),
    ForeignKeyConstraint(["distribution_id", "person_id"], ["receipts.distribution_id", "receipts.person_id"]),
)

# What somebody above was told of people who are late, as JSON; its letter is a delivery with the same number.
digests = Table(
    "digests",
    metadata,
    _id(),
    _ref("account_id", "accounts.id"),
    _text("told", default=None),
    _moment("created_at"),
)

# Steps that are over for a whole distribution, so that nobody looks through its list for them again.
reminder_steps = Table(
    "reminder_steps",
    metadata,
    _ref("distribution_id", "distributions.id"),
    _text("step", default=None),
    _moment("done_at"),
    # How many people it reminded; none where it was passed by.
    Column("people", Integer, nullable=False, server_default="0"),
    _account("sent_by"),
    PrimaryKeyConstraint("distribution_id", "step"),
)

# Printed danh sách ký nhận; the code on the paper finds the sheet again.
sheets = Table(
    "sheets",
    metadata,
    _id(),
    Column("code", Text, nullable=False, unique=True),
    _ref("distribution_id", "distributions.id"),
    Column("revision", SMALL, nullable=False),
    Column("unit_id", BigInteger),
    _account("printed_by"),
    _moment("printed_at"),
    Index("ix_sheets_distribution_id", "distribution_id"),
)

sheet_lines = Table(
    "sheet_lines",
    metadata,
    _ref("sheet_id", "sheets.id"),
    Column("position", Integer, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("sheet_id", "position"),
    Index("uq_sheet_lines_sheet_id_person_id", "sheet_id", "person_id", unique=True),
)

scans = Table(
    "scans",
    metadata,
    _id(),
    _ref("sheet_id", "sheets.id"),
    _text("name", default=None),
    _text("media_type", default=None),
    Column("size", BigInteger, nullable=False),
    _text("sha256", default=None),
    Column("content", LargeBinary, nullable=False),
    _account("entered_by"),
    _moment("recorded_at"),
)

# Shared PCs on which people confirm with name and PIN.
kiosks = Table(
    "kiosks",
    metadata,
    _id(),
    _text("name", default=None),
    Column("token_digest", LargeBinary, nullable=False, unique=True),
    _account("created_by"),
    _moment("created_at"),
    _moment("revoked_at", nullable=True),
)

# A report as it was handed out: the moment it is about, and its figures as JSON, so that it can be shown again.
issued_reports = Table(
    "issued_reports",
    metadata,
    _id(),
    _ref("distribution_id", "distributions.id"),
    _moment("as_of"),
    _text("figures", default=None),
    _text("sha256", default=None),
    _account("issued_by"),
    _moment("issued_at"),
    Index("ix_issued_reports_distribution_id", "distribution_id"),
)

# Days on which the office does other than the weekday and the public holidays say: nghỉ bù, làm bù, a local holiday.
calendar_days = Table(
    "calendar_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("is_working", Boolean, nullable=False),
    _text("note"),
    _account("recorded_by"),
    _moment("recorded_at"),
)

absences = Table(
    "absences",
    metadata,
    _id(),
    Column("person_id", BigInteger, ForeignKey("people.id"), nullable=False, index=True),
    _text("kind", default="leave"),
    _text("reason"),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    _account("recorded_by"),
    _moment("recorded_at"),
    # Entered by mistake, cut short or merged into another: from then on it counts no more, before it did.
    _account("withdrawn_by"),
    _moment("withdrawn_at", nullable=True),
    Index("ix_absences_last_day", "last_day", postgresql_where=text("withdrawn_at IS NULL")),
    CheckConstraint("first_day <= last_day", name="days_in_order"),
    CheckConstraint("kind IN ('leave', 'mission', 'illness', 'maternity', 'study')", name="kind"),
)

exemptions = Table(
    "exemptions",
    metadata,
    _id(),
    Column("distribution_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    _text("reason", default=None),
    _account("recorded_by"),
    _moment("effective_at"),
    _moment("recorded_at"),
    _account("lifted_by"),
    _moment("lifted_at", nullable=True),
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

deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    # Empty for letters without a receipt (account letters).
    Column("distribution_id", BigInteger),
    Column("person_id", BigInteger),
    Column("account_id", BigInteger),
    _text("channel", default="mail"),
    _text("occasion", default=None),
    _text("address", default=None),
    _text("recipient_name", default=None),
    _text("unit_name"),
    Column("urgency", SMALL, nullable=False, server_default="0"),
    _text("message_id", default=None),
    # The deadline of this person, where it is another than the distribution's.
    _moment("own_due_at", nullable=True),
    _text("status", default="waiting"),
    _moment("next_attempt_at"),
    _moment("lease_until", nullable=True),
    Column("lease_token", Uuid),
    Column("attempts", SMALL, nullable=False, server_default="0"),
    Column("crashes", SMALL, nullable=False, server_default="0"),
    Column("in_doubt", Boolean, nullable=False, server_default="false"),
    # No longer wanted: it ends as cancelled instead of waiting again; one on the wire ends by its own reply.
    Column("withdrawn", Boolean, nullable=False, server_default="false"),
    Column("last_reply", Text),
    _moment("created_at"),
    # The letter's lifetime, by the database's clock: from the first attempt for which its server was there, without
    # the time that the server was out since.
    _moment("first_attempt_at", nullable=True),
    Column("held_for", Interval, nullable=False, server_default=text("'0'")),
    # What it went through, by the office's clock, for reports of any day; none is ever taken back. `sent_at` is the
    # first attempt that counted, `failed_at` when it was refused, given up or set aside, `final_at` when it became
    # what its status says: of a returned letter the day of the return.
    _moment("sent_at", nullable=True),
    _moment("accepted_at", nullable=True),
    _moment("failed_at", nullable=True),
    _moment("final_at", nullable=True),
    Index(
        "uq_deliveries_occasion",
        "distribution_id",
        "person_id",
        "account_id",
        "channel",
        "occasion",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
    # The queue: only letters that may be claimed, in the order they are claimed.
    Index(
        "ix_deliveries_due",
        text("urgency DESC"),
        "next_attempt_at",
        postgresql_where=text("status = 'waiting'"),
    ),
    Index(
        "ix_deliveries_account_letters",
        "account_id",
        postgresql_where=text("status = 'waiting' AND account_id IS NOT NULL"),
    ),
    Index("ix_deliveries_leased", "lease_until", postgresql_where=text("status = 'sending'")),
    Index(
        "ix_deliveries_failed",
        "distribution_id",
        postgresql_where=text("status IN ('refused', 'bounced', 'gave_up', 'set_aside')"),
    ),
    CheckConstraint(
        "status IN ('waiting', 'sending', 'accepted', 'refused', 'bounced', 'gave_up', 'set_aside', 'cancelled')",
        name="status",
    ),
)

attempts = Table(
    "attempts",
    metadata,
    _id(),
    Column("delivery_id", BigInteger, nullable=False, index=True),
    _text("outcome", default=None),
    Column("phase", Text),
    Column("code", SMALL),
    _text("reply"),
    Column("counted", Boolean, nullable=False),
    Column("in_doubt", Boolean, nullable=False, server_default="false"),
    _text("worker", default=None),
    _moment("started_at"),
    _moment("ended_at"),
)

# Lines to be added up, by status or outcome; see store/tallies.py.
tallies = Table(
    "tallies",
    metadata,
    _id(),
    _text("subject", default=None),
    _text("name", default=None),
    Column("count", BigInteger, nullable=False),
    _moment("latest_at", nullable=True),
)

mail_circuits = Table(
    "mail_circuits",
    metadata,
    Column("server", Text, primary_key=True),
    _text("reason", default=None),
    Column("failures", Integer, nullable=False, server_default="1"),
    _moment("opened_at"),
    _moment("probe_at"),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", Text, primary_key=True),
    _text("kind", default=None),
    _moment("started_at"),
    _moment("seen_at"),
)

# The evidence log. The application's role may only insert and read; `seal_evidence` fills position and hash.
evidence = Table(
    "evidence",
    metadata,
    _id(),
    # One JSON object in canonical form, exactly as it is hashed.
    _text("entry", default=None),
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
