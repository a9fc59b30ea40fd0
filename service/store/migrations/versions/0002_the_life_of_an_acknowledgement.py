"""The life of an acknowledgement: corrections, reminders, absences, paper, questions, evidence."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"

# Chains what has committed, in batches. The application's role may neither change an entry nor choose its place; this
# function, which runs as the owner, only appends to the chain. See domain/evidence.py for the same rule in Python.
_SEAL = """
CREATE FUNCTION seal_evidence(most integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    place bigint;
    head bytea;
    one record;
    sealed integer := 0;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('seal_evidence', 0)) THEN
        RETURN 0;
    END IF;
    SELECT e.position, e.hash INTO place, head
      FROM evidence e WHERE e.position IS NOT NULL ORDER BY e.position DESC LIMIT 1;
    IF NOT FOUND THEN
        place := 0;
        head := decode(repeat('00', 32), 'hex');
    END IF;
    FOR one IN SELECT e.id, e.entry FROM evidence e WHERE e.position IS NULL ORDER BY e.id LIMIT most LOOP
        place := place + 1;
        head := sha256(head || int8send(place) || convert_to(one.entry, 'UTF8'));
        UPDATE evidence e SET position = place, hash = head WHERE e.id = one.id;
        sealed := sealed + 1;
    END LOOP;
    RETURN sealed;
END
$$
"""

_APPEND_ONLY = """
CREATE FUNCTION refuse_change_of_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.position IS NULL AND NEW.id = OLD.id AND NEW.entry = OLD.entry THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the evidence log is never changed: % on %', TG_OP, TG_TABLE_NAME;
END
$$
"""

# What was there before the log: lists get the digest that `store/list_digests.py` makes, one range for all that was drawn,
# and the log is told what it would have been told, marked as learnt at this upgrade.
_DIGEST_OF_LISTS = """
INSERT INTO list_ranges (distribution_id, upto, listed, digest)
SELECT d.id, d.listed_through, count(r.person_id), sha256(decode(repeat('00', 32), 'hex') || convert_to(coalesce(string_agg(
           json_build_array(r.person_id, r.unit_id, r.unit_name, r.family_name, r.given_name, r.position, r.staff_class,
                            r.address)::text || E'\\n', '' ORDER BY r.person_id), ''), 'UTF8'))
  FROM distributions d LEFT JOIN receipts r ON r.distribution_id = d.id
 WHERE d.listed_through > 0 GROUP BY d.id
"""

_INSTANT = """
CREATE FUNCTION pg_temp.instant(moment timestamptz) RETURNS text LANGUAGE sql AS $$
    SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')
$$
"""

# Each `about` in canonical form, see domain/evidence.py.
_TOLD_TO_THE_LOG = """
INSERT INTO evidence (entry)
SELECT format('{"about":{"before_log"\\:true,%s},"by":"operator","deed":"%s","effective_at":"%s","recorded_at":"%s"}',
              about, deed, pg_temp.instant(effective_at), pg_temp.instant(transaction_timestamp()))
  FROM (
    SELECT 1 AS step, 'posted' AS deed, d.posted_at AS effective_at, d.id AS distribution, 0 AS person,
           format('"body":"%s","distribution":%s,"document":%s,"files":"%s","revision":%s', v.body_sha256, d.id,
                  d.document_id, (SELECT string_agg(f.sha256, ' ' ORDER BY f.position) FROM files f
                                   WHERE f.document_id = d.document_id AND f.revision = v.revision), v.revision) AS about
      FROM distributions d JOIN revisions v ON v.document_id = d.document_id AND v.revision = d.revision
    UNION ALL
    SELECT 2, 'list frozen', d.frozen_at, d.id, 0,
           format('"digest":"%s","distribution":%s,"listed":%s', coalesce(encode(l.digest, 'hex'), repeat('00', 32)),
                  d.id, coalesce(l.listed, 0))
      FROM distributions d LEFT JOIN list_ranges l ON l.distribution_id = d.id
     WHERE d.listed_at IS NOT NULL
    UNION ALL
    SELECT 3, e.state, e.effective_at, e.distribution_id, e.person_id,
           format('"distribution":%s,"person":%s,"revision":%s,"route":"%s"', e.distribution_id, e.person_id, e.revision,
                  e.route)
      FROM receipt_events e WHERE e.state IN ('opened', 'acknowledged')
  ) AS was ORDER BY distribution, step, effective_at, person
"""


def upgrade() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("position", name=op.f("uq_evidence_position")),
    )
    op.create_index(
        "ix_evidence_unsealed", "evidence", ["id"], unique=False, postgresql_where=sa.text("position IS NULL")
    )
    op.create_table(
        "calendar_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["accounts.id"], name=op.f("fk_calendar_days_recorded_by")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_days")),
    )
    op.create_table(
        "kiosks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_kiosks_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosks")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_kiosks_token_digest")),
    )
    op.create_table(
        "control_questions",
        sa.Column("distribution_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("choices", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("right_choice", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["distribution_id"], ["distributions.id"], name=op.f("fk_control_questions_distribution_id")
        ),
        sa.PrimaryKeyConstraint("distribution_id", "position", name=op.f("pk_control_questions")),
    )
    op.create_table(
        "corrections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("distribution_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "effective_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("kind IN ('erratum', 'replacement', 'recall')", name=op.f("ck_corrections_kind")),
        sa.ForeignKeyConstraint(["distribution_id"], ["distributions.id"], name=op.f("fk_corrections_distribution_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["accounts.id"], name=op.f("fk_corrections_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(
        "uq_corrections_distribution_id_kind_number", "corrections", ["distribution_id", "kind", "number"], unique=True
    )
    op.create_table(
        "issued_reports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("distribution_id", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.BigInteger(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["distribution_id"], ["distributions.id"], name=op.f("fk_issued_reports_distribution_id")
        ),
        sa.ForeignKeyConstraint(["issued_by"], ["accounts.id"], name=op.f("fk_issued_reports_issued_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_reports")),
    )
    op.create_index("ix_issued_reports_distribution_id", "issued_reports", ["distribution_id"], unique=False)
    op.create_table(
        "list_ranges",
        sa.Column("distribution_id", sa.BigInteger(), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["distribution_id"], ["distributions.id"], name=op.f("fk_list_ranges_distribution_id")),
        sa.PrimaryKeyConstraint("distribution_id", "upto", name=op.f("pk_list_ranges")),
    )
    op.create_table(
        "reminder_steps",
        sa.Column("distribution_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["distribution_id"], ["distributions.id"], name=op.f("fk_reminder_steps_distribution_id")
        ),
        sa.PrimaryKeyConstraint("distribution_id", "step", name=op.f("pk_reminder_steps")),
    )
    op.create_table(
        "sheets",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("distribution_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("printed_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "printed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["distribution_id"], ["distributions.id"], name=op.f("fk_sheets_distribution_id")),
        sa.ForeignKeyConstraint(["printed_by"], ["accounts.id"], name=op.f("fk_sheets_printed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheets")),
        sa.UniqueConstraint("code", name=op.f("uq_sheets_code")),
    )
    op.create_table(
        "control_answers",
        sa.Column("distribution_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("choice", sa.SmallInteger(), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["distribution_id", "person_id"],
            ["receipts.distribution_id", "receipts.person_id"],
            name=op.f("fk_control_answers_distribution_id_person_id"),
        ),
        sa.PrimaryKeyConstraint(
            "distribution_id", "person_id", "revision", "position", name=op.f("pk_control_answers")
        ),
    )
    op.create_table(
        "inquiries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("distribution_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('question', 'return')", name=op.f("ck_inquiries_kind")),
        sa.ForeignKeyConstraint(["answered_by"], ["accounts.id"], name=op.f("fk_inquiries_answered_by")),
        sa.ForeignKeyConstraint(
            ["distribution_id", "person_id"],
            ["receipts.distribution_id", "receipts.person_id"],
            name=op.f("fk_inquiries_distribution_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiries")),
    )
    op.create_index(
        "ix_inquiries_distribution_id_person_id", "inquiries", ["distribution_id", "person_id"], unique=False
    )
    op.create_index(
        "ix_inquiries_open", "inquiries", ["asked_at"], unique=False, postgresql_where=sa.text("answered_at IS NULL")
    )
    op.create_table(
        "recall_confirmations",
        sa.Column("distribution_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "effective_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_recall_confirmations_account_id")),
        sa.ForeignKeyConstraint(
            ["distribution_id", "person_id"],
            ["receipts.distribution_id", "receipts.person_id"],
            name=op.f("fk_recall_confirmations_distribution_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("distribution_id", "person_id", name=op.f("pk_recall_confirmations")),
    )
    op.create_table(
        "reminders",
        sa.Column("distribution_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("sent_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["distribution_id", "person_id"],
            ["receipts.distribution_id", "receipts.person_id"],
            name=op.f("fk_reminders_distribution_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["accounts.id"], name=op.f("fk_reminders_sent_by")),
        sa.PrimaryKeyConstraint("distribution_id", "person_id", "step", name=op.f("pk_reminders")),
    )
    op.create_table(
        "scans",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("entered_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["entered_by"], ["accounts.id"], name=op.f("fk_scans_entered_by")),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheets.id"], name=op.f("fk_scans_sheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scans")),
    )
    op.create_table(
        "sheet_lines",
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheets.id"], name=op.f("fk_sheet_lines_sheet_id")),
        sa.PrimaryKeyConstraint("sheet_id", "position", name=op.f("pk_sheet_lines")),
    )
    op.create_index("uq_sheet_lines_sheet_id_person_id", "sheet_lines", ["sheet_id", "person_id"], unique=True)
    op.add_column("absences", sa.Column("kind", sa.Text(), server_default="leave", nullable=False))
    op.alter_column("absences", "reason", server_default="")
    op.create_check_constraint(
        op.f("ck_absences_kind"), "absences", "kind IN ('leave', 'mission', 'illness', 'maternity', 'study')"
    )
    op.add_column("absences", sa.Column("withdrawn_by", sa.BigInteger(), nullable=True))
    op.add_column("absences", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(op.f("fk_absences_withdrawn_by"), "absences", "accounts", ["withdrawn_by"], ["id"])
    op.add_column("accounts", sa.Column("pin_hash", sa.Text(), nullable=True))
    op.add_column("deliveries", sa.Column("withdrawn", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("distributions", sa.Column("due_days", sa.SmallInteger(), nullable=True))
    op.add_column("distributions", sa.Column("adds_joiners", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("distributions", sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True))
    # An exemption may be lifted and given again, so the person on the list is no longer its key.
    op.drop_constraint(op.f("pk_exemptions"), "exemptions")
    op.add_column("exemptions", sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False))
    op.create_primary_key(op.f("pk_exemptions"), "exemptions", ["id"])
    op.add_column("exemptions", sa.Column("lifted_by", sa.BigInteger(), nullable=True))
    op.add_column("exemptions", sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_exemptions_distribution_id_person_id", "exemptions", ["distribution_id", "person_id"], unique=False
    )
    op.create_index(
        "uq_exemptions_in_force",
        "exemptions",
        ["distribution_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_foreign_key(op.f("fk_exemptions_lifted_by"), "exemptions", "accounts", ["lifted_by"], ["id"])
    op.add_column("receipt_events", sa.Column("scan_id", sa.BigInteger(), nullable=True))
    op.add_column("receipt_events", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.add_column("receipts", sa.Column("own_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("receipts", sa.Column("origin", sa.Text(), server_default="frozen", nullable=False))
    op.add_column("receipts", sa.Column("origin_reason", sa.Text(), server_default="", nullable=False))
    op.add_column("receipts", sa.Column("added_by", sa.BigInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_receipts_origin"), "receipts", "origin IN ('frozen', 'rule', 'hand')")
    op.create_index(
        "ix_receipts_own_due",
        "receipts",
        ["own_due_at"],
        unique=False,
        postgresql_where=sa.text("own_due_at IS NOT NULL"),
    )
    op.add_column("revisions", sa.Column("number", sa.Text(), server_default="", nullable=False))
    op.add_column("revisions", sa.Column("issued_on", sa.Date(), nullable=True))
    op.add_column("revisions", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.add_column("role_grants", sa.Column("delegated_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_role_grants_delegated_by"), "role_grants", "accounts", ["delegated_by"], ["id"])
    op.add_column("sessions", sa.Column("kiosk_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_sessions_kiosk_id"), "sessions", "kiosks", ["kiosk_id"], ["id"])

    op.execute(_DIGEST_OF_LISTS)
    op.execute(_INSTANT)
    op.execute(_TOLD_TO_THE_LOG)
    op.execute(_SEAL)
    op.execute(_APPEND_ONLY)
    op.execute(
        "CREATE TRIGGER evidence_is_append_only BEFORE UPDATE OR DELETE ON evidence"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_evidence()"
    )
