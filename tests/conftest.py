"""Real PostgreSQL and Valkey for the whole session; an empty, migrated database for each test."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session, sessionmaker

from service.embedded.postgres import SUPERUSER, EmbeddedPostgres
from service.embedded.valkey import EmbeddedValkey
from service.runtime import Runtime
from service.store.database import make_engine, make_sessions
from service.store.schema import upgrade_schema
from service.store.tables import metadata
from tests.fakes import FakeAnchors, FakeClock, FakeDoorbell, FakeMailer, FakePasswords

BASE = "base"

# How long one example takes says nothing on a machine that runs servers beside it.
hypothesis.settings.register_profile("office", deadline=None)
hypothesis.settings.load_profile("office")
SECRET = b"a secret for tests only"


@pytest.fixture(scope="session")
def run_dir() -> Iterator[Path]:
    """Short, because a socket's whole path must stay under 108 bytes, and open to the database's own user."""
    directory = Path(tempfile.mkdtemp(prefix="eo-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(run_dir: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(data=run_dir / "pgdata", run=run_dir / "p", durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def valkey(run_dir: Path) -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(data=run_dir / "vk", run=run_dir / "v") as server:
        yield server


@dataclass(frozen=True)
class Databases:
    """Makes databases on the session's server; each is a copy of one that went through every migration."""

    server: EmbeddedPostgres
    numbers: Iterator[int]

    def new(self) -> tuple[str, str]:
        """Addresses of a fresh database for the application's role and for the owner's."""
        name = f"t{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {BASE} STRATEGY file_copy OWNER eoffice_owner")
        return self.server.url("eoffice_app", name), self.server.url("eoffice_owner", name)

    def empty(self) -> str:
        """The owner's address of a database that has gone through no migration."""
        name = f"t{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name} OWNER eoffice_owner")
        return self.server.url("eoffice_owner", name)

    def run(self, statement: str) -> None:
        superuser = self.server.url("eoffice", "postgres").replace("postgresql:", "postgresql+psycopg:", 1)
        engine = create_engine(superuser, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@pytest.fixture(scope="session")
def databases(postgres: EmbeddedPostgres) -> Databases:
    made = Databases(postgres, itertools.count(1))
    owner = make_engine(postgres.url("eoffice_owner"))
    with owner.begin() as connection:
        upgrade_schema(connection)
    owner.dispose()
    made.run(f"CREATE DATABASE {BASE} TEMPLATE eoffice STRATEGY file_copy OWNER eoffice_owner")
    return made


@dataclass(frozen=True)
class SharedDatabase:
    """One database for all tests, in turn, and its ways in: the application's, the owner's, and the superuser's."""

    url: str
    application: Engine
    owner: Engine
    superuser: Engine

    def empty(self) -> None:
        """As after the migrations, in a hundredth of the time of making one anew.

        Rows are deleted, because truncating makes new files for every table and index; and as a replica would do it,
        without triggers and foreign keys.
        """
        with self.superuser.begin() as connection:
            connection.execute(text(_EMPTY))


_EMPTY = "; ".join(
    [
        "SET LOCAL session_replication_role = replica",
        *(f"DELETE FROM {table.name}" for table in metadata.sorted_tables),  # noqa: S608 - our own tables
        "SELECT setval(quote_ident(sequencename)::regclass, start_value, false) FROM pg_sequences",
    ]
)


@pytest.fixture(scope="session")
def shared_database(databases: Databases) -> Iterator[SharedDatabase]:
    url, owner_url = databases.new()
    name = make_url(url).database or ""
    ways_in = [make_engine(address) for address in (url, owner_url, databases.server.url(SUPERUSER, name))]
    yield SharedDatabase(url, *ways_in)
    for engine in ways_in:
        engine.dispose()


@pytest.fixture
def database_url(shared_database: SharedDatabase) -> Iterator[str]:
    """Empty at the start of each test."""
    yield shared_database.url
    shared_database.empty()


@pytest.fixture
def superuser(shared_database: SharedDatabase, database_url: str) -> Engine:
    """Whoever may do everything with this test's database."""
    return shared_database.superuser


@pytest.fixture
def sessions(shared_database: SharedDatabase, database_url: str) -> sessionmaker[Session]:
    return make_sessions(shared_database.application)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One open session whose work stays in its transaction unless the test commits."""
    with sessions() as one:
        yield one


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def doorbell() -> FakeDoorbell:
    return FakeDoorbell()


@pytest.fixture
def mailer() -> FakeMailer:
    return FakeMailer()


@pytest.fixture
def anchors() -> FakeAnchors:
    return FakeAnchors()


@pytest.fixture
def runtime(
    sessions: sessionmaker[Session], clock: FakeClock, doorbell: FakeDoorbell, mailer: FakeMailer, anchors: FakeAnchors
) -> Runtime:
    return Runtime(
        sessions=sessions,
        mailer=mailer,
        clock=clock,
        doorbell=doorbell,
        passwords=FakePasswords(),
        anchors=anchors,
        secret=SECRET,
        worker="test:1",
    )
