"""What may be looked up about parties without opening a compartment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from rj.db.records import get_record
from rj.parties.models import (
    HarmedDetails,
    HarmerDetails,
    LikedVenue,
    Party,
    PartyAway,
    PartyBusy,
    PlaceToAvoid,
    SafeContactPlan,
)
from rj.policy.terms import PartyRole, Side


def find_party(session: Session, party_id: UUID) -> Party | None:
    """The party, or None."""
    return session.get(Party, party_id)


def get_party(session: Session, party_id: UUID) -> Party:
    """The party. Raises NotFound."""
    return get_record(session, Party, party_id, "person")


def parties_of(session: Session, order_id: UUID) -> list[Party]:
    """Everybody who takes part in a case: harmer side first, principals before supporters."""
    found = session.exec(select(Party).where(Party.order_id == order_id)).all()
    sides, roles = list(reversed(Side)), list(PartyRole)
    return sorted(
        found,
        key=lambda party: (sides.index(party.side), roles.index(party.role), party.reference),
    )


def parties_of_orders(session: Session, order_ids: Iterable[UUID]) -> dict[UUID, list[Party]]:
    """The same for many cases, in one query. Cases without anybody are left out."""
    people: dict[UUID, list[Party]] = {}
    wanted = list(order_ids)
    found = session.exec(
        select(Party)
        .where(col(Party.order_id).in_(wanted))
        .order_by(col(Party.side).desc(), col(Party.role), col(Party.reference))
    )
    for party in found:
        people.setdefault(party.order_id, []).append(party)
    return people


def contact_plan(session: Session, party_id: UUID) -> SafeContactPlan | None:
    """How it is safe to reach a person; None when nothing has been agreed: write to nobody then."""
    return session.get(SafeContactPlan, party_id)


@dataclass(frozen=True, slots=True)
class PartyTime:
    """When and where a person cannot come, without any reason."""

    away: tuple[tuple[date, date], ...]
    """First and last day, both included."""
    busy: tuple[PartyBusy, ...]
    avoids: frozenset[UUID]
    """Venues that are barred for this person."""
    likes: frozenset[UUID]
    """Venues the person would rather go to."""


def time_of(session: Session, party_id: UUID) -> PartyTime:
    """The days, hours and places of one person beyond their weekly hours and curfew."""
    away = session.exec(
        select(PartyAway).where(PartyAway.party_id == party_id).order_by(col(PartyAway.first_day))
    ).all()
    busy = session.exec(
        select(PartyBusy).where(PartyBusy.party_id == party_id).order_by(col(PartyBusy.starts_at))
    ).all()
    avoids = session.exec(
        select(PlaceToAvoid.venue_id).where(PlaceToAvoid.party_id == party_id)
    ).all()
    likes = session.exec(select(LikedVenue.venue_id).where(LikedVenue.party_id == party_id)).all()
    return PartyTime(
        tuple((stay.first_day, stay.last_day) for stay in away),
        tuple(busy),
        frozenset(avoids),
        frozenset(likes),
    )


def harmer_names(session: Session, order_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The name of the person on probation of each case, by order."""
    found = session.exec(
        select(Party.order_id, HarmerDetails.name)
        .join(HarmerDetails, col(HarmerDetails.party_id) == Party.id)
        .where(
            col(Party.order_id).in_(list(order_ids)),
            Party.side == Side.HARMER,
            Party.role == PartyRole.PRINCIPAL,
        )
    ).all()
    return dict(found)


def chosen_names(session: Session, order_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What each harmed-side person wants to be called, by party; empty when they have not said."""
    found = session.exec(
        select(Party.id, HarmedDetails.chosen_name)
        .join(HarmedDetails, col(HarmedDetails.party_id) == Party.id)
        .where(col(Party.order_id).in_(list(order_ids)))
    ).all()
    return dict(found)


def organisation_of(session: Session, party_id: UUID) -> str:
    """The organisation that a harmed-side person represents; empty for one who was harmed."""
    harmed = session.get(HarmedDetails, party_id)
    return harmed.organisation if harmed else ""


def harmed_names(session: Session, order_ids: Iterable[UUID]) -> dict[UUID, str]:
    """How pages of staff speak of each harmed-side person, by party: by the chosen name, and for
    an organisation with its name; empty where nothing may be said."""
    found = session.exec(
        select(Party.id, HarmedDetails.chosen_name, HarmedDetails.organisation)
        .join(HarmedDetails, col(HarmedDetails.party_id) == Party.id)
        .where(col(Party.order_id).in_(list(order_ids)))
    ).all()
    return {
        party_id: f"{organisation}, represented by {chosen or 'somebody not named here'}"
        if organisation
        else chosen
        for party_id, chosen, organisation in found
    }


def orders_of_harmers_named(session: Session, text: str) -> frozenset[UUID]:
    """Orders whose person on probation has this text in their name. None for an empty text."""
    if not text.strip():
        return frozenset()
    found = session.exec(
        select(Party.order_id)
        .join(HarmerDetails, col(HarmerDetails.party_id) == Party.id)
        .where(
            Party.role == PartyRole.PRINCIPAL,
            col(HarmerDetails.name).icontains(text.strip(), autoescape=True),
        )
    ).all()
    return frozenset(found)
