"""How good a plan is: seven quantities, each compared only when all before it are equal."""

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from rj.scheduling.planner.civil import ends_after, local_day
from rj.scheduling.planner.journeys import journey_minutes
from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.practice import practice_years
from rj.scheduling.planner.problem import Case, CaseKind, PracticeCounts, Problem, Stage, Task
from rj.scheduling.planner.windows import lies_within


class Tiers(NamedTuple):
    """T0 to T6, in order, all to be made small; tuples compare as plans do."""

    unscheduled: int
    days_late: int
    disturbance: int
    practice_shortfall: int
    fairness: int
    travel_minutes: int
    preference_misses: int


def tiers(problem: Problem, plan: Plan) -> Tiers:
    """The seven quantities of a plan, T0 to T6."""
    return Tiers(
        unscheduled(problem, plan),
        days_late(problem, plan),
        disturbance(problem, plan),
        practice_shortfall(problem, plan),
        fairness(problem, plan),
        travel_minutes(problem, plan),
        preference_misses(problem, plan),
    )


def unscheduled(problem: Problem, plan: Plan) -> int:
    """T0: tasks neither held nor planned."""
    return sum(
        1 for case in problem.cases for task in case.open_tasks if task.id not in plan.meeting
    )


def days_late(problem: Problem, plan: Plan) -> int:
    """T1: days after the due day, the due day itself being in time."""
    late = 0
    for meeting in plan.meetings:
        due = problem.due_of(problem.task[meeting.task])
        if due is not None:
            late += max(0, (local_day(problem.zone, meeting.start) - due).days)
    return late


def disturbance(problem: Problem, plan: Plan) -> int:
    """T2: what people were told and now learn otherwise, and 3 for each handover.

    Format 2: and 1 for each meeting not told of yet whose second is not the one who began.
    """
    return sum(
        sum(task_disturbance(case, task, plan.meeting.get(task.id)) for task in case.open_tasks)
        + 3 * is_handed_over(case, plan)
        for case in problem.cases
    )


def task_disturbance(case: Case, task: Task, meeting: Meeting | None) -> int:
    """T2 of one task: 4 for another start or none, else 2 for the lead, else 1."""
    told = task.published
    if told is None:
        begun, second = case.current_second, None if meeting is None else meeting.second
        return int(begun is not None and second is not None and second != begun)
    if meeting is None or meeting.start != told.start:
        return 4
    if meeting.lead != told.lead:
        return 2
    return int((meeting.second, meeting.room) != (told.second, told.room))


def is_handed_over(case: Case, plan: Plan) -> bool:
    """Whether somebody else than the current lead leads what is planned and not pinned."""
    leads = {
        plan.meeting[task.id].lead
        for task in case.open_tasks
        if task.id in plan.meeting and not task.pinned
    }
    return case.current_lead is not None and bool(leads) and leads != {case.current_lead}


def practising(problem: Problem, meeting: Meeting) -> tuple[str, ...]:
    """For whom a direct conference counts as practice: its lead, by policy its second too."""
    if problem.policy.practice_counts is PracticeCounts.LEAD or meeting.second is None:
        return (meeting.lead,)
    return (meeting.lead, meeting.second)


def practice_shortfall(problem: Problem, plan: Plan) -> int:
    """T3: direct conferences that people still lack in their practice years."""
    led: dict[str, list[date]] = defaultdict(list)
    for meeting in plan.meetings:
        is_direct = problem.case_of[meeting.task].kind is CaseKind.DIRECT
        if is_direct and problem.task[meeting.task].stage is Stage.CONFERENCE:
            for who in practising(problem, meeting):
                led[who].append(local_day(problem.zone, meeting.start))
    return sum(
        max(0, year.wanted - year.count(lead.conferences_held) - year.count(led[lead.id]))
        for lead in problem.facilitators
        for year in practice_years(problem, lead)
    )


def fairness(problem: Problem, plan: Plan) -> int:
    """T4: 1+2+…+k for each facilitator with k cases above the fair share."""
    led: dict[str, set[str]] = defaultdict(set)
    for meeting in plan.meetings:
        led[meeting.lead].add(problem.case_of[meeting.task].id)
    above = (max(0, len(led[each.id]) - each.caseload_norm) for each in problem.facilitators)
    return sum(cases * (cases + 1) // 2 for cases in above)


def moved_bookings(problem: Problem, plan: Plan) -> int:
    """Format 2, asked for before T4: booked meetings nobody was told of that are otherwise planned.

    No figure of its own: it decides among plans that T0 to T3 find equal, before T4 to T6 do.
    """
    return sum(
        plan.meeting.get(task.id)
        != Meeting(task.id, booked.start, booked.lead, booked.second, booked.room)
        for case in problem.cases
        for task in case.open_tasks
        if (booked := task.booked) is not None
    )


def travel_minutes(problem: Problem, plan: Plan) -> int:
    """T5: from base to venue, for lead and second, once for each meeting with a room."""
    minutes = 0
    for meeting in plan.meetings:
        if meeting.room is not None:
            venue = problem.venue_of[meeting.room]
            for who in (meeting.lead, meeting.second):
                if who is not None:
                    base = problem.facilitator[who]
                    minutes += journey_minutes(problem.policy.travel, base, venue)
    return minutes


def preference_misses(problem: Problem, plan: Plan) -> int:
    """T6: people who get neither hours nor venue they would like, one for each of the two."""
    misses = 0
    for meeting in plan.meetings:
        task = problem.task[meeting.task]
        for person in (problem.person[each] for each in task.people):
            if person.likes_hours:
                part = task.part_of(person.id)
                misses += not lies_within(
                    problem.zone,
                    person.likes_hours,
                    ends_after(meeting.start, part.begins),
                    part.ends - part.begins,
                )
            if person.likes_venues and meeting.room is not None:
                misses += problem.venue_of[meeting.room].id not in person.likes_venues
    return misses
