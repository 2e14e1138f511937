"""What is a facilitator's own: the open orders they lead, or have a meeting of.

The role opens the pages, the assignment opens the case. Everything else is
NotFound, just like a record that is not there (S2).
"""

from uuid import UUID

from sqlmodel import Session

from rj.compartments.matrix import Action, Thing
from rj.compartments.permission import facilitators_orders, may
from rj.conferences.models import Meeting
from rj.conferences.queries import get_meeting
from rj.facilitators.models import Facilitator
from rj.facilitators.queries import find_facilitator_of_account
from rj.kernel.errors import NotFound
from rj.orders.models import Order
from rj.orders.queries import get_order
from rj.policy.terms import Role
from web.people import Person


def own_record(session: Session, person: Person) -> Facilitator | None:
    """The facilitator who signed in; None when the account belongs to none who is active."""
    found = find_facilitator_of_account(session, person.account_id)
    if found is None or not may(
        session, person, Action.READ, Thing.OWN_RECORD, found, role=Role.FACILITATOR
    ):
        return None
    return found


def get_own_record(session: Session, person: Person) -> Facilitator:
    """The same. Raises NotFound."""
    found = own_record(session, person)
    if found is None:
        raise NotFound("Your account belongs to no facilitator")
    return found


def own_orders(session: Session, person: Person) -> list[Order]:
    """Open orders that this person leads or has a meeting of, the oldest sentence first."""
    return facilitators_orders(session, person.account_id)


def own_order(session: Session, person: Person, order_id: UUID) -> Order:
    """The order, when it is one of the person's own. Raises NotFound."""
    order = get_order(session, order_id)
    if not may(session, person, Action.READ, Thing.CASE, order, role=Role.FACILITATOR):
        raise NotFound("There is no such order")
    person.opens(Role.FACILITATOR, "order", order.id, order.id)
    return order


def own_meeting(session: Session, person: Person, meeting_id: UUID) -> Meeting:
    """The meeting, when the person leads it or is its second. Raises NotFound."""
    meeting = get_meeting(session, meeting_id)
    if not may(session, person, Action.READ, Thing.ATTENDANCE, meeting, role=Role.FACILITATOR):
        raise NotFound("There is no such meeting")
    person.opens(Role.FACILITATOR, "order", meeting.order_id, meeting.order_id)
    person.opens(Role.FACILITATOR, "meeting", meeting.id, meeting.order_id)
    return meeting
