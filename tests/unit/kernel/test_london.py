"""The civil clock: instants in UTC, people in Europe/London (M12)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from rj.kernel.clock import StoppedClock
from rj.kernel.errors import Invalid
from rj.kernel.london import at_london, london_day, london_time


def test_ten_in_summer_is_nine_in_utc() -> None:
    assert at_london(date(2026, 7, 1), time(10)) == datetime(2026, 7, 1, 9, tzinfo=UTC)


def test_ten_in_winter_is_ten_in_utc() -> None:
    assert at_london(date(2026, 1, 7), time(10)) == datetime(2026, 1, 7, 10, tzinfo=UTC)


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_a_time_the_clocks_skip_is_refused_by_field(year: int) -> None:
    spring = last_sunday(year, 3)

    with pytest.raises(Invalid, match="does not exist") as refused:
        at_london(spring, time(1, 30), field="start")

    assert [problem.field for problem in refused.value.problems] == ["start"]


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_a_time_that_comes_twice_is_refused(year: int) -> None:
    with pytest.raises(Invalid, match="comes twice"):
        at_london(last_sunday(year, 10), time(1, 30))


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_the_hours_beside_a_clock_change_are_accepted(year: int) -> None:
    for day in (last_sunday(year, 3), last_sunday(year, 10)):
        for clock in (time(0, 45), time(2, 0)):
            instant = at_london(day, clock)
            assert (london_day(instant), london_time(instant)) == (day, clock)


def test_late_on_a_summer_evening_in_utc_it_is_already_tomorrow() -> None:
    assert StoppedClock(datetime(2026, 6, 1, 23, 30, tzinfo=UTC)).today() == date(2026, 6, 2)


def last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)
