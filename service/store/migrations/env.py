"""Alembic's entry: runs on the connection that `store/schema.py` hands over, never on one of its own."""

from alembic import context

from service.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
