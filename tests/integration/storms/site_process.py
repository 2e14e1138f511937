"""The site in a process of its own that dies, as by ``kill -9``, at a chosen side of a commit."""

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from threading import Event

from sqlalchemy import event
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

import rj.tables  # noqa: F401 - records refer to one another across rooms
from rj.db.database import Database
from rj.doors import open_service
from rj.kernel.london import london_day
from tests.integration.storms.publishing_process import AFTER_THE_COMMIT, BEFORE_THE_COMMIT
from web.app import template_engine
from web.serve import serve


def read_every_template() -> None:
    """Once, in the process that all sites are forked from: each would read them for itself."""
    templates = template_engine(is_demo=False).engine
    for name in templates.list_templates(("html",)):
        templates.get_template(name)


read_every_template()


@dataclass(frozen=True)
class RunningClock:
    """A clock that was set to an hour of a test's choice, and runs on from there.

    Several processes that are handed the same one see the same time: leases run out among them.
    """

    set_to: datetime
    set_at: float
    """Seconds of the machine's monotonic clock."""

    def now(self) -> datetime:
        """This instant, in UTC."""
        passed = timedelta(seconds=time.monotonic() - self.set_at)
        return (self.set_to + passed).astimezone(UTC)

    def today(self) -> date:
        """The Europe/London day of this instant."""
        return london_day(self.now())


def run_site(environment: Mapping[str, str], clock: RunningClock, point: str) -> None:
    """Serve the site as ``rj serve`` does, until killed or a publication reaches ``point``.

    Only the code from an app is not asked for: nobody holds the telephone.
    """
    opened = open_service(environment, clock)
    service = replace(opened, settings=replace(opened.settings, has_second_factor=False))
    _die_over_a_publication(service.database, point)
    serve(service)


def _die_over_a_publication(database: Database, point: str) -> None:
    """The transaction that has claimed time for a meeting dies at its commit, before or after."""
    has_claimed = Event()

    def watch(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO slot_claim"):
            has_claimed.set()

    def die(*_: object) -> None:
        if has_claimed.is_set():
            os.kill(os.getpid(), signal.SIGKILL)

    def die_at_its_end(_session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            die()

    event.listen(database.engine, "after_cursor_execute", watch)
    if point == BEFORE_THE_COMMIT:
        event.listen(database.engine, "commit", die)
    if point == AFTER_THE_COMMIT:
        event.listen(Session, "after_transaction_end", die_at_its_end)
