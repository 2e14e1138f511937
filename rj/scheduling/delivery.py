"""Whether an order that does not exist yet could be delivered: by insertion, with no solver. Pure.

    deliver(problem, plan, case, person)    -> Delivery

Everything that is booked or held stays where it is. First contact and assessment are found at real
hours with one lead; a conference is only a day to begin a window with, for much may still change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise

import numpy as np

from rj.scheduling.planner.calendars import Bits, Days, are_any
from rj.scheduling.planner.civil import days_after, local_day
from rj.scheduling.planner.diary import CasePlan
from rj.scheduling.planner.outlook import LeadOutlook, Rank, outlook
from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.problem import Away, Case, Gap, Person, Policy, Problem, Stage
from rj.scheduling.planner.routes import Routes
from rj.scheduling.planner.standing import Standing
from rj.scheduling.planner.survey import CONTACT_HAS_NO_ROOM

PROMISED = 2
"""How many stages are promised: the first contact and the assessment."""


class Resource(StrEnum):
    """What a case needs of the service."""

    LEADS = "leads"
    """Somebody to lead, free for the assessment."""
    ROOMS = "rooms"
    PAIRS = "pairs"
    """Two for the third meeting."""


@dataclass(frozen=True, slots=True)
class Tightness:
    """On how many working days of those that matter something can be had."""

    resource: Resource
    days_free: int
    days: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a case that does not exist yet could be given. Without ``contact`` it is nothing."""

    contact: Meeting | None
    assessment: Meeting | None
    second: str | None
    """Who would be second at a conference; only a suggestion."""
    contact_on: date | None
    assessment_on: date | None
    contact_due: date
    conference_from: date | None
    """The first day on which the third meeting could be held as things stand."""
    pairs: int
    """How many pairs suit the case and are free for it."""
    tightest: Tightness | None

    @property
    def is_in_time(self) -> bool:
        """Whether the first contact can be promised within its days."""
        return self.contact_on is not None and self.contact_on <= self.contact_due


def deliver(
    problem: Problem, plan: Plan, case: Case, person: Person, *, call_opens_days: int = 1
) -> Delivery:
    """The best place for a hypothetical case in a plan whose meetings all stay as they are.

    Its ids must be new to the problem, and its person the only one of it. In time comes first,
    then the most stages, then the earliest assessment. An order may come late: the call lies
    ``call_opens_days`` after the sentence or more, and the assessment far enough behind it for
    another call and for notice, should the hour of the first pass.
    """
    wider = asked_of(problem, case, person, call_opens_days)
    standing = Standing(wider, plan, case)
    leads = outlook(standing.diary, standing.surveyed)
    best = _best_offer(standing, leads)
    due = wider.due_of(case.tasks[0])
    assert due is not None  # noqa: S101 - a first contact always has its day
    pairs = {frozenset({each.lead, second}) for each in leads for second in each.seconds}
    tightest = _tightest(standing, leads, due)
    if best is None:
        return Delivery(None, None, None, None, None, due, None, len(pairs), tightest)
    planned = {each.task: each for each in standing.with_offer(best).meetings}
    contact, assessment = (planned[task.id] for task in case.tasks[:PROMISED])
    third = next(
        (planned[t.id] for t in case.tasks if t.stage is Stage.CONFERENCE and t.id in planned), None
    )
    return Delivery(
        contact=contact,
        assessment=assessment,
        second=None if third is None else third.second,
        contact_on=local_day(problem.zone, contact.start),
        assessment_on=local_day(problem.zone, assessment.start),
        contact_due=due,
        conference_from=None if third is None else local_day(problem.zone, third.start),
        pairs=len(pairs),
        tightest=tightest,
    )


def asked_of(problem: Problem, case: Case, person: Person, call_opens_days: int) -> Problem:
    """The problem with a hypothetical case in it, and room for its order to come late."""
    away = Away(case.sentenced, days_after(case.sentenced, call_opens_days - 1))
    person = replace(person, away=(*person.away, away))
    return replace(
        problem,
        cases=(*problem.cases, case),
        people=(*problem.people, person),
        policy=_with_room_behind_the_call(problem.policy),
    )


def _with_room_behind_the_call(policy: Policy) -> Policy:
    gap = policy.gap(Stage.CONTACT, Stage.ASSESSMENT)
    least = gap.least + policy.notice_of(Stage.ASSESSMENT)
    wider = Gap(least, None if gap.most is None else max(gap.most, least))
    return replace(policy, gaps={**policy.gaps, f"{Stage.CONTACT}-{Stage.ASSESSMENT}": wider})


def _best_offer(standing: Standing, leads: Sequence[LeadOutlook]) -> CasePlan | None:
    """The best that anybody offers. Whoever could at best do no better is not asked."""
    best: CasePlan | None = None
    for each in sorted(leads, key=lambda each: each.at_best):
        if best is not None and rank_of(best) <= each.at_best:
            break
        offer = offer_of(Routes(standing.diary, standing.surveyed, each.lead, None))
        if offer is not None and (best is None or rank_of(offer) < rank_of(best)):
            best = offer
    return best


def offer_of(routes: Routes) -> CasePlan | None:
    """What one lead could offer, as many stages as possible, the promised ones at least."""
    for reach in range(routes.reach, PROMISED - 1, -1):
        found = routes.soonest(reach)
        if found is not None:
            return found
    return None


def rank_of(offer: CasePlan) -> Rank:
    """What is better comes first: see ``Rank``."""
    contact, assessment = offer.bookings[:PROMISED]
    return (
        offer.days_late,
        offer.unscheduled,
        assessment.day,
        contact.begins,
        offer.travel_minutes,
        offer.lead or 0,
    )


# -- what is tight


def _tightest(standing: Standing, leads: Sequence[LeadOutlook], due: date) -> Tightness | None:
    """What can be had on the smallest share of the working days on which it is needed."""
    found = [
        _tightness(standing, resource, _window(standing, at, due), free(standing, leads, at))
        for at, opening in enumerate(standing.surveyed.openings)
        for resource, free in _ASKED.get(opening.task.stage, ())
    ]
    wanted = [each for each in found if each.days]
    return min(wanted, key=lambda each: each.days_free / each.days, default=None)


def _window(standing: Standing, at: int, due: date) -> Days:
    """The working days on which a stage would be held, the first contact being on its last day."""
    grid, openings = standing.survey.grid, standing.surveyed.openings
    first = last = due
    for earlier, later in pairwise(openings[: at + 1]):
        gap = standing.problem.policy.gap(earlier.task.stage, later.task.stage)
        first = days_after(first, gap.least)
        last = days_after(last, gap.least if gap.most is None else gap.most)
    working = (grid.weekday < 5) & openings[at].days
    for holiday in standing.problem.bank_holidays:
        working &= ~grid.days_between(holiday, holiday)
    return working & grid.days_between(first, last)


def _tightness(standing: Standing, resource: Resource, window: Days, free: Days) -> Tightness:
    return Tightness(resource, int((window & free).sum()), int(window.sum()))


def _leads_free(standing: Standing, leads: Sequence[LeadOutlook], at: int) -> Days:
    opening = standing.surveyed.openings[at]
    days = np.zeros(standing.survey.grid.length, dtype=bool)
    for each in leads:
        days |= are_any(
            standing.diary.lead_free(each.lead, opening.task.minutes, CONTACT_HAS_NO_ROOM)
        )
    return days


def _rooms_free(standing: Standing, leads: Sequence[LeadOutlook], at: int) -> Days:
    opening = standing.surveyed.openings[at]
    bits: Bits = standing.survey.grid.nothing()
    for number, site in enumerate(opening.sites):
        if site.room != CONTACT_HAS_NO_ROOM:
            bits |= opening.free[number] & standing.diary.room_free(site.room, opening.task.minutes)
    return are_any(bits)


def _pairs_free(standing: Standing, leads: Sequence[LeadOutlook], at: int) -> Days:
    days = np.zeros(standing.survey.grid.length, dtype=bool)
    for each in leads:
        if at < each.reach:
            days |= each.days[at]
    return days


_ASKED = {
    Stage.ASSESSMENT: ((Resource.LEADS, _leads_free), (Resource.ROOMS, _rooms_free)),
    Stage.CONFERENCE: ((Resource.PAIRS, _pairs_free), (Resource.ROOMS, _rooms_free)),
}
"""What is looked at, at which stage."""
