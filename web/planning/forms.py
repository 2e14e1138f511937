"""Forms of the planning pages."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from rj.scheduling.runs import EffortLevel
from web.forms import entry


class Thoroughness(StrEnum):
    """How long planning may look, as a coordinator chooses it."""

    QUICK = "quick"
    NORMAL = "normal"
    THOROUGH = "thorough"

    @property
    def level(self) -> EffortLevel:
        """How hard the planner looks."""
        return {
            Thoroughness.QUICK: EffortLevel.SMALL,
            Thoroughness.NORMAL: EffortLevel.NORMAL,
            Thoroughness.THOROUGH: EffortLevel.THOROUGH,
        }[self]

    @property
    def seconds(self) -> int:
        """After how long it gives the best plan so far."""
        return {
            Thoroughness.QUICK: 30,
            Thoroughness.NORMAL: 120,
            Thoroughness.THOROUGH: 600,
        }[self]


@dataclass(frozen=True, slots=True)
class StartForm:
    """What is to be planned, and how thoroughly."""

    area: str = entry("area", missing="Choose the area to plan")
    thoroughness: Thoroughness = entry(
        "time planning may take", missing="Choose how long planning may take"
    )


@dataclass(frozen=True, slots=True)
class AreaForm:
    """Where to plan again what broke."""

    area: str = entry("area", missing="Choose the area to plan")


@dataclass(frozen=True, slots=True)
class SelectionForm:
    """The cases to be published."""

    orders: tuple[UUID, ...] = entry("cases", missing="Select at least one case to publish")


@dataclass(frozen=True, slots=True)
class ExcludeForm:
    """Somebody who is not to have a case."""

    facilitator: UUID = entry("facilitator", missing="Choose a facilitator from the list")
    reason: str = entry("reason", is_required=False)


@dataclass(frozen=True, slots=True)
class ReasonForm:
    """Why, in a line that may stay empty."""

    reason: str = entry("reason", is_required=False)


@dataclass(frozen=True, slots=True)
class PinForm:
    """A stage to be held as it was proposed."""

    step: UUID = entry("meeting", missing="Choose the meeting to pin")


@dataclass(frozen=True, slots=True)
class VenueForm:
    """A building agreed for a case."""

    venue: UUID = entry("building", missing="Choose the building")
