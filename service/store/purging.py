"""Dropping rows that nobody can need any more, a few at a time and without waiting for anybody."""

from typing import Any

from sqlalchemy import Column, ColumnElement, delete, select
from sqlalchemy.orm import Session


def drop_some(session: Session, key: Column[Any], stale: ColumnElement[bool], limit: int) -> int:
    """Drop at most `limit` stale rows of the table of `key`, its primary key; returns how many.

    A row that somebody else holds is left for the next time.
    """
    # In a WITH, which runs once: a plan may run a plain subquery again for every row, and drop `limit` rows each time.
    chosen = select(key.label("key")).where(stale).limit(limit).with_for_update(skip_locked=True).cte("chosen")
    dropped = session.execute(delete(key.table).where(key == chosen.c.key))
    return int(dropped.rowcount)  # type: ignore[attr-defined]  # DELETE gives a CursorResult
