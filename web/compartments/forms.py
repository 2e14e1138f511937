"""What opens or limits."""

from dataclasses import dataclass
from uuid import UUID

from web.forms import entry


@dataclass(frozen=True, slots=True)
class ReleaseForm:
    """Which items, to whom."""

    facilitator: UUID = entry("facilitator", missing="Select a facilitator")
    items: tuple[str, ...] = entry("items", missing="Select what to release")


@dataclass(frozen=True, slots=True)
class WhyForm:
    """Why something is opened."""

    reason: str = entry("reason", missing="Say why you need it", longest=300)


@dataclass(frozen=True, slots=True)
class LimitForm:
    """Who may open the case; nobody named lifts the limit."""

    people: tuple[UUID, ...] = entry("people", is_required=False)
