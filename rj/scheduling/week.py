"""The week as staff see it.

    week_of(session, area_id, *, day, rows=WeekRows.FACILITATORS)   -> Week

Meetings appear by their neutral code, stage and state; no participant is named anywhere.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, select

from rj.conferences.models import HoldState, Meeting, MeetingState, ProvisionalHold
from rj.facilitators.models import Facilitator, FacilitatorArea, FacilitatorBusy, Leave
from rj.kernel.london import at_london_midnight, london_day
from rj.orders.models import PlanStep
from rj.policy.terms import Stage
from rj.venues.models import Room, RoomBlock, Venue, VenueClosure

DAYS = 7


class WeekRows(StrEnum):
    """What the rows of a week stand for."""

    FACILITATORS = "facilitators"
    ROOMS = "rooms"


class EntryKind(StrEnum):
    """What fills a stretch of somebody's or a room's day."""

    MEETING = "meeting"
    AWAY = "away"
    """Leave, or a venue that is closed: the whole day."""
    HOLD = "hold"
    """Kept free for an order to come."""
    BUSY = "busy"
    """Taken by something outside the service."""


@dataclass(frozen=True, slots=True)
class WeekEntry:
    """One stretch of a day."""

    kind: EntryKind
    starts_at: datetime
    ends_at: datetime
    label: str
    """The meeting's code, or what else takes the time."""
    meeting_id: UUID | None = None
    order_id: UUID | None = None
    hold_id: UUID | None = None
    stage: Stage | None = None
    state: MeetingState | None = None
    is_second: bool = False
    is_pinned: bool = False
    beside: str = ""
    """In a facilitator's row the room, in a room's row the lead."""


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One facilitator or room through the week."""

    id: UUID
    label: str
    detail: str
    """A facilitator's code, a room's building."""
    days: tuple[tuple[WeekEntry, ...], ...]
    """Seven days from Monday, each in order of time."""
    minutes: int
    """Minutes of meetings in the week."""
    cap_minutes: int | None
    """A facilitator's weekly cap; None for a room."""


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from a Monday."""

    monday: date
    days: tuple[date, ...]
    rows: tuple[WeekRow, ...]

    @property
    def previous(self) -> date:
        """The Monday before."""
        return self.monday - timedelta(days=DAYS)

    @property
    def following(self) -> date:
        """The Monday after."""
        return self.monday + timedelta(days=DAYS)


def week_of(
    session: Session,
    area_id: str,
    *,
    day: date,
    rows: WeekRows = WeekRows.FACILITATORS,
) -> Week:
    """The week, Monday to Sunday in London, that holds a day, for an area's staff or rooms."""
    monday = day - timedelta(days=day.weekday())
    days = tuple(monday + timedelta(days=number) for number in range(DAYS))
    begins = at_london_midnight(monday)
    ends = at_london_midnight(monday + timedelta(days=DAYS))
    meetings = [
        (meeting, Stage(stage))
        for meeting, stage in session.exec(
            select(Meeting, PlanStep.stage)
            .join(PlanStep, col(PlanStep.id) == Meeting.step_id)
            .where(
                Meeting.state != MeetingState.CANCELLED,
                Meeting.starts_at < ends,
                Meeting.ends_at > begins,
            )
            .order_by(col(Meeting.starts_at), col(Meeting.code))
        )
    ]
    if rows is WeekRows.ROOMS:
        return Week(monday, days, _room_rows(session, area_id, days, meetings, begins, ends))
    return Week(monday, days, _staff_rows(session, area_id, days, meetings, begins, ends))


def _held(session: Session, begins: datetime, ends: datetime) -> dict[UUID, list[WeekEntry]]:
    """What provisional holds keep free in these days, by facilitator and room."""
    found: dict[UUID, list[WeekEntry]] = defaultdict(list)
    for hold in session.exec(
        select(ProvisionalHold).where(
            ProvisionalHold.state == HoldState.STANDING,
            ProvisionalHold.contact_starts_at < ends,
            ProvisionalHold.assessment_ends_at > begins,
        )
    ):
        call = _hold_entry(hold, Stage.CONTACT, hold.contact_starts_at, hold.contact_ends_at)
        visit = _hold_entry(
            hold, Stage.ASSESSMENT, hold.assessment_starts_at, hold.assessment_ends_at
        )
        if begins <= call.starts_at < ends:
            found[hold.lead_id].append(call)
        if begins <= visit.starts_at < ends:
            found[hold.lead_id].append(visit)
            found[hold.room_id].append(visit)
    return found


def _hold_entry(
    hold: ProvisionalHold, stage: Stage, starts_at: datetime, ends_at: datetime
) -> WeekEntry:
    return WeekEntry(
        EntryKind.HOLD, starts_at, ends_at, hold.reference, hold_id=hold.id, stage=stage
    )


def _staff_rows(
    session: Session,
    area_id: str,
    days: tuple[date, ...],
    meetings: list[tuple[Meeting, Stage]],
    begins: datetime,
    ends: datetime,
) -> tuple[WeekRow, ...]:
    staff = session.exec(
        select(Facilitator)
        .join(FacilitatorArea, col(FacilitatorArea.facilitator_id) == Facilitator.id)
        .where(FacilitatorArea.area_id == area_id, col(Facilitator.is_active).is_(True))
        .order_by(col(Facilitator.name), col(Facilitator.code))
    ).all()
    ids = [each.id for each in staff]
    rooms = _rooms_in_words(session)
    entries = _held(session, begins, ends)
    for meeting, stage in meetings:
        place = "" if meeting.room_id is None else rooms.get(meeting.room_id, "")
        for who in (meeting.lead_id, meeting.second_id):
            if who is not None:
                entries[who].append(
                    _entry(meeting, stage, place, is_second=who == meeting.second_id)
                )
    for leave in session.exec(
        select(Leave).where(
            col(Leave.facilitator_id).in_(ids),
            Leave.first_day <= days[-1],
            Leave.last_day >= days[0],
        )
    ):
        entries[leave.facilitator_id] += _whole_days(days, leave.first_day, leave.last_day, "Away")
    for busy in session.exec(
        select(FacilitatorBusy).where(
            col(FacilitatorBusy.facilitator_id).in_(ids),
            FacilitatorBusy.starts_at < ends,
            FacilitatorBusy.ends_at > begins,
        )
    ):
        entries[busy.facilitator_id].append(
            WeekEntry(EntryKind.BUSY, busy.starts_at, busy.ends_at, "Busy")
        )
    return tuple(
        _row(each.id, each.name, each.code, days, entries[each.id], each.weekly_minutes)
        for each in staff
    )


def _room_rows(
    session: Session,
    area_id: str,
    days: tuple[date, ...],
    meetings: list[tuple[Meeting, Stage]],
    begins: datetime,
    ends: datetime,
) -> tuple[WeekRow, ...]:
    rooms = session.exec(
        select(Room, Venue)
        .join(Venue, col(Venue.id) == Room.venue_id)
        .where(
            Venue.area_id == area_id,
            col(Venue.is_active).is_(True),
            col(Room.is_active).is_(True),
        )
        .order_by(col(Venue.name), col(Room.name))
    ).all()
    codes = {each.id: each.code for each in session.exec(select(Facilitator))}
    entries = _held(session, begins, ends)
    for meeting, stage in meetings:
        if meeting.room_id is not None:
            entries[meeting.room_id].append(_entry(meeting, stage, codes[meeting.lead_id]))
    for block in session.exec(
        select(RoomBlock).where(RoomBlock.starts_at < ends, RoomBlock.ends_at > begins)
    ):
        entries[block.room_id].append(
            WeekEntry(EntryKind.BUSY, block.starts_at, block.ends_at, block.reason or "Taken")
        )
    for closure in session.exec(
        select(VenueClosure).where(
            VenueClosure.first_day <= days[-1], VenueClosure.last_day >= days[0]
        )
    ):
        for room, venue in rooms:
            if venue.id == closure.venue_id:
                entries[room.id] += _whole_days(
                    days, closure.first_day, closure.last_day, closure.reason or "Closed"
                )
    return tuple(
        _row(room.id, room.name, venue.name, days, entries[room.id], None) for room, venue in rooms
    )


def _rooms_in_words(session: Session) -> dict[UUID, str]:
    return {
        room.id: f"{room.name}, {venue.name}"
        for room, venue in session.exec(
            select(Room, Venue).join(Venue, col(Venue.id) == Room.venue_id)
        )
    }


def _entry(meeting: Meeting, stage: Stage, beside: str, *, is_second: bool = False) -> WeekEntry:
    return WeekEntry(
        EntryKind.MEETING,
        meeting.starts_at,
        meeting.ends_at,
        meeting.code,
        meeting_id=meeting.id,
        order_id=meeting.order_id,
        stage=stage,
        state=meeting.state,
        is_second=is_second,
        is_pinned=meeting.is_pinned,
        beside=beside,
    )


def _whole_days(days: tuple[date, ...], first: date, last: date, label: str) -> list[WeekEntry]:
    return [
        WeekEntry(
            EntryKind.AWAY,
            at_london_midnight(day),
            at_london_midnight(day + timedelta(days=1)),
            label,
        )
        for day in days
        if first <= day <= last
    ]


def _row(
    row_id: UUID,
    label: str,
    detail: str,
    days: tuple[date, ...],
    entries: list[WeekEntry],
    cap: int | None,
) -> WeekRow:
    by_day: dict[date, list[WeekEntry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda each: (each.starts_at, each.label)):
        for day in days:
            if (
                london_day(entry.starts_at)
                <= day
                <= london_day(entry.ends_at - timedelta(minutes=1))
            ):
                by_day[day].append(entry)
    minutes = sum(
        int((entry.ends_at - entry.starts_at).total_seconds() // 60)
        for entry in entries
        if entry.kind in {EntryKind.MEETING, EntryKind.HOLD}
    )
    return WeekRow(row_id, label, detail, tuple(tuple(by_day[day]) for day in days), minutes, cap)
