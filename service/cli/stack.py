"""The embedded stack: real servers and the production processes, as supervised children of one parent."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from service.cli.attach import settings_of
from service.cli.processes import beat_command, check_listen, web_command, worker_command
from service.embedded.data_dir import DataDir, RunningOffice, open_data_dir
from service.embedded.ports import check_port, free_port_from, is_listening
from service.embedded.postgres import APP, OWNER, EmbeddedPostgres
from service.embedded.supervisor import Child, Supervisor
from service.embedded.valkey import EmbeddedValkey
from service.settings import Settings, child_environment, read_settings
from service.store.database import make_engine
from service.store.schema import upgrade_schema
from service.wiring import usable_settings

CATCHER_PORT = 8025
SMTP_PORT = 8026


@dataclass(frozen=True, slots=True)
class Plan:
    """What to start. `refuse` and `defer_first` are addresses that the catcher answers so; `overrides` are settings."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    refuse: Sequence[str] = ()
    defer_first: Sequence[str] = ()
    overrides: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stack:
    """A running office."""

    settings: Settings
    data: DataDir
    supervisor: Supervisor


@contextmanager
def running_stack(plan: Plan) -> Iterator[Stack]:
    """Start everything, wait until it serves, and take it down at the end, however the end comes.

    Raises:
        Refused: what is in the way, in one line; what had been started is down again.
    """
    usable_settings()
    asked = read_settings(web_host=plan.host, **plan.overrides)
    check_listen(asked)
    check_port(plan.port, host=plan.host)
    with open_data_dir(plan.data) as data, Supervisor(data.log) as supervisor:
        postgres = EmbeddedPostgres(data=data.postgres, run=data.run)
        valkey = EmbeddedValkey(data=data.valkey, run=data.run)
        postgres.start(supervisor)
        valkey.start(supervisor)
        office = _addresses(plan, asked, postgres, valkey)
        settings = _settings(plan, data, office)
        _migrate(office.migrate_database_url)
        if office.smtp_port:
            _start_catcher(supervisor, plan, data, office)
        _start_office(supervisor, settings)
        data.announce(office)
        yield Stack(settings, data, supervisor)


def _addresses(plan: Plan, asked: Settings, postgres: EmbeddedPostgres, valkey: EmbeddedValkey) -> RunningOffice:
    catches = asked.smtp_url is None
    return RunningOffice(
        pid=os.getpid(),
        database_url=postgres.url(APP),
        migrate_database_url=postgres.url(OWNER),
        broker_url=valkey.url,
        base_url=asked.base_url if "base_url" in asked.model_fields_set else _own_address(plan, asked),
        catcher_url=f"http://127.0.0.1:{free_port_from(CATCHER_PORT)}" if catches else "",
        smtp_port=free_port_from(SMTP_PORT) if catches else 0,
    )


def _own_address(plan: Plan, asked: Settings) -> str:
    scheme = "https" if asked.tls_cert else "http"
    host = f"[{plan.host}]" if ":" in plan.host else plan.host
    return f"{scheme}://{host}:{plan.port}"


def _settings(plan: Plan, data: DataDir, office: RunningOffice) -> Settings:
    listen = {"web_host": plan.host, "web_port": plan.port, "secret_key": data.secret_key}
    return settings_of(office, data.path, **listen, **plan.overrides)


def _migrate(owner_url: str) -> None:
    engine = make_engine(owner_url)
    with engine.begin() as connection:
        upgrade_schema(connection)
    engine.dispose()


def _start_catcher(supervisor: Supervisor, plan: Plan, data: DataDir, office: RunningOffice) -> None:
    http_port = int(office.catcher_url.rpartition(":")[2])
    argv = [
        *(sys.executable, "-m", "service.embedded.catcher"),
        *("--smtp-port", str(office.smtp_port), "--http-port", str(http_port), "--directory", str(data.mail)),
        *(word for address in plan.refuse for word in ("--refuse", address)),
        *(word for address in plan.defer_first for word in ("--defer-first", address)),
    ]
    supervisor.start(Child("catcher", argv), ready=lambda: is_listening(office.smtp_port))


def _start_office(supervisor: Supervisor, settings: Settings) -> None:
    # glibc gives every thread an arena of its own and keeps it; a small machine has better use for the memory.
    environment = child_environment(settings) | {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072"}
    supervisor.start(Child("worker", worker_command(), environment))
    supervisor.start(Child("beat", beat_command(), environment))
    web = Child("web", web_command(settings), environment)
    supervisor.start(web, ready=lambda: is_listening(settings.web_port, settings.web_host))
