"""Putting a whole service together from its settings, for every door alike."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from rj.calendars.telling import Teller
from rj.db.database import Database
from rj.db.migrating import refuse_other_releases, upgrade
from rj.jobs.schema import prepare
from rj.kernel.clock import Clock, SystemClock
from rj.parties.sealing import Seal
from rj.settings import Settings, read_settings
from rj.tables import metadata


@dataclass(frozen=True, slots=True)
class Service:
    """What every door needs: settings, data, the time, the seal, and the way people are told."""

    settings: Settings
    database: Database
    clock: Clock
    seal: Seal
    teller: Teller

    def prepare_database(self) -> None:
        """Bring the database and its job queue to this release. Safe to repeat.

        Raises Conflict when the database was made by a newer release.
        """
        upgrade(self.database, metadata)
        prepare(self.database)

    def refuse_other_releases(self) -> None:
        """Raise Conflict, saying what to do, unless the database is that of this release."""
        refuse_other_releases(self.database, metadata)


def open_service(
    environment: Mapping[str, str] = os.environ, clock: Clock | None = None
) -> Service:
    """The service that the environment describes. Raises Invalid naming every faulty setting."""
    settings = read_settings(environment)
    _log_plainly(settings)
    seal = Seal(settings.seal_key)
    return Service(
        settings=settings,
        database=Database(settings.database_url),
        clock=clock or SystemClock(),
        seal=seal,
        teller=Teller(mail=settings.mail, seal=seal),
    )


def _log_plainly(settings: Settings) -> None:
    """One line per event with the level and the time; callers give identifiers only."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=False)
            if settings.is_demo
            else structlog.processors.JSONRenderer(),
        ],
    )
