"""Pins that cannot stand: a meeting held fast that breaks a rule by itself, or out of reach of the
stages before it. The planner refuses such a problem whole, so they are freed and named first."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from rj.kernel.london import london_day
from rj.scheduling.planner import problem as planning
from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.problem import Problem
from rj.scheduling.planner.rules import breaches

ORDER_OF_STAGES = frozenset({"H3", "H16"})
"""Rules that say nothing of a pinned meeting alone: the stages before it are planned yet."""


def without_impossible_pins(problem: Problem) -> tuple[Problem, dict[str, str]]:
    """The problem with impossible pins freed, and why each task among them cannot stay."""
    freed: dict[str, str] = {}
    while True:
        impossible = dict(_impossible_pins(problem))
        if not impossible:
            return problem, freed
        freed |= impossible
        problem = replace(
            problem,
            cases=tuple(
                replace(
                    case,
                    tasks=tuple(
                        replace(task, pinned=False) if task.id in impossible else task
                        for task in case.tasks
                    ),
                )
                for case in problem.cases
            ),
        )


def _impossible_pins(problem: Problem) -> Iterator[tuple[str, str]]:
    """Pinned tasks that cannot stand, each with why."""
    pinned = {
        task.id: task.published
        for case in problem.cases
        for task in case.open_tasks
        if task.pinned and task.published is not None
    }
    if not pinned:
        return
    alone = Plan(
        problem.name,
        tuple(
            Meeting(task, told.start, told.lead, told.second, told.room)
            for task, told in pinned.items()
        ),
    )
    named: set[str] = set()
    for breach in breaches(problem, alone):
        is_new = breach.about in pinned and breach.about not in named
        if is_new and breach.rule not in ORDER_OF_STAGES:
            named.add(breach.about)
            yield breach.about, breach.sentence
    for case in problem.cases:
        for task, reason in _out_of_reach(problem, case):
            if task in pinned and task not in named:
                named.add(task)
                yield task, reason


def _out_of_reach(problem: Problem, case: planning.Case) -> Iterator[tuple[str, str]]:
    """Pinned tasks that lie too soon or too late for the stages before them (H3, H4)."""
    first: date | None = None
    last: date | None = None
    previous: planning.Task | None = None
    for task in case.tasks:
        notice = 0 if task.stage is planning.Stage.CONTACT else problem.policy.notice_days
        earliest = max(problem.as_of + timedelta(days=notice), case.sentenced)
        latest = min(problem.horizon_end, case.order_end)
        if previous is not None and first is not None and last is not None:
            gap = problem.policy.gap_between(previous, task)
            earliest = max(earliest, first + timedelta(days=gap.least))
            if gap.most is not None:
                latest = min(latest, last + timedelta(days=gap.most))
        if task.held is not None:
            first = last = task.held
        elif task.pinned and task.published is not None:
            day = london_day(task.published.start)
            if previous is not None and day < earliest:
                yield task.id, "the stages before it can no longer be held in time"
            elif day > latest:
                yield task.id, "it comes too long after the stage before it"
            first = last = day
        else:
            first, last = earliest, max(earliest, latest)
        previous = task
