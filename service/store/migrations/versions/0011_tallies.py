"""Letters by status and attempts by outcome, tallied as they change, so that nobody has to count them."""

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"

# A line for each statement that moves letters, in its own transaction: a move that is rolled back was never tallied, and
# two that move letters at once wait for no common row. `store/tallies.py` adds the lines up and folds them.
_LETTERS = """
CREATE FUNCTION tally_letters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO tallies (subject, name, count)
        SELECT 'letter', status, count(*) FROM written GROUP BY status
        UNION ALL SELECT 'doubt', '', count(*) FROM written WHERE in_doubt HAVING count(*) > 0;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO tallies (subject, name, count)
        SELECT 'letter', status, -count(*) FROM gone GROUP BY status
        UNION ALL SELECT 'doubt', '', -count(*) FROM gone WHERE in_doubt HAVING count(*) > 0;
    ELSE
        INSERT INTO tallies (subject, name, count)
        SELECT subject, name, sum(change) FROM (
            SELECT 'letter' AS subject, status AS name, -1 AS change FROM gone
            UNION ALL SELECT 'letter', status, 1 FROM written
            UNION ALL SELECT 'doubt', '', -1 FROM gone WHERE in_doubt
            UNION ALL SELECT 'doubt', '', 1 FROM written WHERE in_doubt
        ) AS moves GROUP BY subject, name HAVING sum(change) <> 0;
    END IF;
    RETURN NULL;
END
$$
"""

_ATTEMPTS = """
CREATE FUNCTION tally_attempts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tallies (subject, name, count, latest_at)
    SELECT 'attempt', outcome, count(*), max(ended_at) FROM written GROUP BY outcome;
    RETURN NULL;
END
$$
"""

_SO_FAR = """
INSERT INTO tallies (subject, name, count, latest_at)
SELECT 'letter', status, count(*), NULL::timestamptz FROM deliveries GROUP BY status
UNION ALL SELECT 'doubt', '', count(*), NULL FROM deliveries WHERE in_doubt HAVING count(*) > 0
UNION ALL SELECT 'attempt', outcome, count(*), max(ended_at) FROM attempts GROUP BY outcome
"""


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("latest_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tallies")),
    )
    op.execute(_LETTERS)
    op.execute(_ATTEMPTS)
    # Whoever writes letters waits from here on until this migration has committed, so none is missed or taken twice.
    for event, tables in (
        ("INSERT", "NEW TABLE AS written"),
        ("UPDATE", "OLD TABLE AS gone NEW TABLE AS written"),
        ("DELETE", "OLD TABLE AS gone"),
    ):
        op.execute(
            f"CREATE TRIGGER tally_letters_{event.lower()} AFTER {event} ON deliveries REFERENCING {tables}"
            " FOR EACH STATEMENT EXECUTE FUNCTION tally_letters()"
        )
    op.execute(
        "CREATE TRIGGER tally_attempts AFTER INSERT ON attempts REFERENCING NEW TABLE AS written"
        " FOR EACH STATEMENT EXECUTE FUNCTION tally_attempts()"
    )
    op.execute(_SO_FAR)
