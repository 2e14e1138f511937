"""Days and hours on the civil clock: local days are counted, never hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60


def days_after(day: date, days: int) -> date:
    """The local day so many days later (earlier when negative)."""
    return day + timedelta(days=days)


def local_day(zone: ZoneInfo, instant: datetime) -> date:
    """The local day on which an instant falls."""
    return instant.astimezone(zone).date()


def local_minute(zone: ZoneInfo, instant: datetime) -> int:
    """Minutes on the wall clock after local midnight, rounded down."""
    there = instant.astimezone(zone)
    return there.hour * 60 + there.minute


def moment_at(zone: ZoneInfo, day: date, clock: time) -> datetime:
    """The instant at which the wall clock shows this time on this day, in UTC."""
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def midnight(zone: ZoneInfo, day: date) -> datetime:
    """The instant at which a local day begins, in UTC."""
    return moment_at(zone, day, time(0))


def ends_after(start: datetime, minutes: int) -> datetime:
    """The instant so many real minutes later, in UTC, clock change or not."""
    return start.astimezone(UTC) + timedelta(minutes=minutes)


def anniversary(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes 1 March in common years."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def monday_of(day: date) -> date:
    """The Monday that begins the day's week."""
    return day - timedelta(days=day.weekday())
