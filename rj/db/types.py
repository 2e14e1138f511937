"""Column shapes shared by every table, the same on SQLite and PostgreSQL."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Enum, event
from sqlalchemy import inspect as sqlalchemy_inspect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Field, SQLModel

from rj.kernel.errors import Conflict

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

JSON_DOCUMENT = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""A document that is read and written whole."""

WeeklyHours = list[list[str]]
"""Recurring local hours, each ``[weekday, from, to]`` such as ``["mon", "09:00", "17:00"]``."""


def choice(terms: type[StrEnum]) -> Enum:
    """A closed list of words, stored as text and held by a CHECK: easy to change, unlike a
    PostgreSQL enumeration. The check takes its name from the type."""
    return Enum(
        terms,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=terms.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def term(terms: type[StrEnum], **options: Any) -> Any:
    """A field that holds one word of a closed list."""
    return Field(sa_type=choice(terms), **options)


def document(**options: Any) -> Any:
    """A field that holds a JSON document."""
    return Field(sa_type=JSON_DOCUMENT, **options)


class Versioned(SQLModel):
    """A record that people edit. Every update carries the version it was based on (P1)."""

    version: int = 1

    def refuse_if_changed(self, based_on: int | None, record: str) -> None:
        """Raise Conflict when the record is not as its reader saw it; None is not asked about.

        ``record`` is what a sentence calls it: "This order".
        """
        if based_on is not None and self.version != based_on:
            raise Conflict(f"{record} has changed since you looked at it: look again")

    def take(self, columns: Mapping[str, Any]) -> list[str]:
        """Put these values in place of those that differ; returns their names, for the audit."""
        changed = [name for name, value in columns.items() if getattr(self, name) != value]
        for name in changed:
            setattr(self, name, columns[name])
        return changed

    def touch(self) -> None:
        """Have the next write raise the version though no column of this row changes: what hangs
        on the record did."""
        columns = sqlalchemy_inspect(type(self)).column_attrs
        own = (each for each in columns if not each.columns[0].primary_key)
        flag_modified(self, next(each.key for each in own if each.key != "version"))


@event.listens_for(Mapper, "after_mapper_constructed")
def _hold_versions(mapper: Mapper[Any], class_: type) -> None:
    """Have every update of an edited record say which version it was based on.

    It stands beside ``Versioned``, so that no record can be defined before it listens.
    """
    if issubclass(class_, Versioned):
        mapper.version_id_col = mapper.local_table.c.version
