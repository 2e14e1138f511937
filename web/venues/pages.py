"""What the pages about buildings and rooms show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from rj.accounts.queries import areas_by_name
from rj.kernel.london import london_day
from rj.kernel.weekly_hours import write_hours
from rj.policy.terms import RoomFeature
from rj.venues.models import Room, Venue
from rj.venues.queries import blocks_of, closures_of, rooms_of, rooms_with, venues_in
from web.forms import Entered
from web.pages import Fact, Tag, days_text, span_text, weekly_text
from web.words import words_for

NOT_IN_USE = Tag("Not in use", "cancelled")
IN_USE = ("yes", "In use: planning may choose it")


@dataclass(frozen=True, slots=True)
class VenueRow:
    """One building in the list."""

    href: str
    name: str
    code: str
    area: str
    rooms: str
    tag: Tag | None


@dataclass(frozen=True, slots=True)
class RoomRow:
    """One room of a building."""

    href: str
    name: str
    facts: str
    tag: Tag | None
    closed: tuple[str, ...]
    """Times in which it cannot be used, from today on."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A time in which a building or room cannot be used, and where to take it back."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class VenuePage:
    """One building."""

    name: str
    here: str
    facts: tuple[Fact, ...]
    rooms: tuple[RoomRow, ...]
    closures: tuple[Closing, ...]


def venue_rows(session: Session, areas: Iterable[str]) -> tuple[VenueRow, ...]:
    """Buildings of these areas by name, those no longer in use among them."""
    names = {area.id: area.name for area in areas_by_name(session)}
    venues = venues_in(session, areas, also_unused=True)
    seats: dict[UUID, list[int]] = {venue.id: [] for venue in venues}
    for room in rooms_of(session, seats):
        seats[room.venue_id].append(room.capacity)
    return tuple(
        VenueRow(
            href=f"/venues/{venue.id}",
            name=venue.name,
            code=venue.code,
            area=names[venue.area_id],
            rooms=", ".join(f"{each} seats" for each in seats[venue.id]) or "No rooms yet",
            tag=None if venue.is_active else NOT_IN_USE,
        )
        for venue in venues
    )


def venue_page(session: Session, venue: Venue, now: datetime) -> VenuePage:
    """One building with its rooms and the times these are shut, from today on."""
    here = f"/venues/{venue.id}"
    names = {area.id: area.name for area in areas_by_name(session)}
    return VenuePage(
        name=venue.name,
        here=here,
        facts=(
            Fact("Code", venue.code),
            Fact("Name on the street", venue.street_name),
            Fact("Address", venue.address),
            Fact("Area", names[venue.area_id]),
            Fact("Opening hours", weekly_text(venue.hours)),
            Fact("On the map", f"{venue.x} km east, {venue.y} km north"),
            Fact("In use", "Yes" if venue.is_active else "No"),
        ),
        rooms=tuple(
            _room_row(session, here, room, now)
            for room in rooms_of(session, [venue.id], also_unused=True)
        ),
        closures=tuple(
            Closing(
                _with_reason(days_text(each.first_day, each.last_day), each.reason),
                f"{here}/closures/{each.id}/end",
            )
            for each in closures_of(session, venue.id)
            if each.last_day >= london_day(now)
        ),
    )


def room_closings(session: Session, room: Room, now: datetime) -> tuple[Closing, ...]:
    """The times in which a room cannot be used that are not over, the first first."""
    return tuple(
        Closing(
            _with_reason(span_text(each.starts_at, each.ends_at), each.reason),
            f"/venues/{room.venue_id}/rooms/{room.id}/closings/{each.id}/end",
        )
        for each in blocks_of(session, [room.id])
        if each.ends_at > now
    )


def _with_reason(words: str, reason: str) -> str:
    return f"{words}: {reason}" if reason else words


def _room_row(session: Session, here: str, room: Room, now: datetime) -> RoomRow:
    facts = [f"{room.capacity} seats", f"{room.turnaround_minutes} minutes' rest between uses"]
    facts += [words_for(RoomFeature(each)).lower() for each in room.features]
    if beside := [each.name for each in rooms_with(session, room)[1:]]:
        facts.append(f"taken together with {' and '.join(beside)}")
    return RoomRow(
        href=f"{here}/rooms/{room.id}",
        name=room.name,
        facts=", ".join(facts),
        tag=None if room.is_active else NOT_IN_USE,
        closed=tuple(each.words for each in room_closings(session, room, now)),
    )


def venue_entered(venue: Venue) -> Entered:
    """A building as its form shows it at first."""
    return Entered.of(
        code=venue.code,
        name=venue.name,
        street_name=venue.street_name,
        address=venue.address,
        area_id=venue.area_id,
        hours=write_hours(venue.hours),
        x=str(venue.x),
        y=str(venue.y),
        is_active=("yes",) if venue.is_active else (),
    )


def room_entered(room: Room) -> Entered:
    """A room as its form shows it at first."""
    return Entered.of(
        name=room.name,
        capacity=str(room.capacity),
        features=tuple(room.features),
        turnaround_minutes=str(room.turnaround_minutes),
        taken_with=tuple(room.taken_with),
        is_active=("yes",) if room.is_active else (),
    )
