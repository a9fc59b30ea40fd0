"""Corrections are announced by ranges of people; those made before were announced at once."""

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"


def upgrade() -> None:
    op.add_column("distributions", sa.Column("withdrawn_through", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("corrections", sa.Column("announced_through", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("corrections", sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE corrections SET announced_at = recorded_at")
    op.create_index(
        "ix_corrections_unannounced",
        "corrections",
        ["id"],
        unique=False,
        postgresql_where=sa.text("announced_at IS NULL"),
    )
