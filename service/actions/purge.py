"""Drops rows that nobody can need any more: a bounded number whenever beat looks, each found by an index."""

from datetime import timedelta

from service.runtime import Runtime
from service.store import circuits, guesses, liveness, sessions

ROWS_AT_A_TIME = 1_000
# Beyond every limit of our own: during a change of release or settings other processes go by others.
GRACE = timedelta(days=1)
PROCESSES_REMEMBERED = timedelta(days=7)


def purge(runtime: Runtime, rows: int = ROWS_AT_A_TIME) -> int:
    """Drop at most `rows` rows of each kind; returns how many were dropped.

    Sessions that no limit lets run any more, wrong guesses long forgotten, processes that are gone, mail servers that
    nobody sends by any more. That people signed in stays: reports as of a past moment ask for it.
    """
    now = runtime.clock()
    with runtime.sessions.begin() as session:
        return (
            sessions.drop_dead_sessions(session, now - runtime.policy.session_absolute - GRACE, rows)
            + guesses.drop_forgotten(session, now - GRACE, rows)
            + liveness.drop_unseen(session, PROCESSES_REMEMBERED, rows)
            + circuits.drop_unprobed(session, runtime.server, GRACE, rows)
        )
