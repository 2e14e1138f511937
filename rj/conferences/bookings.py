"""Bookings: a meeting claims each quarter of an hour of its room, staff and people, once (P2).

The database itself refuses a second claim on the same quarter hour, so two people who book at
once get one booking and one refusal, however the requests fall.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, insert, or_
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from rj.accounts.models import Area
from rj.conferences.attendance import expected
from rj.conferences.models import Booking, Meeting, ProvisionalHold, SlotClaim
from rj.facilitators.models import Facilitator, FacilitatorArea
from rj.kernel.errors import Conflict
from rj.kernel.london import LONDON, day_in_words
from rj.orders.models import ResponsibleOfficer
from rj.orders.queries import get_order, get_step
from rj.parties.models import Party
from rj.parties.queries import parties_of_orders
from rj.venues.models import Room, Venue
from rj.venues.queries import rooms_with

_QUARTER_SECONDS = 15 * 60
_DEADLOCK = "40P01"
"""PostgreSQL's code for two transactions that wait for one another."""


@dataclass(frozen=True, slots=True)
class Need:
    """A resource that a meeting takes up, and from when to when."""

    meeting_id: UUID
    resource_id: UUID
    starts_at: datetime
    ends_at: datetime

    @property
    def slots(self) -> range:
        """The quarter hours touched, counted since 1970-01-01T00:00Z."""
        return _slots(self.starts_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class HeldTime:
    """A resource that a provisional hold keeps free, and from when to when."""

    resource_id: UUID
    starts_at: datetime
    ends_at: datetime

    @property
    def slots(self) -> range:
        """The quarter hours touched, counted since 1970-01-01T00:00Z."""
        return _slots(self.starts_at, self.ends_at)


def _slots(starts_at: datetime, ends_at: datetime) -> range:
    first = int(starts_at.timestamp()) // _QUARTER_SECONDS
    beyond = -(-int(ends_at.timestamp()) // _QUARTER_SECONDS)
    return range(first, beyond)


def lock_diaries(session: Session, area_id: str) -> None:
    """Nobody else plans the time of whoever works in an area until this transaction ends.

    The database holds each quarter hour; weeks, days and caseloads are held by reading what is
    booked, so that whoever books by them must have read what was booked just before. Areas that
    share somebody wait for one another too. To be taken before any other lock.
    """
    here, there = aliased(FacilitatorArea), aliased(FacilitatorArea)
    shared = (
        select(col(there.area_id))
        .join(here, col(here.facilitator_id) == col(there.facilitator_id))
        .where(col(here.area_id) == area_id)
    )
    session.exec(
        select(Area)
        .where(or_(col(Area.id) == area_id, col(Area.id).in_(shared)))
        .order_by(col(Area.id))
        .with_for_update(key_share=True)
    ).all()


def times_of_hold(hold: ProvisionalHold, rooms: Iterable[Room]) -> tuple[HeldTime, ...]:
    """What a hold takes: its lead twice, and the room with the rest after the assessment, and with
    the rooms that are taken with it."""
    ends_at = hold.assessment_ends_at
    return (
        HeldTime(hold.lead_id, hold.contact_starts_at, hold.contact_ends_at),
        HeldTime(hold.lead_id, hold.assessment_starts_at, ends_at),
        *(HeldTime(room.id, hold.assessment_starts_at, _rested(room, ends_at)) for room in rooms),
    )


def _rested(room: Room, ends_at: datetime) -> datetime:
    return ends_at + timedelta(minutes=room.turnaround_minutes)


def claim_for_hold(session: Session, hold: ProvisionalHold) -> None:
    """Keep a hold's times free. Raises Conflict when one of them has just been taken."""
    session.flush()
    room = session.get_one(Room, hold.room_id)
    claims = sorted(
        (
            {"resource_id": held.resource_id, "slot": slot, "hold_id": hold.id}
            for held in times_of_hold(hold, rooms_with(session, room))
            for slot in held.slots
        ),
        key=lambda row: (str(row["resource_id"]), row["slot"]),
    )
    try:
        with session.begin_nested():
            session.execute(insert(SlotClaim), claims)
    except IntegrityError:
        raise Conflict("These times have just been taken") from None
    except OperationalError as trouble:
        if getattr(trouble.orig, "sqlstate", None) != _DEADLOCK:
            raise
        raise Conflict("Somebody else is booking the same times: try again") from None


def release_hold(session: Session, hold_id: UUID) -> None:
    """Give up all that a hold keeps free; nothing if it keeps nothing."""
    session.execute(delete(SlotClaim).where(col(SlotClaim.hold_id) == hold_id))


def needs_of(session: Session, meeting: Meeting, parties: Iterable[Party]) -> list[Need]:
    """All that a meeting takes up: its rooms with the rest after it, its staff, its people."""
    officer_id = get_order(session, meeting.order_id).responsible_officer_id
    people = expected(get_step(session, meeting.step_id), parties, officer_id)
    resources = {each.diary for each in people} | {meeting.lead_id}
    if meeting.second_id is not None:
        resources.add(meeting.second_id)
    needs = [
        Need(meeting.id, resource, meeting.starts_at, meeting.ends_at) for resource in resources
    ]
    if meeting.room_id is not None:
        needs += [
            Need(meeting.id, room.id, meeting.starts_at, _rested(room, meeting.ends_at))
            for room in rooms_with(session, session.get_one(Room, meeting.room_id))
        ]
    return needs


def claim(session: Session, meeting: Meeting) -> None:
    """Take up all that a meeting needs. Raises Conflict naming what is taken; nothing is kept."""
    claim_all(session, [meeting])


def claim_all(session: Session, meetings: Sequence[Meeting]) -> None:
    """Take up what several meetings need, all or nothing.

    Raises Conflict, naming in words what is taken and when; the session can go on being used.
    """
    session.flush()
    people = parties_of_orders(session, {meeting.order_id for meeting in meetings})
    needs = [
        need
        for meeting in meetings
        for need in needs_of(session, meeting, people.get(meeting.order_id, ()))
    ]
    if not needs:
        return
    # everybody claims in the same order, so that two publications cannot lock each other out
    claims = sorted(
        (
            {"resource_id": need.resource_id, "slot": slot, "meeting_id": need.meeting_id}
            for need in needs
            for slot in need.slots
        ),
        key=lambda row: (str(row["resource_id"]), row["slot"]),
    )
    bookings = [
        {
            "meeting_id": need.meeting_id,
            "resource_id": need.resource_id,
            "starts_at": need.starts_at,
            "ends_at": need.ends_at,
        }
        for need in needs
    ]
    try:
        with session.begin_nested():
            session.execute(insert(SlotClaim), claims)
            session.execute(insert(Booking), bookings)
    except IntegrityError:
        raise Conflict(_what_is_taken(session, needs)) from None
    except OperationalError as trouble:
        if getattr(trouble.orig, "sqlstate", None) != _DEADLOCK:
            raise
        raise Conflict("Somebody else is booking the same times: try again") from None


def release(session: Session, meeting_id: UUID) -> None:
    """Give up all that a meeting has claimed; nothing if it has claimed nothing."""
    release_all(session, [meeting_id])


def release_all(session: Session, meeting_ids: Iterable[UUID]) -> None:
    """Give up all that several meetings have claimed."""
    wanted = sorted(meeting_ids, key=str)
    session.execute(delete(SlotClaim).where(col(SlotClaim.meeting_id).in_(wanted)))
    session.execute(delete(Booking).where(col(Booking.meeting_id).in_(wanted)))


def _what_is_taken(session: Session, needs: Sequence[Need]) -> str:
    """The first thing already claimed by another, in words that give away nobody's diary."""
    own: dict[tuple[UUID, int], UUID] = {}
    for need in sorted(needs, key=lambda each: (each.starts_at, str(each.resource_id))):
        for slot in need.slots:
            if own.setdefault((need.resource_id, slot), need.meeting_id) != need.meeting_id:
                return _sentence(session, need)
        rival = session.exec(
            select(SlotClaim)
            .where(
                SlotClaim.resource_id == need.resource_id,
                col(SlotClaim.slot) >= need.slots.start,
                col(SlotClaim.slot) < need.slots.stop,
                or_(
                    col(SlotClaim.meeting_id).is_(None),
                    col(SlotClaim.meeting_id) != need.meeting_id,
                ),
            )
            .limit(1)
        ).first()
        if rival is not None:
            return _sentence(session, need)
    return "Something this meeting needs has just been taken: look again and choose another time"


def _sentence(session: Session, need: Need) -> str:
    when = need.starts_at.astimezone(LONDON)
    at = f"at {when:%H:%M} on {when:%A} {day_in_words(when.date())}"
    return f"{_in_words(session, need.resource_id)} is already taken {at}: choose another time"


def _in_words(session: Session, resource_id: UUID) -> str:
    room = session.get(Room, resource_id)
    if room is not None:
        return f"{room.name} at {session.get_one(Venue, room.venue_id).name}"
    facilitator = session.get(Facilitator, resource_id)
    if facilitator is not None:
        return f"Facilitator {facilitator.code}"
    officer = session.get(ResponsibleOfficer, resource_id)
    if officer is not None:
        return f"Responsible officer {officer.code}"
    return "Somebody who must attend"
