"""Format 2: optional fields, each with its rule, its plan and its reason."""

import json

from rj.scheduling.planner.documents import problem_text, read_problem
from rj.scheduling.planner.rules import breaches
from rj.scheduling.planner.solution import FIRST_ANSWER
from rj.scheduling.planner.solve import plan_meetings
from rj.scheduling.planner.why_not import explain
from tests.planning_builders import a_case, a_facilitator, a_meeting, a_plan, a_problem, at

BARRED = a_problem(
    a_facilitator("Amina"),
    a_facilitator("Bryn", x=20),
    a_case("Red", not_facilitators=frozenset({"Amina"})),
)
SKILLED = a_problem(
    a_facilitator("Amina"),
    a_facilitator("Bryn", x=20, skills=frozenset({"sexual"})),
    a_case("Red", lead_skills=frozenset({"sexual"}), second_required=True),
)


def test_a_facilitator_who_is_to_take_no_part_takes_none() -> None:
    broken = breaches(BARRED, a_plan(a_meeting("Red-conference", at(10))))
    solution = plan_meetings(BARRED, effort=FIRST_ANSWER)
    answers = {
        each.candidate: each for each in explain(BARRED, solution.plan, "Red-conference").leads
    }

    assert [(each.rule, each.sentence) for each in broken] == [
        ("H6", "Amina is to take no part in this case")
    ]
    assert solution.plan.meetings[0].lead == "Bryn"
    assert answers["Amina"].sentence == "Amina is to take no part in this case."


def test_skills_of_the_lead_are_not_asked_of_the_second() -> None:
    turned = a_plan(a_meeting("Red-conference", at(10), "Amina", second="Bryn"))
    solution = plan_meetings(SKILLED, effort=FIRST_ANSWER)
    answers = {
        each.candidate: each for each in explain(SKILLED, solution.plan, "Red-conference").leads
    }

    assert [each.sentence for each in breaches(SKILLED, turned)] == ["Amina lacks sexual to lead"]
    assert (solution.plan.meetings[0].lead, solution.plan.meetings[0].second) == ("Bryn", "Amina")
    assert answers["Amina"].sentence == "Amina lacks sexual to lead."


def test_format_two_is_written_only_where_its_fields_are_filled() -> None:
    for problem in (BARRED, SKILLED):
        text = problem_text(problem)
        assert json.loads(text)["format"] == "rj-schedule/2"
        assert read_problem(json.loads(text)) == problem

    plain = json.loads(problem_text(a_problem(a_case("Red"))))
    assert plain["format"] == "rj-schedule/1"
    assert "not_facilitators" not in plain["cases"][0]


def test_a_file_of_either_format_gives_the_same_problem() -> None:
    document = json.loads(problem_text(a_problem(a_case("Red"))))

    assert read_problem(document | {"format": "rj-schedule/2"}) == read_problem(document)
