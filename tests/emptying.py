"""Emptying a PostgreSQL database between tests: many times cheaper than making one anew.

A new database is some seven hundred files to copy and as many to remove. Here the rows go and the
files stay, unless a test did more than write rows: then the caller makes a new one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.engine import Connection

from rj.db.database import Database

LARGE_BYTES = 256 * 1024
"""From here on what dead rows take up is given back, so that no later test reads past them."""

CATALOGUES = (
    "pg_attribute",
    "pg_class",
    "pg_constraint",
    "pg_db_role_setting",
    "pg_index",
    "pg_namespace",
    "pg_proc",
    "pg_trigger",
    "pg_type",
)
"""Where a change of anything but rows leaves a newer entry, or fewer or more of them."""

NEWEST_ENTRIES = text(
    " UNION ALL ".join(
        f"SELECT '{name}', count(*), max(xmin::text::bigint) FROM {name}"  # noqa: S608 - names above
        for name in CATALOGUES
    )
)

WRITTEN_TABLES = text(
    "SELECT oid::regclass::text, pg_relation_size(oid) FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0"
)

SEND_OTHERS_AWAY = text(
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)

COUNT_ANEW = text("SELECT setval(seqrelid, seqstart, false) FROM pg_sequence")


@dataclass(frozen=True)
class Unused:
    """What a database of this release looks like before anybody used it."""

    structure: Sequence[object]
    rows: dict[str, Sequence[object]]
    """Of the few tables that are not empty then."""


def unused(database: Database) -> Unused | None:
    """How the database is now. None where its user may not put triggers out of action."""
    with database.engine.connect() as connection:
        if connection.execute(text("SHOW is_superuser")).scalar_one() != "on":
            return None
        tables = [name for name, _ in connection.execute(WRITTEN_TABLES)]
        return Unused(
            connection.execute(NEWEST_ENTRIES).all(),
            {name: rows for name in tables if (rows := _rows(connection, name))},
        )


def emptied(database: Database, before: Unused) -> bool:
    """Take out every row and every visitor. False where that does not lead back to ``before``."""
    with database.engine.connect() as connection:
        connection.execute(SEND_OTHERS_AWAY)
        if connection.execute(NEWEST_ENTRIES).all() != before.structure:
            return False
        if any(_rows(connection, name) != rows for name, rows in before.rows.items()):
            return False
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no triggers
        written = connection.execute(WRITTEN_TABLES).all()
        for name, _ in written:
            if name not in before.rows:
                connection.execute(text(f"DELETE FROM {name}"))  # noqa: S608 - a table's own name
        connection.execute(COUNT_ANEW)
        connection.commit()
        connection.execution_options(isolation_level="AUTOCOMMIT")
        for name, size in written:
            if size > LARGE_BYTES:
                connection.execute(text(f"VACUUM {name}"))
    return True


def _rows(connection: Connection, table: str) -> Sequence[object]:
    return connection.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608 - as above
