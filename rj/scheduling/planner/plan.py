"""What planning hands back: meetings."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Meeting:
    """One stage with its hour and people; ``start`` is an aware instant."""

    task: str
    start: datetime
    lead: str
    second: str | None = None
    room: str | None = None


@dataclass(frozen=True)
class Plan:
    """The meetings planned for one problem; a task not named is left out."""

    problem: str
    meetings: tuple[Meeting, ...]

    @cached_property
    def meeting(self) -> dict[str, Meeting]:
        """Meetings by task id."""
        return {meeting.task: meeting for meeting in self.meetings}
