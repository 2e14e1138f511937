"""What coordinators enter about buildings and rooms."""

from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from rj.policy.terms import RoomFeature
from web.forms import entry


@dataclass(frozen=True, slots=True)
class VenueForm:
    """A building."""

    code: str = entry("code", longest=40)
    name: str = entry("name", longest=120)
    street_name: str = entry("name on the street", longest=120)
    address: str = entry("address", longest=300)
    area_id: str = entry("area", missing="Select the area", longest=20)
    hours: str = entry("opening hours", longest=400)
    x: int = entry("kilometres east", least=-999, most=999)
    y: int = entry("kilometres north", least=-999, most=999)
    is_active: bool = entry("whether it is in use", is_required=False)


@dataclass(frozen=True, slots=True)
class RoomForm:
    """A room of a building."""

    name: str = entry("name", longest=80)
    capacity: int = entry("number of seats", least=1, most=200)
    features: tuple[RoomFeature, ...] = entry("features", is_required=False)
    turnaround_minutes: int = entry("rest between uses", least=0, most=240)
    taken_with: tuple[UUID, ...] = entry("rooms taken with it", is_required=False)
    is_active: bool = entry("whether it is in use", is_required=False)


@dataclass(frozen=True, slots=True)
class ClosureForm:
    """Days on which a building is shut, both included."""

    first_day: date = entry("first day")
    last_day: date = entry("last day")
    reason: str = entry("reason", is_required=False)


@dataclass(frozen=True, slots=True)
class RoomClosingForm:
    """Time in which a room cannot be used. Without hours, whole days."""

    from_day: date = entry("first day")
    from_time: time | None = entry("time it closes")
    until_day: date = entry("last day")
    until_time: time | None = entry("time it opens again")
    reason: str = entry("reason")
