"""Many values as one parameter: a statement takes 65,535 at most, and an office may have more people."""

from collections.abc import Collection

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, literal


def among(column: ColumnElement[int], ids: Collection[int]) -> ColumnElement[bool]:
    """True where the column is one of these ids, however many."""
    return column == any_(literal(list(ids), ARRAY(BigInteger)))
