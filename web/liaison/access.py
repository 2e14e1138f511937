"""Whose the harmed side's details are: the liaison officer named on the order, and nobody else.

Everything else is NotFound, just like a record that is not there (S2).
"""

from uuid import UUID

from sqlmodel import Session, col, select

from rj.calendars.envelopes import APPOINTMENT
from rj.compartments.matrix import Action, Thing
from rj.compartments.permission import liaisons_orders, may
from rj.kernel.errors import NotFound
from rj.orders.models import Order
from rj.orders.queries import get_order
from rj.outbox.models import Message, MessageState, RecipientKind
from rj.outbox.queries import to_do
from rj.outbox.services import get_message
from rj.parties.models import Party
from rj.parties.queries import get_party
from rj.policy.terms import Role, Side
from rj.suppression.services import open_question
from web.people import Person


def own_cases(session: Session, person: Person) -> list[Order]:
    """Open orders on which this person takes the harmed side's part, the oldest sentence first."""
    return liaisons_orders(session, person)


def own_case(session: Session, person: Person, order_id: UUID) -> Order:
    """The order, when the person is named on it, is a liaison officer of its area now, and it is
    open. Raises NotFound."""
    order = get_order(session, order_id)
    if not may(session, person, Action.READ, Thing.CASE, order, role=Role.LIAISON_OFFICER):
        raise NotFound("There is no such order")
    person.opens(Role.LIAISON_OFFICER, "order", order.id, order.id)
    return order


def own_person(session: Session, person: Person, party_id: UUID) -> Party:
    """Somebody of the harmed side of an own case. Raises NotFound."""
    party = get_party(session, party_id)
    own_case(session, person, party.order_id)
    if party.side is not Side.HARMED:
        raise NotFound("There is no such person")
    person.opens(Role.LIAISON_OFFICER, "party", party.id, party.order_id)
    return party


def own_person_or_alike(session: Session, person: Person, party_id: UUID) -> Party:
    """The same, or somebody of the other side of an own case of whom it is asked whether they
    said no before: only a liaison officer answers that. Raises NotFound."""
    party = get_party(session, party_id)
    if party.side is Side.HARMED or open_question(session, party_id) is None:
        return own_person(session, person, party_id)
    own_case(session, person, party.order_id)
    person.opens(Role.LIAISON_OFFICER, "party", party.id, party.order_id)
    return party


def own_message(session: Session, person: Person, message_id: UUID) -> tuple[Message, Party]:
    """A letter or call to the harmed side of an own case; of a closed one, as long as it waits: it
    says that a meeting is off. Raises NotFound."""
    message = get_message(session, message_id)
    if message.kind != APPOINTMENT or message.recipient_kind is not RecipientKind.PARTY:
        raise NotFound("There is no such letter or call")
    party = get_party(session, message.recipient_id)
    order = get_order(session, party.order_id)
    if order.closed_at is None or message.state is not MessageState.TO_DO:
        return message, own_person(session, person, party.id)
    if party.side is not Side.HARMED or not _may_finish_telling(session, person, order):
        raise NotFound("There is no such letter or call")
    person.opens(Role.LIAISON_OFFICER, "party", party.id, party.order_id)
    return message, party


def closed_cases_to_finish(session: Session, person: Person) -> list[Order]:
    """Closed orders of this person's of which somebody on the harmed side is still to be told."""
    waiting = {message.recipient_id for message in to_do(session) if message.kind == APPOINTMENT}
    found = session.exec(
        select(Order)
        .join(Party, col(Party.order_id) == col(Order.id))
        .where(
            col(Order.closed_at).is_not(None),
            Party.side == Side.HARMED,
            col(Party.id).in_(waiting),
        )
        .distinct()
    ).all()
    return [order for order in found if _may_finish_telling(session, person, order)]


def _may_finish_telling(session: Session, person: Person, order: Order) -> bool:
    role = Role.LIAISON_OFFICER
    return may(session, person, Action.WRITE, Thing.LAST_WORD, order, role=role)
