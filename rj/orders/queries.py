"""What people look up about orders and their plans."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from rj.area_rules.queries import policy_by_version
from rj.db.records import get_record
from rj.orders.models import (
    ContactAttempt,
    Court,
    ErasedOrder,
    LinkedOrders,
    Offence,
    OfficerAway,
    Order,
    OrderOffence,
    Plan,
    PlanState,
    PlanStep,
    Requirement,
    ResponsibleOfficer,
    StepState,
    VenueAgreed,
)
from rj.policy.figures import Policy
from rj.policy.terms import Stage

PAGE_SIZE = 25


def get_order(session: Session, order_id: UUID) -> Order:
    """The order. Raises NotFound."""
    return get_record(session, Order, order_id, "order")


def find_order_by_reference(session: Session, reference: str) -> Order | None:
    """The order with the court's reference, or None."""
    return session.exec(select(Order).where(Order.reference == reference)).first()


def erased_order_mark(fingerprint: Callable[[str], str], reference: str) -> str:
    """By what an order is known again whose person was erased; ``fingerprint`` is a keyed hash."""
    return fingerprint(f"erased order {reference.strip().upper()}")


def erased_references(
    session: Session, fingerprint: Callable[[str], str], references: Iterable[str]
) -> frozenset[str]:
    """Those of the references whose order was erased."""
    marks = frozenset(session.exec(select(ErasedOrder.fingerprint)))
    if not marks:
        return frozenset()
    return frozenset(each for each in references if erased_order_mark(fingerprint, each) in marks)


def open_orders_with_crn(session: Session, crns: Iterable[str]) -> list[Order]:
    """Open orders of these people, in any area, the one recorded first before the others."""
    return list(
        session.exec(
            select(Order)
            .where(col(Order.crn).in_(list(crns)), col(Order.closed_at).is_(None))
            .order_by(col(Order.created_at), col(Order.reference))
        )
    )


def linked_order_ids(session: Session, order_id: UUID) -> list[UUID]:
    """The orders of co-defendants that this one is linked with."""
    pairs = session.exec(
        select(LinkedOrders).where(
            or_(col(LinkedOrders.order_id) == order_id, col(LinkedOrders.other_id) == order_id)
        )
    )
    return [pair.other_id if pair.order_id == order_id else pair.order_id for pair in pairs]


def get_requirement(session: Session, order_id: UUID) -> Requirement:
    """The requirement of an order. Raises NotFound."""
    return get_record(session, Requirement, order_id, "order")


def offences_of(session: Session, order_id: UUID) -> list[Offence]:
    """The offences the order was made for, the principal one first."""
    return list(
        session.exec(
            select(Offence)
            .join(OrderOffence, col(OrderOffence.offence_code) == Offence.code)
            .where(OrderOffence.order_id == order_id)
            .order_by(col(OrderOffence.position))
        )
    )


def venues_agreed(session: Session, order_id: UUID) -> frozenset[UUID]:
    """Venues agreed as suitable for the case (H13). Empty when nobody has chosen: then every open
    venue of the order's area is suitable."""
    return frozenset(
        session.exec(select(VenueAgreed.venue_id).where(VenueAgreed.order_id == order_id))
    )


def live_plan(session: Session, order_id: UUID) -> Plan | None:
    """The plan in use, or None when the order is closed."""
    return session.exec(
        select(Plan).where(Plan.order_id == order_id, Plan.state == PlanState.LIVE)
    ).first()


def latest_plan(session: Session, order_id: UUID) -> Plan | None:
    """The plan drawn up last, closed or not; None when the order never had one."""
    return session.exec(
        select(Plan).where(Plan.order_id == order_id).order_by(col(Plan.drawn_up_at).desc())
    ).first()


def get_plan(session: Session, plan_id: UUID) -> Plan:
    """The plan. Raises NotFound."""
    return get_record(session, Plan, plan_id, "plan")


def steps_of(session: Session, plan_id: UUID) -> list[PlanStep]:
    """The steps of a plan in order; dropped ones are left out."""
    return list(
        session.exec(
            select(PlanStep)
            .where(PlanStep.plan_id == plan_id, PlanStep.state != StepState.DROPPED)
            .order_by(col(PlanStep.position))
        )
    )


def get_step(session: Session, step_id: UUID) -> PlanStep:
    """The step. Raises NotFound."""
    return get_record(session, PlanStep, step_id, "step")


def contact_attempts(session: Session, order_id: UUID) -> list[ContactAttempt]:
    """Every attempt to reach the person on probation, oldest first."""
    return list(
        session.exec(
            select(ContactAttempt)
            .where(ContactAttempt.order_id == order_id)
            .order_by(col(ContactAttempt.attempted_at))
        )
    )


def open_orders(session: Session, area_id: str) -> list[Order]:
    """Orders of an area that are not closed, the oldest sentence first."""
    return list(
        session.exec(
            select(Order)
            .where(Order.area_id == area_id, col(Order.closed_at).is_(None))
            .order_by(col(Order.sentenced_on), col(Order.reference))
        )
    )


def orders_awaiting_first_contact(session: Session, areas: Iterable[str]) -> list[Order]:
    """Open orders whose 15-day clock still runs, the oldest sentence first."""
    return list(
        session.exec(
            select(Order)
            .where(
                col(Order.area_id).in_(list(areas)),
                col(Order.closed_at).is_(None),
                col(Order.first_contacted_on).is_(None),
            )
            .order_by(col(Order.sentenced_on), col(Order.reference))
        )
    )


class OrderState(StrEnum):
    """What a list of orders may be narrowed to."""

    OPEN = "open"
    AWAITING_CONTACT = "awaiting_contact"
    AWAITING_SIGN_OFF = "awaiting_sign_off"
    """Sensitive and complex, and not signed off."""
    CLOSED = "closed"
    ANY = "any"


class OrderSort(StrEnum):
    """In what order a list of orders is shown."""

    NEWEST = "newest"
    """By sentence, the newest first."""
    OLDEST = "oldest"
    """By sentence, the oldest first: whose clock ends soonest."""
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What to look for. Only orders of ``areas`` are ever found."""

    areas: frozenset[str]
    text: str = ""
    """Part of the reference or CRN, in any case."""
    or_order_ids: frozenset[UUID] = frozenset()
    """Orders that also match the text: those of people so named, which this room cannot know."""
    state: OrderState = OrderState.OPEN
    order_ids: frozenset[UUID] | None = None
    """Only these, when given: a facilitator's or liaison officer's own."""
    but_order_ids: frozenset[UUID] = frozenset()
    """Never these: cases that are limited to others."""
    sort: OrderSort = OrderSort.NEWEST


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of a list of orders."""

    orders: tuple[Order, ...]
    total: int
    """Orders on all pages."""
    page: int
    """From 1."""
    pages: int
    """At least 1."""


_SORTED: dict[OrderSort, tuple[ColumnElement[Any], ...]] = {
    OrderSort.NEWEST: (col(Order.sentenced_on).desc(),),
    OrderSort.OLDEST: (col(Order.sentenced_on).asc(),),
    OrderSort.REFERENCE: (),
}


def find_orders(
    session: Session, wanted: OrderFilter, *, page: int = 1, page_size: int = PAGE_SIZE
) -> OrderPage:
    """Orders that match, sorted as wished. A page beyond the last shows the last."""
    conditions: list[ColumnElement[bool]] = [col(Order.area_id).in_(list(wanted.areas))]
    if wanted.order_ids is not None:
        conditions.append(col(Order.id).in_(list(wanted.order_ids)))
    if wanted.but_order_ids:
        conditions.append(col(Order.id).not_in(list(wanted.but_order_ids)))
    text = wanted.text.strip()
    if text:
        conditions.append(
            or_(
                col(Order.reference).icontains(text, autoescape=True),
                col(Order.crn).icontains(text, autoescape=True),
                col(Order.id).in_(list(wanted.or_order_ids)),
            )
        )
    match wanted.state:
        case OrderState.OPEN:
            conditions.append(col(Order.closed_at).is_(None))
        case OrderState.AWAITING_CONTACT:
            conditions += [col(Order.closed_at).is_(None), col(Order.first_contacted_on).is_(None)]
        case OrderState.AWAITING_SIGN_OFF:
            conditions += [
                col(Order.closed_at).is_(None),
                col(Order.is_sensitive_complex).is_(True),
                col(Order.signed_off_at).is_(None),
            ]
        case OrderState.CLOSED:
            conditions.append(col(Order.closed_at).is_not(None))
        case OrderState.ANY:
            pass
    total = session.exec(select(func.count()).select_from(Order).where(*conditions)).one()
    pages = max(1, -(-total // page_size))
    shown = min(max(page, 1), pages)
    found = session.exec(
        select(Order)
        .where(*conditions)
        .order_by(*_SORTED[wanted.sort], col(Order.reference))
        .offset((shown - 1) * page_size)
        .limit(page_size)
    ).all()
    return OrderPage(tuple(found), total, shown, pages)


def get_officer(session: Session, officer_id: UUID) -> ResponsibleOfficer:
    """The responsible officer. Raises NotFound."""
    return get_record(session, ResponsibleOfficer, officer_id, "responsible officer")


def officers_of(session: Session, areas: Iterable[str]) -> list[ResponsibleOfficer]:
    """Responsible officers at work in these areas, by name."""
    return list(
        session.exec(
            select(ResponsibleOfficer)
            .where(
                col(ResponsibleOfficer.area_id).in_(list(areas)),
                col(ResponsibleOfficer.is_active).is_(True),
            )
            .order_by(col(ResponsibleOfficer.name))
        )
    )


def officer_away(session: Session, officer_id: UUID) -> list[OfficerAway]:
    """The days on which an officer is away."""
    return list(
        session.exec(
            select(OfficerAway)
            .where(OfficerAway.officer_id == officer_id)
            .order_by(col(OfficerAway.first_day))
        )
    )


def active_courts(session: Session) -> list[Court]:
    """Courts that still sit, by name."""
    return list(
        session.exec(select(Court).where(col(Court.is_active).is_(True)).order_by(col(Court.name)))
    )


def get_court(session: Session, code: str) -> Court:
    """The court. Raises NotFound."""
    return get_record(session, Court, code, "court")


def policy_of_order(session: Session, order: Order) -> Policy:
    """What an order goes by: the version it noted when it was recorded, for good (R7)."""
    return policy_by_version(session, order.standards_version, order.sentenced_on)


EARLY_STAGES = frozenset({Stage.CONTACT, Stage.ASSESSMENT})


def may_be_planned(order: Order, step: PlanStep) -> bool:
    """Whether planning may take this step up: a sensitive and complex case stops at its assessment
    until a manager has signed it off (R34)."""
    waits = order.is_sensitive_complex and order.signed_off_at is None
    return step.state is StepState.OPEN and not (waits and step.stage not in EARLY_STAGES)
