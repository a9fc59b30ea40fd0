"""What both embedded servers share: started under the office's supervisor, or, with `with`, under one of their own."""

import socket
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from service.embedded.supervisor import Supervisor

# After `kill -9` of its parent a server lives on until its guard has taken it down: at most three seconds.
_PREDECESSOR_SECONDS = 4.0


class EmbeddedServer(ABC):
    """`data` is kept between starts; `run` holds sockets and, for a server of its own, the log.

    A unix socket's whole path must stay below 104 bytes (sun_path on macOS; 108 on Linux), so `run` is short.
    """

    def __init__(self, *, data: Path, run: Path) -> None:
        self._data = data
        self._run = run
        self._own_supervisor: Supervisor | None = None

    @abstractmethod
    def start(self, supervisor: Supervisor) -> None:
        """Make the data on the first start, start the server, wait until it takes work.

        Raises:
            Refused: one of `service.embedded.refusals`.
        """

    def __enter__(self) -> Self:
        self._run.mkdir(parents=True, exist_ok=True)
        supervisor = self._own_supervisor = Supervisor(self._run)
        try:
            self.start(supervisor)
        except BaseException:
            supervisor.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._own_supervisor is not None:
            self._own_supervisor.stop()


def accepts(socket_path: Path) -> bool:
    """Whether a server listens on this unix socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(socket_path))
        except OSError:
            return False
        return True


def keeps_accepting(socket_path: Path) -> bool:
    """Whether a server listens there that is not merely on its way out."""
    deadline = time.monotonic() + _PREDECESSOR_SECONDS
    while accepts(socket_path):
        if time.monotonic() > deadline:
            return True
        time.sleep(0.05)
    return False
