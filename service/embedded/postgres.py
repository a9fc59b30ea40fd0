"""Real PostgreSQL for one machine: a unix socket in a closed directory, two roles, one database, few megabytes."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from signal import SIGINT
from urllib.parse import quote

from service.embedded.accounts import Account, choose_account
from service.embedded.binaries import postgres_programs
from service.embedded.refusals import AlreadyRunning, ChildFailed, OtherPostgresVersion, writing
from service.embedded.server import EmbeddedServer, keeps_accepting
from service.embedded.supervisor import Child, Supervisor

SUPERUSER = "eoffice"
OWNER = "eoffice_owner"
APP = "eoffice_app"
DATABASE = "eoffice"

# A crashed server replays its log before it is ready.
_PATIENCE_SECONDS = 120.0
_READY_LINE = 7

# A small office: one web process, one worker, one beat.
_SETTINGS = {
    "listen_addresses": "",
    "timezone": "UTC",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_worker_processes": "2",
    "autovacuum_max_workers": "1",
    "jit": "off",
}
_SETTINGS_SINCE_18 = {"autovacuum_worker_slots": "2", "io_method": "sync"}
_SETTINGS_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_ROLES_AND_DATABASE = f"""
SELECT 'CREATE ROLE {OWNER} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER}') \\gexec
SELECT 'CREATE ROLE {APP} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP}') \\gexec
SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec
\\connect {DATABASE}
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT USAGE, SELECT ON SEQUENCES TO {APP};
"""  # noqa: S608 - made of this page's own names


class EmbeddedPostgres(EmbeddedServer):
    """`data` is PostgreSQL's own directory; a server that is not `durable` is faster and may lose all in a crash."""

    def __init__(self, *, data: Path, run: Path, durable: bool = True) -> None:
        super().__init__(data=data, run=run)
        self._durable = durable
        self._programs: Path | None = None

    @property
    def socket_dir(self) -> Path:
        """Whoever enters it may become superuser, so it is open to one account only."""
        return self._run / "pg"

    @property
    def programs(self) -> Path:
        """The directory of the programs of the very version that runs."""
        return self._programs or postgres_programs()

    def url(self, role: str, database: str = DATABASE) -> str:
        """A libpq address, as `postgresql://eoffice_app@/eoffice?host=%2Frun%2Fpg`."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_dir), safe='')}"

    def start(self, supervisor: Supervisor) -> None:
        programs = postgres_programs()
        version = _major_version(programs)
        with writing(self._data):
            self._refuse_other_version(version)
            self._refuse_second_server()
            account, self._programs = choose_account(programs, [self._data, self.socket_dir])
        if not self._is_made():
            self._make(account, version, supervisor)
        child = Child("postgres", [*account.prefix, *self._argv(version)], stop_signal=SIGINT, uid=account.uid)
        supervisor.start(child, ready=self._is_ready, patience=_PATIENCE_SECONDS)
        self._make_roles_and_database(supervisor)

    def _is_made(self) -> bool:
        return (self._data / "PG_VERSION").exists()

    def _refuse_other_version(self, ours: int) -> None:
        if self._is_made():
            found = (self._data / "PG_VERSION").read_text().strip()
            if found != str(ours):
                raise OtherPostgresVersion(place=self._data, found=found, ours=ours)

    def _refuse_second_server(self) -> None:
        """A lock file whose server no longer answers is stale, even where its number now belongs to another process."""
        lock = _read_lock(self._data)
        if lock is None:
            return
        pid, socket_path = lock
        if keeps_accepting(socket_path):
            raise AlreadyRunning(place=self._data, pid=pid)
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _make(self, account: Account, version: int, supervisor: Supervisor) -> None:
        """Made beside its place and moved there whole: a first start that is interrupted leaves nothing by half."""
        making = self._data.with_name(f"{self._data.name}.making")
        shutil.rmtree(making, ignore_errors=True)
        account.own(making)
        made = account.run([str(self.programs / "initdb"), *self._initdb_options(making, version)])
        if made.returncode != 0:
            supervisor.log_path("postgres").write_text(made.stdout)
            self._fail(supervisor, f"initdb ended with {made.returncode}", made.stdout)
        making.replace(self._data)

    def _initdb_options(self, directory: Path, version: int) -> list[str]:
        # The builtin provider sorts and folds alike on every machine; character classes still come from the C library.
        character_classes = "UTF-8" if sys.platform == "darwin" else "C.UTF-8"
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return [
            f"--pgdata={directory}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            f"--lc-ctype={character_classes}",
            *(builtin if version >= 17 else []),  # noqa: PLR2004 - the version that brought the provider
            "--no-instructions",
            *([] if self._durable else ["--no-sync"]),
        ]

    def _argv(self, version: int) -> list[str]:
        settings = {**_SETTINGS, "unix_socket_directories": str(self.socket_dir)}
        if version >= 18:  # noqa: PLR2004 - the version that brought these settings
            settings |= _SETTINGS_SINCE_18
        if not self._durable:
            settings |= _SETTINGS_NOT_DURABLE
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self._data), *options]

    def _is_ready(self) -> bool:
        """The server writes its state into its lock file; pg_ctl waits for the same word."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > _READY_LINE and lines[_READY_LINE].strip() == "ready"

    def _make_roles_and_database(self, supervisor: Supervisor) -> None:
        """At every start: each statement does nothing where its work is done."""
        psql = [str(self.programs / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.url(SUPERUSER, "postgres")]
        done = subprocess.run(
            psql,
            input=_ROLES_AND_DATABASE,
            env={},  # the user's own PGOPTIONS and PGSERVICE are meant for other servers
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            self._fail(supervisor, f"psql ended with {done.returncode}", done.stderr)

    def _fail(self, supervisor: Supervisor, reason: str, output: str) -> None:
        tail = " | ".join(output.splitlines()[-3:])
        raise ChildFailed(name="postgres", reason=reason, log=supervisor.log_path("postgres"), tail=tail)


def _major_version(programs: Path) -> int:
    said = subprocess.run([programs / "initdb", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    if found is None:
        message = f"unexpected version line {said!r}"
        raise RuntimeError(message)
    return int(found[1])


def _read_lock(data: Path) -> tuple[int, Path] | None:
    """Process id and socket path out of postmaster.pid (lines 1, 4 and 5; miscadmin.h of PostgreSQL)."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 5:  # noqa: PLR2004 - as above; a server that was killed at birth
        return 0, Path("/nonexistent")
    return int(lines[0]), Path(lines[4]) / f".s.PGSQL.{lines[3]}"
