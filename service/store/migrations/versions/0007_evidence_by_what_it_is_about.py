"""Finds the entries of a distribution, of a person, of a kind, of who did it: read out of each entry by the database itself."""

from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"

# All at once: each stored column that is added writes the whole log anew.
_READ_OUT = """
ALTER TABLE evidence
    ADD COLUMN deed text GENERATED ALWAYS AS (entry::jsonb ->> 'deed') STORED,
    ADD COLUMN done_by text GENERATED ALWAYS AS (entry::jsonb ->> 'by') STORED,
    ADD COLUMN recorded_at text GENERATED ALWAYS AS (entry::jsonb ->> 'recorded_at') STORED,
    ADD COLUMN distribution_id bigint GENERATED ALWAYS AS ((entry::jsonb #>> '{about,distribution}')::bigint) STORED,
    ADD COLUMN person_id bigint GENERATED ALWAYS AS ((entry::jsonb #>> '{about,person}')::bigint) STORED
"""


def upgrade() -> None:
    op.execute(_READ_OUT)
    op.create_index("ix_evidence_deed", "evidence", ["deed", "recorded_at"], unique=False)
    op.create_index("ix_evidence_done_by", "evidence", ["done_by"], unique=False)
    op.create_index("ix_evidence_distribution_id", "evidence", ["distribution_id"], unique=False)
    op.create_index("ix_evidence_person_id", "evidence", ["person_id"], unique=False)
