"""`eoffice backup` and `restore`: the whole office in one file.

The file is a tar archive of three members: a manifest with the row counts of the very snapshot that was dumped, the
dump of PostgreSQL's own tools, and the secret key, without which links already sent would die. It is as secret as the
office itself.
"""

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import file_digest
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import Engine, make_url, text

from service.cli.attach import office_settings, place_of
from service.cli.refusals import BackupFailed, BrokenBackup, FileExists, PlaceTaken
from service.domain.errors import MissingFile
from service.embedded.binaries import postgres_programs
from service.embedded.data_dir import open_data_dir
from service.embedded.postgres import OWNER, EmbeddedPostgres
from service.embedded.supervisor import Supervisor
from service.settings import Settings
from service.store.database import make_engine
from service.store.schema import knows_revision, schema_revision, upgrade_schema
from service.store.verification import broken_contents, count_rows
from service.wiring import owner_engine, usable_settings

_DUMP, _KEY, _MANIFEST = "office.dump", "secret_key", "manifest.json"
_FORMAT = 1

console = Console(highlight=False)
Data = Annotated[Path | None, typer.Option(help="The office's data directory.")]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the backup holds: rows by table, and the SHA-256 of the dump."""

    schema: str
    dump_sha256: str
    rows: dict[str, int]
    format: int = _FORMAT


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")], data: Data = None
) -> None:
    """Write the whole office to one file while it runs."""
    settings = office_settings(data)
    if file.exists():
        raise FileExists(name=file)
    with tempfile.TemporaryDirectory(dir=_existing_parent(file)) as scratch:
        dump = Path(scratch) / _DUMP
        manifest = _dump(settings, dump)
        whole = Path(scratch) / "backup.tar"
        _pack(whole, dump, manifest, settings.require("secret_key"))
        whole.replace(file)
    console.print(f"{file}: {sum(manifest.rows.values())} rows, {file.stat().st_size} bytes. Keep it secret.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `eoffice backup` wrote.")], data: Data = None
) -> None:
    """Bring an office back into an empty place, and verify it."""
    place = place_of(data, usable_settings())
    if place.exists() and any(place.iterdir()):
        raise PlaceTaken(place=place)
    with tempfile.TemporaryDirectory() as scratch, _made_beside(place) as making:
        manifest = _unpack(file, Path(scratch))
        with open_data_dir(making) as opened, Supervisor(opened.log) as supervisor:
            server = EmbeddedPostgres(data=opened.postgres, run=opened.run)
            server.start(supervisor)
            opened.keep_secret_key((Path(scratch) / _KEY).read_text())
            _restore(file, server, Path(scratch) / _DUMP, manifest)
    console.print(f"{place}: {sum(manifest.rows.values())} rows restored and verified; start it with `eoffice up`.")


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


def _existing_parent(file: Path) -> Path:
    parent = file.resolve().parent
    if not parent.is_dir():
        raise MissingFile(name=parent)
    return parent


def _dump(settings: Settings, dump: Path) -> Manifest:
    """Dump and count in one and the same snapshot, so that the counts can be checked exactly."""
    owner = settings.require("migrate_database_url" if settings.migrate_database_url else "database_url")
    with _snapshot(owner_engine(settings)) as (snapshot, schema, rows):
        _run(owner, "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={dump}", "--no-owner")
    with dump.open("rb") as content:
        return Manifest(schema, file_digest(content, "sha256").hexdigest(), rows)


@contextmanager
def _snapshot(engine: Engine) -> Iterator[tuple[str, str, dict[str, int]]]:
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot: str = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        yield snapshot, schema_revision(connection) or "", count_rows(connection)
    engine.dispose()


def _pack(whole: Path, dump: Path, manifest: Manifest, secret_key: str) -> None:
    # The file holds every document and the key: nobody else reads it, from its first byte on.
    os.close(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with tarfile.open(whole, "w") as archive:
        _add(archive, _MANIFEST, json.dumps(asdict(manifest)).encode())
        _add(archive, _KEY, secret_key.encode())
        archive.add(dump, _DUMP)


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, BytesIO(content))


def _unpack(file: Path, scratch: Path) -> Manifest:
    try:
        with tarfile.open(file) as archive:
            for name in (_MANIFEST, _KEY, _DUMP):
                archive.extract(name, scratch, filter="data")
        manifest = Manifest(**json.loads((scratch / _MANIFEST).read_text()))
    except FileNotFoundError as error:
        raise MissingFile(name=file) from error
    except (OSError, tarfile.TarError, KeyError, ValueError, TypeError) as error:
        raise BrokenBackup(name=file, reason=str(error).splitlines()[0]) from error
    with (scratch / _DUMP).open("rb") as content:
        if file_digest(content, "sha256").hexdigest() != manifest.dump_sha256:
            raise BrokenBackup(name=file, reason="the dump does not have the digest that its manifest names")
    return manifest


def _restore(file: Path, server: EmbeddedPostgres, dump: Path, manifest: Manifest) -> None:
    owner = server.url(OWNER)
    engine = make_engine(owner)
    with engine.connect() as connection:
        if not knows_revision(connection, manifest.schema):
            raise BrokenBackup(name=file, reason=f"it comes from a newer version (schema {manifest.schema})")
    _run(owner, "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", str(dump))
    with engine.begin() as connection:
        found = count_rows(connection)
        differing = [table for table, rows in manifest.rows.items() if found.get(table) != rows]
        broken = broken_contents(connection)
        upgrade_schema(connection)
    engine.dispose()
    if differing or broken:
        raise BrokenBackup(name=file, reason=f"after restoring, these differ: {', '.join([*differing, *broken])}")


def _run(url: str, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs on a database; its password is no argument, for everybody can read those."""
    place = make_url(url)
    bare = place.set(password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": str(place.password)} if place.password else {}
    ran = subprocess.run(  # noqa: S603 - as the docstring says
        [postgres_programs() / program, f"--dbname={bare}", *arguments],
        env=secret,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise BackupFailed(program=program, reason=" | ".join(ran.stderr.strip().splitlines()[-3:]))
