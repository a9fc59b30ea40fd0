"""Every table of the office, by family. Truth and attempt are separate; a status column has one module that writes it.

Times are `timestamptz`. `effective_at` is when a thing was so, `recorded_at` when the office learnt it.
"""

from service.store.tables.accounts import (
    accounts,
    api_tokens,
    kiosks,
    role_grants,
    sessions,
    sign_in_failures,
    sign_ins,
)
from service.store.tables.columns import metadata
from service.store.tables.directory import absences, calendar_days, memberships, people, units
from service.store.tables.documents import (
    control_questions,
    corrections,
    distributions,
    documents,
    files,
    idempotency_keys,
    list_ranges,
    list_units,
    revisions,
)
from service.store.tables.evidence import evidence
from service.store.tables.letters import (
    attempts,
    deliveries,
    digests,
    heartbeats,
    mail_circuits,
    reminder_steps,
    reminders,
    tallies,
)
from service.store.tables.receipts import (
    control_answers,
    exemptions,
    inquiries,
    issued_reports,
    own_deadlines,
    recall_confirmations,
    receipt_events,
    receipts,
    scans,
    sheet_lines,
    sheets,
)

# The last migration. A process that only asks whether the database fits need not load the machinery of migrations.
SCHEMA = "0014"

__all__ = [
    "SCHEMA",
    "absences",
    "accounts",
    "api_tokens",
    "attempts",
    "calendar_days",
    "control_answers",
    "control_questions",
    "corrections",
    "deliveries",
    "digests",
    "distributions",
    "documents",
    "evidence",
    "exemptions",
    "files",
    "heartbeats",
    "idempotency_keys",
    "inquiries",
    "issued_reports",
    "kiosks",
    "list_ranges",
    "list_units",
    "mail_circuits",
    "memberships",
    "metadata",
    "own_deadlines",
    "people",
    "recall_confirmations",
    "receipt_events",
    "receipts",
    "reminder_steps",
    "reminders",
    "revisions",
    "role_grants",
    "scans",
    "sessions",
    "sheet_lines",
    "sheets",
    "sign_in_failures",
    "sign_ins",
    "tallies",
    "units",
]
