"""What work outside a problem leaves of a facilitator's week and days (H10, H11).

The planning format has one cap for every week and counts the conferences it plans itself. What is
particular to one week or one day becomes taken time.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from rj.kernel.london import LONDON
from rj.scheduling.planner.civil import monday_of
from rj.scheduling.planner.problem import Busy, Window


def beyond_the_cap(
    hours: Iterable[Window],
    minutes_left: int,
    *,
    today: date,
    soon: datetime,
    standing: Sequence[Busy],
) -> list[Busy]:
    """What stays empty of the week of ``today``, so that it takes no more than ``minutes_left``.

    Its first hours after ``soon`` stay open, as many as may still be worked: what is planned so
    near is a first contact, which is better early. ``standing`` are meetings inside the problem
    that people know of: they stay where they are and count.
    """
    week_ends = _instant(monday_of(today) + timedelta(days=7), 0)
    left = minutes_left - sum(_minutes(each.starts_at, each.ends_at) for each in standing)
    for opens, closes in _openings(hours, today):
        begins = max(opens, soon)
        if begins >= closes:
            continue
        open_minutes = _minutes(begins, closes)
        if open_minutes > left:
            full_from = begins + timedelta(minutes=max(left, 0))
            return between(Busy(full_from, week_ends), standing)
        left -= open_minutes
    return []


def whole_day(day: date, standing: Sequence[Busy]) -> list[Busy]:
    """A day that takes nothing more, except meetings that people know of."""
    return between(Busy(_instant(day, 0), _instant(day + timedelta(days=1), 0)), standing)


def between(taken: Busy, standing: Iterable[Busy]) -> list[Busy]:
    """The stretch without the hours of what stands in it, in order of time."""
    found, begins = [], taken.starts_at
    for each in sorted(standing, key=lambda one: one.starts_at):
        if each.ends_at <= begins or each.starts_at >= taken.ends_at:
            continue
        if each.starts_at > begins:
            found.append(Busy(begins, each.starts_at))
        begins = max(begins, each.ends_at)
    return [*found, Busy(begins, taken.ends_at)] if begins < taken.ends_at else found


def _openings(hours: Iterable[Window], today: date) -> list[tuple[datetime, datetime]]:
    """Weekly hours on the days left of this week, in order of time."""
    monday = monday_of(today)
    return sorted(
        (_instant(day, window.opens), _instant(day, window.closes))
        for window in hours
        for day in (monday + timedelta(days=window.weekday),)
        if day >= today
    )


def _instant(day: date, minute: int) -> datetime:
    """So many minutes by the clock after a London midnight; 1440 is the end of the day."""
    days, rest = divmod(minute, 24 * 60)
    clock = time(rest // 60, rest % 60, tzinfo=LONDON)
    return datetime.combine(day + timedelta(days=days), clock).astimezone(UTC)


def _minutes(starts_at: datetime, ends_at: datetime) -> int:
    return int((ends_at - starts_at).total_seconds() // 60)
