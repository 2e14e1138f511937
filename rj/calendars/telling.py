"""Telling people: each reader's knowledge of a meeting, brought in line with what is true.

    teller = Teller(mail=settings.mail, seal=seal)
    teller(session, meeting_id, now=now)                         implements rj.conferences' Tell
    teller.reader_changed(session, kind, reader_id, now=now)     after a new address or channel
    teller.send_again(session, meeting_id, reader, actor=actor, now=now)

Works inside the caller's transaction, so a change and its messages are kept together (M1), and may
be repeated: where a reader has nothing new to learn, nothing is written. Locks are taken in the
order meeting, then messages; whoever sends takes them in the same order.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlmodel import Session, col, select

from rj.audit.services import Actor, note
from rj.calendars.envelopes import APPOINTMENT, Envelope, envelope_of, version_of
from rj.calendars.lifecycle import Arrangement, Step, Wishes, next_step, stands_in_calendar
from rj.calendars.models import Invitation, InvitationState
from rj.calendars.readers import MeetingFacts, Reader, Way, arrangement_for, way_to
from rj.calendars.wording import Occasion
from rj.conferences.attendance import attendees
from rj.conferences.models import Meeting, MeetingState
from rj.conferences.queries import get_meeting
from rj.conferences.readiness import may_be_invited
from rj.conferences.staffing import not_named
from rj.kernel.errors import Conflict, NotFound
from rj.kernel.london import london_day
from rj.orders.queries import get_step
from rj.outbox.models import Message, MessageState, RecipientKind
from rj.outbox.queries import history_of, is_waiting, to_do
from rj.outbox.services import NewMessage, messages_on, queue_message, stop_message
from rj.parties.queries import get_party
from rj.parties.sealing import Seal
from rj.policy.terms import Channel
from rj.settings import MailSettings
from rj.suppression.services import bring_up_to_date

AGREE_HOW = "Agree how it is safe to reach this person"
NOT_BY_FEED = "This person no longer reads by a subscribed calendar"
NOTHING_LEFT = "Nothing is left to be told: things are as the person knows them"


@dataclass(frozen=True, slots=True)
class _Needed:
    """The next message to one reader, before anything is written."""

    step: Step
    way: Way


@dataclass(frozen=True, slots=True)
class Teller:
    """Queues what a meeting's people must hear, each in their own way, and only that."""

    mail: MailSettings
    seal: Seal
    spread: Callable[[], float] = random.SystemRandom().random
    """Between 0 and 1: where in the time of spreading a mail leaves, so that neither order nor
    second tells who belongs together."""

    def __call__(self, session: Session, meeting_id: UUID, *, now: datetime) -> None:
        """Queue what is new to each reader. A held meeting tells nobody; one that has an outcome
        tells nobody any more; a cancelled one cancels what was told."""
        meeting = hold_meeting_still(session, meeting_id)
        awaits = awaited(session, meeting)
        for reader in self._readers(session, meeting, awaits):
            self.tell_one(session, meeting, reader, now=now, awaits=awaits)

    def tell_one(
        self,
        session: Session,
        meeting: MeetingFacts,
        reader: Reader,
        *,
        now: datetime,
        again: bool = False,
        awaits: frozenset[Reader] | None = None,
    ) -> None:
        """The same for one reader of a meeting that the caller has held still.

        ``awaits`` is whom the meeting expects, where the caller has read it already.
        """
        if meeting.state in (MeetingState.HELD, MeetingState.OCCURRED):
            return
        known = awaited(session, meeting) if awaits is None else awaits
        meeting = replace(meeting, awaits=known)
        history = messages_on(session, reader.id, meeting.id)
        needed = self._needed(session, meeting, reader, history, now=now, again=again)
        last = history[-1] if history else None
        if needed is None:
            if last is not None and self._is_pointless(session, meeting, reader, history, now=now):
                stop_message(last, NOTHING_LEFT)
            return
        if last is not None and _already_says(last, needed) and not again:
            return
        self._write(session, meeting, reader, needed, history, now=now)

    def reader_changed(
        self, session: Session, kind: RecipientKind, reader_id: UUID, *, now: datetime
    ) -> None:
        """After a new address, channel or stop: bring this reader's coming meetings in line.

        Nothing goes to the old address (M6); what waited for it is stopped, a letter or call about
        a meeting that is over too.
        """
        bring_up_to_date(session, self.seal, now=now)
        reader = Reader(kind, reader_id)
        for meeting_id in _meetings_of(session, reader, now):
            meeting = hold_meeting_still(session, meeting_id)
            if reader in self._readers(session, meeting):
                self.tell_one(session, meeting, reader, now=now)
        self._stop_what_is_not_done_so(session, reader)

    def send_again(
        self, session: Session, meeting_id: UUID, reader: Reader, *, actor: Actor, now: datetime
    ) -> None:
        """Tell one reader the same once more, under the next sequence: a mail or letter got lost.

        Raises NotFound when the meeting is not theirs, Conflict when nobody is told of it or their
        last message has not left.
        """
        meeting = hold_meeting_still(session, meeting_id)
        if reader not in self._readers(session, meeting):
            raise NotFound("This person does not take part in the meeting")
        if meeting.state is not MeetingState.TOLD or meeting.starts_at <= now:
            raise Conflict("Nobody is told of this meeting now")
        history = messages_on(session, reader.id, meeting.id)
        if not history or history[-1].state is not MessageState.SENT:
            raise Conflict("Nothing has been sent to this person that could be sent again")
        self.tell_one(session, meeting, reader, now=now, again=True)
        if len(messages_on(session, reader.id, meeting.id)) == len(history):
            raise Conflict("This person is not to be told anything now")
        order_id = get_meeting(session, meeting_id).order_id
        note(session, actor, "send again", "meeting", meeting_id, now=now, order_id=order_id)

    def still_true(
        self,
        session: Session,
        meeting: MeetingFacts,
        reader: Reader,
        message: Message,
        *,
        now: datetime,
    ) -> str:
        """Why a message must not leave any more; empty while every word of it holds (M4)."""
        told = envelope_of(message)
        way = way_to(session, self.seal, reader)
        if way.is_stopped:
            return "This person asked not to be contacted"
        if way.channel is not Channel.EMAIL:
            return "This person is no longer reached by e-mail"
        if way.mark != told.mark:
            return "The e-mail address has changed"
        if told.leaves_calendar and not way.reads_by_feed:
            return NOT_BY_FEED
        others = [
            each
            for each in history_of(session, meeting.id)
            if each.recipient_id == reader.id and each.id != message.id
        ]
        expected = self._expected(session, meeting, reader, way, others, now=now)
        if told.is_cancellation:
            return "The appointment stands again" if expected is not None else ""
        if expected is None:
            return "The appointment no longer stands for this person"
        if expected != told.arrangement:
            return "The appointment has changed"
        return ""

    def _stop_what_is_not_done_so(self, session: Session, reader: Reader) -> None:
        """Nobody is asked to write or ring against a reader's wish, whenever the meeting was."""
        way = way_to(session, self.seal, reader)
        for message in to_do(session, [reader.id]):
            if message.kind == APPOINTMENT and (way.is_stopped or message.channel != way.channel):
                stop_message(message, NOTHING_LEFT)

    def _needed(
        self,
        session: Session,
        meeting: MeetingFacts,
        reader: Reader,
        history: Sequence[Message],
        *,
        now: datetime,
        again: bool = False,
    ) -> _Needed | None:
        way = way_to(session, self.seal, reader)
        versions = [version_of(message) for message in history if message.kind == APPOINTMENT]
        # An entry that may stand in a calendar is kept true, whatever was wished since; only a
        # subscribed calendar takes its place.
        has_entry = stands_in_calendar(versions, way.mark)
        step = next_step(
            versions,
            self._expected(session, meeting, reader, way, history, now=now),
            Wishes(
                address=way.mark,
                wants_calendar=way.wants_calendar or (has_entry and not way.reads_by_feed),
                reads_by_feed=way.reads_by_feed,
                has_withdrawn=way.is_stopped,
            ),
            now=now,
            again=again,
        )
        return _Needed(step, way) if step is not None else None

    def _expected(
        self,
        session: Session,
        meeting: MeetingFacts,
        reader: Reader,
        way: Way,
        history: Sequence[Message],
        *,
        now: datetime,
    ) -> Arrangement | None:
        """When and where the reader should be; None when nobody awaits them, or when they may not
        be invited yet (P5)."""
        is_on = meeting.state is MeetingState.TOLD
        if not is_on or way.is_stopped:
            return None
        awaits = awaited(session, meeting) if meeting.awaits is None else meeting.awaits
        if reader not in awaits:
            return None
        is_first_word = not any(
            version_of(each).is_possibly_sent for each in history if each.kind == APPOINTMENT
        )
        if is_first_word and reader.kind is RecipientKind.PARTY:
            step = get_step(session, meeting.step_id)
            if not may_be_invited(session, step, reader.id, today=london_day(now)):
                return None
        return arrangement_for(session, reader, way, meeting)

    def _readers(
        self, session: Session, meeting: MeetingFacts, awaits: frozenset[Reader] | None = None
    ) -> list[Reader]:
        """Whoever is awaited, and whoever was ever told, in an order that says nothing."""
        found = set(awaited(session, meeting) if awaits is None else awaits)
        found.update(
            Reader(message.recipient_kind, message.recipient_id)
            for message in history_of(session, meeting.id)
        )
        return sorted(found, key=lambda reader: reader.id)

    def _is_pointless(
        self,
        session: Session,
        meeting: MeetingFacts,
        reader: Reader,
        history: Sequence[Message],
        *,
        now: datetime,
    ) -> bool:
        """A message that waits for somebody who wants none, or that never began to leave and
        would no longer tell what is true."""
        last = history[-1]
        if not is_waiting(last):
            return False
        way = way_to(session, self.seal, reader)
        if way.is_stopped or last.attempts > 0:
            return way.is_stopped
        told = envelope_of(last)
        if told.leaves_calendar and not way.reads_by_feed:
            return True
        expected = self._expected(session, meeting, reader, way, history, now=now)
        return told.is_cancellation or told.arrangement != expected or told.mark != way.mark

    def _write(
        self,
        session: Session,
        meeting: MeetingFacts,
        reader: Reader,
        needed: _Needed,
        history: Sequence[Message],
        *,
        now: datetime,
    ) -> None:
        """One invitation brought up to date, one message queued."""
        step, way = needed.step, needed.way
        invitation = self._invitation(session, meeting, reader, needed, now=now)
        envelope = Envelope(
            invitation_id=invitation.id,
            uid=invitation.uid,
            sequence=step.sequence,
            occasion=step.occasion,
            arrangement=step.arrangement,
            has_calendar=step.has_calendar_part,
            mark=way.mark,
            is_to_agree=way.is_to_agree,
            leaves_calendar=step.leaves_calendar,
        )
        is_mail = way.channel is Channel.EMAIL
        queue_message(
            session,
            NewMessage(
                kind=APPOINTMENT,
                channel=way.channel,
                recipient_kind=reader.kind,
                recipient_id=reader.id,
                domain=self._domain,
                subject_id=meeting.id,
                envelope=envelope.as_document(),
                note=AGREE_HOW if way.is_to_agree else "",
                wait=timedelta(seconds=self.spread() * self.mail.spread_seconds * is_mail),
                useless_from=step.arrangement.ends_at,
            ),
            now=now,
            older=history,
        )

    def _invitation(
        self,
        session: Session,
        meeting: MeetingFacts,
        reader: Reader,
        needed: _Needed,
        *,
        now: datetime,
    ) -> Invitation:
        """The reader's invitation as of this step; one under another identifier is over."""
        step = needed.step
        current: Invitation | None = None
        for known in session.exec(
            select(Invitation).where(
                Invitation.meeting_id == meeting.id, Invitation.reader_id == reader.id
            )
        ).all():
            if step.uid is not None and known.uid == step.uid:
                current = known
            elif known.state is InvitationState.ACTIVE:
                known.state = InvitationState.CANCELLED
                known.changed_at = now
        session.flush()  # at most one is active at any moment
        if current is None:
            current = Invitation(
                meeting_id=meeting.id,
                reader_kind=reader.kind,
                reader_id=reader.id,
                uid=step.uid or f"{uuid4()}@{self._domain}",
                starts_at=step.arrangement.starts_at,
                ends_at=step.arrangement.ends_at,
                changed_at=now,
            )
            session.add(current)
        is_off = step.occasion is Occasion.CANCELLED
        current.state = InvitationState.CANCELLED if is_off else InvitationState.ACTIVE
        current.sequence = step.sequence
        current.starts_at = step.arrangement.starts_at
        current.ends_at = step.arrangement.ends_at
        current.place = step.arrangement.place
        current.changed_at = now
        session.flush()
        return current

    @property
    def _domain(self) -> str:
        return self.mail.mailbox.partition("@")[2]


def hold_meeting_still(session: Session, meeting_id: UUID) -> MeetingFacts:
    """The meeting as it now is, which nobody else changes until the transaction ends.

    Raises NotFound.
    """
    session.flush()
    meeting = session.exec(
        select(Meeting)
        .where(Meeting.id == meeting_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if meeting is None:
        raise NotFound("There is no such meeting")
    return facts_of(meeting)


def facts_of(meeting: Meeting) -> MeetingFacts:
    """What a meeting is at this moment."""
    return MeetingFacts(
        id=meeting.id,
        code=meeting.code,
        order_id=meeting.order_id,
        step_id=meeting.step_id,
        state=meeting.state,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        lead_id=meeting.lead_id,
        second_id=meeting.second_id,
        room_id=meeting.room_id,
    )


def awaited(session: Session, meeting: MeetingFacts) -> frozenset[Reader]:
    """Everybody the meeting expects, as references: people, officer, lead and second.

    Not staff whom a limit of the case does not name: they are told that it is off.
    """
    found = {
        Reader(attendee.kind, attendee.id)
        for attendee in attendees(session, get_step(session, meeting.step_id))
    }
    staff = (meeting.lead_id, meeting.second_id)
    kept_out = not_named(session, meeting.order_id, staff)
    found.update(
        Reader(RecipientKind.FACILITATOR, each)
        for each in staff
        if each is not None and each not in kept_out
    )
    return frozenset(found)


def _already_says(last: Message, needed: _Needed) -> bool:
    """The last message still waits, or failed and awaits somebody's decision, and says this."""
    if not (is_waiting(last) or last.state is MessageState.FAILED):
        return False
    told, step, way = envelope_of(last), needed.step, needed.way
    return last.channel is way.channel and told.says_the_same_as(
        replace(
            told,
            occasion=step.occasion,
            arrangement=step.arrangement,
            has_calendar=step.has_calendar_part,
            mark=way.mark,
            is_to_agree=way.is_to_agree,
            leaves_calendar=step.leaves_calendar,
        )
    )


def _meetings_of(session: Session, reader: Reader, now: datetime) -> list[UUID]:
    """Coming meetings of which a reader was told or may have to be told, always in one order."""
    found = set(
        session.exec(
            select(Meeting.id)
            .join(Message, col(Message.subject_id) == Meeting.id)
            .where(Message.recipient_id == reader.id, Meeting.ends_at > now)
        )
    )
    if reader.kind is RecipientKind.PARTY:
        found.update(
            session.exec(
                select(Meeting.id).where(
                    Meeting.order_id == get_party(session, reader.id).order_id,
                    Meeting.state == MeetingState.TOLD,
                    Meeting.ends_at > now,
                )
            )
        )
    return sorted(found)
