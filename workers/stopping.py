"""How a worker that is told to stop learns of it in the process where its letters are, so that it can give them back.

Celery waits for its tasks to end, in a pool of processes or of threads, but tells nobody except its main process.
"""

import mmap
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from celery import signals

from service.actions.deliver import LAST_REPLIES

# One byte of memory that pool children share with the process they were forked from. It needs no lock and no
# descriptor, so a signal handler may write it. A child that was not forked (macOS) does not see it and ends its run
# when its time is up.
_shared = mmap.mmap(-1, 1)
_own = threading.Event()


def is_stopping() -> bool:
    """Whether this process is to end soon. Cheap; any thread may ask."""
    return _shared[0] == 1 or _own.is_set()


@contextmanager
def ending_in_order() -> Iterator[None]:
    """A pool child that gets SIGTERM itself, as when a service manager tells the whole group, ends after this block."""
    if threading.current_thread() is not threading.main_thread():
        yield  # a pool of threads: signals are its main thread's affair
        return
    before = signal.signal(signal.SIGTERM, _note)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        # When the main process stops too, it lets its children go in order.
        if _own.is_set() and _shared[0] == 0:
            os.kill(os.getpid(), signal.SIGTERM)


def _note(_number: int, _frame: FrameType | None) -> None:
    _own.set()


@signals.worker_process_shutdown.connect
def _await_last_replies(**_: object) -> None:
    """In a pool child, which leaves by `os._exit`; a process with a pool of threads waits for them all by itself."""
    for thread in threading.enumerate():
        if thread.name == LAST_REPLIES:
            thread.join()


@signals.worker_shutting_down.connect
def _tell_children(**_: object) -> None:
    _shared[0] = 1
