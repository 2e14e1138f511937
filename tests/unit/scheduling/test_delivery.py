"""Hypothetical orders in a full service: whatever was promised can be kept, together."""

import os
from dataclasses import replace
from datetime import timedelta
from random import Random

from benchmarks.delivery.weeks import held, hypothetical
from rj.scheduling.delivery import Resource, deliver
from rj.scheduling.planner.civil import days_after
from rj.scheduling.planner.invented import Size, invented_problem
from rj.scheduling.planner.plan import Plan
from rj.scheduling.planner.problem import Busy
from rj.scheduling.planner.rules import breaches
from rj.scheduling.planner.solution import FIRST_ANSWER
from rj.scheduling.planner.solve import plan_meetings
from tests.planning_builders import (
    PLANNING_DAY,
    a_case,
    a_facilitator,
    a_problem,
    at,
)

ORDERS = 500 if os.environ.get("RJ_THOROUGH") else 12


def test_hypothetical_orders_that_were_granted_can_all_be_kept() -> None:
    """Must be shown 5: every hold stands beside all others, and after the next run too."""
    chance = Random("promises")  # noqa: S311 - repeatable, not secret
    problem = invented_problem(Size.SMALL, 1, two_at_every_direct=True)
    areas = sorted({case.area for case in problem.cases})
    plan = plan_meetings(problem, effort=FIRST_ANSWER, seed=1).plan
    granted = 0
    for number in range(ORDERS):
        sentenced = problem.as_of + timedelta(days=chance.randint(0, 28))
        case, person = hypothetical(problem, f"H{number}", chance.choice(areas), sentenced)
        found = deliver(problem, plan, case, person)
        if not found.is_in_time or found.contact is None or found.assessment is None:
            continue
        granted += 1
        hold = held(case, found.contact, found.assessment)
        problem = replace(problem, cases=(*problem.cases, hold), people=(*problem.people, person))
        plan = Plan(plan.problem, (*plan.meetings, found.contact, found.assessment))

    assert granted > 0
    assert breaches(problem, plan) == []
    assert breaches(problem, plan_meetings(problem, effort=FIRST_ANSWER, seed=1).plan) == []


def test_what_is_taken_nearly_every_day_is_what_is_tight() -> None:
    problem = a_problem(a_facilitator("Amina"), a_facilitator("Bryn"), a_case("other"))
    venue = problem.venues[0]
    taken = Busy(at(2), at(31, month=5))
    rooms = tuple(replace(room, busy=(taken,)) for room in venue.rooms)
    problem = replace(problem, venues=(replace(venue, rooms=rooms),), cases=())
    free = replace(problem, venues=(venue,), cases=(a_case("other"),))
    case, person = hypothetical(free, "asked", "North", days_after(PLANNING_DAY, 1))

    found = deliver(problem, Plan(problem.name, ()), case, person)

    assert found.contact is None
    assert found.tightest is not None
    assert (found.tightest.resource, found.tightest.days_free) == (Resource.ROOMS, 0)
