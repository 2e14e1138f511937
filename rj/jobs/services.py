"""Leaving work to be done in the background, inside the transaction that asks for it."""

import json
from collections.abc import Mapping
from datetime import datetime

from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from sqlmodel import Session, col, select

from rj.jobs.models import Job

DEFAULT_QUEUE = "mail"

# Only names the table and the statements: the connection is always the session's own.
_writer = App(connector=SyncPsycopgConnector())


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, object],
    *,
    key: str,
    queue: str = DEFAULT_QUEUE,
    run_at: datetime | None = None,
    now: datetime,
) -> None:
    """Leave work in the caller's transaction; a rollback takes it away.

    While work with the same ``key`` still waits, nothing is added: it waits once. Work that has
    begun waits no more, so what is asked meanwhile is run after it. ``run_at`` is an aware
    instant; none means as soon as there is a worker.
    """
    session.flush()
    if session.get_bind().dialect.name == "sqlite":
        _into_own_table(session, kind, payload, key, queue, run_at or now)
    else:
        _into_procrastinate(session, kind, payload, key, queue, run_at)


def _into_own_table(
    session: Session,
    kind: str,
    payload: Mapping[str, object],
    key: str,
    queue: str,
    run_at: datetime,
) -> None:
    """SQLite has one writer at a time, so looking first is enough; an index holds it as well."""
    waiting = session.exec(
        select(Job).where(
            Job.key == key, col(Job.locked_until).is_(None), col(Job.finished_at).is_(None)
        )
    ).first()
    if waiting is None:
        session.add(Job(queue=queue, kind=kind, key=key, payload=dict(payload), run_at=run_at))
        session.flush()


def _into_procrastinate(
    session: Session,
    kind: str,
    payload: Mapping[str, object],
    key: str,
    queue: str,
    run_at: datetime | None,
) -> None:
    """On the session's own connection. The savepoint is a raw one: the session's would not keep a
    refused insert from spoiling the whole transaction. The driver begins a transaction with the
    first statement only; without one, the savepoint would be a transaction and commit by itself."""
    connection = session.connection()
    connection.exec_driver_sql("SELECT 1")
    raw = connection.connection.dbapi_connection
    job = _writer.configure_task(
        kind, queue=queue, queueing_lock=key, schedule_at=run_at, connection=raw
    )
    try:
        with raw.transaction():  # type: ignore[union-attr]
            job.defer(payload=json.loads(json.dumps(payload)))
    except AlreadyEnqueued:
        return
