"""What every test may ask for. Integration tests run on SQLite and on PostgreSQL alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from rj.accounts import passwords
from rj.db.database import Database
from rj.db.migrating import upgrade
from rj.jobs.schema import prepare
from rj.kernel.clock import StoppedClock
from rj.tables import metadata
from tests.disclosure import Watch, watching
from tests.servers import a_postgresql

# Hashing is slow on purpose, and tests hash often: here it costs next to nothing.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
passwords._NOBODY = passwords.hash_password("the password of no account")

NOW = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
"""A Monday morning in Greenwich Mean Time, three weeks before the clocks go forward."""


@pytest.fixture(scope="session", autouse=True)
def watch() -> Iterator[Watch]:
    """Notes every mail and feed that this process makes, fixtures of every scope included."""
    found = Watch()
    with watching(found):
        yield found


@pytest.fixture(autouse=True)
def no_mail_and_no_feed_tells_of_anybody_else(watch: Watch) -> Iterator[None]:
    """Whatever a test made is decoded and searched for what its reader may not see."""
    yield
    assert watch.told_too_much() == []


@pytest.fixture
def clock() -> StoppedClock:
    """A clock that shows NOW until a test sets it to another time."""
    return StoppedClock(NOW)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a running PostgreSQL, with rights to make databases."""
    with a_postgresql() as address:
        yield address


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database of this release, copied for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    database = Database(f"sqlite:///{path}")
    upgrade(database, metadata)
    with database.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    database.close()
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """The name of an empty PostgreSQL database of this release, copied for each test."""
    name = f"rj_template_{uuid4().hex[:8]}"
    _run_on_server(postgresql_server, f"CREATE DATABASE {name}")
    database = Database(_named(postgresql_server, name))
    upgrade(database, metadata)
    prepare(database)
    database.close()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of this release, once of each kind."""
    with an_empty_database(request, request.param, tmp_path) as found:
        yield found


@contextmanager
def an_empty_database(
    request: pytest.FixtureRequest, kind: str, folder: Path
) -> Iterator[Database]:
    """An empty database of one kind, gone at the end; for fixtures of a wider scope too."""
    if kind == "sqlite":
        path = folder / "rj.sqlite"
        path.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
        found = Database(f"sqlite:///{path}")
        yield found
        found.close()
        return
    server = request.getfixturevalue("postgresql_server")
    template = request.getfixturevalue("postgresql_template")
    name = f"rj_{uuid4().hex[:12]}"
    _run_on_server(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    found = Database(_named(server, name))
    yield found
    found.close()
    _run_on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _named(server: str, name: str) -> str:
    """The address of one database of a server."""
    from sqlalchemy.engine import make_url

    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _run_on_server(server: str, statement: str) -> None:
    """Run one statement outside any transaction."""
    owner = Database(server, pool_size=1)
    with owner.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(statement))
    owner.close()
