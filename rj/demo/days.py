"""Days and moments of the county's past and near future."""

from datetime import date, datetime, time, timedelta

from rj.kernel.london import at_london

FRIDAY = 4


def weekday_before(day: date) -> date:
    """The day itself, or the Friday before when it falls on a weekend."""
    return day - timedelta(days=max(0, day.weekday() - FRIDAY))


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """The instant of a local time of day."""
    return at_london(day, time(hour, minute))
