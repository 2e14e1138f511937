"""Open cases: every open order of an area with what planning needs to know of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from rj.area_rules.queries import policy_in_force
from rj.conferences.attendance import Attendee, expected
from rj.conferences.models import Meeting
from rj.orders.models import Order, Plan, PlanState, PlanStep, Requirement, StepState, VenueAgreed
from rj.orders.queries import open_orders, policy_of_order
from rj.parties.models import Party
from rj.parties.queries import parties_of_orders
from rj.policy.standards import DeliveryStandards, strictest
from rj.policy.terms import PartyRole, Route, Side, Stage
from rj.scheduling.models import PlanningWish


@dataclass
class OpenCase:
    """One order with its plan while it is being frozen."""

    order: Order
    plan: Plan
    steps: list[PlanStep]
    parties: list[Party]
    last_day: date
    agreed: list[UUID]
    wishes: list[PlanningWish]
    standards: DeliveryStandards

    def attends(self, step: PlanStep) -> tuple[Attendee, ...]:
        return expected(step, self.parties, self.order.responsible_officer_id)

    @property
    def route(self) -> Route:
        """How the case is staffed: as for a direct meeting as soon as one is to be."""
        routes = [
            step.takes(self.plan.route)
            for step in self.steps
            if step.stage is Stage.REPARATION and step.state is StepState.OPEN
        ]
        return Route.DIRECT if Route.DIRECT in routes else self.plan.route

    def in_turn(self, standing: Mapping[UUID, Meeting]) -> list[PlanStep]:
        """The steps as they follow one another: of several people's third meetings, which do not
        wait for one another, first what was held and what people know the hour of."""

        def place(numbered: tuple[int, PlanStep]) -> tuple[int, int, str, int]:
            number, step = numbered
            if step.stage is not Stage.REPARATION:
                return number, 0, "", number
            first = next(i for i, each in enumerate(self.steps) if each.stage is step.stage)
            meeting = standing.get(step.id)
            if step.done_on is not None:
                return first, 0, str(step.done_on), number
            if meeting is not None and (meeting.told_at is not None or meeting.is_pinned):
                return first, 1, meeting.starts_at.isoformat(), number
            return first, 2, "", number

        return [step for _, step in sorted(enumerate(self.steps), key=place)]

    @property
    def harmer(self) -> Party | None:
        return next(
            (
                party
                for party in self.parties
                if party.side is Side.HARMER and party.role is PartyRole.PRINCIPAL
            ),
            None,
        )


def open_cases(session: Session, area_id: str) -> list[OpenCase]:
    """Every open order of an area with its plan, people, places and wishes."""
    orders = {order.id: order for order in open_orders(session, area_id)}
    ids = list(orders)
    plans = {
        plan.order_id: plan
        for plan in session.exec(
            select(Plan).where(col(Plan.order_id).in_(ids), Plan.state == PlanState.LIVE)
        )
    }
    steps = _steps_of(session, plans.values())
    parties = parties_of_orders(session, ids)
    ends = dict(
        session.exec(
            select(col(Requirement.order_id), col(Requirement.ends_on)).where(
                col(Requirement.order_id).in_(ids)
            )
        ).all()
    )
    agreed, wishes = _venues_agreed(session, ids), _wishes_for(session, ids)
    return [
        OpenCase(
            order=order,
            plan=plans[order.id],
            steps=steps[plans[order.id].id],
            parties=parties.get(order.id, []),
            last_day=min(order.ends_on, ends.get(order.id, order.ends_on)),
            agreed=agreed[order.id],
            wishes=wishes[order.id],
            standards=policy_of_order(session, order).standards,
        )
        for order in orders.values()
        if order.id in plans
    ]


def _steps_of(session: Session, plans: Iterable[Plan]) -> dict[UUID, list[PlanStep]]:
    """By plan, in their order, without those that were dropped."""
    steps: dict[UUID, list[PlanStep]] = defaultdict(list)
    for step in session.exec(
        select(PlanStep)
        .where(
            col(PlanStep.plan_id).in_([plan.id for plan in plans]),
            PlanStep.state != StepState.DROPPED,
        )
        .order_by(col(PlanStep.position))
    ):
        steps[step.plan_id].append(step)
    return steps


def _venues_agreed(session: Session, orders: list[UUID]) -> dict[UUID, list[UUID]]:
    agreed: dict[UUID, list[UUID]] = defaultdict(list)
    for order_id, venue_id in session.exec(
        select(col(VenueAgreed.order_id), col(VenueAgreed.venue_id))
        .where(col(VenueAgreed.order_id).in_(orders))
        .order_by(col(VenueAgreed.venue_id))
    ):
        agreed[order_id].append(venue_id)
    return agreed


def _wishes_for(session: Session, orders: list[UUID]) -> dict[UUID, list[PlanningWish]]:
    """By order, the oldest wish first."""
    wishes: dict[UUID, list[PlanningWish]] = defaultdict(list)
    for wish in session.exec(
        select(PlanningWish)
        .where(col(PlanningWish.order_id).in_(orders))
        .order_by(col(PlanningWish.asked_at), col(PlanningWish.id))
    ):
        wishes[wish.order_id].append(wish)
    return wishes


def standards_of_run(session: Session, area_id: str, today: date) -> DeliveryStandards:
    """One set of gaps and notice for all cases of a run: where the area's rules have changed, the
    strictest of those that its open orders go by, so that each keeps its own (R7)."""
    versions = {}
    for order in open_orders(session, area_id):
        standards = policy_of_order(session, order).standards
        versions[standards.version] = standards
    return strictest(policy_in_force(session, area_id, today).standards, versions.values())
