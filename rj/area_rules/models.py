"""Versions of the rules, as areas set them: never changed, only followed by another."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from rj.db.types import document
from rj.policy.figures import Value


class AreaRules(SQLModel, table=True):
    """What differs from the shipped rules in one area, for sentences from a day on (R7)."""

    __tablename__ = "area_rules"
    __table_args__ = (UniqueConstraint("area_id", "number"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    area_id: str = Field(foreign_key="area.id", index=True)
    number: int
    """Of the area's versions, from 1: of two administrators at once only one publishes (P1)."""
    name: str = Field(unique=True, max_length=20)
    """What orders, plans and checks note as the version they go by."""
    in_force_from: date
    """First day of sentence to which it applies."""
    source: str = Field(max_length=300)
    """Where the change comes from: a statutory instrument, a decision of the area."""
    figures: dict[str, Value] = document()
    """Every figure that differs from what the release ships, by name; whole, not a step."""
    published_at: datetime
    published_by: UUID = Field(foreign_key="account.id")
