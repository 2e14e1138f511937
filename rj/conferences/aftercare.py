"""Ringing each side after the third meeting (R30): soon after it, and again some weeks later.

record_aftercare(session, party_id, *, clock, outcome, called_at, actor, now)  -> AftercareCall
aftercare_of(session, order_id)                                                -> the calls
calls_to_make(session, order, party, today)          -> which calls wait now, and their day
reached_on(session, order_id, clock, parties)        -> the day on which both sides were reached
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from rj.audit.services import Actor, note
from rj.conferences.attendance import is_of
from rj.conferences.models import AftercareCall
from rj.conferences.queries import latest_gates
from rj.conferences.readiness import has_refused
from rj.conferences.services import lock_order
from rj.kernel.errors import Conflict, FieldProblem, Invalid, NotAllowed
from rj.kernel.london import london_day
from rj.orders.models import Order, StepState
from rj.orders.plan_dates import holidays_after
from rj.orders.plans import thirds_of
from rj.orders.queries import live_plan, policy_of_order
from rj.parties.models import Party
from rj.parties.queries import get_party
from rj.policy.clocks import reckon, rules_of
from rj.policy.terms import ClockKind, ContactOutcome, Gate, GateValue, PartyRole, Side

AFTERCARE = (ClockKind.CALLS_AFTER, ClockKind.LATER_CALL)
"""The clocks that such a call stops."""
SAID_BEFORE = timedelta(days=7)
"""How long before its day a call is among what waits."""


def record_aftercare(
    session: Session,
    party_id: UUID,
    *,
    clock: ClockKind,
    outcome: ContactOutcome,
    called_at: datetime,
    actor: Actor,
    now: datetime,
) -> AftercareCall:
    """Note a call to one person after the third meeting.

    Raises Invalid for a time before the meeting or ahead, Conflict before their third meeting was
    held, when the order is closed and for somebody who wants no contact (M5) or, harmed, takes no
    part any more; NotAllowed for a call that nobody made.
    """
    party = get_party(session, party_id)
    order = lock_order(session, party.order_id)
    if actor.account_id is None:
        raise NotAllowed("A call carries the name of who made it")
    if order.closed_at is not None:
        raise Conflict("This order is closed")
    if party.stopped_at is not None:
        raise Conflict("This person wants no contact: nobody rings them")
    if takes_no_part(session, party):
        raise Conflict("This person said no to taking part: nobody rings them")
    held_on = third_held_on(session, party)
    if held_on is None:
        raise Conflict("The third meeting has not been held")
    if clock not in AFTERCARE:
        raise Invalid(FieldProblem("clock", "Select which call it was"))
    if called_at > now or london_day(called_at) < held_on:
        raise Invalid(
            FieldProblem("called_on", "The call must lie between the third meeting and now")
        )
    call = AftercareCall(
        order_id=order.id,
        party_id=party_id,
        clock=clock,
        outcome=outcome,
        called_at=called_at,
        recorded_by=actor.account_id,
        recorded_at=now,
    )
    session.add(call)
    session.flush()
    note(session, actor, "record aftercare", "party", party_id, now=now, order_id=order.id)
    return call


def aftercare_of(session: Session, order_id: UUID) -> list[AftercareCall]:
    """Every call after the third meeting of a case, the oldest first."""
    return list(
        session.exec(
            select(AftercareCall)
            .where(AftercareCall.order_id == order_id)
            .order_by(col(AftercareCall.called_at), col(AftercareCall.id))
        )
    )


def third_held_on(session: Session, party: Party) -> date | None:
    """The day on which the first third meeting that may be this person's business was held; None
    before. Another harmed person's is not: a call after it would tell them that it was held."""
    plan = live_plan(session, party.order_id)
    thirds = thirds_of(session, plan.id) if plan is not None else []
    days = [
        step.done_on
        for step in thirds
        if step.state is StepState.DONE and step.done_on and is_of(party, step.harmed_id)
    ]
    return min(days, default=None)


def takes_no_part(session: Session, party: Party) -> bool:
    """Whether this is somebody of the harmed side whose last word on taking part was no."""
    return party.side is Side.HARMED and has_refused(session, party.order_id, party.id)


def calls_to_make(
    session: Session, order: Order, party: Party, today: date
) -> list[tuple[ClockKind, date]]:
    """The calls that are to be made to one person now, each with its day: from a week before."""
    held_on = third_held_on(session, party)
    if held_on is None or not is_rung(session, party):
        return []
    made = {
        call.clock
        for call in aftercare_of(session, order.id)
        if call.party_id == party.id and call.outcome is ContactOutcome.REACHED
    }
    rules = rules_of(policy_of_order(session, order).standards)
    due = [
        (kind, reckon(rules[kind], held_on, holidays_after(held_on)).due_on)
        for kind in AFTERCARE
        if kind not in made
    ]
    return [(kind, on) for kind, on in due if on is not None and today >= on - SAID_BEFORE]


def is_rung(session: Session, party: Party) -> bool:
    """Whether somebody is rung after the meeting: the person on probation, and who was harmed and
    took part of their own free will."""
    if party.stopped_at is not None or party.role is not PartyRole.PRINCIPAL:
        return False
    consent = latest_gates(session, party.order_id).get((Gate.CONSENT, party.id))
    return party.side is Side.HARMER or (consent is not None and consent.value is GateValue.YES)


def reached_on(
    session: Session, order_id: UUID, clock: ClockKind, parties: Iterable[Party]
) -> date | None:
    """The day on which the last of those who are to be rung was reached; None while anybody is to
    be."""
    first: dict[UUID, date] = {}
    for call in aftercare_of(session, order_id):
        if call.clock is clock and call.outcome is ContactOutcome.REACHED:
            first.setdefault(call.party_id, london_day(call.called_at))
    if not first:
        return None
    days = [first.get(party.id) for party in parties if is_rung(session, party)]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None
