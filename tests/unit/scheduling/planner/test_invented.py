"""Invented services: the same every time, readable, and worth planning."""

import json

import pytest

from rj.scheduling.planner.documents import problem_text, read_problem
from rj.scheduling.planner.invented import EXTENTS, Size, invented_problem
from rj.scheduling.planner.problem import CaseKind
from rj.scheduling.planner.solution import FIRST_ANSWER
from rj.scheduling.planner.solve import plan_meetings


def test_the_same_seed_invents_the_same_service() -> None:
    text = problem_text(invented_problem(Size.SMALL, 4))

    assert text == problem_text(invented_problem(Size.SMALL, 4))
    assert text != problem_text(invented_problem(Size.SMALL, 5))


@pytest.mark.parametrize("size", [Size.SMALL, Size.COUNTY])
def test_a_size_has_its_cases_and_survives_being_written(size: Size) -> None:
    problem = invented_problem(size, 1)

    extent = EXTENTS[size]
    assert len(problem.cases) == extent.counties * extent.cases
    assert len(problem.facilitators) == extent.counties * extent.facilitators
    assert read_problem(json.loads(problem_text(problem))) == problem


def test_most_of_an_invented_service_can_be_planned() -> None:
    problem = invented_problem(Size.SMALL, 2)

    solution = plan_meetings(problem, effort=FIRST_ANSWER)

    assert len(solution.plan.meetings) > 9 * solution.tiers.unscheduled


def test_every_direct_conference_may_be_given_two_facilitators() -> None:
    problem = invented_problem(Size.SMALL, 1, two_at_every_direct=True)

    assert {case.second_required for case in problem.cases if case.kind is CaseKind.DIRECT} == {
        True
    }


def test_counties_of_a_region_share_some_facilitators() -> None:
    problem = invented_problem(Size.REGION, 1)

    counties = [{area.split("-")[1] for area in each.areas} for each in problem.facilitators]
    shared = sum(len(each) > 1 for each in counties)
    assert 0 < shared < len(problem.facilitators) / 5
