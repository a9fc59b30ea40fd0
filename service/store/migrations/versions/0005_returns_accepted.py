"""Whether a return was accepted: an exemption may have another reason, so it cannot be told from there."""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    op.add_column("inquiries", sa.Column("is_accepted", sa.Boolean()))
