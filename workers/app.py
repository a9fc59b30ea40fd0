"""The Celery application: one queue of rings, one beat schedule, no results, no retries of its own.

The database is the queue. A task carries nothing, so losing one costs seconds; see service/DECISIONS.md.
"""

import logging
import threading

from celery import Celery, signals
from sqlalchemy.exc import SQLAlchemyError

from service import doorbell
from service.actions.sweep import report_alive
from service.runtime import Runtime
from service.settings import Settings, read_settings
from service.wiring import build

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5.0

# Longer than one run's budget and one slow letter; a thread pool knows no limits and needs none.
_TASK_LIMIT_SECONDS = 900


def make_app(settings: Settings) -> Celery:
    app = Celery("eoffice", broker=settings.require("broker_url"), include=["workers.tasks"])
    app.conf.update(
        task_default_queue=doorbell.QUEUE,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_time_limit=_TASK_LIMIT_SECONDS,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=doorbell.BROKER_OPTIONS,
        beat_schedule={
            "sweep": {
                "task": doorbell.SWEEP,
                "schedule": settings.sweep_interval,
                # A sweep that waited longer than the next one is worth nothing.
                "options": {"expires": settings.sweep_interval * 2},
            }
        },
    )
    return app


class OneRuntime:
    """The Runtime of this process, built at first use: after the fork, so that no connection is shared."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._built: Runtime | None = None

    def __call__(self) -> Runtime:
        with self._lock:
            if self._built is None:
                self._built = build(self._settings)
            return self._built


settings = read_settings()
app = make_app(settings)
runtime = OneRuntime(settings)


@signals.worker_ready.connect
def start_heartbeat(**_: object) -> None:
    """Beats from the worker's main process, with a Runtime of its own: pool children are forked from that process."""
    beating = threading.Thread(target=_beat_for_ever, args=[build(settings)], name="heartbeat", daemon=True)
    beating.start()


def _beat_for_ever(own: Runtime) -> None:
    pause = threading.Event()
    while True:
        try:
            report_alive(own)
        except SQLAlchemyError as error:
            log.warning("the database did not take the sign of life: %s", error)
        pause.wait(HEARTBEAT_SECONDS)
