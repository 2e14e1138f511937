"""Hypothetical orders in a full service: whatever was promised can be kept, together."""

import os
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from benchmarks.delivery.weeks import held, hypothetical, weeks_of_a_county
from rj.scheduling.delivery import Resource, asked_of, deliver, offer_of, rank_of
from rj.scheduling.planner.civil import days_after
from rj.scheduling.planner.invented import Size, invented_problem
from rj.scheduling.planner.outlook import outlook
from rj.scheduling.planner.plan import Plan
from rj.scheduling.planner.problem import Busy
from rj.scheduling.planner.routes import Routes
from rj.scheduling.planner.rules import breaches
from rj.scheduling.planner.solution import FIRST_ANSWER
from rj.scheduling.planner.solve import plan_meetings
from rj.scheduling.planner.standing import Standing
from tests.planning_builders import (
    PLANNING_DAY,
    a_case,
    a_facilitator,
    a_problem,
    at,
)

ORDERS = 500 if os.environ.get("RJ_THOROUGH") else 8
SEEDS = 40 if os.environ.get("RJ_THOROUGH") else 1


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


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_what_was_promised_stands_while_orders_arrive_and_runs_follow(seed: int) -> None:
    """Must be shown 3: every call and every assessment, after every run, until it was held."""
    told = weeks_of_a_county(seed, Size.SMALL, weeks=3, arrivals=3)

    assert told
    assert [each for each in told if not each.was_kept] == []


def test_asking_only_leads_who_could_do_better_finds_what_asking_everybody_finds() -> None:
    chance = Random("everybody")  # noqa: S311 - repeatable, not secret
    problem = invented_problem(Size.SMALL, 2, two_at_every_direct=True)
    areas = sorted({case.area for case in problem.cases})
    plan = plan_meetings(problem, effort=FIRST_ANSWER, seed=2).plan
    for number in range(6):
        sentenced = problem.as_of + timedelta(days=chance.randint(0, 28))
        case, person = hypothetical(problem, f"H{number}", chance.choice(areas), sentenced)
        found = deliver(problem, plan, case, person, call_opens_days=5)

        standing = Standing(asked_of(problem, case, person, 5), plan, case)
        everybody = {
            lead: Routes(standing.diary, standing.surveyed, lead, None)
            for lead in standing.surveyed.leads
            if standing.diary.can_lead(lead, standing.surveyed.number)
        }
        known = {each.lead: each for each in outlook(standing.diary, standing.surveyed)}
        assert {lead: each.reach for lead, each in everybody.items()} == {
            lead: each.reach for lead, each in known.items()
        }
        offers = {lead: offer for lead, each in everybody.items() if (offer := offer_of(each))}
        assert all(known[lead].at_best <= rank_of(each) for lead, each in offers.items())
        best = min(offers.values(), key=rank_of)
        planned = {each.task: each for each in standing.with_offer(best).meetings}
        assert found.contact == planned[case.tasks[0].id]
        assert found.assessment == planned[case.tasks[1].id]


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
