"""The road to five conferences: which year, and what counts in it."""

from datetime import date

from web.facilitators.practice import practice_on

ACCREDITED = date(2025, 6, 1)


def test_the_first_year_wants_five_and_counts_only_its_own():
    found = practice_on(
        date(2026, 5, 31), ACCREDITED, [date(2025, 6, 1), date(2025, 5, 31)], [date(2026, 6, 1)]
    )
    assert (found.number, found.wanted, found.held, found.booked) == (1, 5, 1, 0)
    assert found.still_to_find == 4


def test_a_later_year_begins_on_the_anniversary_and_wants_fewer():
    found = practice_on(
        date(2026, 6, 1), ACCREDITED, [date(2025, 12, 1)], [date(2026, 6, 1), date(2026, 9, 1)]
    )
    assert (found.number, found.wanted, found.held, found.booked) == (2, 3, 0, 2)


def test_more_than_was_wanted_leaves_nothing_to_find():
    days = [date(2025, 7, number) for number in range(1, 8)]
    assert practice_on(date(2025, 8, 1), ACCREDITED, days, []).still_to_find == 0
