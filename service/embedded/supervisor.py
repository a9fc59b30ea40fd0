"""One parent and its named children: started in order, restarted when they die, taken down in reverse order."""

import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from typing import IO, Self

from service.embedded.guard import Guard
from service.embedded.refusals import ChildFailed

STEADY_SECONDS = 60.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
LOG_LIMIT = 10_000_000
TAIL_BYTES = 2_000


@dataclass(frozen=True)
class Child:
    """A process to keep alive.

    `uid` is the account it runs under when the parent is root; `env` of None is the parent's own environment.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    stop_signal: Signals = SIGTERM
    uid: int | None = None


@dataclass(frozen=True)
class Death:
    """A child that ended without being asked to; it is started again after `pause` seconds."""

    name: str
    exit_code: int
    tail: str
    pause: float


class Supervisor:
    """Keeps children alive until `stop`; a Guard takes them down should this process be killed.

    `on_death` is called from a thread of the supervisor for every death of a child that had started well.
    """

    def __init__(self, log_dir: Path, *, grace: float = 10.0, on_death: Callable[[Death], None] | None = None) -> None:
        self._log_dir = log_dir
        self._grace = grace
        self._on_death = on_death
        self._guard = Guard()
        self._stopping = threading.Event()
        self._changing = threading.Lock()
        self._running: dict[str, tuple[Child, subprocess.Popen[bytes]]] = {}
        self._keepers: dict[str, threading.Thread] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, child: Child, ready: Callable[[], bool] | None = None, patience: float = 30.0) -> None:
        """Start a child and wait until `ready` says so.

        Raises:
            ChildFailed: it ended, or was not ready within `patience` seconds; it is not tried again.
        """
        with self._changing:
            process = self._spawn(child)
        if ready is not None:
            self._await_ready(child, process, ready, patience)
        keeper = threading.Thread(target=self._keep, args=(child, process), name=f"keeper-{child.name}", daemon=True)
        self._keepers[child.name] = keeper
        keeper.start()

    def pids(self) -> dict[str, int]:
        """Process ids of the children that are alive now, in the order of their start."""
        return {name: process.pid for name, (_, process) in self._running.items() if process.returncode is None}

    def log_path(self, name: str) -> Path:
        return self._log_dir / f"{name}.log"

    def log_tail(self, name: str) -> str:
        """The last lines a child wrote, at most `TAIL_BYTES` of them."""
        with self.log_path(name).open("rb") as log:
            log.seek(max(0, self.log_path(name).stat().st_size - TAIL_BYTES))
            return log.read().decode(errors="replace").strip()

    def stop(self) -> None:
        """Take every child down in reverse order: its stop signal, the grace, then SIGKILL for its whole group."""
        self._stopping.set()
        with self._changing:
            running = list(self._running.values())
        for child, process in reversed(running):
            self._take_down(child, process)
        for keeper in self._keepers.values():
            keeper.join()
        self._running.clear()
        self._keepers.clear()
        self._guard.dismiss()

    def _spawn(self, child: Child) -> subprocess.Popen[bytes]:
        """The caller holds the lock, so that no child is born while `stop` counts them."""
        with _append(self.log_path(child.name)) as log:
            process = subprocess.Popen(
                child.argv,
                env=child.env,
                user=child.uid,
                group=child.uid,
                extra_groups=None if child.uid is None else [],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running[child.name] = child, process
        self._guard_the_living()
        return process

    def _guard_the_living(self) -> None:
        alive = [(child, process) for child, process in self._running.values() if process.returncode is None]
        self._guard.watch((child.stop_signal, process.pid) for child, process in reversed(alive))

    def _await_ready(
        self, child: Child, process: subprocess.Popen[bytes], ready: Callable[[], bool], patience: float
    ) -> None:
        deadline = time.monotonic() + patience
        while not ready():
            if process.poll() is not None:
                self._give_up(child, process, f"exit code {process.returncode}")
            if time.monotonic() > deadline:
                self._give_up(child, process, f"not ready after {patience:g} s")
            time.sleep(0.02)

    def _give_up(self, child: Child, process: subprocess.Popen[bytes], reason: str) -> None:
        self._take_down(child, process)
        with self._changing:
            del self._running[child.name]
            self._guard_the_living()
        words = " | ".join(self.log_tail(child.name).splitlines()[-3:])
        raise ChildFailed(name=child.name, reason=reason, log=self.log_path(child.name), tail=words)

    def _keep(self, child: Child, process: subprocess.Popen[bytes]) -> None:
        pause = FIRST_PAUSE
        while True:
            born = time.monotonic()
            exit_code = process.wait()
            if self._stopping.is_set():
                return
            pause = FIRST_PAUSE if time.monotonic() - born > STEADY_SECONDS else pause
            self._bury(process)
            if self._on_death is not None:
                self._on_death(Death(child.name, exit_code, self.log_tail(child.name), pause))
            revived = self._revive(child, pause)
            if revived is None:
                return
            process = revived
            pause = min(pause * 2, LONGEST_PAUSE)

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        _kill_group(process.pid)
        with self._changing:
            self._guard_the_living()

    def _revive(self, child: Child, pause: float) -> subprocess.Popen[bytes] | None:
        """A machine out of memory or processes cannot fork: that is tried again too, until `stop`."""
        while not self._stopping.wait(pause):
            with self._changing:
                if self._stopping.is_set():
                    return None
                try:
                    return self._spawn(child)
                except OSError:
                    pause = LONGEST_PAUSE
        return None

    def _take_down(self, child: Child, process: subprocess.Popen[bytes]) -> None:
        if process.returncode is not None:
            return
        process.send_signal(child.stop_signal)
        try:
            process.wait(self._grace)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _kill_group(process.pid)


def _append(log: Path) -> IO[bytes]:
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    return log.open("ab")


def _kill_group(leader: int) -> None:
    """What a dead child left behind, as the pool processes of a worker; mostly there is nothing."""
    # macOS answers "not permitted" for a group of which only zombies are left.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, SIGKILL)
