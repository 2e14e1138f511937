"""Planning from file to file: what is written, what is said, how it ends."""

import io
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from rj.scheduling.planner.command import check_files, generate_file, solve_file
from rj.scheduling.planner.documents import plan_text, problem_text, read_plan, read_problem
from rj.scheduling.planner.problem import Problem
from rj.scheduling.planner.rules import Breach, breaches
from rj.scheduling.planner.solution import SMALL
from tests.planning_builders import a_case, a_facilitator, a_meeting, a_plan, a_problem, at, days


class Terminal(io.StringIO):
    """A stream that somebody is looking at."""

    def isatty(self) -> bool:
        return True


def solve(folder: Path, text: str, *, stream: io.StringIO, time_limit: float | None = None) -> int:
    problem_path, plan_path = folder / "problem.json", folder / "plan.json"
    problem_path.write_text(text, encoding="utf-8")
    return solve_file(
        problem_path, plan_path, time_limit=time_limit, seed=1, stream=stream, effort=SMALL
    )


def a_hopeless_problem() -> Problem:
    away = days(date(2026, 3, 1), date(2026, 6, 30))
    return a_problem(a_case("Red"), a_facilitator("Amina", away=away))


def test_a_plan_is_written_that_breaks_no_rule(tmp_path: Path) -> None:
    problem = a_problem(a_case("Red"))
    stream = io.StringIO()

    code = solve(tmp_path, problem_text(problem), stream=stream)

    assert code == 0
    plan = read_plan(json.loads((tmp_path / "plan.json").read_text(encoding="utf-8")))
    assert breaches(problem, plan) == []
    *improvements, last = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert improvements[0]["best"] == [0, 0, 0, 0, 0, 0, 0]
    assert last["outcome"] == "complete"


@pytest.mark.parametrize(
    ("output", "why"), [("nowhere/plan.json", "there is no such folder"), ("", "it is a folder")]
)
def test_a_plan_that_cannot_be_written_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, why: str
) -> None:
    problem = tmp_path / "problem.json"
    problem.write_text(problem_text(a_problem(a_case("Red"))), encoding="utf-8")
    monkeypatch.setattr("rj.scheduling.planner.command.plan_meetings", pytest.fail)
    stream = io.StringIO()

    code = solve_file(problem, tmp_path / output, time_limit=None, seed=1, stream=stream)

    assert code == 64
    assert why in json.loads(stream.getvalue())["error"]


def test_a_plan_that_breaks_a_rule_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [Breach("H9", "Amina", "is in two places")]
    monkeypatch.setattr("rj.scheduling.planner.solve.breaches", lambda *_: broken)
    stream = io.StringIO()

    assert solve(tmp_path, problem_text(a_problem(a_case("Red"))), stream=stream) == 70
    assert not (tmp_path / "plan.json").exists()
    assert "H9 Amina is in two places" in stream.getvalue()


def test_something_left_out_ends_with_two_and_its_reason(tmp_path: Path) -> None:
    stream = io.StringIO()

    assert solve(tmp_path, problem_text(a_hopeless_problem()), stream=stream) == 2
    last = json.loads(stream.getvalue().splitlines()[-1])
    assert "No facilitator who fits the case is free" in last["left_out"]["Red-conference"]


def test_a_limit_wins_over_something_left_out(tmp_path: Path) -> None:
    text = problem_text(a_hopeless_problem())

    assert solve(tmp_path, text, stream=io.StringIO(), time_limit=0) == 3
    assert (tmp_path / "plan.json").exists()


def test_a_terminal_is_told_in_words(tmp_path: Path) -> None:
    stream = Terminal()

    solve(tmp_path, problem_text(a_hopeless_problem()), stream=stream)

    told = stream.getvalue()
    assert "placing meetings" in told
    assert "practice shortfall" in told
    assert "Red-conference is left out." in told


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is not JSON"),
        ("{}", "format is missing."),
        (problem_text(a_problem()).replace('"2026-03-02"', '"soon"'), "as_of must be a date"),
    ],
)
def test_bad_input_is_told_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    stream = io.StringIO()

    assert solve(tmp_path, text, stream=stream) == 64
    (line,) = stream.getvalue().splitlines()
    assert sentence in json.loads(line)["error"]
    assert not (tmp_path / "plan.json").exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    stream = io.StringIO()

    code = solve_file(
        tmp_path / "none.json", tmp_path / "plan.json", time_limit=None, seed=1, stream=stream
    )

    assert code == 64
    assert "none.json cannot be used" in stream.getvalue()


def check(folder: Path, problem: str, plan: str, stream: io.StringIO) -> int:
    problem_path, plan_path = folder / "problem.json", folder / "plan.json"
    problem_path.write_text(problem, encoding="utf-8")
    plan_path.write_text(plan, encoding="utf-8")
    return check_files(problem_path, plan_path, stream=stream)


def test_a_lawful_plan_is_told_with_its_tiers(tmp_path: Path) -> None:
    stream = io.StringIO()
    plan = a_plan(a_meeting("Red-conference", at(10)))

    code = check(tmp_path, problem_text(a_problem(a_case("Red"))), plan_text(plan), stream)

    assert code == 0
    assert json.loads(stream.getvalue()) == {
        "lawful": True,
        "breaches": [],
        "tiers": [0, 0, 0, 0, 0, 0, 0],
    }


def test_a_plan_that_breaks_a_rule_ends_with_one_and_says_which(tmp_path: Path) -> None:
    stream = Terminal()
    plan = a_plan(a_meeting("Red-conference", at(10, "07:00")))

    code = check(tmp_path, problem_text(a_problem(a_case("Red"))), plan_text(plan), stream)

    assert code == 1
    assert "H7 Red-conference Amina does not attend at that hour." in stream.getvalue()


def test_a_fault_in_the_plan_is_told_with_file_and_path(tmp_path: Path) -> None:
    stream = io.StringIO()
    plan = plan_text(a_plan(a_meeting("Red-conference", at(10)))).replace("Z", "")

    code = check(tmp_path, problem_text(a_problem(a_case("Red"))), plan, stream)

    assert code == 64
    assert (
        "plan.json: meetings[0].start must be an instant" in json.loads(stream.getvalue())["error"]
    )


def test_an_invented_problem_is_written_where_it_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "small.json"

    assert generate_file("small", 3, path, stream=io.StringIO()) == 0
    assert len(read_problem(json.loads(path.read_text(encoding="utf-8"))).cases) == 60


INTERRUPTED_AFTER_PACKING = """
import signal
from rj.scheduling.planner.invented import Size, invented_problem
from rj.scheduling.planner.solution import SMALL
from rj.scheduling.planner.solve import plan_meetings

signal.signal(signal.SIGINT, lambda number, frame: print("kept going"))
solution = plan_meetings(invented_problem(Size.SMALL, 1), effort=SMALL)
assert solution.provenance.rounds
signal.raise_signal(signal.SIGINT)
"""


def test_the_solver_leaves_ctrl_c_to_the_command() -> None:
    ended = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", INTERRUPTED_AFTER_PACKING], capture_output=True, text=True
    )

    assert (ended.returncode, ended.stdout.strip()) == (0, "kept going"), ended.stderr
