"""Refresher preparations: one more where the held preparation is too long ago for what follows."""

from datetime import datetime, timedelta
from itertools import pairwise

from sqlmodel import Session, col, select

from rj.audit.services import Actor
from rj.conferences.queries import live_meetings
from rj.kernel.london import london_day
from rj.orders.models import Plan, PlanState, PlanStep, StepState
from rj.orders.plans import add_preparation
from rj.orders.queries import open_orders, policy_of_order
from rj.policy.terms import Stage


def add_refreshers(
    session: Session, area_id: str, *, actor: Actor, now: datetime
) -> list[PlanStep]:
    """Put a refresher preparation before each third meeting that can no longer follow the held
    preparation in time (H4). Visible in the plan, with its reason."""
    today = london_day(now)
    added = []
    for order in open_orders(session, area_id):
        plan = session.exec(
            select(Plan).where(Plan.order_id == order.id, Plan.state == PlanState.LIVE)
        ).first()
        if plan is None:
            continue
        steps = session.exec(
            select(PlanStep)
            .where(PlanStep.plan_id == plan.id, PlanStep.state != StepState.DROPPED)
            .order_by(col(PlanStep.position))
        ).all()
        standards = policy_of_order(session, order).standards
        _, most = standards.gaps[(Stage.PREPARATION, Stage.REPARATION)]
        coming = {meeting.step_id for meeting in live_meetings(session, [order.id])}
        for earlier, third in pairwise(steps):
            has_run_out = (
                earlier.stage is Stage.PREPARATION
                and third.stage is Stage.REPARATION
                and third.state is StepState.OPEN
                and third.id not in coming
                and earlier.done_on is not None
                and earlier.done_on + timedelta(days=most)
                < today + timedelta(days=standards.notice_days)
            )
            if has_run_out:
                reason = f"The last preparation was more than {most} days before"
                added.append(add_preparation(session, plan.id, reason=reason, actor=actor, now=now))
    return added
