"""The embedded job table, for one machine with SQLite."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from rj.db.types import document


class Job(SQLModel, table=True):
    """A piece of background work. A key waits at most once."""

    __table_args__ = (
        Index(
            "uq_job_one_waiting_for_each_key",
            "key",
            unique=True,
            sqlite_where=text("locked_until IS NULL AND finished_at IS NULL"),
            postgresql_where=text("locked_until IS NULL AND finished_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    queue: str = Field(max_length=20, index=True)
    kind: str = Field(max_length=40)
    key: str = Field(max_length=100)
    payload: dict[str, object] = document(default_factory=dict)
    run_at: datetime = Field(index=True)
    attempts: int = 0
    locked_until: datetime | None = None
    """End of the lease of the worker that has it; past it, another may take it."""
    finished_at: datetime | None = None
    failure: str = Field(default="", max_length=300)
