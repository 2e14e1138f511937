"""Finding whose file, restriction or erasure is asked for, by the code that letters carry."""

from sqlmodel import Session, select

from rj.facilitators.models import Facilitator
from rj.kernel.errors import NotFound
from rj.orders.models import Order
from rj.parties.models import Party
from rj.policy.terms import PartyRole, Side


def find_party_of_code(session: Session, code: str) -> Party | None:
    """The person with a neutral reference such as AP-K7MPQ4XY, or None."""
    return session.exec(select(Party).where(Party.reference == code.strip().upper())).first()


def get_party_of_code(session: Session, code: str) -> Party:
    """The person with a neutral reference, held until the transaction ends. Raises NotFound."""
    found = session.exec(
        select(Party).where(Party.reference == code.strip().upper()).with_for_update()
    ).first()
    if found is None:
        raise NotFound("Nobody who takes part has this reference")
    return found


def find_facilitator_of_code(session: Session, code: str) -> Facilitator | None:
    """The facilitator with this short code, or None."""
    return session.exec(select(Facilitator).where(Facilitator.code == code.strip())).first()


def get_order_of_reference(session: Session, reference: str) -> Order:
    """The case with the court's reference, or that of anybody who takes part. Raises NotFound."""
    wanted = reference.strip()
    found = session.exec(select(Order).where(Order.reference == wanted)).first()
    if found is None:
        party = find_party_of_code(session, wanted)
        found = session.get(Order, party.order_id) if party is not None else None
    if found is None:
        raise NotFound("There is no case with this reference")
    return found


def is_principal(party: Party) -> bool:
    """Whether this is the person on probation, whose order it is."""
    return party.side is Side.HARMER and party.role is PartyRole.PRINCIPAL
