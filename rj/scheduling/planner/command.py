"""Planning from file to file, as the commands ``rj planner`` do it.

Each returns an exit code. A file that cannot be used ends with 64 and one sentence, which names the
JSON path where the fault lies inside the file.
"""

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType
from typing import TextIO

from rich.console import Console
from rich.table import Table

from rj.kernel.errors import FieldProblem, Invalid, NotFound
from rj.scheduling.planner.areas import MOST_CASES, plan_by_areas
from rj.scheduling.planner.documents import plan_text, problem_text, read_plan, read_problem
from rj.scheduling.planner.invented import Size, invented_problem
from rj.scheduling.planner.plan import Plan
from rj.scheduling.planner.problem import Problem
from rj.scheduling.planner.remedies import remedies
from rj.scheduling.planner.rules import RuleBroken, breaches
from rj.scheduling.planner.side_by_side import in_processes
from rj.scheduling.planner.solution import NORMAL, Effort, Outcome, Progress, Solution
from rj.scheduling.planner.solve import plan_meetings
from rj.scheduling.planner.tiers import Tiers, tiers
from rj.scheduling.planner.why_not import Answer, Explanation, explain

EVERYTHING_PLACED = 0
LAWFUL = 0
BREAKS_A_RULE = 1
SOMETHING_LEFT_OUT = 2
CUT_SHORT = 3
BAD_INPUT = 64
FAULT = 70
"""The planner contradicted its own rules; nothing was written."""


def solve_file(
    problem_path: Path,
    plan_path: Path,
    *,
    time_limit: float | None,
    seed: int,
    stream: TextIO,
    effort: Effort = NORMAL,
) -> int:
    """Plan the problem in one file, write the plan to another, and return the exit code.

    More cases than a county has are planned area by area, in as many processes as there are cores.

    ``stream`` is told of progress: lines to read on a terminal, else a line of JSON for every
    improvement. An interrupt (Ctrl-C) ends the search and keeps the best plan so far. 0 means
    everything was placed, 2 something left out, 3 cut short by a limit, 64 a file that could not be
    used, for which one sentence says where the fault lies, and 70 a fault of the planner itself. A
    plan that could not be written is refused before any work is done.
    """
    tell = _ToTerminal(stream) if stream.isatty() else _ToProgram(stream)
    try:
        problem = read_problem(_document(problem_path))
        _refuse_unwritable(plan_path)
        with _until_interrupted() as is_interrupted:
            solution = _solved(problem, effort, seed, time_limit, tell.progress, is_interrupted)
        plan_path.write_text(plan_text(solution.plan), encoding="utf-8")
    except (Invalid, OSError) as fault:
        tell.fault(_sentence(fault))
        return BAD_INPUT
    except RuleBroken as fault:
        tell.fault(f"The plan that was found broke a rule and was thrown away: {fault}.")
        return FAULT
    tell.solution(solution)
    if solution.outcome is Outcome.CUT_SHORT:
        return CUT_SHORT
    return SOMETHING_LEFT_OUT if solution.left_out else EVERYTHING_PLACED


def _solved(
    problem: Problem,
    effort: Effort,
    seed: int,
    time_limit: float | None,
    on_progress: Callable[[Progress], None],
    is_interrupted: Callable[[], bool],
) -> Solution:
    """Planned as a whole, or area by area if there are more cases than a county has."""
    if len(problem.cases) <= MOST_CASES:
        return plan_meetings(
            problem,
            effort=effort,
            seed=seed,
            time_limit=time_limit,
            on_progress=on_progress,
            should_stop=is_interrupted,
        )
    run = in_processes(effort=effort, seed=seed, time_limit=time_limit, should_stop=is_interrupted)
    return plan_by_areas(
        problem, effort=effort, seed=seed, run=run, should_stop=is_interrupted
    ).solution


def check_files(problem_path: Path, plan_path: Path, *, stream: TextIO) -> int:
    """Read a plan against every hard rule and tell its tiers: 0 lawful, 1 breaks a rule, 64 unread.

    Whether a lawful plan leaves something out is told by its tiers, not by the exit code.
    """
    tell = _ToTerminal(stream) if stream.isatty() else _ToProgram(stream)
    try:
        problem, plan = _problem_and_plan(problem_path, plan_path)
    except (Invalid, OSError) as fault:
        tell.fault(_sentence(fault))
        return BAD_INPUT
    broken = breaches(problem, plan)
    unknown = any(each.rule == "H1" for each in broken)
    tell.verdict(
        [f"{each.rule} {each.about} {each.sentence}." for each in broken],
        None if unknown else tiers(problem, plan),
    )
    return BREAKS_A_RULE if broken else LAWFUL


def explain_files(problem_path: Path, plan_path: Path, task: str, *, stream: TextIO) -> int:
    """Say why a task is as it is, why no other candidate was taken, and what would help.

    0 when answered, 64 when a file cannot be used, the task is not an open one of the problem, or
    the plan breaks a rule, since nothing sound could be said about it.
    """
    tell = _ToTerminal(stream) if stream.isatty() else _ToProgram(stream)
    try:
        problem, plan = _problem_and_plan(problem_path, plan_path)
        broken = breaches(problem, plan)
        if broken:
            first = broken[0]
            told = f"{plan_path} breaks {first.rule}: {first.about} {first.sentence}."
            raise Invalid(FieldProblem("", told))
        explanation = explain(problem, plan, task)
        helps = [] if task in plan.meeting else remedies(problem, plan, task)
    except (Invalid, OSError) as fault:
        tell.fault(_sentence(fault))
        return BAD_INPUT
    except NotFound as missing:
        tell.fault(f"{missing}.")
        return BAD_INPUT
    tell.explanation(explanation, [each.sentence for each in helps])
    return 0


def generate_file(size: str, seed: int, path: Path | None, *, stream: TextIO) -> int:
    """Write an invented problem of a size to a file, or to the stream where none is named."""
    text = problem_text(invented_problem(Size(size), seed))
    try:
        if path is None:
            stream.write(text)
        else:
            path.write_text(text, encoding="utf-8")
    except OSError as fault:
        stream.write(_sentence(fault) + "\n")
        return BAD_INPUT
    return 0


def _problem_and_plan(problem_path: Path, plan_path: Path) -> tuple[Problem, Plan]:
    problem = read_problem(_document(problem_path))
    try:
        plan = read_plan(_document(plan_path))
    except Invalid as invalid:
        found = invalid.problems[0]
        told = f"{plan_path}: {found.message}" if found.field else found.message
        raise Invalid(FieldProblem(found.field, told)) from invalid
    return problem, plan


def _refuse_unwritable(path: Path) -> None:
    """Raise Invalid before any work is done for a file that cannot be written afterwards."""
    if path.is_dir():
        why = "it is a folder"
    elif not path.parent.is_dir():
        why = "there is no such folder"
    elif not os.access(path if path.exists() else path.parent, os.W_OK):
        why = "permission denied"
    else:
        return
    raise Invalid(FieldProblem("", f"{path} cannot be written: {why}."))


def _document(path: Path) -> object:
    """A file's JSON, decoded; raises Invalid where it is none."""
    try:
        document: object = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise Invalid(FieldProblem("", f"{path} is not UTF-8 text.")) from None
    except json.JSONDecodeError as fault:
        told = f"{path} is not JSON: {fault.msg} in line {fault.lineno}."
        raise Invalid(FieldProblem("", told)) from None
    return document


def _sentence(fault: Invalid | OSError) -> str:
    if isinstance(fault, Invalid):
        return str(fault.problems[0].message)
    return f"{fault.filename} cannot be used: {fault.strerror}."


@contextmanager
def _until_interrupted() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed; a second press interrupts as usual."""
    pressed: list[int] = []
    if current_thread() is not main_thread():
        yield lambda: False
        return
    usual = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: FrameType | None) -> None:
        pressed.append(number)
        signal.signal(signal.SIGINT, usual)

    signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, usual)


class _ToProgram:
    """One JSON object on each line."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.best: Tiers | None = None

    def progress(self, progress: Progress) -> None:
        if progress.tiers is None or progress.tiers == self.best:
            return
        self.best = progress.tiers
        self._line(
            elapsed=round(progress.elapsed, 2),
            phase=progress.phase,
            best=list(progress.tiers),
            bound=None if progress.bounds is None else list(progress.bounds.least),
            gap=None if progress.gap is None else round(progress.gap, 4),
        )

    def solution(self, solution: Solution) -> None:
        self._line(
            outcome=str(solution.outcome),
            best=list(solution.tiers),
            bound=list(solution.bounds.least),
            proven=list(solution.proven),
            rounds=solution.provenance.rounds,
            seed=solution.provenance.seed,
            solver=solution.provenance.solver,
            left_out=dict(solution.left_out),
        )

    def verdict(self, broken: list[str], reached: Tiers | None) -> None:
        self._line(
            lawful=not broken, breaches=broken, tiers=None if reached is None else list(reached)
        )

    def explanation(self, explanation: Explanation, helps: list[str]) -> None:
        self._line(
            task=explanation.task,
            reason=explanation.reason,
            remedies=helps,
            **{
                kind: [
                    {"candidate": each.candidate, "rule": each.decided_by, "why": each.sentence}
                    for each in answers
                ]
                for kind, answers in _kinds(explanation)
            },
        )

    def fault(self, sentence: str) -> None:
        self._line(error=sentence)

    def _line(self, **facts: object) -> None:
        self.stream.write(json.dumps(facts, ensure_ascii=False) + "\n")
        self.stream.flush()


class _ToTerminal:
    """Lines for a reader, and a table at the end."""

    def __init__(self, stream: TextIO) -> None:
        self.console = Console(file=stream)

    def progress(self, progress: Progress) -> None:
        told = f"{progress.elapsed:7.1f} s  {progress.phase}"
        if progress.tiers is not None and progress.bounds is not None:
            gap = "" if progress.gap is None else f"  gap {progress.gap:.1%}"
            told += (
                f"  best {_figures(progress.tiers)}  bound {_figures(progress.bounds.least)}{gap}"
            )
        self.console.print(told, highlight=False)

    def solution(self, solution: Solution) -> None:
        table = Table("", "reached", "bound", "proven")
        for name, reached, least, proven in zip(
            Tiers._fields, solution.tiers, solution.bounds.least, solution.proven, strict=True
        ):
            words = name.replace("_", " ")
            table.add_row(words, str(reached), str(least), "yes" if proven else "")
        self.console.print(table)
        for task, reason in solution.left_out.items():
            self.console.print(f"{task} is left out. {reason}", highlight=False)

    def verdict(self, broken: list[str], reached: Tiers | None) -> None:
        for sentence in broken:
            self.console.print(sentence, highlight=False)
        if reached is not None:
            for name, value in zip(Tiers._fields, reached, strict=True):
                self.console.print(f"{name.replace('_', ' '):<20}{value}", highlight=False)
        told = "The plan breaks a hard rule." if broken else "The plan breaks no rule."
        self.console.print(told, highlight=False)

    def explanation(self, explanation: Explanation, helps: list[str]) -> None:
        self.console.print(explanation.reason, highlight=False)
        for kind, answers in _kinds(explanation):
            if answers:
                self.console.print(f"\n{kind.capitalize()}", highlight=False)
            for each in answers:
                self.console.print(f"{each.decided_by:>4}  {each.sentence}", highlight=False)
        if helps:
            self.console.print("\nWhat would help", highlight=False)
        for sentence in helps:
            self.console.print(f"      {sentence}", highlight=False)

    def fault(self, sentence: str) -> None:
        self.console.print(sentence, highlight=False)


def _kinds(explanation: Explanation) -> list[tuple[str, tuple[Answer, ...]]]:
    return [
        ("leads", explanation.leads),
        ("seconds", explanation.seconds),
        ("rooms", explanation.rooms),
    ]


def _figures(tiers: Tiers) -> str:
    return " ".join(str(each) for each in tiers)
