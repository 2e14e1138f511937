"""What this room asks of whoever tells people: handed in by the doors, so that meetings know
nothing of mail and calendars."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlmodel import Session


class Tell(Protocol):
    """Brings what each person has been told in line with a meeting as it now is.

    Works inside the caller's transaction and may be repeated: where nothing changed for a reader,
    nothing is written. A held meeting tells nobody; a cancelled one cancels what was told.
    """

    def __call__(self, session: Session, meeting_id: UUID, *, now: datetime) -> None:
        """Queue what the meeting's people must hear, and only that."""
        ...
