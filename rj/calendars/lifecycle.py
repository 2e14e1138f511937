"""What to tell one reader next, from what they may have seen and what is true now.

The table in ``docs/invitations.md`` read as states, not events: whatever happened in between, only
the difference between the reader's last knowledge and the present matters. So a change that was
itself changed before its mail left is told once, and rightly.

An uncertain send counts as sent. Nothing is ever addressed to an address the reader has left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rj.calendars.ics import Method
from rj.calendars.wording import Occasion


@dataclass(frozen=True, slots=True)
class Arrangement:
    """When and where a reader should be. Instants are aware.

    ``note`` stands for whatever else their copy says, so that a change of it is noticed.
    """

    starts_at: datetime
    ends_at: datetime
    place: str = ""
    note: str = ""

    def has_the_hours_of(self, other: "Arrangement") -> bool:
        """Whether it begins and ends at the same instants, wherever it is."""
        return (self.starts_at, self.ends_at) == (other.starts_at, other.ends_at)


@dataclass(frozen=True, slots=True)
class Version:
    """One message about a meeting that was written for a reader, in whichever form.

    ``address`` is the e-mail address or a mark that stands for it; empty for a letter or a call.
    ``is_possibly_sent`` is false only when it is certain that nothing left.
    """

    uid: str
    sequence: int
    arrangement: Arrangement
    address: str
    is_cancellation: bool = False
    has_calendar_part: bool = True
    leaves_calendar: bool = False
    """It took the entry out of the calendar while the appointment stood."""
    is_possibly_sent: bool = True


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a reader wants to be told now.

    ``address`` is as in ``Version``. Someone who withdrew hears nothing more, except one
    cancellation if they asked for it.
    """

    address: str
    wants_calendar: bool = False
    reads_by_feed: bool = False
    """A subscribed calendar shows the appointment, so that an entry of ours would show it twice."""
    has_withdrawn: bool = False
    wants_cancellation: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """The message to write next, in place of any still waiting.

    Without a uid, a new one is to be drawn.
    """

    occasion: Occasion
    arrangement: Arrangement
    sequence: int
    uid: str | None
    has_calendar_part: bool
    leaves_calendar: bool = False
    """The calendar part takes the entry out, though the appointment stands."""

    @property
    def method(self) -> Method | None:
        """The calendar method, or None for a message without a calendar part."""
        if not self.has_calendar_part:
            return None
        is_off = self.occasion is Occasion.CANCELLED
        return Method.CANCEL if is_off or self.leaves_calendar else Method.REQUEST


def next_step(
    history: Sequence[Version],
    expected: Arrangement | None,
    wishes: Wishes,
    *,
    now: datetime,
    again: bool = False,
) -> Step | None:
    """The one message this reader now needs about one meeting, or None.

    ``history`` is what was written for this reader about this meeting, oldest first. ``expected``
    is None when the reader is not awaited any more: the meeting is cancelled, the order has ended,
    or this one person was taken out. ``again`` asks for the same message once more.
    """
    if expected is None or wishes.has_withdrawn:
        return _farewell(history, wishes, now)
    if expected.ends_at <= now:
        return None
    return _news(history, expected, wishes, again)


def stands_in_calendar(history: Sequence[Version], address: str) -> bool:
    """Whether a request may have put an entry into the calendar at this address that nothing has
    taken out since."""
    return _is_in_calendar(_thread(history, address))


def _farewell(history: Sequence[Version], wishes: Wishes, now: datetime) -> Step | None:
    """Cancel what the reader believes, in the hours they know. Nothing known, nothing said."""
    seen = _last_seen(history)
    if seen is None or seen.is_cancellation or seen.arrangement.ends_at <= now:
        return None
    if wishes.has_withdrawn and not wishes.wants_cancellation:
        return None
    thread = _thread(history, wishes.address)
    return Step(
        occasion=Occasion.CANCELLED,
        arrangement=seen.arrangement,
        sequence=_next_sequence(thread),
        uid=_uid(thread),
        has_calendar_part=_is_in_calendar(thread),
    )


def _news(
    history: Sequence[Version], expected: Arrangement, wishes: Wishes, again: bool
) -> Step | None:
    """Tell what is new to the reader: the appointment, its time, its details, or its form."""
    seen = _last_seen(history)
    thread = _thread(history, wishes.address)
    leaves_calendar = wishes.reads_by_feed and _is_in_calendar(thread)
    if seen is None or seen.is_cancellation:
        occasion = Occasion.FIXED
    elif not expected.has_the_hours_of(seen.arrangement):
        occasion = Occasion.NEW_TIME
    elif expected != seen.arrangement:
        occasion = Occasion.NEW_DETAILS
    elif wishes.address and not _was_reached(thread):
        occasion = Occasion.FIXED
    elif again or (wishes.wants_calendar and not _is_in_calendar(thread)):
        occasion = Occasion.REPEATED
    elif leaves_calendar:
        occasion = Occasion.MOVED_TO_FEED
    else:
        return None
    return Step(
        occasion=occasion,
        arrangement=expected,
        sequence=_next_sequence(thread),
        uid=_uid(thread),
        has_calendar_part=wishes.wants_calendar or leaves_calendar,
        leaves_calendar=leaves_calendar,
    )


def _thread(history: Sequence[Version], address: str) -> tuple[Version, ...]:
    """The versions that the next message continues: same identifier, same address, not ended.

    A new address and a revival after a cancellation begin a new one.
    """
    if not history:
        return ()
    thread = tuple(version for version in history if version.uid == history[-1].uid)
    has_ended = any(version.is_cancellation and version.is_possibly_sent for version in thread)
    return () if has_ended or thread[-1].address != address else thread


def _last_seen(history: Sequence[Version]) -> Version | None:
    """The last version that may have reached the reader, wherever it went."""
    return next((version for version in reversed(history) if version.is_possibly_sent), None)


def _was_reached(thread: Sequence[Version]) -> bool:
    return any(version.is_possibly_sent for version in thread)


def _is_in_calendar(thread: Sequence[Version]) -> bool:
    """A request under this identifier may have reached the reader's calendar, and stands there."""
    parts = [each for each in thread if each.has_calendar_part and each.is_possibly_sent]
    return bool(parts) and not parts[-1].leaves_calendar


def _next_sequence(thread: Sequence[Version]) -> int:
    """One more than anything written, sent or not: a sequence never falls (M8)."""
    return max((version.sequence for version in thread), default=-1) + 1


def _uid(thread: Sequence[Version]) -> str | None:
    return thread[0].uid if thread else None
