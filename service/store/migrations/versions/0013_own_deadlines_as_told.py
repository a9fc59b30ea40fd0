"""Own deadlines as they were told, whenever they moved.

Of those that moved before, the last one is known, and not since when. It is taken to stand since the person came onto
the list, or on a frozen list since the last absence was recorded that has a day between the listing and this deadline:
no other can have moved it.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"


def upgrade() -> None:
    op.create_table(
        "own_deadlines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("distribution_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["distribution_id", "person_id"],
            ["receipts.distribution_id", "receipts.person_id"],
            name=op.f("fk_own_deadlines_distribution_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_deadlines")),
    )
    op.create_index("ix_own_deadlines_of", "own_deadlines", ["distribution_id", "person_id"], unique=False)
    op.create_index("ix_own_deadlines_person_id", "own_deadlines", ["person_id"], unique=False)
    op.execute(
        """
        INSERT INTO own_deadlines (distribution_id, person_id, due_at, recorded_at)
        SELECT r.distribution_id, r.person_id, r.own_due_at, GREATEST(r.listed_at, max(a.recorded_at))
          FROM receipts r
          LEFT JOIN absences a ON a.person_id = r.person_id AND a.withdrawn_at IS NULL
           AND r.origin = 'frozen' AND a.last_day >= r.listed_at::date - 1 AND a.first_day <= r.own_due_at::date
         WHERE r.own_due_at IS NOT NULL
         GROUP BY r.distribution_id, r.person_id
        """
    )
