"""`poe report-memory [--people N]`: the CSV of a long report, and the most memory of the process that made it.

Once by the command, once by the web process over HTTP. Peak is VmHWM (/proc/PID/status). Linux only. Prints one JSON
object; the figures before the download show what the process needs anyway.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil

from service.actions.manage_accounts import grant_role
from service.actions.manage_tokens import create_token
from service.domain.roles import OPERATOR, Role
from service.embedded.ports import free_port, is_listening
from service.settings import child_environment
from service.wiring import build
from tests.benchmarks.big_office import BigOffice, big_office
from tests.makers import make_account

MEGABYTE = 1_000_000
PATIENCE_SECONDS = 30.0


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--people", type=int, default=200_000)
    people: int = asked.parse_args().people
    with big_office(people) as office, tempfile.TemporaryDirectory() as place:
        found = {"people": people, **_by_command(office, Path(place) / "report.csv"), **_by_web(office)}
    print(json.dumps(found))  # noqa: T201 - this is what it is for


def _by_command(office: BigOffice, file: Path) -> dict[str, float]:
    started = time.monotonic()
    command = ["report", str(office.distribution_id), "--format", "csv", "--output", str(file)]
    process = psutil.Popen([sys.executable, "-m", "service.cli", *command], env=child_environment(office.settings))
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, _peak_mb(process.pid))
        time.sleep(0.05)
    lines = file.read_text(encoding="utf-8").count("\n")
    return {
        "command_peak_mb": peak,
        "command_seconds": round(time.monotonic() - started, 1),
        "lines": lines,
        "csv_mb": round(file.stat().st_size / MEGABYTE, 1),
    }


def _by_web(office: BigOffice) -> dict[str, float]:
    with _web(office) as (process, address):
        path = f"/api/v1/distributions/{office.distribution_id}/report"
        headers = {"Authorization": f"Bearer {_token(office)}"}
        with httpx2.Client(base_url=address, headers=headers, timeout=300) as client:
            client.get("/readyz").raise_for_status()
            before = _peak_mb(process.pid)
            started = time.monotonic()
            with client.stream("GET", f"{path}.csv") as answer:
                size = sum(map(len, answer.iter_bytes()))
            seconds = time.monotonic() - started
            after_csv = _peak_mb(process.pid)
            client.get(path).raise_for_status()
            after_json = _peak_mb(process.pid)
    return {
        "web_before_mb": before,
        "web_after_csv_mb": after_csv,
        "web_after_json_mb": after_json,
        "web_seconds": round(seconds, 1),
        "web_csv_mb": round(size / MEGABYTE, 1),
    }


@contextmanager
def _web(office: BigOffice) -> Iterator[tuple[psutil.Popen, str]]:
    port = free_port()
    settings = office.settings.model_copy(update={"web_port": port})
    serve = [
        sys.executable,
        "-m",
        "uvicorn",
        "--factory",
        "service.asgi:make",
        "--port",
        str(port),
        "--log-level=error",
    ]
    process = psutil.Popen(serve, env=child_environment(settings), stdout=subprocess.DEVNULL)
    try:
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while not is_listening(port):
            assert time.monotonic() < ends_at, "the web process did not start"
            time.sleep(0.05)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _token(office: BigOffice) -> str:
    runtime = build(office.settings)
    with runtime.sessions.begin() as session:
        make_account(session, username="auditor")
    grant_role(runtime, OPERATOR, "auditor", Role.AUDITOR)
    return create_token(runtime, OPERATOR, "auditor", "measuring").token


def _peak_mb(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0 kB")
    return round(int(found.split()[1]) * 1024 / MEGABYTE, 1)


if __name__ == "__main__":
    main()
