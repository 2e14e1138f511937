"""Looking one record up by its key, and being alone with what has no record."""

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import text
from sqlmodel import Session, SQLModel

from rj.kernel.errors import NotFound

TAKE_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")

Record = TypeVar("Record", bound=SQLModel)


def alone_with(session: Session, names: Iterable[str]) -> None:
    """Nobody else is past this line for any of these names until the transaction ends.

    For what is counted before it is allowed. Writers on SQLite are alone anyway.
    """
    if session.get_bind().dialect.name != "sqlite":
        for name in sorted(names):  # everybody in one order, so that nobody waits in a ring
            session.execute(TAKE_LOCK, {"name": name})


def get_record(session: Session, table: type[Record], key: Any, name: str) -> Record:
    """The record with this primary key. Raises NotFound: "There is no such {name}"."""
    found = session.get(table, key)
    if found is None:
        raise NotFound(f"There is no such {name}")
    return found
