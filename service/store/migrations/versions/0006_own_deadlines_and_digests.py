"""Letters that name a person's own deadline, and what those above were told."""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("own_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("reminder_steps", sa.Column("people", sa.Integer(), server_default="0", nullable=False))
    op.add_column("reminder_steps", sa.Column("sent_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_reminder_steps_sent_by"), "reminder_steps", "accounts", ["sent_by"], ["id"])
    op.create_table(
        "digests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_digests_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
    )
