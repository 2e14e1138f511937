"""On which days coordinators were told of the clocks that run out."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel


class ClockDigest(SQLModel, table=True):
    """One day's digest: there is one for each day, however many workers look."""

    __tablename__ = "clock_digest"

    day: date = Field(primary_key=True)
    queued_at: datetime
    readers: int
    """To how many coordinators it went; none when no clock of theirs ran out."""
