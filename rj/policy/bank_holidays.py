"""Bank holidays of England and Wales (R21), from the ``holidays`` package."""

from datetime import date
from functools import lru_cache

import holidays

ANNOUNCED_UNTIL = 2028
"""The last year whose bank holidays GOV.UK had published when this release was made (2026-11).

Dates in later years follow the standing rules and are shown as provisional."""


@lru_cache(maxsize=64)
def _in_year(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def bank_holidays(first: date, last: date) -> frozenset[date]:
    """Every bank holiday from ``first`` to ``last``, both included."""
    years = range(first.year, last.year + 1)
    return frozenset(day for year in years for day in _in_year(year) if first <= day <= last)


def is_provisional(day: date) -> bool:
    """Whether bank holidays near this day rest on the standing rules, not on an announcement."""
    return day.year > ANNOUNCED_UNTIL
