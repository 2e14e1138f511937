"""Somebody under several orders may have several curfews: each of them holds (R42)."""

import pytest

from rj.conferences.facts import around
from rj.scheduling.planner.problem import Curfew


def a_curfew(begins, ends, margin=30):
    return Curfew(begins * 60, ends * 60, margin)


@pytest.mark.parametrize(
    ("curfews", "together"),
    [
        ([(19, 7)], (19, 7)),
        ([(19, 7), (19, 7)], (19, 7)),
        ([(19, 6), (21, 7)], (19, 7)),
        ([(21, 7), (19, 6)], (19, 7)),
        ([(20, 7), (22, 5)], (20, 7)),
        ([(20, 23), (1, 6)], (20, 6)),
        ([(9, 12), (13, 15)], (9, 15)),
        ([(19, 7), (6, 10)], (19, 10)),
        ([(22, 2), (0, 4), (20, 23)], (20, 4)),
    ],
)
def test_r42_the_shortest_hours_that_hold_every_curfew(curfews, together):
    assert around([a_curfew(*each) for each in curfews]) == a_curfew(*together)


def test_r42_curfews_that_leave_no_hour_leave_none():
    assert around([a_curfew(0, 14), a_curfew(12, 1)]) == Curfew(0, 24 * 60 - 1, 30)


def test_r42_the_wider_margin_counts():
    assert around([a_curfew(19, 7, 15), a_curfew(20, 6, 45)]) == a_curfew(19, 7, 45)
