"""Every meeting says why it is as it is, every task without one where its time ran out."""

from dataclasses import replace
from datetime import date

import pytest

from rj.scheduling.planner.problem import Gap, Problem, Stage
from rj.scheduling.planner.solution import SMALL
from rj.scheduling.planner.solve import plan_meetings
from tests.planning_builders import (
    POLICY,
    a_case,
    a_facilitator,
    a_person,
    a_problem,
    a_room,
    a_task,
    a_venue,
    at,
    days,
    hours,
    told,
)


def reason(problem: Problem, task: str = "Red-conference") -> str:
    return plan_meetings(problem, effort=SMALL).reasons[task]


def left_out(problem: Problem, task: str = "Red-conference") -> str:
    return plan_meetings(problem, effort=SMALL).left_out[task]


def test_a_meeting_names_lead_gap_and_room() -> None:
    preparation = a_task("Red-preparation", Stage.PREPARATION, held=date(2026, 3, 2))
    conference = a_task("Red-conference", seats=4, features=frozenset({"separate_entrances"}))
    case = a_case("Red", preparation, conference, current_lead="Amina")

    assert reason(a_problem(case)) == (
        "Amina leads, having begun this case. "
        "It is 7 days after the preparation (7 to 56 are allowed). "
        "Hall-1 has 4 seats and separate entrances, at the nearest agreed venue to the lead, "
        "0 minutes away."
    )


def test_a_handover_says_from_whom_and_why() -> None:
    case = a_case("Red", current_lead="Gwen")

    assert "Amina takes over from Gwen, who can no longer lead it." in reason(a_problem(case))


def test_a_second_is_explained_as_mentor_or_as_required() -> None:
    bryn = a_facilitator("Bryn", languages=frozenset())
    mentored = a_facilitator("Amina", mentored_until=date(2026, 12, 1), mentors=frozenset({"Bryn"}))
    required = a_case("Red", second_required=True)

    assert "Bryn is second, being a mentor of Amina." in reason(
        a_problem(a_case("Red"), mentored, bryn)
    )
    assert "Bryn is second, as two facilitators are required." in reason(
        a_problem(required, a_facilitator("Amina"), bryn)
    )


def test_unchanged_pinned_and_changed_meetings_say_so() -> None:
    told_of = a_task("Red-conference", published=told(at(10)))
    ill = a_facilitator("Amina", away=days(date(2026, 3, 10)))

    assert reason(a_problem(a_case("Red", told_of))).startswith("Unchanged: people have been told")
    assert "pinned" in reason(a_problem(a_case("Red", replace(told_of, pinned=True))))
    changed = reason(a_problem(a_case("Red", told_of), ill))
    assert changed.startswith("Changed hour: as it was published Amina is away.")


def test_a_task_without_a_common_hour_names_who_cannot_meet() -> None:
    preparation = a_task("Red-preparation", Stage.PREPARATION)
    conference = a_task("Red-conference", people=("Offender", "Victim"))
    problem = a_problem(
        a_case("Red", preparation, conference, a_task("Red-review", Stage.REVIEW)),
        a_person("Offender", hours=hours("09:00-12:00")),
        a_person("Victim", hours=hours("13:00-17:00")),
    )

    assert left_out(problem) == (
        "There is no time both Offender and Victim can attend within 56 days of the preparation."
    )
    assert left_out(problem, "Red-review") == "It waits for Red-conference, which has no time yet."


def test_a_person_who_is_away_throughout_is_named_alone() -> None:
    away = a_person("Victim", away=days(date(2026, 3, 1), date(2026, 6, 1)))
    problem = a_problem(a_case("Red", a_task("Red-conference", people=("Victim",))), away)

    assert left_out(problem) == (
        "There is no time Victim can attend from Thursday 5 March 2026 to Sunday 31 May 2026."
    )


def test_a_missing_room_is_named_by_what_it_lacks() -> None:
    conference = a_task("Red-conference", seats=20, features=frozenset({"step_free"}))

    assert left_out(a_problem(a_case("Red", conference))) == (
        "No agreed venue that everybody may visit has a room with 20 seats and step-free access."
    )


def test_a_venue_shut_when_people_can_come_is_named() -> None:
    person = a_person("Victim", hours=hours("18:00-20:00"))
    problem = a_problem(a_case("Red", a_task("Red-conference", people=("Victim",))), person)

    assert left_out(problem).startswith("No agreed room is open when Victim can attend")


def test_a_case_nobody_fits_says_what_is_asked_for() -> None:
    case = a_case("Red", skills=frozenset({"sexual"}))

    assert left_out(a_problem(case)) == (
        "No facilitator with the skills sexual covers North, speaks en and has no conflict of "
        "interest."
    )


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"caseload_cap": 0}, "Amina could lead it, but may take no case more."),
        (
            {"weekly_minutes": 45},
            "Amina could lead it, but may not work 60 minutes in any week.",
        ),
    ],
)
def test_a_lone_case_never_blames_other_cases(facts: dict[str, int], sentence: str) -> None:
    lone = a_problem(a_case("Red"), a_facilitator("Amina", **facts))

    assert left_out(lone) == sentence


def test_a_case_too_full_for_itself_says_so() -> None:
    review = a_task("Red-review", Stage.REVIEW)
    week = replace(POLICY, gaps={"conference-review": Gap(1, 2)})
    case = a_case("Red", a_task("Red-conference"), review)
    lone = a_problem(case, a_facilitator("Amina", weekly_minutes=60), policy=week)

    assert "not beside the other meetings of this case" in left_out(lone, "Red-review")


def test_a_missing_second_is_named() -> None:
    assert left_out(a_problem(a_case("Red", second_required=True))).startswith(
        "No lead and a second facilitator are free together"
    )


def test_the_end_of_the_order_is_named_when_no_day_is_left() -> None:
    case = a_case(
        "Red",
        a_task("Red-conference"),
        a_task("Red-review", Stage.REVIEW),
        order_end=date(2026, 3, 9),
    )

    assert left_out(a_problem(case), "Red-review") == (
        "No day 7 to 42 days after the conference is left: the order ends on Monday 9 March 2026."
    )


def test_a_gap_that_has_run_out_names_the_stage_held() -> None:
    preparation = a_task("Red-preparation", Stage.PREPARATION, held=date(2025, 12, 1))
    problem = a_problem(a_case("Red", preparation, a_task("Red-conference")))

    assert left_out(problem).startswith(
        "No day is left for it: the preparation was on Monday 1 December 2025 and 7 to 56 days"
    )


def test_a_case_crowded_out_by_others_says_so() -> None:
    one_hour = a_venue(hours=hours("10:00-11:00", 0), rooms=(a_room(),))
    cases = [a_case(name, order_end=date(2026, 3, 10)) for name in ("Red", "Blue")]

    solution = plan_meetings(a_problem(*cases, one_hour), effort=SMALL)

    (sentence,) = solution.left_out.values()
    assert sentence.startswith("It could be held on its own")
