"""What work elsewhere counts for beside meetings that stay where they are (H10, H11)."""

from dataclasses import replace
from datetime import UTC, date, datetime

from rj.scheduling.caps import conferences_beside, minutes_beside
from rj.scheduling.planner.problem import Busy
from tests.planning_builders import POLICY

MONDAY, NEXT_MONDAY = date(2026, 3, 9), date(2026, 3, 16)
TUESDAY, WEDNESDAY, FRIDAY = date(2026, 3, 10), date(2026, 3, 11), date(2026, 3, 13)
AN_HOUR_ON_FRIDAY = Busy(
    datetime(2026, 3, 13, 10, tzinfo=UTC), datetime(2026, 3, 13, 11, tzinfo=UTC)
)


def test_each_week_counts_what_is_taken_of_that_week_alone() -> None:
    taken = {MONDAY: 300, NEXT_MONDAY: 60}

    assert minutes_beside([], taken, weekly=240) == taken


def test_a_meeting_that_stands_is_never_put_out_by_work_elsewhere() -> None:
    taken = {MONDAY: 300, NEXT_MONDAY: 300}
    beside = minutes_beside([AN_HOUR_ON_FRIDAY], taken, weekly=240)

    assert beside == {MONDAY: 180, NEXT_MONDAY: 300}


def test_four_weeks_leave_room_for_what_stands_too() -> None:
    beside = minutes_beside(
        [AN_HOUR_ON_FRIDAY], {date(2026, 2, 23): 100, MONDAY: 50}, weekly=240, four_weekly=180
    )

    assert beside == {date(2026, 2, 23): 70, MONDAY: 50}


def test_conferences_elsewhere_leave_room_for_those_that_stand() -> None:
    rested = replace(POLICY, recovery_days=1, conferences_per_week=2)

    assert conferences_beside([], {TUESDAY: 2}, rested) == (TUESDAY, TUESDAY)
    assert conferences_beside([TUESDAY], {TUESDAY: 1, WEDNESDAY: 1, FRIDAY: 1}, rested) == (FRIDAY,)
    assert conferences_beside([MONDAY, FRIDAY], {WEDNESDAY: 1}, rested) == ()
