"""What a sentence passed today would be given: by insertion into what stands, without a solver."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from rj.scheduling.planner.civil import local_day
from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.problem import Case, Person, Problem, Stage
from rj.scheduling.planner.standing import Standing


@dataclass(frozen=True, slots=True)
class Forecast:
    """When each stage of a case that does not exist yet could be held, and by whom.

    ``days`` has the day of each stage that fits; ``days_late`` counts promised days. ``lead`` is
    None where nobody could take even the first stage.
    """

    lead: str | None
    meetings: tuple[Meeting, ...]
    days: dict[Stage, date]
    days_late: int
    missing: int


def forecast(problem: Problem, plan: Plan, case: Case, people: Sequence[Person]) -> Forecast:
    """Insert a hypothetical case into a lawful plan whose meetings all stay as they are.

    Stages are those of the case, in order; its people's ids must be new to the problem.
    """
    wider = replace(problem, cases=(*problem.cases, case), people=(*problem.people, *people))
    standing = Standing(wider, plan, case)
    offer = standing.best_offer()
    if offer is None:
        return Forecast(None, (), {}, 0, len(case.open_tasks))
    inserted = standing.with_offer(offer).meeting
    meetings = tuple(inserted[task.id] for task in case.open_tasks if task.id in inserted)
    return Forecast(
        lead=meetings[0].lead,
        meetings=meetings,
        days={
            task.stage: local_day(problem.zone, inserted[task.id].start)
            for task in case.open_tasks
            if task.id in inserted
        },
        days_late=offer.days_late,
        missing=offer.unscheduled,
    )
