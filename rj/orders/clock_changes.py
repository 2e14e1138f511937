"""Pausing and extending a clock of a case, each with its reason.

    pause_clock(session, order_id, clock, *, first_day, last_day, reason, based_on, actor, now)
    resume_clock(session, change_id, *, last_day, based_on, actor, now)
    extend_clock(session, order_id, clock, *, days, reason, based_on, actor, now)
    take_back(session, change_id, *, reason, based_on, actor, now)

The dates of the plan follow in the same transaction. ``based_on`` is ``history_version`` of what
the person saw: Conflict when somebody changed a clock of the order since.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, select

from rj.audit.services import Actor, note
from rj.db.records import get_record
from rj.kernel.errors import Conflict, FieldProblem, Invalid, NotAllowed
from rj.orders.clocks import clock_changes, history_version
from rj.orders.models import ClockChange, Order, PlanStep, StepState
from rj.orders.plans import let_clocks_follow
from rj.orders.queries import get_order, live_plan, policy_of_order, steps_of
from rj.policy.clocks import CLOCK_OF_STAGE, rules_of
from rj.policy.terms import ClockKind

LONGEST_REASON = 200
MOST_DAYS = 60
"""Of one extension: who needs more has another order, or writes another reason."""


def get_clock_change(session: Session, change_id: UUID) -> ClockChange:
    """The change. Raises NotFound."""
    return get_record(session, ClockChange, change_id, "change of a clock")


def pause_clock(
    session: Session,
    order_id: UUID,
    clock: ClockKind,
    *,
    first_day: date,
    last_day: date | None,
    reason: str,
    based_on: int,
    actor: Actor,
    now: datetime,
) -> ClockChange:
    """Have the days from one to another not count, both included; until it is ended with None.

    Raises Invalid for days outside the order, days that are paused already, without a reason, and
    for a clock that guards safety; Conflict when the clock has stopped.
    """
    case = _case(session, order_id, clock, based_on, actor)
    said = _said(reason)
    if not case.order.sentenced_on <= first_day <= case.order.ends_on:
        raise Invalid(
            FieldProblem("first_day", "The pause must begin between the sentence and its end")
        )
    if last_day is not None and last_day < first_day:
        raise Invalid(FieldProblem("last_day", "The pause must not end before it begins"))
    _refuse_overlap(case.changes, clock, first_day, last_day)
    change = ClockChange(
        order_id=order_id,
        clock=clock,
        first_day=first_day,
        last_day=last_day,
        reason=said,
        recorded_by=case.account_id,
        recorded_at=now,
    )
    session.add(change)
    _follow(session, case.order, "pause clock", clock, actor, now, said)
    return change


def resume_clock(
    session: Session,
    change_id: UUID,
    *,
    last_day: date,
    based_on: int,
    actor: Actor,
    now: datetime,
) -> ClockChange:
    """End a pause that goes on: ``last_day`` is the last that does not count.

    Raises Invalid for a day before it began, Conflict when it has ended or was taken back.
    """
    change = get_clock_change(session, change_id)
    case = _case(session, change.order_id, change.clock, based_on, actor)
    session.refresh(change)
    if change.taken_back_at is not None or change.last_day is not None or change.first_day is None:
        raise Conflict("This pause does not go on any more")
    if last_day < change.first_day:
        raise Invalid(FieldProblem("last_day", "The pause must not end before it begins"))
    _refuse_overlap(
        [each for each in case.changes if each.id != change.id],
        change.clock,
        change.first_day,
        last_day,
    )
    change.last_day = last_day
    change.ended_by = case.account_id
    change.ended_at = now
    _follow(session, case.order, "end pause of clock", change.clock, actor, now)
    return change


def extend_clock(
    session: Session,
    order_id: UUID,
    clock: ClockKind,
    *,
    days: int,
    reason: str,
    based_on: int,
    actor: Actor,
    now: datetime,
) -> ClockChange:
    """Add days of the clock's own unit at its end.

    Raises Invalid for less than one day or more than ``MOST_DAYS``, without a reason, and for a
    clock that guards safety; Conflict when the clock has stopped.
    """
    case = _case(session, order_id, clock, based_on, actor)
    said = _said(reason)
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(FieldProblem("days", f"Add from 1 to {MOST_DAYS} days"))
    change = ClockChange(
        order_id=order_id,
        clock=clock,
        days=days,
        reason=said,
        recorded_by=case.account_id,
        recorded_at=now,
    )
    session.add(change)
    _follow(session, case.order, "extend clock", clock, actor, now, said)
    return change


def take_back(
    session: Session,
    change_id: UUID,
    *,
    reason: str,
    based_on: int,
    actor: Actor,
    now: datetime,
) -> ClockChange:
    """Have a pause or extension that was a mistake not count; it stays in the history.

    Raises Invalid without a reason, Conflict when it was taken back already.
    """
    change = get_clock_change(session, change_id)
    case = _case(session, change.order_id, change.clock, based_on, actor)
    session.refresh(change)
    said = _said(reason)
    if change.taken_back_at is not None:
        raise Conflict("This has been taken back already")
    change.taken_back_by = case.account_id
    change.taken_back_at = now
    change.taken_back_reason = said
    _follow(session, case.order, "take back clock change", change.clock, actor, now, said)
    return change


def may_be_changed(order: Order, steps: list[PlanStep], clock: ClockKind) -> bool:
    """Whether a clock still runs or is still to begin, in an open order."""
    if order.closed_at is not None:
        return False
    return any(
        CLOCK_OF_STAGE[step.stage] is clock and step.state is StepState.OPEN for step in steps
    )


@dataclass(frozen=True, slots=True)
class _Case:
    order: Order
    changes: list[ClockChange]
    account_id: UUID


def _case(session: Session, order_id: UUID, clock: ClockKind, based_on: int, actor: Actor) -> _Case:
    """The order, held until the transaction ends, so that two who change a clock see each other."""
    get_order(session, order_id)
    order = session.exec(
        select(Order)
        .where(Order.id == order_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    changes = clock_changes(session, order_id)
    if history_version(changes) != based_on:
        raise Conflict("The clocks of this order have changed since you looked at them: look again")
    if actor.account_id is None:
        raise NotAllowed("A change of a clock carries the name of who made it")
    if not rules_of(policy_of_order(session, order).standards)[clock].may_change:
        raise Invalid(FieldProblem("", "This clock guards somebody's safety and runs on"))
    plan = live_plan(session, order_id)
    if not may_be_changed(order, steps_of(session, plan.id) if plan else [], clock):
        raise Conflict("This clock has stopped: what it timed was done, or the order is closed")
    return _Case(order, changes, actor.account_id)


def _refuse_overlap(
    changes: list[ClockChange], clock: ClockKind, first_day: date, last_day: date | None
) -> None:
    for other in changes:
        if other.clock is not clock or other.first_day is None or other.taken_back_at is not None:
            continue
        begins_before = last_day is None or other.first_day <= last_day
        if begins_before and (other.last_day is None or first_day <= other.last_day):
            raise Invalid(
                FieldProblem("first_day", "The clock is paused on some of these days already")
            )


def _follow(
    session: Session,
    order: Order,
    action: str,
    clock: ClockKind,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    session.flush()
    plan = live_plan(session, order.id)
    if plan is not None:
        let_clocks_follow(session, plan, order)
    note(
        session,
        actor,
        action,
        "order",
        order.id,
        now=now,
        order_id=order.id,
        fields=[clock.value],
        reason=reason,
    )


def _said(reason: str) -> str:
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        raise Invalid(
            FieldProblem("reason", f"Say why the clock changes, in {LONGEST_REASON} characters")
        )
    return said
