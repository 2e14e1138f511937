"""What a message about an appointment keeps of what it tells: times, place and form.

No name and no address of a person stands in it; the reader's e-mail address is a mark.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rj.calendars.lifecycle import Arrangement, Version
from rj.calendars.wording import Occasion
from rj.outbox.models import Message
from rj.outbox.queries import is_possibly_seen

APPOINTMENT = "appointment"
"""The kind of message that tells one reader of one meeting."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What one message tells one reader."""

    invitation_id: UUID
    uid: str
    sequence: int
    occasion: Occasion
    arrangement: Arrangement
    has_calendar: bool
    mark: str
    is_to_agree: bool
    leaves_calendar: bool = False
    """Its calendar part takes the entry out, though the appointment stands."""

    def as_document(self) -> dict[str, object]:
        """For the message's record."""
        return {
            "invitation_id": str(self.invitation_id),
            "uid": self.uid,
            "sequence": self.sequence,
            "occasion": self.occasion.value,
            "starts_at": self.arrangement.starts_at.isoformat(),
            "ends_at": self.arrangement.ends_at.isoformat(),
            "place": self.arrangement.place,
            "note": self.arrangement.note,
            "has_calendar": self.has_calendar,
            "mark": self.mark,
            "is_to_agree": self.is_to_agree,
            "leaves_calendar": self.leaves_calendar,
        }

    @property
    def is_cancellation(self) -> bool:
        """Whether the message says that the appointment is off."""
        return self.occasion is Occasion.CANCELLED

    def says_the_same_as(self, other: "Envelope") -> bool:
        """Whether both would tell the reader the same in the same form."""
        return (
            self.occasion == other.occasion
            and self.arrangement == other.arrangement
            and self.has_calendar == other.has_calendar
            and self.mark == other.mark
            and self.is_to_agree == other.is_to_agree
            and self.leaves_calendar == other.leaves_calendar
        )


def envelope_of(message: Message) -> Envelope:
    """What a message about an appointment tells."""
    kept = message.envelope
    return Envelope(
        invitation_id=UUID(str(kept["invitation_id"])),
        uid=str(kept["uid"]),
        sequence=int(str(kept["sequence"])),
        occasion=Occasion(str(kept["occasion"])),
        arrangement=Arrangement(
            datetime.fromisoformat(str(kept["starts_at"])),
            datetime.fromisoformat(str(kept["ends_at"])),
            str(kept["place"]),
            str(kept["note"]),
        ),
        has_calendar=bool(kept["has_calendar"]),
        mark=str(kept["mark"]),
        is_to_agree=bool(kept["is_to_agree"]),
        leaves_calendar=bool(kept["leaves_calendar"]),
    )


def version_of(message: Message) -> Version:
    """The message as a step in the life of an invitation.

    A task to agree how somebody may be reached has told them nothing, even when it is done.
    """
    told = envelope_of(message)
    return Version(
        uid=told.uid,
        sequence=told.sequence,
        arrangement=told.arrangement,
        address=told.mark,
        is_cancellation=told.is_cancellation,
        has_calendar_part=told.has_calendar,
        leaves_calendar=told.leaves_calendar,
        is_possibly_sent=is_possibly_seen(message) and not told.is_to_agree,
    )
