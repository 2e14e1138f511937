"""Finding whose file, correction, restriction or erasure is asked for: somebody who takes part by
the code that letters carry, staff by their short code or the address they sign in with."""

from typing import TypeAlias

from sqlmodel import Session, select

from rj.accounts.models import Account
from rj.accounts.queries import find_account
from rj.facilitators.models import Facilitator
from rj.facilitators.queries import find_facilitator_of_account
from rj.kernel.errors import Conflict, NotFound
from rj.orders.models import Order, ResponsibleOfficer
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


Staff: TypeAlias = Facilitator | ResponsibleOfficer | Account
"""Somebody at work of whom something is kept."""


def find_staff_of_code(session: Session, code: str) -> Staff | None:
    """The facilitator or responsible officer with this short code, or whoever signs in with this
    address, or None. A facilitator's record goes before the account they sign in with.

    Raises Conflict for a code that is both a facilitator's and an officer's.
    """
    wanted = code.strip()
    if "@" in wanted:
        account = find_account(session, wanted)
        if account is None:
            return None
        return find_facilitator_of_account(session, account.id) or account
    facilitator = session.exec(select(Facilitator).where(Facilitator.code == wanted)).first()
    officer = session.exec(
        select(ResponsibleOfficer).where(ResponsibleOfficer.code == wanted)
    ).first()
    if facilitator is not None and officer is not None:
        raise Conflict("A facilitator and a responsible officer share this code: change one first")
    return facilitator or officer


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
