"""Builders for meetings and planning: a county small enough to reckon by hand.

RecordingTell()                                  notes which meetings were told of, in order
a_held_meeting(session, order, stage, ...)       a hold on a step, made through the service
record_gates(session, order, ..., actor, tell)   every gate of the third meeting
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from sqlmodel import Session

from rj.audit.services import Actor
from rj.conferences.gates import record_gate
from rj.conferences.models import Meeting, MeetingState
from rj.conferences.queries import get_meeting
from rj.conferences.readiness import PERSONAL_GATES
from rj.conferences.services import hold_meeting
from rj.db.database import Database
from rj.facilitators.models import Facilitator
from rj.kernel.clock import StoppedClock
from rj.kernel.london import at_london
from rj.orders.models import Order, PlanStep
from rj.orders.queries import live_plan, steps_of
from rj.parties.queries import parties_of
from rj.policy.terms import Gate, GateValue, Stage
from rj.scheduling.models import RunState
from rj.scheduling.runs import EffortLevel, get_run, request_run
from rj.scheduling.solving import solve_run
from rj.venues.models import Room
from tests.builders import AREA, NOW, a_facilitator, a_venue_with_rooms, an_actor, an_order


@dataclass
class RecordingTell:
    """A teller by hand: notes what each meeting was when its people were to hear of it."""

    told: list[tuple[UUID, MeetingState, datetime]] = field(default_factory=list)

    def __call__(self, session: Session, meeting_id: UUID, *, now: datetime) -> None:
        session.flush()
        meeting = get_meeting(session, meeting_id)
        self.told.append((meeting_id, meeting.state, meeting.starts_at))

    @property
    def meetings(self) -> list[UUID]:
        """The meetings told of, in order."""
        return [meeting_id for meeting_id, _, _ in self.told]


def a_step(session: Session, order: Order, stage: Stage) -> PlanStep:
    """The step of an order's live plan at a stage."""
    plan = live_plan(session, order.id)
    assert plan is not None
    return next(step for step in steps_of(session, plan.id) if step.stage is stage)


def a_held_meeting(
    session: Session,
    order: Order,
    stage: Stage,
    *,
    on: date,
    at: time = time(10),
    lead: Facilitator,
    second: Facilitator | None = None,
    room: Room | None = None,
    actor: Actor,
    now: datetime = NOW,
) -> Meeting:
    """A hold on an order's step, made through the service."""
    return hold_meeting(
        session,
        a_step(session, order, stage).id,
        starts_at=at_london(on, at),
        lead_id=lead.id,
        second_id=None if second is None else second.id,
        room_id=None if room is None else room.id,
        reason="planned",
        actor=actor,
        now=now,
    )


def record_gates(
    session: Session,
    order: Order,
    gates: Iterable[Gate] = PERSONAL_GATES,
    *,
    actor: Actor,
    tell: RecordingTell,
    now: datetime = NOW,
    value: GateValue = GateValue.YES,
) -> None:
    """Record these gates for everybody in the case."""
    for party in parties_of(session, order.id):
        for gate in gates:
            record_gate(
                session,
                order.id,
                gate=gate,
                value=value,
                party_id=party.id,
                actor=actor,
                now=now,
                tell=tell,
            )


def find_suitable(
    session: Session, order: Order, *, actor: Actor, tell: RecordingTell, now: datetime = NOW
) -> None:
    """Record that the assessment found the case suitable."""
    record_gate(
        session,
        order.id,
        gate=Gate.SUITABLE,
        value=GateValue.YES,
        party_id=None,
        actor=actor,
        now=now,
        tell=tell,
    )


@dataclass(frozen=True)
class County:
    """An area with staff and rooms enough for a few cases."""

    actor: Actor
    facilitators: tuple[Facilitator, ...]
    rooms: tuple[Room, ...]
    orders: tuple[Order, ...]


def a_county(session: Session, *, orders: int = 3, with_harmed: bool = True) -> County:
    """Three facilitators, a venue of two rooms, and fresh orders."""
    actor = an_actor(session)
    facilitators = tuple(a_facilitator(session) for _ in range(3))
    _, rooms = a_venue_with_rooms(session, rooms=2)
    made = tuple(an_order(session, with_harmed=with_harmed) for _ in range(orders))
    return County(actor, facilitators, tuple(rooms), made)


def a_solved_run(database: Database, actor: Actor, *, now: datetime = NOW) -> UUID:
    """A planning run of the builders' area, frozen and solved; its id."""
    with database.writing() as session:
        run = request_run(
            session,
            AREA,
            effort=EffortLevel.FIRST_ANSWER,
            time_limit_seconds=20,
            actor=actor,
            now=now,
        )
    solve_run(database, StoppedClock(now), run.id)
    with database.reading() as session:
        solved = get_run(session, run.id)
        assert solved.failure == ""
        assert solved.state is RunState.FINISHED
    return run.id
