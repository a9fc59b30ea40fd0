"""The units of each list, when its joiners' rule began, and ways to find absences by their end and sheets by list."""

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"


def upgrade() -> None:
    op.create_table(
        "list_units",
        sa.Column("distribution_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["distribution_id"], ["distributions.id"], name=op.f("fk_list_units_distribution_id")),
        sa.PrimaryKeyConstraint("distribution_id", "unit_id", name=op.f("pk_list_units")),
    )
    op.execute(
        "INSERT INTO list_units (distribution_id, unit_id) SELECT DISTINCT distribution_id, unit_id FROM receipts"
    )
    op.add_column(
        "distributions",
        sa.Column(
            "rule_since", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
    )
    op.create_index(
        "ix_absences_last_day", "absences", ["last_day"], unique=False, postgresql_where=sa.text("withdrawn_at IS NULL")
    )
    op.create_index("ix_sheets_distribution_id", "sheets", ["distribution_id"], unique=False)
