"""Lists that follow the directory: up to when each was looked through, and who came lately."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    op.add_column(
        "distributions",
        sa.Column(
            "followed_through", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
    )
    op.create_index(
        "ix_distributions_followed",
        "distributions",
        ["followed_through"],
        unique=False,
        postgresql_where=sa.text("adds_joiners AND recalled_at IS NULL"),
    )
    op.create_index("ix_memberships_valid_from", "memberships", ["valid_from"], unique=False)
    op.create_index(
        "ix_memberships_active_from",
        "memberships",
        ["active_from"],
        unique=False,
        postgresql_where=sa.text("active_from IS NOT NULL"),
    )
    op.create_index(
        "ix_memberships_valid_to",
        "memberships",
        ["valid_to"],
        unique=False,
        postgresql_where=sa.text("valid_to IS NOT NULL"),
    )
    op.create_index(
        "ix_memberships_active_to",
        "memberships",
        ["active_to"],
        unique=False,
        postgresql_where=sa.text("active_to IS NOT NULL"),
    )
    op.create_index(
        "ix_receipts_added",
        "receipts",
        ["distribution_id"],
        unique=False,
        postgresql_where=sa.text("origin <> 'frozen'"),
    )
