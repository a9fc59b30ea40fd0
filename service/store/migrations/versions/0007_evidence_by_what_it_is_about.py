"""Finds the entries of a distribution, of a person, of a kind: read out of each entry by the database itself."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision: str = "0007"
down_revision: str | None = "0006"


def upgrade() -> None:
    read_out: dict[str, tuple[TypeEngine[Any], str]] = {
        "deed": (sa.Text(), "entry::jsonb ->> 'deed'"),
        "recorded_at": (sa.Text(), "entry::jsonb ->> 'recorded_at'"),
        "distribution_id": (sa.BigInteger(), "(entry::jsonb #>> '{about,distribution}')::bigint"),
        "person_id": (sa.BigInteger(), "(entry::jsonb #>> '{about,person}')::bigint"),
    }
    for name, (kind, expression) in read_out.items():
        op.add_column("evidence", sa.Column(name, kind, sa.Computed(expression, persisted=True)))
    op.create_index("ix_evidence_deed", "evidence", ["deed", "recorded_at"], unique=False)
    op.create_index("ix_evidence_distribution_id", "evidence", ["distribution_id"], unique=False)
    op.create_index("ix_evidence_person_id", "evidence", ["person_id"], unique=False)
