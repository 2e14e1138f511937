"""Facilitators: their training, practice, languages and time."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from rj.db.types import Versioned, WeeklyHours, document, term
from rj.policy.terms import CalendarWish, Language, PracticeLevel


class Facilitator(Versioned, table=True):
    """Somebody trained to lead or support restorative meetings (R32, R34)."""

    __table_args__ = (
        CheckConstraint("caseload_norm <= caseload_cap", name="caseload"),
        CheckConstraint("weekly_minutes >= 0", name="weekly_minutes"),
        CheckConstraint("four_week_minutes >= 0", name="four_week_minutes"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    account_id: UUID | None = Field(default=None, foreign_key="account.id", unique=True)
    code: str = Field(unique=True, max_length=12)
    """The neutral short code by which staff know them in calendars."""
    name: str = Field(max_length=100)
    email: str = Field(max_length=254)
    telephone: str = Field(default="", max_length=40)
    level: PracticeLevel = term(PracticeLevel)
    trained_on: date
    """Last day of the three-day course; practice years count from the accreditation."""
    accredited_on: date
    """First day on which he or she may lead or be second (H6)."""
    mentored_until: date | None = None
    """Last day of mentoring, or none once it has ended (H8)."""
    skills: list[str] = document(default_factory=list)
    """Values of ``Skill``."""
    languages: list[str] = document(default_factory=list)
    """ISO 639-1 codes of languages he or she can lead a meeting in."""
    is_volunteer: bool = False
    base_x: int = 0
    """Kilometres east of the area's origin, where journeys start."""
    base_y: int = 0
    hours: WeeklyHours = document()
    """Local hours in which meetings may be planned."""
    weekly_minutes: int
    """Most minutes of meetings and calls in a Monday-to-Sunday week (H10)."""
    four_week_minutes: int | None = None
    """Most in any four such weeks in a row, as volunteers ask for (R39); none where only the week
    counts."""
    caseload_cap: int
    """Most cases led at a time (H12)."""
    caseload_norm: int
    """Fair share of cases (T4)."""
    calendar_wish: CalendarWish = term(CalendarWish, default=CalendarWish.INVITATION)
    """Feed or invitations: with both, each meeting would show twice."""
    language: Language = term(Language, default=Language.ENGLISH)
    is_active: bool = True


class FacilitatorArea(SQLModel, table=True):
    """An area a facilitator covers."""

    __tablename__ = "facilitator_area"

    facilitator_id: UUID = Field(foreign_key="facilitator.id", primary_key=True)
    area_id: str = Field(foreign_key="area.id", primary_key=True)


class Mentoring(SQLModel, table=True):
    """Who mentors whom through the first year."""

    facilitator_id: UUID = Field(foreign_key="facilitator.id", primary_key=True)
    mentor_id: UUID = Field(foreign_key="facilitator.id", primary_key=True)


class Leave(SQLModel, table=True):
    """Days on which a facilitator is away, both included."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    facilitator_id: UUID = Field(foreign_key="facilitator.id", index=True)
    first_day: date
    last_day: date
    is_illness: bool = False


class FacilitatorBusy(SQLModel, table=True):
    """Time taken in a facilitator's own diary."""

    __tablename__ = "facilitator_busy"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    facilitator_id: UUID = Field(foreign_key="facilitator.id", index=True)
    starts_at: datetime
    ends_at: datetime


class PastConference(SQLModel, table=True):
    """A direct conference led before its record here began, or elsewhere; counts towards five."""

    __tablename__ = "past_conference"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    facilitator_id: UUID = Field(foreign_key="facilitator.id", index=True)
    held_on: date


class ConflictOfInterest(SQLModel, table=True):
    """Somebody a facilitator must not meet at work (R38). The reason is not kept."""

    __tablename__ = "conflict_of_interest"

    facilitator_id: UUID = Field(foreign_key="facilitator.id", primary_key=True)
    person_id: UUID = Field(primary_key=True, index=True)
    """A party or a responsible officer."""
