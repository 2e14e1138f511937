"""The civil clock of England and Wales, on which every appointment is kept.

Instants are stored in UTC. People live by Europe/London, so a meeting is meant for a local date
and time; this is the only door between the two.
"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from rj.kernel.errors import FieldProblem, Invalid

LONDON = ZoneInfo("Europe/London")


def at_london(day: date, clock: time, *, field: str = "time") -> datetime:
    """The UTC instant of a local date and time in Europe/London.

    Raises Invalid, naming ``field``, when the clocks skip that time or show it twice (M12).
    """
    first = datetime.combine(day, clock, LONDON)
    second = first.replace(fold=1)
    if first.utcoffset() != second.utcoffset():
        skipped = first.astimezone(UTC).astimezone(LONDON).time() != clock
        reason = "does not exist" if skipped else "comes twice"
        raise Invalid(
            FieldProblem(
                field,
                f"{clock:%H:%M} {reason} on {day_in_words(day)}, when the clocks change: "
                "choose another time",
            )
        )
    return first.astimezone(UTC)


def at_london_midnight(day: date) -> datetime:
    """The instant at which a London day begins; the clocks never change at midnight."""
    return at_london(day, time.min)


def day_in_words(day: date) -> str:
    """``9 March 2026``: a day as every sentence in English writes it."""
    return f"{day.day} {day:%B %Y}"


def london_day(instant: datetime) -> date:
    """The local calendar day on which an aware instant falls."""
    return instant.astimezone(LONDON).date()


def london_time(instant: datetime) -> time:
    """The wall-clock time that an aware instant shows in Europe/London."""
    return instant.astimezone(LONDON).time()
