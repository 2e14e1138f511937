"""What liaison officers enter, and what is said of a letter or call."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from rj.policy.terms import CalendarWish, Channel, ContactOutcome, GateValue
from web.forms import entry


@dataclass(frozen=True, slots=True)
class ReasonForm:
    """Why contact details are opened, or why contact may begin again."""

    reason: str = entry("reason", missing="Enter a reason", longest=200)


@dataclass(frozen=True, slots=True)
class DetailsForm:
    """Who somebody of the harmed side is and how to reach them."""

    chosen_name: str = entry("name they want to be called", longest=100, is_required=False)
    organisation: str = entry("organisation", longest=100, is_required=False)
    name: str = entry("full name", missing="Enter their full name", longest=100)
    email: str = entry("e-mail address", longest=254, is_required=False)
    telephone: str = entry("telephone number", longest=40, is_required=False)
    address: str = entry("address", longest=300, is_long=True, is_required=False)


@dataclass(frozen=True, slots=True)
class PlanForm:
    """How somebody has said it is safe to reach them."""

    channel: Channel = entry("way to reach them", missing="Select how to reach them")
    calendar_wish: CalendarWish = entry(
        "calendar wish", missing="Select whether they want appointments in their calendar"
    )
    agreed_on: date = entry("day it was agreed")
    may_leave_voicemail: bool = entry("voicemail", is_required=False)
    safe_times: str = entry("safe times", longest=200, is_required=False)
    alias: str = entry("what to say you are calling about", longest=60, is_required=False)
    shows_place: bool = entry("naming the building", is_required=False)


@dataclass(frozen=True, slots=True)
class AvailabilityForm:
    """When and where somebody can come."""

    hours: str = entry("hours", longest=400, is_required=False)
    likes_hours: str = entry("hours they would rather come", longest=400, is_required=False)
    away: str = entry("days away", longest=1000, is_long=True, is_required=False)
    avoids: tuple[UUID, ...] = entry("places to avoid", is_required=False)
    likes: tuple[UUID, ...] = entry("places they would rather go to", is_required=False)


@dataclass(frozen=True, slots=True)
class StopForm:
    """The end of all contact."""

    confirmed: bool = entry("confirmation", missing="Confirm that contact is to stop")


@dataclass(frozen=True, slots=True)
class LiftForm:
    """A "no" taken back by the person who said it."""

    reason: str = entry("reason", longest=200, missing="Say why contact may begin again")
    confirmed: bool = entry("confirmation", missing="Confirm that this person has asked for it")


@dataclass(frozen=True, slots=True)
class ConsentForm:
    """Whether somebody of the harmed side consents."""

    value: GateValue = entry("answer", missing="Select what they said")


@dataclass(frozen=True, slots=True)
class CallForm:
    """What came of a call."""

    outcome: ContactOutcome = entry("what came of the call", missing="Select what came of the call")
