"""Going on of everybody's free will after an order ended early.

A community order may end before the conference once its requirements and the sentence plan are
complete (R3). What both sides still wish for need not die with it: it goes on outside the order,
where nobody is instructed, no clock of the court runs and the responsible officer hears of nothing.
"""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from rj.audit import services as audit
from rj.audit.services import Actor
from rj.conferences.bookings import claim, release
from rj.conferences.gates import begun_without_outcome
from rj.conferences.models import MeetingState
from rj.conferences.queries import find_live_meeting, latest_gates
from rj.conferences.readiness import missing_consents_to_meet
from rj.conferences.services import lock_order
from rj.conferences.telling import Tell
from rj.kernel.errors import Conflict, FieldProblem, Invalid
from rj.kernel.london import london_day
from rj.orders.history import note_changes
from rj.orders.models import Order, Plan, StepState
from rj.orders.plans import thirds_of
from rj.orders.queries import get_order, live_plan, steps_of
from rj.parties.queries import parties_of
from rj.policy.plan_templates import Attends
from rj.policy.terms import ChangeGround, Gate, GateValue, PartyRole, Route, Side

LONGEST_REASON = 200


def go_on_voluntarily(
    session: Session,
    order_id: UUID,
    *,
    ended_on: date,
    reason: str,
    based_on: int,
    actor: Actor,
    now: datetime,
    tell: Tell,
) -> Order:
    """Record that supervision ended early and that the work goes on of everybody's free will.

    Coming meetings stand; the responsible officer is told that theirs are off. Saying the same once
    more changes nothing. Raises Invalid
    without a reason, for a day outside sentence and today, where a consent is not on record, and
    over meetings whose outcome nobody recorded; Conflict when the order is closed, goes on so
    already, or has changed since ``based_on``.
    """
    get_order(session, order_id)
    order = lock_order(session, order_id)
    if order.voluntary_from == ended_on and order.closed_at is None:
        return order
    order.refuse_if_changed(based_on, "This order")
    plan = live_plan(session, order_id)
    if order.closed_at is not None or plan is None:
        raise Conflict("This order is closed")
    if order.voluntary_from is not None:
        raise Conflict("The work on this order goes on voluntarily already")
    problems = _problems(session, order, plan, ended_on, reason, now)
    if problems:
        raise Invalid(*problems)
    order.voluntary_from = ended_on
    session.flush()
    _without_officer(session, plan, now, tell)
    said = reason.strip()
    note_changes(
        session,
        order.id,
        {"voluntary_from": ("", ended_on.isoformat())},
        ground=ChangeGround.CIRCUMSTANCES,
        reason=said,
        effective_on=ended_on,
        actor=actor,
        now=now,
    )
    audit.note(
        session,
        actor,
        "go on voluntarily",
        "order",
        order.id,
        now=now,
        order_id=order.id,
        fields=["voluntary_from"],
        reason=said,
    )
    return order


def _problems(
    session: Session, order: Order, plan: Plan, ended_on: date, reason: str, now: datetime
) -> list[FieldProblem]:
    problems = [
        FieldProblem("", f"Record first {each.in_words}")
        for each in begun_without_outcome(session, order.id, now=now)
    ]
    if not order.sentenced_on <= ended_on <= london_day(now):
        problems.append(FieldProblem("ended_on", "The day must lie between the sentence and today"))
    if not reason.strip() or len(reason.strip()) > LONGEST_REASON:
        problems.append(
            FieldProblem("reason", f"Say why it ended, in {LONGEST_REASON} characters or fewer")
        )
    return problems + [FieldProblem("", sentence) for sentence in _not_agreed(session, plan)]


def _not_agreed(session: Session, plan: Plan) -> list[str]:
    """Whose consent is not on record: the person on probation's, and for a direct meeting both
    sides'. Others who were harmed are asked before anything of theirs opens, as ever."""
    gates = latest_gates(session, plan.order_id)
    lacking = []
    for party in parties_of(session, plan.order_id):
        if party.side is Side.HARMER and party.role is PartyRole.PRINCIPAL:
            consent = gates.get((Gate.CONSENT, party.id))
            if party.stopped_at is not None or consent is None or consent.value != GateValue.YES:
                lacking.append("The person on probation's consent to go on is not on record")
    for third in thirds_of(session, plan.id):
        if third.state is StepState.OPEN and third.takes(plan.route) is Route.DIRECT:
            lacking += missing_consents_to_meet(session, plan.order_id, harmed_id=third.harmed_id)
    return list(dict.fromkeys(lacking))


def _without_officer(session: Session, plan: Plan, now: datetime, tell: Tell) -> None:
    """No open step expects the responsible officer any more; one who was told hears it is off."""
    officer = Attends.RESPONSIBLE_OFFICER.value
    for step in steps_of(session, plan.id):
        if step.state is not StepState.OPEN or officer not in step.attends:
            continue
        step.attends = [each for each in step.attends if each != officer]
        session.flush()
        meeting = find_live_meeting(session, step.id)
        if meeting is None or meeting.starts_at <= now:
            continue
        release(session, meeting.id)
        claim(session, meeting)
        if meeting.state is MeetingState.TOLD:
            tell(session, meeting.id, now=now)
