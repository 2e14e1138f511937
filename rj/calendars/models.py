"""Invitations, one for each meeting and reader, and facilitators' subscription feeds."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from rj.db.types import Versioned, term
from rj.outbox.models import RecipientKind


class InvitationState(StrEnum):
    """Whether the reader's calendar should show the meeting."""

    ACTIVE = "active"
    CANCELLED = "cancelled"


class Invitation(Versioned, table=True):
    """What one reader has been told of one meeting. The UID is random and stored, never derived."""

    __table_args__ = (
        Index(
            "uq_invitation_one_active_for_each_reader",
            "meeting_id",
            "reader_id",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    meeting_id: UUID = Field(foreign_key="meeting.id", index=True)
    reader_kind: RecipientKind = term(RecipientKind)
    reader_id: UUID = Field(index=True)
    uid: str = Field(unique=True, max_length=100)
    sequence: int = 0
    """Raised in the transaction of the change, used by mail and feed alike; never falls (M8)."""
    state: InvitationState = term(InvitationState, default=InvitationState.ACTIVE)
    starts_at: datetime
    ends_at: datetime
    place: str = Field(default="", max_length=400)
    """The place as this reader was told it."""
    changed_at: datetime


class Feed(SQLModel, table=True):
    """A private calendar address of one facilitator. Only the token's fingerprint is kept."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    facilitator_id: UUID = Field(foreign_key="facilitator.id", index=True)
    token_fingerprint: str = Field(unique=True, max_length=64)
    device: str = Field(default="", max_length=60)
    created_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
