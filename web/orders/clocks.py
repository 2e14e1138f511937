"""The first-contact clock as a tag and as sentences, both readings of fifteen days included."""

from dataclasses import dataclass
from datetime import date

from rj.policy.bank_holidays import is_provisional
from rj.policy.deadlines import (
    ClockState,
    FirstContactClock,
    first_contact_clock,
    first_contact_due_in_working_days,
)
from rj.policy.standards import DeliveryStandards
from web.pages import Tag, day_text, weekday_text


@dataclass(frozen=True, slots=True)
class ShownClock:
    """What a page shows of the clock."""

    tag: Tag
    due: str
    """The day the promise ends, by calendar days, which count."""
    other_reading: str
    """The same promise read as working days."""


def days_in_words(count: int) -> str:
    """``1 day``, ``3 days``."""
    return f"{count} day" if count == 1 else f"{count} days"


def clock_tag(clock: FirstContactClock) -> Tag:
    """How the clock stands, in a word or two."""
    match clock.state:
        case ClockState.MET:
            return Tag("Contact made in time", "done")
        case ClockState.MET_LATE:
            return Tag("Contact made late", "late")
        case ClockState.OVERDUE:
            return Tag(f"Contact {days_in_words(-clock.days_left)} overdue", "late")
        case ClockState.DUE_TODAY:
            return Tag("Contact due today", "soon")
        case ClockState.NEAR:
            return Tag(f"Contact: {days_in_words(clock.days_left)} left", "soon")
        case ClockState.RUNNING:
            return Tag(f"Contact: {days_in_words(clock.days_left)} left", "told")


def shown_clock(
    sentenced_on: date,
    contacted_on: date | None,
    today: date,
    bank_holidays: frozenset[date],
    standards: DeliveryStandards,
) -> ShownClock:
    """The clock of one order on one day."""
    clock = first_contact_clock(sentenced_on, contacted_on, today, standards)
    days = standards.first_contact_days
    working = first_contact_due_in_working_days(sentenced_on, bank_holidays, standards)
    provisional = " (bank holidays not yet announced)" if is_provisional(working) else ""
    return ShownClock(
        tag=clock_tag(clock),
        due=f"{weekday_text(clock.due_on)}, {days} calendar days after sentence",
        other_reading=f"{days} working days would end on {day_text(working)}{provisional}",
    )
