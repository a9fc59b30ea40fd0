"""Real Valkey on a unix socket, for one machine: carries the rings, and keeps them over a restart."""

import socket
from pathlib import Path
from urllib.parse import quote

from service.embedded.binaries import valkey_program
from service.embedded.refusals import AlreadyRunning, writing
from service.embedded.server import EmbeddedServer, keeps_accepting
from service.embedded.supervisor import Child, Supervisor


class EmbeddedValkey(EmbeddedServer):
    """`data` keeps the append-only file."""

    @property
    def socket_path(self) -> Path:
        return self._run / "valkey.sock"

    @property
    def url(self) -> str:
        """As Celery takes it."""
        return f"redis+socket://{quote(str(self.socket_path))}"

    @property
    def unix_url(self) -> str:
        """As redis-py takes it."""
        return f"unix://{quote(str(self.socket_path))}"

    def start(self, supervisor: Supervisor) -> None:
        if keeps_accepting(self.socket_path):
            raise AlreadyRunning(place=self._data, pid=self._ask("INFO server").partition("process_id:")[2].split()[0])
        with writing(self._data):
            self._data.mkdir(parents=True, exist_ok=True)
            self._run.mkdir(parents=True, exist_ok=True)
        supervisor.start(Child("valkey", self._argv()), ready=self._answers)

    def _argv(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket_path),
            "unixsocketperm": "700",
            "dir": str(self._data),
            "save": "",
            "appendonly": "yes",
            "loglevel": "notice",
            "always-show-logo": "no",
        }
        return [str(valkey_program()), *(word for name, value in options.items() for word in (f"--{name}", value))]

    def _answers(self) -> bool:
        """False while it is not there yet, and while it says LOADING."""
        try:
            return self._ask("PING").startswith("+PONG")
        except OSError:
            return False

    def _ask(self, command: str) -> str:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(self.socket_path))
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(4096).decode()
