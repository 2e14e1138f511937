"""Recording the county through the service's own doors, as if it had worked there for months.

    load_county(database, county, *, seal, now) -> Loaded

Lists and orders come in by the importers, and what has happened since is recorded by the same
services as pages call, each act with its own day: a county that loads shows that the path holds.
Yesterday's orders are left for ``rj.demo.court_file.write_fresh_orders``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from rj.accounts.models import Area
from rj.accounts.services import create_account
from rj.audit.services import SERVICE, Actor
from rj.db.database import Database
from rj.demo.checks import record_checks
from rj.demo.court_file import (
    areas_list,
    courts_list,
    officers_list,
    orders_file,
    people_file,
)
from rj.demo.facts import (
    AccountFacts,
    County,
    FacilitatorFacts,
    OrderFacts,
    VenueFacts,
)
from rj.demo.past import Staff, let_it_happen
from rj.facilitators.services import (
    NewFacilitator,
    add_busy_time,
    add_conflict,
    add_facilitator,
    add_leave,
    add_past_conference,
)
from rj.intake.orders_file import import_orders
from rj.intake.reference_file import ReferenceKind, sample, take_reference
from rj.kernel.errors import Conflict, NotFound
from rj.orders.models import OfficerAway, Order
from rj.orders.queries import find_order_by_reference, officers_of
from rj.parties.contact import contact_details
from rj.parties.models import PartyBusy
from rj.parties.queries import parties_of
from rj.parties.sealing import Seal
from rj.policy.terms import Role
from rj.venues.services import NewRoom, NewVenue, add_room, add_venue, close_venue


@dataclass(frozen=True, slots=True)
class Loaded:
    """Who may sign in to the county that was recorded."""

    accounts: tuple[AccountFacts, ...]
    """One for each role, to be printed."""


def load_county(database: Database, county: County, *, seal: Seal, now: datetime) -> Loaded:
    """Record a county in a database of this release that holds nothing yet.

    Raises Conflict when the county is there already. Nothing is sent to anybody: no meeting has
    been planned when this ends.
    """
    with database.writing() as session:
        if session.get(Area, county.area_id) is not None:
            raise Conflict(f"{county.area_name} is in this database already: start over instead")
        _record_lists(session, county, now)
        accounts = _record_accounts(session, county, now)
        coordinator = next(
            Actor(accounts[one.email], Role.COORDINATOR)
            for one in county.accounts
            if Role.COORDINATOR in one.roles
        )
        for venue in county.venues:
            _record_venue(session, venue, county.area_id, coordinator, now)
        facilitators = _record_facilitators(session, county, accounts, coordinator, now)
        record_checks(session, county, accounts, now)
    report = import_orders(
        database,
        orders_file(county.orders, county.area_id),
        parties=people_file(county.orders),
        seal=seal,
        actor=coordinator,
        now=now,
        areas=(county.area_id,),
    )
    if not report.is_accepted:
        raise Conflict(f"The demonstration's orders were refused. {report.summary}")
    staff = Staff(
        accounts=accounts,
        facilitators=facilitators,
        facilitator_accounts={
            one.code: accounts[one.email] for one in county.facilitators if one.email in accounts
        },
        coordinator=coordinator,
    )
    with database.writing() as session:
        people: dict[str, UUID] = {}
        for order in county.orders:
            people |= _let_case_unfold(session, order, staff, seal)
        for one in county.facilitators:
            for key in one.conflicts:
                add_conflict(
                    session, facilitators[one.code], people[key], actor=coordinator, now=now
                )
    return Loaded(tuple(one for one in county.accounts if one.is_shown))


def _record_lists(session: Session, county: County, now: datetime) -> None:
    """Areas, courts, offences and officers by the importer; officers' hours beside it."""
    for kind, content in (
        (ReferenceKind.AREAS, areas_list(county)),
        (ReferenceKind.COURTS, courts_list(county)),
        (ReferenceKind.OFFENCES, sample("offences")),
        (ReferenceKind.COURT_CODES, sample("court-codes")),
        (ReferenceKind.OFFICERS, officers_list(county)),
    ):
        report = take_reference(session, kind, content, actor=SERVICE, now=now)
        if not report.is_accepted:
            raise Conflict(f"The demonstration's list of {kind.value} was refused")
    recorded = {officer.code: officer for officer in officers_of(session, (county.area_id,))}
    for facts in county.officers:
        officer = recorded[facts.code]
        officer.hours = [list(piece) for piece in facts.hours]
        officer.calendar_wish = facts.calendar_wish
        officer.language = facts.language
        session.add_all(
            OfficerAway(officer_id=officer.id, first_day=first, last_day=last)
            for first, last in facts.away
        )
    session.flush()


def _record_accounts(session: Session, county: County, now: datetime) -> dict[str, UUID]:
    """Every account, in the county's area; an administrator's is for none."""
    accounts = {}
    for one in county.accounts:
        account = create_account(
            session,
            email=one.email,
            name=one.name,
            password=one.password,
            roles=[
                (role, None if role is Role.ADMINISTRATOR else county.area_id) for role in one.roles
            ],
            actor=SERVICE,
            now=now,
        )
        accounts[one.email] = account.id
    return accounts


def _record_venue(
    session: Session, facts: VenueFacts, area_id: str, actor: Actor, now: datetime
) -> None:
    venue = add_venue(
        session,
        NewVenue(
            code=facts.code,
            name=facts.name,
            street_name=facts.street_name,
            address=facts.address,
            area_id=area_id,
            hours=facts.hours,
            x=facts.x,
            y=facts.y,
        ),
        actor=actor,
        now=now,
    )
    session.flush()
    for room in facts.rooms:
        add_room(
            session,
            venue.id,
            NewRoom(room.name, room.capacity, room.features, room.turnaround_minutes),
            actor=actor,
            now=now,
        )
    for closure in facts.closures:
        first, last = closure.days
        close_venue(
            session,
            venue.id,
            first_day=first,
            last_day=last,
            reason=closure.reason,
            actor=actor,
            now=now,
        )


def _record_facilitators(
    session: Session, county: County, accounts: Mapping[str, UUID], actor: Actor, now: datetime
) -> dict[str, UUID]:
    """Mentors before those whom they mentor."""
    recorded: dict[str, UUID] = {}
    for facts in sorted(county.facilitators, key=lambda one: bool(one.mentors)):
        facilitator = add_facilitator(
            session,
            _new_facilitator(facts, county.area_id, accounts, recorded),
            actor=actor,
            now=now,
        )
        recorded[facts.code] = facilitator.id
        for stays, is_illness in ((facts.leave, False), (facts.ill, True)):
            for first, last in stays:
                add_leave(
                    session,
                    facilitator.id,
                    first_day=first,
                    last_day=last,
                    is_illness=is_illness,
                    actor=actor,
                    now=now,
                )
        for starts_at, ends_at in facts.busy:
            add_busy_time(
                session, facilitator.id, starts_at=starts_at, ends_at=ends_at, actor=actor, now=now
            )
        for held_on in facts.past_conferences:
            add_past_conference(session, facilitator.id, held_on=held_on, actor=actor, now=now)
    return recorded


def _new_facilitator(
    facts: FacilitatorFacts,
    area_id: str,
    accounts: Mapping[str, UUID],
    recorded: Mapping[str, UUID],
) -> NewFacilitator:
    return NewFacilitator(
        code=facts.code,
        name=facts.name,
        email=facts.email,
        telephone=facts.telephone,
        level=facts.level,
        trained_on=facts.trained_on,
        accredited_on=facts.accredited_on,
        mentored_until=facts.mentored_until,
        mentors=[recorded[mentor] for mentor in facts.mentors],
        areas=[area_id],
        skills=facts.skills,
        languages=facts.languages,
        is_volunteer=facts.is_volunteer,
        base_x=facts.base_x,
        base_y=facts.base_y,
        hours=facts.hours,
        weekly_minutes=facts.weekly_minutes,
        caseload_cap=facts.caseload_cap,
        caseload_norm=facts.caseload_norm,
        calendar_wish=facts.calendar_wish,
        language=facts.language,
        account_id=accounts.get(facts.email),
    )


def _let_case_unfold(
    session: Session, facts: OrderFacts, staff: Staff, seal: Seal
) -> dict[str, UUID]:
    """What no file tells of a case: its people's appointments, who began it, what happened since.

    Returns its people by their keys.
    """
    order = find_order_by_reference(session, facts.reference)
    if order is None:
        raise NotFound("An order of the demonstration was not recorded")
    people = _people_by_key(session, facts, order, seal)
    session.add_all(
        PartyBusy(party_id=people[party.key], starts_at=starts_at, ends_at=ends_at)
        for party in facts.parties
        for starts_at, ends_at in party.busy
    )
    if facts.lead_code:
        order.current_lead_id = staff.facilitators[facts.lead_code]
    session.flush()
    let_it_happen(session, facts, order, people, staff)
    return people


def _people_by_key(
    session: Session, facts: OrderFacts, order: Order, seal: Seal
) -> dict[str, UUID]:
    """Which recorded party is which of the county's people: nobody's name comes twice."""
    by_name = {
        contact_details(session, seal, party.id).name: party.id
        for party in parties_of(session, order.id)
    }
    return {party.key: by_name[party.name] for party in facts.parties}
