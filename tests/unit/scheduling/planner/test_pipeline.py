"""How many trainees a service's conferences carry through their first year."""

from dataclasses import replace
from datetime import date

from rj.scheduling.planner.pipeline import Pipeline, pipeline
from rj.scheduling.planner.problem import CaseKind
from tests.planning_builders import (
    POLICY,
    a_case,
    a_facilitator,
    a_meeting,
    a_plan,
    a_problem,
    at,
)


def test_ten_conferences_a_year_carry_two_to_five() -> None:
    found = Pipeline(conferences=5, days=182, each_needs=5, trainees=4)

    assert (found.a_year, found.supports) == (10, 2)
    assert found.sentence == (
        "Your pipeline supports 2 trainees: 5 direct conferences in 182 days are some 10 a year, "
        "and each needs 5 in the first year. 4 are in it."
    )


def test_only_direct_conferences_that_are_planned_count() -> None:
    problem = a_problem(
        a_facilitator("Amina"),
        a_facilitator("Bryn", accredited=date(2025, 9, 1)),
        a_case("Red"),
        a_case("Blue", kind=CaseKind.INDIRECT),
        a_case("Green"),
        policy=replace(POLICY, first_year_target=5),
    )
    both = a_plan(a_meeting("Red-conference", at(10)), a_meeting("Blue-conference", at(11)))

    assert pipeline(problem, both) == Pipeline(1, 91, 5, 1)


def test_nothing_is_said_where_nobody_is_in_a_first_year() -> None:
    assert Pipeline(3, 91, 5, 0).sentence == ""
