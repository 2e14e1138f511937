"""The dates of a plan, worked out by hand."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rj.orders.plan_dates import (
    StepFact,
    holidays_after,
    position_between,
    step_dates,
    steps_and_dates,
)
from rj.policy.clocks import Changes
from rj.policy.plan_templates import template_on
from rj.policy.standards import standards_on
from rj.policy.terms import ClockKind, Route, Stage

SENTENCED = date(2026, 3, 2)
STANDARDS = standards_on(SENTENCED)
STAGES = (Stage.CONTACT, Stage.ASSESSMENT, Stage.PREPARATION, Stage.REPARATION, Stage.REVIEW)


def dates_with(*done: date | None) -> list[tuple[date, date | None, date]]:
    """Window, due day and target of each stage, the first ones done on these days."""
    days = [*done, *[None] * (len(STAGES) - len(done))]
    steps = [StepFact(stage, day) for stage, day in zip(STAGES, days, strict=True)]
    return [
        (found.window_opens_on, found.due_on, found.target_on)
        for found in step_dates(SENTENCED, steps, STANDARDS, holidays_after(SENTENCED))
    ]


def test_a_fresh_plan_promises_the_contact_and_nothing_else() -> None:
    contact, *others = dates_with()

    assert contact == (SENTENCED, date(2026, 3, 17), date(2026, 3, 17))
    assert [due_on for _, due_on, _ in others] == [None] * 4


def test_windows_open_after_the_least_gaps() -> None:
    assert [opens for opens, _, _ in dates_with()] == [
        date(2026, 3, 2),
        date(2026, 3, 4),
        date(2026, 3, 7),
        date(2026, 3, 14),
        date(2026, 3, 21),
    ]


def test_targets_are_working_days_over_easter_and_may() -> None:
    # 20 working days after 17 March 2026 pass Good Friday (3 April) and Easter Monday (6 April)
    assert dates_with()[1][2] == date(2026, 4, 16)
    # 20 after 16 April pass the bank holiday of 4 May
    assert dates_with()[2][2] == date(2026, 5, 15)


def test_the_clocks_follow_what_was_done() -> None:
    contact, assessment, preparation, *_ = dates_with(date(2026, 3, 5), date(2026, 3, 19))

    assert contact[1] == date(2026, 3, 17)
    assert assessment == (date(2026, 3, 7), None, date(2026, 4, 2))
    assert preparation[0] == date(2026, 3, 22)
    assert preparation[2] == date(2026, 4, 20)


def test_two_preparations_lie_at_least_a_day_apart() -> None:
    steps = [StepFact(Stage.PREPARATION, date(2026, 3, 10)), StepFact(Stage.PREPARATION)]

    second = step_dates(SENTENCED, steps, STANDARDS, {})[1]

    assert second.window_opens_on == date(2026, 3, 11)


@given(
    sentenced=st.dates(date(2013, 2, 1), date(2027, 12, 31)),
    route=st.sampled_from(Route),
)
def test_every_plan_runs_forward(sentenced: date, route: Route) -> None:
    steps = steps_and_dates(
        sentenced,
        template_on(sentenced),
        standards_on(sentenced),
        holidays_after(sentenced),
        route,
    )

    assert [step.template.stage for step in steps] == list(STAGES)
    assert [step.position for step in steps] == [10, 20, 30, 40, 50]
    assert steps[0].dates.due_on == sentenced + timedelta(days=15)
    for earlier, later in pairwise(steps):
        assert earlier.dates.window_opens_on < later.dates.window_opens_on
        assert earlier.dates.target_on < later.dates.target_on
    assert all(step.dates.window_opens_on <= step.dates.target_on for step in steps)


@pytest.mark.parametrize(
    ("taken", "before", "between"),
    [
        ([10, 20, 30, 40], 40, 35),
        ([30, 35, 40], 40, 37),
        ([30, 38, 40], 40, 39),
        ([30, 39, 40], 40, None),
        ([40], 40, 20),
    ],
)
def test_a_place_is_found_between_two_steps(
    taken: list[int], before: int, between: int | None
) -> None:
    assert position_between(taken, before) == between


def test_an_extension_lengthens_the_first_open_step_of_its_stage_alone() -> None:
    steps = [StepFact(Stage.PREPARATION), StepFact(Stage.PREPARATION)]
    holidays = holidays_after(SENTENCED)
    changes = {ClockKind.PREPARATION: Changes(more_days=5)}

    plain = step_dates(SENTENCED, steps, STANDARDS, holidays)
    first, second = step_dates(SENTENCED, steps, STANDARDS, holidays, changes)

    assert plain[0].target_on == date(2026, 3, 30)
    assert first.target_on == date(2026, 4, 8)  # five working days, over Easter
    assert second.target_on == date(2026, 5, 7)  # twenty more, and no extension twice
