"""Buildings where meetings are held, and their rooms."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from rj.db.types import Versioned, WeeklyHours, document


class Venue(Versioned, table=True):
    """A building: a probation office or a neutral place (R44)."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    code: str = Field(unique=True, max_length=40)
    """The office's identifier in the list it was imported from, or our own."""
    name: str = Field(max_length=120)
    """What staff call it."""
    street_name: str = Field(max_length=120)
    """The building as the street knows it: the only name a participant's message shows."""
    address: str = Field(max_length=300)
    """Street, town and postcode, without the service's name."""
    area_id: str = Field(foreign_key="area.id", index=True)
    x: int = 0
    """Kilometres east of the area's origin, for journeys."""
    y: int = 0
    """Kilometres north of the area's origin."""
    hours: WeeklyHours = document()
    """Local hours in which it is staffed."""
    is_active: bool = True


class VenueClosure(SQLModel, table=True):
    """Days on which a building is shut, both included."""

    __tablename__ = "venue_closure"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    venue_id: UUID = Field(foreign_key="venue.id", index=True)
    first_day: date
    last_day: date
    reason: str = Field(default="", max_length=200)


class Room(Versioned, table=True):
    """A room that meetings are held in."""

    __table_args__ = (
        CheckConstraint(
            "turnaround_minutes >= 0 AND turnaround_minutes % 15 = 0", name="turnaround"
        ),
        CheckConstraint("capacity > 0", name="capacity"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    venue_id: UUID = Field(foreign_key="venue.id", index=True)
    name: str = Field(max_length=80)
    capacity: int
    features: list[str] = document(default_factory=list)
    """Values of ``RoomFeature``."""
    taken_with: list[str] = document(default_factory=list)
    """Ids of rooms of the building that are taken whenever this one is, such as the waiting rooms
    of a conference room (R44)."""
    turnaround_minutes: int = 15
    """Rest between two uses; a multiple of 15, claimed with the meeting."""
    is_active: bool = True


class RoomBlock(SQLModel, table=True):
    """Time in which a room is taken by somebody else."""

    __tablename__ = "room_block"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    room_id: UUID = Field(foreign_key="room.id", index=True)
    starts_at: datetime
    ends_at: datetime
    reason: str = Field(default="", max_length=200)
