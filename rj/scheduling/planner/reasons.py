"""Why each meeting is as it is, in words for the people who arrange it.

Everything is read off the problem and the plan; nothing here needs a solver. Sentences name
people, rooms and tasks by their ids, each as a word of its own, so that a page can put names there.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Mapping
from datetime import date

from rj.scheduling.planner.civil import days_after, ends_after, local_day, local_minute
from rj.scheduling.planner.journeys import journey_minutes
from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.practice import practice_years
from rj.scheduling.planner.problem import (
    Case,
    CaseKind,
    Facilitator,
    Gap,
    PracticeCounts,
    Problem,
    Published,
    Stage,
    Task,
)
from rj.scheduling.planner.rules import breaches
from rj.scheduling.planner.tiers import practising
from rj.scheduling.planner.windows import lies_within


def why_planned(
    problem: Problem, plan: Plan, *, of: Container[str] | None = None
) -> dict[str, str]:
    """For each meeting, by task id, why this lead, second, time and room; ``of`` some cases."""
    led: dict[str, set[str]] = defaultdict(set)
    for meeting in plan.meetings:
        led[meeting.lead].add(problem.case_of[meeting.task].id)
    conferences = _direct_conferences(problem, plan)
    fitting = _how_many_fit(problem)
    reasons = {}
    for meeting in plan.meetings:
        if of is not None and problem.case_of[meeting.task].id not in of:
            continue
        task = problem.task[meeting.task]
        told = task.published
        if task.pinned:
            reasons[task.id] = "Kept exactly as published, because it is pinned."
        elif told is not None and told == Published(
            meeting.start, meeting.lead, meeting.second, meeting.room
        ):
            reasons[task.id] = "Unchanged: people have been told of this hour, lead and room."
        else:
            sentences = (
                _why_changed(problem, task, meeting),
                _as_booked(problem, task, meeting),
                _why_lead(
                    problem,
                    meeting,
                    len(led[meeting.lead]),
                    _practice(problem, plan, meeting, meeting.lead, conferences),
                    fitting,
                ),
                _why_second(problem, plan, meeting, conferences),
                _why_then(problem, plan, meeting),
                _why_there(problem, meeting),
            )
            reasons[task.id] = " ".join(each for each in sentences if each)
    return reasons


def day_text(day: date) -> str:
    """A date as people say it."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def fits(case: Case, facilitator: Facilitator) -> bool:
    """H6, but for the date: whether somebody could lead the case."""
    return (
        case.area in facilitator.areas
        and case.skills <= facilitator.skills
        and case.language in facilitator.languages
        and not case.people & facilitator.conflicts
        and facilitator.id not in case.not_facilitators
        and case.lead_skills <= facilitator.skills
    )


def room_needs(task: Task) -> list[str]:
    """What a room must have for a task, in words."""
    words = {"step_free": "step-free access", "separate_entrances": "separate entrances"}
    features = [words.get(each, each.replace("_", " ")) for each in sorted(task.features)]
    return [f"{task.seats} seats", *features] if task.seats or not features else features


def _why_changed(problem: Problem, task: Task, meeting: Meeting) -> str:
    told = task.published
    if told is None:
        return ""
    broken = _broken_alone(problem, task, told)
    why = broken or "it no longer goes together with the other meetings"
    return f"Changed {listed(_what_differs(told, meeting))}: as it was published {why}."


def _as_booked(problem: Problem, task: Task, meeting: Meeting) -> str:
    """Format 2: what became of a booking that only staff know of."""
    booked = task.booked
    if booked is None:
        return ""
    parts = _what_differs(booked, meeting)
    if not parts:
        return "It stays as it was booked."
    broken = _broken_alone(problem, task, booked)
    why = (
        f"as it was booked {broken}"
        if broken
        else "where it was booked it would cost a meeting, a promised day or practice"
    )
    return f"Nobody was told yet, so its {listed(parts)} could change: {why}."


def _what_differs(before: Published, meeting: Meeting) -> list[str]:
    return [
        name
        for name, old, new in (
            ("hour", before.start, meeting.start),
            ("lead", before.lead, meeting.lead),
            ("second", before.second, meeting.second),
            ("room", before.room, meeting.room),
        )
        if old != new
    ]


def _broken_alone(problem: Problem, task: Task, before: Published) -> str:
    """What a meeting would break by itself as it was before; empty when nothing."""
    then = Meeting(task.id, before.start, before.lead, before.second, before.room)
    for breach in breaches(problem, Plan(problem.name, (then,))):
        if breach.about == task.id and breach.rule not in ("H3", "H16"):
            has_subject = breach.sentence.split()[0] in problem.facilitator
            return breach.sentence if has_subject else f"it {breach.sentence}"
    return ""


def _direct_conferences(problem: Problem, plan: Plan) -> dict[str, list[date]]:
    """The days of the direct conferences in the plan, by those for whom they are practice."""
    found: dict[str, list[date]] = defaultdict(list)
    for meeting in plan.meetings:
        is_direct = problem.case_of[meeting.task].kind is CaseKind.DIRECT
        if is_direct and problem.task[meeting.task].stage is Stage.CONFERENCE:
            for who in practising(problem, meeting):
                found[who].append(local_day(problem.zone, meeting.start))
    return found


def _how_many_fit(problem: Problem) -> Callable[[Case], int]:
    """Counts who could lead a case, once for each case and only among those of its area."""
    covering: dict[str, list[Facilitator]] = defaultdict(list)
    for each in problem.facilitators:
        for area in each.areas:
            covering[area].append(each)
    known: dict[str, int] = {}

    def count(case: Case) -> int:
        if case.id not in known:
            known[case.id] = sum(fits(case, each) for each in covering[case.area])
        return known[case.id]

    return count


def _why_lead(
    problem: Problem, meeting: Meeting, cases: int, practice: str, fitting: Callable[[Case], int]
) -> str:
    case = problem.case_of[meeting.task]
    lead = problem.facilitator[meeting.lead]
    if case.current_lead == lead.id:
        return f"{lead.id} leads, having begun this case."
    taken_over = ""
    if case.current_lead is not None:
        before = problem.facilitator.get(case.current_lead)
        if before is None or not fits(case, before):
            why = "who can no longer lead it"
        else:
            why = "with whom no plan was found that loses and delays as few meetings"
        taken_over = f"{lead.id} takes over from {case.current_lead}, {why}. "
    if practice:
        return f"{taken_over}{lead.id} leads to gain practice: {practice}."
    others = fitting(case) - 1
    suits = f"one of {others + 1} who fit the case" if others else "the only one who fits the case"
    return f"{taken_over}{lead.id} leads, {suits}, with {cases} of a fair {lead.caseload_norm}."


def _practice(
    problem: Problem,
    plan: Plan,
    meeting: Meeting,
    who: str,
    conferences: Mapping[str, list[date]],
) -> str:
    """The road to five: which conference of somebody's practice year the case's one is.

    ``conferences`` are the days of all direct ones in the plan, by those who practise there.
    """
    case, facilitator = problem.case_of[meeting.task], problem.facilitator[who]
    if case.kind is not CaseKind.DIRECT:
        return ""
    here = [
        local_day(problem.zone, plan.meeting[task.id].start)
        for task in case.open_tasks
        if task.stage is Stage.CONFERENCE and task.id in plan.meeting
    ]
    if not here:
        return ""
    for year in practice_years(problem, facilitator):
        earlier = year.count(day for day in conferences[who] if day < here[0])
        number = year.count(facilitator.conferences_held) + earlier + 1
        if year.count(here[:1]) and number <= year.wanted:
            last = min(days_after(year.end, -1), problem.horizon_end)
            return (
                f"its conference is number {number} of the {year.wanted} wanted by {day_text(last)}"
            )
    return ""


def _why_second(
    problem: Problem, plan: Plan, meeting: Meeting, conferences: Mapping[str, list[date]]
) -> str:
    if meeting.second is None:
        return ""
    told = _as_what_second(problem, meeting)
    stage, policy = problem.task[meeting.task].stage, problem.policy
    if stage is not Stage.CONFERENCE:
        return f"{told} Here the {stage} is held by two as well."
    if policy.practice_counts is PracticeCounts.LEAD_AND_SECOND:
        practice = _practice(problem, plan, meeting, meeting.second, conferences)
        if practice:
            return f"{told} Being second is practice for {meeting.second} too: {practice}."
    return told


def _as_what_second(problem: Problem, meeting: Meeting) -> str:
    assert meeting.second is not None  # noqa: S101 (asked only of those who have one)
    lead, second = problem.facilitator[meeting.lead], problem.facilitator[meeting.second]
    day = local_day(problem.zone, meeting.start)
    if lead.is_mentored_on(day):
        return f"{second.id} is second, being a mentor of {lead.id}."
    if second.is_mentored_on(day):
        return f"{second.id} is second, under {lead.id} as mentor."
    begun = problem.case_of[meeting.task].current_second
    if begun == second.id:
        return f"{second.id} is second, having begun this case."
    instead = "" if begun is None else f", in place of {begun} who began it"
    return f"{second.id} is second, as two facilitators are required{instead}."


def _why_then(problem: Problem, plan: Plan, meeting: Meeting) -> str:
    case, task = problem.case_of[meeting.task], problem.task[meeting.task]
    day = local_day(problem.zone, meeting.start)
    parts = []
    at = case.tasks.index(task)
    if at:
        earlier = case.tasks[at - 1]
        before = earlier.held
        if before is None and earlier.id in plan.meeting:
            before = local_day(problem.zone, plan.meeting[earlier.id].start)
        if before is not None:
            gap = problem.policy.gap_between(earlier, task)
            own = "" if task.gap is None else ", agreed for this meeting alone"
            parts.append(
                f"{(day - before).days} days after the {earlier.stage} "
                f"({_allowed(gap)} are allowed{own})"
            )
    due = problem.due_of(task)
    if due is not None and day <= due:
        parts.append(f"in time for {day_text(due)}")
    elif due is not None:
        parts.append(f"{(day - due).days} days late, as no plan was found that is on time")
    pleased = _pleased(problem, task, meeting)
    if pleased:
        parts.append(f"at an hour that suits {listed(pleased)} best")
    if not parts:
        parts.append("at a time when everybody can attend")
    arrivals = [
        f"{part.person} is there from {_clock(problem, meeting, part.begins)} "
        f"to {_clock(problem, meeting, part.ends)}"
        for part in task.parts
    ]
    sentences = [
        f"It is {listed(parts)}.",
        f"Of the time the room is taken {listed(arrivals)}." if arrivals else "",
        _interpreted(problem, task),
        _off_the_road(problem, plan, meeting),
    ]
    return " ".join(each for each in sentences if each)


def _pleased(problem: Problem, task: Task, meeting: Meeting) -> list[str]:
    """Whom the hour suits best, of the part they are there for."""
    found = []
    for person in (problem.person[each] for each in task.people):
        part = task.part_of(person.id)
        begins = ends_after(meeting.start, part.begins)
        if person.likes_hours and lies_within(
            problem.zone, person.likes_hours, begins, part.ends - part.begins
        ):
            found.append(person.id)
    return found


def _allowed(gap: Gap) -> str:
    return f"at least {gap.least}" if gap.most is None else f"{gap.least} to {gap.most}"


def _interpreted(problem: Problem, task: Task) -> str:
    """Format 2: whoever was chosen by hand to interpret has to be free too."""
    found = [each for each in task.people if problem.person[each].role == "interpreter"]
    return f"At that hour {listed(found)} is free to interpret." if found else ""


def _off_the_road(problem: Problem, plan: Plan, meeting: Meeting) -> str:
    """Format 2: a call on a day on which its caller travels between venues."""
    if meeting.room is not None or not problem.policy.no_calls_on_journeys:
        return ""
    day = local_day(problem.zone, meeting.start)
    visited = {
        problem.venue_of[each.room].id
        for each in plan.meetings
        if each.room is not None
        and meeting.lead in (each.lead, each.second)
        and local_day(problem.zone, each.start) == day
    }
    if len(visited) < 2:
        return ""
    return f"{meeting.lead} is not on the way between venues then: no calls are made on journeys."


def _clock(problem: Problem, meeting: Meeting, after: int) -> str:
    minute = local_minute(problem.zone, ends_after(meeting.start, after))
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _why_there(problem: Problem, meeting: Meeting) -> str:
    case, task = problem.case_of[meeting.task], problem.task[meeting.task]
    if meeting.room is None:
        return "It is held at a distance, without a room." if task.remote else ""
    venue = problem.venue_of[meeting.room]
    travel = problem.policy.travel
    lead = problem.facilitator[meeting.lead]
    minutes = journey_minutes(travel, lead, venue)
    nearest = min(journey_minutes(travel, lead, problem.venue[each]) for each in case.venues)
    needs = room_needs(task)
    rank = "the nearest agreed venue to the lead" if minutes == nearest else "an agreed venue"
    told = f"{meeting.room} has {listed(needs)}, at {rank}, {minutes} minutes away."
    suite = [room.id for room in problem.suite[meeting.room][1:]]
    return f"{told} With it {listed(suite)} {_are(suite)} taken." if suite else told


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def listed(parts: list[str]) -> str:
    """Words as a list in a sentence."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
