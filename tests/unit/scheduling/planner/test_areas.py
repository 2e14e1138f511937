"""Large services in parts: the same answer however run, and no clash at the borders."""

from dataclasses import replace

import pytest

from rj.scheduling.planner import areas
from rj.scheduling.planner.areas import parts_of, plan_by_areas
from rj.scheduling.planner.problem import Problem
from rj.scheduling.planner.rules import breaches
from rj.scheduling.planner.side_by_side import in_processes
from rj.scheduling.planner.solution import FIRST_ANSWER, Outcome
from tests.planning_builders import a_case, a_facilitator, a_problem, a_task, a_venue, at, told

NORTH, SOUTH = frozenset({"North"}), frozenset({"South"})


def two_areas_that_share_somebody() -> Problem:
    """Cai covers both and has begun a case in each; both want the same Tuesday morning."""
    return a_problem(
        a_facilitator("Amina"),
        a_facilitator("Bryn", areas=SOUTH),
        a_facilitator("Cai", areas=NORTH | SOUTH),
        a_venue("Hall"),
        a_venue("Library"),
        a_case("Red", current_lead="Cai"),
        a_case("Blue", current_lead="Cai", area="South", venues=("Library",)),
    )


def test_areas_that_fit_into_one_part_are_planned_as_one() -> None:
    assert len(parts_of(two_areas_that_share_somebody())) == 1


def test_two_parts_that_both_book_a_shared_facilitator_are_reconciled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(areas, "MOST_CASES", 1)
    problem = two_areas_that_share_somebody()

    joined = plan_by_areas(problem, effort=FIRST_ANSWER)

    assert joined.parts == 2
    assert len(joined.reconciled) == 1
    assert breaches(problem, joined.solution.plan) == []
    assert joined.solution.tiers == joined.solution.bounds.least
    assert joined.solution.outcome is Outcome.COMPLETE


def test_a_part_has_everybody_who_covers_it_or_was_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(areas, "MOST_CASES", 1)
    problem = two_areas_that_share_somebody()
    kept = a_case("Kept", a_task("Kept-conference", published=told(at(10), "Bryn")))
    problem = replace(problem, cases=(kept, problem.cases[1]))

    north, south = parts_of(problem)

    assert [each.id for each in north.facilitators] == ["Amina", "Bryn", "Cai"]
    assert [each.id for each in south.facilitators] == ["Bryn", "Cai"]


def test_parts_in_processes_give_the_same_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(areas, "MOST_CASES", 1)
    problem = two_areas_that_share_somebody()

    here = plan_by_areas(problem, effort=FIRST_ANSWER)
    there = plan_by_areas(
        problem, effort=FIRST_ANSWER, run=in_processes(effort=FIRST_ANSWER, seed=1, workers=2)
    )

    assert there.solution.plan == here.solution.plan


def test_parts_that_are_stopped_give_what_they_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(areas, "MOST_CASES", 1)
    problem = two_areas_that_share_somebody()

    stopped = plan_by_areas(problem, should_stop=lambda: True)

    assert stopped.solution.outcome is Outcome.CUT_SHORT
    assert breaches(problem, stopped.solution.plan) == []
