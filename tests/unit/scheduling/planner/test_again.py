"""Planning again: what broke is mended, and nobody else is touched."""

from dataclasses import replace
from datetime import date

import pytest

from rj.kernel.errors import Invalid
from rj.scheduling.planner.again import plan_again
from rj.scheduling.planner.broken import broken_cases
from rj.scheduling.planner.invented import Size, invented_problem
from rj.scheduling.planner.problem import Away, Problem, Stage
from rj.scheduling.planner.rules import breaches
from rj.scheduling.planner.solution import FIRST_ANSWER
from rj.scheduling.planner.solve import plan_meetings
from tests.planning_builders import (
    a_case,
    a_facilitator,
    a_meeting,
    a_person,
    a_plan,
    a_problem,
    a_task,
    at,
    days,
    hours,
    told,
)

ILL = days(date(2026, 3, 9), date(2026, 3, 13))


def a_told_case(name: str, day: int, clock: str = "10:00", lead: str = "Amina", **facts: object):  # type: ignore[no-untyped-def]
    published = told(at(day, clock), lead)
    task = a_task(f"{name}-conference", published=published, people=(f"{name}-person",), **facts)
    return a_case(name, task, current_lead=lead)


def test_when_nothing_broke_nothing_changes() -> None:
    problem = a_problem(a_told_case("Red", 10), a_person("Red-person"))

    again = plan_again(problem)

    assert again.changes == ()
    assert again.broken == {}
    assert again.disturbed == ()
    assert again.plan == a_plan(a_meeting("Red-conference", at(10)))


def test_only_the_meetings_of_the_one_who_is_ill_change_and_its_people_are_named() -> None:
    problem = a_problem(
        a_facilitator("Amina", away=ILL),
        a_facilitator("Bryn"),
        a_told_case("Red", 10),
        a_told_case("Blue", 11, "14:00", "Bryn"),
        a_person("Red-person"),
        a_person("Blue-person"),
    )

    again = plan_again(problem)

    assert again.freed == ("Red",)
    assert again.broken == {"Red": "Red-conference: Amina is away."}
    assert again.disturbed == ("Red-person",)
    assert again.plan.meeting["Blue-conference"].start == at(11, "14:00")
    assert again.tiers.disturbance == again.bounds.least.disturbance == 4


def test_a_neighbour_gives_way_only_when_a_meeting_would_be_lost() -> None:
    mornings = hours("10:00-11:00", 1)
    problem = a_problem(
        a_facilitator("Amina", away=ILL, hours=hours("10:00-11:00")),
        a_facilitator("Bryn", hours=hours("10:00-11:00"), away=days(date(2026, 3, 10))),
        a_told_case("Red", 10),
        a_told_case("Blue", 17, lead="Bryn"),
        a_person("Red-person", hours=mornings, away=days(date(2026, 3, 18), date(2026, 5, 31))),
        a_person("Blue-person"),
    )

    again = plan_again(problem)

    assert set(again.freed) == {"Red", "Blue"}
    assert again.tiers.unscheduled == 0
    assert again.plan.meeting["Red-conference"].start == at(17)


def test_a_new_order_is_planned_around_what_stands() -> None:
    problem = a_problem(
        a_told_case("Red", 10),
        a_case("New", a_task("New-contact", Stage.CONTACT)),
        a_person("Red-person"),
    )

    again = plan_again(problem)

    assert again.freed == ("New",)
    assert set(again.plan.meeting) == {"Red-conference", "New-contact"}
    assert again.changes == ()


def test_what_was_not_told_rolls_forward_without_disturbing_anybody() -> None:
    problem = a_problem(
        a_case("Red"), a_facilitator("Amina", away=ILL), horizon_end=date(2026, 3, 20)
    )

    again = plan_again(problem, standing=a_plan(a_meeting("Red-conference", at(10))))

    assert [change.was_told for change in again.changes] == [False]
    assert again.disturbed == ()
    assert again.tiers.disturbance == 0


def test_a_pinned_meeting_that_cannot_stand_is_refused_by_name() -> None:
    problem = a_problem(
        a_told_case("Red", 10, pinned=True),
        a_facilitator("Amina", away=ILL),
        a_person("Red-person"),
    )

    with pytest.raises(Invalid) as refusal:
        plan_again(problem)

    assert refusal.value.problems[0].field == "Red-conference"


def an_illness_in(problem: Problem) -> Problem:
    first = problem.facilitators[0]
    absence = Away(problem.as_of, problem.horizon_end)
    return replace(
        problem, facilitators=(replace(first, away=(absence,)), *problem.facilitators[1:])
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_no_case_that_is_not_freed_is_touched(seed: int) -> None:
    problem = invented_problem(Size.SMALL, seed)
    standing = plan_meetings(problem, effort=FIRST_ANSWER).plan
    problem = an_illness_in(problem)

    again = plan_again(problem, standing=standing)

    assert breaches(problem, again.plan) == []
    assert {problem.case_of[change.task].id for change in again.changes} <= set(again.freed)
    assert again.bounds.least <= again.tiers


def test_a_week_that_is_too_full_costs_a_meeting_nobody_was_told_of() -> None:
    problem = a_problem(
        a_facilitator("Amina", weekly_minutes=60),
        a_case("Red"),
        a_told_case("Blue", 11),
        a_person("Blue-person"),
    )
    standing = a_plan(a_meeting("Red-conference", at(10)), a_meeting("Blue-conference", at(11)))

    assert set(broken_cases(problem, standing)) == {"Red"}


def test_two_cases_that_want_one_lead_at_one_hour_are_proven_to_move_one_meeting() -> None:
    two_colleagues = (a_facilitator("Bryn"), a_facilitator("Carys", hours=hours("08:00-09:00")))
    problem = a_problem(
        a_facilitator("Amina", away=days(date(2026, 1, 1), date(2026, 12, 31))),
        *two_colleagues,
        a_told_case("Red", 10, "10:00"),
        a_told_case("Blue", 10, "10:30"),
        a_person("Red-person"),
        a_person("Blue-person"),
    )

    again = plan_again(problem)

    # Alone, each would keep its hour with Bryn: 2 for the lead and 3 for the handover.
    assert again.tiers.disturbance == 5 + 7
    assert again.bounds.least.disturbance == 5 + 7
    assert again.tiers.unscheduled == 0
