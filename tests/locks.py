"""Acts that the database keeps waiting, for tests of who comes first."""

import threading
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import text

from service.domain.errors import Refused
from service.runtime import Runtime

Answer = TypeVar("Answer")


def somebody_waits(runtime: Runtime) -> bool:
    """Whether anybody in this database waits for a lock."""
    query = text("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
    with runtime.sessions() as session:
        return session.execute(query).first() is not None


def waits_for_a_lock(runtime: Runtime, act: Callable[[], Answer]) -> tuple[threading.Thread, list[Answer | Refused]]:
    """Start an act in a thread of its own and return once the database keeps it waiting."""
    answers: list[Answer | Refused] = []

    def run() -> None:
        try:
            answers.append(act())
        except Refused as refused:
            answers.append(refused)

    thread = threading.Thread(target=run)
    thread.start()
    while thread.is_alive():
        if somebody_waits(runtime):
            return thread, answers
    message = "it did not wait"
    raise AssertionError(message)
