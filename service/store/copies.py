"""The office's tables, whole: out of one snapshot, and back into a schema that has just been made.

PostgreSQL's COPY in its text form: any version reads what any other wrote, and no program of PostgreSQL's is needed.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import psycopg
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import Connection, text

_TABLES = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname <> 'alembic_version'
   AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
 GROUP BY c.relname ORDER BY c.relname
"""
_RELATIONS = "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
_SEQUENCES = "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'S'"
_REFERENCES = """
SELECT r.relname, c.conname, pg_get_constraintdef(c.oid)
  FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
 WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace
"""
# As pg_dump does, so that values are written alike whatever the server is set to.
_PLAIN_VALUES = "SET LOCAL datestyle = ISO; SET LOCAL intervalstyle = postgres; SET LOCAL extra_float_digits = 3"

Piece = bytes | bytearray | memoryview


@dataclass(frozen=True, slots=True)
class Shape:
    """A table and those of its columns that hold values of their own; the order of the columns is that of its copy."""

    table: str
    columns: tuple[str, ...]


def is_empty(connection: Connection) -> bool:
    """Whether nothing has ever been made in this database, or everything is gone again."""
    relations: int = connection.execute(text(_RELATIONS)).scalar_one()
    return relations == 0


def shapes(connection: Connection) -> list[Shape]:
    return [Shape(table, tuple(columns)) for table, columns in connection.execute(text(_TABLES))]


def counters(connection: Connection) -> dict[str, int]:
    """The last number that each used sequence gave; sequences know no snapshots, so it may be ahead of the rows.

    Asked of each by name: the view `pg_sequences` shows nothing, and says nothing, where a right is missing.
    """
    with _cursor(connection) as cursor:
        names = [name for (name,) in cursor.execute(_SEQUENCES).fetchall()]
        asked = SQL("SELECT last_value FROM {} WHERE is_called")
        given = {name: cursor.execute(asked.format(Identifier(name))).fetchone() for name in names}
    return {name: last[0] for name, last in given.items() if last}


def copy_out(connection: Connection, shape: Shape) -> Iterator[Piece]:
    """The rows of a table, one a piece."""
    connection.execute(text(_PLAIN_VALUES))
    with _cursor(connection) as cursor, cursor.copy(_copy(shape, "TO STDOUT")) as rows:
        yield from rows


def copy_in(connection: Connection, shape: Shape, pieces: Iterable[Piece]) -> None:
    """Fill a table with what `copy_out` gave, cut anywhere."""
    connection.execute(text(_PLAIN_VALUES))
    with _cursor(connection) as cursor, cursor.copy(_copy(shape, "FROM STDIN")) as rows:
        for piece in pieces:
            rows.write(piece)


def set_counters(connection: Connection, values: dict[str, int]) -> None:
    """Let no number be given a second time, not even those of rows that are gone."""
    with _cursor(connection) as cursor:
        for sequence, value in values.items():
            cursor.execute("SELECT setval(quote_ident(%s)::regclass, %s)", (sequence, value))


@contextmanager
def filling(connection: Connection) -> Iterator[None]:
    """Foreign keys are taken off and put back, so that tables are filled in any order and checked once, as a whole.

    Triggers keep still: what they would write is among the rows.
    """
    tables = [Identifier(shape.table) for shape in shapes(connection)]
    with _cursor(connection) as cursor:
        keys = cursor.execute(_REFERENCES).fetchall()
        for one in tables:
            cursor.execute(SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(one))
        for table, name, _ in keys:
            cursor.execute(SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(Identifier(table), Identifier(name)))
        yield
        for one in tables:
            cursor.execute(SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(one))
        for table, name, definition in keys:
            add = SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
            cursor.execute(add.format(Identifier(table), Identifier(name), SQL(definition)))


def refresh_all_statistics(connection: Connection) -> None:
    """As the owner; see `refresh_statistics`."""
    connection.execute(text("ANALYZE"))


def _copy(shape: Shape, way: str) -> Composed:
    columns = SQL(", ").join(map(Identifier, shape.columns))
    return SQL("COPY {} ({}) {}").format(Identifier(shape.table), columns, SQL(way))


def _cursor(connection: Connection) -> psycopg.Cursor[tuple[Any, ...]]:
    """The driver's own, within the transaction of `connection`: SQLAlchemy knows no COPY."""
    raw = cast(psycopg.Connection[tuple[Any, ...]], connection.connection.driver_connection)
    return raw.cursor()
