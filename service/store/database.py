"""Connections to PostgreSQL."""

from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from service.store.tables import SCHEMA

# Long enough for any statement of ours, short enough that a dead server is noticed.
_CONNECT_TIMEOUT_SECONDS = 10


def make_engine(url: str, *, pool_size: int = 5) -> Engine:
    """An engine for a libpq address (postgresql://...); connections are opened at first use."""
    return create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        # Values are documents, addresses and hashes: none of them belongs in a log.
        hide_parameters=True,
        connect_args={"connect_timeout": _CONNECT_TIMEOUT_SECONDS, "options": "-c timezone=UTC"},
    )


def schema_is_current(session: Session) -> bool:
    """Whether the database has been brought to this version's schema; False where it never was to any."""
    if session.execute(select(func.to_regclass("alembic_version"))).scalar_one() is None:
        return False
    return session.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() == SCHEMA


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)
