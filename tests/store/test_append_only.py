"""What was told stays as it was told: the application appends to it and reads it, whatever rights it had before."""

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from service.store.schema import upgrade_schema
from service.store.tables import own_deadlines
from tests.conftest import SharedDatabase

FORBIDDEN = (
    "UPDATE own_deadlines SET due_at = NULL",
    "UPDATE own_deadlines SET recorded_at = '2018-03-01Z'",
    "DELETE FROM own_deadlines",
    "TRUNCATE own_deadlines",
    "ALTER TABLE own_deadlines DISABLE TRIGGER ALL",
)
every_change = pytest.mark.parametrize("statement", FORBIDDEN)


def refuses(sessions: sessionmaker[Session], statement: str) -> None:
    with sessions() as session, pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        session.execute(text(statement))


@every_change
def test_the_applications_role_can_neither_change_nor_remove_an_own_deadline(
    sessions: sessionmaker[Session], statement: str
) -> None:
    refuses(sessions, statement)


@every_change
def test_rights_on_own_deadlines_that_a_restore_or_a_hand_gave_back_are_taken_away_by_the_next_migration(
    shared_database: SharedDatabase, sessions: sessionmaker[Session], statement: str
) -> None:
    with shared_database.owner.begin() as connection:
        connection.execute(text("GRANT UPDATE, DELETE, TRUNCATE ON own_deadlines TO eoffice_app"))
        upgrade_schema(connection)
    refuses(sessions, statement)


def test_the_application_may_still_append(sessions: sessionmaker[Session]) -> None:
    nobody_listed = insert(own_deadlines).values(distribution_id=1, person_id=1)
    with sessions() as session, pytest.raises(DBAPIError, match="violates foreign key constraint"):
        session.execute(nobody_listed)
    with sessions() as session:
        assert session.execute(select(own_deadlines)).all() == []
