"""Sign-ins as facts of their own, so that dead sessions can be dropped."""

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"

_FROM_SESSIONS = """
INSERT INTO sign_ins (person_id, signed_in_at)
SELECT DISTINCT a.person_id, s.created_at FROM sessions s JOIN accounts a ON a.id = s.account_id
WHERE a.person_id IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "signed_in_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sign_ins_person_id")),
        sa.PrimaryKeyConstraint("person_id", "signed_in_at", name=op.f("pk_sign_ins")),
    )
    op.execute(_FROM_SESSIONS)
    op.drop_index("ix_sessions_account_id", table_name="sessions")
    op.create_index("ix_sessions_account_id", "sessions", ["account_id"], unique=False)
    op.create_index("ix_sessions_created_at", "sessions", ["created_at"], unique=False)
    op.create_index("ix_sign_in_failures_last_at", "sign_in_failures", ["last_at"], unique=False)
