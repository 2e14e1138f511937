"""Every boundary day of every clock, counted a second time from GOV.UK's own list of bank holidays.

The product takes its holidays from one source; the Ministry of Justice's package carries the list
that GOV.UK publishes. The second count is another method too: it looks a day up in a list of
every working day, where the product walks from day to day.
"""

from bisect import bisect_right
from datetime import date, time, timedelta
from functools import cache

import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays

from rj.kernel.london import at_london, london_day
from rj.policy.bank_holidays import ANNOUNCED_UNTIL, bank_holidays
from rj.policy.clocks import Changes as Decided
from rj.policy.clocks import ClockState, Pause, Reckoning, reckon, rules_of, standing
from rj.policy.standards import standards_on
from rj.policy.terms import ClockKind, DayUnit

ONE_DAY = timedelta(days=1)
FIRST, LAST = date(2012, 1, 2), date(2028, 12, 31)
"""What GOV.UK's list reaches over: the first of its days, and its last year."""
STARTS = [date(2025, 1, 1) + timedelta(days=number) for number in range(3 * 365 + 180)]
"""Every day of three and a half years: four Easters, three Christmases with substitute days, a
leap day, and each of seven clock changes lie within the clocks that start on them."""
OURS = bank_holidays(date(2024, 1, 1), date(2029, 6, 30))


@cache
def official() -> frozenset[date]:
    """GOV.UK's bank holidays of England and Wales, from the copy inside the package."""
    found = BankHolidays(use_cached_holidays=True).get_holidays(BankHolidays.ENGLAND_AND_WALES)
    return frozenset(each["date"] for each in found)


@cache
def working_days() -> list[date]:
    days = (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1))
    return [day for day in days if day.isoweekday() <= 5 and day not in official()]


def counted_again(start: date, count: int, unit: DayUnit) -> date:
    """The due day, by looking it up."""
    if unit is DayUnit.CALENDAR:
        return date.fromordinal(start.toordinal() + count)
    return working_days()[bisect_right(working_days(), start) + count - 1]


def reckoned(kind: ClockKind, start: date, unit: DayUnit | None = None) -> Reckoning:
    rule = rules_of(standards_on(start))[kind]
    return reckon(rule.in_unit(unit) if unit else rule, start, OURS)


def test_our_bank_holidays_are_those_that_govuk_published_r21() -> None:
    assert max(official()).year == ANNOUNCED_UNTIL
    # ours names the feast itself too where it falls on a weekend, which no clock counts anyway
    on_weekdays = {day for day in bank_holidays(FIRST, LAST) if day.isoweekday() <= 5}
    assert on_weekdays == official()
    substitutes = {date(2027, 12, 27), date(2027, 12, 28), date(2026, 12, 28), date(2028, 1, 3)}
    assert substitutes <= official()


@pytest.mark.parametrize("unit", DayUnit)
@pytest.mark.parametrize("kind", ClockKind)
def test_each_clock_is_due_on_the_day_that_a_second_count_finds(
    kind: ClockKind, unit: DayUnit
) -> None:
    for start in STARTS:
        found = reckoned(kind, start, unit)
        assert found.due_on == counted_again(start, found.rule.days, unit), start
        if found.rule.opens_after:
            assert found.opens_on == counted_again(start, found.rule.opens_after, unit), start


@pytest.mark.parametrize("kind", ClockKind)
def test_the_last_day_is_in_time_to_its_end_and_the_next_is_not(kind: ClockKind) -> None:
    """Also on the days of 23 and of 25 hours on which the clocks change."""
    for start in STARTS:
        found = reckoned(kind, start)
        due_on = counted_again(start, found.rule.days, found.rule.unit)
        last_minute = london_day(at_london(due_on, time(23, 59)))
        too_late = london_day(at_london(due_on + ONE_DAY, time(0, 0)))
        states = [
            standing(found, stopped_on, today, OURS).state
            for stopped_on, today in (
                (None, due_on),
                (None, too_late),
                (last_minute, due_on),
                (too_late, too_late),
            )
        ]
        assert states == [
            ClockState.DUE_TODAY,
            ClockState.OVERDUE,
            ClockState.MET,
            ClockState.MET_LATE,
        ], start


def test_alerts_fall_on_the_same_days_as_a_second_count_finds_in_either_reading() -> None:
    for unit in DayUnit:
        for start in STARTS[::3]:
            found = reckoned(ClockKind.FIRST_CONTACT, start, unit)
            for alert in (5, 10, 13):
                day = counted_again(start, alert, unit)
                before = standing(found, None, day - ONE_DAY, OURS).alert
                assert standing(found, None, day, OURS).alert == alert, start
                assert before != alert, start


def test_a_pause_moves_the_due_day_by_the_days_that_would_have_counted() -> None:
    for kind in (ClockKind.FIRST_CONTACT, ClockKind.ASSESSMENT):
        for start in STARTS[::5]:
            rule = rules_of(standards_on(start))[kind]
            pause = Pause(start + 3 * ONE_DAY, start + 9 * ONE_DAY)
            days = [pause.first_day + timedelta(days=number) for number in range(7)]
            lost = sum(
                rule.unit is DayUnit.CALENDAR or (day.isoweekday() <= 5 and day not in official())
                for day in days
            )
            found = reckon(rule, start, OURS, Decided((pause,)))
            assert found.due_on == counted_again(start, rule.days + lost, rule.unit), start
