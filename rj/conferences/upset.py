"""Coming meetings whose room has closed, or whose facilitator cannot lead them, since booking."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from rj.conferences.models import Meeting
from rj.conferences.queries import COMING
from rj.conferences.staffing import barred_in
from rj.facilitators.models import ConflictOfInterest, Facilitator, FacilitatorBusy, Leave
from rj.kernel.london import london_day
from rj.orders.models import Order
from rj.parties.queries import parties_of_orders
from rj.venues.models import Room, RoomBlock, Venue, VenueClosure


@dataclass(frozen=True, slots=True)
class Upset:
    """A meeting that can no longer be held as booked, and why, in sentences."""

    meeting: Meeting
    reasons: tuple[str, ...]


def upset_meetings(session: Session, area_ids: Iterable[str], *, now: datetime) -> list[Upset]:
    """Meetings of these areas that lie ahead and must be moved or cancelled, the nearest first.

    Facilitators are named by their codes.
    """
    coming = session.exec(
        select(Meeting)
        .join(Order, col(Order.id) == Meeting.order_id)
        .where(
            col(Order.area_id).in_(list(area_ids)),
            col(Meeting.state).in_(COMING),
            Meeting.starts_at > now,
        )
        .order_by(col(Meeting.starts_at), col(Meeting.code))
    ).all()
    reasons: dict[UUID, list[str]] = {meeting.id: [] for meeting in coming}
    _staff_away(session, coming, reasons)
    _staff_in_conflict(session, coming, reasons)
    _staff_barred(session, coming, reasons)
    _rooms_shut(session, coming, reasons)
    return [
        Upset(meeting, tuple(dict.fromkeys(reasons[meeting.id])))
        for meeting in coming
        if reasons[meeting.id]
    ]


def _staff_away(
    session: Session, coming: Iterable[Meeting], reasons: dict[UUID, list[str]]
) -> None:
    meetings: dict[UUID, list[Meeting]] = {}
    for meeting in coming:
        for who in (meeting.lead_id, meeting.second_id):
            if who is not None:
                meetings.setdefault(who, []).append(meeting)
    staff = {
        each.id: each
        for each in session.exec(select(Facilitator).where(col(Facilitator.id).in_(meetings)))
    }
    for leave in session.exec(select(Leave).where(col(Leave.facilitator_id).in_(meetings))):
        for meeting in meetings[leave.facilitator_id]:
            if leave.first_day <= london_day(meeting.starts_at) <= leave.last_day:
                reasons[meeting.id].append(f"{staff[leave.facilitator_id].code} is away that day")
    for busy in session.exec(
        select(FacilitatorBusy).where(col(FacilitatorBusy.facilitator_id).in_(meetings))
    ):
        for meeting in meetings[busy.facilitator_id]:
            if busy.starts_at < meeting.ends_at and meeting.starts_at < busy.ends_at:
                reasons[meeting.id].append(f"{staff[busy.facilitator_id].code} is busy then")
    for who, theirs in meetings.items():
        if not staff[who].is_active:
            for meeting in theirs:
                reasons[meeting.id].append(f"{staff[who].code} no longer takes part")


def _staff_in_conflict(
    session: Session, coming: Iterable[Meeting], reasons: dict[UUID, list[str]]
) -> None:
    """A conflict with anybody of the case counts, whether they come to the meeting or not (R38)."""
    barred: dict[UUID, set[UUID]] = {}
    for conflict in session.exec(select(ConflictOfInterest)):
        barred.setdefault(conflict.facilitator_id, set()).add(conflict.person_id)
    theirs = [each for each in coming if barred.keys() & {each.lead_id, each.second_id}]
    people = parties_of_orders(session, {each.order_id for each in theirs})
    for meeting in theirs:
        of_case = {each.id for each in people.get(meeting.order_id, ())}
        of_case.add(session.get_one(Order, meeting.order_id).responsible_officer_id)
        for who in (meeting.lead_id, meeting.second_id):
            if who is not None and barred.get(who, set()) & of_case:
                code = session.get_one(Facilitator, who).code
                reasons[meeting.id].append(f"{code} has a conflict of interest with the case")


def _staff_barred(
    session: Session, coming: Iterable[Meeting], reasons: dict[UUID, list[str]]
) -> None:
    """Somebody was named for the harmed side, or the case was limited, after it was booked."""
    orders = [session.get_one(Order, each) for each in {each.order_id for each in coming}]
    staff = {who for each in coming for who in (each.lead_id, each.second_id) if who is not None}
    found = barred_in(session, orders, staff)
    for meeting in coming:
        for who, why in found.get(meeting.order_id, {}).items():
            if who in {meeting.lead_id, meeting.second_id}:
                reasons[meeting.id].append(f"{session.get_one(Facilitator, who).code} {why}")


def _rooms_shut(
    session: Session, coming: Iterable[Meeting], reasons: dict[UUID, list[str]]
) -> None:
    meetings: dict[UUID, list[Meeting]] = {}
    for meeting in coming:
        if meeting.room_id is not None:
            meetings.setdefault(meeting.room_id, []).append(meeting)
    in_venue: dict[UUID, list[Meeting]] = {}
    for room, venue in session.exec(
        select(Room, Venue)
        .join(Venue, col(Venue.id) == Room.venue_id)
        .where(col(Room.id).in_(meetings))
    ):
        in_venue.setdefault(venue.id, []).extend(meetings[room.id])
        if not (room.is_active and venue.is_active):
            for meeting in meetings[room.id]:
                reasons[meeting.id].append("The room is no longer in use")
    for block in session.exec(select(RoomBlock).where(col(RoomBlock.room_id).in_(meetings))):
        for meeting in meetings[block.room_id]:
            if block.starts_at < meeting.ends_at and meeting.starts_at < block.ends_at:
                reasons[meeting.id].append("The room is closed then")
    for closure in session.exec(
        select(VenueClosure).where(col(VenueClosure.venue_id).in_(in_venue))
    ):
        for meeting in in_venue[closure.venue_id]:
            if closure.first_day <= london_day(meeting.starts_at) <= closure.last_day:
                reasons[meeting.id].append("The building is closed that day")
