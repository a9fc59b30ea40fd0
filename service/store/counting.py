"""How many rows a statement wrote, where it does not say which."""

from sqlalchemy import Insert
from sqlalchemy.orm import Session


def count_inserted(session: Session, statement: Insert) -> int:
    """Run an INSERT ... SELECT. SQLAlchemy drops its count unless told to keep it."""
    result = session.execute(statement, execution_options={"preserve_rowcount": True})
    return int(result.rowcount)  # type: ignore[attr-defined]  # INSERT gives a CursorResult
