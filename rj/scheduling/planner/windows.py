"""Whether a meeting lies inside one of somebody's weekly windows."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rj.scheduling.planner.civil import DAY_MINUTES, days_after, ends_after
from rj.scheduling.planner.problem import Window


class Stretch(NamedTuple):
    """What the wall clock shows from the beginning to the end of something, on one local day."""

    weekday: int
    opens: int
    closes: int


def local_stretch(zone: ZoneInfo, start: datetime, minutes: int) -> Stretch | None:
    """Start and end on the wall clock of the start's day, or None if it runs past midnight."""
    begins = start.astimezone(zone)
    ends = ends_after(start, minutes).astimezone(zone)
    day, last = begins.date(), ends.date()
    opens, closes = begins.hour * 60 + begins.minute, ends.hour * 60 + ends.minute
    if last == day:
        return Stretch(day.weekday(), opens, closes)
    if closes == 0 and last == days_after(day, 1):
        return Stretch(day.weekday(), opens, DAY_MINUTES)
    return None


def is_inside(windows: Iterable[Window], stretch: Stretch | None) -> bool:
    """Whether one window holds all of it; two that abut are not joined."""
    if stretch is not None:
        weekday, opens, closes = stretch
        for window in windows:
            if window.weekday == weekday and window.opens <= opens and closes <= window.closes:
                return True
    return False


def lies_within(zone: ZoneInfo, windows: Iterable[Window], start: datetime, minutes: int) -> bool:
    """Whether one window holds the whole meeting."""
    return is_inside(windows, local_stretch(zone, start, minutes))
