"""Format 2: optional fields, each with its rule, its plan and its reason."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rj.kernel.errors import Invalid
from rj.scheduling.planner.diary import CasePlan, Diary, nothing_for
from rj.scheduling.planner.documents import problem_text, read_problem
from rj.scheduling.planner.packing import choose
from rj.scheduling.planner.problem import Case, Gap, Part, PracticeCounts, Stage
from rj.scheduling.planner.rules import breaches
from rj.scheduling.planner.scores import Scorer
from rj.scheduling.planner.solution import FIRST_ANSWER
from rj.scheduling.planner.solve import plan_meetings
from rj.scheduling.planner.survey import CONTACT_HAS_NO_ROOM, Survey
from rj.scheduling.planner.why_not import explain
from tests.planning_builders import (
    POLICY,
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
    busy,
    hours,
    told,
)

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


REMOTE = a_problem(
    a_case("Red", a_task("Red-review", Stage.REVIEW, remote=True), second_required=True)
)
WIDER = (
    REMOTE,
    a_problem(a_case("Red"), a_facilitator(four_week_minutes=600)),
    a_problem(a_case("Red"), a_person("Ina", role="interpreter")),
    a_problem(a_case("Red"), policy=replace(POLICY, notice={Stage.REVIEW: 5})),
    a_problem(a_case("Red"), policy=replace(POLICY, conferences_per_week=2)),
    a_problem(a_case("Red"), policy=replace(POLICY, recovery_days=1)),
    a_problem(a_case("Red", current_second="Bryn")),
    a_problem(a_case("Red", a_task("Red-conference", gap=Gap(3, 9)))),
    a_problem(a_case("Red"), policy=replace(POLICY, second_stages=frozenset({Stage.REVIEW}))),
    a_problem(a_case("Red"), policy=replace(POLICY, mentored_seconds=True)),
    a_problem(a_case("Red"), policy=replace(POLICY, no_calls_on_journeys=True)),
    a_problem(
        a_case("Red"), policy=replace(POLICY, practice_counts=PracticeCounts.LEAD_AND_SECOND)
    ),
)


def test_what_is_held_at_a_distance_has_no_room_and_says_so() -> None:
    in_a_room = breaches(REMOTE, a_plan(a_meeting("Red-review", at(10))))
    solution = plan_meetings(REMOTE, effort=FIRST_ANSWER)

    assert [(each.rule, each.sentence) for each in in_a_room] == [
        ("H13", "is held at a distance and has a room")
    ]
    assert solution.plan.meetings[0].room is None
    assert "It is held at a distance, without a room." in solution.reasons["Red-review"]
    assert explain(REMOTE, solution.plan, "Red-review").rooms == ()


def test_a_conference_at_a_distance_has_its_second() -> None:
    task = a_task("Red-conference", remote=True)
    problem = a_problem(
        a_facilitator("Amina"), a_facilitator("Bryn"), a_case("Red", task, second_required=True)
    )
    [meeting] = plan_meetings(problem, effort=FIRST_ANSWER).plan.meetings

    assert (meeting.lead, meeting.second, meeting.room) == ("Amina", "Bryn", None)


APART = a_problem(
    a_case(
        "Red",
        a_task(
            "Red-conference",
            minutes=150,
            people=("Olu", "Vera"),
            parts=(Part("Olu", 60, 120), Part("Vera", 30, 150)),
        ),
    ),
    a_person("Olu", busy=busy(at(10, "09:00"), 120)),
    a_person("Vera", role="victim", hours=hours("10:30-13:00", 1)),
    a_venue(rooms=(a_room("Hall-1", suite=("Hall-W",)), a_room("Hall-W", capacity=2))),
    horizon_end=date(2026, 3, 11),
)


def test_people_may_arrive_apart_within_the_time_a_room_is_taken() -> None:
    solution = plan_meetings(APART, effort=FIRST_ANSWER)
    earlier = breaches(APART, a_plan(a_meeting("Red-conference", at(10, "09:30"))))

    assert [each.start for each in solution.plan.meetings] == [at(10)]
    assert (
        "Of the time the room is taken Olu is there from 11:00 to 12:00 and Vera is there from "
        "10:30 to 12:30." in solution.reasons["Red-conference"]
    )
    assert [(each.rule, each.sentence) for each in earlier] == [
        ("H15", "Olu is busy"),
        ("H15", "Vera does not attend at that hour"),
    ]


def test_a_suite_is_named_and_asked_for_whole() -> None:
    solution = plan_meetings(APART, effort=FIRST_ANSWER)
    taken = replace(a_room("Hall-W"), busy=busy(at(10, "12:00"), 15))
    crowded = replace(
        APART, venues=(replace(APART.venues[0], rooms=(APART.venues[0].rooms[0], taken)),)
    )

    assert "With it Hall-W is taken." in solution.reasons["Red-conference"]
    assert [(each.rule, each.sentence) for each in breaches(crowded, solution.plan)] == [
        ("H13", "Hall-W is taken then")
    ]


def test_of_what_is_booked_only_that_moves_which_stands_in_the_way_of_a_promise() -> None:
    def held(name: str, day: int, *people: str) -> Case:
        booked = told(at(day, "14:00"))
        return a_case(name, a_task(f"{name}-conference", people=people, booked=booked))

    promised = a_task("Red-conference", due=date(2026, 3, 10))
    problem = a_problem(
        a_case("Red", promised, sentenced=date(2026, 2, 2)),
        held("Green", 13, "Olu"),
        held("Blue", 10),
        a_person("Olu", likes_hours=hours("14:00-15:00", 3)),
        a_facilitator("Amina"),
        a_facilitator("Bryn", x=20),
        a_venue(hours=hours("14:00-15:00", 1, 3, 4)),
        horizon_end=date(2026, 3, 13),
        policy=replace(POLICY, notice_days=8),
    )
    solution = plan_meetings(problem, effort=FIRST_ANSWER)
    starts = {each.task: each.start for each in solution.plan.meetings}

    assert starts == {
        "Red-conference": at(10, "14:00"),
        "Blue-conference": at(12, "14:00"),
        "Green-conference": at(13, "14:00"),
    }
    assert "It stays as it was booked." in solution.reasons["Green-conference"]
    assert (
        "Nobody was told yet, so its hour could change: where it was booked it would cost a "
        "meeting, a promised day or practice." in solution.reasons["Blue-conference"]
    )


def test_whoever_began_as_second_is_said_to() -> None:
    def reason(begun: str | None) -> str:
        problem = a_problem(
            a_facilitator("Amina"),
            a_facilitator("Bryn", languages=frozenset({"cy"})),
            a_case("Red", second_required=True, current_second=begun),
        )
        return plan_meetings(problem, effort=FIRST_ANSWER).reasons["Red-conference"]

    assert "Bryn is second, having begun this case." in reason("Bryn")
    assert "Bryn is second, as two facilitators are required, in place of Cem" in reason("Cem")
    assert "in place of" not in reason(None)


@pytest.mark.parametrize(("is_ruled_out", "placed"), [(True, 2), (False, 3)])
def test_cases_chosen_together_leave_no_call_on_a_journey(is_ruled_out: bool, placed: int) -> None:
    problem = a_problem(
        a_case("Red", a_task("Red-review", Stage.REVIEW), venues=("Hall",)),
        a_case("Blue", a_task("Blue-review", Stage.REVIEW), venues=("Library",)),
        a_case("Green", a_task("Green-contact", Stage.CONTACT)),
        a_venue("Hall"),
        a_venue("Library", x=20),
        policy=replace(POLICY, no_calls_on_journeys=is_ruled_out),
    )
    diary = Diary(Survey(problem))
    day = diary.survey.grid.day_of(date(2026, 3, 10))

    def at_hour(number: int, hour: int, room: int) -> CasePlan:
        case = diary.survey.cases[number]
        begins = diary.survey.grid.midnights[day] + 60 * hour
        booking = diary.booking(case, 0, day, begins, 0, None, room, case.openings[0])
        return CasePlan(number, 0, 1, (booking,), 0, 0, 0, 0, 0)

    plans = [at_hour(0, 10, 0), at_hour(1, 12, 1), at_hour(2, 11, CONTACT_HAS_NO_ROOM)]
    nothing = {case.number: nothing_for(case) for case in diary.survey.cases}
    candidates = {plan.case: [plan, nothing[plan.case]] for plan in plans}

    chosen = choose(diary, Scorer(diary.survey), candidates, nothing, 1, 1.0)

    assert chosen is not None
    assert sum(plan.reach for plan in chosen) == placed


def test_a_part_or_suite_that_makes_no_sense_is_refused_by_its_path() -> None:
    def refused(change: Callable[[Any], None]) -> str:
        document = json.loads(problem_text(APART))
        change(document)
        with pytest.raises(Invalid) as refusal:
            read_problem(document)
        return refusal.value.problems[0].message

    def task(document: Any) -> Any:
        return document["cases"][0]["tasks"][0]

    assert refused(lambda each: task(each)["parts"].update(Olu=[60, 160])) == (
        "cases[0].tasks[0].parts.Olu must begin before it ends, within 150 minutes."
    )
    assert refused(lambda each: task(each)["parts"].update(Ann=[0, 30])) == (
        "cases[0].tasks[0].parts.Ann must be of somebody who attends."
    )
    assert refused(lambda each: each["venues"][0]["rooms"][0].update(suite=["Hall-1"])) == (
        'venues[0].rooms[0].suite[0] must name another room of the venue, not "Hall-1".'
    )


def test_caps_over_longer_times_are_told_of_whoever_is_over_them() -> None:
    volunteer = a_facilitator("Amina", four_week_minutes=90)
    tired = replace(POLICY, conferences_per_week=1, recovery_days=2)
    problem = a_problem(volunteer, a_case("Red"), a_case("Blue"), policy=tired)
    both = a_plan(a_meeting("Red-conference", at(10)), a_meeting("Blue-conference", at(12)))

    assert [(each.rule, each.sentence) for each in breaches(problem, both)] == [
        ("H10", "has 120 minutes in the four weeks from 2026-03-09"),
        ("H11", "has 2 conferences in the week of 2026-03-09"),
        ("H11", "has no rest between conferences before 2026-03-12"),
    ]


def test_format_two_is_written_only_where_its_fields_are_filled() -> None:
    for problem in (BARRED, SKILLED, APART, *WIDER):
        text = problem_text(problem)
        assert json.loads(text)["format"] == "rj-schedule/2"
        assert read_problem(json.loads(text)) == problem

    plain = json.loads(problem_text(a_problem(a_case("Red"))))
    assert plain["format"] == "rj-schedule/1"
    assert "not_facilitators" not in plain["cases"][0]


def test_a_file_of_either_format_gives_the_same_problem() -> None:
    document = json.loads(problem_text(a_problem(a_case("Red"))))

    assert read_problem(document | {"format": "rj-schedule/2"}) == read_problem(document)
