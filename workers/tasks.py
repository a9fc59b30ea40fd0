"""The tasks: each wakes one action. The Runtime is made after the fork, so that no connection is shared."""

import logging
import threading
from collections.abc import Callable
from functools import cache

from celery import signals
from sqlalchemy.exc import SQLAlchemyError

from service import doorbell
from service.actions import (
    add_recipients,
    announce_corrections,
    deliver,
    escalate,
    list_recipients,
    remind,
    seal_evidence,
    sweep,
)
from service.actions.editions import EditionShelf
from service.runtime import Runtime
from service.settings import read_settings
from service.wiring import build
from workers.app import app
from workers.stopping import ending_in_order, is_stopping

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5.0

_building = threading.Lock()


@app.task(name=doorbell.LIST_RECIPIENTS)
def list_recipients_due() -> None:
    list_recipients.list_recipients(runtime(), is_stopping)
    add_recipients.follow_directory(runtime())


@app.task(name=doorbell.ANNOUNCE_CORRECTIONS)
def announce_corrections_due() -> None:
    announce_corrections.announce_corrections(runtime(), is_stopping)


@app.task(name=doorbell.DELIVER_DUE)
def deliver_due() -> None:
    with ending_in_order():
        deliver.deliver_due(runtime(), shelf(), is_stopping)


@app.task(name=doorbell.SWEEP)
def sweep_due() -> None:
    sweep.sweep(runtime())


@app.task(name=doorbell.REMIND)
def remind_due() -> None:
    try:
        remind.remind(runtime(), is_stopping)
    finally:
        # Those above are told even where a reminder stands in the way.
        escalate.escalate(runtime())


def runtime() -> Runtime:
    """The one of this process; several threads may ask for it at once."""
    with _building:
        return _build_once()


def shelf() -> EditionShelf:
    """As `runtime`."""
    with _building:
        return _make_shelf_once()


@cache
def _build_once() -> Runtime:
    return build(read_settings())


@cache
def _make_shelf_once() -> EditionShelf:
    return EditionShelf(_build_once())


@signals.worker_ready.connect
def start_own_threads(**_: object) -> None:
    """What must not wait for a free place in the pool: the sign of life, and the sealing of evidence.

    Both run in the worker's main process, with a Runtime of its own: pool children are forked from that process.
    """
    settings = read_settings()
    own = build(settings)
    _repeat("heartbeat", HEARTBEAT_SECONDS, lambda: sweep.report_alive(own))
    _repeat("sealer", settings.seal_interval, lambda: seal_evidence.seal_evidence(own))


def _repeat(name: str, every: float, act: Callable[[], object]) -> None:
    def go_on() -> None:
        pause = threading.Event()
        while True:
            try:
                act()
            except SQLAlchemyError as error:
                log.warning("the database did not answer the %s: %s", name, error)
            pause.wait(every)

    threading.Thread(target=go_on, name=name, daemon=True).start()
