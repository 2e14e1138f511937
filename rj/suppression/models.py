"""The list of those who said no. It holds no name and no address, only keyed hashes."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from rj.db.types import document


class SaidNo(SQLModel, table=True):
    """One keyed hash by which somebody who said no would be known again.

    It refers to no party, so that it stays when the person's record is erased.
    """

    __tablename__ = "said_no"
    __table_args__ = (UniqueConstraint("party_id", "kind", "fingerprint"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    party_id: UUID = Field(index=True)
    kind: str = Field(max_length=20)
    """What it is the hash of: a value of ``MarkKind``."""
    fingerprint: str = Field(max_length=64, index=True)
    since: datetime


class SaidNoQuestion(SQLModel, table=True):
    """Somebody looks like one who said no: nothing is sent until a liaison officer has decided."""

    __tablename__ = "said_no_question"

    party_id: UUID = Field(foreign_key="party.id", primary_key=True)
    kinds: list[str] = document(default_factory=list)
    """In what they are alike."""
    fingerprints: list[str] = document(default_factory=list)
    asked_at: datetime
    answered_at: datetime | None = None
    """Once answered, being alike in these stops nothing any more."""
    answered_by: UUID | None = Field(default=None, foreign_key="account.id")
