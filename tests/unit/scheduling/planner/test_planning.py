"""What the planner does, seen from outside: a problem in, a plan out."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from random import Random
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ortools.linear_solver import pywraplp

from rj.kernel.errors import Invalid
from rj.scheduling.planner.assignment import assign, without_programme
from rj.scheduling.planner.civil import local_day
from rj.scheduling.planner.documents import plan_text
from rj.scheduling.planner.pairs import pairs_of
from rj.scheduling.planner.plan import Meeting
from rj.scheduling.planner.problem import Problem, Published, Stage
from rj.scheduling.planner.rules import breaches
from rj.scheduling.planner.solution import FIRST_ANSWER, SMALL, Outcome, Progress, Solution
from rj.scheduling.planner.solve import plan_meetings
from rj.scheduling.planner.survey import Survey
from rj.scheduling.planner.tiers import tiers
from tests.planning_builders import (
    LONDON,
    POLICY,
    a_case,
    a_facilitator,
    a_person,
    a_problem,
    a_random_problem,
    a_room,
    a_task,
    a_venue,
    at,
    busy,
    days,
    hours,
    told,
    with_format_two,
)


def planned(problem: Problem) -> Solution:
    return plan_meetings(problem, effort=SMALL, seed=1)


def leads(solution: Solution) -> set[str]:
    return {meeting.lead for meeting in solution.plan.meetings}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(chance=st.randoms(use_true_random=False))
def test_no_plan_ever_breaks_a_rule_or_beats_its_bound(chance: Random) -> None:
    problem = a_random_problem(chance)
    if chance.random() < 0.5:
        problem = with_format_two(problem, chance)
    try:
        solution = planned(problem)
    except Invalid:
        # Pins were drawn at random, and only a pin can make a problem impossible.
        if any(task.pinned for task in problem.task.values()):
            return
        raise

    assert breaches(problem, solution.plan) == []
    assert solution.tiers == tiers(problem, solution.plan)
    assert solution.bounds.least <= solution.tiers
    every = {task.id for case in problem.cases for task in case.open_tasks}
    assert set(solution.reasons) | set(solution.left_out) == every
    assert all(sentence.endswith(".") for sentence in solution.left_out.values())


def test_every_stage_of_a_case_is_planned_in_order() -> None:
    stages = [a_task(f"Red-{stage}", stage) for stage in Stage]
    problem = a_problem(a_case("Red", *stages))

    solution = planned(problem)

    assert solution.outcome is Outcome.COMPLETE
    assert [meeting.task for meeting in solution.plan.meetings] == [task.id for task in stages]
    assert solution.tiers == solution.bounds.least


def test_a_facilitator_on_leave_is_passed_over() -> None:
    amina = a_facilitator("Amina", away=days(date(2026, 3, 1), date(2026, 5, 31)))
    problem = a_problem(a_case("Red"), amina, a_facilitator("Bryn", x=30))

    assert leads(planned(problem)) == {"Bryn"}


def test_the_one_who_has_begun_a_case_goes_on_though_others_are_nearer() -> None:
    near, far = a_facilitator("Amina"), a_facilitator("Bryn", x=50)
    problem = a_problem(a_case("Red", current_lead="Bryn"), near, far)

    assert leads(planned(problem)) == {"Bryn"}


def test_a_promise_comes_before_a_lead_who_has_begun() -> None:
    contact = a_task("Red-contact", Stage.CONTACT, due=date(2026, 3, 6))
    late = a_facilitator("Bryn", away=days(date(2026, 3, 2), date(2026, 3, 6)))
    problem = a_problem(a_case("Red", contact, current_lead="Bryn"), a_facilitator("Amina"), late)

    assert leads(planned(problem)) == {"Amina"}


def test_somebody_newly_trained_is_steered_towards_five() -> None:
    new = a_facilitator("Amina", accredited=date(2025, 4, 1), x=40)
    policy = replace(POLICY, first_year_target=1)
    problem = a_problem(a_case("Red"), a_facilitator("Bryn"), new, policy=policy)

    solution = planned(problem)

    assert leads(solution) == {"Amina"}
    assert "number 1 of the 1 wanted by Tuesday 31 March 2026" in solution.reasons["Red-conference"]
    (conference,) = solution.plan.meetings
    assert local_day(LONDON, conference.start) <= date(2026, 3, 31)


def test_a_letter_brings_no_practice() -> None:
    new = a_facilitator("Amina", accredited=date(2025, 4, 1), x=40)
    policy = replace(POLICY, first_year_target=1)
    case = a_case("Red", kind="indirect")
    problem = a_problem(case, a_facilitator("Bryn"), new, policy=policy)

    assert leads(planned(problem)) == {"Bryn"}


def test_cases_are_shared_out_fairly() -> None:
    cases = [a_case(f"C{number}") for number in range(4)]
    staff = [a_facilitator(name, caseload_norm=2) for name in ("Amina", "Bryn")]

    solution = planned(a_problem(*cases, *staff))

    assert solution.tiers.fairness == 0
    assert leads(solution) == {"Amina", "Bryn"}


def test_a_mentored_lead_gets_a_mentor_until_mentoring_ends() -> None:
    amina = a_facilitator("Amina", mentored_until=date(2026, 3, 20), mentors=frozenset({"Carys"}))
    case = a_case("Red", a_task("Red-conference", due=date(2026, 3, 20)), current_lead="Amina")
    problem = a_problem(case, amina, a_facilitator("Bryn"), a_facilitator("Carys"))

    (meeting,) = planned(problem).plan.meetings

    assert (meeting.lead, meeting.second) == ("Amina", "Carys")


def test_preferences_decide_between_equal_plans() -> None:
    victim = a_person("Victim", likes_hours=hours("15:00-17:00", 3), likes_venues={"Library"})
    case = a_case("Red", a_task("Red-conference", people=("Victim",)), venues=("Hall", "Library"))
    problem = a_problem(case, victim, a_venue("Hall"), a_venue("Library"))

    (meeting,) = planned(problem).plan.meetings

    there = meeting.start.astimezone(LONDON)
    assert (there.weekday(), there.hour >= 15, meeting.room) == (3, True, "Library-1")


def test_a_busy_room_is_not_used() -> None:
    taken = a_room(busy=busy(at(5, "09:00"), 7 * 60))
    case = a_case("Red", a_task("Red-conference", due=date(2026, 3, 5)))

    (meeting,) = planned(a_problem(case, a_venue(rooms=(taken,)))).plan.meetings

    assert meeting.start == at(5, "16:00")


def test_pinned_meetings_stay_and_the_rest_is_planned_around_them() -> None:
    conference = a_task("Red-conference", published=told(at(18), "Bryn"), pinned=True)
    case = a_case(
        "Red",
        a_task("Red-preparation", Stage.PREPARATION),
        conference,
        a_task("Red-review", Stage.REVIEW),
    )
    problem = a_problem(case, a_facilitator("Amina"), a_facilitator("Bryn", x=40))

    solution = planned(problem)

    assert solution.tiers.unscheduled == 0
    assert solution.plan.meeting["Red-conference"] == Meeting(
        "Red-conference", at(18), "Bryn", None, "Hall-1"
    )
    assert local_day(LONDON, solution.plan.meeting["Red-preparation"].start) <= date(2026, 3, 11)


def test_a_pin_that_cannot_stand_is_refused_by_name() -> None:
    away = a_facilitator("Amina", away=days(date(2026, 3, 18)))
    conference = a_task("Red-conference", published=told(at(18)), pinned=True)

    with pytest.raises(Invalid, match="Red-conference cannot stand: it Amina is away"):
        planned(a_problem(a_case("Red", conference), away))


def test_a_pin_that_leaves_no_time_for_the_stage_before_is_refused_by_name() -> None:
    preparation = a_task("Red-preparation", Stage.PREPARATION)
    conference = a_task("Red-conference", published=told(at(9)), pinned=True)

    with pytest.raises(Invalid, match="Red-conference cannot stand: the stages of Red before it"):
        planned(a_problem(a_case("Red", preparation, conference)))


def test_two_pins_may_demand_that_the_harder_case_goes_first() -> None:
    def case(name: str, venues: tuple[str, ...]) -> object:
        return a_case(
            name,
            a_task(f"{name}-preparation", Stage.PREPARATION),
            a_task(
                f"{name}-conference",
                published=told(at(20), name, room=f"{venues[0]}-1"),
                pinned=True,
            ),
            venues=venues,
        )

    # One hour at the hall before the gap; Red could also go to the library.
    one_hour = a_venue("Hall", hours=hours("10:00-11:00", 4), rooms=a_venue("Hall").rooms)
    problem = a_problem(
        case("Red", ("Library", "Hall")),  # type: ignore[arg-type]
        case("Blue", ("Hall",)),  # type: ignore[arg-type]
        a_facilitator("Red"),
        a_facilitator("Blue"),
        one_hour,
        a_venue("Library", x=30),
    )

    solution = planned(problem)

    assert solution.tiers.unscheduled == 0


def a_running_service() -> tuple[Problem, Solution]:
    """Six cases among four facilitators, planned."""
    staff = [a_facilitator(name, x=at_km) for at_km, name in enumerate(("Amina", "Bryn", "Carys"))]
    cases = [
        a_case(f"C{at}", *(a_task(f"C{at}-{stage}", stage) for stage in Stage)) for at in range(6)
    ]
    problem = a_problem(*staff, a_facilitator("Dilys", x=9), *cases)
    return problem, planned(problem)


def published(problem: Problem, solution: Solution) -> Problem:
    """The same problem after everybody has been told."""
    meetings = solution.plan.meeting
    return replace(
        problem,
        cases=tuple(
            replace(
                case,
                current_lead=meetings[case.tasks[0].id].lead,
                tasks=tuple(
                    replace(
                        task,
                        published=Published(
                            meetings[task.id].start,
                            meetings[task.id].lead,
                            meetings[task.id].second,
                            meetings[task.id].room,
                        ),
                    )
                    for task in case.tasks
                ),
            )
            for case in problem.cases
        ),
    )


def test_planning_again_with_nothing_changed_changes_nothing() -> None:
    problem, first = a_running_service()

    again = planned(published(problem, first))

    assert again.plan == first.plan
    assert again.tiers.disturbance == 0


def test_after_an_illness_only_the_cases_it_touches_change() -> None:
    problem, first = a_running_service()
    ill = first.plan.meetings[0].lead
    off = (date(2026, 3, 2), date(2026, 3, 15))
    told_all = published(problem, first)
    changed = replace(
        told_all,
        facilitators=tuple(
            replace(each, away=days(*off)) if each.id == ill else each
            for each in told_all.facilitators
        ),
    )

    again = planned(changed)

    touched = {
        problem.case_of[meeting.task].id
        for meeting in first.plan.meetings
        if meeting.lead == ill and off[0] <= local_day(LONDON, meeting.start) <= off[1]
    }
    assert touched
    assert again.tiers.unscheduled == 0
    for meeting in first.plan.meetings:
        if problem.case_of[meeting.task].id not in touched:
            assert again.plan.meeting[meeting.task] == meeting


def test_the_same_seed_gives_the_same_bytes() -> None:
    problem = a_random_problem(Random(5), cases=6)  # noqa: S311 (repeatable, not secret)

    texts = {plan_text(plan_meetings(problem, effort=SMALL, seed=7).plan) for _ in range(3)}

    assert len(texts) == 1


def test_a_stopped_run_keeps_what_it_has_and_says_so() -> None:
    problem, _ = a_running_service()
    asked: list[int] = []

    def after_a_while() -> bool:
        asked.append(1)
        return len(asked) > 2 * len(problem.cases) + 3

    stopped = plan_meetings(problem, effort=SMALL, should_stop=after_a_while)
    at_once = plan_meetings(problem, effort=SMALL, time_limit=0)

    assert stopped.outcome is at_once.outcome is Outcome.CUT_SHORT
    assert 0 < len(stopped.plan.meetings) < 30
    assert at_once.plan.meetings == ()
    assert set(at_once.left_out.values()) == {"Planning was stopped before it came to this case."}


def test_a_linear_programme_is_broken_off_when_the_run_is_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    survey = Survey(a_running_service()[0])
    broken_off = Event()

    def until_broken_off(_: object) -> int:
        return 6 if broken_off.wait(10) else 0

    monkeypatch.setattr(pywraplp.Solver, "Solve", until_broken_off)
    monkeypatch.setattr(pywraplp.Solver, "InterruptSolve", lambda _: broken_off.set())
    table = [pairs_of(survey, case) for case in survey.cases]

    assignment = assign(survey, table, lambda: True)

    assert broken_off.is_set()
    assert assignment == without_programme(table)


def test_progress_is_told_with_the_best_plan_its_bound_and_the_gap() -> None:
    heard: list[Progress] = []

    solution = plan_meetings(a_running_service()[0], effort=SMALL, on_progress=heard.append)

    assert [each.phase for each in heard][:3] == [
        "reading calendars",
        "assigning leads",
        "placing meetings",
    ]
    assert heard[-1].tiers == solution.tiers
    assert heard[-1].gap is not None
    assert all(later.elapsed >= each.elapsed for each, later in pairwise(heard))


def test_a_problem_without_anything_to_plan_has_an_empty_plan() -> None:
    assert planned(a_problem()).outcome is Outcome.COMPLETE
    held = a_case("Red", a_task("Red-conference", held=date(2026, 2, 20)))
    assert planned(a_problem(held)).plan.meetings == ()


def test_a_room_that_must_rest_is_given_to_the_next_after_its_rest() -> None:
    problem = a_problem(
        a_facilitator("Amina"),
        a_facilitator("Bryn"),
        a_venue(hours=hours("10:00-13:00", 1), rooms=(a_room(turnaround_minutes=60),)),
        a_case("Red"),
        a_case("Blue"),
        horizon_end=date(2026, 3, 12),
    )

    plan = plan_meetings(problem, effort=FIRST_ANSWER).plan

    assert {each.start for each in plan.meetings} == {at(10, "10:00"), at(10, "12:00")}


def test_a_wish_nobody_could_grant_is_proven_so() -> None:
    evenings = hours("18:00-20:00")
    problem = a_problem(
        a_case("Red", a_task("Red-conference", people=("Red-person",))),
        a_person("Red-person", likes_hours=evenings, likes_venues=frozenset({"Library"})),
    )

    solution = planned(problem)

    assert solution.tiers.preference_misses == solution.bounds.least.preference_misses == 2
    assert all(solution.proven)


def test_whoever_stands_in_the_way_of_a_case_makes_room_for_it() -> None:
    problem = a_problem(
        a_facilitator(hours=hours("10:00-11:00")),
        a_case("First", sentenced=date(2026, 2, 1)),
        a_case("Then", a_task("Then-conference", people=("Red-person",))),
        a_person("Red-person", away=days(date(2026, 3, 6), date(2026, 5, 31))),
    )

    solution = plan_meetings(problem, effort=FIRST_ANSWER)

    assert solution.plan.meeting["Then-conference"].start == at(5)
    assert solution.tiers.unscheduled == 0
