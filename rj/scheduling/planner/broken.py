"""What of a standing plan can no longer stand: the cases a change has broken, each with why.

Needs no solver, and may therefore be asked while somebody waits for a page.
"""

from rj.scheduling.planner.plan import Plan
from rj.scheduling.planner.problem import Problem
from rj.scheduling.planner.rules import (
    Breach,
    Reading,
    breaches,
    caseloads_are_within_the_cap,
    conferences_are_spread_out,
    weeks_are_within_the_cap,
)

COUNTED = (
    weeks_are_within_the_cap,
    conferences_are_spread_out,
    caseloads_are_within_the_cap,
)


def broken_cases(problem: Problem, standing: Plan) -> dict[str, str]:
    """The cases whose standing meetings break a rule, by id, each with the first sentence why.

    A rule that counts over many meetings (weeks, days, caseloads) names a facilitator: of the cases
    with something not pinned, each gives up the last nobody was told of, and then another, until
    the rest is lawful. A case of which nothing stands is not broken, whatever is pinned for it.
    """
    stands = {problem.case_of[meeting.task].id for meeting in standing.meetings}
    broken: dict[str, str] = {}
    over: set[str] = set()
    for breach in breaches(problem, standing):
        case = problem.case_of.get(breach.about)
        name = breach.about if case is None else case.id
        if breach.about in problem.facilitator:
            over.add(breach.about)
        elif name in stands:
            broken.setdefault(name, _in_full(problem, breach))
    # Nothing but these rules can name a facilitator, and fewer meetings break nothing new.
    while over:
        kept = Plan(
            standing.problem,
            tuple(
                meeting
                for meeting in standing.meetings
                if {meeting.lead, meeting.second} & over
                and problem.case_of[meeting.task].id not in broken
            ),
        )
        reading = Reading(problem, kept)
        counted = {breach.about: breach for rule in COUNTED for breach in rule(reading)}
        before = len(broken)
        for breach in counted.values():
            loose = _last_led(problem, kept, breach.about)
            if loose is not None:
                broken.setdefault(loose, f"{breach.about} {breach.sentence}.")
        over = set(counted) if len(broken) > before else set()
    return broken


def _in_full(problem: Problem, breach: Breach) -> str:
    """A breach with what it is about in front: as the subject, or set off where it has its own."""
    names = (problem.facilitator, problem.room, problem.venue, problem.person)
    has_subject = any(breach.sentence.split()[0] in known for known in names)
    return f"{breach.about}{':' if has_subject else ''} {breach.sentence}."


def unbegun_cases(problem: Problem, standing: Plan) -> list[str]:
    """The cases with something to plan of which nothing stands, by id."""
    return [
        case.id
        for case in problem.cases
        if case.open_tasks and not any(task.id in standing.meeting for task in case.open_tasks)
    ]


def _last_led(problem: Problem, plan: Plan, facilitator: str) -> str | None:
    """The case of a facilitator's last meeting that is not pinned, best one nobody was told of."""
    own = [
        meeting
        for meeting in plan.meetings
        if facilitator in (meeting.lead, meeting.second) and not problem.task[meeting.task].pinned
    ]
    if not own:
        return None
    last = max(own, key=lambda m: (problem.task[m.task].published is None, m.start, m.task))
    return problem.case_of[last.task].id
