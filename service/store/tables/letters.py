"""The queue of letters, what was tried, why they are sent again, and who was seen at work."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Interval,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)

from service.store.tables.columns import SMALL, account, identifier, metadata, moment, reference, words

deliveries = Table(
    "deliveries",
    metadata,
    identifier(),
    # Empty for letters without a receipt (account letters).
    Column("distribution_id", BigInteger),
    Column("person_id", BigInteger),
    Column("account_id", BigInteger),
    words("channel", default="mail"),
    words("occasion", default=None),
    words("address", default=None),
    words("recipient_name", default=None),
    words("unit_name"),
    Column("urgency", SMALL, nullable=False, server_default="0"),
    words("message_id", default=None),
    # The deadline of this person, where it is another than the distribution's.
    moment("own_due_at", nullable=True),
    words("status", default="waiting"),
    moment("next_attempt_at"),
    moment("lease_until", nullable=True),
    Column("lease_token", Uuid),
    Column("attempts", SMALL, nullable=False, server_default="0"),
    Column("crashes", SMALL, nullable=False, server_default="0"),
    Column("in_doubt", Boolean, nullable=False, server_default="false"),
    # No longer wanted: it ends as cancelled instead of waiting again; one on the wire ends by its own reply.
    Column("withdrawn", Boolean, nullable=False, server_default="false"),
    Column("last_reply", Text),
    moment("created_at"),
    # The letter's lifetime, by the database's clock: from the first attempt for which its server was there, without
    # the time that the server was out since.
    moment("first_attempt_at", nullable=True),
    Column("held_for", Interval, nullable=False, server_default=text("'0'")),
    # What it went through, by the office's clock, for reports of any day; none is ever taken back. `sent_at` is the
    # first attempt that counted, `failed_at` when it was refused, given up or set aside, `final_at` when it became
    # what its status says: of a returned letter the day of the return.
    moment("sent_at", nullable=True),
    moment("accepted_at", nullable=True),
    moment("failed_at", nullable=True),
    moment("final_at", nullable=True),
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
    identifier(),
    Column("delivery_id", BigInteger, nullable=False, index=True),
    words("outcome", default=None),
    Column("phase", Text),
    Column("code", SMALL),
    words("reply"),
    Column("counted", Boolean, nullable=False),
    Column("in_doubt", Boolean, nullable=False, server_default="false"),
    words("worker", default=None),
    moment("started_at"),
    moment("ended_at"),
)

# Lines to be added up, by status or outcome; see store/tallies.py.
tallies = Table(
    "tallies",
    metadata,
    identifier(),
    words("subject", default=None),
    words("name", default=None),
    Column("count", BigInteger, nullable=False),
    moment("latest_at", nullable=True),
)

# One row a person and step, whoever planned it and how often: what makes a reminder happen once.
reminders = Table(
    "reminders",
    metadata,
    Column("distribution_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    words("step", default=None),
    # The manager who pressed the button; empty for the steps of the calendar.
    account("sent_by"),
    moment("created_at"),
    PrimaryKeyConstraint("distribution_id", "person_id", "step"),
    ForeignKeyConstraint(["distribution_id", "person_id"], ["receipts.distribution_id", "receipts.person_id"]),
)

# Steps that are over for a whole distribution, so that nobody looks through its list for them again.
reminder_steps = Table(
    "reminder_steps",
    metadata,
    reference("distribution_id", "distributions.id"),
    words("step", default=None),
    moment("done_at"),
    # How many people it reminded; none where it was passed by.
    Column("people", Integer, nullable=False, server_default="0"),
    account("sent_by"),
    PrimaryKeyConstraint("distribution_id", "step"),
)

# What somebody above was told of people who are late, as JSON; its letter is a delivery with the same number.
digests = Table(
    "digests",
    metadata,
    identifier(),
    reference("account_id", "accounts.id"),
    words("told", default=None),
    moment("created_at"),
)

mail_circuits = Table(
    "mail_circuits",
    metadata,
    Column("server", Text, primary_key=True),
    words("reason", default=None),
    Column("failures", Integer, nullable=False, server_default="1"),
    moment("opened_at"),
    moment("probe_at"),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", Text, primary_key=True),
    words("kind", default=None),
    moment("started_at"),
    moment("seen_at"),
)
