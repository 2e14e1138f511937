"""What a begun week and a full day leave of a facilitator's time (H10, H11)."""

from datetime import UTC, date, datetime

from rj.scheduling.caps import beyond_the_cap, whole_day
from rj.scheduling.planner.problem import Busy, Window

WEDNESDAY = date(2026, 3, 11)
NINE_TO_FIVE = tuple(Window(weekday, 9 * 60, 17 * 60) for weekday in range(5))
SUNDAY_NIGHT = datetime(2026, 3, 16, tzinfo=UTC)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def beyond(minutes_left: int, *standing: Busy) -> list[Busy]:
    return beyond_the_cap(
        NINE_TO_FIVE, minutes_left, today=WEDNESDAY, soon=at(11, 13), standing=standing
    )


def test_a_week_with_time_left_is_untouched() -> None:
    assert beyond(20 * 60) == []


def test_only_as_many_hours_stay_open_as_may_still_be_worked() -> None:
    assert beyond(6 * 60) == [Busy(at(12, 11), SUNDAY_NIGHT)]
    assert beyond(0) == [Busy(at(11, 13), SUNDAY_NIGHT)]
    assert beyond(-60) == [Busy(at(11, 13), SUNDAY_NIGHT)]


def test_a_meeting_that_stands_keeps_its_hours_and_counts() -> None:
    friday = Busy(at(13, 10), at(13, 12))

    assert beyond(6 * 60, friday) == [
        Busy(at(12, 9), friday.starts_at),
        Busy(friday.ends_at, SUNDAY_NIGHT),
    ]


def test_a_week_that_ends_when_the_clocks_change_ends_at_its_own_midnight() -> None:
    [rest] = beyond_the_cap(NINE_TO_FIVE, 0, today=date(2026, 3, 27), soon=at(27, 9), standing=())

    assert rest.ends_at == datetime(2026, 3, 29, 23, tzinfo=UTC)


def test_a_full_day_keeps_what_stands_in_it() -> None:
    told = Busy(at(11, 10), at(11, 11))

    assert whole_day(WEDNESDAY, [told, Busy(at(12, 9), at(12, 10))]) == [
        Busy(at(11, 0), told.starts_at),
        Busy(told.ends_at, at(12, 0)),
    ]
