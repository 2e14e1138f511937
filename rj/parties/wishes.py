"""What a person says of their time and places, and what they want to be called.

    set_availability(session, party_id, Availability(...), *, actor, now)
    set_chosen_name(session, party_id, name, *, actor, now)
    set_organisation(session, party_id, name, *, actor, now)

Others only ever see the consequences: free or taken, this building or another, never why.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, delete

from rj.audit.services import Actor, note
from rj.db.records import get_record
from rj.db.types import WeeklyHours
from rj.kernel.characters import clean_line
from rj.kernel.errors import FieldProblem, Invalid
from rj.parties.models import HarmedDetails, LikedVenue, PartyAway, PlaceToAvoid
from rj.parties.queries import get_party, time_of

LONGEST_AWAY_DAYS = 366


@dataclass(frozen=True, slots=True)
class Availability:
    """When and where somebody can come."""

    hours: WeeklyHours | None
    """None when they have named no hours: then any."""
    likes_hours: WeeklyHours | None
    away: tuple[tuple[date, date], ...]
    """First and last day, both included."""
    avoids: frozenset[UUID]
    """Venues that are barred for this person."""
    likes: frozenset[UUID]


def set_availability(
    session: Session,
    party_id: UUID,
    availability: Availability,
    *,
    based_on: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Put this in place of what was known.

    Raises Invalid, or Conflict when somebody was quicker.
    """
    party = get_party(session, party_id)
    party.refuse_if_changed(based_on, "What this person has said")
    for first, last in availability.away:
        if not 0 <= (last - first).days <= LONGEST_AWAY_DAYS:
            raise Invalid(
                FieldProblem("away", "Days away must end after they begin, within a year")
            )
    if availability.avoids & availability.likes:
        raise Invalid(FieldProblem("likes", "A place cannot be both liked and avoided"))
    before = time_of(session, party_id)
    changed = [
        name
        for name, was, is_now in (
            ("hours", party.hours, availability.hours),
            ("likes_hours", party.likes_hours, availability.likes_hours),
            ("away", sorted(before.away), sorted(availability.away)),
            ("avoids", before.avoids, availability.avoids),
            ("likes", before.likes, availability.likes),
        )
        if was != is_now
    ]
    if not changed:
        return
    party.hours = availability.hours
    party.likes_hours = availability.likes_hours
    party.version += 1
    for table in (PartyAway, PlaceToAvoid, LikedVenue):
        session.exec(delete(table).where(col(table.party_id) == party_id))
    session.add_all(
        PartyAway(party_id=party_id, first_day=first, last_day=last)
        for first, last in sorted(set(availability.away))
    )
    session.add_all(
        PlaceToAvoid(party_id=party_id, venue_id=venue) for venue in sorted(availability.avoids)
    )
    session.add_all(
        LikedVenue(party_id=party_id, venue_id=venue) for venue in sorted(availability.likes)
    )
    session.flush()
    note(
        session,
        actor,
        "set availability",
        "party",
        party_id,
        now=now,
        order_id=party.order_id,
        fields=changed,
    )


def set_chosen_name(
    session: Session, party_id: UUID, name: str, *, actor: Actor, now: datetime
) -> None:
    """What somebody of the harmed side wants to be called. Empty takes it back. Raises NotFound."""
    details = get_record(session, HarmedDetails, party_id, "person")
    name = clean_line(name)
    if len(name) > 100:
        raise Invalid(FieldProblem("chosen_name", "The name must be 100 characters or fewer"))
    if details.chosen_name == name:
        return
    details.chosen_name = name
    party = get_party(session, party_id)
    note(
        session,
        actor,
        "set chosen name",
        "party",
        party_id,
        now=now,
        order_id=party.order_id,
        fields=["chosen_name"],
    )


def set_organisation(
    session: Session, party_id: UUID, name: str, *, actor: Actor, now: datetime
) -> None:
    """The organisation that somebody of the harmed side represents; empty for one who was harmed
    themselves. Raises NotFound."""
    details = get_record(session, HarmedDetails, party_id, "person")
    name = clean_line(name)
    if len(name) > 100:
        raise Invalid(FieldProblem("organisation", "The name must be 100 characters or fewer"))
    if details.organisation == name:
        return
    details.organisation = name
    note(
        session,
        actor,
        "set organisation",
        "party",
        party_id,
        now=now,
        order_id=get_party(session, party_id).order_id,
        fields=["organisation"],
    )
