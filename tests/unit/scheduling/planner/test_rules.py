"""Each hard rule by itself: a lawful plan passes, and the one thing wrong is named."""

from datetime import date

from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.problem import Curfew, Problem, Stage
from rj.scheduling.planner.rules import breaches
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
    busy,
    days,
    hours,
    told,
)


def broken(problem: Problem, *meetings: Meeting) -> list[str]:
    """The numbers of the rules that these meetings break."""
    return [breach.rule for breach in breaches(problem, a_plan(*meetings))]


def the_conference(start_day: int = 10, clock: str = "10:00", **facts: str | None) -> Meeting:
    return a_meeting("Red-conference", at(start_day, clock), **facts)  # type: ignore[arg-type]


RED = a_case("Red")


def test_a_lawful_plan_breaks_nothing() -> None:
    assert broken(a_problem(RED), the_conference()) == []


def test_h1_a_task_is_not_planned_twice() -> None:
    assert broken(a_problem(RED), the_conference(), the_conference(11)) == ["H1"]


def test_h1_an_unknown_task_or_person_or_room_is_refused() -> None:
    problem = a_problem(RED)

    assert broken(problem, a_meeting("Blue-conference", at(10))) == ["H1"]
    assert broken(problem, the_conference(lead="Nobody")) == ["H1"]
    assert broken(problem, the_conference(room="Attic")) == ["H1"]


def test_h1_what_was_held_is_not_planned_again() -> None:
    case = a_case("Red", a_task("Red-conference", held=date(2026, 2, 27)))

    assert broken(a_problem(case), the_conference()) == ["H1"]


def test_h2_a_meeting_starts_on_the_grid() -> None:
    assert broken(a_problem(RED), the_conference(clock="10:10")) == ["H2"]


def test_h2_nothing_happens_on_a_bank_holiday() -> None:
    problem = a_problem(RED, bank_holidays=frozenset({date(2026, 3, 10)}))

    assert broken(problem, the_conference(10)) == ["H2"]


def test_h2_nothing_happens_before_the_sentence_or_after_the_order() -> None:
    later = a_case("Red", sentenced=date(2026, 3, 11))
    ended = a_case("Red", order_end=date(2026, 3, 9))

    assert broken(a_problem(later), the_conference(10)) == ["H2"]
    assert broken(a_problem(ended), the_conference(10)) == ["H2"]
    assert broken(a_problem(later), the_conference(11)) == []


def test_h2_people_are_given_notice_but_calls_need_none() -> None:
    contact = a_case("Red", a_task("Red-contact", Stage.CONTACT))

    assert broken(a_problem(RED), the_conference(4)) == ["H2"]
    assert broken(a_problem(RED), the_conference(5)) == []
    assert broken(a_problem(contact), a_meeting("Red-contact", at(2), room=None)) == []


def test_h2_a_meeting_that_keeps_its_published_start_needs_no_notice() -> None:
    case = a_case("Red", a_task("Red-conference", published=told(at(3))))

    assert broken(a_problem(case), the_conference(3)) == []
    assert broken(a_problem(case), the_conference(3, "11:00")) == ["H2"]


def test_h3_a_stage_waits_for_the_ones_before_it() -> None:
    case = a_case("Red", a_task("Red-conference"), a_task("Red-review", Stage.REVIEW))

    assert broken(a_problem(case), a_meeting("Red-review", at(10))) == ["H3"]


def test_h4_gaps_are_counted_in_local_days_and_kept() -> None:
    case = a_case("Red", a_task("Red-conference"), a_task("Red-review", Stage.REVIEW))
    problem = a_problem(case)

    assert broken(problem, the_conference(10, "16:00"), a_meeting("Red-review", at(17))) == []
    assert broken(problem, the_conference(10), a_meeting("Red-review", at(16))) == ["H4"]
    assert broken(problem, the_conference(10), a_meeting("Red-review", at(22, month=4))) == ["H4"]


def test_h4_gaps_count_from_a_stage_already_held() -> None:
    preparation = a_task("Red-preparation", Stage.PREPARATION, held=date(2026, 3, 2))
    case = a_case("Red", preparation, a_task("Red-conference"))

    assert broken(a_problem(case), the_conference(6)) == ["H4"]
    assert broken(a_problem(case), the_conference(9)) == []


def test_h4_a_pair_without_an_entry_needs_one_day() -> None:
    first, again = (a_task(f"Red-{n}", Stage.PREPARATION) for n in ("first", "again"))
    problem = a_problem(a_case("Red", first, again))

    assert broken(problem, a_meeting("Red-first", at(10)), a_meeting("Red-again", at(11))) == []
    same_day = a_meeting("Red-again", at(10, "14:00"))
    assert broken(problem, a_meeting("Red-first", at(10)), same_day) == ["H4"]


def test_h5_a_case_has_one_lead() -> None:
    case = a_case("Red", a_task("Red-conference"), a_task("Red-review", Stage.REVIEW))
    problem = a_problem(case, a_facilitator("Amina"), a_facilitator("Bryn"))
    review = a_meeting("Red-review", at(17), "Bryn")

    assert broken(problem, the_conference(10), review) == ["H5"]


def test_h6_lead_and_second_suit_the_case() -> None:
    bryn = a_facilitator("Bryn")
    for facts in (
        {"areas": frozenset({"South"})},
        {"accredited": date(2026, 3, 11)},
        {"conflicts": frozenset({"Victim"})},
        {"languages": frozenset({"cy"})},
    ):
        case = a_case("Red", a_task("Red-conference", people=("Victim",)))
        problem = a_problem(case, a_facilitator("Amina", **facts), bryn, a_person("Victim"))
        assert broken(problem, the_conference()) == ["H6"], facts
        assert broken(problem, the_conference(lead="Bryn")) == []


def test_h6_every_skill_is_held_but_the_second_need_not_speak_the_language() -> None:
    case = a_case("Red", skills=frozenset({"sensitive"}), second_required=True)
    amina = a_facilitator("Amina", skills=frozenset({"sensitive", "youth"}))
    bryn = a_facilitator("Bryn", languages=frozenset({"cy"}), skills=frozenset({"sensitive"}))
    carys = a_facilitator("Carys")
    problem = a_problem(case, amina, bryn, carys)

    assert broken(problem, the_conference(second="Bryn")) == []
    assert broken(problem, the_conference(second="Carys")) == ["H6"]


def test_h6_a_conflict_with_anybody_of_the_case_counts_whatever_the_stage() -> None:
    review = a_task("Red-review", Stage.REVIEW, people=("Officer",))
    amina = a_facilitator("Amina", conflicts=frozenset({"Officer"}))
    problem = a_problem(a_case("Red", a_task("Red-conference"), review), amina, a_person("Officer"))

    assert broken(problem, the_conference()) == ["H6"]


def test_h7_a_facilitator_attends_in_working_hours_not_away_and_not_busy() -> None:
    for facts in (
        {"hours": hours("13:00-17:00")},
        {"away": days(date(2026, 3, 9), date(2026, 3, 10))},
        {"busy": busy(at(10, "10:30"), 60)},
    ):
        problem = a_problem(RED, a_facilitator("Amina", **facts))
        assert broken(problem, the_conference()) == ["H7"], facts
        assert broken(problem, the_conference(11, "14:00")) == []


def test_h7_two_windows_that_abut_are_not_joined() -> None:
    mornings_and_afternoons = hours("09:00-10:30") + hours("10:30-17:00")
    problem = a_problem(RED, a_facilitator("Amina", hours=mornings_and_afternoons))

    assert broken(problem, the_conference(clock="10:00")) == ["H7"]
    assert broken(problem, the_conference(clock="10:30")) == []


def test_h8_a_second_is_there_exactly_when_one_is_called_for() -> None:
    pair = (a_facilitator("Amina"), a_facilitator("Bryn"))
    together = a_problem(a_case("Red", second_required=True), *pair)

    assert broken(together, the_conference()) == ["H8"]
    assert broken(together, the_conference(second="Bryn")) == []
    assert broken(a_problem(RED, *pair), the_conference(second="Bryn")) == ["H8"]
    assert "H8" in broken(together, the_conference(second="Amina"))


def test_h8_a_mentored_lead_brings_one_of_the_mentors_until_the_last_day() -> None:
    amina = a_facilitator(
        "Amina", mentored_until=date(2026, 3, 10), mentors=frozenset({"Bryn", "Dilys"})
    )
    dilys = a_facilitator("Dilys", mentored_until=date(2026, 6, 1))
    problem = a_problem(RED, amina, a_facilitator("Bryn"), a_facilitator("Carys"), dilys)

    assert broken(problem, the_conference(10)) == ["H8"]
    assert broken(problem, the_conference(10, second="Bryn")) == []
    assert broken(problem, the_conference(10, second="Carys")) == ["H8"]
    assert broken(problem, the_conference(10, second="Dilys")) == ["H8"]
    assert broken(problem, the_conference(11)) == []


def test_h9_a_facilitator_is_not_in_two_places() -> None:
    problem = a_problem(
        a_case("Red", a_task("Red-review", Stage.REVIEW)),
        a_case("Blue", a_task("Blue-review", Stage.REVIEW), venues=("Library",)),
        a_venue("Hall"),
        a_venue("Library", x=20),
    )
    red = a_meeting("Red-review", at(10))

    assert broken(problem, red, a_meeting("Blue-review", at(10, "10:30"), room="Library-1")) == [
        "H9"
    ]
    # Ten minutes and twenty kilometres at ninety seconds are forty minutes.
    assert broken(problem, red, a_meeting("Blue-review", at(10, "11:30"), room="Library-1")) == [
        "H9"
    ]
    assert broken(problem, red, a_meeting("Blue-review", at(10, "12:00"), room="Library-1")) == []


def test_h9_a_call_has_no_place_and_needs_no_journey() -> None:
    problem = a_problem(
        a_case("Red", a_task("Red-review", Stage.REVIEW)),
        a_case("Blue", a_task("Blue-contact", Stage.CONTACT)),
        a_venue("Hall", x=20),
    )
    call = a_meeting("Blue-contact", at(10, "11:00"), room=None)

    assert broken(problem, a_meeting("Red-review", at(10)), call) == []


def test_h10_a_week_from_monday_has_so_many_minutes() -> None:
    problem = a_problem(
        a_case("Red", a_task("Red-review", Stage.REVIEW)),
        a_case("Blue", a_task("Blue-contact", Stage.CONTACT)),
        a_facilitator("Amina", weekly_minutes=119),
    )
    red = a_meeting("Red-review", at(13))

    assert broken(problem, red, a_meeting("Blue-contact", at(9), room=None)) == ["H10"]
    assert broken(problem, red, a_meeting("Blue-contact", at(16), room=None)) == []


def test_h11_a_facilitator_has_one_conference_a_day_in_either_role() -> None:
    problem = a_problem(
        RED,
        a_case("Blue", second_required=True),
        a_facilitator("Amina"),
        a_facilitator("Bryn"),
    )

    def blue(day: int) -> Meeting:
        return a_meeting("Blue-conference", at(day, "14:00"), "Bryn", second="Amina")

    assert broken(problem, the_conference(10), blue(10)) == ["H11"]
    assert broken(problem, the_conference(10), blue(11)) == []


def test_h12_a_facilitator_leads_no_more_cases_than_the_cap() -> None:
    problem = a_problem(RED, a_case("Blue"), a_facilitator("Amina", caseload_cap=1))

    assert broken(problem, the_conference(10), a_meeting("Blue-conference", at(11))) == ["H12"]


def test_h13_a_call_has_no_room_and_a_meeting_has_one() -> None:
    call = a_case("Blue", a_task("Blue-contact", Stage.CONTACT))

    assert broken(a_problem(RED), the_conference(room=None)) == ["H13"]
    assert broken(a_problem(call), a_meeting("Blue-contact", at(10))) == ["H13"]


def test_h13_a_room_is_agreed_big_enough_equipped_open_and_not_taken() -> None:
    step_free = a_case("Red", a_task("Red-conference", features=frozenset({"step_free"})))
    crowd = a_case("Red", a_task("Red-conference", seats=9))
    shut = a_venue(closed=frozenset({date(2026, 3, 10)}))
    afternoons = a_venue(hours=hours("13:00-17:00"))
    taken = a_venue(rooms=(a_room(busy=busy(at(10, "09:00"), 90)),))

    assert broken(a_problem(step_free), the_conference()) == ["H13"]
    assert broken(a_problem(crowd), the_conference()) == ["H13"]
    for venue in (shut, afternoons, taken):
        assert broken(a_problem(RED, venue), the_conference()) == ["H13"]
    elsewhere = a_problem(RED, a_venue(), a_venue("Library"))
    assert broken(elsewhere, the_conference(room="Library-1")) == ["H13"]


def test_h14_a_room_rests_between_uses() -> None:
    problem = a_problem(
        RED,
        a_case("Blue"),
        a_facilitator("Amina"),
        a_facilitator("Bryn"),
        a_venue(rooms=(a_room(turnaround_minutes=15),)),
    )

    def blue(clock: str) -> Meeting:
        return a_meeting("Blue-conference", at(10, clock), "Bryn")

    assert broken(problem, the_conference(), blue("11:00")) == ["H14"]
    assert broken(problem, the_conference(), blue("11:30")) == []


def test_h15_a_person_attends_in_hours_not_away_and_not_busy() -> None:
    case = a_case("Red", a_task("Red-conference", people=("Victim",)))
    for facts in (
        {"hours": hours("13:00-17:00")},
        {"hours": ()},
        {"away": days(date(2026, 3, 10))},
        {"busy": busy(at(10, "09:00"), 90)},
        {"not_venues": frozenset({"Hall"})},
    ):
        problem = a_problem(case, a_person("Victim", **facts))
        assert broken(problem, the_conference()) == ["H15"], facts


def test_h15_a_curfew_is_widened_by_the_journey_on_both_sides() -> None:
    case = a_case("Red", a_task("Red-conference", people=("Offender",)))

    def under(begins: int, ends: int) -> Problem:
        return a_problem(case, a_person("Offender", curfew=Curfew(begins * 60, ends * 60, 60)))

    over_night = under(17, 8)
    assert broken(over_night, the_conference(clock="09:00")) == []
    assert broken(over_night, the_conference(clock="15:00")) == []
    assert broken(over_night, the_conference(clock="15:30")) == ["H15"]
    assert broken(under(17, 9), the_conference(clock="09:30")) == ["H15"]
    at_noon = under(12, 13)
    assert broken(at_noon, the_conference(clock="10:00")) == []
    assert broken(at_noon, the_conference(clock="10:30")) == ["H15"]
    assert broken(at_noon, the_conference(clock="14:00")) == []


def test_h15_nobody_is_in_two_meetings_at_once() -> None:
    problem = a_problem(
        a_case("Red", a_task("Red-conference", people=("Officer",))),
        a_case("Blue", a_task("Blue-conference", people=("Officer",)), venues=("Library",)),
        a_facilitator("Amina"),
        a_facilitator("Bryn"),
        a_person("Officer"),
        a_venue("Hall"),
        a_venue("Library"),
    )
    blue = a_meeting("Blue-conference", at(10, "10:30"), "Bryn", room="Library-1")

    assert broken(problem, the_conference(), blue) == ["H15"]


def test_h16_a_pinned_meeting_stays_exactly_as_published() -> None:
    case = a_case("Red", a_task("Red-conference", published=told(at(10)), pinned=True))
    problem = a_problem(case, a_facilitator("Amina"), a_facilitator("Bryn"))

    assert broken(problem, the_conference(10)) == []
    assert broken(problem, the_conference(10, "11:00")) == ["H16"]
    assert broken(problem, the_conference(10, lead="Bryn")) == ["H16"]
    assert broken(problem) == ["H16"]


def test_a_pinned_meeting_may_have_a_lead_of_its_own() -> None:
    case = a_case(
        "Red",
        a_task("Red-conference", published=told(at(10)), pinned=True),
        a_task("Red-review", Stage.REVIEW),
    )
    problem = a_problem(case, a_facilitator("Amina"), a_facilitator("Bryn"))

    assert broken(problem, the_conference(10), a_meeting("Red-review", at(18), "Bryn")) == []


def test_a_breach_says_what_is_wrong_in_words() -> None:
    problem = a_problem(RED, a_facilitator("Amina", away=days(date(2026, 3, 10))))

    (breach,) = breaches(problem, Plan("test", (the_conference(),)))

    assert (breach.about, breach.sentence) == ("Red-conference", "Amina is away")
