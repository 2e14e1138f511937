"""What is known of the fictional county: plain frozen values, before any of it is recorded.

Everything refers to everything else by the codes and keys that stand here, so that the county can
be compared, printed and tested without a database.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from rj.policy.terms import (
    CalendarWish,
    Channel,
    ContactOutcome,
    CourtKind,
    Gate,
    GateValue,
    Language,
    OrderType,
    PartyRole,
    Plea,
    PracticeLevel,
    RequirementType,
    RiskLevel,
    Role,
    RoomFeature,
    Route,
    Side,
    Skill,
    Stage,
)

Hours = tuple[tuple[str, str, str], ...]
"""Recurring local hours: weekday, from, to."""
Days = tuple[date, date]
"""First and last day, both included."""
Moments = tuple[datetime, datetime]
"""From one instant up to another, in UTC."""


@dataclass(frozen=True, slots=True)
class CourtFacts:
    """A court that sentences people of the county."""

    code: str
    name: str
    kind: CourtKind


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """A room of a venue."""

    name: str
    capacity: int
    features: tuple[RoomFeature, ...] = ()
    turnaround_minutes: int = 15


@dataclass(frozen=True, slots=True)
class ClosureFacts:
    """Days on which a venue is shut."""

    days: Days
    reason: str


@dataclass(frozen=True, slots=True)
class VenueFacts:
    """A building where meetings are held."""

    code: str
    name: str
    street_name: str
    address: str
    x: int
    y: int
    hours: Hours
    rooms: tuple[RoomFacts, ...]
    closures: tuple[ClosureFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class OfficerFacts:
    """A responsible officer."""

    code: str
    name: str
    email: str
    telephone: str
    hours: Hours
    away: tuple[Days, ...]
    calendar_wish: CalendarWish
    language: Language


@dataclass(frozen=True, slots=True)
class FacilitatorFacts:
    """A facilitator, with everything that planning asks about."""

    code: str
    name: str
    email: str
    telephone: str
    level: PracticeLevel
    trained_on: date
    accredited_on: date
    mentored_until: date | None
    mentors: tuple[str, ...]
    """Codes of the facilitators who see a first-year colleague through."""
    skills: tuple[Skill, ...]
    languages: tuple[str, ...]
    is_volunteer: bool
    base_x: int
    base_y: int
    hours: Hours
    weekly_minutes: int
    caseload_cap: int
    caseload_norm: int
    calendar_wish: CalendarWish
    language: Language
    leave: tuple[Days, ...]
    ill: tuple[Days, ...]
    busy: tuple[Moments, ...]
    past_conferences: tuple[date, ...]
    conflicts: tuple[str, ...] = ()
    """Keys of parties whom he or she must not meet at work."""

    def is_in_first_year(self, today: date) -> bool:
        """Whether he or she is still mentored."""
        return self.mentored_until is not None and today <= self.mentored_until

    def could_lead(self, skills: tuple[Skill, ...], language: str) -> bool:
        """Whether a case that needs these skills and this language could be his or hers (H6)."""
        return set(skills) <= set(self.skills) and language in self.languages


@dataclass(frozen=True, slots=True)
class ContactPlanFacts:
    """How a person has said it is safe to reach them."""

    channel: Channel
    calendar_wish: CalendarWish
    may_leave_voicemail: bool
    safe_times: str
    alias: str
    shows_place: bool
    agreed_on: date


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """Somebody who takes part in a case."""

    key: str
    """Order reference, side and number; tells nothing about who it is."""
    side: Side
    role: PartyRole
    name: str
    chosen_name: str
    born_on: date | None
    email: str
    telephone: str
    address: str
    language: Language
    hours: Hours | None = None
    likes_hours: Hours | None = None
    curfew: tuple[time, time] | None = None
    away: tuple[Days, ...] = ()
    busy: tuple[Moments, ...] = ()
    avoids: tuple[str, ...] = ()
    """Codes of venues that are barred for this person."""
    likes_venues: tuple[str, ...] = ()
    contact_plan: ContactPlanFacts | None = None
    organisation: str = ""
    """What a harmed-side person represents."""


@dataclass(frozen=True, slots=True)
class ContactTried:
    """Somebody rang the person on probation."""

    at: datetime
    outcome: ContactOutcome
    note: str = ""


@dataclass(frozen=True, slots=True)
class StepDone:
    """A meeting of the plan was held."""

    at: datetime
    stage: Stage


@dataclass(frozen=True, slots=True)
class GateFound:
    """Somebody recorded what was found at a gate."""

    at: datetime
    gate: Gate
    value: GateValue
    party_key: str = ""
    """Whose gate; empty for the case as a whole."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RouteChosen:
    """It was decided what the third meeting is to be."""

    at: datetime
    route: Route


@dataclass(frozen=True, slots=True)
class PreparationAdded:
    """One more preparation meeting was asked for."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class SignedOff:
    """A manager let a sensitive and complex case go on."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ContactStopped:
    """A person said no."""

    at: datetime
    party_key: str


Happening = (
    ContactTried
    | StepDone
    | GateFound
    | RouteChosen
    | PreparationAdded
    | SignedOff
    | ContactStopped
)


class Standing(StrEnum):
    """How far an order of the county has come."""

    AWAITING_CONTACT = "awaiting first contact"
    CLOCK_NEAR = "first contact due within days"
    OVERDUE = "first contact overdue"
    CONTACTED = "contacted, awaiting assessment"
    NOT_YET = "assessed, not yet suitable"
    SUITABLE = "assessed suitable"
    PREPARED = "prepared, route undecided"
    EXTRA_PREPARATION = "another preparation asked for"
    READY = "consented and ready to meet"
    LETTER = "letter chosen"
    SHUTTLE = "shuttle chosen"
    AWAITING_REVIEW = "conference held, awaiting review"
    UNSIGNED = "sensitive and complex, unsigned"


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """A court order, its people, and what has happened since."""

    reference: str
    crn: str
    court_code: str
    order_type: OrderType
    sentenced_on: date
    received_on: date
    ends_on: date
    convicted_on: date | None
    requirement: RequirementType
    days: int | None
    requirement_ends_on: date
    plea: Plea
    risk: RiskLevel
    offence_codes: tuple[str, ...]
    officer_code: str
    language: str
    skills: tuple[Skill, ...]
    is_sensitive_complex: bool
    standing: Standing
    lead_code: str
    """The facilitator who has begun the case; empty before first contact."""
    liaison_email: str
    """The victim liaison officer or named person; empty when nobody has been named."""
    parties: tuple[PartyFacts, ...]
    history: tuple[Happening, ...]
    """Oldest first."""

    @property
    def harmer(self) -> PartyFacts:
        """The person on probation."""
        return next(
            party
            for party in self.parties
            if party.side is Side.HARMER and party.role is PartyRole.PRINCIPAL
        )


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """Somebody who may sign in to the demonstration."""

    email: str
    name: str
    password: str
    """For the demonstration only; printed when it starts."""
    roles: tuple[Role, ...]
    is_shown: bool = False
    """Whether it is one of those printed, one for each role."""


@dataclass(frozen=True, slots=True)
class County:
    """A fictional county on one day."""

    seed: int
    today: date
    area_id: str
    area_name: str
    courts: tuple[CourtFacts, ...]
    venues: tuple[VenueFacts, ...]
    officers: tuple[OfficerFacts, ...]
    facilitators: tuple[FacilitatorFacts, ...]
    accounts: tuple[AccountFacts, ...]
    orders: tuple[OrderFacts, ...]
    fresh_orders: tuple[OrderFacts, ...]
    """Yesterday's orders: not recorded yet, to be uploaded by whoever tries the demonstration."""
