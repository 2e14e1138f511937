"""Planning runs, what they proposed, and what coordinators asked of the next one."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from rj.db.types import Versioned, document, term


class RunState(StrEnum):
    """How far a planning run has come."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class PlanningRun(Versioned, table=True):
    """All open plans frozen into one problem, and what the solver made of it. Replayable."""

    __tablename__ = "planning_run"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    reference: str = Field(unique=True, max_length=12)
    area_id: str = Field(foreign_key="area.id", index=True)
    state: RunState = term(RunState, default=RunState.QUEUED)
    requested_at: datetime
    requested_by: UUID | None = Field(default=None, foreign_key="account.id")
    started_at: datetime | None = None
    beginnings: int = 0
    """How often a worker began it: again only where the one before died over it."""
    finished_at: datetime | None = None
    problem: str
    """The JSON document of the planning format, with identifiers made up for this run."""
    identifiers: dict[str, str] = document()
    """The run's made-up identifiers and what they stand for; erasure deletes rows of it."""
    standing: str | None = None
    """What was booked when it was frozen, as a plan of the format, for a run that plans again only
    what broke; none for a run that looks at everything."""
    seed: int
    effort: int
    time_limit_seconds: int
    stop_requested: bool = False
    """Asked to stop and keep the best so far."""
    result: str | None = None
    """The solver's answer: plan, tiers, bounds, rounds, version and platform, as JSON."""
    failure: str = Field(default="", max_length=300)

    @property
    def mends_only(self) -> bool:
        """Whether it keeps what is booked and plans only what can no longer stand."""
        return self.standing is not None


class RunProgress(SQLModel, table=True):
    """Where a running solve stands; overwritten as it goes, apart from the run's own version."""

    __tablename__ = "run_progress"

    run_id: UUID = Field(foreign_key="planning_run.id", primary_key=True)
    elapsed_seconds: float
    phase: str = Field(max_length=80)
    best: list[int] = document(default_factory=list)
    """Tier values of the best plan so far, T0 first."""
    bound: list[int | None] = document(default_factory=list)
    """Proven lower bound of each tier, where there is one."""
    reported_at: datetime


class ProposalChange(StrEnum):
    """What a proposed meeting would change."""

    NEW = "new"
    MOVED = "moved"
    STAFF_CHANGED = "staff_changed"
    UNCHANGED = "unchanged"


class ProposedMeeting(SQLModel, table=True):
    """One meeting of a proposal, until it is published or overtaken."""

    __tablename__ = "proposed_meeting"

    run_id: UUID = Field(foreign_key="planning_run.id", primary_key=True)
    step_id: UUID = Field(foreign_key="plan_step.id", primary_key=True)
    order_id: UUID = Field(foreign_key="sentence_order.id", index=True)
    meeting_id: UUID | None = Field(default=None, foreign_key="meeting.id")
    """The meeting it would move; none where it is new."""
    based_on_version: int | None = None
    """That meeting's version when the problem was frozen."""
    change: ProposalChange = term(ProposalChange)
    starts_at: datetime
    ends_at: datetime
    lead_id: UUID = Field(foreign_key="facilitator.id")
    second_id: UUID | None = Field(default=None, foreign_key="facilitator.id")
    room_id: UUID | None = Field(default=None, foreign_key="room.id")
    reason: str = Field(max_length=1000)
    published_at: datetime | None = None


class LeftOut(SQLModel, table=True):
    """A step the run could not place, and why."""

    __tablename__ = "left_out"

    run_id: UUID = Field(foreign_key="planning_run.id", primary_key=True)
    step_id: UUID = Field(foreign_key="plan_step.id", primary_key=True)
    order_id: UUID = Field(foreign_key="sentence_order.id", index=True)
    is_later: bool = False
    """It lies beyond the horizon or waits for a sign-off: nothing is wrong."""
    reason: str = Field(max_length=1000)


class PlanningWishKind(StrEnum):
    """What a coordinator may ask of the next run."""

    PIN = "pin"
    """Hold this step at the day, time, people and room given."""
    EXCLUDE_FACILITATOR = "exclude_facilitator"
    """Do not give this case to that facilitator."""
    LEAVE_OUT = "leave_out"
    """Do not plan this case now."""


class PlanningWish(SQLModel, table=True):
    """A coordinator's wish, honoured by every run until it is taken back."""

    __tablename__ = "planning_wish"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    order_id: UUID = Field(foreign_key="sentence_order.id", index=True)
    step_id: UUID | None = Field(default=None, foreign_key="plan_step.id", index=True)
    kind: PlanningWishKind = term(PlanningWishKind)
    facilitator_id: UUID | None = Field(default=None, foreign_key="facilitator.id")
    starts_at: datetime | None = None
    lead_id: UUID | None = Field(default=None, foreign_key="facilitator.id")
    second_id: UUID | None = Field(default=None, foreign_key="facilitator.id")
    room_id: UUID | None = Field(default=None, foreign_key="room.id")
    reason: str = Field(default="", max_length=200)
    asked_by: UUID = Field(foreign_key="account.id")
    asked_at: datetime


class WhatIf(Versioned, table=True):
    """A coordinator's question: how would planning go if something changed. Books nothing."""

    __tablename__ = "what_if"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    area_id: str = Field(foreign_key="area.id", index=True)
    state: RunState = term(RunState, default=RunState.QUEUED)
    asked_at: datetime
    asked_by: UUID | None = Field(default=None, foreign_key="account.id")
    finished_at: datetime | None = None
    problem: str
    """The JSON document of the planning format as things stood when it was asked."""
    identifiers: dict[str, str] = document()
    """The made-up identifiers in it and what they stand for; erasure deletes rows of it."""
    changes: list[dict[str, str | int]] = document()
    """What is changed, one scenario each: ``Change.as_document``."""
    answers: list[dict[str, Any]] = document(default_factory=list)
    """Tiers and bounds of what stands today and of each scenario, in this order."""
    failure: str = Field(default="", max_length=300)
