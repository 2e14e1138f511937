"""Bank holidays of England and Wales (R21), from the ``holidays`` package."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays

ANNOUNCED_UNTIL = 2028
"""The last year whose bank holidays GOV.UK had published when this release was made (2026-11).

Dates in later years follow the standing rules and are shown as provisional."""


@lru_cache(maxsize=64)
def _in_year(year: int) -> Mapping[date, str]:
    found = holidays.country_holidays("GB", subdiv="ENG", years=year)
    return {day: name for day, name in sorted(found.items()) if day.year == year}


def bank_holidays(first: date, last: date) -> dict[date, str]:
    """Every bank holiday from ``first`` to ``last``, both included, and what it is called."""
    years = range(first.year, last.year + 1)
    return {
        day: name for year in years for day, name in _in_year(year).items() if first <= day <= last
    }


def is_provisional(day: date) -> bool:
    """Whether bank holidays near this day rest on the standing rules, not on an announcement."""
    return day.year > ANNOUNCED_UNTIL
