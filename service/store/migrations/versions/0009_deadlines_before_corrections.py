"""Corrections: the deadline that a replacement ended, for reports of a day before it."""

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"


def upgrade() -> None:
    op.add_column("corrections", sa.Column("due_before", sa.DateTime(timezone=True), nullable=True))
