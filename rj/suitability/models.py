"""Checks that report writers have saved, and the approval of words for the court."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from rj.db.types import Versioned, document, term
from rj.policy.terms import Language
from rj.suitability.checking import Result


class SuitabilityCheck(Versioned, table=True):
    """One report writer's check of one case: a draft that is theirs alone."""

    __tablename__ = "suitability_check"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    reference: str = Field(unique=True, max_length=12)
    """Neutral: it stands in the report and tells nothing."""
    area_id: str = Field(foreign_key="area.id", index=True)
    writer_id: UUID = Field(foreign_key="account.id", index=True)
    label: str = Field(default="", max_length=40)
    """The writer's own note to find it by: a place in the list, a case number."""
    hearing_on: date | None = None
    """Expected day of sentence; the day of the check while it is not known."""
    offence_code: str | None = Field(default=None, foreign_key="offence.code")
    facts: dict[str, Any] = document()
    """The facts that were entered, by name; what is not known yet is left out."""
    court_told_on: date | None = None
    """When a harmed person's consent to the court being told was recorded (R13)."""
    court_told_where: str = Field(default="", max_length=200)
    """Where that record is kept; never what it says."""
    hold_reference: str = Field(default="", max_length=12)
    """The provisional hold by which the service confirmed arrangements (R9), while it stands or
    once the order took it over."""
    rules_version: str = Field(max_length=20)
    """The rules it was last answered by, which it keeps until it is checked again (R7)."""
    result: Result = term(Result)
    created_at: datetime
    checked_at: datetime


class WordsApproval(SQLModel, table=True):
    """An administrator's approval of one exact text for the court (R13)."""

    __tablename__ = "words_approval"

    fingerprint: str = Field(primary_key=True, max_length=64)
    """Of every sentence of the text: a changed text has to be approved anew."""
    language: Language = term(Language)
    approved_at: datetime
    approved_by: UUID = Field(foreign_key="account.id")
