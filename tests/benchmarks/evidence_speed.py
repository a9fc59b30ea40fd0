"""`poe evidence [ENTRIES]`: how fast a log of so many entries (1,000,000 by default) is sealed and verified.

Fills a throwaway database, and prints one JSON object: entries a second of sealing, of verifying (reading included),
and what a run of the sealer costs that finds nothing to seal.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from service.actions.seal_evidence import seal_evidence
from service.actions.verify_evidence import verify_evidence
from service.domain.evidence import Deed, canonical, entry
from service.domain.roles import OPERATOR
from service.embedded.postgres import APP, OWNER, EmbeddedPostgres
from service.settings import read_settings
from service.store.database import make_engine
from service.store.schema import upgrade_schema
from service.wiring import build

LOOKS = 200
FILL = "INSERT INTO evidence (entry) SELECT replace(:entry, '4711', n::text) FROM generate_series(1, :entries) AS n"
CONFIRMATION = entry(
    Deed.ACKNOWLEDGED, OPERATOR, datetime(2026, 11, 24, 8, 30, tzinfo=UTC), distribution=1, person=4711, revision=1
)


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(prefix="eo-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o755)
        with EmbeddedPostgres(data=Path(place) / "pgdata", run=Path(place) / "p") as server:
            print(json.dumps(_measured(server, Path(place), entries)))  # noqa: T201 - this is what it is for


def _measured(server: EmbeddedPostgres, place: Path, entries: int) -> dict[str, float]:
    with make_engine(server.url(OWNER)).begin() as connection:
        upgrade_schema(connection)
        connection.execute(text(FILL), {"entry": canonical(CONFIRMATION), "entries": entries})
    addresses = {"database_url": server.url(APP), "broker_url": "redis://localhost", "secret_key": "a throwaway"}
    runtime = build(read_settings(**addresses, data_dir=place / "data"))
    sealing = _seconds(lambda: _seal_all(entries, lambda: seal_evidence(runtime)))
    idle = statistics.median(_seconds(lambda: seal_evidence(runtime)) for _ in range(LOOKS))
    verifying = _seconds(lambda: _check(entries, verify_evidence(runtime, OPERATOR).walk.good.position))
    return {
        "entries": entries,
        "sealed_a_second": round(entries / sealing),
        "verified_a_second": round(entries / verifying),
        "idle_milliseconds": round(idle * 1000, 2),
    }


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _seal_all(entries: int, seal: Callable[[], int]) -> None:
    while entries > 0:
        entries -= seal()


def _check(expected: int, found: int) -> None:
    if found != expected:
        sys.exit(f"{found} of {expected} entries were verified")


if __name__ == "__main__":
    main()
