"""The clocks: first contact within 15 days of sentence (S1, R16)."""

from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

import pytest

from rj.policy.bank_holidays import bank_holidays, is_provisional
from rj.policy.deadlines import (
    ClockState,
    first_contact_clock,
    first_contact_due,
    first_contact_due_in_working_days,
)
from rj.policy.plan_templates import Attends, template_on
from rj.policy.standards import standards_on, strictest
from rj.policy.terms import Route, Stage

SENTENCE = date(2026, 3, 2)
STANDARDS = standards_on(SENTENCE)


def test_the_day_of_sentence_is_day_nought_and_day_15_is_in_time() -> None:
    assert first_contact_due(SENTENCE, STANDARDS) == date(2026, 3, 17)


def test_the_clock_counts_days_across_both_clock_changes_christmas_and_leap_day() -> None:
    for sentence in (date(2026, 3, 20), date(2026, 10, 20), date(2026, 12, 20), date(2028, 2, 20)):
        assert (first_contact_due(sentence, STANDARDS) - sentence).days == 15


def test_fifteen_working_days_step_over_easter() -> None:
    holidays = bank_holidays(date(2026, 3, 1), date(2026, 5, 31))

    due = first_contact_due_in_working_days(date(2026, 3, 27), holidays, STANDARDS)

    assert due == date(2026, 4, 21)  # Good Friday and Easter Monday do not count


@pytest.mark.parametrize(
    ("day", "state", "days_left"),
    [
        (0, ClockState.RUNNING, 15),
        (12, ClockState.RUNNING, 3),
        (13, ClockState.NEAR, 2),
        (14, ClockState.NEAR, 1),
        (15, ClockState.DUE_TODAY, 0),
        (16, ClockState.OVERDUE, -1),
    ],
)
def test_the_clock_is_near_from_day_13_due_on_day_15_and_overdue_from_day_16(
    day: int, state: ClockState, days_left: int
) -> None:
    clock = first_contact_clock(SENTENCE, None, SENTENCE + timedelta(days=day), STANDARDS)

    assert (clock.state, clock.days_left) == (state, days_left)


def test_contact_on_day_15_meets_the_promise_and_on_day_16_does_not() -> None:
    for day, state in ((15, ClockState.MET), (16, ClockState.MET_LATE)):
        contacted = SENTENCE + timedelta(days=day)
        assert first_contact_clock(SENTENCE, contacted, contacted, STANDARDS).state is state


def test_christmas_on_a_saturday_brings_substitute_days() -> None:
    days = bank_holidays(date(2027, 12, 24), date(2027, 12, 31))

    assert {date(2027, 12, 27), date(2027, 12, 28)} <= days


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
