"""Holds, the nightly report, and the counts that are left of a case."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from rj.db.types import document, term


class HoldReason(StrEnum):
    """Why nothing of a case may be erased for now."""

    COURT = "court"
    COMPLAINT = "complaint"
    INQUIRY = "inquiry"


class Hold(SQLModel, table=True):
    """Nothing of a case is erased while it stands, at no period's end and at nobody's wish."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    order_id: UUID = Field(index=True)
    reason: HoldReason = term(HoldReason)
    note: str = Field(default="", max_length=200)
    """Which letter or file it rests on: a reference, no names."""
    since: datetime
    placed_by: UUID | None = Field(default=None, foreign_key="account.id")
    ends_on: date
    """The last day on which it stands, unless it is prolonged."""
    lifted_at: datetime | None = None
    lifted_by: UUID | None = Field(default=None, foreign_key="account.id")


class RetentionReport(SQLModel, table=True):
    """What one night's work removed, as counts, and what waits and why."""

    __tablename__ = "retention_report"

    night: date = Field(primary_key=True)
    finished_at: datetime
    policy_version: str = Field(max_length=20)
    counts: dict[str, int] = document(default_factory=dict)
    """Things that are gone, by class of data."""
    waiting: list[dict[str, str]] = document(default_factory=list)
    """What stays though its period is over, or soon ends: ``order`` (an id) and ``why``."""


class ClosedCount(SQLModel, table=True):
    """All that is left of cases whose period is over."""

    __tablename__ = "closed_count"

    area_id: str = Field(primary_key=True, max_length=20)
    year: int = Field(primary_key=True)
    """In which the sentence was passed."""
    route: str = Field(primary_key=True, max_length=40)
    cases: int
    met: int
    """Of these, how many had a direct meeting that took place."""
