"""Who works here, in which unit, since when, and when the office works."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from service.store.tables.columns import SMALL, account, identifier, metadata, moment, reference, words

units = Table(
    "units",
    metadata,
    identifier(),
    Column("code", Text, nullable=False, unique=True),
    words("name"),
    Column("parent_id", BigInteger, ForeignKey("units.id"), index=True),
    Column("position", Integer, nullable=False, server_default="0"),
)

people = Table(
    "people",
    metadata,
    identifier(),
    Column("code", Text, nullable=False, unique=True),
    moment("created_at"),
)

# One version of a person: everything a frozen list copies, dated, so that a list can be drawn as of any moment.
memberships = Table(
    "memberships",
    metadata,
    identifier(),
    reference("person_id", "people.id"),
    Column("unit_id", BigInteger, ForeignKey("units.id"), nullable=False, index=True),
    words("family_name"),
    words("given_name"),
    words("name_key", collation="C"),
    words("search"),
    words("position"),
    Column("position_rank", SMALL, nullable=False, server_default="0"),
    words("staff_class"),
    Column("email", Text),
    Column("email_problem", Text),
    Column("groups", ARRAY(Text), nullable=False, server_default="{}"),
    Column("active_from", Date),
    Column("active_to", Date),
    moment("valid_from"),
    moment("valid_to", nullable=True),
    Index("uq_memberships_current", "person_id", unique=True, postgresql_where=text("valid_to IS NULL")),
    Index("ix_memberships_history", "person_id", "valid_from"),
    # Who came or left lately, however large the staff.
    Index("ix_memberships_valid_from", "valid_from"),
    Index("ix_memberships_valid_to", "valid_to", postgresql_where=text("valid_to IS NOT NULL")),
    Index("ix_memberships_active_to", "active_to", postgresql_where=text("active_to IS NOT NULL")),
    Index("ix_memberships_active_from", "active_from", postgresql_where=text("active_from IS NOT NULL")),
)

absences = Table(
    "absences",
    metadata,
    identifier(),
    Column("person_id", BigInteger, ForeignKey("people.id"), nullable=False, index=True),
    words("kind", default="leave"),
    words("reason"),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    account("recorded_by"),
    moment("recorded_at"),
    # Entered by mistake, cut short or merged into another: from then on it counts no more, before it did.
    account("withdrawn_by"),
    moment("withdrawn_at", nullable=True),
    Index("ix_absences_last_day", "last_day", postgresql_where=text("withdrawn_at IS NULL")),
    CheckConstraint("first_day <= last_day", name="days_in_order"),
    CheckConstraint("kind IN ('leave', 'mission', 'illness', 'maternity', 'study')", name="kind"),
)

# Days on which the office does other than the weekday and the public holidays say: nghỉ bù, làm bù, a local holiday.
calendar_days = Table(
    "calendar_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("is_working", Boolean, nullable=False),
    words("note"),
    account("recorded_by"),
    moment("recorded_at"),
)
