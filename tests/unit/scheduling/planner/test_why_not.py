"""Why not somebody else, what would help, and what a sentence passed today would be given."""

import io
import json
import re
from datetime import date
from pathlib import Path

import pytest

from rj.kernel.errors import NotFound
from rj.scheduling.planner.command import explain_files
from rj.scheduling.planner.documents import plan_text, problem_text
from rj.scheduling.planner.forecast import forecast
from rj.scheduling.planner.problem import Problem, Stage
from rj.scheduling.planner.remedies import remedies
from rj.scheduling.planner.rules import breaches
from rj.scheduling.planner.why_not import TIER_COSTS, Answer, explain
from tests.planning_builders import (
    a_case,
    a_facilitator,
    a_meeting,
    a_person,
    a_plan,
    a_problem,
    a_room,
    a_task,
    a_venue,
    at,
    days,
    hours,
)

SPRING = days(date(2026, 3, 1), date(2026, 6, 30))
RED = a_meeting("Red-conference", at(10))


def leads_of(problem: Problem, *meetings: object) -> dict[str, Answer]:
    plan = a_plan(RED, *meetings)  # type: ignore[arg-type]
    return {each.candidate: each for each in explain(problem, plan, "Red-conference").leads}


@pytest.mark.parametrize(
    ("facts", "rule", "sentence"),
    [
        ({"areas": frozenset({"South"})}, "H6", "Bryn does not cover North."),
        ({"languages": frozenset({"cy"})}, "H6", "Bryn does not speak en."),
        (
            {"conflicts": frozenset({"Pat"})},
            "H6",
            "Bryn has a conflict of interest with somebody in this case.",
        ),
        ({"caseload_cap": 0}, "H12", "Bryn already leads 0 cases, as many as allowed."),
        (
            {"away": SPRING},
            "H7",
            "Bryn does not work, is away or is busy whenever the conference could be.",
        ),
        ({"caseload_norm": 0}, "T4", "With Bryn: less fair shares of cases, by 1."),
        ({"x": 20}, "T5", "With Bryn: 40 more minutes of travel."),
        ({}, "T6", "Bryn would do just as well; the choice was free."),
    ],
)
def test_each_candidate_is_told_the_first_rule_or_tier(
    facts: dict[str, object], rule: str, sentence: str
) -> None:
    case = a_case("Red", a_task("Red-conference", people=("Pat",)))
    problem = a_problem(
        a_facilitator("Amina"), a_facilitator("Bryn", **facts), case, a_person("Pat")
    )

    answers = leads_of(problem)

    assert answers["Amina"].decided_by == ""
    assert (answers["Bryn"].decided_by, answers["Bryn"].sentence) == (rule, sentence)


def test_somebody_whose_own_meetings_fill_the_only_hour_is_told_so() -> None:
    short = hours("10:00-11:00", 1)
    problem = a_problem(
        a_facilitator("Amina", hours=short),
        a_facilitator("Bryn", hours=short),
        a_venue(rooms=(a_room("Hall-1"), a_room("Hall-2"))),
        a_case("Red"),
        a_case("Blue"),
        horizon_end=date(2026, 3, 12),
    )

    answers = leads_of(problem, a_meeting("Blue-conference", at(10), "Bryn", room="Hall-2"))

    assert answers["Bryn"].decided_by == "H9"


def test_a_handover_is_named_as_disturbance() -> None:
    problem = a_problem(
        a_facilitator("Amina"), a_facilitator("Bryn"), a_case("Red", current_lead="Amina")
    )

    assert leads_of(problem)["Bryn"].decided_by == "T2"


def test_rooms_and_seconds_are_answered_for_the_same_hour() -> None:
    problem = a_problem(
        a_facilitator("Amina"),
        a_facilitator("Bryn"),
        a_facilitator("Cai", away=SPRING),
        a_venue(rooms=(a_room("Hall-1"), a_room("Hall-2", capacity=1))),
        a_case("Red", a_task("Red-conference", seats=4), second_required=True),
    )
    plan = a_plan(a_meeting("Red-conference", at(10), second="Bryn"))

    explanation = explain(problem, plan, "Red-conference")

    assert {each.candidate: each.decided_by for each in explanation.seconds} == {
        "Bryn": "",
        "Cai": "H7",
    }
    assert [each.decided_by for each in explanation.rooms] == ["", "H13"]


def test_a_task_that_is_not_open_cannot_be_explained() -> None:
    with pytest.raises(NotFound):
        explain(a_problem(a_case("Red")), a_plan(), "Blue-conference")


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (
            a_problem(a_case("Red"), a_facilitator("Amina", hours=hours("18:00-20:00", 1))),
            "If Amina could work on Thursdays 09:00–10:00.",
        ),
        (a_problem(a_case("Red"), a_facilitator("Amina", caseload_cap=0)), "If Amina could lead"),
        (
            a_problem(
                a_case("Red"),
                a_case("Other", venues=("Hall", "Library")),
                a_venue("Hall", rooms=(a_room(capacity=-1),)),
                a_venue("Library"),
            ),
            "If Library were agreed for this case too.",
        ),
        (
            a_problem(
                a_case("Red", a_task("Red-conference", people=("Pat",))),
                a_person("Pat", hours=hours("06:00-08:00")),
            ),
            "If Pat could attend on Thursdays 09:00–10:00.",
        ),
        (
            a_problem(a_case("Red", order_end=date(2026, 3, 4))),
            "If the order were extended to Wednesday 11 March 2026.",
        ),
        (
            a_problem(a_case("Red", skills=frozenset({"youth"}))),
            "If Amina had the skill youth.",
        ),
    ],
)
def test_what_would_help_is_verified(problem: Problem, sentence: str) -> None:
    found = remedies(problem, a_plan(), "Red-conference")

    assert found[0].sentence.startswith(sentence)
    assert all(not breaches(each.problem, each.plan) and each.placed == 1 for each in found)


def test_nothing_is_offered_where_nothing_small_would_help() -> None:
    hopeless = a_case("Red", area="Elsewhere")

    assert remedies(a_problem(hopeless), a_plan(), "Red-conference") == []


def test_a_sentence_passed_today_is_given_days_around_what_stands() -> None:
    problem = a_problem(a_case("Red"), a_facilitator("Amina", hours=hours("10:00-11:00", 1, 3)))
    new = a_case(
        "New",
        a_task("New-contact", Stage.CONTACT),
        a_task("New-assessment", Stage.ASSESSMENT, people=("Pat",)),
        sentenced=date(2026, 3, 2),
    )

    found = forecast(problem, a_plan(a_meeting("Red-conference", at(3))), new, (a_person("Pat"),))

    assert found.lead == "Amina"
    assert found.days == {Stage.CONTACT: date(2026, 3, 5), Stage.ASSESSMENT: date(2026, 3, 10)}
    assert (found.days_late, found.missing) == (0, 0)


def test_the_command_answers_with_reasons_and_remedies(tmp_path: Path) -> None:
    problem = a_problem(a_case("Red"), a_facilitator("Amina", caseload_cap=0))
    (tmp_path / "problem.json").write_text(problem_text(problem), encoding="utf-8")
    (tmp_path / "plan.json").write_text(plan_text(a_plan()), encoding="utf-8")
    stream = io.StringIO()

    code = explain_files(
        tmp_path / "problem.json", tmp_path / "plan.json", "Red-conference", stream=stream
    )

    told = json.loads(stream.getvalue())
    assert code == 0
    assert told["leads"][0]["rule"] == "H12"
    assert told["remedies"] == ["If Amina could lead one case more."]


@pytest.mark.parametrize("costs", TIER_COSTS)
def test_one_of_a_thing_is_never_said_in_the_plural(costs):
    of_one = costs[0].format(n=1)
    assert not re.search(r"\b(1|one) (more )?\w+s\b", of_one), of_one
