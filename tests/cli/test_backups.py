"""The whole office in one file, taken while it runs, and back into an empty database: the same to the last byte."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import Connection, Engine, select, text

from service.actions.acknowledge import acknowledge
from service.actions.deliver import deliver_due
from service.actions.list_recipients import list_recipients
from service.actions.post_document import post_document
from service.actions.seal_evidence import seal_evidence
from service.actions.sweep import sweep
from service.cli.backup_files import BackupWriter, Manifest
from service.cli.backups import _snapshot, _write
from service.domain.documents import NewFile
from service.domain.evidence import Deed, entry
from service.domain.receipts import Route
from service.domain.roles import OPERATOR
from service.runtime import Runtime
from service.store import evidence
from service.store.copies import Piece, counters, is_empty, shapes
from service.store.database import make_engine
from service.store.schema import differences, make_schema, schema_revision
from service.store.tables import SCHEMA, deliveries
from tests.cli.conftest import USABLE, Eoffice, Ran
from tests.conftest import Databases
from tests.makers import make_account, make_actor, make_person, make_posting, make_unit

# Whatever COPY has to write in its own way.
AWKWARD = "dấu\tgạch\\chéo\r\nxuống dòng, \\N, \\., và “nháy”"
EVERY_BYTE = bytes(range(256)) * 3
SECRET = USABLE["SECRET_KEY"]


@pytest.fixture
def office(runtime: Runtime) -> Runtime:
    """An office with something in most of its tables; the last letter has been taken out of the queue."""
    with runtime.sessions.begin() as session:
        above = make_unit(session, code="TREN")
        below = make_unit(session, code="DUOI", parent=above)
        people = [make_person(session, below, email=None if number == 2 else "") for number in range(3)]
        account = make_account(session, people[0])
        evidence.append(session, *(entry(Deed.POSTED, OPERATOR, runtime.clock(), note=AWKWARD) for _ in range(2)))
    posting = make_posting(title=AWKWARD, body=AWKWARD, files=(NewFile("tệp.bin", "application/pdf", EVERY_BYTE),))
    distribution = post_document(runtime, OPERATOR, posting, key="k1").distribution_id
    list_recipients(runtime)
    deliver_due(runtime)
    acknowledge(runtime, make_actor(account_id=account, person_id=people[0]), distribution, 1, Route.INBOX)
    sweep(runtime)
    seal_evidence(runtime)
    with runtime.sessions.begin() as session:
        session.execute(text("DELETE FROM deliveries WHERE id = (SELECT max(id) FROM deliveries)"))
    return runtime


@pytest.fixture(scope="module")
def empty(databases: Databases) -> str:
    """One for all that leave it as it was."""
    return databases.empty()


@pytest.fixture
def taken(office: Runtime, database_url: str, eoffice: Eoffice, tmp_path: Path) -> Path:
    file = tmp_path / "office.backup"
    ran = eoffice("backup", file, DATABASE_URL=database_url)
    assert ran.code == 0, ran.err
    return file


def restore(eoffice: Eoffice, file: Path, owner_url: str, **settings: object) -> Ran:
    return eoffice("restore", file, MIGRATE_DATABASE_URL=owner_url, **settings)


def engine_of(url: str) -> Engine:
    return make_engine(url)


def contents(connection: Connection) -> dict[str, list[str]]:
    """Every row of every table, as PostgreSQL writes it."""
    return {
        shape.table: sorted(connection.execute(text(f"SELECT t::text FROM {shape.table} t")).scalars())  # noqa: S608 - our own tables
        for shape in shapes(connection)
    }


def test_what_is_restored_is_the_office_to_the_last_row(
    taken: Path, office: Runtime, databases: Databases, eoffice: Eoffice
) -> None:
    owner_url = databases.empty()
    assert restore(eoffice, taken, owner_url).code == 0
    with office.sessions() as session, engine_of(owner_url).connect() as restored:
        written = contents(session.connection())
        assert contents(restored) == written
        assert sum(map(len, written.values())) > 20
        assert counters(restored) == counters(session.connection())
        assert schema_revision(restored) == SCHEMA
        assert differences(restored) == []


def test_foreign_keys_are_back_and_no_number_is_given_twice(
    taken: Path, office: Runtime, databases: Databases, eoffice: Eoffice
) -> None:
    owner_url = databases.empty()
    restore(eoffice, taken, owner_url)
    keys = text("SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint ORDER BY conname")
    with office.sessions() as session, engine_of(owner_url).connect() as restored:
        assert restored.execute(keys).all() == session.execute(keys).all()
        highest = "SELECT max(id) FROM deliveries"
        assert restored.execute(text(f"SELECT nextval('deliveries_id_seq') > ({highest}) + 1")).scalar_one(), (
            "the number of the withdrawn letter stays its own"
        )


def test_the_restored_office_goes_on_under_the_applications_role(
    taken: Path, runtime: Runtime, databases: Databases, eoffice: Eoffice
) -> None:
    app_url, owner_url = databases.new()
    with engine_of(owner_url).begin() as owner:
        owner.execute(
            text("DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO eoffice_app")
        )
    ran = restore(eoffice, taken, owner_url, DATABASE_URL=app_url)
    assert ran.code == 0, ran.err
    status = eoffice("status", "--json", DATABASE_URL=app_url)
    assert json.loads(status.out)["queue"]["by_status"] == {"accepted": 1}


class BusyOffice(BackupWriter):
    """The office goes on while its first table is being written."""

    def __init__(self, archive: ZipFile, runtime: Runtime) -> None:
        super().__init__(archive)
        self._runtime = runtime
        self._posted = False

    def keep_table(self, table: str, rows: Iterable[Piece]) -> None:
        super().keep_table(table, rows)
        if not self._posted:
            post_document(self._runtime, OPERATOR, make_posting())
            list_recipients(self._runtime)
            deliver_due(self._runtime)
            self._posted = True


def test_a_backup_holds_one_moment_however_busy_the_office_is(
    office: Runtime, database_url: str, databases: Databases, eoffice: Eoffice, tmp_path: Path
) -> None:
    with office.sessions() as session:
        before = contents(session.connection())
    file = tmp_path / "busy.backup"
    with _snapshot(engine_of(database_url)) as snapshot, ZipFile(file, "w") as archive:
        _write(snapshot, BusyOffice(archive, office), SECRET)
    owner_url = databases.empty()
    assert restore(eoffice, file, owner_url).code == 0
    with engine_of(owner_url).connect() as restored:
        assert contents(restored) == before
    with office.sessions() as session:
        assert contents(session.connection()) != before


OLD_LETTER = """
INSERT INTO deliveries (person_id, occasion, address, recipient_name, message_id, status, final_at)
VALUES (1, 'original', 'a@b', '', '1', 'accepted', '2018-03-09Z')
"""


def test_a_backup_of_an_older_version_is_brought_to_this_one(
    databases: Databases, eoffice: Eoffice, tmp_path: Path
) -> None:
    old, new = databases.empty(), databases.empty()
    with engine_of(old).begin() as owner:
        make_schema(owner, "0001")
        owner.execute(text(OLD_LETTER))
    assert eoffice("backup", tmp_path / "old", DATABASE_URL=old).code == 0
    ran = restore(eoffice, tmp_path / "old", new)
    assert ran.code == 0, ran.err
    with engine_of(new).connect() as restored:
        letter = restored.execute(select(deliveries.c.accepted_at, deliveries.c.final_at)).one()
        assert letter.accepted_at == letter.final_at, "what the migration after it makes of it"
        assert differences(restored) == []


def test_a_database_that_is_not_empty_is_left_alone(taken: Path, databases: Databases, eoffice: Eoffice) -> None:
    _, owner_url = databases.new()
    assert "not empty" in restore(eoffice, taken, owner_url).refusal


def test_a_role_that_may_make_no_tables_is_told_whom_to_name(taken: Path, empty: str, eoffice: Eoffice) -> None:
    app_url = empty.replace("eoffice_owner", "eoffice_app")
    assert "EOFFICE_MIGRATE_DATABASE_URL" in restore(eoffice, taken, app_url).refusal


def rewritten(file: Path, member: str, content: bytes) -> Path:
    """The backup with one of its members replaced."""
    other = file.with_name("rewritten")
    with ZipFile(file) as old, ZipFile(other, "w") as new:
        for name in old.namelist():
            new.writestr(name, content if name == member else old.read(name))
    return other


def with_manifest(file: Path, **changes: object) -> Path:
    with ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    return rewritten(file, "manifest.json", json.dumps(manifest | changes).encode())


def without_last_row(file: Path, table: str) -> Path:
    with ZipFile(file) as archive:
        rows = archive.read(f"tables/{table}.copy").splitlines(keepends=True)
    return rewritten(file, f"tables/{table}.copy", b"".join(rows[:-1]))


def with_byte_flipped(file: Path) -> Path:
    with ZipFile(file) as archive:
        largest = max(archive.infolist(), key=lambda member: member.compress_size)
    whole = bytearray(file.read_bytes())
    whole[largest.header_offset + largest.compress_size // 2] ^= 1
    file.write_bytes(whole)
    return file


def cut_short(file: Path) -> Path:
    file.write_bytes(file.read_bytes()[:-100])
    return file


def with_evidence_changed(file: Path) -> Path:
    with ZipFile(file) as archive:
        entries = archive.read("tables/evidence.copy")
    return rewritten(file, "tables/evidence.copy", entries.replace(b'"deed":"posted"', b'"deed":"opened"'))


def noise(file: Path) -> Path:
    file.write_bytes(os.urandom(4096))
    return file


BROKEN: dict[str, Callable[[Path], Path]] = {
    "noise": noise,
    "a directory": lambda file: file.parent,
    "a file that was cut short": cut_short,
    "a file with a byte flipped": with_byte_flipped,
    "a lost row": lambda file: without_last_row(file, "attempts"),
    "a row whose person is lost": lambda file: without_last_row(file, "people"),
    "a text that was changed": lambda file: rewritten(file, "tables/revisions.copy", b"1\t1\tx\tx\n"),
    "an entry of evidence that was changed": with_evidence_changed,
    "a row of another table": lambda file: rewritten(file, "tables/units.copy", b"a\tb\n"),
    "a miscounted table": lambda file: with_manifest(file, rows={"people": 4}),
    "a newer schema": lambda file: with_manifest(file, schema="9999"),
    "another format": lambda file: with_manifest(file, format=1),
    "no manifest": lambda file: rewritten(file, "manifest.json", b"{}"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_not_whole_is_refused_and_the_database_stays_empty(
    what: str, taken: Path, empty: str, eoffice: Eoffice
) -> None:
    assert "is no complete backup" in restore(eoffice, BROKEN[what](taken), empty).refusal
    with engine_of(empty).connect() as untouched:
        assert is_empty(untouched)


def test_a_file_that_is_not_there_is_named(empty: str, eoffice: Eoffice, tmp_path: Path) -> None:
    assert "nowhere.backup" in restore(eoffice, tmp_path / "nowhere.backup", empty).refusal


def test_the_office_is_told_when_its_secret_key_is_not_the_backups(
    taken: Path, databases: Databases, eoffice: Eoffice
) -> None:
    assert "secret key" not in restore(eoffice, taken, databases.empty()).out
    told = restore(eoffice, taken, databases.empty(), SECRET_KEY="another").out
    assert f"unzip -p {taken} secret_key" in told
    with ZipFile(taken) as archive:
        assert archive.read("secret_key") == SECRET.encode()
    assert SECRET not in told


def test_nobody_else_reads_a_backup(taken: Path) -> None:
    assert taken.stat().st_mode & 0o777 == 0o600


def test_a_backup_replaces_no_file_and_makes_no_directory(
    taken: Path, database_url: str, eoffice: Eoffice, tmp_path: Path
) -> None:
    kept = taken.read_bytes()
    assert "exists already" in eoffice("backup", taken, DATABASE_URL=database_url).refusal
    assert taken.read_bytes() == kept
    assert "nowhere" in eoffice("backup", tmp_path / "nowhere" / "office.backup").refusal


def test_a_backup_that_fails_leaves_no_file(empty: str, eoffice: Eoffice, tmp_path: Path) -> None:
    assert "eoffice migrate" in eoffice("backup", tmp_path / "none", DATABASE_URL=empty).refusal
    assert list(tmp_path.iterdir()) == []


def test_a_role_that_may_not_read_all_of_it_takes_no_backup(
    databases: Databases, eoffice: Eoffice, tmp_path: Path
) -> None:
    app_url, owner_url = databases.new()
    with engine_of(owner_url).begin() as owner:
        owner.execute(text("REVOKE SELECT, USAGE ON SEQUENCE deliveries_id_seq FROM eoffice_app"))
    assert "EOFFICE_MIGRATE_DATABASE_URL" in eoffice("backup", tmp_path / "none", DATABASE_URL=app_url).refusal
    with engine_of(owner_url).begin() as owner:
        owner.execute(text("REVOKE SELECT ON people FROM eoffice_app"))
    assert "EOFFICE_MIGRATE_DATABASE_URL" in eoffice("backup", tmp_path / "none", DATABASE_URL=app_url).refusal
    assert list(tmp_path.iterdir()) == []


def test_a_manifest_reads_back_as_it_was_written(taken: Path) -> None:
    with ZipFile(taken) as archive:
        manifest = Manifest.parse(archive.read("manifest.json"))
    assert manifest.schema == SCHEMA
    assert {shape.table for shape in manifest.tables} == manifest.rows.keys()
