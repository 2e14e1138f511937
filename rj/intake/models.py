"""Where an order came from, so that the same file twice changes nothing."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel


class OrderSource(SQLModel, table=True):
    """What a file said of an order when it was imported, as keyed hashes only."""

    __tablename__ = "order_source"

    order_id: UUID = Field(foreign_key="sentence_order.id", primary_key=True)
    facts_fingerprint: str = Field(max_length=64)
    """Of the order's own row."""
    people_fingerprint: str = Field(max_length=64)
    """Of the rows of its people; the order of the rows does not count."""
    imported_at: datetime
