"""`poe memory [--employees N]`: the demo, once, and the most memory that all its processes together held meanwhile.

Memory is the sum of PSS (/proc/PID/smaps_rollup), in which a page that several processes share counts once.
Linux only. Prints one JSON object.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from service.embedded.ports import free_port

EVERY_SECONDS = 0.3
MEGABYTE = 1_000_000


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="eo-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o755)
        command = ["demo", "--once", "--json", "--port", str(free_port()), "--data", f"{place}/office", *sys.argv[1:]]
        started = time.monotonic()
        demo = psutil.Popen(
            [sys.executable, "-m", "service.cli", *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        peak = max(_sums(demo))
        lines = demo.stdout.read().splitlines()
    measured = {"peak_mb": round(peak / MEGABYTE, 1), "whole_seconds": round(time.monotonic() - started, 1)}
    print(json.dumps(json.loads(lines[-1]) | measured))  # noqa: T201 - this is what it is for


def _sums(demo: psutil.Popen) -> Iterator[int]:
    while demo.poll() is None:
        yield sum(_pss(process) for process in (demo, *demo.children(recursive=True)))
        time.sleep(EVERY_SECONDS)


def _pss(process: psutil.Process) -> int:
    try:
        pss: int = process.memory_full_info().pss
    except psutil.Error:
        return 0
    return pss


if __name__ == "__main__":
    main()
