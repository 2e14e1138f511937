"""The runner for any number of machines: procrastinate on PostgreSQL."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from threading import Event

import structlog
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate import JobContext as ProcrastinateContext
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, Status
from sqlalchemy import text
from sqlalchemy.engine import make_url

from rj.jobs.faults import described
from rj.jobs.registry import Handler, JobContext, Registry
from rj.jobs.retrying import MAX_ATTEMPTS, pause_after

HEARTBEAT_SECONDS = 10.0
DEAD_AFTER_SECONDS = 30.0
"""A worker whose heartbeat is older than this has died; its work is given to another."""

LOOK_EVERY_SECONDS = 2.0


log = structlog.get_logger()


class JobFailed(Exception):
    """A handler raised; the text names the kind of fault and nothing of the case."""


class _Retry(BaseRetryStrategy):
    """The pauses that both runners share."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        attempts = job.attempts + 1  # counted once an attempt is over
        if attempts >= MAX_ATTEMPTS:
            return None
        pause = int(pause_after(attempts).total_seconds())
        return RetryDecision(retry_in={"seconds": pause})


@dataclass(frozen=True, slots=True)
class SpreadRunner:
    """Does the work of some queues; a piece runs in a thread, beside the heartbeat."""

    registry: Registry
    context: JobContext
    heartbeat_seconds: float = HEARTBEAT_SECONDS
    dead_after_seconds: float = DEAD_AFTER_SECONDS

    def drain(self, queues: Collection[str]) -> None:
        """Do all that is due now, then return."""
        asyncio.run(self._drain(queues))

    def run(self, queues: Collection[str], stop: Event) -> None:
        """Do what comes, until ``stop`` is set and what had begun is ended."""
        asyncio.run(self._run(queues, stop))

    async def _drain(self, queues: Collection[str]) -> None:
        app = self._app()
        async with app.open_async():
            await self._retry_what_died(app)
            await app.run_worker_async(
                queues=list(queues),
                wait=False,
                listen_notify=False,
                install_signal_handlers=False,
                delete_jobs="successful",
            )

    async def _run(self, queues: Collection[str], stop: Event) -> None:
        app = self._app()
        async with app.open_async():
            worker = asyncio.create_task(
                app.run_worker_async(
                    queues=list(queues),
                    fetch_job_polling_interval=LOOK_EVERY_SECONDS,
                    install_signal_handlers=False,
                    delete_jobs="successful",
                    update_heartbeat_interval=self.heartbeat_seconds,
                    stalled_worker_timeout=self.dead_after_seconds,
                )
            )
            looking = asyncio.create_task(self._keep_retrying_what_died(app))
            stopped = asyncio.create_task(asyncio.to_thread(_wait_for, stop))
            await asyncio.wait({stopped, worker}, return_when=asyncio.FIRST_COMPLETED)
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
            if not worker.done():
                worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker

    async def _keep_retrying_what_died(self, app: App) -> None:
        while True:
            await self._retry_what_died(app)
            await asyncio.sleep(self.dead_after_seconds / 3)

    async def _retry_what_died(self, app: App) -> None:
        """A killed worker's work would stay with it for ever."""
        stalled = await app.job_manager.get_stalled_jobs(
            seconds_since_heartbeat=self.dead_after_seconds
        )
        for job in stalled:
            try:
                await app.job_manager.retry_job(job)
            except UniqueViolation:  # the same was asked for again meanwhile, and waits
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)

    def _app(self) -> App:
        address = make_url(self.context.database.url).set(drivername="postgresql")
        connector = PsycopgConnector(
            conninfo=address.render_as_string(hide_password=False), min_size=1, max_size=4
        )
        app = App(connector=connector)
        for kind, handler in self.registry:
            app.task(name=kind, retry=_Retry(), pass_context=True)(self._bound(handler))
        return app

    def _bound(self, handler: Handler) -> Callable[[ProcrastinateContext, dict[str, object]], None]:
        """The handler as a task: what was left for it arrives as one keyword."""

        def task(running: ProcrastinateContext, payload: dict[str, object]) -> None:
            try:
                handler(payload, self.context)
            except Exception as fault:
                told = described(fault)
                log.error("job failed", job=running.job.id, kind=running.job.task_name, fault=told)
                if self._waits_again(running.job.queueing_lock):
                    return
                raise JobFailed(type(fault).__name__) from None

        return task

    def _waits_again(self, key: str | None) -> bool:
        """The same was asked for again while this ran: that takes the place of another try."""
        with self.context.database.reading() as session:
            found = session.execute(
                text(
                    "SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = :key "
                    "AND status = 'todo' LIMIT 1"
                ),
                {"key": key},
            )
            return found.first() is not None


def _wait_for(stop: Event) -> None:
    stop.wait()
