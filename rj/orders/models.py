"""Orders, their requirement and their plan; courts, offences and responsible officers."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from rj.db.types import Versioned, WeeklyHours, document, term
from rj.policy.terms import (
    CalendarWish,
    ChangeGround,
    ClockKind,
    ContactOutcome,
    CourtKind,
    HarmClass,
    Language,
    OrderEnding,
    OrderType,
    Plea,
    RequirementType,
    RiskLevel,
    Route,
    Stage,
)

_RUNNING_PAUSE = "first_day IS NOT NULL AND last_day IS NULL AND taken_back_at IS NULL"
DEFAULT_LANGUAGE = "en"
"""What a lead must speak as long as nobody says otherwise."""


class Court(SQLModel, table=True):
    """A sentencing court, from the courts list."""

    code: str = Field(primary_key=True, max_length=12)
    name: str = Field(max_length=120)
    kind: CourtKind = term(CourtKind)
    is_active: bool = True


class Offence(SQLModel, table=True):
    """An offence of the Home Office list and how it stands to the eligibility rule (R8)."""

    code: str = Field(primary_key=True, max_length=12)
    """Category and subcategory, three and two digits: ``008/01``."""
    offence_group: str = Field(max_length=200)
    category: str = Field(max_length=300)
    description: str = Field(max_length=600)
    risk_class: str = Field(max_length=80)
    harm_class: HarmClass = term(HarmClass)
    """A default drawn from the risk class; reviewable, not law."""


class OffenceCourtCode(SQLModel, table=True):
    """Which Home Office offence a courts' offence code stands for."""

    __tablename__ = "offence_court_code"

    court_code: str = Field(primary_key=True, max_length=8)
    """Two letters, five figures and perhaps a letter: ``ZZ99001``."""
    offence_code: str = Field(foreign_key="offence.code")


class ResponsibleOfficer(Versioned, table=True):
    """The only person who instructs and enforces; takes part in the review (S1)."""

    __tablename__ = "responsible_officer"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    code: str = Field(unique=True, max_length=12)
    name: str = Field(max_length=100)
    email: str = Field(max_length=254)
    telephone: str = Field(default="", max_length=40)
    area_id: str = Field(foreign_key="area.id", index=True)
    hours: WeeklyHours = document()
    calendar_wish: CalendarWish = term(CalendarWish, default=CalendarWish.INVITATION)
    language: Language = term(Language, default=Language.ENGLISH)
    is_active: bool = True


class OfficerAway(SQLModel, table=True):
    """Days on which a responsible officer is away, both included."""

    __tablename__ = "officer_away"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    officer_id: UUID = Field(foreign_key="responsible_officer.id", index=True)
    first_day: date
    last_day: date


class Order(Versioned, table=True):
    """A sentence that carries a restorative-justice requirement."""

    __tablename__ = "sentence_order"  # ORDER is a reserved word in SQL
    __table_args__ = (
        CheckConstraint("ends_on >= sentenced_on", name="ends_after_sentence"),
        CheckConstraint(
            "closed_at IS NOT NULL OR (ending IS NULL AND ended_on IS NULL)",
            name="only_closed_has_ended",
        ),
        CheckConstraint(
            "voluntary_from IS NULL OR voluntary_from >= sentenced_on",
            name="voluntary_after_sentence",
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    reference: str = Field(unique=True, max_length=40)
    """The court or case system's reference."""
    crn: str = Field(index=True, max_length=7)
    area_id: str = Field(foreign_key="area.id", index=True)
    court_code: str = Field(foreign_key="court.code")
    order_type: OrderType = term(OrderType)
    sentenced_on: date = Field(index=True)
    ends_on: date
    convicted_on: date | None = None
    """Asked for when the eighteenth birthday lies within a year of the sentence (R6)."""
    received_on: date
    """When the service learned of the order, kept apart so that late data shows (R17)."""
    plea: Plea = term(Plea)
    risk: RiskLevel = term(RiskLevel)
    responsible_officer_id: UUID = Field(foreign_key="responsible_officer.id")
    liaison_account_id: UUID | None = Field(default=None, foreign_key="account.id", index=True)
    """The victim liaison officer, or the named person who takes that part."""
    language: str = Field(default=DEFAULT_LANGUAGE, max_length=2)
    """ISO 639-1 code of the language the lead must speak."""
    skills: list[str] = document(default_factory=list)
    """Values of ``Skill`` that the facilitators need."""
    is_sensitive_complex: bool = False
    signed_off_at: datetime | None = None
    """A manager's sign-off, without which a sensitive and complex case stops at assessment."""
    signed_off_by: UUID | None = Field(default=None, foreign_key="account.id")
    standards_version: str = Field(max_length=20)
    current_lead_id: UUID | None = Field(default=None, foreign_key="facilitator.id", index=True)
    """Who has begun the case or was announced to its people (T2)."""
    first_attempted_at: datetime | None = None
    first_contacted_on: date | None = None
    closed_at: datetime | None = None
    closed_reason: str = Field(default="", max_length=200)
    ending: OrderEnding | None = term(OrderEnding, default=None, nullable=True)
    ended_on: date | None = None
    """The day from which the order, or our part in it, is over."""
    voluntary_from: date | None = None
    """The day on which supervision ended early, where the work goes on of everybody's free will:
    nobody is instructed any more, and the responsible officer hears of nothing after it."""
    in_sentence_plan: bool | None = None
    """Whether the responsible officer's sentence plan names this work; none while not known. An
    order may end before the conference where it does not (R3)."""
    created_at: datetime
    created_by: UUID | None = Field(default=None, foreign_key="account.id")

    @property
    def is_awaiting_first_contact(self) -> bool:
        """Whether the 15-day clock still runs."""
        return self.first_contacted_on is None


class OrderOffence(SQLModel, table=True):
    """An offence the order was made for, the principal one first."""

    __tablename__ = "order_offence"

    order_id: UUID = Field(foreign_key="sentence_order.id", primary_key=True)
    position: int = Field(primary_key=True)
    offence_code: str = Field(foreign_key="offence.code")


class Requirement(Versioned, table=True):
    """The requirement itself: its legal regime, days and dates (R1-R4)."""

    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="ends_after_start"),)

    order_id: UUID = Field(foreign_key="sentence_order.id", primary_key=True)
    kind: RequirementType = term(RequirementType)
    days: int | None = None
    """Most days the court named; none where it need not name any (R3)."""
    starts_on: date
    ends_on: date


class OrderChange(SQLModel, table=True):
    """One fact of an order that was changed: what it was, what it became, who, when and why.

    Rows are added, never changed. Facts of the harmed side never come here: this is the history of
    the sentence and of the person on probation.
    """

    __tablename__ = "order_change"
    __table_args__ = (CheckConstraint("value_before <> value_after", name="something_changed"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    order_id: UUID = Field(foreign_key="sentence_order.id", index=True)
    fact: str = Field(max_length=40)
    """The fact's name, which is its column in ``docs/importing-orders.md`` where it has one."""
    value_before: str = Field(max_length=2000)
    """In the words of that column: codes and ISO days, empty for nothing."""
    value_after: str = Field(max_length=2000)
    ground: ChangeGround = term(ChangeGround)
    reason: str = Field(default="", max_length=200)
    effective_on: date | None = None
    """The day from which it is so, where somebody said it."""
    changed_at: datetime
    changed_by: UUID | None = Field(default=None, foreign_key="account.id")


class LinkedOrders(SQLModel, table=True):
    """Two orders of co-defendants with somebody harmed in common. Each pair stands once, the lesser
    identifier first; neither side ever sees it."""

    __tablename__ = "linked_orders"
    __table_args__ = (CheckConstraint("order_id < other_id", name="once_for_each_pair"),)

    order_id: UUID = Field(foreign_key="sentence_order.id", primary_key=True)
    other_id: UUID = Field(foreign_key="sentence_order.id", primary_key=True, index=True)
    linked_at: datetime
    linked_by: UUID | None = Field(default=None, foreign_key="account.id")


class CaseLimit(SQLModel, table=True):
    """Somebody named for a limited case. Where anybody is named, nobody else opens it."""

    __tablename__ = "case_limit"

    order_id: UUID = Field(foreign_key="sentence_order.id", primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", primary_key=True)


class VenueAgreed(SQLModel, table=True):
    """A venue that is suitable for the case (H13)."""

    __tablename__ = "venue_agreed"

    order_id: UUID = Field(foreign_key="sentence_order.id", primary_key=True)
    venue_id: UUID = Field(foreign_key="venue.id", primary_key=True)


class ContactAttempt(SQLModel, table=True):
    """One attempt to reach the person on probation; the clock stops at a success (R17)."""

    __tablename__ = "contact_attempt"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    order_id: UUID = Field(foreign_key="sentence_order.id", index=True)
    attempted_at: datetime
    outcome: ContactOutcome = term(ContactOutcome)
    note: str = Field(default="", max_length=1000)
    recorded_by: UUID = Field(foreign_key="account.id")
    recorded_at: datetime


class ClockChange(Versioned, table=True):
    """A pause of one clock of a case, or days added to it; with its reason, and kept for good.

    One that was a mistake is taken back, which is recorded too.
    """

    __tablename__ = "clock_change"
    __table_args__ = (
        CheckConstraint("(days IS NULL) <> (first_day IS NULL)", name="pause_or_extension"),
        CheckConstraint("days IS NULL OR days > 0", name="adds_days"),
        CheckConstraint("last_day IS NULL OR last_day >= first_day", name="ends_after_start"),
        Index(
            "uq_clock_change_one_running_pause",
            "order_id",
            "clock",
            unique=True,
            sqlite_where=text(_RUNNING_PAUSE),
            postgresql_where=text(_RUNNING_PAUSE),
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    order_id: UUID = Field(foreign_key="sentence_order.id", index=True)
    clock: ClockKind = term(ClockKind)
    first_day: date | None = None
    """Of a pause: the first day that does not count."""
    last_day: date | None = None
    """Of a pause: the last day that does not count; none while it goes on."""
    days: int | None = None
    """Of an extension: how many days of the clock's unit are added."""
    reason: str = Field(max_length=200)
    recorded_by: UUID = Field(foreign_key="account.id")
    recorded_at: datetime
    ended_by: UUID | None = Field(default=None, foreign_key="account.id")
    """Who ended the pause."""
    ended_at: datetime | None = None
    taken_back_by: UUID | None = Field(default=None, foreign_key="account.id")
    taken_back_at: datetime | None = None
    taken_back_reason: str = Field(default="", max_length=200)


class PlanState(StrEnum):
    """Whether a plan is the one in use."""

    LIVE = "live"
    CLOSED = "closed"


class Plan(Versioned, table=True):
    """The meetings an order needs. At most one is live for each order."""

    __table_args__ = (
        Index(
            "uq_plan_one_live_for_each_order",
            "order_id",
            unique=True,
            sqlite_where=text("state = 'live'"),
            postgresql_where=text("state = 'live'"),
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    order_id: UUID = Field(foreign_key="sentence_order.id", index=True)
    state: PlanState = term(PlanState, default=PlanState.LIVE)
    template_version: str = Field(max_length=20)
    route: Route = term(Route, default=Route.UNDECIDED)
    drawn_up_at: datetime


class StepState(StrEnum):
    """How far a step of the plan has come."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class PlanStep(Versioned, table=True):
    """One step of a plan: what must happen, how long it takes and by when.

    Meetings refer to steps. ``due_on`` is a promise to a court or a person; ``target_on`` is our
    own aim, shown but never planned against.
    """

    __tablename__ = "plan_step"
    __table_args__ = (
        UniqueConstraint("plan_id", "position"),
        CheckConstraint("minutes > 0 AND minutes % 15 = 0", name="quarter_hours"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    plan_id: UUID = Field(foreign_key="plan.id", index=True)
    position: int
    """Order within the plan, in tens so that a step can be put between two others."""
    stage: Stage = term(Stage)
    minutes: int
    has_room: bool
    spare_seats: int
    attends: list[str] = document()
    """Values of ``Attends``."""
    features: list[str] = document(default_factory=list)
    """Values of ``RoomFeature`` the room must have."""
    window_opens_on: date
    due_on: date | None = None
    target_on: date | None = None
    state: StepState = term(StepState, default=StepState.OPEN)
    done_on: date | None = None
    added_reason: str = Field(default="", max_length=200)
    """Why a step was added to those of the template."""
    harmed_id: UUID | None = Field(default=None, foreign_key="party.id", index=True)
    """Whose third meeting it is, where several people were harmed: each has one of their own, and
    never meets or hears of the others by it. None: whoever is harmed of the order."""
    route: Route | None = term(Route, default=None, nullable=True)
    """What a third meeting beyond the first is; none where the plan's route says it."""

    def takes(self, of_plan: Route) -> Route:
        """What this third meeting is, in a plan of a route."""
        return self.route or of_plan


class ErasedOrder(SQLModel, table=True):
    """The keyed hash of an erased order's reference: the same court file does not bring it back."""

    __tablename__ = "erased_order"

    fingerprint: str = Field(primary_key=True, max_length=64)
    erased_on: date
