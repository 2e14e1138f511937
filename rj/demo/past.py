"""Writing down what has happened in a case, through the services by which it is recorded today.

Each act bears the day and the person of the time. No meeting stands while the past is written, so
there is nobody to tell of anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from rj.audit.services import Actor
from rj.conferences.gates import (
    choose_route,
    complete_step,
    record_contact_attempt,
    record_gate,
    sign_off,
    stop_contact,
)
from rj.demo.facts import (
    ContactStopped,
    ContactTried,
    GateFound,
    Happening,
    OrderFacts,
    PreparationAdded,
    RouteChosen,
    SignedOff,
    StepDone,
)
from rj.facilitators.services import add_past_conference
from rj.kernel.errors import NotFound
from rj.kernel.london import london_day
from rj.orders.models import Order, Plan, PlanStep, StepState
from rj.orders.plans import add_preparation
from rj.orders.queries import live_plan, steps_of
from rj.policy.terms import Role, Route, Side, Stage


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works in the county, as recorded."""

    accounts: Mapping[str, UUID]
    """By e-mail."""
    facilitators: Mapping[str, UUID]
    """By the county's code."""
    facilitator_accounts: Mapping[str, UUID]
    """By the facilitator's code; those without one ring the coordinator."""
    coordinator: Actor


def let_it_happen(
    session: Session, facts: OrderFacts, order: Order, people: Mapping[str, UUID], staff: Staff
) -> None:
    """Record the history of one case, oldest first; ``people`` are its parties by key.

    Raises whatever a service refuses: a county that cannot have happened does not load.
    """
    for event in facts.history:
        _record(session, event, facts, order, people, staff)
        session.flush()


def _record(
    session: Session,
    event: Happening,
    facts: OrderFacts,
    order: Order,
    people: Mapping[str, UUID],
    staff: Staff,
) -> None:
    lead = staff.coordinator
    if facts.lead_code in staff.facilitator_accounts:
        lead = Actor(staff.facilitator_accounts[facts.lead_code], Role.FACILITATOR)
    match event:
        case ContactTried(at, outcome, note):
            record_contact_attempt(
                session,
                order.id,
                outcome=outcome,
                attempted_at=at,
                note=note,
                actor=lead,
                now=at,
                tell=_nobody,
            )
        case StepDone(at, stage):
            day = london_day(at)
            for step in _open_steps(session, order, stage):
                complete_step(session, step.id, done_on=day, actor=lead, now=at, tell=_nobody)
            if stage is Stage.REPARATION and _plan(session, order).route is Route.DIRECT:
                # it was led without a meeting of this record: counted beside those elsewhere
                facilitator = staff.facilitators[facts.lead_code]
                add_past_conference(session, facilitator, held_on=day, actor=lead, now=at)
        case GateFound(at, gate, value, party_key, note):
            record_gate(
                session,
                order.id,
                gate=gate,
                value=value,
                party_id=people[party_key] if party_key else None,
                note=note,
                actor=_who_found(facts, party_key, staff, lead),
                now=at,
                tell=_nobody,
            )
        case RouteChosen(at, route):
            plan = _plan(session, order)
            for third in _open_steps(session, order, Stage.REPARATION):
                choose_route(
                    session,
                    plan.id,
                    route,
                    step_id=third.id,
                    based_on=plan.version,
                    actor=staff.coordinator,
                    now=at,
                    tell=_nobody,
                )
        case PreparationAdded(at, reason):
            add_preparation(session, _plan(session, order).id, reason=reason, actor=lead, now=at)
        case SignedOff(at):
            sign_off(
                session,
                order.id,
                based_on=order.version,
                actor=staff.coordinator,
                now=at,
                tell=_nobody,
            )
        case ContactStopped(at, party_key):
            actor = _who_found(facts, party_key, staff, lead)
            stop_contact(session, people[party_key], actor=actor, now=at, tell=_nobody)


def _nobody(session: Session, meeting_id: UUID, *, now: datetime) -> None:
    """There is no meeting yet of which anybody could be told."""
    raise NotFound("No meeting stands while the past of the demonstration is written")


def _who_found(facts: OrderFacts, party_key: str, staff: Staff, lead: Actor) -> Actor:
    """The harmed side's findings are its liaison officer's, the others the lead's."""
    sides = {party.key: party.side for party in facts.parties}
    if sides.get(party_key) is Side.HARMED and facts.liaison_email:
        return Actor(staff.accounts[facts.liaison_email], Role.LIAISON_OFFICER)
    return lead


def _plan(session: Session, order: Order) -> Plan:
    plan = live_plan(session, order.id)
    if plan is None:
        raise NotFound("This order has no plan in use")
    return plan


def _open_steps(session: Session, order: Order, stage: Stage) -> list[PlanStep]:
    """The next step of a stage; of the third, everybody's. Raises NotFound when all are done."""
    found = [
        step
        for step in steps_of(session, _plan(session, order).id)
        if step.stage is stage and step.state is StepState.OPEN
    ]
    if not found:
        raise NotFound("This stage has been done already")
    return found if stage is Stage.REPARATION else found[:1]
