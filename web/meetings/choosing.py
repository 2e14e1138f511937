"""Choosing another time, staff or room: what is offered, and what was chosen.

An alternative travels in a form as one value, ``start|lead|second|room``, so that the page needs
no script; what it says is looked at again by the service.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel import Session

from rj.facilitators.queries import facilitators_in, get_facilitator
from rj.kernel.errors import FieldProblem, Invalid
from rj.kernel.london import at_london, london_day
from rj.scheduling.alternatives import Alternative
from rj.venues.queries import get_room, get_venue, rooms_of, venues_in
from web.forms import Entered, read
from web.meetings.forms import OwnChoiceForm
from web.pages import clock_text, weekday_text

OWN = "own"
"""The choice of entering a time, staff and room oneself."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """When, with whom and where."""

    starts_at: datetime
    lead_id: UUID
    second_id: UUID | None
    room_id: UUID | None

    @property
    def value(self) -> str:
        """As one value of a form."""
        parts = (self.starts_at.astimezone(UTC).isoformat(), self.lead_id, self.second_id)
        return "|".join("" if part is None else str(part) for part in (*parts, self.room_id))


def read_chosen(value: str) -> Chosen:
    """The choice that a form sent. Raises Invalid."""
    try:
        start, lead, second, room = value.split("|")
        starts_at = datetime.fromisoformat(start)
        if starts_at.tzinfo is None:
            raise ValueError
        return Chosen(
            starts_at.astimezone(UTC),
            UUID(lead),
            UUID(second) if second else None,
            UUID(room) if room else None,
        )
    except ValueError:
        raise Invalid(
            FieldProblem("choice", "Choose one of the free times, or enter your own")
        ) from None


def chosen_from(entered: Entered) -> Chosen:
    """What a page of alternatives was answered with. Raises Invalid."""
    choice = entered.text("choice")
    if not choice:
        raise Invalid(FieldProblem("choice", "Choose one of the free times, or enter your own"))
    if choice != OWN:
        return read_chosen(choice)
    form = read(OwnChoiceForm, entered)
    return Chosen(at_london(form.on, form.at, field="at"), form.lead, form.second, form.room)


@dataclass(frozen=True, slots=True)
class Offer:
    """A free alternative as a page offers it."""

    value: str
    time: str
    staff: str
    place: str
    note: str


@dataclass(frozen=True, slots=True)
class OfferedDay:
    """The alternatives of one day."""

    day: str
    offers: tuple[Offer, ...]


def offered_days(found: Iterable[Alternative]) -> tuple[OfferedDay, ...]:
    """Alternatives by day, each day and hour in order."""
    days: dict[str, list[Offer]] = {}
    for each in sorted(found, key=lambda one: (one.starts_at, one.lead, one.room)):
        days.setdefault(weekday_text(london_day(each.starts_at)), []).append(_offer(each))
    return tuple(OfferedDay(day, tuple(offers)) for day, offers in days.items())


def _offer(each: Alternative) -> Offer:
    kept = [
        words
        for words, is_kept in (("same staff", each.keeps_staff), ("same room", each.keeps_room))
        if is_kept and (each.room or words != "same room")
    ]
    return Offer(
        value=Chosen(each.starts_at, each.lead_id, each.second_id, each.room_id).value,
        time=f"{clock_text(each.starts_at)} to {clock_text(each.ends_at)}",
        staff=each.lead + (f" with {each.second}" if each.second else ""),
        place=each.room or "By telephone",
        note=", ".join(kept).capitalize(),
    )


def staff_choices(session: Session, area_id: str) -> tuple[tuple[str, str], ...]:
    """The facilitators of an area, for a list to choose from."""
    return tuple((str(each.id), each.name) for each in facilitators_in(session, [area_id]))


def room_choices(session: Session, area_id: str) -> tuple[tuple[str, str], ...]:
    """The rooms of an area, by building."""
    return tuple(
        (str(room.id), f"{venue.name}: {room.name}")
        for venue in venues_in(session, [area_id])
        for room in rooms_of(session, [venue.id])
    )


def place_words(session: Session, room_id: UUID | None) -> str:
    """Room and building, or that it is a call."""
    if room_id is None:
        return "By telephone"
    room = get_room(session, room_id)
    return f"{room.name}, {get_venue(session, room.venue_id).name}"


def staff_words(session: Session, lead_id: UUID, second_id: UUID | None) -> str:
    """Lead and second by name."""
    lead = get_facilitator(session, lead_id).name
    if second_id is None:
        return lead
    return f"{lead} with {get_facilitator(session, second_id).name}"
