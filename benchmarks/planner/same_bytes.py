"""A line for each plan, to compare Pythons by: ``python -m benchmarks.planner.same_bytes``.

Ten invented services, each as version 1 and with fields of format 2 filled, and every problem file
named on the command line; plans and their reasons, at the effort ``small``. Two Pythons agree when
their lines do: ``diff`` says so.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rj.scheduling.planner.documents import plan_text, problem_text, read_problem
from rj.scheduling.planner.invented import Size, invented_problem
from rj.scheduling.planner.problem import PracticeCounts, Problem, Stage
from rj.scheduling.planner.solution import SMALL
from rj.scheduling.planner.solve import plan_meetings

SEEDS = range(1, 11)


def in_format_two(problem: Problem) -> Problem:
    """The same service under a policy of format 2, some cases with fields of their own."""
    policy = replace(
        problem.policy,
        notice={Stage.CONFERENCE: 10},
        conferences_per_week=3,
        recovery_days=1,
        no_calls_on_journeys=True,
        mentored_seconds=True,
        practice_counts=PracticeCounts.LEAD_AND_SECOND,
    )
    facilitators = tuple(
        replace(each, four_week_minutes=3 * each.weekly_minutes) for each in problem.facilitators
    )
    cases = tuple(
        replace(case, not_facilitators=frozenset({problem.facilitators[0].id}))
        if number % 7 == 0
        else case
        for number, case in enumerate(problem.cases)
    )
    return replace(problem, policy=policy, facilitators=facilitators, cases=cases)


def problems(files: list[Path]) -> Iterator[tuple[str, str]]:
    """Names and texts of all that is planned."""
    for file in files:
        yield file.name, file.read_text(encoding="utf-8")
    for seed in SEEDS:
        problem = invented_problem(Size.SMALL, seed)
        yield f"small {seed}, version 1", problem_text(problem)
        yield f"small {seed}, format 2", problem_text(in_format_two(problem))


def main() -> None:
    """Print the name, the tiers and the digest of each plan."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument(
        "files", nargs="*", type=Path, help="problem files besides the invented ones"
    )
    for name, text in problems(words.parse_args().files):
        solution = plan_meetings(read_problem(json.loads(text)), effort=SMALL, seed=1)
        said = json.dumps([dict(solution.reasons), dict(solution.left_out)], sort_keys=True)
        digest = hashlib.sha256((plan_text(solution.plan) + said).encode()).hexdigest()
        print(f"{name}: {list(solution.tiers)} {digest[:16]}", flush=True)


if __name__ == "__main__":
    main()
