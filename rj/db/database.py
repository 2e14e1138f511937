"""One way to the data, whichever database lies behind it.

SQLite serves one machine, PostgreSQL a region or the nation; nothing outside this room knows
which. ``writing()`` is one transaction for a change, its audit entry and its messages.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection, ExceptionContext, make_url
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, create_engine

from rj.kernel.errors import Conflict

POOL_SIZE = 10
"""Connections a process keeps; doors match their threads to it so that none waits for another."""

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # acknowledged means on disk (D2)
    "foreign_keys=ON",
    "busy_timeout=30000",  # milliseconds a writer waits for another: the longest is a publication
    "secure_delete=ON",  # erased means overwritten
)


class Database:
    """The data behind one address. Sessions are opened and closed in the caller's own thread."""

    def __init__(self, url: str, *, pool_size: int = POOL_SIZE) -> None:
        """Prepare to connect to ``url``, an SQLAlchemy address of SQLite or PostgreSQL."""
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _sqlite(url, pool_size) if self.is_sqlite else _postgresql(url, pool_size)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that shows one consistent state and keeps nothing."""
        with Session(self.engine, autoflush=False, expire_on_commit=False) as session:
            _remember(session)
            yield session
            # closing rolls back; what was read stays readable

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose whole work is kept at the end of the block, or none of it.

        Raises Conflict when a record was changed by somebody else since it was read.
        """
        writer = self.engine.execution_options(rj_writing=True)
        with Session(writer, expire_on_commit=False) as session:
            _remember(session)
            try:
                yield session
                session.commit()
            except StaleDataError as stale:
                session.rollback()
                raise Conflict(
                    "Somebody else changed this while you were working on it. "
                    "Look at the new state, then make your change again."
                ) from stale

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def _remember(session: Session) -> None:
    """Have a session keep every record it has read until it ends.

    By itself it forgets those that nobody holds, and a service made of small functions would ask
    the database for the same order again and again.
    """
    kept: list[object] = session.info.setdefault("records", [])

    def keep(_session: object, record: object) -> None:
        kept.append(record)

    event.listen(session, "loaded_as_persistent", keep)
    event.listen(session, "pending_to_persistent", keep)


def _postgresql(url: str, pool_size: int) -> Engine:
    address = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(
        address, pool_size=pool_size, max_overflow=0, pool_pre_ping=True, hide_parameters=True
    )
    event.listen(engine, "handle_error", _leave_out_values)
    return engine


def _leave_out_values(trouble: ExceptionContext) -> None:
    """PostgreSQL adds the row it refused to its message: logs must not hold what a row holds."""
    original = trouble.original_exception
    primary = getattr(getattr(original, "diag", None), "message_primary", None)
    if primary is not None:
        original.args = (primary,)
        if trouble.sqlalchemy_exception is not None:
            trouble.sqlalchemy_exception.args = (primary,)


def _sqlite(url: str, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the write lock at once: taken later, it could be refused half-way."""
    writing = connection.get_execution_options().get("rj_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
