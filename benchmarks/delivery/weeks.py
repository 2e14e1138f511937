"""Weeks going by in an invented county: orders arrive, what is near is held, and all is planned.

Nobody is late, ill or unwilling here: what is measured is only what planning itself moves.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from rj.policy.standards import standards_on
from rj.scheduling.delivery import PROMISED, deliver
from rj.scheduling.planner.civil import days_after, local_day
from rj.scheduling.planner.invented import Size, invented_problem
from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.problem import (
    Case,
    CaseKind,
    Person,
    Problem,
    Published,
    Stage,
    Task,
)
from rj.scheduling.planner.rules import breaches
from rj.scheduling.planner.solution import FIRST_ANSWER
from rj.scheduling.planner.solve import plan_meetings

CHECKS_EACH_WEEK = 5
WEEKS_OF_CHECKS = 2
WEEKS = 5
ARRIVALS_EACH_WEEK = 9
"""Beside the checked ones: some fourteen a week are 730 a year, a full county."""
MINUTES = {
    Stage.CONTACT: 30,
    Stage.ASSESSMENT: 60,
    Stage.PREPARATION: 60,
    Stage.CONFERENCE: 90,
    Stage.REVIEW: 45,
}
CALL_OPENS_DAYS = standards_on(date(2026, 1, 1)).held_call_opens_days
TOLD_AT_ONCE = frozenset({Stage.CONTACT, Stage.ASSESSMENT})


@dataclass
class Told:
    """What was promised for one case, and where its meetings stood after every later run."""

    case: str
    sentenced: date
    contact: Meeting
    assessment: Meeting
    conference_from: date | None
    conferences: list[date] = field(default_factory=list)
    was_kept: bool = True


def hypothetical(problem: Problem, name: str, area: str, sentenced: date) -> tuple[Case, Person]:
    """An order that a court may make, and somebody who can always come."""
    venues = next(case.venues for case in problem.cases if case.area == area)
    person = Person(
        id=f"{name} person",
        role="offender",
        hours=None,
        busy=(),
        away=(),
        curfew=None,
        not_venues=frozenset(),
        likes_hours=(),
        likes_venues=frozenset(),
    )
    tasks = tuple(
        Task(
            id=f"{name} {stage}",
            stage=stage,
            minutes=MINUTES[stage],
            people=(person.id,),
            seats=0 if stage is Stage.CONTACT else 4,
        )
        for stage in Stage
    )
    case = Case(
        id=name,
        area=area,
        sentenced=sentenced,
        order_end=days_after(sentenced, 365),
        kind=CaseKind.INDIRECT,
        skills=frozenset(),
        language="en",
        second_required=True,
        venues=venues,
        current_lead=None,
        tasks=tasks,
    )
    return case, person


def held(case: Case, contact: Meeting, assessment: Meeting) -> Case:
    """A case as a provisional hold: its first two meetings, pinned where they are."""
    tasks = tuple(
        replace(task, published=_as_told(meeting), pinned=True)
        for task, meeting in zip(case.tasks[:PROMISED], (contact, assessment), strict=True)
    )
    return replace(case, current_lead=contact.lead, tasks=tasks)


def ordered(hold: Case, whole: Case) -> Case:
    """The order made: the hold's meetings stay pinned, and the other stages are to be planned."""
    return replace(whole, current_lead=hold.current_lead, tasks=(*hold.tasks, *whole.tasks[2:]))


def _as_told(meeting: Meeting) -> Published:
    return Published(meeting.start, meeting.lead, meeting.second, meeting.room)


def moved_on(problem: Problem, plan: Plan, to: date) -> Problem:
    """The problem some days later: what lay in them was held, and first meetings are told."""
    cases = []
    for case in problem.cases:
        tasks = []
        for task in case.tasks:
            meeting = plan.meeting.get(task.id)
            if task.held is not None or meeting is None:
                tasks.append(replace(task, published=None, pinned=False))
            elif local_day(problem.zone, meeting.start) < to:
                day = local_day(problem.zone, meeting.start)
                tasks.append(replace(task, held=day, published=None, pinned=False))
            elif task.stage in TOLD_AT_ONCE or task.pinned:
                tasks.append(replace(task, published=_as_told(meeting)))
            else:
                tasks.append(task)
        is_hold = len(tasks) == PROMISED
        if is_hold or (any(task.held is None for task in tasks) and case.order_end >= to):
            cases.append(replace(case, tasks=tuple(tasks)))
    horizon = days_after(problem.horizon_end, (to - problem.as_of).days)
    return replace(problem, as_of=to, horizon_end=horizon, cases=tuple(cases))


def planned(problem: Problem, seed: int) -> Plan:
    """One run; raises when its plan breaks a rule."""
    plan = plan_meetings(problem, effort=FIRST_ANSWER, seed=seed).plan
    broken = breaches(problem, plan)
    if broken:
        raise ValueError(f"A run broke a rule: {broken[0]}")
    return plan


def weeks_of_a_county(
    seed: int,
    size: Size = Size.COUNTY,
    *,
    weeks: int = WEEKS,
    arrivals: int = ARRIVALS_EACH_WEEK,
) -> list[Told]:
    """Everything that was promised in a county of one seed, followed through its weeks."""
    chance = Random(f"weeks {seed}")  # noqa: S311 - repeatable, not secret
    problem = invented_problem(size, seed, two_at_every_direct=True)
    areas = sorted({case.area for case in problem.cases})
    plan = planned(problem, seed)
    told: list[Told] = []
    wholes: dict[str, Case] = {}
    for week in range(weeks):
        if week:
            problem = moved_on(problem, plan, days_after(problem.as_of, 7))
            problem = _with_sentences(problem, told, wholes)
            problem = _with_arrivals(problem, week, arrivals, chance, areas)
            plan = planned(problem, seed)
            _look_again(problem, plan, told)
        if week < WEEKS_OF_CHECKS:
            for number in range(CHECKS_EACH_WEEK):
                name = f"asked {week} {number}"
                sentenced = problem.as_of + timedelta(days=chance.randint(1, 14))
                case, person = hypothetical(problem, name, chance.choice(areas), sentenced)
                found = deliver(problem, plan, case, person, call_opens_days=CALL_OPENS_DAYS)
                if not found.is_in_time or found.contact is None or found.assessment is None:
                    continue
                wholes[name] = case
                hold = held(case, found.contact, found.assessment)
                problem = replace(
                    problem, cases=(*problem.cases, hold), people=(*problem.people, person)
                )
                plan = Plan(plan.problem, (*plan.meetings, found.contact, found.assessment))
                told.append(
                    Told(name, sentenced, found.contact, found.assessment, found.conference_from)
                )
    return told


def _with_sentences(problem: Problem, told: list[Told], wholes: dict[str, Case]) -> Problem:
    """Whoever has been sentenced by now has an order."""
    due = {each.case for each in told if each.sentenced <= problem.as_of}
    return replace(
        problem,
        cases=tuple(
            ordered(case, wholes[case.id])
            if case.id in due and len(case.tasks) == PROMISED
            else case
            for case in problem.cases
        ),
    )


def _with_arrivals(
    problem: Problem, week: int, arrivals: int, chance: Random, areas: list[str]
) -> Problem:
    cases, people = [], []
    for number in range(arrivals):
        sentenced = problem.as_of - timedelta(days=chance.randint(1, 7))
        name = f"new {week} {number}"
        case, person = hypothetical(problem, name, chance.choice(areas), sentenced)
        cases.append(case)
        people.append(person)
    return replace(problem, cases=(*problem.cases, *cases), people=(*problem.people, *people))


def _look_again(problem: Problem, plan: Plan, told: list[Told]) -> None:
    for each in told:
        for promised in (each.contact, each.assessment):
            task = problem.task.get(promised.task)
            if task is None:
                continue  # every meeting of the case has been held by now
            if task.held is None:
                each.was_kept &= plan.meeting.get(promised.task) == promised
            else:
                each.was_kept &= task.held == local_day(problem.zone, promised.start)
        conference = plan.meeting.get(f"{each.case} {Stage.CONFERENCE}")
        if conference is not None:
            each.conferences.append(local_day(problem.zone, conference.start))
