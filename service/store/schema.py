"""Brings a database to this version's schema. Run as the owner; the application's role cannot change tables."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from service.store.tables import metadata

# A restored table has what its owner grants on new tables by default beside what the backup granted.
_APPEND_ONLY = """
DO $$
DECLARE
    kept record;
BEGIN
    FOR kept IN
        SELECT DISTINCT name, rights, grantee::regrole::text AS role_name
          FROM (VALUES ('evidence', 'INSERT (entry)'), ('own_deadlines', 'INSERT')) AS append_only (name, rights)
          JOIN pg_class ON pg_class.oid = name::regclass, aclexplode(relacl)
         WHERE grantee <> 0 AND grantee <> relowner
    LOOP
        EXECUTE format('REVOKE ALL ON %I FROM %s', kept.name, kept.role_name);
        EXECUTE format('GRANT SELECT, %s ON %I TO %s', kept.rights, kept.name, kept.role_name);
    END LOOP;
END
$$
"""


def upgrade_schema(connection: Connection) -> None:
    """Apply every migration that is missing. Forward only: a release that must be left is restored from a backup.

    Whatever happened to the rights before, the application's role may only append to the evidence log and to the
    own deadlines that people were told afterwards.
    """
    command.upgrade(_config(connection), "head")
    connection.execute(text(_APPEND_ONLY))


def make_schema(connection: Connection, revision: str) -> None:
    """Bring an empty database to the schema of an older version, for rows that were written with it."""
    command.upgrade(_config(connection), revision)


def newest_revision(connection: Connection) -> str | None:
    """The last migration that this version of the program has."""
    return ScriptDirectory.from_config(_config(connection)).get_current_head()


def schema_revision(connection: Connection) -> str | None:
    """The last migration that this database went through; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def knows_revision(connection: Connection, revision: str) -> bool:
    """Whether this version of the program knows a migration, so that it can go on from there."""
    script = ScriptDirectory.from_config(_config(connection))
    return revision in {known.revision for known in script.walk_revisions()}


def differences(connection: Connection) -> list[object]:
    """What the tables of this version and the database disagree about; empty when migrations are complete."""
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
