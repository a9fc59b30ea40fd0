"""What the tables are made of: their one metadata, and columns that many of them have."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    MetaData,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def identifier() -> Column[int]:
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def moment(name: str, *, nullable: bool = False) -> Column[object]:
    """A moment that defaults to the database's own clock where it may not be absent."""
    default = None if nullable else text("clock_timestamp()")
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=default)


def words(name: str, *, default: str | None = "", collation: str | None = None) -> Column[str]:
    return Column(name, Text(collation=collation), nullable=False, server_default=default)


def account(name: str) -> Column[int]:
    """Who did it; empty when it was the operator at the command line."""
    return Column(name, BigInteger, ForeignKey("accounts.id"))


def reference(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, ForeignKey(target), nullable=nullable)


SMALL: TypeEngine[int] = SmallInteger()
