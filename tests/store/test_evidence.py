"""Entries are appended by the application, chained by the database, and changed by nobody."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from service.domain.evidence import GENESIS, Deed, entry
from service.domain.evidence import seal as seal_of
from service.domain.roles import OPERATOR
from service.store.evidence import append, seal, sealed_entries
from service.store.schema import upgrade_schema
from tests.conftest import SharedDatabase

FORBIDDEN = (
    "UPDATE evidence SET entry = '{}'",
    "UPDATE evidence SET position = 7, hash = ''",
    "DELETE FROM evidence",
    "TRUNCATE evidence",
    "INSERT INTO evidence (entry, position, hash) VALUES ('{}', 1, '')",
    "ALTER TABLE evidence DISABLE TRIGGER ALL",
)
MOMENT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def write(sessions: sessionmaker[Session], *numbers: int) -> None:
    with sessions.begin() as session:
        append(session, *(entry(Deed.OPENED, OPERATOR, MOMENT, người=number) for number in numbers))


def test_the_database_chains_entries_as_the_domain_says(sessions: sessionmaker[Session]) -> None:
    write(sessions, 1, 2, 3)
    with sessions.begin() as session:
        assert seal(session, most=2) == 2
        assert seal(session, most=2) == 1
        assert seal(session, most=2) == 0
    with sessions() as session:
        chain = list(sealed_entries(session))
    assert [one.position for one in chain] == [1, 2, 3]
    previous = GENESIS
    for one in chain:
        previous = seal_of(previous, one.position, one.entry)
        assert one.hash == previous


def test_an_entry_that_commits_late_takes_a_later_place_and_is_not_lost(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as slow:
        append(slow, entry(Deed.OPENED, OPERATOR, MOMENT, number=1))
        write(sessions, 2)
        with sessions.begin() as session:
            assert seal(session, most=10) == 1
    with sessions.begin() as session:
        assert seal(session, most=10) == 1
    with sessions() as session:
        assert [one.position for one in sealed_entries(session)] == [1, 2]


def test_of_two_sealers_one_works(sessions: sessionmaker[Session]) -> None:
    write(sessions, 1)
    with sessions.begin() as first, sessions.begin() as second:
        assert seal(first, most=10) == 1
        assert seal(second, most=10) == 0


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_applications_role_can_neither_change_nor_place_an_entry(
    sessions: sessionmaker[Session], statement: str
) -> None:
    write(sessions, 1)
    with sessions() as session, pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        session.execute(text(statement))


def test_rights_that_a_restore_or_a_hand_gave_back_are_taken_away_by_the_next_migration(
    shared_database: SharedDatabase, sessions: sessionmaker[Session]
) -> None:
    write(sessions, 1)
    with shared_database.owner.begin() as connection:
        connection.execute(text("GRANT UPDATE, DELETE, TRUNCATE, INSERT ON evidence TO eoffice_app"))
        upgrade_schema(connection)
    for statement in FORBIDDEN:
        with sessions() as session, pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            session.execute(text(statement))


def test_even_the_owner_is_stopped_by_the_trigger(
    shared_database: SharedDatabase, sessions: sessionmaker[Session]
) -> None:
    write(sessions, 1)
    with sessions.begin() as session:
        seal(session, most=1)
    for statement in ("UPDATE evidence SET hash = ''", "DELETE FROM evidence"):
        with shared_database.owner.connect() as connection, pytest.raises(DBAPIError, match="never changed"):
            connection.execute(text(statement))
