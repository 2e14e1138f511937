"""What a message about an appointment says: the mail, the letter to print, the call to make.

Each is made from one reader's envelope and that reader's own details, and from nothing else.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from rj.audit.services import SERVICE, note
from rj.calendars.envelopes import Envelope, envelope_of
from rj.calendars.ics import Appointment, CalendarPart, Mailbox, cancellation, invitation
from rj.calendars.mail import compose
from rj.calendars.readers import BY_TELEPHONE, Reader, Way, way_to
from rj.calendars.telling import Teller, facts_of, hold_meeting_still
from rj.calendars.wording import (
    CallScript,
    Details,
    Notice,
    as_html,
    as_text,
    calendar_texts,
    call_script,
    letter,
    notice,
    staff_calendar_texts,
    staff_notice,
)
from rj.conferences.models import Meeting
from rj.db.records import get_record
from rj.kernel.errors import Conflict
from rj.outbox.handling import Ready, Stopped
from rj.outbox.models import Message
from rj.parties.contact import contact_details
from rj.parties.queries import contact_plan
from rj.policy.terms import Channel
from rj.settings import MailSettings


@dataclass(frozen=True, slots=True)
class LetterToPrint:
    """One letter, complete with its address, for a print-styled page."""

    message_id: UUID
    written_at: datetime
    name: str
    address: tuple[str, ...]
    """Lines of the address."""
    notice: Notice


@dataclass(frozen=True, slots=True)
class CallToMake:
    """One call: whom, where and when, what to mind and what to say."""

    message_id: UUID
    name: str
    telephone: str
    safe_times: str
    may_leave_voicemail: bool
    alias: str
    """What to say one is calling about; empty when nothing was agreed."""
    is_to_agree: bool
    """Nothing may be told yet: agree first how it is safe to reach this person."""
    script: CallScript | None
    """None where how to reach them is still to be agreed."""


@dataclass(frozen=True, slots=True)
class AppointmentMessages:
    """The outbox's handler for messages of the kind ``appointment``."""

    teller: Teller

    def hold(self, session: Session, message: Message) -> bool:
        """Keep the meeting still; False while somebody else is changing it."""
        held = session.exec(
            select(Meeting.id)
            .where(Meeting.id == message.subject_id)
            .with_for_update(skip_locked=True)
        ).first()
        return held is not None

    def look_again(self, session: Session, message: Message, *, now: datetime) -> Ready | Stopped:
        """Read everything the mail rests on anew; render only what still holds (M4)."""
        reader = Reader(message.recipient_kind, message.recipient_id)
        told = envelope_of(message)
        meeting = session.get(Meeting, message.subject_id, populate_existing=True)
        if meeting is None:
            return Stopped("There is no such meeting any more")
        facts = facts_of(meeting)
        reason = self.teller.still_true(session, facts, reader, message, now=now)
        if reason:
            return Stopped(reason)
        way = way_to(session, self.teller.seal, reader)
        code = meeting.code

        def render() -> bytes:
            return render_mail(self.teller.mail, way, code, told, message, now=now)

        return Ready(way.email, render)

    def replace(self, session: Session, message: Message, *, now: datetime) -> None:
        """Tell the reader what is true instead, in the way they want now."""
        if message.subject_id is None:
            return
        meeting = hold_meeting_still(session, message.subject_id)
        reader = Reader(message.recipient_kind, message.recipient_id)
        self.teller.tell_one(session, meeting, reader, now=now)

    def sent(self, session: Session, message: Message, *, now: datetime) -> None:
        """Note the disclosure: who received which message, without its content."""
        meeting = session.get(Meeting, message.subject_id)
        note(
            session,
            SERVICE,
            "send message",
            "message",
            message.id,
            now=now,
            order_id=meeting.order_id if meeting else None,
            reason=f"{message.recipient_kind.value} {message.recipient_id}",
        )


def render_mail(
    mail: MailSettings, way: Way, code: str, told: Envelope, message: Message, *, now: datetime
) -> bytes:
    """The whole mail to one reader, as octets. ``now`` becomes its date and DTSTAMP.

    Raises Invalid when the reader's address is not one that mail programs carry unchanged.
    """
    sender = Mailbox(mail.mailbox, mail.sender_name)
    reader = Mailbox(way.email)
    details = details_of(mail, way, code, told)
    if way.is_staff:
        words = staff_notice(
            told.occasion,
            details,
            way.language,
            reads_by_feed=way.reads_by_feed,
            leaves_calendar=told.leaves_calendar,
        )
    else:
        words = notice(told.occasion, details, way.language)
    return compose(
        sender=sender,
        reader=reader,
        subject=words.title,
        text=as_text(words),
        html=as_html(words),
        calendar=_calendar_part(way, told, details, sender, reader, now),
        sent_at=now,
        message_id=message.message_id,
    )


def details_of(mail: MailSettings, way: Way, code: str, told: Envelope) -> Details:
    """What one reader may be told: staff the meeting's code, everybody else their own reference.

    A mail greets nobody but staff by name: a household may share the mailbox.
    """
    return Details(
        starts_at=told.arrangement.starts_at,
        ends_at=told.arrangement.ends_at,
        telephone=mail.telephone,
        signed=mail.sender_name,
        name=way.name if way.is_staff else "",
        place=told.arrangement.place,
        is_by_telephone=told.arrangement.note == BY_TELEPHONE,
        reference=code if way.is_staff else way.reference,
    )


def letter_to_print(
    session: Session, teller: Teller, message: Message, *, now: datetime
) -> LetterToPrint:
    """The letter, for whoever may see this person's address; the door notes the view.

    Raises Conflict when the message is not a letter, or no longer one to send.
    """
    told, way, code = _for_staff_to_tell(session, teller, message, Channel.LETTER)
    details = contact_details(session, teller.seal, message.recipient_id)
    words = letter(
        told.occasion,
        replace(details_of(teller.mail, way, code, told), name=details.name),
        way.language,
    )
    lines = details.address.replace("\n", ",").split(",")
    return LetterToPrint(
        message_id=message.id,
        written_at=now,
        name=details.name,
        address=tuple(line.strip() for line in lines if line.strip()),
        notice=words,
    )


def call_to_make(session: Session, teller: Teller, message: Message) -> CallToMake:
    """The call, for whoever may see this person's number; the door notes the view.

    Also what is to be said in person. Raises Conflict when there is no longer anything to say.
    """
    told, way, code = _for_staff_to_tell(session, teller, message, Channel.PHONE, Channel.IN_PERSON)
    details = contact_details(session, teller.seal, message.recipient_id)
    plan = contact_plan(session, message.recipient_id)
    script = call_script(told.occasion, details_of(teller.mail, way, code, told), way.language)
    return CallToMake(
        message_id=message.id,
        name=details.name,
        telephone=details.telephone,
        safe_times=plan.safe_times if plan else "",
        may_leave_voicemail=plan.may_leave_voicemail if plan else False,
        alias=plan.alias if plan else "",
        is_to_agree=told.is_to_agree,
        script=None if told.is_to_agree else script,
    )


def _for_staff_to_tell(
    session: Session, teller: Teller, message: Message, *channels: Channel
) -> tuple[Envelope, Way, str]:
    """What a letter or call rests on, looked at again as a mail would be."""
    reader = Reader(message.recipient_kind, message.recipient_id)
    way = way_to(session, teller.seal, reader)
    if way.is_stopped:
        raise Conflict("This person asked not to be contacted: do not write and do not ring")
    if message.channel not in channels or way.channel not in channels:
        raise Conflict("This person is told in another way now: look at what took its place")
    meeting = get_record(session, Meeting, message.subject_id, "meeting")
    return envelope_of(message), way, meeting.code


def _calendar_part(
    way: Way, told: Envelope, details: Details, sender: Mailbox, reader: Mailbox, now: datetime
) -> CalendarPart | None:
    if not told.has_calendar:
        return None
    if way.is_staff:
        texts = staff_calendar_texts(details, way.language, leaves_calendar=told.leaves_calendar)
    else:
        texts = calendar_texts(details, way.language)
    appointment = Appointment(
        uid=told.uid,
        sequence=told.sequence,
        starts_at=told.arrangement.starts_at,
        ends_at=told.arrangement.ends_at,
        stamped_at=now,
        summary=texts.summary,
        location=texts.location,
        description=texts.description,
    )
    takes_out = told.is_cancellation or told.leaves_calendar
    make = cancellation if takes_out else invitation
    return make(appointment, reader=reader, organiser=sender)
