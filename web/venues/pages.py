"""What the pages about buildings and rooms show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session

from rj.accounts.queries import areas_by_name
from rj.kernel.weekly_hours import write_hours
from rj.policy.terms import RoomFeature
from rj.venues.models import Room, Venue
from rj.venues.queries import closures_of, rooms_of, venues_in
from web.forms import Entered
from web.pages import Fact, Tag, day_text
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


@dataclass(frozen=True, slots=True)
class VenuePage:
    """One building."""

    name: str
    here: str
    facts: tuple[Fact, ...]
    rooms: tuple[RoomRow, ...]
    closures: tuple[str, ...]


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


def venue_page(session: Session, venue: Venue, today: date) -> VenuePage:
    """One building with its rooms and the days it is shut, from today on."""
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
            Fact("Opening hours", write_hours(venue.hours)),
            Fact("On the map", f"{venue.x} km east, {venue.y} km north"),
            Fact("In use", "Yes" if venue.is_active else "No"),
        ),
        rooms=tuple(
            _room_row(here, room) for room in rooms_of(session, [venue.id], also_unused=True)
        ),
        closures=tuple(
            f"{day_text(each.first_day)} to {day_text(each.last_day)}"
            + (f": {each.reason}" if each.reason else "")
            for each in closures_of(session, venue.id)
            if each.last_day >= today
        ),
    )


def _room_row(here: str, room: Room) -> RoomRow:
    facts = [f"{room.capacity} seats", f"{room.turnaround_minutes} minutes' rest between uses"]
    facts += [words_for(RoomFeature(each)).lower() for each in room.features]
    return RoomRow(
        href=f"{here}/rooms/{room.id}",
        name=room.name,
        facts=", ".join(facts),
        tag=None if room.is_active else NOT_IN_USE,
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
        is_active=("yes",) if room.is_active else (),
    )
