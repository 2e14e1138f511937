"""What people record about venues and rooms.

add_venue(session, NewVenue(...), *, actor, now)                         -> Venue
change_venue(session, venue_id, NewVenue(...), *, based_on, actor, now)  -> Venue
add_room(session, venue_id, NewRoom(...), *, actor, now)                 -> Room
change_room(session, room_id, NewRoom(...), *, based_on, actor, now)     -> Room
close_venue(session, venue_id, *, first_day, last_day, reason, actor, now) -> VenueClosure
end_closure(session, closure_id, *, actor, now)
block_room(session, room_id, *, starts_at, ends_at, reason, actor, now)  -> RoomBlock
end_block(session, block_id, *, actor, now)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from rj.accounts.models import Area
from rj.audit.services import Actor, note
from rj.db.records import get_record
from rj.kernel.characters import is_clean_line
from rj.kernel.errors import FieldProblem, Invalid
from rj.kernel.weekly_hours import check_hours
from rj.policy.terms import RoomFeature
from rj.venues.models import Room, RoomBlock, Venue, VenueClosure
from rj.venues.queries import get_room, get_venue, rooms_of

SLOT_MINUTES = 15
LONGEST_CLOSING = timedelta(days=366)
"""What is shut for longer is no longer in use; a year mistyped is caught here."""


@dataclass(frozen=True, slots=True)
class NewVenue:
    """Everything that is recorded about a building."""

    code: str
    name: str
    street_name: str
    address: str
    area_id: str
    hours: Sequence[Sequence[str]]
    x: int = 0
    y: int = 0
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class NewRoom:
    """Everything that is recorded about a room."""

    name: str
    capacity: int
    features: Sequence[RoomFeature] = ()
    turnaround_minutes: int = 15
    is_active: bool = True
    taken_with: Sequence[UUID] = ()
    """Other rooms of the building that are taken whenever this one is."""


def venue_problems(entered: NewVenue) -> tuple[FieldProblem, ...]:
    """What is wrong with the entered facts, judged by themselves."""
    problems: list[FieldProblem] = []
    for field, words, text, longest in (
        ("code", "code", entered.code, 40),
        ("name", "name", entered.name, 120),
        ("street_name", "name on the street", entered.street_name, 120),
        ("address", "address", entered.address, 300),
    ):
        if not text.strip():
            problems.append(FieldProblem(field, f"Enter the {words}"))
        elif len(text) > longest or not is_clean_line(text):
            problems.append(
                FieldProblem(field, f"The {words} must be one line of {longest} characters")
            )
    try:
        check_hours(entered.hours)
    except ValueError as wrong:
        problems.append(FieldProblem("hours", f"Opening hours: {wrong}"))
    return tuple(problems)


def room_problems(entered: NewRoom) -> tuple[FieldProblem, ...]:
    """What is wrong with the entered facts, judged by themselves."""
    problems: list[FieldProblem] = []
    if not entered.name.strip():
        problems.append(FieldProblem("name", "Enter the name of the room"))
    elif len(entered.name) > 80 or not is_clean_line(entered.name):
        problems.append(FieldProblem("name", "The name must be one line of 80 characters"))
    if not 1 <= entered.capacity <= 200:
        problems.append(FieldProblem("capacity", "Seats must be between 1 and 200"))
    if not 0 <= entered.turnaround_minutes <= 240 or entered.turnaround_minutes % SLOT_MINUTES:
        problems.append(
            FieldProblem("turnaround_minutes", "The rest between uses must be 0, 15, 30 … minutes")
        )
    return tuple(problems)


def add_venue(session: Session, entered: NewVenue, *, actor: Actor, now: datetime) -> Venue:
    """Record a building. Raises Invalid; the code must be new."""
    _refuse_venue(session, entered, None)
    venue = Venue(**_venue_columns(entered))
    session.add(venue)
    session.flush()
    note(session, actor, "add venue", "venue", venue.id, now=now)
    return venue


def change_venue(
    session: Session,
    venue_id: UUID,
    entered: NewVenue,
    *,
    based_on: int,
    actor: Actor,
    now: datetime,
) -> Venue:
    """Put the entered facts in place of those recorded. Raises Invalid or Conflict."""
    venue = get_venue(session, venue_id)
    venue.refuse_if_changed(based_on, "This venue")
    _refuse_venue(session, entered, venue_id)
    changed = venue.take(_venue_columns(entered))
    note(session, actor, "change venue", "venue", venue_id, now=now, fields=changed)
    return venue


def _venue_columns(entered: NewVenue) -> dict[str, Any]:
    return {
        "code": entered.code.strip(),
        "name": entered.name.strip(),
        "street_name": entered.street_name.strip(),
        "address": entered.address.strip(),
        "area_id": entered.area_id,
        "x": entered.x,
        "y": entered.y,
        "hours": [list(piece) for piece in entered.hours],
        "is_active": entered.is_active,
    }


def _refuse_venue(session: Session, entered: NewVenue, own_id: UUID | None) -> None:
    problems = list(venue_problems(entered))
    same_code = session.exec(select(Venue.id).where(Venue.code == entered.code.strip())).first()
    if same_code is not None and same_code != own_id:
        problems.append(FieldProblem("code", "Another venue has this code"))
    if session.get(Area, entered.area_id) is None:
        problems.append(FieldProblem("area_id", "Choose an area from the list"))
    if problems:
        raise Invalid(*problems)


def add_room(
    session: Session, venue_id: UUID, entered: NewRoom, *, actor: Actor, now: datetime
) -> Room:
    """Record a room of a building. Raises Invalid, NotFound."""
    get_venue(session, venue_id)
    _refuse_room(session, entered, venue_id, None)
    room = Room(venue_id=venue_id, **_room_columns(entered))
    session.add(room)
    session.flush()
    note(session, actor, "add room", "room", room.id, now=now)
    return room


def change_room(
    session: Session,
    room_id: UUID,
    entered: NewRoom,
    *,
    based_on: int,
    actor: Actor,
    now: datetime,
) -> Room:
    """Put the entered facts in place of those recorded. Raises Invalid or Conflict."""
    room = get_room(session, room_id)
    room.refuse_if_changed(based_on, "This room")
    _refuse_room(session, entered, room.venue_id, room_id)
    changed = room.take(_room_columns(entered))
    note(session, actor, "change room", "room", room_id, now=now, fields=changed)
    return room


def _room_columns(entered: NewRoom) -> dict[str, Any]:
    return {
        "name": entered.name.strip(),
        "capacity": entered.capacity,
        "features": sorted(feature.value for feature in entered.features),
        "turnaround_minutes": entered.turnaround_minutes,
        "is_active": entered.is_active,
        "taken_with": sorted(str(each) for each in set(entered.taken_with)),
    }


def _refuse_room(session: Session, entered: NewRoom, venue_id: UUID, own_id: UUID | None) -> None:
    problems = list(room_problems(entered))
    beside = {room.id for room in rooms_of(session, [venue_id], also_unused=True)} - {own_id}
    if set(entered.taken_with) - beside:
        problems.append(FieldProblem("taken_with", "Select other rooms of this building"))
    if problems:
        raise Invalid(*problems)


def close_venue(
    session: Session,
    venue_id: UUID,
    *,
    first_day: date,
    last_day: date,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> VenueClosure:
    """Record days on which a building is shut, both included."""
    get_venue(session, venue_id)
    if last_day < first_day:
        raise Invalid(FieldProblem("last_day", "The last day must not come before the first"))
    if last_day - first_day > LONGEST_CLOSING:
        raise Invalid(FieldProblem("last_day", "A closing must not last longer than a year"))
    closure = VenueClosure(
        venue_id=venue_id, first_day=first_day, last_day=last_day, reason=reason.strip()
    )
    session.add(closure)
    note(session, actor, "close venue", "venue", venue_id, now=now)
    return closure


def end_closure(session: Session, closure_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take back days on which a building was to be shut. Raises NotFound."""
    closure = get_record(session, VenueClosure, closure_id, "closing")
    session.delete(closure)
    note(session, actor, "end closure", "venue", closure.venue_id, now=now)


def block_room(
    session: Session,
    room_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> RoomBlock:
    """Record time in which a room is taken by somebody else. Raises Invalid, NotFound.

    Meetings booked there stay where they are until somebody moves them.
    """
    get_room(session, room_id)
    if ends_at <= starts_at:
        raise Invalid(FieldProblem("ends_at", "The end must come after the beginning"))
    if ends_at <= now:
        raise Invalid(FieldProblem("ends_at", "The end must lie ahead"))
    if ends_at - starts_at > LONGEST_CLOSING:
        raise Invalid(FieldProblem("ends_at", "A closing must not last longer than a year"))
    block = RoomBlock(room_id=room_id, starts_at=starts_at, ends_at=ends_at, reason=reason.strip())
    session.add(block)
    note(session, actor, "block room", "room", room_id, now=now)
    return block


def end_block(session: Session, block_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Give a room back that was taken by somebody else. Raises NotFound."""
    block = get_record(session, RoomBlock, block_id, "closing")
    session.delete(block)
    note(session, actor, "end room block", "room", block.room_id, now=now)
