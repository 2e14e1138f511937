"""The runner for one machine: our own job table, with a lease on what is being done."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread
from uuid import UUID

import structlog
from sqlalchemy import or_
from sqlmodel import col, select

from rj.jobs.faults import described
from rj.jobs.models import Job
from rj.jobs.registry import JobContext, Payload, Registry
from rj.jobs.retrying import MAX_ATTEMPTS, pause_after

LEASE = timedelta(seconds=30)
"""A worker that has not renewed it for so long has died."""

LOOK_EVERY_SECONDS = 0.5
LONGEST_FAILURE = 300

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Taken:
    """Work that this runner alone does while it renews the lease."""

    id: UUID
    kind: str
    payload: Payload
    attempt: int


@dataclass(frozen=True, slots=True)
class EmbeddedRunner:
    """Does the work of some queues, one piece after another."""

    registry: Registry
    context: JobContext
    lease: timedelta = LEASE

    def drain(self, queues: Collection[str]) -> None:
        """Do all that is due now, then return."""
        while self.step(queues):
            pass

    def run(self, queues: Collection[str], stop: Event) -> None:
        """Do what comes, until ``stop`` is set and what had begun is ended."""
        while not stop.is_set():
            if not self.step(queues):
                stop.wait(LOOK_EVERY_SECONDS)

    def step(self, queues: Collection[str]) -> bool:
        """Do one piece of work that is due. False when there is none."""
        taken = self._take(queues)
        if taken is None:
            return False
        handler = self.registry.find(taken.kind)
        if handler is None:
            self._finish(taken, "There is no handler for this kind of work")
            return True
        try:
            with self._lease_renewed(taken):
                handler(taken.payload, self.context)
        except Exception as fault:
            log.error("job failed", job=str(taken.id), kind=taken.kind, fault=described(fault))
            self._put_back(taken, type(fault).__name__)
        else:
            self._finish(taken)
        return True

    def _take(self, queues: Collection[str]) -> Taken | None:
        now = self.context.clock.now()
        with self.context.database.writing() as session:
            job = session.exec(
                select(Job)
                .where(
                    col(Job.queue).in_(list(queues)),
                    col(Job.finished_at).is_(None),
                    Job.run_at <= now,
                    or_(col(Job.locked_until).is_(None), col(Job.locked_until) <= now),
                )
                .order_by(col(Job.run_at), col(Job.id))
                .limit(1)
            ).first()
            if job is None:
                return None
            job.locked_until = now + self.lease
            job.attempts += 1
            return Taken(job.id, job.kind, job.payload, job.attempts)

    def _finish(self, taken: Taken, failure: str = "") -> None:
        with self.context.database.writing() as session:
            job = session.get(Job, taken.id)
            if job is not None and job.attempts == taken.attempt:
                job.finished_at = self.context.clock.now()
                job.locked_until = None
                job.failure = failure[:LONGEST_FAILURE]

    def _put_back(self, taken: Taken, failure: str) -> None:
        """To be tried again, unless that has been done often enough or the same waits already."""
        now = self.context.clock.now()
        with self.context.database.writing() as session:
            job = session.get(Job, taken.id)
            if job is None or job.attempts != taken.attempt:
                return
            same_waits = session.exec(
                select(Job.id).where(
                    Job.key == job.key,
                    Job.id != job.id,
                    col(Job.locked_until).is_(None),
                    col(Job.finished_at).is_(None),
                )
            ).first()
            job.failure = failure[:LONGEST_FAILURE]
            job.locked_until = None
            if job.attempts >= MAX_ATTEMPTS or same_waits is not None:
                job.finished_at = now
            else:
                job.run_at = now + pause_after(job.attempts)

    @contextmanager
    def _lease_renewed(self, taken: Taken) -> Iterator[None]:
        """Hold on to the work for as long as it takes, by a thread that dies with the process."""
        done = Event()
        renewer = Thread(target=self._renew_until, args=(taken, done), daemon=True)
        renewer.start()
        try:
            yield
        finally:
            done.set()
            renewer.join()

    def _renew_until(self, taken: Taken, done: Event) -> None:
        while not done.wait(self.lease.total_seconds() / 3):
            with self.context.database.writing() as session:
                job = session.get(Job, taken.id)
                if job is not None and job.attempts == taken.attempt:
                    job.locked_until = self.context.clock.now() + self.lease
