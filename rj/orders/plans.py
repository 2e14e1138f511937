"""Drawing up the plan of an order and changing it while it runs.

    draw_up_plan(session, order, now)                                        -> Plan
    change_route(session, plan_id, route, *, based_on, actor, now)           -> Plan
    add_preparation(session, plan_id, *, reason, actor, now)                 -> PlanStep
    drop_preparation(session, step_id, *, based_on, reason, actor, now)      -> PlanStep
    promise(session, step_id, due_on, *, reason, actor, now)                 -> PlanStep
    third_meeting_of(session, plan_id, harmed_id, *, actor, now)             -> PlanStep
    drop_third_meeting(session, step_id, *, actor, now)                      -> PlanStep

What each does to meetings that are already booked is decided above, in ``rj.conferences``; so is
whether both sides have consented to a direct conference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Session, select

from rj.area_rules.queries import is_of_an_area, policy_by_version
from rj.audit.services import Actor, note
from rj.kernel.errors import Conflict, FieldProblem, Invalid
from rj.orders.clocks import clock_changes_of
from rj.orders.models import Order, Plan, PlanState, PlanStep, StepState
from rj.orders.plan_dates import (
    NO_CHANGES,
    POSITION_STEP,
    PlannedStep,
    StepFact,
    holidays_after,
    position_between,
    step_dates,
    steps_and_dates,
)
from rj.orders.queries import get_order, get_plan, get_step, policy_of_order, steps_of
from rj.policy.figures import Policy
from rj.policy.plan_templates import PlanTemplate, StepTemplate, template_version
from rj.policy.terms import Route, Stage

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class PlanRows:
    """A fresh plan and its steps as rows, so that thousands can be written at once."""

    plan: dict[str, Any]
    steps: tuple[dict[str, Any], ...]


def plan_rows(order_id: UUID, sentenced_on: date, policy: Policy, now: datetime) -> PlanRows:
    """The plan of an order sentenced on a day: every step of the template it goes by."""
    plan_id = uuid4()
    plan = {
        "id": plan_id,
        "version": 1,
        "order_id": order_id,
        "state": PlanState.LIVE,
        "template_version": policy.template.version,
        "route": Route.UNDECIDED,
        "drawn_up_at": now,
    }
    steps = tuple(
        {
            "id": uuid4(),
            "version": 1,
            "plan_id": plan_id,
            "position": planned.position,
            "stage": planned.template.stage,
            **_needs(planned.template),
            "window_opens_on": planned.dates.window_opens_on,
            "due_on": planned.dates.due_on,
            "target_on": planned.dates.target_on,
            "state": StepState.OPEN,
            "done_on": None,
            "added_reason": "",
        }
        for planned in _fresh_steps(sentenced_on, policy)
    )
    return PlanRows(plan, steps)


@lru_cache(maxsize=1024)
def _fresh_steps(sentenced_on: date, policy: Policy) -> tuple[PlannedStep, ...]:
    """Kept for a while: the orders of one file share few sentence dates."""
    return steps_and_dates(
        sentenced_on,
        policy.template,
        policy.standards,
        holidays_after(sentenced_on),
    )


def draw_up_plan(session: Session, order: Order, now: datetime) -> Plan:
    """The plan of an order that has none: contact due day 15, assessment, preparation, reparation
    and review. Raises Conflict when the order has a live plan."""
    standing = session.exec(
        select(Plan).where(Plan.order_id == order.id, Plan.state == PlanState.LIVE)
    ).first()
    if standing is not None:
        raise Conflict("This order has a plan already")
    rows = plan_rows(order.id, order.sentenced_on, policy_of_order(session, order), now)
    plan = Plan(**rows.plan)
    session.add(plan)
    session.flush()
    session.add_all(PlanStep(**step) for step in rows.steps)
    session.flush()
    if order.first_contacted_on is not None:
        contact = steps_of(session, plan.id)[0]
        contact.state, contact.done_on = StepState.DONE, order.first_contacted_on
        let_clocks_follow(session, plan, order)
    return plan


def let_clocks_follow(session: Session, plan: Plan, order: Order) -> None:
    """Work out the dates of every step anew from what is done; promises to people stay."""
    stages = [[*beside] for _, beside in groupby(steps_of(session, plan.id), key=_stands_beside)]
    dates = step_dates(
        order.sentenced_on,
        [StepFact(beside[0].stage, _done_on(beside)) for beside in stages],
        policy_of_order(session, order).standards,
        holidays_after(order.sentenced_on),
        clock_changes_of(session, [order.id]).get(order.id, NO_CHANGES),
    )
    for beside, days in zip(stages, dates, strict=True):
        for step in beside:
            step.window_opens_on = days.window_opens_on
            step.target_on = days.target_on
            if step.stage is Stage.CONTACT:
                step.due_on = days.due_on


def _stands_beside(step: PlanStep) -> object:
    """The third meetings of several harmed people stand side by side; every other step alone."""
    return Stage.REPARATION if step.stage is Stage.REPARATION else step.id


def _done_on(beside: Sequence[PlanStep]) -> date | None:
    """The day on which the last of these was done; None while any is open."""
    days = [step.done_on for step in beside]
    return max((day for day in days if day is not None), default=None) if all(days) else None


def change_route(
    session: Session,
    plan_id: UUID,
    route: Route,
    *,
    step_id: UUID | None = None,
    based_on: int,
    actor: Actor,
    now: datetime,
) -> Plan:
    """Make the third meeting a conference, a letter, shuttle or other reparation, or undecided.

    ``step_id`` says which, where several people were harmed; the first that is open otherwise.
    Its length, people and room follow the template the plan was drawn up from. Callers have
    checked consent before they ask for a direct conference. Raises Conflict when the meeting has
    been held, or the plan has changed since ``based_on``.
    """
    plan = _live(get_plan(session, plan_id), based_on)
    third = open_third(session, plan, step_id)
    if third.takes(plan.route) is route:
        return plan
    if third.route is None:
        plan.route = route
    else:
        third.route = route
        plan.touch()
    template = template_of(session, plan).step(Stage.REPARATION, route)
    for name, value in _needs(template).items():
        setattr(third, name, value)
    note(
        session,
        actor,
        "change route",
        "plan",
        plan.id,
        now=now,
        order_id=plan.order_id,
        fields=["route"],
        reason=route.value,
    )
    return plan


def add_preparation(
    session: Session, plan_id: UUID, *, reason: str, actor: Actor, now: datetime
) -> PlanStep:
    """Put one more preparation meeting before the third meeting; the clocks follow.

    Raises Invalid without a reason, Conflict when the third meeting has been held.
    """
    reason = _said(reason, "Say why another preparation meeting is needed")
    plan = _live(get_plan(session, plan_id))
    third = open_third(session, plan)
    taken = _positions(session, plan.id)
    position = position_between(taken, third.position)
    if position is None:
        _spread(session, plan.id)
        position = third.position - POSITION_STEP // 2
    template = template_of(session, plan).step(Stage.PREPARATION)
    step = PlanStep(
        plan_id=plan.id,
        position=position,
        stage=Stage.PREPARATION,
        window_opens_on=third.window_opens_on,
        added_reason=reason,
        **_needs(template),
    )
    session.add(step)
    session.flush()
    let_clocks_follow(session, plan, get_order(session, plan.order_id))
    note(
        session,
        actor,
        "add preparation",
        "step",
        step.id,
        now=now,
        order_id=plan.order_id,
        reason=reason,
    )
    return step


def drop_preparation(
    session: Session, step_id: UUID, *, based_on: int, reason: str, actor: Actor, now: datetime
) -> PlanStep:
    """Take back a preparation meeting that was added; the four of the template always stay.

    Raises Conflict when it is one of the template's, is not open, or has changed.
    """
    reason = _said(reason, "Say why this preparation meeting is no longer needed")
    step = get_step(session, step_id)
    step.refuse_if_changed(based_on, "This step")
    if not step.added_reason:
        raise Conflict("This meeting belongs to every plan and cannot be left out")
    if step.state is not StepState.OPEN:
        raise Conflict("This meeting is no longer open")
    step.state = StepState.DROPPED
    session.flush()
    plan = get_plan(session, step.plan_id)
    let_clocks_follow(session, plan, get_order(session, plan.order_id))
    note(
        session,
        actor,
        "drop preparation",
        "step",
        step.id,
        now=now,
        order_id=plan.order_id,
        reason=reason,
    )
    return step


def promise(
    session: Session,
    step_id: UUID,
    due_on: date | None,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> PlanStep:
    """Note a day promised to a court or a person for a step, or take the promise back with None.

    Raises Invalid for the first contact, whose day is set by the standards, for a day outside the
    order, or without a reason; Conflict when the step is no longer open.
    """
    reason = _said(reason, "Say to whom the day was promised, or why it no longer holds")
    step = get_step(session, step_id)
    plan = _live(get_plan(session, step.plan_id))
    order = get_order(session, plan.order_id)
    if step.state is not StepState.OPEN:
        raise Conflict("This step is no longer open")
    if step.stage is Stage.CONTACT:
        raise Invalid(FieldProblem("due_on", "The day of first contact is set by the standards"))
    if due_on is not None and not order.sentenced_on <= due_on <= order.ends_on:
        raise Invalid(
            FieldProblem("due_on", "The promised day must lie between the sentence and its end")
        )
    step.due_on = due_on
    note(
        session,
        actor,
        "promise day",
        "step",
        step.id,
        now=now,
        order_id=order.id,
        fields=["due_on"],
        reason=reason,
    )
    return step


def _needs(template: StepTemplate) -> dict[str, Any]:
    """What a step takes: length, room and people, as stored."""
    return {
        "minutes": template.minutes,
        "has_room": template.has_room,
        "spare_seats": template.spare_seats,
        "attends": sorted(template.attends),
        "features": sorted(template.features),
    }


def template_of(session: Session, plan: Plan) -> PlanTemplate:
    """The template that a plan was drawn up from (R7)."""
    if not is_of_an_area(plan.template_version):
        return template_version(plan.template_version)
    order = get_order(session, plan.order_id)
    return policy_by_version(session, plan.template_version, order.sentenced_on).template


def _live(plan: Plan, based_on: int | None = None) -> Plan:
    plan.refuse_if_changed(based_on, "This plan")
    if plan.state is not PlanState.LIVE:
        raise Conflict("This plan is closed")
    return plan


def open_third(session: Session, plan: Plan, step_id: UUID | None = None) -> PlanStep:
    """The third meeting that is meant, or the first that is open. Raises Conflict when it was
    held."""
    for step in thirds_of(session, plan.id):
        if step.state is StepState.OPEN and step_id in (None, step.id):
            return step
    raise Conflict("The reparation event has been held already")


def thirds_of(session: Session, plan_id: UUID) -> list[PlanStep]:
    """The third meetings of a plan: one for each harmed person, and at least one."""
    return [step for step in steps_of(session, plan_id) if step.stage is Stage.REPARATION]


def third_meeting_of(
    session: Session, plan_id: UUID, harmed_id: UUID, *, actor: Actor, now: datetime
) -> PlanStep:
    """Give somebody harmed a third meeting of their own, after those there are; what it is to be
    is undecided. Safe to repeat. Raises Conflict when the plan is closed.
    """
    plan = _live(get_plan(session, plan_id))
    thirds = thirds_of(session, plan.id)
    for each in thirds:
        if each.harmed_id == harmed_id:
            return each
    following = [step for step in steps_of(session, plan.id) if step.stage is Stage.REVIEW]
    position = position_between(_positions(session, plan.id), following[0].position)
    if position is None:
        _spread(session, plan.id)
        position = following[0].position - POSITION_STEP // 2
    step = PlanStep(
        plan_id=plan.id,
        position=position,
        stage=Stage.REPARATION,
        window_opens_on=thirds[0].window_opens_on,
        harmed_id=harmed_id,
        route=Route.UNDECIDED,
        **_needs(template_of(session, plan).step(Stage.REPARATION)),
    )
    session.add(step)
    plan.touch()
    session.flush()
    let_clocks_follow(session, plan, get_order(session, plan.order_id))
    note(session, actor, "add third meeting", "step", step.id, now=now, order_id=plan.order_id)
    return step


def drop_third_meeting(session: Session, step_id: UUID, *, actor: Actor, now: datetime) -> PlanStep:
    """Leave out the third meeting of somebody who takes no part: another one stands in the plan.

    Raises Conflict when it is the only one, or is not open.
    """
    step = get_step(session, step_id)
    plan = _live(get_plan(session, step.plan_id))
    others = [each for each in thirds_of(session, plan.id) if each.id != step_id]
    if step.state is not StepState.OPEN or not others:
        raise Conflict("A plan has one third meeting at least, and keeps those that were held")
    if step.route is None:
        # the plan's own route passes to one that stays
        plan.route, others[0].route = others[0].takes(plan.route), None
    step.state = StepState.DROPPED
    plan.touch()
    session.flush()
    let_clocks_follow(session, plan, get_order(session, plan.order_id))
    note(session, actor, "drop third meeting", "step", step.id, now=now, order_id=plan.order_id)
    return step


def _positions(session: Session, plan_id: UUID) -> Sequence[int]:
    """Every position taken, those of dropped steps included."""
    return session.exec(select(PlanStep.position).where(PlanStep.plan_id == plan_id)).all()


def _spread(session: Session, plan_id: UUID) -> None:
    """Move the steps of a plan to fresh tens beyond the last, keeping their order.

    From the last one down and upwards only, so that no two ever hold one position.
    """
    steps = session.exec(select(PlanStep).where(PlanStep.plan_id == plan_id)).all()
    ordered = sorted(steps, key=lambda step: step.position)
    base = (ordered[-1].position // POSITION_STEP) * POSITION_STEP
    for number, step in reversed(list(enumerate(ordered, start=1))):
        step.position = base + POSITION_STEP * number
        session.flush()


def _said(reason: str, otherwise: str) -> str:
    said = reason.strip()
    if not said:
        raise Invalid(FieldProblem("reason", otherwise))
    if len(said) > LONGEST_REASON:
        raise Invalid(
            FieldProblem("reason", f"The reason must be {LONGEST_REASON} characters or fewer")
        )
    return said
