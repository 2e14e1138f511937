"""The queue's own tables on PostgreSQL.

They belong to the procrastinate package and are left out of our migrations. Preparing a database
is two steps in one place: ``rj.db.migrating.upgrade(database, metadata)`` and then
``rj.jobs.schema.prepare(database)``. On SQLite the second does nothing: its job table is ours.
"""

from procrastinate.schema import SchemaManager
from sqlalchemy import text

from rj.db.database import Database

ONE_AT_A_TIME = 7_202_611  # any number, the same for all who prepare this database


def prepare(database: Database) -> None:
    """Make the queue's tables where they are missing. Safe to repeat, and to run twice at once."""
    if database.is_sqlite:
        return
    with database.writing() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
        if session.execute(text("SELECT to_regclass('procrastinate_jobs')")).scalar() is None:
            # Straight to the driver: the text holds colons and percent signs of its own.
            raw = session.connection().connection.dbapi_connection
            with raw.cursor() as cursor:  # type: ignore[union-attr]
                cursor.execute(SchemaManager.get_schema())
