"""Rings a worker by task name. A dead or mute broker is a warning, never an error: beat and sweep look anyway."""

import atexit
import logging
import threading

from celery import Celery
from kombu.exceptions import OperationalError

# Kombu would load it at the first ring: for a command that is the end of the interpreter, where nothing can be loaded.
from kombu.transport import redis  # noqa: F401

log = logging.getLogger(__name__)

LIST_RECIPIENTS = "workers.tasks.list_recipients"
ANNOUNCE_CORRECTIONS = "workers.tasks.announce_corrections"
DELIVER_DUE = "workers.tasks.deliver_due"
SWEEP = "workers.tasks.sweep"
REMIND = "workers.tasks.remind"
TASKS = (LIST_RECIPIENTS, ANNOUNCE_CORRECTIONS, DELIVER_DUE, SWEEP, REMIND)

# Rings for letters pile up while thousands leave; drawing lists and sweeping must not stand behind them.
LETTERS_QUEUE, OFFICE_QUEUE = "letters", "office"
QUEUES = (OFFICE_QUEUE, LETTERS_QUEUE)


def queue_of(task: str) -> str:
    return LETTERS_QUEUE if task == DELIVER_DUE else OFFICE_QUEUE


# Without these a broker that accepts and never answers would hold its caller for ever.
BROKER_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 5, "visibility_timeout": 120}

_LAST_RINGS_SECONDS = 2.0


class BrokerDoorbell:
    """Rings from a thread of its own, so that no request waits for the broker. Equal rings that wait become one."""

    def __init__(self, broker_url: str) -> None:
        self._broker_url = broker_url
        self._waiting: dict[str, None] = {}
        self._changed = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None

    def ring(self, task: str) -> None:
        with self._changed:
            self._waiting[task] = None
            # Made at the first ring: a thread does not survive the fork of a worker process.
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="doorbell", daemon=True)
                self._thread.start()
                # A command ends right after its ring; without this the ring would end with it.
                atexit.register(self.close)
            self._changed.notify()

    def close(self) -> None:
        """Let the last rings out, for a moment; a ring that is lost costs a few seconds."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(_LAST_RINGS_SECONDS)

    def _run(self) -> None:
        app = Celery("doorbell", broker=self._broker_url, set_as_current=False)
        app.conf.update(broker_transport_options=BROKER_OPTIONS, broker_connection_retry=False)
        while (task := self._next()) is not None:
            try:
                app.send_task(task, queue=queue_of(task), ignore_result=True, retry=False)
            except (OperationalError, OSError) as error:
                log.warning("the broker did not take the ring %s: %s", task, error)

    def _next(self) -> str | None:
        with self._changed:
            while not self._waiting and not self._closing:
                self._changed.wait()
            if not self._waiting:
                return None
            task = next(iter(self._waiting))
            del self._waiting[task]
            return task
