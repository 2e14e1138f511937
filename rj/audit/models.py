"""Who saw or changed what, and when."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from rj.db.types import document


class AuditEntry(SQLModel, table=True):
    """One act. Names fields, never their contents. Added, never changed."""

    __tablename__ = "audit_entry"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    at: datetime = Field(index=True)
    account_id: UUID | None = Field(default=None, index=True)
    """Who acted; none for the service itself."""
    role: str = Field(default="", max_length=40)
    action: str = Field(max_length=60)
    thing: str = Field(max_length=40)
    thing_id: str = Field(max_length=64)
    order_id: UUID | None = Field(default=None, index=True)
    fields: list[str] = document(default_factory=list)
    reason: str = Field(default="", max_length=300)
    request_id: str = Field(default="", max_length=40)
