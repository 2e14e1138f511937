"""The clocks: pure arithmetic on a sentence date and the standards in force on it."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rj.kernel.working_days import working_days_after
from rj.policy.standards import DeliveryStandards


def first_contact_due(sentenced_on: date, standards: DeliveryStandards) -> date:
    """The last day for a facilitator to contact the person on probation (S1, R16).

    Calendar days; the day of sentence is day 0 and the whole of the due day is in time.
    """
    return sentenced_on + timedelta(days=standards.first_contact_days)


def first_contact_due_in_working_days(
    sentenced_on: date, bank_holidays: Container[date], standards: DeliveryStandards
) -> date:
    """The same promise read as working days, shown beside the stricter reading (R16)."""
    return working_days_after(sentenced_on, standards.first_contact_days, bank_holidays)


class ClockState(StrEnum):
    """How the first-contact clock stands on a given day."""

    MET = "met"
    MET_LATE = "met_late"
    RUNNING = "running"
    NEAR = "near"
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class FirstContactClock:
    """The 15-day clock of one order as it stands on one day."""

    due_on: date
    state: ClockState
    days_left: int
    """Calendar days until the due day; negative when it has passed. 0 once contact was made."""


def first_contact_clock(
    sentenced_on: date,
    contacted_on: date | None,
    today: date,
    standards: DeliveryStandards,
) -> FirstContactClock:
    """How the clock stands: it is near from the last alert day, overdue from day 16 (R16)."""
    due_on = first_contact_due(sentenced_on, standards)
    if contacted_on is not None:
        state = ClockState.MET if contacted_on <= due_on else ClockState.MET_LATE
        return FirstContactClock(due_on, state, 0)
    days_left = (due_on - today).days
    near_after = max(standards.first_contact_alert_days)
    if days_left < 0:
        state = ClockState.OVERDUE
    elif days_left == 0:
        state = ClockState.DUE_TODAY
    elif (today - sentenced_on).days >= near_after:
        state = ClockState.NEAR
    else:
        state = ClockState.RUNNING
    return FirstContactClock(due_on, state, days_left)
