"""Measure the planner: ``python -m benchmarks.planner --size county --seed 1``.

Every figure is taken in a process of its own: CPU seconds of that process, and the memory it used
above the interpreter with its imports. Without ``--problem`` the service is an invented one.

``--rivals`` measures all of a size in one run: the coordinator's method, the planner, and the
naive model with ten times the planner's CPU seconds. ``--into FILE`` keeps the lines in a file too.
"""

import argparse
import json
import math
import os
import platform
import resource
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.planner.greedy import coordinators_plan
from benchmarks.planner.naive import naive_left_out
from rj.scheduling.planner.again import plan_again
from rj.scheduling.planner.areas import MOST_CASES, plan_by_areas
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
NAIVE_TIMES = 10
NAIVE_MB = 12_000


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
    """The naive CP-SAT model, given so many seconds and no more memory than NAIVE_MB."""
    most = NAIVE_MB * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    left_out, spent = naive_left_out(read_problem(json.loads(text)), float(seconds))
    return {"left_out": left_out, "cpu": round(spent, 2), "seconds_given": float(seconds)}


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
        try:
            figures = pool.submit(measure, text, how).result()
        except (BrokenProcessPool, MemoryError):
            return {"no_answer": f"it needs more than {NAIVE_MB} MB of memory, or crashed"}
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
    words.add_argument(
        "--rivals",
        action="store_true",
        help=f"all of a size in one run, the naive model with {NAIVE_TIMES} times the time",
    )
    words.add_argument("--into", type=Path, help="a file that the lines are kept in as well")
    asked = words.parse_args()
    tell = _Teller(asked.into)
    if asked.growth:
        _growth(asked.seed, tell)
        return
    if asked.problem is None:
        text = problem_text(invented_problem(Size(asked.size), asked.seed))
    else:
        text = asked.problem.read_text(encoding="utf-8")
    problem = read_problem(json.loads(text))
    tell("problem", {"name": problem.name, "cases": len(problem.cases)})
    tell("machine", _machine())
    tell("coordinator", _alone(coordinator, text, ""))
    is_large = len(problem.cases) > MOST_CASES
    if asked.by_areas or (asked.rivals and is_large):
        spent = _in_parts(text, "first" if asked.rivals else asked.effort, tell)
    else:
        spent = _whole(text, asked.effort, tell)
    seconds = NAIVE_TIMES * spent if asked.rivals else asked.naive_seconds
    if seconds:
        tell("naive CP-SAT", _alone(naive, text, str(round(seconds, 1))))


def _whole(text: str, effort: str, tell: "_Teller") -> float:
    """First answer, full quality and the illnesses; the CPU seconds of full quality."""
    tell("first answer", _alone(first_answer, text, ""))
    full = _alone(full_quality, text, effort)
    tell(effort, full)
    for which in range(ILLNESSES):
        again = _alone(illness, text, str(which))
        quicker = round(full["cpu"] / max(again["cpu"], 0.01))
        tell(f"illness {which + 1}", again | {"times_quicker": quicker})
    return float(full["cpu"])


def _in_parts(text: str, effort: str, tell: "_Teller") -> float:
    """A large service in parts; the CPU seconds of the last answer."""
    figures = _alone(area_by_area, text, "first")
    tell("areas, first answer", figures)
    if effort != "first":
        figures = _alone(area_by_area, text, effort)
        tell(f"areas, {effort}", figures)
    return float(figures["cpu"])


def _machine() -> Figures:
    """Where it was measured, and what else ran there at the beginning."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": [round(each, 1) for each in os.getloadavg()],
    }


def _growth(seed: int, tell: "_Teller") -> None:
    """The first answer of every size, and the power of the number of cases by which it grows."""
    spent: list[tuple[int, float]] = []
    for size in Size:
        problem = invented_problem(size, seed)
        figures = _alone(area_by_area, problem_text(problem), "first")
        tell(size, {"cases": len(problem.cases)} | figures)
        spent.append((len(problem.cases), figures["cpu"]))
    (few, short), (many, long) = spent[0], spent[-1]
    tell("growth", {"exponent": round(math.log(long / short) / math.log(many / few), 3)})


class _Teller:
    """Prints a line of JSON for each measurement, into a file too where one is named."""

    def __init__(self, into: Path | None) -> None:
        self.into = into
        if into is not None:
            into.write_text("", encoding="utf-8")

    def __call__(self, what: str, figures: Figures) -> None:
        line = json.dumps({"what": what} | figures)
        print(line, flush=True)
        if self.into is not None:
            with self.into.open("a", encoding="utf-8") as lines:
                lines.write(line + "\n")
