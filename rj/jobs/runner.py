"""Doing what was left to be done: one way in, two runners behind it.

On PostgreSQL procrastinate serves any number of machines. On SQLite a leased table serves one. Both
deliver at least once: work of a worker that died is done again by the next one.
"""

from collections.abc import Collection
from threading import Event
from typing import Protocol

from rj.jobs.embedded import EmbeddedRunner
from rj.jobs.registry import JobContext, Registry
from rj.jobs.spread import SpreadRunner


class Runner(Protocol):
    """Does the work of some queues."""

    def drain(self, queues: Collection[str]) -> None:
        """Do all that is due now, then return."""
        ...

    def run(self, queues: Collection[str], stop: Event) -> None:
        """Do what comes, until ``stop`` is set and what had begun is ended."""
        ...


def runner_for(registry: Registry, context: JobContext) -> Runner:
    """The runner that suits the database."""
    if context.database.is_sqlite:
        return EmbeddedRunner(registry, context)
    return SpreadRunner(registry, context)
