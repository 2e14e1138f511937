"""Looking one record up by its key."""

from typing import Any, TypeVar

from sqlmodel import Session, SQLModel

from rj.kernel.errors import NotFound

Record = TypeVar("Record", bound=SQLModel)


def get_record(session: Session, table: type[Record], key: Any, name: str) -> Record:
    """The record with this primary key. Raises NotFound: "There is no such {name}"."""
    found = session.get(table, key)
    if found is None:
        raise NotFound(f"There is no such {name}")
    return found
