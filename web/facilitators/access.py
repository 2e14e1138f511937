"""What is a facilitator's own: the open orders they lead, or have a meeting of.

The role opens the pages, the assignment opens the case. Everything else is
NotFound, just like a record that is not there (S2).
"""

from uuid import UUID

from sqlmodel import Session, col, or_, select

from rj.conferences.models import Meeting, MeetingState
from rj.conferences.queries import get_meeting
from rj.facilitators.models import Facilitator
from rj.facilitators.queries import find_facilitator_of_account
from rj.kernel.errors import NotFound
from rj.orders.models import Order
from rj.policy.terms import Role
from web.people import Person


def own_record(session: Session, person: Person) -> Facilitator | None:
    """The facilitator who signed in; None when the account belongs to none who is active."""
    found = find_facilitator_of_account(session, person.account_id)
    return found if found is not None and found.is_active else None


def get_own_record(session: Session, person: Person) -> Facilitator:
    """The same. Raises NotFound."""
    found = own_record(session, person)
    if found is None:
        raise NotFound("Your account belongs to no facilitator")
    return found


def own_orders(session: Session, facilitator_id: UUID) -> list[Order]:
    """Open orders that this facilitator leads or has a meeting of, the oldest sentence first."""
    taking_part = select(Meeting.order_id).where(
        Meeting.state != MeetingState.CANCELLED,
        or_(Meeting.lead_id == facilitator_id, Meeting.second_id == facilitator_id),
    )
    return list(
        session.exec(
            select(Order)
            .where(
                col(Order.closed_at).is_(None),
                or_(Order.current_lead_id == facilitator_id, col(Order.id).in_(taking_part)),
            )
            .order_by(col(Order.sentenced_on), col(Order.reference))
        )
    )


def own_order(session: Session, person: Person, order_id: UUID) -> Order:
    """The order, when it is one of the person's own. Raises NotFound."""
    me = get_own_record(session, person)
    for order in own_orders(session, me.id):
        if order.id == order_id:
            person.opens(Role.FACILITATOR, "order", order.id, order.id)
            return order
    raise NotFound("There is no such order")


def own_meeting(session: Session, person: Person, meeting_id: UUID) -> Meeting:
    """The meeting, when the person leads it or is its second. Raises NotFound."""
    me = get_own_record(session, person)
    meeting = get_meeting(session, meeting_id)
    if me.id not in (meeting.lead_id, meeting.second_id):
        raise NotFound("There is no such meeting")
    own_order(session, person, meeting.order_id)
    person.opens(Role.FACILITATOR, "meeting", meeting.id, meeting.order_id)
    return meeting
