"""What work outside a problem counts for of a facilitator's weeks and days (H10, H11).

A meeting that stays where it is, because people were told of it or somebody pinned it, is never
put out by work elsewhere: of that only as much is counted as it leaves room for.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from rj.kernel.london import london_day
from rj.scheduling.planner.civil import monday_of
from rj.scheduling.planner.problem import Busy, Policy

A_WEEK = timedelta(days=7)


def minutes_beside(
    standing: Iterable[Busy],
    taken: Mapping[date, int],
    *,
    weekly: int,
    four_weekly: int | None = None,
) -> dict[date, int]:
    """The minutes taken elsewhere of each week, by its Monday, that leave room for what stands."""
    stands = Counter[date]()
    for each in standing:
        monday = monday_of(london_day(each.starts_at))
        stands[monday] += int((each.ends_at - each.starts_at).total_seconds() // 60)
    counted = Counter(
        {
            monday: min(minutes, max(0, weekly - stands[monday])) if stands[monday] else minutes
            for monday, minutes in taken.items()
        }
    )
    if four_weekly is not None:
        for first in sorted({monday - n * A_WEEK for monday in stands for n in range(4)}):
            stretch = [first + n * A_WEEK for n in range(4)]
            over = sum(counted[each] + stands[each] for each in stretch) - four_weekly
            for monday in stretch:
                less = min(counted[monday], max(0, over))
                counted[monday] -= less
                over -= less
    return {monday: minutes for monday, minutes in sorted(counted.items()) if minutes}


def conferences_beside(
    standing: Sequence[date], elsewhere: Mapping[date, int], policy: Policy
) -> tuple[date, ...]:
    """The days of conferences elsewhere that leave room for those that stand, a day for each."""
    weeks = Counter(monday_of(day) for day in standing)
    counted: list[date] = []
    for day in sorted(elsewhere):
        for _ in range(elsewhere[day]):
            has_room = standing.count(day) + counted.count(day) < policy.conferences_per_day
            most, monday = policy.conferences_per_week, monday_of(day)
            in_week = weeks[monday] + sum(monday_of(each) == monday for each in counted)
            is_rested = all(
                abs((day - each).days) > policy.recovery_days for each in standing if each != day
            )
            stands_in_week = bool(weeks[monday])
            if day in standing and not has_room:
                continue
            if is_rested and not (stands_in_week and most is not None and in_week >= most):
                counted.append(day)
    return tuple(counted)
