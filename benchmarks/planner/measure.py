"""Measure the planner: ``python -m benchmarks.planner --size county --seed 1``.

Every figure is taken in a process of its own: CPU seconds of that process, and the memory it used
above the interpreter with its imports. Without ``--problem`` the service is an invented one.
"""

import argparse
import json
import math
import platform
import resource
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.planner.greedy import coordinators_plan
from benchmarks.planner.naive import naive_left_out
from rj.scheduling.planner.again import plan_again
from rj.scheduling.planner.areas import plan_by_areas
from rj.scheduling.planner.civil import days_after, local_day
from rj.scheduling.planner.documents import problem_text, read_problem
from rj.scheduling.planner.invented import Size, invented_problem
from rj.scheduling.planner.plan import Plan
from rj.scheduling.planner.problem import Away, Problem, Published
from rj.scheduling.planner.rules import breaches
from rj.scheduling.planner.solution import EFFORTS, FIRST_ANSWER
from rj.scheduling.planner.solve import plan_meetings
from rj.scheduling.planner.tiers import tiers

Figures = dict[str, Any]

ILLNESSES = 3


def first_answer(text: str, _: str) -> Figures:
    """The first complete plan, reading the problem included."""
    began = time.process_time()
    problem = read_problem(json.loads(text))
    solution = plan_meetings(problem, effort=FIRST_ANSWER)
    return _figures(problem, solution.plan, began) | {"bound": list(solution.bounds.least)}


def full_quality(text: str, effort: str) -> Figures:
    """A plan with the effort asked for."""
    began = time.process_time()
    problem = read_problem(json.loads(text))
    solution = plan_meetings(problem, effort=EFFORTS[effort])
    return _figures(problem, solution.plan, began) | {
        "bound": list(solution.bounds.least),
        "proven": list(solution.proven),
        "rounds": solution.provenance.rounds,
    }


def area_by_area(text: str, effort: str) -> Figures:
    """Areas one after another in this process, then the reconciling pass."""
    began = time.process_time()
    problem = read_problem(json.loads(text))
    joined = plan_by_areas(problem, effort=EFFORTS[effort])
    return _figures(problem, joined.solution.plan, began) | {
        "bound": list(joined.solution.bounds.least),
        "parts": joined.parts,
        "reconciled": len(joined.reconciled),
    }


def coordinator(text: str, _: str) -> Figures:
    """The coordinator's greedy method."""
    began = time.process_time()
    problem = read_problem(json.loads(text))
    return _figures(problem, coordinators_plan(problem), began)


def naive(text: str, seconds: str) -> Figures:
    """The naive CP-SAT model, given so many seconds."""
    left_out, spent = naive_left_out(read_problem(json.loads(text)), float(seconds))
    return {"left_out": left_out, "cpu": spent}


def illness(text: str, which: str) -> Figures:
    """Three weeks later one of the busiest facilitators is ill for two: plan again."""
    problem = read_problem(json.loads(text))
    standing = three_weeks_later(problem, plan_meetings(problem, effort=FIRST_ANSWER).plan)
    told = problem_text(with_an_illness(standing, int(which)))
    began = time.process_time()
    changed = read_problem(json.loads(told))
    again = plan_again(changed)
    figures = _figures(changed, again.plan, began)
    touched = {changed.case_of[change.task].id for change in again.changes}
    return figures | {
        "bound": list(again.bounds.least),
        "broken": len(again.broken),
        "freed": len(again.freed),
        "changed": len(again.changes),
        "disturbed": len(again.disturbed),
        "unaffected_touched": len(touched - set(again.freed)),
    }


def three_weeks_later(problem: Problem, plan: Plan) -> Problem:
    """Everything planned has been told; what lay in the first three weeks has been held."""
    today = problem.as_of + timedelta(weeks=3)
    cases = []
    for case in problem.cases:
        tasks, lead = [], case.current_lead
        for task in case.tasks:
            meeting = plan.meeting.get(task.id)
            if meeting is not None:
                lead = meeting.lead
                day = local_day(problem.zone, meeting.start)
                told = Published(meeting.start, meeting.lead, meeting.second, meeting.room)
                task = replace(task, held=day) if day < today else replace(task, published=told)
            tasks.append(task)
        cases.append(replace(case, tasks=tuple(tasks), current_lead=lead))
    return replace(problem, cases=tuple(cases), as_of=today)


def with_an_illness(problem: Problem, which: int = 0) -> Problem:
    """Whoever has most meetings in the next fortnight (0), or next to most (1), comes to none."""
    last = days_after(problem.as_of, 13)
    load = Counter(
        task.published.lead
        for case in problem.cases
        for task in case.open_tasks
        if task.published is not None and local_day(problem.zone, task.published.start) <= last
    )
    ill = sorted(load, key=lambda who: (-load[who], who))[which]
    return replace(
        problem,
        facilitators=tuple(
            replace(each, away=(*each.away, Away(problem.as_of, last))) if each.id == ill else each
            for each in problem.facilitators
        ),
    )


def _figures(problem: Problem, plan: Plan, began: float) -> Figures:
    spent = time.process_time() - began
    return {
        "cpu": round(spent, 2),
        "tiers": list(tiers(problem, plan)),
        "breaches": len(breaches(problem, plan)),
    }


def _alone(measure: Callable[[str, str], Figures], text: str, how: str) -> Figures:
    """One measurement in a fresh process, with the memory it took above its imports."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        before = pool.submit(_memory).result()
        figures = pool.submit(measure, text, how).result()
        after = pool.submit(_memory).result()
    return figures | {"mb": round((after - before) / 1024)}


def _memory() -> int:
    """The most kilobytes this process has held so far; Linux tells it of this process alone."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Print one line of JSON for each measurement."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--size", default="small", choices=list(Size))
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--problem", type=Path, help="a problem file instead of an invented one")
    words.add_argument("--effort", default="normal", choices=list(EFFORTS))
    words.add_argument(
        "--naive-seconds", type=float, default=0, help="0 leaves the naive model out"
    )
    words.add_argument("--by-areas", action="store_true", help="areas, then a reconciling pass")
    words.add_argument(
        "--growth", action="store_true", help="first answers of all sizes and their exponent"
    )
    asked = words.parse_args()
    if asked.growth:
        _growth(asked.seed)
        return
    if asked.problem is None:
        text = problem_text(invented_problem(Size(asked.size), asked.seed))
    else:
        text = asked.problem.read_text(encoding="utf-8")
    problem = read_problem(json.loads(text))
    _tell("problem", {"name": problem.name, "cases": len(problem.cases)})
    _tell("machine", {"python": platform.python_version(), "machine": platform.machine()})
    _tell("coordinator", _alone(coordinator, text, ""))
    if asked.by_areas:
        _tell("areas, first answer", _alone(area_by_area, text, "first"))
        if asked.effort != "first":
            _tell(f"areas, {asked.effort}", _alone(area_by_area, text, asked.effort))
    else:
        _tell("first answer", _alone(first_answer, text, ""))
        full = _alone(full_quality, text, asked.effort)
        _tell(asked.effort, full)
        for which in range(ILLNESSES):
            again = _alone(illness, text, str(which))
            quicker = round(full["cpu"] / max(again["cpu"], 0.01))
            _tell(f"illness {which + 1}", again | {"times_quicker": quicker})
    if asked.naive_seconds:
        _tell("naive CP-SAT", _alone(naive, text, str(asked.naive_seconds)))


def _growth(seed: int) -> None:
    """The first answer of every size, and the power of the number of cases by which it grows."""
    spent: list[tuple[int, float]] = []
    for size in Size:
        problem = invented_problem(size, seed)
        figures = _alone(area_by_area, problem_text(problem), "first")
        _tell(size, {"cases": len(problem.cases)} | figures)
        spent.append((len(problem.cases), figures["cpu"]))
    (few, short), (many, long) = spent[0], spent[-1]
    _tell("growth", {"exponent": round(math.log(long / short) / math.log(many / few), 3)})


def _tell(what: str, figures: Figures) -> None:
    print(json.dumps({"what": what} | figures), flush=True)
