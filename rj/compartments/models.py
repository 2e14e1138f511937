"""Contact that was opened to somebody."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from rj.db.types import document


class ContactRelease(SQLModel, table=True):
    """Items of a harmed person's contact, opened to one facilitator for one case."""

    __tablename__ = "contact_release"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    party_id: UUID = Field(foreign_key="party.id", index=True)
    facilitator_id: UUID = Field(foreign_key="facilitator.id", index=True)
    items: list[str] = document()
    """Which of telephone, email, address."""
    released_at: datetime
    released_by: UUID = Field(foreign_key="account.id")
    ended_at: datetime | None = None


class EmergencyOpening(SQLModel, table=True):
    """A coordinator opened a harmed person's contact in an emergency."""

    __tablename__ = "emergency_opening"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    party_id: UUID = Field(foreign_key="party.id", index=True)
    account_id: UUID = Field(foreign_key="account.id")
    reason: str = Field(max_length=300)
    opened_at: datetime
    ends_at: datetime
    seen_at: datetime | None = None
    """When the liaison officer took note."""
