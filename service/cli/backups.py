"""`eoffice backup` and `restore`: the whole office in one file."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from service.cli.attach import office_settings, place_of
from service.cli.backup_files import BackupReader, BackupWriter, Manifest, new_backup, open_backup
from service.cli.refusals import BrokenBackup, DatabaseTaken, FileExists, NotMigrated, PlaceTaken
from service.domain.chain import walk
from service.domain.errors import MissingFile
from service.embedded.data_dir import open_data_dir
from service.embedded.postgres import OWNER, EmbeddedPostgres
from service.embedded.supervisor import Supervisor
from service.settings import Settings
from service.store import copies
from service.store.database import make_engine
from service.store.evidence import sealed_entries
from service.store.schema import knows_revision, make_schema, schema_revision, upgrade_schema
from service.store.verification import broken_contents, count_rows
from service.wiring import owner_engine, usable_settings

console = Console(highlight=False)
Data = Annotated[Path | None, typer.Option(help="The office's data directory.")]


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")], data: Data = None
) -> None:
    """Write the whole office to one file while it runs."""
    settings = office_settings(data)
    secret_key = settings.require("secret_key")
    if file.exists():
        raise FileExists(name=file)
    if not file.absolute().parent.is_dir():
        raise MissingFile(name=file.absolute().parent)
    with _snapshot(owner_engine(settings)) as connection, new_backup(file) as out:
        manifest = _write(connection, out, secret_key)
    console.print(f"{file}: {sum(manifest.rows.values())} rows, {file.stat().st_size} bytes. Keep it secret.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `eoffice backup` wrote.")], data: Data = None
) -> None:
    """Bring an office back, into an empty data directory or into the empty database of the environment; verify it."""
    settings = usable_settings()
    names_database = settings.migrate_database_url or settings.database_url
    with open_backup(file) as archive:
        if names_database and data is None:
            _restore(archive, owner_engine(settings))
            where, then = "the database", _advice(archive, settings)
        else:
            place = place_of(data, settings)
            _restore_embedded(archive, place)
            where, then = str(place), "Start it with `eoffice up`."
    console.print(f"{where}: {sum(archive.manifest.rows.values())} rows restored and verified. {then}", soft_wrap=True)


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """Everything that is read is of one moment, however long the reading takes."""
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        yield connection
    engine.dispose()


def _write(connection: Connection, out: BackupWriter, secret_key: str) -> Manifest:
    schema = schema_revision(connection)
    if schema is None:
        raise NotMigrated
    tables = copies.shapes(connection)
    for shape in tables:
        out.keep_table(shape.table, copies.copy_out(connection, shape))
    rows = count_rows(connection, [shape.table for shape in tables])
    manifest = Manifest(schema, tuple(tables), rows, copies.counters(connection))
    out.finish(secret_key, manifest)
    return manifest


def _restore_embedded(archive: BackupReader, place: Path) -> None:
    if place.exists() and any(place.iterdir()):
        raise PlaceTaken(place=place)
    with _made_beside(place) as making, open_data_dir(making) as opened, Supervisor(opened.log) as supervisor:
        server = EmbeddedPostgres(data=opened.postgres, run=opened.run)
        server.start(supervisor)
        opened.keep_secret_key(archive.secret_key)
        _restore(archive, make_engine(server.url(OWNER)))


@contextmanager
def _made_beside(place: Path) -> Iterator[Path]:
    """A directory that takes its place when all has gone well, and is gone when it has not."""
    making = place.with_name(f"{place.name}.restoring")
    shutil.rmtree(making, ignore_errors=True)
    try:
        yield making
        making.rename(place)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _restore(archive: BackupReader, engine: Engine) -> None:
    """In one transaction: whatever is found wrong leaves the database as empty as it was."""
    try:
        with engine.begin() as connection:
            _fill(connection, archive)
            _refuse(archive, _miscounted(connection, archive.manifest))
            upgrade_schema(connection)
            _refuse(archive, [*broken_contents(connection), *_broken_evidence(connection)])
            copies.refresh_all_statistics(connection)
    except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError) as error:
        raise BrokenBackup(
            name=archive.file, reason=f"the database refuses it: {str(error).splitlines()[0]}"
        ) from error
    finally:
        engine.dispose()


def _fill(connection: Connection, archive: BackupReader) -> None:
    manifest = archive.manifest
    if not knows_revision(connection, manifest.schema):
        raise BrokenBackup(name=archive.file, reason=f"it comes from another version (schema {manifest.schema})")
    if not copies.is_empty(connection):
        raise DatabaseTaken
    make_schema(connection, manifest.schema)
    with copies.filling(connection):
        for shape in manifest.tables:
            copies.copy_in(connection, shape, archive.table(shape.table))
    copies.set_counters(connection, manifest.counters)


def _miscounted(connection: Connection, manifest: Manifest) -> list[str]:
    found = count_rows(connection, manifest.rows)
    return [table for table, rows in manifest.rows.items() if found[table] != rows]


def _broken_evidence(connection: Connection) -> list[str]:
    """The anchors stay with the old place; `eoffice verify` takes them from there."""
    broken = walk(sealed_entries(Session(connection)), ()).broken
    return [f"evidence from position {broken.position} on"] if broken else []


def _refuse(archive: BackupReader, differing: list[str]) -> None:
    if differing:
        raise BrokenBackup(name=archive.file, reason=f"after restoring, these differ: {', '.join(differing)}")


def _advice(archive: BackupReader, settings: Settings) -> str:
    """The key is the environment's affair, so it is not replaced behind its back."""
    if settings.secret_key is not None and settings.secret_key.get_secret_value() == archive.secret_key:
        return "Start its processes."
    return (
        "Give it the backup's secret key before it starts, or links and return addresses sent before it was taken will"
        f" not work: unzip -p {archive.file} secret_key"
    )
