"""The Celery application: two queues of rings, one beat schedule, no results, no retries of its own.

The database is the queue. A task carries nothing, so losing one costs seconds; see service/DECISIONS.md. Beat needs no
more than this module; a worker takes the tasks along.
"""

from celery import Celery

from service import doorbell
from service.settings import Settings, read_settings

# Longer than one run's budget and one slow letter; a thread pool knows no limits and needs none.
_TASK_LIMIT_SECONDS = 900


def make_app(settings: Settings) -> Celery:
    app = Celery("eoffice", broker=settings.require("broker_url"))
    app.conf.update(
        task_default_queue=doorbell.OFFICE_QUEUE,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_time_limit=_TASK_LIMIT_SECONDS,
        task_serializer="json",
        accept_content=["json"],
        worker_pool=settings.worker_pool,
        worker_concurrency=settings.worker_concurrency,
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
            },
            "remind": {
                "task": doorbell.REMIND,
                "schedule": settings.reminder_interval,
                "options": {"expires": settings.reminder_interval * 2},
            },
        },
    )
    return app


app = make_app(read_settings())
