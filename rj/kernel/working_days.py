"""Working days: Monday to Friday, less the bank holidays of England and Wales (R21)."""

from collections.abc import Container
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
SATURDAY = 5


def is_working_day(day: date, bank_holidays: Container[date]) -> bool:
    """Whether offices work on this day."""
    return day.weekday() < SATURDAY and day not in bank_holidays


def working_days_after(start: date, count: int, bank_holidays: Container[date]) -> date:
    """The ``count``-th working day after ``start``, which itself is day 0."""
    day = start
    while count > 0:
        day += ONE_DAY
        if is_working_day(day, bank_holidays):
            count -= 1
    return day
