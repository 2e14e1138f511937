"""What of a large problem a few freed cases can feel, so that mending costs what was damaged.

Everybody who could take part in a freed case is there with all their meetings, and every room and
person of those cases with theirs. Whatever shares nobody with them cannot clash with them.
"""

from collections.abc import Iterable
from dataclasses import replace

from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.problem import Case, Problem
from rj.scheduling.planner.standing import held_fast


def excerpt(problem: Problem, standing: Plan, freed: Iterable[str]) -> Problem:
    """The freed cases, and of the others the standing meetings they could clash with, pinned.

    Whole cases are kept or left away but for meetings of nobody concerned; tiers of this problem
    therefore differ from those of the whole by what the freed cases cannot change.
    """
    free = set(freed)
    ours = [case for case in problem.cases if case.id in free]
    concerned = _concerned(problem, ours)
    near = Plan(
        standing.problem,
        tuple(
            meeting
            for meeting in standing.meetings
            if problem.case_of[meeting.task].id not in free
            and (_who(problem, meeting) & concerned or problem.task[meeting.task].pinned)
        ),
    )
    kept = {problem.case_of[meeting.task].id for meeting in near.meetings}
    cases = tuple(
        case if case.id in free else held_fast(case, near)
        for case in problem.cases
        if case.id in free or case.id in kept
    )
    named = concerned.union(*(_who(problem, meeting) for meeting in near.meetings))
    return replace(
        problem,
        cases=cases,
        people=tuple(each for each in problem.people if ("person", each.id) in named),
        facilitators=tuple(
            each for each in problem.facilitators if ("facilitator", each.id) in named
        ),
        venues=tuple(
            venue
            for venue in problem.venues
            if any(("room", room.id) in named for room in venue.rooms)
        ),
    )


def _concerned(problem: Problem, cases: list[Case]) -> set[tuple[str, str]]:
    """Everybody who could take part in these cases, their people, and the rooms agreed for them."""
    areas = {case.area for case in cases}
    found = {("facilitator", each.id) for each in problem.facilitators if each.areas & areas}
    for case in cases:
        found |= {("person", person) for person in case.people}
        for venue in case.venues:
            if venue in problem.venue:
                found |= {("room", room.id) for room in problem.venue[venue].rooms}
        for task in case.tasks:
            told = task.published
            if told is not None:
                found |= _who(
                    problem, Meeting(task.id, told.start, told.lead, told.second, told.room)
                )
        if case.current_lead is not None:
            found.add(("facilitator", case.current_lead))
    return found


def _who(problem: Problem, meeting: Meeting) -> set[tuple[str, str]]:
    """Everybody in a meeting, and its room with its suite."""
    found = {("person", person) for person in problem.task[meeting.task].people}
    found.add(("facilitator", meeting.lead))
    if meeting.second is not None:
        found.add(("facilitator", meeting.second))
    if meeting.room is not None:
        found |= {("room", room.id) for room in problem.suite[meeting.room]}
    return found
