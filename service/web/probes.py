"""What machines ask: alive, ready, and the figures for Prometheus.

/healthz asks nothing of anybody, so that a database that is away does not get the web process killed. /readyz asks the
database; the broker is not asked, because postings are accepted without it.
"""

import logging
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.security.utils import get_authorization_scheme_param
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.actions.report_status import Status, report_status
from service.actions.sign_in import actor_of_token
from service.domain.deliveries import Status as LetterStatus
from service.domain.errors import DatabaseAway, Refused, SignInNeeded
from service.domain.roles import OPERATOR, Actor
from service.store.database import schema_is_current
from service.web.api.problems import problem
from service.web.api.shapes import Shape
from service.web.deps import SiteDep
from service.web.site import Site

log = logging.getLogger(__name__)

router = APIRouter(tags=["probes"])

_AWAY = (OperationalError, InterfaceError, PoolTimeoutError)


class SchemaOutdated(DatabaseAway):
    code = "schema-outdated"
    en = "The database is of another version than this process; run `eoffice migrate` of this version."
    vietnamese = "Cơ sở dữ liệu khác phiên bản chương trình; chạy `eoffice migrate`."


class Alive(Shape):
    status: Literal["alive"] = "alive"


class Ready(Shape):
    status: Literal["ready"] = "ready"


@router.get("/healthz")
def alive() -> Alive:
    """The process answers."""
    return Alive()


@router.get("/readyz", response_model=Ready)
def ready(request: Request, site: SiteDep) -> Ready | Response:
    """The office can accept work: its database answers and is of this version."""
    try:
        with site.runtime.sessions() as session:
            is_current = schema_is_current(session)
    except _AWAY as error:
        return _away(request, error)
    return Ready() if is_current else problem(SchemaOutdated())


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request, site: SiteDep) -> Response:
    """Figures in the text format of Prometheus, read once per scrape; no names, no titles.

    Open to this machine itself, unless the request came through a proxy; everybody else sends the bearer token of an
    account that may see the status.
    """
    try:
        status = report_status(site.runtime, _scraper(request, site))
    except Refused as refused:
        return problem(refused)
    except _AWAY as error:
        return _away(request, error)
    registry = CollectorRegistry()
    registry.register(_Figures(status))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _away(request: Request, error: Exception) -> Response:
    log.error("the database does not answer %s: %s", request.url.path, str(error).split("\n", 1)[0])
    return problem(DatabaseAway())


def _scraper(request: Request, site: Site) -> Actor:
    if _is_this_machine(request):
        return OPERATOR
    _, token = get_authorization_scheme_param(request.headers.get("authorization"))
    actor = actor_of_token(site.runtime, token) if token else None
    if actor is None:
        raise SignInNeeded
    return actor


def _is_this_machine(request: Request) -> bool:
    """Behind a proxy on this machine everybody comes from loopback, so then nobody counts as local."""
    is_proxied = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    if is_proxied or request.client is None:
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


class _Figures(Collector):
    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        status = self._status
        yield _labelled("eoffice_letters", "Letters by status", "status", _letters(status))
        yield GaugeMetricFamily(
            "eoffice_queue_age_seconds",
            "How long the letter that has been due longest has waited",
            status.oldest_waiting.total_seconds(),
        )
        yield GaugeMetricFamily("eoffice_letters_held", "Letters that wait for a mail server", status.letters_held)
        held = {one.server: 1.0 for one in status.held}
        yield _labelled("eoffice_mail_server_out", "1 while the circuit of a mail server is open", "server", held)
        yield GaugeMetricFamily("eoffice_duplicates_possible", "Letters in doubt", status.in_doubt)
        yield CounterMetricFamily(
            "eoffice_letters_mended", "Letters taken back from workers that stopped", status.mended
        )
        attempts = CounterMetricFamily("eoffice_attempts", "Attempts by how they ended", labels=["outcome"])
        for outcome, count in sorted(status.attempts.items()):
            attempts.add_metric([outcome], count)
        yield attempts
        yield GaugeMetricFamily("eoffice_workers_alive", "Workers seen lately", status.workers_alive)
        yield GaugeMetricFamily("eoffice_beat_alive", "1 when beat was seen lately", status.beat_alive)


def _letters(status: Status) -> dict[str, float]:
    return {one.value: status.letters(one) for one in LetterStatus}


def _labelled(name: str, documentation: str, label: str, figures: dict[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, documentation, labels=[label])
    for value, figure in figures.items():
        family.add_metric([value], figure)
    return family
