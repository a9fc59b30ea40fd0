"""Who may sign in, in what role, and from which shared PC."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from service.store.tables.columns import account, identifier, metadata, moment, reference, words

accounts = Table(
    "accounts",
    metadata,
    identifier(),
    Column("person_id", BigInteger, ForeignKey("people.id"), unique=True),
    Column("username", Text, nullable=False, unique=True),
    words("display_name"),
    Column("password_hash", Text),
    Column("must_change", Boolean, nullable=False, server_default="false"),
    # Part of what a one-time link signs: using the link raises it, so the link dies with its use.
    Column("credential_version", Integer, nullable=False, server_default="1"),
    moment("link_expires_at", nullable=True),
    # For shared PCs only.
    Column("pin_hash", Text),
    moment("created_at"),
    moment("deactivated_at", nullable=True),
)

role_grants = Table(
    "role_grants",
    metadata,
    identifier(),
    Column("account_id", BigInteger, ForeignKey("accounts.id"), nullable=False, index=True),
    words("role", default=None),
    Column("unit_id", BigInteger, ForeignKey("units.id")),
    moment("valid_from"),
    moment("valid_to", nullable=True),
    account("granted_by"),
    # Ủy quyền: whose own role this is; it ends with that role.
    account("delegated_by"),
)

# Shared PCs on which people confirm with name and PIN.
kiosks = Table(
    "kiosks",
    metadata,
    identifier(),
    words("name", default=None),
    Column("token_digest", LargeBinary, nullable=False, unique=True),
    account("created_by"),
    moment("created_at"),
    moment("revoked_at", nullable=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_digest", LargeBinary, primary_key=True),
    reference("account_id", "accounts.id"),
    words("form_token", default=None),
    # Of a shared PC: short, and every confirmation in it is recorded as made there.
    Column("kiosk_id", BigInteger, ForeignKey("kiosks.id")),
    moment("created_at"),
    moment("seen_at"),
    moment("ended_at", nullable=True),
    Index("ix_sessions_account_id", "account_id"),
    Index("ix_sessions_created_at", "created_at"),
)

# Whether somebody was reachable is a matter of every sign-in since a list was drawn, for reports as of any past moment:
# this stays when the session itself is long gone.
sign_ins = Table(
    "sign_ins",
    metadata,
    reference("person_id", "people.id"),
    moment("signed_in_at"),
    PrimaryKeyConstraint("person_id", "signed_in_at"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    identifier(),
    reference("account_id", "accounts.id"),
    words("label", default=None),
    Column("token_digest", LargeBinary, nullable=False, unique=True),
    moment("created_at"),
    moment("revoked_at", nullable=True),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    # "name:...", "address:...", or "reset:" before either: whoever guesses is slowed by both.
    Column("source", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    moment("locked_until", nullable=True),
    moment("last_at"),
    Index("ix_sign_in_failures_last_at", "last_at"),
)
