"""Words, dates, clocks and page numbers as pages show them."""

from datetime import UTC, date, datetime
from enum import StrEnum

import pytest

from rj.accounts.delays import wait_until
from rj.kernel.weekly_hours import read_hours
from rj.policy import terms
from rj.policy.bank_holidays import bank_holidays
from rj.policy.clocks import reckon, rules_of, standing
from rj.policy.standards import standards_on
from web.orders.clocks import clock_tag, due_text, other_reading_text
from web.pages import clock_text, day_text, moment_text, paginate, weekly_text
from web.unsent import within
from web.words import WORDS, words_for

SENTENCED = date(2026, 3, 2)
STANDARDS = standards_on(SENTENCED)


@pytest.mark.parametrize(
    ("today", "contacted", "text", "state"),
    [
        (date(2026, 3, 9), None, "Contact: 8 days left", "told"),
        (date(2026, 3, 16), None, "Contact: 1 day left", "soon"),
        (date(2026, 3, 17), None, "Contact due today", "soon"),
        (date(2026, 3, 18), None, "Contact 1 day overdue", "late"),
        (date(2026, 4, 1), date(2026, 3, 17), "Contact made in time", "done"),
        (date(2026, 4, 1), date(2026, 3, 18), "Contact made late", "late"),
    ],
)
def test_the_clock_is_said_in_a_word_or_two(today, contacted, text, state):
    found = reckon(rules_of(STANDARDS)[terms.ClockKind.FIRST_CONTACT], SENTENCED, {})
    tag = clock_tag(standing(found, contacted, today, {}))

    assert (tag.text, tag.state) == (text, state)


def test_both_readings_of_fifteen_days_are_shown():
    holidays = bank_holidays(date(2026, 1, 1), date(2026, 12, 31))

    rule = rules_of(STANDARDS)[terms.ClockKind.FIRST_CONTACT]
    found = reckon(rule, date(2026, 3, 20), holidays)
    other = reckon(rule.in_unit(rule.unit.other), date(2026, 3, 20), holidays)

    assert due_text(found) == "Saturday 4 April 2026, 15 calendar days after sentence"
    # Good Friday and Easter Monday do not count
    assert other_reading_text(other) == "15 working days would end on 14 April 2026"


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 3, 9, 14, 30, tzinfo=UTC), "2:30pm"),
        (datetime(2026, 7, 9, 8, 0, tzinfo=UTC), "9am"),
        (datetime(2026, 1, 9, 0, 5, tzinfo=UTC), "12:05am"),
        (datetime(2026, 1, 9, 12, 0, tzinfo=UTC), "midday"),
        (datetime(2026, 1, 9, 0, 0, tzinfo=UTC), "midnight"),
    ],
)
def test_a_time_is_shown_on_the_london_clock(instant, text):
    assert clock_text(instant) == text


def test_a_moment_late_in_the_evening_lies_on_its_london_day():
    assert (
        moment_text(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "Wednesday 1 July 2026, 12:30am"
    )
    assert moment_text(None) == ""
    assert day_text(None) == ""


def test_page_numbers_leave_gaps_and_keep_what_was_asked():
    pages = paginate("/orders", [("text", "a b")], 5, 25 * 9 + 1)

    assert [link.number for link in pages.links] == [1, None, 4, 5, 6, None, 10]
    assert pages.links[0].href == "/orders?text=a+b&number=1"
    assert (pages.first, pages.last, pages.total) == (101, 125, 226)


def test_a_page_beyond_the_last_is_the_last():
    pages = paginate("/orders", [], 99, 30)

    assert (pages.first, pages.last, pages.next) == (26, 30, "")


def test_every_word_of_a_closed_list_that_pages_show_has_its_words():
    shown = {type(term) for term, _ in WORDS}
    lists = [
        found
        for found in vars(terms).values()
        if isinstance(found, type) and issubclass(found, StrEnum) and found in shown
    ]

    assert len(lists) >= 15
    for closed_list in lists:
        for term in closed_list:
            assert words_for(term)


def test_refused_sign_ins_cost_longer_and_longer_but_never_more_than_two_minutes():
    at = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
    waits = []
    for count in range(1, 20):
        until = wait_until([at] * count, free_tries=4)
        waits.append((until - at).total_seconds() if until else 0)

    assert waits[:3] == [0, 0, 0]
    assert waits == sorted(waits)
    assert waits[3:9] == [2, 4, 8, 16, 32, 64]
    assert waits[-1] == 120


@pytest.mark.parametrize(
    ("wanted", "lands"),
    [
        ("/orders/1", "/orders/1"),
        ("", "/"),
        ("orders", "/"),
        ("//evil.test", "/"),
        ("/\\evil.test", "/"),
        ("https://evil.test", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
    ],
)
def test_signing_in_leads_nowhere_but_within_this_site(wanted, lands):
    assert within(wanted) == lands


def test_weekly_hours_are_said_in_words():
    hours = read_hours("mon-fri 09:00-17:30, tue 18:00-20:00, sat 10:00-12:00")

    assert weekly_text(hours) == (
        "Monday 9am to 5:30pm, Tuesday 9am to 5:30pm, Tuesday 6pm to 8pm, "
        "Wednesday to Friday 9am to 5:30pm, Saturday 10am to midday"
    )
    assert weekly_text([]) == ""
