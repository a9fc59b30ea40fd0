"""The office's directory: its layout, who may enter it, its lock, its secret key, where the running office answers."""

import fcntl
import hashlib
import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from service.embedded.refusals import AlreadyRunning, ForeignPlace, UnwritablePlace, writing

_LOCK = "lock"
_ADDRESSES = "running.json"
_KEY_FILE = "secret_key"
# The whole path of a unix socket, its closing zero included (sun_path of macOS; Linux has 108).
_LONGEST_SOCKET_PATH = 104
_LONGEST_SOCKET_NAME = "pg/.s.PGSQL.5432.lock"


@dataclass(frozen=True)
class RunningOffice:
    """Where an office that runs now can be reached; no secrets, for its sockets are open to its own user only."""

    pid: int
    database_url: str
    migrate_database_url: str
    broker_url: str
    base_url: str
    catcher_url: str = ""
    smtp_port: int = 0


@dataclass(frozen=True)
class DataDir:
    """A locked data directory; see `open_data_dir`."""

    path: Path
    run: Path

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def valkey(self) -> Path:
        return self.path / "valkey"

    @property
    def mail(self) -> Path:
        return self.path / "mail"

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def secret_key(self) -> str:
        """Made once; sessions and signed links live as long as it does."""
        file = self.path / _KEY_FILE
        if not file.exists():
            self.keep_secret_key(secrets.token_urlsafe(48))
        return file.read_text()

    def keep_secret_key(self, key: str) -> None:
        """A restored office goes on with the key of the old one."""
        _write_privately(self.path / _KEY_FILE, key)

    def announce(self, office: RunningOffice) -> None:
        """Tell other commands of this user where the office answers, until the directory is closed."""
        _write_privately(self.path / _ADDRESSES, json.dumps(asdict(office)))


def default_data_dir(home: Path, xdg_data_home: str | None = None) -> Path:
    """Where an office lives that was given no directory.

    Root's is /var/lib (Filesystem Hierarchy Standard 5.8): PostgreSQL runs as somebody else then, who could not enter
    root's home.
    """
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "eoffice"
    if xdg_data_home:
        return Path(xdg_data_home) / "eoffice"
    if os.geteuid() == 0:
        return Path("/var/lib/eoffice")
    return home / ".local" / "share" / "eoffice"


@contextmanager
def open_data_dir(path: Path) -> Iterator[DataDir]:
    """Make the directory where it is missing and hold it alone.

    Raises:
        AlreadyRunning: another living process holds it; the lock of a dead one is no obstacle.
        ForeignPlace: it is full of other things.
        UnwritablePlace
    """
    path = path.expanduser().resolve()
    with writing(path):
        _prepare(path)
        lock = (path / _LOCK).open("a+")
    with lock:
        with writing(path):
            _hold(lock, path)
            opened = DataDir(path, run=_run_dir(path))
            for directory in (opened.valkey, opened.mail, opened.log):
                directory.mkdir(mode=0o700, exist_ok=True)
        try:
            yield opened
        finally:
            (path / _ADDRESSES).unlink(missing_ok=True)


def read_running(path: Path) -> RunningOffice | None:
    """The office that runs on this directory now; None where nobody holds the lock or it has not come up yet."""
    path = path.expanduser()
    try:
        with (path / _LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return _read_addresses(path / _ADDRESSES)
    return None


def _read_addresses(file: Path) -> RunningOffice | None:
    try:
        return RunningOffice(**json.loads(file.read_text()))
    except FileNotFoundError:
        return None


def _prepare(path: Path) -> None:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A volume of its own comes with lost+found.
    if {file.name for file in path.iterdir()} - {"lost+found"} and not (path / _LOCK).exists():
        raise ForeignPlace(place=path)
    path.chmod(_passable_mode())


def _passable_mode() -> int:
    """Root lets PostgreSQL's account pass through to its own directory, and nobody look around."""
    return 0o711 if os.geteuid() == 0 else 0o700


def _hold(lock: IO[str], path: Path) -> None:
    if not _locked(lock):
        lock.seek(0)
        raise AlreadyRunning(place=path, pid=lock.read().strip())
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()


def _locked(lock: IO[str]) -> bool:
    """Tried for a moment: `read_running` holds the lock too, while it looks whether somebody does."""
    for _ in range(10):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.03)
        else:
            return True
    return False


def _run_dir(path: Path) -> Path:
    """For sockets: inside the data directory, or, where that path is too long for them, in the temporary one."""
    inside = path / "run"
    if len(os.fsencode(inside / _LONGEST_SOCKET_NAME)) < _LONGEST_SOCKET_PATH:
        run = inside
    else:
        digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
        run = Path(tempfile.gettempdir()).resolve() / f"eoffice-{os.geteuid()}-{digest}"
    run.mkdir(mode=0o700, exist_ok=True)
    # In a temporary directory somebody else may have been there first.
    if run.is_symlink() or run.stat().st_uid != os.geteuid():
        raise UnwritablePlace(place=run, reason="it belongs to somebody else")
    run.chmod(_passable_mode())
    return run


def _write_privately(file: Path, text: str) -> None:
    """Whole or not at all, and readable by this user alone from its first byte."""
    making = file.with_name(f"{file.name}.making")
    making.unlink(missing_ok=True)
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    making.replace(file)
