"""Letters: what each went through and when, and how much of its lifetime is over."""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"

# A letter that broke its worker was counted until now; the server never heard of it.
_FROM_ATTEMPTS = """
UPDATE deliveries d
SET first_attempt_at = tried.first_at, sent_at = tried.first_at, accepted_at = tried.accepted_at
FROM (
    SELECT delivery_id, min(ended_at) AS first_at, min(ended_at) FILTER (WHERE outcome = 'accepted') AS accepted_at
    FROM attempts WHERE counted AND outcome <> 'broken' GROUP BY delivery_id
) AS tried
WHERE tried.delivery_id = d.id
"""

_FROM_STATES = """
UPDATE deliveries SET
    accepted_at = CASE WHEN status = 'accepted' THEN final_at ELSE accepted_at END,
    failed_at = CASE WHEN status IN ('refused', 'gave_up', 'set_aside') THEN final_at END
WHERE status IN ('accepted', 'refused', 'gave_up', 'set_aside')
"""


def upgrade() -> None:
    for name in ("first_attempt_at", "sent_at", "accepted_at", "failed_at"):
        op.add_column("deliveries", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("deliveries", sa.Column("held_for", sa.Interval(), server_default=sa.text("'0'"), nullable=False))
    op.execute(_FROM_ATTEMPTS)
    op.execute(_FROM_STATES)
