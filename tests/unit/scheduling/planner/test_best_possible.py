"""On tiny problems the planner finds what trying every plan finds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from operator import add, itemgetter
from random import Random

import pytest

from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.problem import Case, CaseKind, Gap, Problem, Stage
from rj.scheduling.planner.rules import breaches
from rj.scheduling.planner.solution import Effort
from rj.scheduling.planner.solve import plan_meetings
from rj.scheduling.planner.tiers import Tiers, tiers
from tests.planning_builders import (
    POLICY,
    a_case,
    a_facilitator,
    a_person,
    a_problem,
    a_room,
    a_task,
    a_venue,
    hours,
)

TINY = Effort("tiny", rounds=12, rounds_per_ten_cases=0, neighbourhood=8, columns=40)


def a_tiny_problem(chance: Random) -> Problem:
    """A few facilitators, one hall on two afternoons a week, cases that want the same hours."""
    staffed, asked = chance.choice([(2, 3), (3, 2), (2, 2)])
    staff = [
        a_facilitator(
            name,
            x=chance.choice([0, 4, 10]),
            hours=hours("13:00-16:00", *chance.sample([1, 3], chance.randint(1, 2))),
            caseload_cap=2,
            caseload_norm=chance.choice([0, 1]),
            accredited=chance.choice([date(2025, 3, 12), date(2025, 9, 1), date(2019, 5, 1)]),
            mentored_until=chance.choice([None, None, date(2026, 3, 11)]),
            mentors=frozenset({"Amina", "Bryn"} - {name}),
        )
        for name in ("Amina", "Bryn", "Carys")[:staffed]
    ]
    people = [a_person(f"P{at}", likes_hours=hours("14:00-16:00")) for at in range(2)]
    cases = []
    for at in range(asked):
        tasks = [
            a_task(
                f"C{at}-conference",
                minutes=chance.choice([60, 120]),
                people=(f"P{chance.randint(0, 1)}",),
                due=chance.choice([None, date(2026, 3, 10)]),
            )
        ]
        if chance.random() < 0.5:
            tasks.append(a_task(f"C{at}-review", Stage.REVIEW))
        cases.append(
            a_case(
                f"C{at}",
                *tasks,
                kind=chance.choice(list(CaseKind)),
                current_lead=chance.choice([None, "Amina", "Bryn"]),
            )
        )
    return a_problem(
        *staff,
        *people,
        *cases,
        a_venue("Hall", hours=hours("13:00-16:00", 1, 3), rooms=(a_room(turnaround_minutes=15),)),
        grid_minutes=60,
        horizon_end=date(2026, 3, 12),
        policy=replace(
            POLICY, gaps={"conference-review": Gap(2, 7)}, first_year_target=1, later_year_target=1
        ),
    )


def every_way(problem: Problem, case: Case) -> Iterator[tuple[Meeting, ...]]:
    """Every lawful way to plan one case on its own, planning none of it among them."""
    starts = [
        datetime(2026, 3, day, hour, tzinfo=UTC) for day in (3, 5, 10, 12) for hour in (13, 14, 15)
    ]
    names = [facilitator.id for facilitator in problem.facilitators]

    def onward(
        tasks: tuple[str, ...], planned: tuple[Meeting, ...]
    ) -> Iterator[tuple[Meeting, ...]]:
        if breaches(problem, Plan("test", planned)):
            return
        yield planned
        if tasks:
            for start, lead, second in product(starts, names, [None, *names]):
                meeting = Meeting(tasks[0], start, lead, second, "Hall-1")
                yield from onward(tasks[1:], (*planned, meeting))

    yield from onward(tuple(task.id for task in case.open_tasks), ())


def the_best_there_is(problem: Problem) -> Tiers:
    """The least tiers of all lawful plans, by trying each that the first three do not rule out.

    Tasks left out, days late and disturbance add up over cases, so that a plan of some cases can be
    given up once these alone are worse than the best plan found.
    """

    def alone(case: Case, way: tuple[Meeting, ...]) -> tuple[int, ...]:
        return tiers(replace(problem, cases=(case,)), Plan("test", way))[:3]

    ways = [
        sorted(((alone(case, way), way) for way in every_way(problem, case)), key=itemgetter(0))
        for case in problem.cases
    ]
    best: list[Tiers] = []

    def onward(at: int, cost: tuple[int, ...], planned: tuple[Meeting, ...]) -> None:
        if at == len(ways):
            best[:] = [min([*best, tiers(problem, Plan("test", planned))])]
            return
        for more, way in ways[at]:
            total = tuple(map(add, cost, more))
            if best and total > best[0][:3]:
                break
            if not breaches(problem, Plan("test", planned + way)):
                onward(at + 1, total, planned + way)

    onward(0, (0, 0, 0), ())
    return best[0]


@pytest.mark.parametrize("number", [7, 13, 15, 31])
def test_no_plan_is_better_than_the_one_found(number: int) -> None:
    problem = a_tiny_problem(Random(number))  # noqa: S311 (repeatable, not secret)

    solution = plan_meetings(problem, effort=TINY)

    assert solution.tiers == the_best_there_is(problem)
    assert solution.bounds.least <= solution.tiers
