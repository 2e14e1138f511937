"""Recording people: one by a form, or thousands from a file by the same rules and rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, inspect
from sqlmodel import Session, SQLModel, select

from rj.audit.services import Actor
from rj.kernel.references import new_reference
from rj.parties.contact import (
    ContactTerms,
    contact_details,
)
from rj.parties.models import (
    HarmedDetails,
    HarmerDetails,
    LikedVenue,
    Party,
    PartyAway,
    PlaceToAvoid,
    SafeContactPlan,
)
from rj.parties.queries import contact_plan, time_of
from rj.parties.sealing import ContactDetails, Seal
from rj.policy.terms import Language, PartyRole, Side

REFERENCE_PREFIX = "AP"
"""For "appointment": what a person's own reference begins with tells nothing."""
REFERENCE_LENGTH = 8


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody who takes part in a case, as a form or file tells it."""

    side: Side
    role: PartyRole = PartyRole.PRINCIPAL
    details: ContactDetails = field(default_factory=ContactDetails)
    chosen_name: str = field(default="", repr=False)
    """What a harmed-side person wants to be called."""
    organisation: str = field(default="", repr=False)
    """The organisation that was harmed, where this person represents it."""
    born_on: date | None = None
    """Of the person on probation only."""
    terms: ContactTerms | None = None
    """None: nothing has been agreed, and nobody writes to them until it is."""
    language: Language = Language.ENGLISH
    hours: list[list[str]] | None = None
    likes_hours: list[list[str]] | None = None
    curfew: tuple[time, time] | None = None
    away: tuple[tuple[date, date], ...] = ()
    avoids: tuple[str, ...] = field(default=(), repr=False)
    """Codes of venues that are barred for this person."""
    likes: tuple[str, ...] = field(default=(), repr=False)
    """Codes of venues the person would rather go to."""


Row = dict[str, Any]
Rows = dict[type[SQLModel], list[Row]]
"""Rows to be written, by table; tables in an order in which each may refer to those before."""


def person_rows(
    order_id: UUID,
    person: NewPerson,
    *,
    reference: str,
    venues: Mapping[str, UUID],
    seal: Seal,
    actor: Actor,
    today: date,
) -> Rows:
    """Everything that is stored of one person. The harmed side's details are sealed here."""
    party_id = uuid4()
    rows: Rows = {Party: [_party_row(party_id, order_id, reference, person)]}
    if person.side is Side.HARMED:
        rows[HarmedDetails] = [_sealed_details_row(party_id, person, seal)]
    else:
        rows[HarmerDetails] = [_plain_details_row(party_id, person)]
    if person.terms is not None:
        rows[SafeContactPlan] = [_contact_plan_row(party_id, person.terms, actor, today)]
    rows[PartyAway] = [
        {"id": uuid4(), "party_id": party_id, "first_day": first, "last_day": last}
        for first, last in person.away
    ]
    rows[PlaceToAvoid] = [
        {"party_id": party_id, "venue_id": venues[code]} for code in dict.fromkeys(person.avoids)
    ]
    rows[LikedVenue] = [
        {"party_id": party_id, "venue_id": venues[code]} for code in dict.fromkeys(person.likes)
    ]
    return rows


def _party_row(party_id: UUID, order_id: UUID, reference: str, person: NewPerson) -> Row:
    """The person as a reference that names nobody, and when they can come."""
    return {
        "id": party_id,
        "version": 1,
        "order_id": order_id,
        "side": person.side,
        "role": person.role,
        "reference": reference,
        "language": person.language,
        "hours": person.hours,
        "likes_hours": person.likes_hours,
        "curfew_from": person.curfew[0] if person.curfew else None,
        "curfew_until": person.curfew[1] if person.curfew else None,
        "diary_id": None,
        "supports_id": None,
        "stopped_at": None,
        "stopped_by": None,
    }


def _sealed_details_row(party_id: UUID, person: NewPerson, seal: Seal) -> Row:
    return {
        "party_id": party_id,
        "version": 1,
        "chosen_name": person.chosen_name,
        "organisation": person.organisation,
        "sealed": seal.close(person.details),
    }


def _plain_details_row(party_id: UUID, person: NewPerson) -> Row:
    return {
        "party_id": party_id,
        "version": 1,
        "name": person.details.name,
        "born_on": person.born_on,
        "email": person.details.email,
        "telephone": person.details.telephone,
        "address": person.details.address,
    }


def _contact_plan_row(party_id: UUID, terms: ContactTerms, actor: Actor, today: date) -> Row:
    return {
        "party_id": party_id,
        "version": 1,
        "channel": terms.channel,
        "calendar_wish": terms.calendar_wish,
        "may_leave_voicemail": terms.may_leave_voicemail,
        "safe_times": terms.safe_times,
        "alias": terms.alias,
        "shows_place": terms.shows_place,
        "agreed_on": terms.agreed_on or today,
        "recorded_by": actor.account_id,
    }


def insert_rows(session: Session, tables: Rows) -> None:
    """Write rows table by table, many in one statement, past the records' own bookkeeping."""
    for table, rows in tables.items():
        if rows:
            session.execute(insert(inspect(table).local_table), rows)


def fresh_references(session: Session, count: int) -> list[str]:
    """As many neutral references as asked for, none of them in use."""
    taken = set(session.exec(select(Party.reference)))
    fresh: list[str] = []
    while len(fresh) < count:
        reference = new_reference(REFERENCE_PREFIX, REFERENCE_LENGTH)
        if reference not in taken:
            taken.add(reference)
            fresh.append(reference)
    return fresh


def differs_in(
    session: Session, seal: Seal, party: Party, person: NewPerson, venue_codes: Mapping[UUID, str]
) -> frozenset[str]:
    """The names of the facts in which what is kept differs from what is told; never contents.

    ``born_on`` is left to the caller, and the day of agreement does not count when none is told.
    """
    kept_time = time_of(session, party.id)
    plan = contact_plan(session, party.id)
    terms = None
    if plan is not None:
        terms = ContactTerms(
            plan.channel,
            plan.calendar_wish,
            plan.may_leave_voicemail,
            plan.safe_times,
            plan.alias,
            plan.shows_place,
            plan.agreed_on,
        )
    told_terms = person.terms
    if terms is not None and told_terms is not None and told_terms.agreed_on is None:
        told_terms = replace(told_terms, agreed_on=terms.agreed_on)
    details = contact_details(session, seal, party.id)
    harmed = session.get(HarmedDetails, party.id)
    curfew = None
    if party.curfew_from is not None and party.curfew_until is not None:
        curfew = (party.curfew_from, party.curfew_until)
    pairs: dict[str, tuple[object, object]] = {
        "name": (details.name, person.details.name),
        "email": (details.email, person.details.email),
        "telephone": (details.telephone, person.details.telephone),
        "address": (details.address, person.details.address),
        "chosen_name": (harmed.chosen_name if harmed else "", person.chosen_name),
        "organisation": (harmed.organisation if harmed else "", person.organisation),
        "channel": (terms, told_terms),
        "letters_in": (party.language, person.language),
        "hours": (party.hours, person.hours),
        "likes_hours": (party.likes_hours, person.likes_hours),
        "curfew": (curfew, person.curfew),
        "away": (kept_time.away, tuple(sorted(person.away))),
        "avoid_venues": (_codes(kept_time.avoids, venue_codes), frozenset(person.avoids)),
        "like_venues": (_codes(kept_time.likes, venue_codes), frozenset(person.likes)),
    }
    return frozenset(name for name, (kept, told) in pairs.items() if kept != told)


def _codes(venue_ids: Iterable[UUID], venue_codes: Mapping[UUID, str]) -> frozenset[str]:
    return frozenset(venue_codes[venue_id] for venue_id in venue_ids)
