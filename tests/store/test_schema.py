import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from service.store.database import schema_is_current
from service.store.documents import add_document
from service.store.schema import differences, newest_revision
from service.store.tables import SCHEMA
from tests.makers import POSTING


def test_migrations_make_exactly_the_tables_that_the_code_names(session: Session) -> None:
    assert differences(session.connection()) == []


def test_the_version_that_a_process_expects_is_the_last_migration(session: Session) -> None:
    assert newest_revision(session.connection()) == SCHEMA
    assert schema_is_current(session)


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
