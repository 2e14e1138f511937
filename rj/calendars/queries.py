"""Who was told what, how and when; what waits for somebody's hands; what failed.

Nothing here opens a compartment: parties are opaque references.

    told_of(session, meeting_id)                                -> list[Told]
    failed_mails(session, area_ids)                             -> list[FailedMail]
    letters_and_calls(session, side=..., ...)                   -> list[ToTell]
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from rj.calendars.envelopes import APPOINTMENT, envelope_of
from rj.calendars.readers import Reader
from rj.calendars.telling import awaited, facts_of
from rj.calendars.wording import Occasion
from rj.conferences.models import Meeting
from rj.conferences.queries import get_meeting
from rj.orders.models import Order
from rj.outbox.models import Message, MessageState, RecipientKind
from rj.outbox.queries import failed_messages, history_of, to_do
from rj.parties.models import Party
from rj.policy.terms import Channel, Side


@dataclass(frozen=True, slots=True)
class Word:
    """One message to one reader."""

    message_id: UUID
    channel: Channel
    occasion: Occasion
    has_calendar: bool
    is_to_agree: bool
    """A task to agree how this person may be reached: they have been told nothing."""
    state: MessageState
    reason: str
    """Why it failed, was stopped or waits."""
    written_at: datetime
    told_at: datetime | None
    """When it left, or the letter or call was done."""
    starts_at: datetime
    """The time it tells of."""
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What one reader has been told of a meeting, the latest word first."""

    kind: RecipientKind
    reader_id: UUID
    is_awaited: bool
    """False for somebody who was taken out again."""
    words: tuple[Word, ...]

    @property
    def latest(self) -> Word | None:
        """The last message written for this reader, or None: nothing yet."""
        return self.words[0] if self.words else None


@dataclass(frozen=True, slots=True)
class ToTell:
    """A letter to print or a call to make."""

    message_id: UUID
    channel: Channel
    is_to_agree: bool
    occasion: Occasion
    written_at: datetime
    party_id: UUID
    party_reference: str
    order_id: UUID
    meeting_id: UUID
    meeting_code: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class FailedMail:
    """A mail that did not reach its reader; somebody must act."""

    message_id: UUID
    kind: RecipientKind
    reader_id: UUID
    reason: str
    written_at: datetime
    order_id: UUID
    meeting_id: UUID
    meeting_code: str
    starts_at: datetime


def told_of(session: Session, meeting_id: UUID) -> list[Told]:
    """How each person of a meeting was told, and who was not. Raises NotFound.

    Parties first, then officers and facilitators; those awaited before those taken out.
    """
    expected = awaited(session, facts_of(get_meeting(session, meeting_id)))
    words: dict[Reader, list[Word]] = {reader: [] for reader in expected}
    for message in history_of(session, meeting_id):
        if message.kind == APPOINTMENT:
            reader = Reader(message.recipient_kind, message.recipient_id)
            words.setdefault(reader, []).insert(0, _word(message))
    kinds = (RecipientKind.PARTY, RecipientKind.OFFICER, RecipientKind.FACILITATOR)
    return [
        Told(reader.kind, reader.id, reader in expected, tuple(words[reader]))
        for reader in sorted(
            words, key=lambda each: (each not in expected, kinds.index(each.kind), each.id)
        )
    ]


def letters_and_calls(
    session: Session,
    *,
    side: Side,
    area_ids: Collection[str] | None = None,
    liaison_account_id: UUID | None = None,
    order_id: UUID | None = None,
) -> list[ToTell]:
    """What waits to be printed, rung or said for one side, the soonest meeting first: nothing for
    somebody who asked not to be contacted.

    The harmed side's are for the liaison officer of the order, whose account narrows them; the
    door sees to that. None leaves a condition out.
    """
    query = (
        select(Party, Order)
        .join(Order, col(Order.id) == Party.order_id)
        .where(Party.side == side, col(Party.stopped_at).is_(None))
    )
    if area_ids is not None:
        query = query.where(col(Order.area_id).in_(list(area_ids)))
    if liaison_account_id is not None:
        query = query.where(Order.liaison_account_id == liaison_account_id)
    if order_id is not None:
        query = query.where(Order.id == order_id)
    waiting = [message for message in to_do(session) if message.kind == APPOINTMENT]
    query = query.where(col(Party.id).in_([message.recipient_id for message in waiting]))
    parties = {party.id: party for party, _ in session.exec(query)}
    meetings = _meetings(session, waiting)
    found = [
        _to_tell(message, parties[message.recipient_id], meetings[message.subject_id])
        for message in waiting
        if message.recipient_id in parties and message.subject_id in meetings
    ]
    return sorted(found, key=lambda each: (each.starts_at, each.written_at))


def failed_mails(session: Session, area_ids: Collection[str]) -> list[FailedMail]:
    """Mails about meetings of these areas that were refused or given up, the oldest first."""
    failed = failed_messages(session)
    meetings = _meetings(session, failed)
    areas = {
        order.id: order.area_id
        for order in session.exec(
            select(Order).where(
                col(Order.id).in_([meeting.order_id for meeting in meetings.values()])
            )
        )
    }
    return [
        FailedMail(
            message_id=message.id,
            kind=message.recipient_kind,
            reader_id=message.recipient_id,
            reason=message.state_reason,
            written_at=message.created_at,
            order_id=meeting.order_id,
            meeting_id=meeting.id,
            meeting_code=meeting.code,
            starts_at=meeting.starts_at,
        )
        for message in failed
        if message.subject_id in meetings
        for meeting in (meetings[message.subject_id],)
        if areas.get(meeting.order_id) in area_ids
    ]


def _word(message: Message) -> Word:
    told = envelope_of(message)
    return Word(
        message_id=message.id,
        channel=message.channel,
        occasion=told.occasion,
        has_calendar=told.has_calendar,
        is_to_agree=told.is_to_agree,
        state=message.state,
        reason=message.state_reason,
        written_at=message.created_at,
        told_at=message.sent_at,
        starts_at=told.arrangement.starts_at,
        ends_at=told.arrangement.ends_at,
    )


def _to_tell(message: Message, party: Party, meeting: Meeting) -> ToTell:
    told = envelope_of(message)
    return ToTell(
        message_id=message.id,
        channel=message.channel,
        is_to_agree=told.is_to_agree,
        occasion=told.occasion,
        written_at=message.created_at,
        party_id=party.id,
        party_reference=party.reference,
        order_id=party.order_id,
        meeting_id=meeting.id,
        meeting_code=meeting.code,
        starts_at=told.arrangement.starts_at,
    )


def _meetings(session: Session, messages: Collection[Message]) -> dict[UUID | None, Meeting]:
    found = session.exec(
        select(Meeting).where(col(Meeting.id).in_([message.subject_id for message in messages]))
    )
    return {meeting.id: meeting for meeting in found}
