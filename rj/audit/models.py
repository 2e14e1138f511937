"""Who saw or changed what, and when; the chain that shows whether anybody tampered with it."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from rj.db.types import document, term
from rj.policy.terms import EventKind


class AuditEntry(SQLModel, table=True):
    """One act. Names fields, never their contents. Added, never changed: the database itself
    refuses anything but emptying ``reason``, and removal past its period (migration 0002)."""

    __tablename__ = "audit_entry"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    at: datetime = Field(index=True)
    account_id: UUID | None = Field(default=None, index=True)
    """Who acted; none for the service itself."""
    role: str = Field(default="", max_length=40)
    kind: EventKind = term(EventKind)
    action: str = Field(max_length=60)
    thing: str = Field(max_length=40)
    thing_id: str = Field(max_length=64)
    order_id: UUID | None = Field(default=None, index=True)
    fields: list[str] = document(default_factory=list)
    reason: str = Field(default="", max_length=300)
    """What the person typed; it may name somebody, so erasure empties it."""
    reason_fingerprint: str = Field(default="", max_length=64)
    """Of ``reason`` as it was typed: it stays, so that the chain holds after an erasure."""
    request_id: str = Field(default="", max_length=40)


class AuditSeal(SQLModel, table=True):
    """One link of the chain: an entry's fingerprint bound to all links before it. Never changed,
    never removed; it tells of nobody."""

    __tablename__ = "audit_seal"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """From 1, without gaps."""
    entry_id: UUID = Field(unique=True)
    entry_kind: EventKind = term(EventKind)
    entry_at: datetime = Field(index=True)
    entry_digest: str = Field(max_length=64)
    digest: str = Field(max_length=64)


class AuditRemoval(SQLModel, table=True):
    """Leave to remove the entries of one kind from before a moment, their period being over.

    Without one the database refuses to remove any entry.
    """

    __tablename__ = "audit_removal"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: EventKind = term(EventKind)
    before: datetime
    removed_at: datetime
