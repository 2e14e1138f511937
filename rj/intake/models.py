"""Where an order came from, so that the same file twice changes nothing; and unfinished ones."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from rj.db.types import Versioned


class OrderSource(SQLModel, table=True):
    """What a file said of an order when it was imported, as keyed hashes only."""

    __tablename__ = "order_source"

    order_id: UUID = Field(foreign_key="sentence_order.id", primary_key=True)
    facts_fingerprint: str = Field(max_length=64)
    """Of the order's own row."""
    people_fingerprint: str = Field(max_length=64)
    """Of the rows of its people; the order of the rows does not count."""
    imported_at: datetime


class OrderDraft(Versioned, table=True):
    """An order's form as far as one coordinator has filled it in, sealed for them alone."""

    __tablename__ = "order_draft"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    sealed: bytes
    saved_at: datetime = Field(index=True)
