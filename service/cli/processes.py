"""The production processes, configured by the environment alone.

Each command becomes the server it starts (uvicorn, Celery), which then owns signals and child processes; the embedded
stack starts the very same command lines.
"""

import os
import ssl
import sys
from ipaddress import ip_address
from pathlib import Path

from service.cli.refusals import PlainHttp
from service.domain.errors import BadSetting
from service.embedded.ports import check_port
from service.settings import Settings
from service.store.schema import upgrade_schema
from service.wiring import owner_engine, usable_settings

_NEEDED = ("database_url", "broker_url", "smtp_url", "secret_key")
_GRACE_SECONDS = 5

_CERT, _KEY = "EOFFICE_TLS_CERT", "EOFFICE_TLS_KEY"
# OpenSSL's words for a key of another pair, of the same and of another kind.
_OTHERS_KEY = {"KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED"}


def web() -> None:
    """Serve the pages and the API."""
    settings = _complete_settings()
    check_listen(settings)
    check_port(settings.web_port, host=settings.web_host, option="EOFFICE_WEB_HOST or EOFFICE_WEB_PORT")
    _become(web_command(settings))


def worker() -> None:
    """Draw lists and send letters."""
    _complete_settings()
    _become(worker_command())


def beat() -> None:
    """Ring for what is due, at the sweep interval."""
    _complete_settings()
    _become(beat_command())


def migrate() -> None:
    """Bring the database to this version's schema, as its owner."""
    with owner_engine(usable_settings()).begin() as connection:
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


def worker_command() -> list[str]:
    return _module("workers.worker")


def beat_command() -> list[str]:
    return _module("workers.beat")


def check_listen(settings: Settings) -> None:
    """Plain http stays on this machine: passwords travel in it. TLS is tried with the files that are named.

    Raises:
        PlainHttp: the address is reachable from elsewhere, with neither TLS nor a declared proxy.
        BadSetting: certificate or key cannot be used.
    """
    if settings.tls_cert or settings.tls_key:
        _check_tls(settings.tls_cert, settings.tls_key)
    if not (is_loopback(settings.web_host) or settings.tls_cert or settings.trusted_proxies):
        raise PlainHttp(address=settings.web_host)


def _check_tls(cert: Path | None, key: Path | None) -> None:
    """A key may stand in the certificate's file; one with a password is useless, for nobody is there to type it."""
    if cert is None:
        raise BadSetting(name=_CERT, reason="it is not set, and EOFFICE_TLS_KEY is; set both or neither")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_verify_locations(cert)
    except ssl.SSLError as error:
        raise BadSetting(name=_CERT, reason=f"{cert} holds no certificate; name a PEM file") from error
    except OSError as error:
        raise BadSetting(name=_CERT, reason=f"{cert}: {error.strerror}; name a PEM file") from error
    try:
        context.load_cert_chain(cert, key, password="")
    except ssl.SSLError as error:
        why = f"does not belong to the certificate in {cert}" if error.reason in _OTHERS_KEY else "holds no open key"
        raise BadSetting(name=_KEY, reason=f"{key or cert} {why}; name a PEM file without a password") from error
    except OSError as error:
        raise BadSetting(name=_KEY, reason=f"{key}: {error.strerror}; name a PEM file") from error


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _complete_settings() -> Settings:
    settings = usable_settings()
    for name in _NEEDED:
        settings.require(name)
    return settings


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def _become(command: list[str]) -> None:
    os.execv(command[0], command)  # noqa: S606 - no shell; the arguments are ours
