"""Whether a meeting lies inside one of somebody's weekly windows."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from rj.scheduling.planner.civil import DAY_MINUTES, days_after, ends_after, local_day, local_minute
from rj.scheduling.planner.problem import Window


def local_span(zone: ZoneInfo, start: datetime, minutes: int) -> tuple[int, int] | None:
    """Start and end on the wall clock of the start's day, or None if it runs past midnight."""
    end = ends_after(start, minutes)
    day, last = local_day(zone, start), local_day(zone, end)
    opens, closes = local_minute(zone, start), local_minute(zone, end)
    if last == day:
        return opens, closes
    if closes == 0 and last == days_after(day, 1):
        return opens, DAY_MINUTES
    return None


def lies_within(zone: ZoneInfo, windows: Iterable[Window], start: datetime, minutes: int) -> bool:
    """Whether one window holds the whole meeting; two that abut are not joined."""
    span = local_span(zone, start, minutes)
    weekday = local_day(zone, start).weekday()
    return span is not None and any(
        window.weekday == weekday and window.opens <= span[0] and span[1] <= window.closes
        for window in windows
    )
