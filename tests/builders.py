"""Builders: a test names only what it is about, and the rest is made up here.

Each works inside the caller's ``database.writing()`` session, makes what it rests on (area, court,
offence, officer) when it is missing, and returns the record. Every person and place is invented.

    an_area, a_court, an_offence, an_officer, an_account
    an_order(session, sentenced_on=..., with_harmed=True, ...)   with its requirement, plan, people
    a_party(session, order_id, side=..., channel=..., ...)
    every_gate_is_recorded(session, order_id)
    a_facilitator(session, "Amina", hours=..., ...)
    a_venue_with_rooms(session, rooms=2, ...)                    -> (Venue, [Room, ...])
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from uuid import UUID

from cryptography.fernet import Fernet
from sqlmodel import Session, select

from rj.accounts.models import Account, AccountRole, Area
from rj.audit.services import SERVICE, Actor
from rj.conferences.models import GateRecord
from rj.conferences.readiness import PERSONAL_GATES
from rj.facilitators.models import Facilitator
from rj.facilitators.services import NewFacilitator, add_facilitator
from rj.kernel.references import new_reference
from rj.kernel.weekly_hours import read_hours
from rj.orders.models import Court, Offence, Order, OrderOffence, Requirement, ResponsibleOfficer
from rj.orders.plans import draw_up_plan
from rj.parties.models import (
    HarmedDetails,
    HarmerDetails,
    Party,
    PartyAway,
    PlaceToAvoid,
    SafeContactPlan,
)
from rj.parties.queries import parties_of
from rj.parties.sealing import ContactDetails, Seal
from rj.policy.standards import standards_on
from rj.policy.terms import (
    CalendarWish,
    Channel,
    CourtKind,
    Gate,
    GateValue,
    HarmClass,
    Language,
    OrderType,
    PartyRole,
    Plea,
    PracticeLevel,
    RequirementType,
    RiskLevel,
    Role,
    RoomFeature,
    Side,
    Skill,
)
from rj.venues.models import Room, Venue
from rj.venues.services import NewRoom, NewVenue, add_room, add_venue

NOW = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
"""The moment at which builders record things; that of the tests' stopped clock."""

SEAL = Seal(Fernet.generate_key().decode())
"""The seal with which builders close the harmed side's details."""

AREA = "N1"
COURT = "MOORMC"
OFFENCE = "008/06"
OFFICE_HOURS = "mon-fri 09:00-17:00"

_numbers = count(1)
_names = ("Amina", "Bryn", "Carys", "Dev", "Ewa", "Farah", "Gethin", "Harpreet")


def a_number() -> int:
    """A number that no other record of this test run carries."""
    return next(_numbers)


def an_area(session: Session, area_id: str = AREA, name: str = "Northmoor") -> Area:
    """An area, made once."""
    area = session.get(Area, area_id)
    if area is None:
        area = Area(id=area_id, name=name)
        session.add(area)
        session.flush()
    return area


def a_court(session: Session, code: str = COURT, name: str = "Northmoor Magistrates") -> Court:
    """A court, made once."""
    court = session.get(Court, code)
    if court is None:
        court = Court(code=code, name=name, kind=CourtKind.MAGISTRATES)
        session.add(court)
        session.flush()
    return court


def an_offence(session: Session, code: str = OFFENCE) -> Offence:
    """An offence of violence, made once."""
    offence = session.get(Offence, code)
    if offence is None:
        offence = Offence(
            code=code,
            offence_group="Violence",
            category="Injury",
            description="Causing an injury",
            risk_class="violence_against_the_person_abh_plus",
            harm_class=HarmClass.VIOLENCE,
        )
        session.add(offence)
        session.flush()
    return offence


def an_officer(
    session: Session, code: str = "RO1", *, area: str = AREA, hours: str = OFFICE_HOURS
) -> ResponsibleOfficer:
    """A responsible officer, made once for each code."""
    officer = session.exec(
        select(ResponsibleOfficer).where(ResponsibleOfficer.code == code)
    ).first()
    if officer is None:
        an_area(session, area)
        officer = ResponsibleOfficer(
            code=code,
            name="Olwen Rees",
            email=f"{code.lower()}@officers.test",
            area_id=area,
            hours=read_hours(hours),
        )
        session.add(officer)
        session.flush()
    return officer


def an_account(
    session: Session, role: Role = Role.COORDINATOR, *, area: str = AREA, name: str = "Cerys Owen"
) -> Account:
    """Somebody who may sign in, in one role for one area."""
    an_area(session, area)
    account = Account(
        email=f"staff{a_number()}@service.test", name=name, password_hash="!", created_at=NOW
    )
    session.add(account)
    session.flush()
    session.add(AccountRole(account_id=account.id, role=role, area_id=area))
    session.flush()
    return account


def an_actor(session: Session, role: Role = Role.COORDINATOR, *, area: str = AREA) -> Actor:
    """Somebody signed in and acting in a role."""
    return Actor(an_account(session, role, area=area).id, role)


def an_order(
    session: Session,
    *,
    reference: str | None = None,
    area: str = AREA,
    sentenced_on: date = date(2026, 3, 2),
    ends_on: date | None = None,
    convicted_on: date | None = None,
    first_contacted_on: date | None = None,
    risk: RiskLevel = RiskLevel.MEDIUM,
    language: str = "en",
    skills: Sequence[Skill] = (),
    is_sensitive_complex: bool = False,
    officer: ResponsibleOfficer | None = None,
    liaison_account_id: UUID | None = None,
    current_lead_id: UUID | None = None,
    with_plan: bool = True,
    with_harmer: bool = True,
    with_harmed: bool = False,
    seal: Seal = SEAL,
) -> Order:
    """An order with its requirement and offence, its plan, and its people on request."""
    number = a_number()
    an_area(session, area)
    order = Order(
        reference=reference or f"NM/2026/{number:04}",
        crn=f"X{number:06}",
        area_id=area,
        court_code=a_court(session).code,
        order_type=OrderType.COMMUNITY_ORDER,
        sentenced_on=sentenced_on,
        ends_on=ends_on or sentenced_on + timedelta(days=365),
        convicted_on=convicted_on,
        received_on=sentenced_on + timedelta(days=2),
        plea=Plea.GUILTY,
        risk=risk,
        responsible_officer_id=(officer or an_officer(session, area=area)).id,
        liaison_account_id=liaison_account_id,
        language=language,
        skills=sorted(skill.value for skill in skills),
        is_sensitive_complex=is_sensitive_complex,
        standards_version=standards_on(sentenced_on).version,
        current_lead_id=current_lead_id,
        first_contacted_on=first_contacted_on,
        created_at=NOW,
    )
    session.add(order)
    session.flush()
    session.add(OrderOffence(order_id=order.id, position=1, offence_code=an_offence(session).code))
    session.add(
        Requirement(
            order_id=order.id,
            kind=RequirementType.RAR,
            days=20,
            starts_on=order.sentenced_on,
            ends_on=order.ends_on,
        )
    )
    session.flush()
    if with_plan:
        draw_up_plan(session, order, NOW)
    if with_harmer:
        a_party(session, order.id, side=Side.HARMER, seal=seal)
    if with_harmed:
        a_party(session, order.id, side=Side.HARMED, seal=seal)
    session.flush()
    return order


def a_party(
    session: Session,
    order_id: UUID,
    *,
    side: Side = Side.HARMER,
    role: PartyRole = PartyRole.PRINCIPAL,
    name: str | None = None,
    chosen_name: str = "",
    email: str | None = None,
    telephone: str = "07700 900123",
    address: str = "1 Sample Row, Northmoor, ZZ1 1ZZ",
    channel: Channel | None = Channel.EMAIL,
    calendar_wish: CalendarWish = CalendarWish.NONE,
    language: Language = Language.ENGLISH,
    hours: str | None = None,
    likes_hours: str | None = None,
    curfew: tuple[time, time] | None = None,
    away: Sequence[tuple[date, date]] = (),
    avoids: Sequence[UUID] = (),
    shows_place: bool = True,
    stopped_at: datetime | None = None,
    seal: Seal = SEAL,
) -> Party:
    """Somebody in a case, with details and, unless ``channel`` is None, a safe contact plan."""
    number = a_number()
    party = Party(
        order_id=order_id,
        side=side,
        role=role,
        reference=new_reference("AP", 8),
        language=language,
        hours=read_hours(hours) if hours is not None else None,
        likes_hours=read_hours(likes_hours) if likes_hours is not None else None,
        curfew_from=curfew[0] if curfew else None,
        curfew_until=curfew[1] if curfew else None,
        stopped_at=stopped_at,
    )
    session.add(party)
    session.flush()
    details = ContactDetails(
        name=name or f"{_names[number % len(_names)]} Testperson{number}",
        email=email if email is not None else f"person{number}@people.test",
        telephone=telephone,
        address=address,
    )
    if side is Side.HARMED:
        session.add(
            HarmedDetails(party_id=party.id, chosen_name=chosen_name, sealed=seal.close(details))
        )
    else:
        session.add(
            HarmerDetails(
                party_id=party.id,
                name=details.name,
                born_on=date(1990, 1, 1),
                email=details.email,
                telephone=details.telephone,
                address=details.address,
            )
        )
    if channel is not None:
        session.add(
            SafeContactPlan(
                party_id=party.id,
                channel=channel,
                calendar_wish=calendar_wish,
                shows_place=shows_place,
                agreed_on=date(2026, 3, 4),
            )
        )
    session.add_all(PartyAway(party_id=party.id, first_day=a, last_day=b) for a, b in away)
    session.add_all(PlaceToAvoid(party_id=party.id, venue_id=venue) for venue in avoids)
    session.flush()
    return party


def every_gate_is_recorded(session: Session, order_id: UUID, *, now: datetime = NOW) -> None:
    """Yes at each gate, for the case and for everybody in it, an hour before ``now``."""
    recorder = an_account(session, Role.FACILITATOR).id
    session.add(
        GateRecord(
            order_id=order_id,
            gate=Gate.SUITABLE,
            value=GateValue.YES,
            recorded_by=recorder,
            recorded_at=now - timedelta(hours=1),
        )
    )
    session.add_all(
        GateRecord(
            order_id=order_id,
            party_id=party.id,
            gate=gate,
            value=GateValue.YES,
            recorded_by=recorder,
            recorded_at=now - timedelta(hours=1),
        )
        for party in parties_of(session, order_id)
        for gate in PERSONAL_GATES
    )
    session.flush()


def a_facilitator(
    session: Session,
    name: str | None = None,
    *,
    areas: Sequence[str] = (AREA,),
    level: PracticeLevel = PracticeLevel.INTERMEDIATE,
    trained_on: date = date(2023, 5, 10),
    accredited_on: date | None = None,
    mentored_until: date | None = None,
    mentors: Sequence[Facilitator] = (),
    skills: Sequence[Skill] = (),
    languages: Sequence[str] = ("en",),
    hours: str = OFFICE_HOURS,
    weekly_minutes: int = 1200,
    caseload_cap: int = 15,
    caseload_norm: int = 10,
    is_volunteer: bool = False,
    base: tuple[int, int] = (0, 0),
    calendar_wish: CalendarWish = CalendarWish.INVITATION,
    account_id: UUID | None = None,
) -> Facilitator:
    """An experienced facilitator who works office hours."""
    number = a_number()
    for area in areas:
        an_area(session, area)
    return add_facilitator(
        session,
        NewFacilitator(
            code=f"F{number}",
            name=name or f"{_names[number % len(_names)]} Facilitator{number}",
            email=f"facilitator{number}@service.test",
            level=level,
            trained_on=trained_on,
            accredited_on=accredited_on or trained_on,
            mentored_until=mentored_until,
            mentors=[mentor.id for mentor in mentors],
            areas=areas,
            hours=read_hours(hours),
            weekly_minutes=weekly_minutes,
            caseload_cap=caseload_cap,
            caseload_norm=caseload_norm,
            skills=skills,
            languages=languages,
            is_volunteer=is_volunteer,
            base_x=base[0],
            base_y=base[1],
            calendar_wish=calendar_wish,
            account_id=account_id,
        ),
        actor=SERVICE,
        now=NOW,
    )


def a_venue_with_rooms(
    session: Session,
    name: str | None = None,
    *,
    area: str = AREA,
    rooms: int = 1,
    capacity: int = 12,
    features: Sequence[RoomFeature] = (RoomFeature.SEPARATE_ENTRANCES,),
    turnaround_minutes: int = 15,
    hours: str = OFFICE_HOURS,
    at: tuple[int, int] = (0, 0),
) -> tuple[Venue, list[Room]]:
    """A building in use and its rooms, each fit for a conference."""
    number = a_number()
    an_area(session, area)
    venue = add_venue(
        session,
        NewVenue(
            code=f"V{number}",
            name=name or f"Office {number}",
            street_name=f"{number} Mill Street",
            address=f"{number} Mill Street, Northmoor, ZZ1 1ZZ",
            area_id=area,
            hours=read_hours(hours),
            x=at[0],
            y=at[1],
        ),
        actor=SERVICE,
        now=NOW,
    )
    made = [
        add_room(
            session,
            venue.id,
            NewRoom(
                name=f"Room {letter}",
                capacity=capacity,
                features=features,
                turnaround_minutes=turnaround_minutes,
            ),
            actor=SERVICE,
            now=NOW,
        )
        for letter in range(1, rooms + 1)
    ]
    return venue, made
