"""Forms of the meeting pages."""

from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from rj.policy.terms import AskedBy, AttendanceOutcome
from web.forms import entry


@dataclass(frozen=True, slots=True)
class MoveForm:
    """Where a meeting is to be moved, and why."""

    choice: str = entry("time", missing="Choose one of the free times, or enter your own")
    reason: str = entry("reason")
    asked_by: AskedBy | None = entry("who asked for it")


@dataclass(frozen=True, slots=True)
class CancelForm:
    """Why a meeting is called off, and who asked for it."""

    reason: str = entry("reason")
    asked_by: AskedBy | None = entry("who asked for it")


@dataclass(frozen=True, slots=True)
class PinForm:
    """Whether planning leaves a meeting as it is."""

    pinned: bool = entry("choice", missing="Choose whether planning may move this meeting")


@dataclass(frozen=True, slots=True)
class AgainForm:
    """Who is to be told the same once more."""

    reader: UUID = entry("person", missing="Choose who is to be told again")


@dataclass(frozen=True, slots=True)
class OutcomeForm:
    """What became of a meeting."""

    outcome: AttendanceOutcome = entry("outcome", missing="Select what became of the meeting")


@dataclass(frozen=True, slots=True)
class OwnChoiceForm:
    """A time, staff and room of one's own choosing."""

    on: date = entry("date")
    at: time = entry("time")
    lead: UUID = entry("lead", missing="Choose who leads")
    second: UUID | None = entry("second facilitator")
    room: UUID | None = entry("room")
