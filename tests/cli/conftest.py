"""The `eoffice` command within this process, in an environment that a test makes."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from service.cli import main
from service.settings import PREFIX

# Where nobody listens: what a command needs is named, and nothing of it is reached.
USABLE = {
    "DATABASE_URL": "postgresql://eoffice_app:s3cret@127.0.0.1:1/eoffice",
    "BROKER_URL": "redis://127.0.0.1:1",
    "SMTP_URL": "smtp://127.0.0.1:1?tls=none",
    "SECRET_KEY": "for these tests only",
}


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """The one line of a command that failed."""
        assert self.code == 1, self
        assert self.out == ""
        assert len(self.err.splitlines()) == 1, self.err
        return self.err


Eoffice = Callable[..., Ran]


class Started(BaseException):
    """A command became the server that it starts."""


def become(path: str, arguments: list[str]) -> None:
    raise Started(arguments)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in os.environ:
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)
    for name, value in USABLE.items():
        monkeypatch.setenv(PREFIX + name, value)
    monkeypatch.setattr(os, "execv", become)
    return monkeypatch


@pytest.fixture
def eoffice(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Eoffice:
    """Runs a command, with settings on top of the usable ones."""

    def run(*arguments: object, **settings: object) -> Ran:
        for name, value in settings.items():
            environment.setenv(PREFIX + name, str(value))
        environment.setattr(sys, "argv", ["eoffice", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Ran(int(ended.value.code or 0), said.out, said.err)

    return run
