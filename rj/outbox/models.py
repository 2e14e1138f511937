"""Messages waiting to be sent, sent, or stopped. A row holds an envelope, never an address."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlmodel import Field

from rj.db.types import Versioned, document, term
from rj.policy.terms import Channel


class RecipientKind(StrEnum):
    """Whose address book the recipient is in."""

    PARTY = "party"
    FACILITATOR = "facilitator"
    OFFICER = "officer"
    ACCOUNT = "account"


class MessageState(StrEnum):
    """How far a message has come."""

    QUEUED = "queued"
    SENDING = "sending"
    """Claimed by a worker; its bytes are stored and may have left."""
    SENT = "sent"
    FAILED = "failed"
    """Refused for good; somebody must act."""
    STOPPED = "stopped"
    """Not sent on purpose: no consent, withdrawn, or overtaken. Says why."""
    TO_DO = "to_do"
    """A letter to print or a call to make."""
    DONE = "done"


class Message(Versioned, table=True):
    """One message to one reader. Written in the transaction of the change it tells of (M1)."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: str = Field(max_length=40)
    """Which handler renders it, such as ``appointment``."""
    channel: Channel = term(Channel)
    recipient_kind: RecipientKind = term(RecipientKind)
    recipient_id: UUID = Field(index=True)
    subject_id: UUID | None = Field(default=None, index=True)
    """What it is about: a meeting. Messages on one subject to one reader keep their order."""
    subject_version: int = 0
    """Counts the messages to one reader on one subject: their order (M9)."""
    envelope: dict[str, object] = document(default_factory=dict)
    """What the handler needs beyond identifiers: never names, addresses or texts."""
    message_id: str = Field(unique=True, max_length=100)
    """The mail's Message-ID, random, fixed when the row is written (M3)."""
    state: MessageState = term(MessageState, default=MessageState.QUEUED, index=True)
    state_reason: str = Field(default="", max_length=200)
    created_at: datetime
    not_before: datetime = Field(index=True)
    """Earliest time of the next attempt."""
    give_up_at: datetime
    attempts: int = 0
    claimed_until: datetime | None = None
    """End of the worker's lease while it is being sent."""
    rendered: bytes | None = None
    """The octets as first rendered; repeats send these unchanged."""
    started_at: datetime | None = None
    """When its last attempt began, kept before anything left: none begins after a stop or a new
    address was acknowledged (M5, M6)."""
    sent_at: datetime | None = None
    done_by: UUID | None = Field(default=None, foreign_key="account.id")
