"""Real processes of the office on real servers, started and killed as a machine's day brings it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from service.settings import Settings, child_environment


def wait_until(fact: Callable[[], bool], what: str, seconds: float = 45.0) -> None:
    """Look again and again until `fact` is so; fails with `what` when it never is."""
    ends_at = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < ends_at, f"never happened: {what}"
        time.sleep(0.02)


@dataclass
class Processes:
    """The production processes with one set of settings; whatever still runs at the end is killed."""

    settings: Settings
    log: Path
    running: list[psutil.Popen] = field(default_factory=list)

    def start(self, *command: str, **own_settings: object) -> psutil.Popen:
        with self.log.open("ab") as out:
            process = psutil.Popen(
                [sys.executable, "-m", "service.cli", *command],
                env=child_environment(self.settings.model_copy(update=own_settings)),
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "service.cli", *command],
            env=child_environment(self.settings),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def kill(self, process: psutil.Popen) -> None:
        """Kill -9, with every process that it started."""
        self.running.remove(process)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        for process in list(self.running):
            self.kill(process)


@contextmanager
def processes(settings: Settings, log: Path) -> Iterator[Processes]:
    office = Processes(settings, log)
    try:
        yield office
    finally:
        office.end()
