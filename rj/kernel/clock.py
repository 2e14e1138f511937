"""The time of day, read at the doors and handed in as a value everywhere else."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol

from rj.kernel.london import london_day


class Clock(Protocol):
    """What a door asks for the time."""

    def now(self) -> datetime:
        """This instant, aware, in UTC."""
        ...

    def today(self) -> date:
        """The calendar day in Europe/London."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """This instant, aware, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The calendar day in Europe/London."""
        return london_day(self.now())


@dataclass(slots=True)
class StoppedClock:
    """A clock that shows one instant until it is set to another: for tests and replays."""

    instant: datetime

    def now(self) -> datetime:
        """The instant it was set to, in UTC."""
        return self.instant.astimezone(UTC)

    def today(self) -> date:
        """The Europe/London day of that instant."""
        return london_day(self.instant)
