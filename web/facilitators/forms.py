"""What facilitators enter on their own cases and calendar, and coordinators in the register."""

from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from rj.policy.terms import AttendanceOutcome, CalendarWish, ClockKind, ContactOutcome, GateValue
from web.forms import entry


@dataclass(frozen=True, slots=True)
class AttemptForm:
    """An attempt to reach the person on probation."""

    outcome: ContactOutcome = entry(
        "what came of the attempt", missing="Select what came of the attempt"
    )
    attempted_at: date = entry("date of the attempt")
    at_time: time = entry("time of the attempt")
    note: str = entry("note", longest=1000, is_long=True, is_required=False)


@dataclass(frozen=True, slots=True)
class GateForm:
    """What was found at one gate."""

    value: GateValue = entry("finding", missing="Select what you found")
    note: str = entry("note", longest=1000, is_long=True, is_required=False)


@dataclass(frozen=True, slots=True)
class AftercareForm:
    """A call after the third meeting."""

    clock: ClockKind = entry("call", missing="Select which call it was")
    outcome: ContactOutcome = entry("what came of the call", missing="Select what came of the call")
    called_on: date = entry("date of the call")
    at_time: time = entry("time of the call")


@dataclass(frozen=True, slots=True)
class OutcomeForm:
    """What became of a meeting."""

    outcome: AttendanceOutcome = entry("outcome", missing="Select what became of the meeting")


@dataclass(frozen=True, slots=True)
class DeviceForm:
    """A calendar address for one device."""

    device: str = entry(
        "name for the device", missing="Enter a name for the device, like My phone", longest=60
    )


@dataclass(frozen=True, slots=True)
class WishForm:
    """How one's own meetings come into one's calendar."""

    wish: CalendarWish = entry("how you want your meetings", missing="Select one of the three")


@dataclass(frozen=True, slots=True)
class LeaveForm:
    """Days on which a facilitator is away, both included."""

    first_day: date = entry("first day")
    last_day: date = entry("last day")
    is_illness: bool = entry("illness", is_required=False)


@dataclass(frozen=True, slots=True)
class BusyForm:
    """Hours of one day that are taken in a facilitator's own diary."""

    busy_on: date = entry("day")
    busy_from: time = entry("time it begins")
    busy_until: time = entry("time it ends")


@dataclass(frozen=True, slots=True)
class PastConferenceForm:
    """A direct conference led before the record here began, or elsewhere."""

    held_on: date = entry("day of the conference")


@dataclass(frozen=True, slots=True)
class ConflictCaseForm:
    """The case with somebody a facilitator must not meet at work."""

    case: str = entry("reference of the order")


@dataclass(frozen=True, slots=True)
class ConflictForm:
    """Everybody of one case whom a facilitator must not meet at work; nobody is an answer too."""

    people: tuple[UUID, ...] = entry("people", is_required=False)
