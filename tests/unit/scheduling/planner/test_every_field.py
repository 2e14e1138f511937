"""Every optional field of format 2 has its rule, its tiny instance and a reason text of its own."""

import json
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rj.scheduling.planner import rules
from rj.scheduling.planner.documents import problem_text, read_problem
from rj.scheduling.planner.plan import Plan
from rj.scheduling.planner.problem import (
    Case,
    Facilitator,
    Gap,
    Policy,
    PracticeCounts,
    Problem,
    Room,
    Stage,
    Task,
)
from rj.scheduling.planner.rules import HARD_RULES, breaches
from rj.scheduling.planner.solution import FIRST_ANSWER
from rj.scheduling.planner.solve import plan_meetings
from rj.scheduling.planner.tiers import disturbance, moved_bookings, practice_shortfall
from rj.scheduling.planner.why_not import explain
from tests.planning_builders import (
    POLICY,
    a_case,
    a_facilitator,
    a_meeting,
    a_person,
    a_plan,
    a_problem,
    a_task,
    at,
    busy,
    hours,
)
from tests.unit.scheduling.planner.test_format_two import APART, BARRED, REMOTE, SKILLED
from tests.unit.scheduling.planner.test_tiny import (
    BRYN,
    NEWLY_TRAINED,
    TAUGHT_BY_AMINA,
    TINIES,
    TUESDAY,
    a_call,
    a_policy,
    a_week,
    beside_amina,
    booked_at,
    in_two_venues,
)

PAGE = Path(__file__).parents[4] / "docs" / "planner.md"
EITHER_VERSION = {("a room", "busy")}


@dataclass(frozen=True)
class Row:
    """A field, the rule or figure it belongs to and what reckons it, the tiny instance that it
    decides, and words said of ``problem`` (and of ``plan``, where one breaks it) because of it."""

    where: str
    field: str
    rule: str
    by: Any
    tiny: str
    words: str
    problem: Problem
    plan: Plan | None = None

    def __str__(self) -> str:
        return self.field


VOLUNTEER = a_problem(a_facilitator(four_week_minutes=90), a_case("Red"), a_case("Blue"))
BOTH = a_plan(a_meeting("Red-conference", at(10)), a_meeting("Blue-conference", at(12)))
ONE = a_plan(a_meeting("Red-conference", at(10)))
TAKEN = a_facilitator(
    weekly_minutes=100,
    minutes_taken={date(2026, 3, 9): 60},
    conferences_elsewhere=(date(2026, 3, 10),),
)


def with_policy(**facts: object) -> Problem:
    return a_problem(a_case("Red"), a_case("Blue"), policy=a_policy(**facts))


def on_the_road() -> Problem:
    """Two reviews at two venues on the one day on which Amina works, and a call."""
    call, _ = a_call(date(2026, 3, 2))
    amina = a_facilitator("Amina", hours=hours("09:00-17:00", TUESDAY))
    away = replace(amina, busy=busy(at(3, "09:00"), 480))
    policy = a_policy(no_calls_on_journeys=True)
    return a_week(*in_two_venues("16:00-17:00", x=20), replace(call, id="E"), away, policy=policy)


ROWS = (
    Row(
        "a case",
        "not_facilitators",
        "H6",
        rules.facilitators_suit_the_case,
        "somebody is to take no part in a case",
        "is to take no part in this case",
        BARRED,
    ),
    Row(
        "a case",
        "lead_skills",
        "H6",
        rules.facilitators_suit_the_case,
        "a skill is asked of the lead alone",
        "lacks sexual to lead",
        SKILLED,
    ),
    Row(
        "a case",
        "current_second",
        "T2",
        disturbance,
        "whoever began as second goes on",
        "is second, having begun this case",
        a_week(*beside_amina(BRYN, current_second="Bryn")),
    ),
    Row(
        "a task",
        "remote",
        "H13",
        rules.rooms_suit_the_meeting,
        "what is held at a distance needs no room",
        "It is held at a distance, without a room",
        REMOTE,
    ),
    Row(
        "a task",
        "parts",
        "H15",
        rules.people_can_attend,
        "somebody who comes later is asked no earlier",
        "Of the time the room is taken",
        APART,
    ),
    Row(
        "a task",
        "gap",
        "H4",
        rules.gaps_are_kept,
        "one conference of several has a gap of its own",
        "are allowed, agreed for this meeting alone",
        a_problem(
            a_case(
                "Red",
                a_task("Red-preparation", Stage.PREPARATION, held=date(2026, 3, 2)),
                a_task("Red-conference", gap=Gap(3, 9)),
            )
        ),
    ),
    Row(
        "a task",
        "booked",
        "T4",
        moved_bookings,
        "what is booked stays for all that people would like",
        "It stays as it was booked",
        booked_at("14:00"),
    ),
    Row(
        "a room",
        "suite",
        "H14",
        rules.rooms_rest_between_uses,
        "a waiting room goes with its room",
        "With it Hall-W is taken",
        APART,
    ),
    Row(
        "a facilitator",
        "four_week_minutes",
        "H10",
        rules.weeks_are_within_the_cap,
        "four weeks have so many minutes",
        "minutes in the four weeks from",
        VOLUNTEER,
        BOTH,
    ),
    Row(
        "a facilitator",
        "minutes_taken",
        "H10",
        rules.weeks_are_within_the_cap,
        "work elsewhere counts in its own week",
        "minutes in the week of 2026-03-09, 60 of them outside this plan",
        a_problem(TAKEN, a_case("Red")),
        ONE,
    ),
    Row(
        "a facilitator",
        "conferences_elsewhere",
        "H11",
        rules.conferences_are_spread_out,
        "a conference elsewhere counts on its day",
        "conferences on 2026-03-10, 1 of them outside this plan",
        a_problem(TAKEN, a_case("Red")),
        ONE,
    ),
    Row(
        "the policy",
        "notice",
        "H2",
        rules.days_are_allowed,
        "a stage may have a notice of its own",
        "a conference needs 9 days here",
        with_policy(notice={Stage.CONFERENCE: 9}),
        ONE,
    ),
    Row(
        "the policy",
        "conferences_per_week",
        "H11",
        rules.conferences_are_spread_out,
        "a week has so many conferences",
        "has 2 conferences in the week of",
        with_policy(conferences_per_week=1),
        BOTH,
    ),
    Row(
        "the policy",
        "recovery_days",
        "H11",
        rules.conferences_are_spread_out,
        "a conference is rested from",
        "has no rest between conferences",
        with_policy(recovery_days=2),
        BOTH,
    ),
    Row(
        "the policy",
        "no_calls_on_journeys",
        "H9",
        rules.nobody_is_in_two_places,
        "nobody calls on the way where that is ruled out",
        "no calls are made on journeys",
        on_the_road(),
    ),
    Row(
        "the policy",
        "second_stages",
        "H8",
        rules.seconds_are_where_needed,
        "other stages may ask for a second",
        "is held by two as well",
        a_problem(
            a_case("Red", a_task("Red-preparation", Stage.PREPARATION), second_required=True),
            a_facilitator("Amina"),
            a_facilitator("Bryn"),
            policy=replace(POLICY, second_stages=frozenset({Stage.PREPARATION})),
        ),
    ),
    Row(
        "the policy",
        "mentored_seconds",
        "H8",
        rules.seconds_are_where_needed,
        "somebody mentored may sit beside the own mentor",
        "is second, under Amina as mentor",
        a_week(*beside_amina(TAUGHT_BY_AMINA), policy=a_policy(mentored_seconds=True)),
    ),
    Row(
        "the policy",
        "practice_counts",
        "T3",
        practice_shortfall,
        "being second is practice where it counts",
        "Being second is practice for",
        a_week(
            *beside_amina(NEWLY_TRAINED),
            policy=a_policy(first_year_target=1, practice_counts=PracticeCounts.LEAD_AND_SECOND),
        ),
    ),
    Row(
        "a person",
        "role",
        "H15",
        rules.people_can_attend,
        "an interpreter has a diary too",
        "is free to interpret",
        a_problem(
            a_case("Red", a_task("Red-conference", people=("Ina",))),
            a_person("Ina", role="interpreter"),
        ),
    ),
)


def objects(document: Any, where: str) -> list[Any]:
    """The objects of a kind in a problem's document."""
    return {
        "the policy": [document["policy"]],
        "a room": [room for venue in document["venues"] for room in venue["rooms"]],
        "a person": document["people"],
        "a facilitator": document["facilitators"],
        "a case": document["cases"],
        "a task": [task for case in document["cases"] for task in case["tasks"]],
    }[where]


def values(problem: Problem, row: Row) -> list[Any]:
    return [each.get(row.field) for each in objects(json.loads(problem_text(problem)), row.where)]


def without(row: Row) -> Problem:
    """The problem as it would be if nobody had filled the field."""
    document = json.loads(problem_text(row.problem))
    for each in objects(document, row.where):
        if row.where == "a person":
            each["role"] = "supporter"
        else:
            each.pop(row.field, None)
    return read_problem(document)


def everything_said(problem: Problem, plan: Plan | None) -> str:
    """Reasons, what was left out and why, why not others, and what a plan breaks."""
    solution = plan_meetings(problem, effort=FIRST_ANSWER)
    said = [*solution.reasons.values(), *solution.left_out.values()]
    for case in problem.cases:
        for task in case.open_tasks:
            told = explain(problem, solution.plan, task.id)
            said += [each.sentence for each in (*told.leads, *told.seconds, *told.rooms)]
    if plan is not None:
        said += [breach.sentence for breach in breaches(problem, plan)]
    return "\n".join(said)


def test_no_optional_field_is_without_its_row() -> None:
    document = json.loads(problem_text(a_problem(a_case("Red"))))
    kinds = {
        "the policy": Policy,
        "a room": Room,
        "a facilitator": Facilitator,
        "a case": Case,
        "a task": Task,
    }
    optional = {
        (where, each.name)
        for where, kind in kinds.items()
        for each in fields(kind)
        if each.name not in objects(document, where)[0]
    }
    assert {(row.where, row.field) for row in ROWS} == (optional - EITHER_VERSION) | {
        ("a person", "role")
    }
    assert len({row.words for row in ROWS}) == len({row.tiny for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_field_has_its_rule_and_its_tiny_instance(row: Row) -> None:
    assert row.rule in row.by.__doc__
    assert (row.by in HARD_RULES) is row.rule.startswith("H")
    [tiny] = [each for each in TINIES if (each.rule, each.says) == (row.rule, row.tiny)]
    if row.where != "a person":
        assert values(tiny.problem, row) != values(tiny.but_for, row)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_field_is_told_of_in_words_of_its_own(row: Row) -> None:
    assert row.words in everything_said(row.problem, row.plan)
    assert row.words not in everything_said(without(row), row.plan)


def test_the_page_on_the_planner_shows_every_field_with_rule_tiny_instance_and_words() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    for row in ROWS:
        field = "role `interpreter`" if row.where == "a person" else f"`{row.field}`"
        shown = f"| {field} | {row.rule} | {row.tiny} | … {row.words} … |"
        assert shown in lines, shown
