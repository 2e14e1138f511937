"""How far a forecast of the conference holds: measured, dated data.

A conference is never promised. What a court may be told is a window, and how often the conference
was then planned within it. ``python -m benchmarks.delivery window`` measures it anew.
"""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class ConferenceWindow:
    """The window in use from a day on, and how it fared when it was measured."""

    version: str
    in_force_from: date
    source: str
    days: int
    """From the first day on which the conference could be held; both ends count."""
    measured: int
    """How many forecasts were followed up."""
    within: int
    """In how many of them the conference was then planned within the window."""
    median_days_off: int
    """Between the first day of the window and the day then planned."""

    def last_day(self, first: date) -> date:
        """The last day of the window that begins on a day."""
        return first + timedelta(days=self.days - 1)


PUBLISHED = (
    ConferenceWindow(
        version="2026-11",
        in_force_from=date(2013, 2, 1),
        source=(
            "Measured on eight invented counties over five weeks of arrivals and runs: "
            "python -m benchmarks.delivery window. People's own pace is not in it"
        ),
        days=70,
        measured=78,
        within=65,
        median_days_off=28,
    ),
)
"""Every published version, oldest first."""


def conference_window_on(day: date) -> ConferenceWindow:
    """The version in force on a day; the oldest one for days before them all."""
    in_force = [version for version in PUBLISHED if version.in_force_from <= day]
    return in_force[-1] if in_force else PUBLISHED[0]
