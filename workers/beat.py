"""`python -m workers.beat`: rings for what is due. As `workers.worker`, without Celery's own command."""

import logging

from celery.beat import Scheduler

from workers.app import app


def main() -> None:
    # The plain scheduler keeps no file: nothing in the schedule is worth remembering over a restart.
    app.Beat(scheduler_cls=Scheduler, loglevel=logging.WARNING, quiet=True).run()


if __name__ == "__main__":
    main()
