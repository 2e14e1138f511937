"""Where Alembic meets our tables. The caller hands in the connection and the tables."""

from typing import Literal

from alembic import context


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """Leave the job queue's own tables to the queue."""
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


connection = context.config.attributes["connection"]
SQLITE: Literal["sqlite"] = "sqlite"
context.configure(
    connection=connection,
    target_metadata=context.config.attributes["metadata"],
    include_name=_ours,
    render_as_batch=connection.dialect.name == SQLITE,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
