"""How one reader is reached, and what of a meeting that reader may see.

Everything here takes one reader. Nothing gets all who take part, so nothing can show one of them
to another.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from rj.calendars.lifecycle import Arrangement
from rj.conferences.models import MeetingState
from rj.conferences.readiness import has_refused
from rj.facilitators.models import Facilitator
from rj.kernel.errors import NotFound
from rj.orders.models import ResponsibleOfficer
from rj.outbox.models import RecipientKind
from rj.parties.contact import contact_details
from rj.parties.models import PlaceToAvoid
from rj.parties.queries import contact_plan, get_party
from rj.parties.sealing import Seal
from rj.policy.terms import CalendarWish, Channel, Language, Side
from rj.suppression.services import said_no_before
from rj.venues.models import Room, Venue

BY_TELEPHONE = "by telephone"
"""The note of an arrangement that brings nobody to a place."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is told of meetings, as an opaque reference."""

    kind: RecipientKind
    id: UUID


@dataclass(frozen=True, slots=True)
class Way:
    """How a reader is reached now, read from the records this moment."""

    channel: Channel
    language: Language
    reference: str = ""
    """A party's own neutral reference; staff see the meeting's code instead."""
    email: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    """For the head of a letter, and for staff; a party's mail names nobody."""
    mark: str = ""
    """Stands for the e-mail address, to notice a change; empty for a letter or a call."""
    wants_calendar: bool = False
    reads_by_feed: bool = False
    is_staff: bool = False
    shows_place: bool = True
    is_stopped: bool = False
    """Nothing may be sent to this person (M5): contact was stopped, or somebody of the harmed side
    said no to taking part. Not even that an appointment is off."""
    is_to_agree: bool = False
    """Nobody has agreed how it is safe to reach them: a task for staff, never a message."""
    is_of_harmed_side: bool = False


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """What a meeting is, or would be after a change that is only being considered."""

    id: UUID
    code: str
    order_id: UUID
    step_id: UUID
    state: MeetingState
    starts_at: datetime
    ends_at: datetime
    lead_id: UUID
    second_id: UUID | None
    room_id: UUID | None
    awaits: frozenset[Reader] | None = None
    """Whom it expects, once that was read for everybody told in one round."""


def way_to(session: Session, seal: Seal, reader: Reader) -> Way:
    """How a reader is reached now. Raises NotFound when there is no such reader."""
    if reader.kind is RecipientKind.PARTY:
        return _way_to_party(session, seal, reader.id)
    if reader.kind is RecipientKind.FACILITATOR:
        facilitator = session.get(Facilitator, reader.id)
        if facilitator is not None:
            return _way_to_staff(seal, facilitator)
    if reader.kind is RecipientKind.OFFICER:
        officer = session.get(ResponsibleOfficer, reader.id)
        if officer is not None:
            return _way_to_staff(seal, officer)
    raise NotFound("There is no such person")


def arrangement_for(
    session: Session, reader: Reader, way: Way, meeting: MeetingFacts
) -> Arrangement:
    """When and where one reader should be, in as much detail as that reader may have."""
    if meeting.room_id is None:
        return Arrangement(meeting.starts_at, meeting.ends_at, note=BY_TELEPHONE)
    place = _place(session, reader, way, meeting.room_id)
    return Arrangement(meeting.starts_at, meeting.ends_at, place)


def _way_to_party(session: Session, seal: Seal, party_id: UUID) -> Way:
    party = get_party(session, party_id)
    is_of_harmed_side = party.side is Side.HARMED
    is_refused = is_of_harmed_side and has_refused(session, party.order_id, party.id)
    if party.stopped_at is not None or is_refused:
        return Way(
            Channel.PHONE,
            party.language,
            is_stopped=True,
            is_of_harmed_side=is_of_harmed_side,
        )
    plan = contact_plan(session, party_id)
    if plan is None:
        return Way(
            Channel.PHONE,
            party.language,
            party.reference,
            is_to_agree=True,
            shows_place=False,
            is_of_harmed_side=is_of_harmed_side,
        )
    is_by_email = plan.channel is Channel.EMAIL
    details = contact_details(session, seal, party_id)
    if said_no_before(session, seal, party_id, details, plan.channel):
        return Way(
            Channel.PHONE, party.language, is_stopped=True, is_of_harmed_side=is_of_harmed_side
        )
    return Way(
        plan.channel,
        party.language,
        party.reference,
        email=details.email if is_by_email else "",
        name=details.name,
        mark=_mark(seal, details.email) if is_by_email else "",
        wants_calendar=is_by_email and plan.calendar_wish is CalendarWish.INVITATION,
        shows_place=plan.shows_place,
        is_of_harmed_side=is_of_harmed_side,
    )


def _way_to_staff(seal: Seal, person: Facilitator | ResponsibleOfficer) -> Way:
    return Way(
        Channel.EMAIL,
        person.language,
        email=person.email,
        name=person.name,
        mark=_mark(seal, person.email),
        wants_calendar=person.calendar_wish is CalendarWish.INVITATION,
        reads_by_feed=person.calendar_wish is CalendarWish.FEED,
        is_staff=True,
    )


def _mark(seal: Seal, email: str) -> str:
    return seal.fingerprint(email.strip().casefold())


def _place(session: Session, reader: Reader, way: Way, room_id: UUID) -> str:
    """The building as the street knows it; staff also get the room. Empty when it is not to be
    written, or when this person must not go there: then they ring, and somebody notices."""
    room = session.get(Room, room_id)
    venue = session.get(Venue, room.venue_id) if room else None
    if room is None or venue is None:
        raise NotFound("There is no such room")
    in_the_street = venue.address
    if not in_the_street.startswith(venue.street_name):
        in_the_street = f"{venue.street_name}, {in_the_street}"
    if way.is_staff:
        return f"{room.name}, {in_the_street}"
    if not way.shows_place or session.get(PlaceToAvoid, (reader.id, venue.id)) is not None:
        return ""
    return in_the_street
