"""The seven quantities, each by itself."""

from dataclasses import replace
from datetime import date

import pytest

from rj.scheduling.planner.plan import Meeting
from rj.scheduling.planner.practice import practice_years
from rj.scheduling.planner.problem import CaseKind, Stage
from rj.scheduling.planner.tiers import tiers
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
    hours,
    told,
)

FIVE = replace(POLICY, first_year_target=5, later_year_target=3)


def test_tasks_left_out_count_and_held_ones_do_not() -> None:
    case = a_case(
        "Red",
        a_task("Red-preparation", Stage.PREPARATION, held=date(2026, 2, 27)),
        a_task("Red-conference"),
        a_task("Red-review", Stage.REVIEW),
    )

    assert tiers(a_problem(case), a_plan(a_meeting("Red-conference", at(10)))).unscheduled == 1


def test_day_fifteen_after_sentence_is_still_in_time() -> None:
    case = a_case("Red", a_task("Red-contact", Stage.CONTACT), sentenced=date(2026, 2, 20))

    def late(day: int) -> int:
        call = a_meeting("Red-contact", at(day), room=None)
        return tiers(a_problem(case), a_plan(call)).days_late

    assert [late(7), late(9)] == [0, 2]


def test_a_promised_day_replaces_the_fifteenth() -> None:
    contact = a_task("Red-contact", Stage.CONTACT, due=date(2026, 3, 4))
    problem = a_problem(a_case("Red", contact))

    assert tiers(problem, a_plan(a_meeting("Red-contact", at(6), room=None))).days_late == 2


@pytest.mark.parametrize(
    ("meeting", "disturbance"),
    [
        (a_meeting("Red-conference", at(10)), 0),
        (a_meeting("Red-conference", at(10, "11:00")), 4),
        (a_meeting("Red-conference", at(10), "Bryn"), 2 + 3),
        (a_meeting("Red-conference", at(11), "Bryn"), 4 + 3),
        (a_meeting("Red-conference", at(10), room="Hall-2"), 1),
        (a_meeting("Red-conference", at(10), second="Bryn"), 1),
        (None, 4),
    ],
)
def test_what_people_were_told_is_not_lightly_changed(
    meeting: Meeting | None, disturbance: int
) -> None:
    case = a_case("Red", a_task("Red-conference", published=told(at(10))), current_lead="Amina")
    hall = a_venue(rooms=(a_room("Hall-1"), a_room("Hall-2")))
    problem = a_problem(case, a_facilitator("Amina"), a_facilitator("Bryn"), hall)
    plan = a_plan(*([] if meeting is None else [meeting]))

    assert tiers(problem, plan).disturbance == disturbance


def test_a_handover_is_counted_once_and_not_for_pinned_meetings() -> None:
    pinned = a_task("Red-conference", published=told(at(10), "Bryn"), pinned=True)
    case = a_case("Red", pinned, a_task("Red-review", Stage.REVIEW), current_lead="Amina")
    problem = a_problem(case, a_facilitator("Amina"), a_facilitator("Bryn"))
    conference = a_meeting("Red-conference", at(10), "Bryn")

    assert tiers(problem, a_plan(conference)).disturbance == 0
    for lead, disturbance in (("Amina", 0), ("Bryn", 3)):
        review = a_meeting("Red-review", at(18), lead)
        assert tiers(problem, a_plan(conference, review)).disturbance == disturbance


def test_only_direct_conferences_count_for_practice_and_only_for_the_lead() -> None:
    year_ends = a_facilitator("Amina", accredited=date(2025, 5, 1))
    second = a_facilitator("Bryn", accredited=date(2025, 5, 1))

    def shortfall(kind: CaseKind) -> int:
        problem = a_problem(a_case("Red", kind=kind), year_ends, second, policy=FIVE)
        meeting = a_meeting("Red-conference", at(10), second="Bryn")
        return tiers(problem, a_plan(meeting)).practice_shortfall

    assert shortfall(CaseKind.INDIRECT) == 10
    assert shortfall(CaseKind.DIRECT) == 9


def test_the_anniversary_belongs_to_the_next_practice_year() -> None:
    amina = a_facilitator("Amina", accredited=date(2025, 3, 25))
    problem = a_problem(amina, policy=FIVE, horizon_end=date(2026, 3, 27))

    first, second = practice_years(problem, amina)

    assert (first.end, first.wanted) == (date(2026, 3, 25), 5)
    assert first.count([date(2026, 3, 24), date(2026, 3, 25)]) == 1
    assert (second.first, second.wanted) == (date(2026, 3, 25), 0)


def test_a_leap_day_has_its_anniversary_on_the_first_of_march() -> None:
    amina = a_facilitator("Amina", accredited=date(2024, 2, 29))
    problem = a_problem(amina, as_of=date(2025, 2, 28), horizon_end=date(2025, 8, 31))

    first, second = practice_years(problem, amina)

    assert (first.first, first.end) == (date(2024, 2, 29), date(2025, 3, 1))
    assert second.end == date(2026, 3, 1)
    later = a_problem(amina, as_of=date(2028, 3, 1), horizon_end=date(2028, 3, 2))
    assert practice_years(later, amina)[0].first == date(2028, 2, 29)


def test_a_year_that_outlasts_the_horizon_wants_its_share_rounded_down() -> None:
    amina = a_facilitator("Amina", accredited=date(2026, 1, 1))
    problem = a_problem(amina, policy=FIVE, horizon_end=date(2026, 5, 31))

    (year,) = practice_years(problem, amina)

    assert year.wanted == 5 * 151 // 365


def test_each_case_above_the_fair_share_weighs_more_than_the_last() -> None:
    cases = [a_case(f"C{number}") for number in range(3)]
    problem = a_problem(*cases, a_facilitator("Amina", caseload_norm=1))
    meetings = [a_meeting(f"C{number}-conference", at(10 + number)) for number in range(3)]

    assert tiers(problem, a_plan(*meetings)).fairness == 1 + 2


def test_lead_and_second_travel_from_their_bases() -> None:
    problem = a_problem(
        a_case("Red"), a_facilitator("Amina", x=2), a_facilitator("Bryn", x=10), a_venue()
    )
    meeting = a_meeting("Red-conference", at(10), second="Bryn")

    assert tiers(problem, a_plan(meeting)).travel_minutes == 15 + 25


def test_a_preference_missed_counts_for_hours_and_for_the_venue() -> None:
    case = a_case("Red", a_task("Red-conference", people=("Victim", "Offender")))
    victim = a_person(
        "Victim", likes_hours=hours("14:00-17:00"), likes_venues=frozenset({"Library"})
    )
    problem = a_problem(case, victim, a_person("Offender", likes_hours=hours("09:00-12:00")))

    def misses(clock: str) -> int:
        return tiers(problem, a_plan(a_meeting("Red-conference", at(10, clock)))).preference_misses

    assert [misses("10:00"), misses("14:00"), misses("12:00")] == [2, 2, 3]
