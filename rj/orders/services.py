"""What people do with an order once it has been recorded.

    record_contact_attempt(session, order_id, *, outcome, attempted_at, note, actor, now)
    complete_step(session, step_id, *, done_on, actor, now)
    sign_off(session, order_id, *, based_on, actor, now)
    name_liaison(session, order_id, account_id, *, based_on, actor, now)
    agree_venues(session, order_id, venue_ids, *, actor, now)
    close_order(session, order_id, *, reason, based_on, actor, now)

Closing an order leaves its meetings to ``rj.conferences``, which cancels them first.
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, delete, select

from rj.audit import services as audit
from rj.audit.services import Actor
from rj.kernel.errors import Conflict, FieldProblem, Invalid, NotAllowed
from rj.kernel.london import london_day
from rj.orders.models import (
    ContactAttempt,
    Order,
    Plan,
    PlanState,
    PlanStep,
    StepState,
    VenueAgreed,
)
from rj.orders.plans import let_clocks_follow
from rj.orders.queries import get_order, get_plan, get_step, live_plan, steps_of
from rj.policy.terms import ContactOutcome, OrderEnding, Stage

LONGEST_NOTE = 1000
LONGEST_REASON = 200


def record_contact_attempt(
    session: Session,
    order_id: UUID,
    *,
    outcome: ContactOutcome,
    attempted_at: datetime,
    note: str = "",
    actor: Actor,
    now: datetime,
) -> ContactAttempt:
    """Note an attempt to reach the person on probation (R17). Success stops the 15-day clock.

    Safe to repeat: the same outcome at the same moment is noted once. An earlier success that is
    noted later moves the first contact back to its day. Raises Invalid when the attempt lies
    ahead or before the sentence, Conflict when the order is closed.
    """
    order = _open(get_order(session, order_id))
    if actor.account_id is None:
        raise NotAllowed("Sign in to record a contact: it carries the name of who made it")
    day = london_day(attempted_at)
    if attempted_at > now or day < order.sentenced_on:
        raise Invalid(
            FieldProblem("attempted_at", "The attempt must lie between the sentence and now")
        )
    if len(note) > LONGEST_NOTE:
        raise Invalid(FieldProblem("note", f"The note must be {LONGEST_NOTE} characters or fewer"))
    repeated = session.exec(
        select(ContactAttempt).where(
            ContactAttempt.order_id == order_id,
            ContactAttempt.outcome == outcome,
            ContactAttempt.attempted_at == attempted_at,
        )
    ).first()
    if repeated is not None:
        return repeated
    attempt = ContactAttempt(
        order_id=order_id,
        attempted_at=attempted_at,
        outcome=outcome,
        note=note.strip(),
        recorded_by=actor.account_id,
        recorded_at=now,
    )
    session.add(attempt)
    if order.first_attempted_at is None or attempted_at < order.first_attempted_at:
        order.first_attempted_at = attempted_at
    if outcome is ContactOutcome.REACHED:
        _note_first_contact(session, order, day)
    audit.note(
        session,
        actor,
        "record contact attempt",
        "order",
        order_id,
        now=now,
        order_id=order_id,
        fields=["contact_attempt"],
    )
    return attempt


def _note_first_contact(session: Session, order: Order, day: date) -> None:
    if order.first_contacted_on is not None and order.first_contacted_on <= day:
        return
    order.first_contacted_on = day
    plan = live_plan(session, order.id)
    if plan is None:
        return
    contact = next(step for step in steps_of(session, plan.id) if step.stage is Stage.CONTACT)
    contact.state = StepState.DONE
    contact.done_on = day
    session.flush()
    let_clocks_follow(session, plan, order)


def complete_step(
    session: Session, step_id: UUID, *, done_on: date, actor: Actor, now: datetime
) -> PlanStep:
    """Note that a step of the plan was done; the clocks of those after it follow.

    Raises Invalid when the day lies ahead, before the sentence or before the step before it;
    Conflict when the step is no longer open or an earlier one still is.
    """
    step = get_step(session, step_id)
    plan = get_plan(session, step.plan_id)
    order = _open(get_order(session, plan.order_id))
    if step.state is not StepState.OPEN:
        raise Conflict("This step is no longer open")
    if not order.sentenced_on <= done_on <= london_day(now):
        raise Invalid(FieldProblem("done_on", "The day must lie between the sentence and today"))
    for earlier in steps_of(session, plan.id):
        if earlier.position >= step.position:
            break
        if earlier.state is StepState.OPEN:
            raise Conflict("An earlier step of this plan has not been done yet")
        if earlier.done_on is not None and done_on < earlier.done_on:
            raise Invalid(FieldProblem("done_on", "The day lies before the step before this one"))
    step.state = StepState.DONE
    step.done_on = done_on
    if step.stage is Stage.CONTACT:
        order.first_contacted_on = done_on
    session.flush()
    let_clocks_follow(session, plan, order)
    audit.note(
        session,
        actor,
        "complete step",
        "step",
        step.id,
        now=now,
        order_id=order.id,
        fields=["state", "done_on"],
    )
    return step


def sign_off(
    session: Session, order_id: UUID, *, based_on: int, actor: Actor, now: datetime
) -> Order:
    """A manager lets a sensitive and complex case go beyond its assessment (R34).

    Raises NotAllowed without an account, Conflict when the case needs none, has one, or changed.
    """
    order = _open(get_order(session, order_id), based_on)
    if actor.account_id is None:
        raise NotAllowed("A sign-off carries the name of who gave it")
    if not order.is_sensitive_complex:
        raise Conflict("This case is not marked sensitive and complex: it needs no sign-off")
    if order.signed_off_at is not None:
        raise Conflict("This case has been signed off already")
    order.signed_off_at = now
    order.signed_off_by = actor.account_id
    _note_change(session, order, "sign off", ["signed_off_at"], actor, now)
    return order


def name_liaison(
    session: Session,
    order_id: UUID,
    account_id: UUID | None,
    *,
    based_on: int,
    actor: Actor,
    now: datetime,
) -> Order:
    """Name the victim liaison officer, or the person who takes that part, or nobody."""
    order = _open(get_order(session, order_id), based_on)
    order.liaison_account_id = account_id
    _note_change(session, order, "name liaison", ["liaison_account_id"], actor, now)
    return order


def agree_venues(
    session: Session,
    order_id: UUID,
    venue_ids: Iterable[UUID],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Set the venues that suit a case (H13). None: every open venue of its area suits."""
    order = _open(get_order(session, order_id))
    session.exec(delete(VenueAgreed).where(col(VenueAgreed.order_id) == order_id))
    session.add_all(
        VenueAgreed(order_id=order_id, venue_id=venue_id) for venue_id in sorted(set(venue_ids))
    )
    _note_change(session, order, "agree venues", ["venues"], actor, now)


def close_order(
    session: Session,
    order_id: UUID,
    *,
    reason: str,
    ending: OrderEnding = OrderEnding.OTHER,
    ended_on: date | None = None,
    based_on: int,
    actor: Actor,
    now: datetime,
) -> Order:
    """End the work on an order; its plan closes with it. ``ended_on`` is today where not given.

    Raises Invalid without a reason, or for a day outside sentence and today.
    """
    order = _open(get_order(session, order_id), based_on)
    said, day = reason.strip(), ended_on or london_day(now)
    problems = []
    if not order.sentenced_on <= day <= london_day(now):
        problems.append(FieldProblem("ended_on", "The day must lie between the sentence and today"))
    if not said or len(said) > LONGEST_REASON:
        problems.append(
            FieldProblem("reason", f"Say why the order closes, in {LONGEST_REASON} characters")
        )
    if problems:
        raise Invalid(*problems)
    order.closed_at = now
    order.closed_reason = said
    order.ending = ending
    order.ended_on = day
    plan: Plan | None = live_plan(session, order_id)
    if plan is not None:
        plan.state = PlanState.CLOSED
    fields = ["closed_at", "closed_reason", "ending", "ended_on"]
    _note_change(session, order, "close order", fields, actor, now)
    return order


def _open(order: Order, based_on: int | None = None) -> Order:
    order.refuse_if_changed(based_on, "This order")
    if order.closed_at is not None:
        raise Conflict("This order is closed")
    return order


def _note_change(
    session: Session, order: Order, action: str, fields: list[str], actor: Actor, now: datetime
) -> None:
    audit.note(session, actor, action, "order", order.id, now=now, order_id=order.id, fields=fields)
