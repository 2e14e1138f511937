"""Bringing a database to the shape this release expects."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData
from sqlalchemy.engine import Connection

from rj.db.database import Database
from rj.kernel.errors import Conflict

SCRIPTS = Path(__file__).parent / "migrations"


def _config(connection: Connection, metadata: MetaData, scripts: Path = SCRIPTS) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config


NEWER = (
    "This database belongs to a newer release of rj. Install that release, "
    "or restore a backup made with this one."
)


def refuse_other_releases(database: Database, metadata: MetaData) -> None:
    """Raise Conflict, saying what to do, unless every migration was applied and no further one."""
    with database.engine.connect() as connection:
        scripts = ScriptDirectory.from_config(_config(connection, metadata))
        present = set(MigrationContext.configure(connection).get_current_heads())
    if present == set(scripts.get_heads()):
        return
    if not present <= {script.revision for script in scripts.walk_revisions()}:
        raise Conflict(NEWER)
    raise Conflict(
        "The database is not ready for this release. Run: python3 -m rj database upgrade"
    )


def upgrade(database: Database, metadata: MetaData) -> None:
    """Apply every migration this database lacks, in one transaction.

    Raises Conflict when the database was made by a newer release: nothing is touched then (D6).
    """
    with database.engine.execution_options(rj_writing=True).connect() as connection:
        config = _config(connection, metadata)
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        present = MigrationContext.configure(connection).get_current_heads()
        if not set(present) <= known:
            raise Conflict(NEWER)
        command.upgrade(config, "head")
        connection.commit()


def check(database: Database, metadata: MetaData) -> None:
    """Compare the database with the tables; raises an Alembic error naming any difference."""
    with database.engine.connect() as connection:
        command.check(_config(connection, metadata))


def write_revision(database: Database, metadata: MetaData, message: str, number: str) -> None:
    """Write the migration that leads from this database to the tables, for a developer to read.

    ``number`` is its place: those of the same or a later number are not looked at and stay.
    """
    with TemporaryDirectory() as folder, database.engine.connect() as connection:
        scripts = Path(shutil.copytree(SCRIPTS, Path(folder) / "migrations"))
        for later in (scripts / "versions").glob("[0-9]*.py"):
            if later.name >= number:
                later.unlink()
        config = _config(connection, metadata, scripts)
        made = command.revision(config, message=message, autogenerate=True, rev_id=number)
        for script in made if isinstance(made, list) else [made]:
            if script is not None:
                shutil.copy(script.path, SCRIPTS / "versions")
