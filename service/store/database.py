"""Connections to PostgreSQL."""

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL, Engine, create_engine, func, make_url, select, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session, sessionmaker

from service.store.tables import SCHEMA

# Long enough for any statement of ours, short enough that a dead server is noticed.
_CONNECT_TIMEOUT_SECONDS = 10


def make_engine(url: str, *, pool_size: int = 5) -> Engine:
    """An engine for a libpq address (postgresql://...); connections are opened at first use.

    Raises:
        ValueError: it is none; says why, without repeating what may be a piece of a password.
    """
    return create_engine(
        _parsed(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        # Values are documents, addresses and hashes: none of them belongs in a log.
        hide_parameters=True,
        connect_args={"connect_timeout": _CONNECT_TIMEOUT_SECONDS, "options": "-c timezone=UTC"},
    )


def _parsed(url: str) -> URL:
    """Both parsers have their say: libpq's knows the options behind `?`, SQLAlchemy's the port."""
    if not url.startswith("postgresql://"):
        raise ValueError("it must begin with postgresql://")
    try:
        conninfo_to_dict(url)
        return make_url(url).set(drivername="postgresql+psycopg")
    except (ValueError, ArgumentError, psycopg.ProgrammingError):
        raise ValueError(
            "it is no address of a database, or has an option that libpq does not know; write it as"
            " postgresql://user:password@host:5432/name, special characters of the password as %XX"
        ) from None


def hold_one_moment(session: Session) -> None:
    """Whatever this session reads until it ends is of one moment. Called before it has read anything."""
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def schema_is_current(session: Session) -> bool:
    """Whether the database has been brought to this version's schema; False where it never was to any."""
    if session.execute(select(func.to_regclass("alembic_version"))).scalar_one() is None:
        return False
    return session.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() == SCHEMA


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)
