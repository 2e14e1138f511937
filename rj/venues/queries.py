"""What people look up about venues and rooms."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session, col, select

from rj.db.records import get_record
from rj.venues.models import Room, RoomBlock, Venue, VenueClosure


def get_venue(session: Session, venue_id: UUID) -> Venue:
    """The venue. Raises NotFound."""
    return get_record(session, Venue, venue_id, "venue")


def get_room(session: Session, room_id: UUID) -> Room:
    """The room. Raises NotFound."""
    return get_record(session, Room, room_id, "room")


def venues_in(session: Session, areas: Iterable[str], *, also_unused: bool = False) -> list[Venue]:
    """Venues of these areas by name: those in use, or all that were recorded."""
    venues = select(Venue).where(col(Venue.area_id).in_(list(areas)))
    if not also_unused:
        venues = venues.where(col(Venue.is_active).is_(True))
    return list(session.exec(venues.order_by(col(Venue.name))))


def rooms_of(
    session: Session, venue_ids: Iterable[UUID], *, also_unused: bool = False
) -> list[Room]:
    """Rooms of these venues by name: those in use, or all that were recorded."""
    rooms = select(Room).where(col(Room.venue_id).in_(list(venue_ids)))
    if not also_unused:
        rooms = rooms.where(col(Room.is_active).is_(True))
    return list(session.exec(rooms.order_by(col(Room.name))))


def rooms_with(session: Session, room: Room) -> list[Room]:
    """The room and those of the building that are taken with it, itself first."""
    if not room.taken_with:
        return [room]
    others = {UUID(each) for each in room.taken_with}
    return [room, *(each for each in rooms_of(session, [room.venue_id]) if each.id in others)]


def closures_of(session: Session, venue_id: UUID) -> list[VenueClosure]:
    """Days on which a venue is shut, the first first."""
    return list(
        session.exec(
            select(VenueClosure)
            .where(VenueClosure.venue_id == venue_id)
            .order_by(col(VenueClosure.first_day))
        )
    )


def blocks_of(session: Session, room_ids: Iterable[UUID]) -> list[RoomBlock]:
    """Times in which these rooms are taken by somebody else, the first first."""
    return list(
        session.exec(
            select(RoomBlock)
            .where(col(RoomBlock.room_id).in_(list(room_ids)))
            .order_by(col(RoomBlock.starts_at))
        )
    )
