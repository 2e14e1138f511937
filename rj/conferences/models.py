"""Meetings and the gates before them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from rj.db.types import Versioned, term
from rj.policy.terms import (
    AskedBy,
    AttendanceOutcome,
    ClockKind,
    ContactOutcome,
    Gate,
    GateValue,
)


class MeetingState(StrEnum):
    """A meeting is proposed in a planning run, then held, then told."""

    HELD = "held"
    """Slots are claimed; only staff see it."""
    TOLD = "told"
    """Its people have been told, or a message to them is on its way."""
    OCCURRED = "occurred"
    CANCELLED = "cancelled"


class Meeting(Versioned, table=True):
    """One meeting of a plan. Its identity lasts through every move; its version never falls."""

    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index(
            "uq_meeting_one_live_for_each_step",
            "step_id",
            unique=True,
            sqlite_where=text("state <> 'cancelled'"),
            postgresql_where=text("state <> 'cancelled'"),
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    code: str = Field(unique=True, max_length=12)
    """The neutral code by which staff know it in calendars."""
    order_id: UUID = Field(foreign_key="sentence_order.id", index=True)
    step_id: UUID = Field(foreign_key="plan_step.id", index=True)
    state: MeetingState = term(MeetingState, default=MeetingState.HELD)
    starts_at: datetime = Field(index=True)
    """UTC; meant for the Europe/London wall clock."""
    ends_at: datetime
    lead_id: UUID = Field(foreign_key="facilitator.id", index=True)
    second_id: UUID | None = Field(default=None, foreign_key="facilitator.id", index=True)
    room_id: UUID | None = Field(default=None, foreign_key="room.id", index=True)
    is_pinned: bool = False
    """Planning leaves it as it is."""
    told_at: datetime | None = None
    outcome: AttendanceOutcome | None = term(AttendanceOutcome, default=None, nullable=True)
    cancelled_reason: str = Field(default="", max_length=200)
    cancel_asked_by: AskedBy | None = term(AskedBy, default=None, nullable=True)
    """Who asked for it, where a coordinator called it off."""


class MeetingVersion(SQLModel, table=True):
    """What a meeting was at each of its versions, who changed it and why."""

    __tablename__ = "meeting_version"
    __table_args__ = (UniqueConstraint("meeting_id", "version"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    meeting_id: UUID = Field(foreign_key="meeting.id", index=True)
    version: int
    state: MeetingState = term(MeetingState)
    starts_at: datetime
    ends_at: datetime
    lead_id: UUID
    second_id: UUID | None = None
    room_id: UUID | None = None
    reason: str = Field(default="", max_length=200)
    asked_by: AskedBy | None = term(AskedBy, default=None, nullable=True)
    """Who asked for this change, where a coordinator moved the meeting."""
    changed_at: datetime
    changed_by: UUID | None = Field(default=None, foreign_key="account.id")


class AftercareCall(SQLModel, table=True):
    """One attempt to ring somebody after the third meeting, and what came of it (R30).

    What was said is not kept.
    """

    __tablename__ = "aftercare_call"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    order_id: UUID = Field(foreign_key="sentence_order.id", index=True)
    party_id: UUID = Field(foreign_key="party.id", index=True)
    clock: ClockKind = term(ClockKind)
    """The call soon after the meeting, or the one some weeks later."""
    outcome: ContactOutcome = term(ContactOutcome)
    called_at: datetime
    recorded_by: UUID = Field(foreign_key="account.id")
    recorded_at: datetime


class Booking(SQLModel, table=True):
    """A room, facilitator or person taken up by a meeting, turnaround included."""

    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ends_after_start"),)

    meeting_id: UUID = Field(foreign_key="meeting.id", primary_key=True)
    resource_id: UUID = Field(primary_key=True, index=True)
    starts_at: datetime
    ends_at: datetime


class SlotClaim(SQLModel, table=True):
    """One quarter of an hour of one room, facilitator or person: it can be claimed once (P2)."""

    __tablename__ = "slot_claim"
    __table_args__ = (
        CheckConstraint("(meeting_id IS NULL) <> (hold_id IS NULL)", name="one_owner"),
    )

    resource_id: UUID = Field(primary_key=True)
    slot: int = Field(primary_key=True)
    """Quarter hours since 1970-01-01T00:00Z."""
    meeting_id: UUID | None = Field(default=None, foreign_key="meeting.id", index=True)
    hold_id: UUID | None = Field(default=None, foreign_key="provisional_hold.id", index=True)
    """The provisional hold that keeps it free for an order still to come."""


class HoldState(StrEnum):
    """What became of a provisional hold."""

    STANDING = "standing"
    KEPT = "kept"
    """The order came, and its plan took the hold over."""
    RELEASED = "released"
    EXPIRED = "expired"


class ProvisionalHold(Versioned, table=True):
    """Times kept free for an order that a court may yet make (R14): a call, and an assessment.

    It knows nobody: only the check it was placed from, and once the order came, that order.
    """

    __tablename__ = "provisional_hold"
    __table_args__ = (
        CheckConstraint("contact_ends_at > contact_starts_at", name="contact_ends_after_start"),
        CheckConstraint("assessment_ends_at > assessment_starts_at", name="ends_after_start"),
        CheckConstraint("(state = 'kept') = (order_id IS NOT NULL)", name="kept_by_an_order"),
        CheckConstraint("(state = 'standing') = (ended_at IS NULL)", name="ended_once"),
        Index(
            "uq_provisional_hold_one_for_each_check",
            "check_id",
            unique=True,
            sqlite_where=text("state = 'standing'"),
            postgresql_where=text("state = 'standing'"),
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    reference: str = Field(unique=True, max_length=12)
    """Neutral: it stands in the report, and the order is recorded with it."""
    area_id: str = Field(foreign_key="area.id", index=True)
    state: HoldState = term(HoldState, default=HoldState.STANDING)
    check_id: UUID | None = Field(default=None, foreign_key="suitability_check.id", index=True)
    """The check it was placed from, while it stands: what ended is tied to no draft."""
    sentence_on: date
    """The day of sentence it was worked out for."""
    lead_id: UUID = Field(foreign_key="facilitator.id", index=True)
    second_id: UUID | None = Field(default=None, foreign_key="facilitator.id")
    """The other half of the pair, for the third meeting; no time of theirs is taken yet."""
    contact_starts_at: datetime
    contact_ends_at: datetime
    assessment_starts_at: datetime
    assessment_ends_at: datetime
    room_id: UUID = Field(foreign_key="room.id")
    conference_from: date | None = None
    """The first day on which a conference could be held, as it was forecast then: no promise."""
    placed_at: datetime
    placed_by: UUID | None = Field(default=None, foreign_key="account.id")
    expires_on: date = Field(index=True)
    """The last day on which it stands."""
    ended_at: datetime | None = None
    order_id: UUID | None = Field(default=None, foreign_key="sentence_order.id", index=True)
    lost: str = Field(default="", max_length=400)
    """What of it the order's plan could not take over, and why."""


class GateRecord(SQLModel, table=True):
    """What somebody found at a gate. Records are added, never changed; the latest counts."""

    __tablename__ = "gate_record"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    order_id: UUID = Field(foreign_key="sentence_order.id", index=True)
    party_id: UUID | None = Field(default=None, foreign_key="party.id", index=True)
    """Whose gate it is; none for the case as a whole."""
    gate: Gate = term(Gate)
    value: GateValue = term(GateValue)
    note: str = Field(default="", max_length=1000)
    recorded_by: UUID = Field(foreign_key="account.id")
    recorded_at: datetime
