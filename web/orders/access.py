"""What a coordinator may open: the orders, meetings and planning runs of their own areas.

Everything else is NotFound, just like a record that is not there (S2).
"""

from collections.abc import Callable
from uuid import UUID

from sqlmodel import Session

from rj.compartments.matrix import Action, Thing
from rj.compartments.permission import limited_away, may
from rj.conferences.models import Meeting
from rj.conferences.queries import get_meeting
from rj.kernel.errors import FieldProblem, Invalid, NotFound
from rj.orders.models import Order
from rj.orders.queries import get_order
from rj.policy.terms import Role
from rj.scheduling.models import PlanningRun
from rj.scheduling.runs import get_run
from rj.scheduling.wording import without_naming
from web.people import Person


def coordinators_order(session: Session, person: Person, order_id: UUID) -> Order:
    """The order, when it lies in an area the person coordinates. Raises NotFound."""
    order = get_order(session, order_id)
    if not may(session, person, Action.READ, Thing.CASE, order, role=Role.COORDINATOR):
        raise NotFound("There is no such order")
    person.opens(Role.COORDINATOR, "order", order.id, order.id)
    return order


def coordinators_meeting(session: Session, person: Person, meeting_id: UUID) -> Meeting:
    """The meeting, when its order lies in an area the person coordinates. Raises NotFound."""
    meeting = get_meeting(session, meeting_id)
    if not may(session, person, Action.READ, Thing.ATTENDANCE, meeting, role=Role.COORDINATOR):
        raise NotFound("There is no such meeting")
    person.opens(Role.COORDINATOR, "meeting", meeting.id, meeting.order_id)
    return meeting


def coordinators_run(session: Session, person: Person, run_id: UUID) -> PlanningRun:
    """The run, when the person coordinates its area. Raises NotFound."""
    run = get_run(session, run_id)
    if not may(session, person, Action.READ, Thing.PLANNING, {run.area_id}, role=Role.COORDINATOR):
        raise NotFound("There is no such planning run")
    return run


def refuse_foreign_area(session: Session, person: Person, area_id: str) -> None:
    """Raise Invalid when somebody asks to plan an area that they do not coordinate."""
    if not may(session, person, Action.WRITE, Thing.PLANNING, {area_id}, role=Role.COORDINATOR):
        raise Invalid(FieldProblem("area", "Choose the area to plan"))


def order_of_run(session: Session, person: Person, run_id: UUID, order_id: UUID) -> Order:
    """An order of the area that a run planned, when the person coordinates it. Raises NotFound."""
    run = coordinators_run(session, person, run_id)
    order = coordinators_order(session, person, order_id)
    if order.area_id != run.area_id:
        raise NotFound("This run knows nothing of the case")
    return order


def hidden_from(session: Session, person: Person) -> frozenset[UUID]:
    """Orders of which the person may not know though they lie in an own area: cases that are
    limited to others. Lists leave them out."""
    return limited_away(session, person.account_id)


def unnamed_for(session: Session, person: Person) -> Callable[[str], str]:
    """A function that takes the references of such orders out of a sentence."""
    return without_naming(session, hidden_from(session, person))
