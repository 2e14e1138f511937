"""The people in the room, in two compartments.

``Party`` is what the rest of the service may know: an opaque reference and when the person can
come. Who that is lies in ``HarmerDetails`` or, sealed, in ``HarmedDetails`` (R56, S4).
"""

from datetime import date, datetime, time
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from rj.db.types import Versioned, WeeklyHours, document, term
from rj.policy.terms import CalendarWish, Channel, Language, PartyRole, Side


class Party(Versioned, table=True):
    """Somebody who takes part in one case, on one side. Names and addresses lie elsewhere."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    order_id: UUID = Field(foreign_key="sentence_order.id", index=True)
    side: Side = term(Side)
    role: PartyRole = term(PartyRole, default=PartyRole.PRINCIPAL)
    reference: str = Field(unique=True, max_length=12)
    """The person's own neutral reference, the only one their messages carry."""
    language: Language = term(Language, default=Language.ENGLISH)
    """The language we write to them in."""
    hours: WeeklyHours | None = document(default=None, nullable=True)
    """Local hours in which they can come; none when they have named none."""
    likes_hours: WeeklyHours | None = document(default=None, nullable=True)
    curfew_from: time | None = None
    curfew_until: time | None = None
    stopped_at: datetime | None = None
    """No means no: since when nothing may be sent to this person (M5)."""
    stopped_by: UUID | None = Field(default=None, foreign_key="account.id")
    diary_id: UUID | None = Field(default=None, index=True)
    """What the time of one human being is booked under who stands in several orders; none: of one
    order only. It joins calendars and nothing else: consent and contact are each order's own."""
    supports_id: UUID | None = Field(default=None, foreign_key="party.id")
    """Whom a supporter or interpreter of the harmed side is there for, where several people were
    harmed: they come to nobody else's meeting."""
    restricted_at: datetime | None = None
    """Since when what is kept of this person is only kept, at their wish (DPA 2018 s.47)."""
    erased_at: datetime | None = None
    """What is left is a tombstone: who it was is gone for good."""

    @property
    def diary(self) -> UUID:
        """Under what this person's time is claimed and planned."""
        return self.diary_id or self.id


class PartyAway(SQLModel, table=True):
    """Days on which a person cannot come, both included."""

    __tablename__ = "party_away"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    party_id: UUID = Field(foreign_key="party.id", index=True)
    first_day: date
    last_day: date


class PartyBusy(SQLModel, table=True):
    """A time at which a person cannot come. The reason is not kept."""

    __tablename__ = "party_busy"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    party_id: UUID = Field(foreign_key="party.id", index=True)
    starts_at: datetime
    ends_at: datetime


class PlaceToAvoid(SQLModel, table=True):
    """A venue a person must not or will not go to: an exclusion zone, or simply no."""

    __tablename__ = "place_to_avoid"

    party_id: UUID = Field(foreign_key="party.id", primary_key=True)
    venue_id: UUID = Field(foreign_key="venue.id", primary_key=True)


class LikedVenue(SQLModel, table=True):
    """A venue a person would rather go to (T6)."""

    __tablename__ = "liked_venue"

    party_id: UUID = Field(foreign_key="party.id", primary_key=True)
    venue_id: UUID = Field(foreign_key="venue.id", primary_key=True)


class HarmerDetails(Versioned, table=True):
    """The harmer side's compartment: who the person on probation or their supporter is."""

    __tablename__ = "harmer_details"

    party_id: UUID = Field(foreign_key="party.id", primary_key=True)
    name: str = Field(max_length=100)
    born_on: date | None = None
    email: str = Field(default="", max_length=254)
    telephone: str = Field(default="", max_length=40)
    address: str = Field(default="", max_length=300)


class HarmedDetails(Versioned, table=True):
    """The harmed side's compartment. ``sealed`` opens only in ``rj.parties.sealing``."""

    __tablename__ = "harmed_details"

    party_id: UUID = Field(foreign_key="party.id", primary_key=True)
    chosen_name: str = Field(max_length=100)
    """What the person wants to be called; staff of the case see it once agreed."""
    organisation: str = Field(default="", max_length=100)
    """The organisation that was harmed, where this person is its named representative: the plan of
    contact, the hours and the consent are the representative's."""
    sealed: bytes
    """Name, e-mail, telephone and address, encrypted with a key kept outside the database."""


class SafeContactPlan(Versioned, table=True):
    """How a person has said it is safe to reach them (R61). None yet: nobody writes to them."""

    __tablename__ = "safe_contact_plan"
    __table_args__ = (
        CheckConstraint(
            "calendar_wish <> 'invitation' OR channel = 'email'", name="calendar_needs_email"
        ),
        CheckConstraint("calendar_wish <> 'feed'", name="no_feed"),
    )

    party_id: UUID = Field(foreign_key="party.id", primary_key=True)
    channel: Channel = term(Channel)
    calendar_wish: CalendarWish = term(CalendarWish, default=CalendarWish.NONE)
    may_leave_voicemail: bool = False
    safe_times: str = Field(default="", max_length=200)
    alias: str = Field(default="", max_length=60)
    """What callers say they are calling about."""
    shows_place: bool = True
    """Whether a message may name the building."""
    agreed_on: date
    recorded_by: UUID | None = Field(default=None, foreign_key="account.id")
