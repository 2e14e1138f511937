"""Working days: Monday to Friday, less the bank holidays of England and Wales (R21)."""

from collections.abc import Container
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
SATURDAY = 5


def is_working_day(day: date, bank_holidays: Container[date]) -> bool:
    """Whether offices work on this day."""
    return day.weekday() < SATURDAY and day not in bank_holidays
