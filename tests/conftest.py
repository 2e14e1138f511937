"""What every test may ask for. Integration tests run on SQLite and on PostgreSQL alike."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, text
from sqlalchemy.engine import make_url

from rj.accounts import passwords
from rj.db.database import Database
from rj.db.migrating import upgrade
from rj.jobs.schema import prepare
from rj.kernel.clock import StoppedClock
from rj.tables import metadata
from tests.disclosure import Watch, watching
from tests.emptying import Unused, emptied, unused
from tests.servers import a_postgresql

# Hashing is slow on purpose, and tests hash often: here it costs next to nothing.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
passwords._NOBODY = passwords.hash_password("the password of no account")

NOW = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
"""A Monday morning in Greenwich Mean Time, three weeks before the clocks go forward."""


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what is loaded by now: half a million things stay."""
    gc.collect()
    gc.freeze()


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


THE_CLOCK = StoppedClock(NOW)
"""One for every test, like the two databases: a site over them is then built once a process."""


@pytest.fixture
def clock() -> StoppedClock:
    """A clock that shows NOW until a test sets it to another time."""
    THE_CLOCK.instant = NOW
    return THE_CLOCK


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


@pytest.fixture(scope="session")
def kept_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Database]]:
    """The database of each kind that tests are handed, one after the other.

    It stays the same object at the same address, so that a statement is compiled and a site is
    built once a process and not once a test; what is in it is made anew for every test.
    """
    kept: dict[str, Database] = {}
    yield kept
    for found in kept.values():
        found.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest,
    kept_databases: dict[str, Database],
    tmp_path_factory: pytest.TempPathFactory,
    watch: Watch,
) -> Iterator[Database]:
    """An empty database of this release, once of each kind."""
    kind: str = request.param
    if kind not in kept_databases:
        kept_databases[kind] = Database(_an_address(request, kind, tmp_path_factory.mktemp("kept")))
        _forget_on_power_failure(kept_databases[kind])
    found = kept_databases[kind]
    _make_empty(request, found)
    watch.forget(found)
    yield found
    found.close()


@contextmanager
def an_empty_database(
    request: pytest.FixtureRequest, kind: str, folder: Path
) -> Iterator[Database]:
    """An empty database of one kind for fixtures of a wider scope, gone at the end."""
    found = Database(_an_address(request, kind, folder))
    _make_empty(request, found)
    yield found
    found.close()
    if not found.is_sqlite:
        server = request.getfixturevalue("postgresql_server")
        _run_on_server(server, f"DROP DATABASE {found.engine.url.database} WITH (FORCE)")


def _an_address(request: pytest.FixtureRequest, kind: str, folder: Path) -> str:
    """Where a database of this kind will be, and nothing is yet."""
    if kind == "sqlite":
        return f"sqlite:///{folder / 'rj.sqlite'}"
    return _named(request.getfixturevalue("postgresql_server"), f"rj_{uuid4().hex[:12]}")


_unused: dict[Database, Unused | None] = {}
"""How each PostgreSQL database was when it had just been made."""


def _make_empty(request: pytest.FixtureRequest, database: Database) -> None:
    """Make a database of what is there, or of nothing, that nobody has used."""
    name = str(database.engine.url.database)
    if database.is_sqlite:
        for path in (Path(name), Path(f"{name}-wal"), Path(f"{name}-shm")):
            path.unlink(missing_ok=True)
        Path(name).write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
        return
    before = _unused.get(database)
    if before is not None and emptied(database, before):
        return
    database.close()
    server = request.getfixturevalue("postgresql_server")
    template = request.getfixturevalue("postgresql_template")
    _run_on_server(
        server,
        f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
        # Copying its files is several times quicker than writing its pages to the log.
        f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY",
    )
    _unused[database] = unused(database)


def _forget_on_power_failure(database: Database) -> None:
    """Let SQLite skip waiting for the disk, as the tests' PostgreSQL does (tests/servers.py)."""

    def skip(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    if database.is_sqlite:
        event.listen(database.engine, "connect", skip)


def _named(server: str, name: str) -> str:
    """The address of one database of a server."""
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _run_on_server(server: str, *statements: str) -> None:
    """Run statements outside any transaction."""
    with _owner(server).engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


@cache
def _owner(server: str) -> Database:
    """The server's own database, from which others are made; its one connection stays open."""
    owner = Database(server, pool_size=1)
    owner.engine = owner.engine.execution_options(isolation_level="AUTOCOMMIT")
    return owner
