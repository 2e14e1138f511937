"""The smallest changes that would let a task be held, each verified by planning with it.

A remedy is a changed problem: an hour more of somebody's week, a venue agreed, a cap raised by one.
It is offered only if the case, planned anew with it beside all other meetings, loses less.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from itertools import islice

import numpy as np

from rj.scheduling.planner.calendars import Bits, are_any, slots_of
from rj.scheduling.planner.civil import days_after
from rj.scheduling.planner.plan import Plan
from rj.scheduling.planner.problem import Case, Problem, Window
from rj.scheduling.planner.reasons import day_text
from rj.scheduling.planner.rules import breaches
from rj.scheduling.planner.standing import Standing
from rj.scheduling.planner.survey import CaseSurvey, Opening, Survey
from rj.scheduling.planner.tiers import Tiers, tiers

WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
LONGER_BY = (7, 14, 28, 56)
PEOPLE_ASKED = 4
IDEAS_TRIED = 24


class Kind(StrEnum):
    """What would have to change."""

    CASELOAD = "caseload"
    """A facilitator's most cases, by one more."""
    VENUE_AGREED = "venue_agreed"
    HOURS_OF_PERSON = "hours_of_person"
    HOURS_OF_FACILITATOR = "hours_of_facilitator"
    HOURS_OF_VENUE = "hours_of_venue"
    LONGER_ORDER = "longer_order"
    TRAINING = "training"
    """A skill or language of a facilitator."""


@dataclass(frozen=True, slots=True)
class Idea:
    """A change worth trying: of whom or what (an id), in words, and the problem with it.

    ``window`` has the weekly hours that would be added, where hours are what changes.
    """

    kind: Kind
    about: str
    sentence: str
    problem: Problem
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change that helps: ``idea`` holds the changed problem, and ``plan`` is what it then gives.

    ``placed`` says how many more meetings take place; ``disturbed`` who would be told otherwise.
    """

    idea: Idea
    plan: Plan
    tiers: Tiers
    placed: int
    disturbed: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The change in words."""
        return self.idea.sentence

    @property
    def problem(self) -> Problem:
        """The problem with the change made."""
        return self.idea.problem


def remedies(
    problem: Problem,
    plan: Plan,
    task_id: str,
    *,
    most: int = 3,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[Remedy]:
    """Up to ``most`` remedies for a task without a meeting, the smallest first.

    Smallest is what places most meetings, disturbs fewest people and costs least in the tiers; of
    equals, what asks least of the fewest. Each was verified by planning with it.
    """
    case = problem.case_of[task_id]
    before = tiers(problem, plan)
    found: list[Remedy] = []
    for idea in islice(_ideas(problem, plan, case), IDEAS_TRIED):
        if should_stop() or len(found) == most:
            break
        changed = idea.problem
        standing = Standing(changed, plan, changed.case_of[task_id])
        offer = standing.best_offer()
        if offer is None or offer.unscheduled >= _left_out(case, plan):
            continue
        mended = standing.with_offer(offer)
        if task_id in mended.meeting and not breaches(changed, mended):
            reached = tiers(changed, mended)
            placed = before.unscheduled - reached.unscheduled
            moved = tuple(
                person
                for task in case.open_tasks
                if task.published is not None
                and mended.meeting.get(task.id) != plan.meeting.get(task.id)
                for person in task.people
            )
            found.append(Remedy(idea, mended, reached, placed, tuple(dict.fromkeys(moved))))
    return sorted(found, key=lambda each: (-each.placed, len(each.disturbed), each.tiers))


def _left_out(case: Case, plan: Plan) -> int:
    return sum(task.id not in plan.meeting for task in case.open_tasks)


def _ideas(problem: Problem, plan: Plan, case: Case) -> Iterator[Idea]:
    """Changes worth trying, those that ask least first."""
    standing = Standing(problem, plan, case)
    survey, surveyed = standing.survey, standing.surveyed
    at = next(
        (n for n, each in enumerate(surveyed.openings) if each.task.id not in plan.meeting), None
    )
    if at is None:
        return
    opening = surveyed.openings[at]
    yield from _another_cap(problem, standing)
    yield from _another_venue(problem, case)
    yield from _an_hour_of_a_person(problem, survey, surveyed, opening)
    yield from _an_hour_of_a_lead(problem, survey, surveyed, opening)
    yield from _an_hour_of_a_venue(problem, survey, surveyed, opening)
    yield from _a_longer_time(problem, case)
    yield from _somebody_trained(problem, case)


def _with_case(problem: Problem, case: Case) -> Problem:
    cases = tuple(case if each.id == case.id else each for each in problem.cases)
    return replace(problem, cases=cases)


def _another_cap(problem: Problem, standing: Standing) -> Iterator[Idea]:
    """Somebody who fits and is at the cap leads one case more."""
    for lead in standing.surveyed.leads:
        if not standing.diary.can_lead(lead, standing.surveyed.number):
            facilitator = problem.facilitators[lead]
            more = replace(facilitator, caseload_cap=facilitator.caseload_cap + 1)
            yield Idea(
                Kind.CASELOAD,
                facilitator.id,
                f"If {facilitator.id} could lead one case more.",
                _with_facilitator(problem, lead, more),
            )


def _another_venue(problem: Problem, case: Case) -> Iterator[Idea]:
    """A venue used by other cases of the area is agreed for this one too."""
    usual = {venue for each in problem.cases if each.area == case.area for venue in each.venues}
    for venue in sorted(usual - set(case.venues)):
        agreed = replace(case, venues=(*case.venues, venue))
        sentence = f"If {venue} were agreed for this case too."
        yield Idea(Kind.VENUE_AGREED, venue, sentence, _with_case(problem, agreed))


def _an_hour_of_a_person(
    problem: Problem, survey: Survey, surveyed: CaseSurvey, opening: Opening
) -> Iterator[Idea]:
    """One of the people could come at an hour that suits everybody else, a lead and a room."""
    minutes = opening.task.minutes
    for name in dict.fromkeys(opening.task.people):
        free = survey.grid.on_grid.copy()
        survey.grid.keep(free, opening.days)
        for other in opening.task.people:
            if other != name:
                free &= survey.calendars.person(problem.person[other], opening.task.part_of(other))
        free &= _any_lead(survey, surveyed, minutes) & _any_room(survey, surveyed, opening)
        person = problem.person[name]
        if person.hours is not None and person.curfew is None:
            for window, words in islice(_windows(survey, free, minutes), 1):
                changed = replace(person, hours=(*person.hours, window))
                people = tuple(changed if each.id == name else each for each in problem.people)
                sentence = f"If {name} could attend on {words}."
                wider = replace(problem, people=people)
                yield Idea(Kind.HOURS_OF_PERSON, name, sentence, wider, window)


def _an_hour_of_a_lead(
    problem: Problem, survey: Survey, surveyed: CaseSurvey, opening: Opening
) -> Iterator[Idea]:
    """A facilitator who fits could work at an hour at which people and a room are free."""
    free: Bits = np.bitwise_or.reduce(opening.free, axis=0) if opening.sites else opening.free[:0]
    if not free.any():
        return
    nearest = sorted(
        surveyed.leads,
        key=lambda lead: (
            lead != surveyed.current_lead,
            min(int(survey.travel[lead, each.room]) for each in opening.sites),
            lead,
        ),
    )
    for lead in nearest[:PEOPLE_ASKED]:
        facilitator = problem.facilitators[lead]
        for window, words in islice(_windows(survey, free, opening.task.minutes), 1):
            more = replace(facilitator, hours=(*facilitator.hours, window))
            yield Idea(
                Kind.HOURS_OF_FACILITATOR,
                facilitator.id,
                f"If {facilitator.id} could work on {words}.",
                _with_facilitator(problem, lead, more),
                window,
            )


def _an_hour_of_a_venue(
    problem: Problem, survey: Survey, surveyed: CaseSurvey, opening: Opening
) -> Iterator[Idea]:
    """An agreed venue could open at an hour at which people and a lead are free."""
    if not opening.sites or opening.sites[0].room < 0:
        return
    minutes = opening.task.minutes
    free = survey.grid.on_grid.copy()
    survey.grid.keep(free, opening.days)
    for name in opening.task.people:
        free &= survey.calendars.person(problem.person[name], opening.task.part_of(name))
    free &= _any_lead(survey, surveyed, minutes)
    for name in dict.fromkeys(survey.venues[site.room].id for site in opening.sites):
        for window, words in islice(_windows(survey, free, minutes), 3):
            venues = tuple(
                replace(each, hours=(*each.hours, window)) if each.id == name else each
                for each in problem.venues
            )
            wider = replace(problem, venues=venues)
            sentence = f"If {name} were open on {words}."
            yield Idea(Kind.HOURS_OF_VENUE, name, sentence, wider, window)


def _a_longer_time(problem: Problem, case: Case) -> Iterator[Idea]:
    """The order, or the planning itself, would have to reach further."""
    for more in LONGER_BY:
        end = days_after(case.order_end, more)
        if case.order_end < problem.horizon_end:
            changed = _with_case(problem, replace(case, order_end=end))
            sentence = f"If the order were extended to {day_text(end)}."
            yield Idea(Kind.LONGER_ORDER, case.id, sentence, changed)


def _somebody_trained(problem: Problem, case: Case) -> Iterator[Idea]:
    """Somebody of the area would have the skill or language that the case asks for."""
    for number, each in enumerate(problem.facilitators):
        lacks = sorted(case.skills - each.skills)
        speaks = case.language in each.languages
        if case.area in each.areas and not case.people & each.conflicts and (lacks or not speaks):
            wanted = [*lacks, *([] if speaks else [case.language])]
            if len(wanted) == 1:
                more = replace(
                    each,
                    skills=each.skills | case.skills,
                    languages=each.languages | {case.language},
                )
                gained = f"had the skill {lacks[0]}" if lacks else f"spoke {case.language}"
                sentence = f"If {each.id} {gained}."
                changed = _with_facilitator(problem, number, more)
                yield Idea(Kind.TRAINING, each.id, sentence, changed)


def _with_facilitator(problem: Problem, number: int, changed: object) -> Problem:
    facilitators = list(problem.facilitators)
    facilitators[number] = changed  # type: ignore[call-overload]
    return replace(problem, facilitators=tuple(facilitators))


def _any_lead(survey: Survey, surveyed: CaseSurvey, minutes: int) -> Bits:
    starts = survey.lead_starts(minutes)[list(surveyed.leads)]
    return np.bitwise_or.reduce(starts, axis=0) if len(starts) else survey.grid.nothing()


def _any_room(survey: Survey, surveyed: CaseSurvey, opening: Opening) -> Bits:
    free = survey.grid.nothing()
    for site in opening.sites:
        if site.room < 0:
            return survey.grid.anything()
        room = survey.rooms[site.room]
        free |= survey.calendars.room(survey.venues[site.room], room, opening.task.minutes)
    return free


def _windows(survey: Survey, free: Bits, minutes: int) -> Iterator[tuple[Window, str]]:
    """Weekly hours that would do: the weekdays and on them the hour with most such days."""
    grid = survey.grid
    days = are_any(free)
    often = sorted(
        range(7), key=lambda weekday: (-int((days & (grid.weekday == weekday)).sum()), weekday)
    )
    for weekday in often[:3]:
        possible = np.flatnonzero(days & (grid.weekday == weekday))
        if len(possible):
            slots = Counter(slot for day in possible for slot in slots_of(free[day]))
            opens = min(slots, key=lambda slot: (-slots[slot], slot)) * grid.step
            window = Window(weekday, opens, opens + minutes)
            clock = f"{_clock(window.opens)}–{_clock(window.closes)}"
            yield window, f"{WEEKDAYS[weekday]} {clock}"


def _clock(minutes: int) -> str:
    return str(timedelta(minutes=minutes))[:-3].rjust(5, "0")
