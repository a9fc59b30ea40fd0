"""`python -m workers.worker`: draws lists and sends letters.

Celery's own command would do, but brings an interactive shell along, 8 MB in each process.
"""

import logging
import sys

import workers.tasks  # noqa: F401 - registers them
from service.doorbell import QUEUES
from workers.app import app


def main() -> None:
    worker = app.Worker(
        queues=QUEUES,
        loglevel=logging.WARNING,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    sys.exit(worker.exitcode)


if __name__ == "__main__":
    main()
