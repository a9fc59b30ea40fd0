"""The production processes, configured by the environment alone.

Each command becomes the server it starts (uvicorn, Celery), which then owns signals and child processes; the embedded
stack starts the very same command lines.
"""

import os
import sys
from ipaddress import ip_address

from service.cli.refusals import PlainHttp
from service.doorbell import QUEUES
from service.settings import Settings, read_settings
from service.store.database import make_engine
from service.store.schema import upgrade_schema

_NEEDED = ("database_url", "broker_url", "smtp_url", "secret_key")
_GRACE_SECONDS = 5


def web() -> None:
    """Serve the pages and the API."""
    settings = _complete_settings()
    check_listen(settings)
    _become(web_command(settings))


def worker() -> None:
    """Draw lists and send letters."""
    _become(worker_command(_complete_settings()))


def beat() -> None:
    """Ring for what is due, at the sweep interval."""
    _complete_settings()
    _become(beat_command())


def migrate() -> None:
    """Bring the database to this version's schema, as its owner."""
    settings = read_settings()
    owner = settings.require("migrate_database_url" if settings.migrate_database_url else "database_url")
    with make_engine(owner).begin() as connection:
        upgrade_schema(connection)


def web_command(settings: Settings) -> list[str]:
    options = {
        "--host": settings.web_host,
        "--port": settings.web_port,
        "--ssl-certfile": settings.tls_cert,
        "--ssl-keyfile": settings.tls_key,
        "--forwarded-allow-ips": settings.trusted_proxies,
        "--timeout-graceful-shutdown": _GRACE_SECONDS,
        "--log-level": "warning",
    }
    given = [word for name, value in options.items() if value for word in (name, str(value))]
    proxy = "--proxy-headers" if settings.trusted_proxies else "--no-proxy-headers"
    return _module("uvicorn", "--factory", "--no-access-log", "--no-server-header", proxy, *given, "service.asgi:make")


def worker_command(settings: Settings) -> list[str]:
    size = (f"--pool={settings.worker_pool}", f"--concurrency={settings.worker_concurrency}")
    work = ("--include=workers.tasks", f"--queues={','.join(QUEUES)}")
    return _celery("worker", *work, *size, "--without-gossip", "--without-mingle", "--without-heartbeat")


def beat_command() -> list[str]:
    # The plain scheduler keeps no file: nothing in the schedule is worth remembering over a restart.
    return _celery("beat", "--scheduler=celery.beat:Scheduler", "--pidfile=")


def check_listen(settings: Settings) -> None:
    """Plain http stays on this machine: passwords travel in it.

    Raises:
        PlainHttp: the address is reachable from elsewhere, with neither TLS nor a declared proxy.
    """
    if not (is_loopback(settings.web_host) or settings.tls_cert or settings.trusted_proxies):
        raise PlainHttp(address=settings.web_host)


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _complete_settings() -> Settings:
    settings = read_settings()
    for name in _NEEDED:
        settings.require(name)
    return settings


def _celery(role: str, *options: str) -> list[str]:
    return _module("celery", "--quiet", "--app=workers.app", role, "--loglevel=WARNING", *options)


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def _become(command: list[str]) -> None:
    os.execv(command[0], command)  # noqa: S606 - no shell; the arguments are ours
