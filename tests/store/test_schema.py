from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from service.store.database import make_engine, schema_is_current
from service.store.documents import add_document
from service.store.schema import differences, make_schema, newest_revision, upgrade_schema
from service.store.tables import SCHEMA, deliveries, list_units, own_deadlines, sign_ins
from tests.conftest import Databases
from tests.makers import POSTING


def test_migrations_make_exactly_the_tables_that_the_code_names(session: Session) -> None:
    assert differences(session.connection()) == []


def test_the_version_that_a_process_expects_is_the_last_migration(session: Session) -> None:
    assert newest_revision(session.connection()) == SCHEMA
    assert schema_is_current(session)


BEFORE_DATES = """
INSERT INTO deliveries (person_id, occasion, address, recipient_name, message_id, status, final_at) VALUES
    (1, 'original', 'a@b', '', '1', 'bounced', '2018-03-09Z'),
    (2, 'original', 'a@b', '', '2', 'gave_up', '2018-03-08Z'),
    (3, 'original', 'a@b', '', '3', 'waiting', NULL);
INSERT INTO attempts (delivery_id, outcome, counted, worker, ended_at) VALUES
    (1, 'requeued', false, 'w', '2018-03-01Z'),
    (1, 'deferred', true, 'w', '2018-03-02Z'),
    (1, 'accepted', true, 'w', '2018-03-03Z'),
    (2, 'broken', true, 'w', '2018-03-04Z'),
    (2, 'deferred', true, 'w', '2018-03-05Z'),
    (3, 'abandoned', false, 'w', '2018-03-06Z');
"""


def test_what_letters_went_through_before_their_dates_were_kept_is_taken_from_their_attempts(
    databases: Databases,
) -> None:
    d = deliveries.c
    with make_engine(databases.empty()).begin() as owner:
        make_schema(owner, "0002")
        owner.execute(text(BEFORE_DATES))
        upgrade_schema(owner)
        kept = owner.execute(select(d.first_attempt_at, d.sent_at, d.accepted_at, d.failed_at).order_by(d.id)).all()
    assert kept == [
        (march(2), march(2), march(3), None),
        (march(5), march(5), None, march(8)),
        (None, None, None, None),
    ]


# Somebody who signed in twice, once twice at the same instant, and an account that stands for nobody.
BEFORE_SIGN_INS = """
INSERT INTO people (code) VALUES ('A');
INSERT INTO accounts (person_id, username) VALUES (1, 'a'), (NULL, 'root');
INSERT INTO sessions (token_digest, account_id, form_token, created_at) VALUES
    ('1', 1, 'f', '2018-03-01Z'),
    ('2', 1, 'f', '2018-03-02Z'),
    ('3', 1, 'f', '2018-03-02Z'),
    ('4', 2, 'f', '2018-03-03Z');
"""


def test_sign_ins_before_they_were_kept_are_taken_from_the_sessions(databases: Databases) -> None:
    with make_engine(databases.empty()).begin() as owner:
        make_schema(owner, "0007")
        owner.execute(text(BEFORE_SIGN_INS))
        upgrade_schema(owner)
        kept = owner.execute(select(sign_ins).order_by(sign_ins.c.signed_in_at)).all()
    assert kept == [(1, march(1)), (1, march(2))]


# One list that was drawn, of three people in two rooms.
BEFORE_LIST_UNITS = """
INSERT INTO documents (type_code, number, issuing_body, title) VALUES ('KH', '1', 'b', 't');
INSERT INTO distributions (document_id, mode, audience, frozen_at, letter_token) VALUES
    (1, 'acknowledge', 'all', '2018-03-01Z', 'x');
INSERT INTO receipts
    (distribution_id, person_id, unit_id, unit_name, family_name, given_name, name_key, staff_class)
SELECT 1, person, unit, 'u', 'f', 'g', 'k', 'c' FROM (VALUES (1, 1), (2, 1), (3, 2)) AS v (person, unit);
"""


def test_units_of_lists_that_were_drawn_before_they_were_kept_are_read_out_of_the_lists(databases: Databases) -> None:
    u = list_units.c
    with make_engine(databases.empty()).begin() as owner:
        make_schema(owner, "0011")
        owner.execute(text(BEFORE_LIST_UNITS))
        upgrade_schema(owner)
        kept = owner.execute(select(u.distribution_id, u.unit_id).order_by(u.unit_id)).all()
    assert kept == [(1, 1), (1, 2)]


# Listed on the first: 1 away twice before the own deadline, on leave next autumn; 2 added later; 3 never moved.
BEFORE_OWN_DEADLINES = """
INSERT INTO people (code) VALUES ('A'), ('B'), ('C');
INSERT INTO documents (type_code, number, issuing_body, title) VALUES ('KH', '1', 'b', 't');
INSERT INTO distributions (document_id, mode, audience, frozen_at, letter_token, due_at) VALUES
    (1, 'acknowledge', 'all', '2018-03-01Z', 'x', '2018-03-08Z');
INSERT INTO receipts (distribution_id, person_id, unit_id, unit_name, family_name, given_name, name_key, staff_class,
                      listed_at, own_due_at, origin)
SELECT 1, person, 1, 'u', 'f', 'g', 'k', 'c', listed_at::timestamptz, own_due_at::timestamptz, origin
  FROM (VALUES (1, '2018-03-01Z', '2018-03-14Z', 'frozen'), (2, '2018-03-05Z', '2018-03-15Z', 'rule'),
               (3, '2018-03-01Z', NULL, 'frozen')) AS v (person, listed_at, own_due_at, origin);
INSERT INTO absences (person_id, first_day, last_day, recorded_at, withdrawn_at) VALUES
    (1, '2018-03-05', '2018-03-06', '2018-03-02Z', NULL),
    (1, '2018-03-12', '2018-03-13', '2018-03-07Z', NULL),
    (1, '2018-03-09', '2018-03-09', '2018-03-08Z', '2018-03-09Z'),
    (1, '2018-02-20', '2018-02-21', '2018-03-09Z', NULL),
    (1, '2018-10-01', '2018-10-05', '2018-03-10Z', NULL),
    (2, '2018-03-12', '2018-03-12', '2018-03-11Z', NULL),
    (3, '2018-03-12', '2018-03-12', '2018-03-11Z', NULL);
"""


def test_own_deadlines_before_they_were_kept_stand_since_the_last_absence_that_can_have_moved_them(
    databases: Databases,
) -> None:
    o = own_deadlines.c
    with make_engine(databases.empty()).begin() as owner:
        make_schema(owner, "0012")
        owner.execute(text(BEFORE_OWN_DEADLINES))
        upgrade_schema(owner)
        kept = owner.execute(select(o.person_id, o.due_at, o.recorded_at).order_by(o.person_id)).all()
    assert kept == [(1, march(14), march(7)), (2, march(15), march(5))]


def march(day: int) -> datetime:
    return datetime(2018, 3, day, tzinfo=UTC)


@pytest.mark.parametrize("table", ["documents", "revisions", "files"])
@pytest.mark.parametrize("change", ["UPDATE {} SET published_at = now()", "DELETE FROM {}"])
def test_a_published_document_cannot_be_changed_even_by_hand(
    sessions: sessionmaker[Session], table: str, change: str
) -> None:
    statement = change.format(table) if table != "files" else change.replace("published_at = now()", "name = 'x'")
    with sessions.begin() as session:
        add_document(session, POSTING, posted_by=None)
        session.execute(
            text(
                "INSERT INTO files (document_id, revision, position, name, media_type, size, sha256, content)"
                " SELECT document_id, revision, 0, 'a.txt', 'text/plain', 0, '', '' FROM revisions"
            )
        )
    with sessions() as session, pytest.raises(DBAPIError, match="a published document is never changed"):
        session.execute(text(statement.format(table)))
