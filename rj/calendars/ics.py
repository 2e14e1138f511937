"""Calendar objects: invitations to one reader, and the feed of one member of staff.

Whoever calls hands over what one reader may see and nothing more. There is no list of those who
take part to filter, so a copy cannot tell of anybody else. The same input always makes the same
octets: nothing here reads a clock or invents an identifier.

What mail and calendar programs really do with these lines, and why each is as it is, stands in
``docs/invitations.md``; the standards are RFC 5545, 5546 and 7986.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from icalendar import (
    CLASS,
    CUTYPE,
    PARTSTAT,
    ROLE,
    STATUS,
    TRANSP,
    Calendar,
    Event,
    Timezone,
    vCalAddress,
    vText,
)

from rj.kernel.characters import clean_line, clean_text, is_clean_line
from rj.kernel.errors import FieldProblem, Invalid
from rj.kernel.london import LONDON, at_london

PRODID = "-//Appointments//Calendar 1//EN"
FETCH_AGAIN_AFTER = timedelta(hours=1)

# Two yearly rules by weekday: Outlook reads no RDATE here, and icalendar's own
# add_missing_timezones() puts winter an hour out in every program built on ical.js.
# The rule has held since 1996; both onsets are in the local time before the change.
EUROPE_LONDON = Timezone.from_ical(
    "\r\n".join(
        (
            "BEGIN:VTIMEZONE",
            "TZID:Europe/London",
            "BEGIN:DAYLIGHT",
            "DTSTART:19960331T010000",
            "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
            "TZNAME:BST",
            "TZOFFSETFROM:+0000",
            "TZOFFSETTO:+0100",
            "END:DAYLIGHT",
            "BEGIN:STANDARD",
            "DTSTART:19961027T020000",
            "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
            "TZNAME:GMT",
            "TZOFFSETFROM:+0100",
            "TZOFFSETTO:+0000",
            "END:STANDARD",
            "END:VTIMEZONE",
            "",
        )
    )
)

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)
UID = re.compile(r"[A-Za-z0-9-]+@[A-Za-z0-9.-]+", re.ASCII)


class Method(StrEnum):
    """What a calendar object asks the reader's program to do (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A plain e-mail address and the name shown beside it.

    Raises Invalid for an address that mail programs would not all carry unchanged.
    """

    address: str
    name: str = ""

    def __post_init__(self) -> None:
        if not ADDRESS.fullmatch(self.address):
            raise Invalid(FieldProblem("address", "Enter an e-mail address like name@example.org"))
        if not is_clean_line(self.name):
            raise Invalid(FieldProblem("name", "A name is one line without control characters"))


@dataclass(frozen=True, slots=True)
class Appointment:
    """One meeting as one reader may see it.

    ``uid`` is random, stored, and belongs to this meeting and this reader alone. Times are aware
    instants; ``stamped_at`` is when the message was made, or in a feed when the meeting last
    changed. Texts must already be in the reader's discreet wording.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    stamped_at: datetime
    summary: str
    location: str = ""
    description: str = ""
    is_tentative: bool = False


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """A finished calendar object and the method that its mail must repeat (RFC 6047 2.4)."""

    method: Method
    octets: bytes


def invitation(appointment: Appointment, *, reader: Mailbox, organiser: Mailbox) -> CalendarPart:
    """The object that puts an appointment into one reader's calendar, or brings it up to date.

    Raises Invalid when the appointment cannot be told truly in local time, or would not be
    understood by the common calendar programs.
    """
    status = STATUS.TENTATIVE if appointment.is_tentative else STATUS.CONFIRMED
    return _addressed(Method.REQUEST, appointment, status, reader, organiser)


def cancellation(appointment: Appointment, *, reader: Mailbox, organiser: Mailbox) -> CalendarPart:
    """The object that takes an appointment out of one reader's calendar again.

    It repeats the times and the summary that the reader was last told, under the next sequence.
    Raises Invalid as ``invitation`` does.
    """
    return _addressed(Method.CANCEL, appointment, STATUS.CANCELLED, reader, organiser)


def feed(appointments: Iterable[Appointment], *, name: str) -> bytes:
    """A subscription calendar: coming appointments in a fixed order, nobody invited.

    A cancelled meeting is simply not handed over: some programs go on showing what a feed calls
    cancelled. An empty feed is a calendar with its name. Raises Invalid as ``invitation`` does.
    """
    calendar = _calendar()
    # As text: the library would not escape the value of a property that RFC 5545 does not know.
    calendar.add("name", vText(clean_line(name)))
    calendar.add("x-wr-calname", vText(clean_line(name)))
    calendar.add("refresh-interval", FETCH_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for appointment in sorted(appointments, key=lambda each: (each.starts_at, each.uid)):
        status = STATUS.TENTATIVE if appointment.is_tentative else STATUS.CONFIRMED
        calendar.add_component(_event(appointment, status))
    return bytes(calendar.to_ical())


def _addressed(
    method: Method,
    appointment: Appointment,
    status: STATUS,
    reader: Mailbox,
    organiser: Mailbox,
) -> CalendarPart:
    """One event for one attendee, sent by the service's own mailbox."""
    if "+" in organiser.address:
        raise Invalid(FieldProblem("organiser", "Choose a service mailbox without a plus sign"))
    event = _event(appointment, status)
    event.add("organizer", vCalAddress.new(organiser.address, cn=_shown(organiser)))
    event.add("attendee", _attendee(reader))
    calendar = _calendar()
    calendar.add("method", method.value)
    calendar.add_component(event)
    return CalendarPart(method, bytes(calendar.to_ical()))


def _calendar() -> Calendar:
    """An empty calendar of ours that knows Europe/London."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add_component(EUROPE_LONDON)
    return calendar


def _event(appointment: Appointment, status: STATUS) -> Event:
    """The lines that invitations and feeds share."""
    _refuse_an_unsound(appointment)
    return Event.new(
        uid=appointment.uid,
        sequence=appointment.sequence,
        stamp=appointment.stamped_at.astimezone(UTC),
        start=_in_london(appointment.starts_at, "starts_at"),
        end=_in_london(appointment.ends_at, "ends_at"),
        summary=clean_line(appointment.summary),
        location=clean_line(appointment.location) or None,
        description=clean_text(appointment.description) or None,
        status=status,
        classification=CLASS.PRIVATE,
        transparency=TRANSP.OPAQUE,
    )


def _attendee(reader: Mailbox) -> vCalAddress:
    """The one reader, asked for an answer: without RSVP several programs show no buttons."""
    return vCalAddress.new(
        reader.address,
        cn=_shown(reader),
        cutype=CUTYPE.INDIVIDUAL,
        role=ROLE.REQ_PARTICIPANT,
        partstat=PARTSTAT.NEEDS_ACTION,
        rsvp=True,
    )


def _shown(mailbox: Mailbox) -> str | None:
    """The name for a CN. A double quote has an escape (RFC 6868), but Outlook shows it raw."""
    return clean_line(mailbox.name.replace('"', "'")) or None


def _in_london(instant: datetime, field: str) -> datetime:
    """The local time of an instant; Invalid when that time of day comes twice (M12)."""
    local = instant.astimezone(LONDON)
    at_london(local.date(), local.time(), field=field)
    return local


def _refuse_an_unsound(appointment: Appointment) -> None:
    """Raise Invalid for an appointment that no calendar should be given."""
    if not UID.fullmatch(appointment.uid):
        raise Invalid(FieldProblem("uid", "The event's identifier must look like random@domain"))
    if appointment.sequence < 0:
        raise Invalid(FieldProblem("sequence", "The event's sequence counts from 0"))
    for moment in (appointment.starts_at, appointment.ends_at, appointment.stamped_at):
        if moment.tzinfo is None:
            raise Invalid(FieldProblem("starts_at", "The event's times must carry their zone"))
    if appointment.ends_at <= appointment.starts_at:
        raise Invalid(FieldProblem("ends_at", "An appointment must end after it starts"))
