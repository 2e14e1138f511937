"""The clocks: first contact within 15 days of sentence (S1, R16), and the shape of the plan."""

from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

import pytest

from rj.policy.bank_holidays import bank_holidays, is_provisional
from rj.policy.clocks import (
    CLOCK_OF_STAGE,
    Changes,
    ClockState,
    Pause,
    Standing,
    Why,
    reckon,
    rules_of,
    standing,
)
from rj.policy.plan_templates import Attends, template_on
from rj.policy.standards import standards_on, strictest
from rj.policy.terms import ClockKind, DayUnit, Route, Stage

SENTENCE = date(2026, 3, 2)
STANDARDS = standards_on(SENTENCE)
HOLIDAYS = bank_holidays(date(2026, 1, 1), date(2028, 12, 31))
FIRST_CONTACT = rules_of(STANDARDS)[ClockKind.FIRST_CONTACT]
ASSESSMENT = rules_of(STANDARDS)[ClockKind.ASSESSMENT]


def due(start: date, *pauses: Pause, rule=FIRST_CONTACT, more_days: int = 0) -> date | None:
    return reckon(rule, start, HOLIDAYS, Changes(pauses, more_days)).due_on


def stands(
    today: date, *pauses: Pause, contacted: date | None = None, more_days: int = 0
) -> Standing:
    found = reckon(FIRST_CONTACT, SENTENCE, HOLIDAYS, Changes(pauses, more_days))
    return standing(found, contacted, today, HOLIDAYS)


def test_the_day_of_sentence_is_day_nought_and_day_15_is_in_time_r16() -> None:
    assert due(SENTENCE) == date(2026, 3, 17)


def test_the_clock_counts_days_across_both_clock_changes_christmas_and_leap_day() -> None:
    for sentence in (date(2026, 3, 20), date(2026, 10, 20), date(2026, 12, 20), date(2028, 2, 20)):
        assert due(sentence) == sentence + timedelta(days=15)


def test_fifteen_working_days_step_over_easter_and_name_what_they_step_over_r21() -> None:
    found = reckon(FIRST_CONTACT.in_unit(DayUnit.WORKING), date(2026, 3, 27), HOLIDAYS)

    assert found.due_on == date(2026, 4, 21)
    assert [(each.day, each.name) for each in found.skipped if each.why is Why.BANK_HOLIDAY] == [
        (date(2026, 4, 3), "Good Friday"),
        (date(2026, 4, 6), "Easter Monday"),
    ]


@pytest.mark.parametrize(
    ("day", "state", "days_left", "alert"),
    [
        (0, ClockState.RUNNING, 15, None),
        (4, ClockState.RUNNING, 11, None),
        (5, ClockState.RUNNING, 10, 5),
        (9, ClockState.RUNNING, 6, 5),
        (10, ClockState.RUNNING, 5, 10),
        (12, ClockState.RUNNING, 3, 10),
        (13, ClockState.NEAR, 2, 13),
        (14, ClockState.NEAR, 1, 13),
        (15, ClockState.DUE_TODAY, 0, 13),
        (16, ClockState.OVERDUE, -1, 13),
    ],
)
def test_alerts_fall_on_days_5_10_and_13_and_the_clock_is_overdue_from_day_16_r16(
    day: int, state: ClockState, days_left: int, alert: int | None
) -> None:
    clock = stands(SENTENCE + timedelta(days=day))

    assert (clock.day, clock.state, clock.days_left, clock.alert) == (day, state, days_left, alert)


def test_contact_on_day_15_meets_the_promise_and_on_day_16_does_not() -> None:
    for day, state in ((15, ClockState.MET), (16, ClockState.MET_LATE)):
        contacted = SENTENCE + timedelta(days=day)
        assert stands(contacted, contacted=contacted).state is state


def test_days_of_a_pause_do_not_count_both_ends_included() -> None:
    pause = Pause(date(2026, 3, 5), date(2026, 3, 9))

    assert due(SENTENCE, pause) == date(2026, 3, 22)
    assert stands(date(2026, 3, 4), pause).day == 2
    assert stands(date(2026, 3, 9), pause) == Standing(
        date(2026, 3, 22), ClockState.PAUSED, 0, 2, None
    )
    assert stands(date(2026, 3, 10), pause).day == 3


def test_a_pause_over_a_weekend_is_not_taken_off_twice_where_working_days_count() -> None:
    pause = Pause(date(2026, 3, 6), date(2026, 3, 9))  # Friday to Monday

    assert due(SENTENCE, rule=ASSESSMENT) == date(2026, 3, 30)
    assert due(SENTENCE, pause, rule=ASSESSMENT) == date(2026, 4, 1)


def test_while_a_pause_goes_on_no_day_is_due_and_nothing_is_overdue() -> None:
    pause = Pause(date(2026, 3, 10))

    assert due(SENTENCE, pause) is None
    assert stands(date(2026, 3, 9), pause).state is ClockState.RUNNING
    assert stands(date(2026, 6, 1), pause) == Standing(None, ClockState.PAUSED, 0, 7, 5)
    assert stands(date(2026, 6, 1), pause, contacted=date(2026, 5, 1)).state is ClockState.MET


def test_a_pause_that_begins_after_the_due_day_mends_nothing() -> None:
    pause = Pause(date(2026, 3, 18))

    assert due(SENTENCE, pause) == date(2026, 3, 17)
    assert stands(date(2026, 3, 19), pause).state is ClockState.OVERDUE


def test_an_extension_adds_days_of_the_clocks_own_unit() -> None:
    assert due(SENTENCE, more_days=3) == date(2026, 3, 20)
    assert due(date(2026, 3, 5), rule=ASSESSMENT) == date(2026, 4, 2)
    # Good Friday, the weekend and Easter Monday do not count
    assert due(date(2026, 3, 5), rule=ASSESSMENT, more_days=1) == date(2026, 4, 7)
    assert stands(date(2026, 3, 18), more_days=3).state is ClockState.NEAR


def test_a_window_opens_after_its_least_days_r22() -> None:
    rules = rules_of(STANDARDS)
    ready_on = date(2026, 6, 1)

    found = reckon(rules[ClockKind.REPARATION], ready_on, HOLIDAYS)

    assert found.opens_on == date(2026, 6, 15)
    assert found.due_on == date(2026, 8, 24)


def test_what_guards_safety_and_what_is_not_ours_cannot_be_paused_r19() -> None:
    fixed = {rule.kind for rule in rules_of(STANDARDS).values() if not rule.may_change}

    assert fixed == {
        ClockKind.RISK_ASSESSMENT,
        ClockKind.CALLS_AFTER,
        ClockKind.LATER_CALL,
        ClockKind.VICTIM_SCHEME,
    }
    assert not fixed & set(CLOCK_OF_STAGE.values())


def test_the_victim_contact_scheme_is_reckoned_by_what_held_on_the_day_of_sentence_r19() -> None:
    def days_on(day: date) -> int:
        return rules_of(standards_on(day))[ClockKind.VICTIM_SCHEME].days

    assert days_on(date(2021, 3, 31)) == 40
    assert days_on(date(2021, 4, 1)) == 10 + 20


def test_christmas_on_a_saturday_brings_substitute_days() -> None:
    days = bank_holidays(date(2027, 12, 24), date(2027, 12, 31))

    assert {date(2027, 12, 27), date(2027, 12, 28)} <= days.keys()


def test_holidays_beyond_the_announced_years_are_marked_provisional() -> None:
    assert not is_provisional(date(2028, 12, 31))
    assert is_provisional(date(2029, 1, 1))


def test_a_sentence_before_all_published_standards_takes_the_oldest() -> None:
    assert standards_on(date(2001, 1, 1)).first_contact_days == 15


def test_a_plan_has_a_call_and_four_meetings_in_order() -> None:
    stages = [step.stage for step in template_on(SENTENCE).steps]

    assert stages == list(Stage)


def test_the_harmed_party_attends_only_a_direct_conference() -> None:
    template = template_on(SENTENCE)

    for route in Route:
        attends = template.step(Stage.REPARATION, route).attends
        assert (Attends.HARMED in attends) is (route is Route.DIRECT)


def test_an_undecided_third_meeting_is_planned_as_long_as_a_conference() -> None:
    template = template_on(SENTENCE)
    undecided = template.step(Stage.REPARATION)

    assert undecided.minutes == template.conference.minutes
    assert undecided.features == template.conference.features


def test_a_run_over_several_versions_keeps_the_strictest_of_each_r7():
    pair, other = (Stage.CONTACT, Stage.ASSESSMENT), (Stage.REPARATION, Stage.REVIEW)
    newer = replace(
        STANDARDS,
        version="newer",
        notice_days=5,
        gaps=MappingProxyType({**STANDARDS.gaps, pair: (4, 20), other: (50, 60)}),
    )

    both = strictest(STANDARDS, [newer, STANDARDS])

    assert both.notice_days == 5
    assert both.gaps[pair] == (4, 20)
    assert both.gaps[other] == (50, 60), "no day suits both: late by one version"
    assert both.first_contact_days == STANDARDS.first_contact_days
    assert strictest(STANDARDS, [STANDARDS]) is STANDARDS
