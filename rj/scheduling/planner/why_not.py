"""Why not somebody else: for each candidate the first hard rule, or the first tier it would cost.

Everybody else's meetings stay as they are in these answers; the sentences say so where it matters.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from rj.kernel.errors import NotFound
from rj.scheduling.planner.calendars import Bits, are_any
from rj.scheduling.planner.left_out import why_left_out
from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.problem import Case, Facilitator, Problem, Task
from rj.scheduling.planner.reasons import listed, why_planned
from rj.scheduling.planner.rules import Breach, breaches
from rj.scheduling.planner.standing import Standing
from rj.scheduling.planner.survey import CONTACT_HAS_NO_ROOM, Opening
from rj.scheduling.planner.tiers import Tiers, tiers


@dataclass(frozen=True, slots=True)
class Answer:
    """About one candidate. ``decided_by`` is a rule (H6), a tier (T2), or empty for the chosen."""

    candidate: str
    decided_by: str
    sentence: str
    tiers: Tiers | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a task is as it is, and why none of the others was chosen in its place."""

    task: str
    reason: str
    leads: tuple[Answer, ...]
    seconds: tuple[Answer, ...]
    rooms: tuple[Answer, ...]


TIER_COSTS = (
    ("one more left out", "{n} more left out"),
    ("one more day late", "{n} more days late"),
    ("more disturbance, by {n}: people were told otherwise or know their lead",) * 2,
    (
        "one conference fewer for somebody who lacks practice",
        "{n} conferences fewer for somebody who lacks practice",
    ),
    ("less fair shares of cases, by {n}",) * 2,
    ("one more minute of travel", "{n} more minutes of travel"),
    ("one more wish not met", "{n} more wishes not met"),
)
"""What a choice would cost, by tier: said of one, and of several."""


def explain(problem: Problem, plan: Plan, task_id: str) -> Explanation:
    """Why this, and why not each other candidate. The plan must be lawful.

    Raises NotFound for a task that is unknown or held.
    """
    task = problem.task.get(task_id)
    if task is None or task.held is not None:
        raise NotFound(f"There is no open task {task_id}")
    case = problem.case_of[task_id]
    meeting = plan.meeting.get(task_id)
    standing = Standing(problem, plan, case)
    if meeting is None:
        reason = why_left_out(standing.survey, plan)[task_id]
    else:
        reason = why_planned(problem, plan, of={case.id})[task_id]
    return Explanation(
        task_id,
        reason,
        leads=tuple(_leads(standing, task)),
        seconds=() if meeting is None else tuple(_seconds(problem, plan, case, task, meeting)),
        rooms=() if meeting is None else tuple(_rooms(problem, plan, task, meeting)),
    )


def unfit(case: Case, facilitator: Facilitator, *, as_lead: bool = True) -> str | None:
    """H6 but for the date: the first thing that keeps somebody from a case, or None."""
    if case.area not in facilitator.areas:
        return f"does not cover {case.area}"
    if not case.skills <= facilitator.skills:
        return f"lacks the skill {listed(sorted(case.skills - facilitator.skills))}"
    if as_lead and case.language not in facilitator.languages:
        return f"does not speak {case.language}"
    if case.people & facilitator.conflicts:
        return "has a conflict of interest with somebody in this case"
    if facilitator.id in case.not_facilitators:
        return "is to take no part in this case"
    if as_lead and not case.lead_skills <= facilitator.skills:
        return f"lacks {listed(sorted(case.lead_skills - facilitator.skills))} to lead"
    return None


def _leads(standing: Standing, task: Task) -> Iterator[Answer]:
    problem, plan, case = standing.problem, standing.plan, standing.case
    reached = tiers(problem, plan)
    planned = sum(each.id in plan.meeting for each in case.open_tasks)
    if task.id not in plan.meeting:
        planned = case.open_tasks.index(task) + 1
    for number, facilitator in enumerate(problem.facilitators):
        who = facilitator.id
        if task.id in plan.meeting and plan.meeting[task.id].lead == who:
            yield Answer(who, "", f"{who} leads it.", reached)
            continue
        if task.pinned:
            yield Answer(who, "H16", "The meeting is pinned.")
            continue
        lacking = unfit(case, facilitator)
        if lacking is not None:
            yield Answer(who, "H6", f"{who} {lacking}.")
            continue
        if not standing.diary.can_lead(number, standing.surveyed.number):
            cap = facilitator.caseload_cap
            yield Answer(who, "H12", f"{who} already leads {cap} cases, as many as allowed.")
            continue
        offer = standing.offer(number)
        if offer is None or offer.reach < planned:
            yield _cannot(standing, number, who)
            continue
        yield _compare(who, reached, tiers(problem, standing.with_offer(offer)))


def _compare(who: str, reached: Tiers, instead: Tiers) -> Answer:
    """The first tier in which a plan with somebody else differs."""
    for number, (now, then) in enumerate(zip(reached, instead, strict=True)):
        if then > now:
            of_one, of_several = TIER_COSTS[number]
            cost = (of_one if then - now == 1 else of_several).format(n=then - now)
            return Answer(who, f"T{number}", f"With {who}: {cost}.", instead)
        if then < now:
            gain = "This would be better, but the search did not come upon it."
            return Answer(who, f"T{number}", f"{who} could. {gain}", instead)
    return Answer(who, "T6", f"{who} would do just as well; the choice was free.", instead)


def _cannot(standing: Standing, lead: int, who: str) -> Answer:
    """The first stage that this lead cannot reach, and the party that closes the last hours."""
    routes = standing.routes(lead)
    at = min(routes.reach, len(standing.surveyed.openings) - 1)
    opening = standing.surveyed.openings[at]
    stage = opening.task.stage
    survey, diary = standing.survey, standing.diary
    minutes = opening.task.minutes
    # Rooms are cut down one by one, so that a venue's hours stay beside its own journeys.
    free: Bits = opening.free.copy()
    if not free.any():
        return Answer(who, "H15", f"The {stage} has no hour at which its people can be in a room.")
    free &= survey.lead_starts(minutes)[lead]
    if not free.any():
        told = f"{who} does not work, is away or is busy whenever the {stage} could be."
        return Answer(who, "H7", told)
    alone = [
        second
        for second, days in survey.seconds_for(standing.surveyed, opening, lead)
        if second is None and (are_any(free) & days).any()
    ]
    pairs = [
        second
        for second, days in survey.seconds_for(standing.surveyed, opening, lead)
        if second is not None and (are_any(free & survey.lead_starts(minutes)[second]) & days).any()
    ]
    if not alone and not pairs:
        return Answer(who, "H8", f"Nobody who may be second is free with {who} for the {stage}.")
    for number, site in enumerate(opening.sites):
        if site.room != CONTACT_HAS_NO_ROOM:
            free[number] &= diary.room_free(site.room, minutes)
    if not free.any():
        return Answer(who, "H14", f"The rooms are taken whenever {who} could hold the {stage}.")
    for person in opening.task.people:
        free &= diary.person_free(person, opening.task.part_of(person))
    if not free.any():
        told = f"{person} is in other meetings whenever {who} could hold the {stage}."
        return Answer(who, "H15", told)
    if not _own_hours(standing, lead, opening, free).any():
        told = f"{who} has other meetings, journeys or a full week whenever the {stage} could be."
        return Answer(who, "H9", told)
    gap = f"in time after the stages before the {stage}" if at else f"for the {stage}"
    return Answer(who, "H4", f"{who} finds no hour {gap} while all other meetings stay.")


def _own_hours(standing: Standing, lead: int, opening: Opening, free: Bits) -> Bits:
    left = free.copy()
    for number, site in enumerate(opening.sites):
        venue = standing.survey.venue_with(site.room)
        left[number] &= standing.diary.lead_free(lead, opening.task.minutes, venue)
    if opening.is_conference:
        left[:, ~standing.diary.conference_days(lead)] = np.uint64(0)
    return left


def _seconds(
    problem: Problem, plan: Plan, case: Case, task: Task, meeting: Meeting
) -> Iterator[Answer]:
    if meeting.second is None:
        return
    reached = tiers(problem, plan)
    for facilitator in problem.facilitators:
        who = facilitator.id
        if who == meeting.lead:
            continue
        if who == meeting.second:
            yield Answer(who, "", f"{who} is second.", reached)
            continue
        lacking = unfit(case, facilitator, as_lead=False)
        if lacking is not None:
            yield Answer(who, "H6", f"{who} {lacking}.")
            continue
        yield _swapped(problem, plan, meeting, replace(meeting, second=who), who, reached)


def _rooms(problem: Problem, plan: Plan, task: Task, meeting: Meeting) -> Iterator[Answer]:
    if not task.has_room:
        return
    reached = tiers(problem, plan)
    for room in problem.room:
        if room == meeting.room:
            yield Answer(room, "", f"It is in {room}.", reached)
        elif problem.venue_of[room].id in problem.case_of[task.id].venues:
            yield _swapped(problem, plan, meeting, replace(meeting, room=room), room, reached)


def _swapped(
    problem: Problem, plan: Plan, old: Meeting, new: Meeting, name: str, reached: Tiers
) -> Answer:
    """The same hour with another second or room: the first rule broken, else the first tier."""
    case = problem.case_of[old.task]
    touched = {new.lead, new.second, new.room}
    others = tuple(
        each
        for each in plan.meetings
        if each.task != old.task
        and (
            problem.case_of[each.task] is case
            or touched & {each.lead, each.second, each.room} - {None}
        )
    )
    broken = [
        each
        for each in breaches(problem, Plan(plan.problem, (*others, new)))
        if each.rule not in ("H3", "H16")
    ]
    if broken:
        first = broken[0]
        return Answer(name, first.rule, f"At that hour {_said(problem, first, old.task)}.")
    meetings = tuple(new if each.task == old.task else each for each in plan.meetings)
    return _compare(name, reached, tiers(problem, Plan(plan.problem, meetings)))


def _said(problem: Problem, breach: Breach, task: str) -> str:
    """A breach after the words "at that hour"; the task asked about need not be named again."""
    names = (problem.facilitator, problem.room, problem.venue, problem.person)
    if not any(breach.sentence.split()[0] in known for known in names):
        return f"{breach.about} {breach.sentence}"
    return breach.sentence if breach.about == task else f"{breach.sentence}, for {breach.about}"
