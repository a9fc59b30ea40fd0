"""Connections to PostgreSQL."""

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

# Long enough for any statement of ours, short enough that a dead server is noticed.
_CONNECT_TIMEOUT_SECONDS = 10


def make_engine(url: str, *, pool_size: int = 5) -> Engine:
    """An engine for a libpq address (postgresql://...); connections are opened at first use."""
    return create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        connect_args={"connect_timeout": _CONNECT_TIMEOUT_SECONDS, "options": "-c timezone=UTC"},
    )


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)
