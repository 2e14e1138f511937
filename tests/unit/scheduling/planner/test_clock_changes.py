"""The clocks go forward on 29 March 2026 and back on 25 October 2026."""

from datetime import UTC, date, datetime

import pytest

from rj.scheduling.planner.calendars import Calendars, Grid, slots_of
from rj.scheduling.planner.plan import Plan
from rj.scheduling.planner.problem import Problem, Stage, Window
from rj.scheduling.planner.rules import breaches
from rj.scheduling.planner.solution import SMALL
from rj.scheduling.planner.solve import plan_meetings
from tests.planning_builders import (
    LONDON,
    a_case,
    a_facilitator,
    a_meeting,
    a_plan,
    a_problem,
    a_task,
    a_venue,
    at,
    busy,
    hours,
)

WHOLE_WEEK = tuple(Window(weekday, 0, 24 * 60) for weekday in range(7))
THE_DAYS = [
    (date(2026, 3, 28), 24),
    (date(2026, 3, 29), 23),
    (date(2026, 3, 30), 24),
    (date(2026, 10, 24), 24),
    (date(2026, 10, 25), 25),
    (date(2026, 10, 26), 24),
]


def a_problem_around(day: date, **facts: object) -> Problem:
    return a_problem(
        a_case("Red", a_task("Red-conference", due=day), sentenced=day),
        a_facilitator("Amina", hours=WHOLE_WEEK),
        a_venue(hours=WHOLE_WEEK),
        as_of=date(2026, 3, 2),
        horizon_end=date(2026, 11, 15),
        **facts,
    )


@pytest.mark.parametrize(("day", "real_hours"), THE_DAYS)
@pytest.mark.parametrize("minutes", [60, 90, 120])
def test_calendars_and_rules_agree_on_every_half_hour(
    day: date, real_hours: int, minutes: int
) -> None:
    problem = a_problem_around(day)
    for window in (hours("00:00-24:00", day.weekday()), hours("00:30-02:30", day.weekday())):
        case = a_case("Red", a_task("Red-conference", minutes=minutes), sentenced=day)
        problem = a_problem(
            case,
            a_facilitator("Amina", hours=window),
            a_venue(hours=WHOLE_WEEK),
            horizon_end=date(2026, 11, 15),
        )
        grid = Grid(problem)
        free = Calendars(problem, grid).facilitator(problem.facilitators[0], minutes)
        row = grid.day_of(day)
        possible = set(slots_of(free[row] & grid.on_grid[row]))
        for slot in range(real_hours * 2):
            start = datetime.fromtimestamp(grid.start(row, slot) * 60, UTC)
            plan = a_plan(a_meeting("Red-conference", start))
            assert (slot in possible) == (breaches(problem, plan) == []), start


def test_weekly_hours_follow_the_wall_clock_and_diaries_the_instant() -> None:
    for day, utc_hour in ((27, 9), (30, 8)):
        taken = busy(datetime(2026, 3, day, utc_hour, tzinfo=UTC), 60)
        early = a_facilitator("Amina", hours=hours("09:00-10:30"), busy=taken)
        case = a_case("Red", sentenced=date(2026, 3, day), order_end=date(2026, 3, day))
        problem = a_problem(case, early)

        assert plan_meetings(problem, effort=SMALL).plan.meetings == ()
        free = a_problem(case, a_facilitator("Amina", hours=hours("09:00-10:30")))
        (meeting,) = plan_meetings(free, effort=SMALL).plan.meetings
        assert meeting.start.astimezone(LONDON).hour == 9
        assert meeting.start.hour == utc_hour


def test_gaps_over_a_clock_change_are_counted_in_days() -> None:
    tasks = a_task("Red-conference"), a_task("Red-review", Stage.REVIEW)
    problem = a_problem(a_case("Red", *tasks))
    review = a_meeting("Red-review", at(3, "09:00", month=4))

    # Seven days on the calendar, though an hour short of seven times 24 hours and more.
    late = a_meeting("Red-conference", at(27, "16:00"))
    assert breaches(problem, Plan("test", (late, review))) == []
