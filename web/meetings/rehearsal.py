"""Trying a change out: whom it would tell what, before anybody decides.

The change is really made, by the same services, and undone before it is kept. So a page that asks
"do this?" shows exactly what the answer will do, refusals included.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import event, inspect
from sqlmodel import Session

from rj.calendars.envelopes import APPOINTMENT, envelope_of
from rj.calendars.wording import Occasion
from rj.db.database import Database
from rj.facilitators.queries import get_facilitator
from rj.orders.queries import get_officer
from rj.outbox.models import Message, MessageState, RecipientKind
from rj.parties.queries import get_party
from rj.policy.terms import Channel
from web.orders.told import part_words

Found = TypeVar("Found")

WHAT: dict[Occasion, str] = {
    Occasion.FIXED: "the appointment",
    Occasion.NEW_TIME: "the new time",
    Occasion.NEW_DETAILS: "the new details",
    Occasion.REPEATED: "the same again",
    Occasion.MOVED_TO_FEED: "that it is in the subscribed calendar",
    Occasion.CANCELLED: "that it is called off",
}
HOW: dict[Channel, str] = {
    Channel.EMAIL: "E-mail",
    Channel.LETTER: "Letter to print and post",
    Channel.PHONE: "Telephone call to make",
    Channel.IN_PERSON: "In person, by staff",
}
AGREE_FIRST = "Task: agree first how they may be reached"


@dataclass(frozen=True, slots=True)
class Word:
    """What one person would be told. Parties appear by their part, never by name."""

    who: str
    part: str
    how: str
    what: str


def rehearse(database: Database, act: Callable[[Session], Found]) -> tuple[Found, tuple[Word, ...]]:
    """What ``act`` gives and whom it would tell what; nothing of it is kept.

    ``act`` gives plain values. Its refusals are raised as they would be in earnest.
    """
    written: list[Message] = []
    kept: list[tuple[Found, tuple[Word, ...]]] = []

    withdrawn: list[Message] = []

    def collect(session: Session, _context: Any) -> None:
        written.extend(each for each in session.new if isinstance(each, Message))
        withdrawn.extend(each for each in session.dirty if _is_withdrawn(each))

    with suppress(_Undone), database.writing() as session:
        event.listen(session, "after_flush", collect)
        found = act(session)
        session.flush()
        kept.append(
            (
                found,
                (
                    *(
                        _word(session, message)
                        for message in written
                        if message.kind == APPOINTMENT and message.state is not MessageState.STOPPED
                    ),
                    *(_withdrawal(session, message) for message in withdrawn),
                ),
            )
        )
        raise _Undone
    return kept[0]


def how_words(channel: Channel, *, is_to_agree: bool, has_calendar: bool) -> str:
    """How a person is reached; or that this must be agreed with them first."""
    if is_to_agree:
        return AGREE_FIRST
    return HOW[channel] + (" with a calendar entry" if has_calendar else "")


class _Undone(Exception):
    """Ends a rehearsal, so that nothing of it is kept."""


def _word(session: Session, message: Message) -> Word:
    told = envelope_of(message)
    how = how_words(message.channel, is_to_agree=told.is_to_agree, has_calendar=told.has_calendar)
    who, part = _who(session, message)
    return Word(who, part, how, WHAT[told.occasion])


def _is_withdrawn(each: object) -> bool:
    """Whether a change stops what staff were still to post, ring or say."""
    if not isinstance(each, Message) or each.kind != APPOINTMENT:
        return False
    before = inspect(each).attrs.state.history.deleted
    return each.state is MessageState.STOPPED and MessageState.TO_DO in (before or ())


def _withdrawal(session: Session, message: Message) -> Word:
    who, part = _who(session, message)
    how = f"{HOW[message.channel]}: nobody does it any more"
    return Word(who, part, how, "what was still to be told is withdrawn")


def _who(session: Session, message: Message) -> tuple[str, str]:
    if message.recipient_kind is RecipientKind.FACILITATOR:
        return get_facilitator(session, message.recipient_id).name, "Facilitator"
    if message.recipient_kind is RecipientKind.OFFICER:
        return get_officer(session, message.recipient_id).name, "Responsible officer"
    part = part_words(get_party(session, message.recipient_id))
    return part, part
