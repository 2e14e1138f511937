"""How the person on probation may be reached: what a caller reads before ringing."""

from dataclasses import dataclass

from sqlmodel import Session

from rj.orders.models import Order
from rj.parties.contact import contact_details
from rj.parties.queries import contact_plan, parties_of
from rj.parties.sealing import Seal
from rj.policy.terms import PartyRole, Side
from web.pages import Fact
from web.words import words_for


@dataclass(frozen=True, slots=True)
class Reach:
    """What the plan says about a call."""

    telephone: str
    """Empty where the number is not shown to this reader, or not known."""
    warning: str
    facts: tuple[Fact, ...]

    @property
    def dialled(self) -> str:
        """The number as a telephone takes it."""
        return "".join(each for each in self.telephone if each.isdecimal() or each == "+")


def reach_of(session: Session, order: Order, seal: Seal | None = None) -> Reach | None:
    """What a caller must mind; None when the order has no person on probation.

    The number is read for those alone who hand in the seal: a case's own facilitators.
    """
    for party in parties_of(session, order.id):
        if party.side is not Side.HARMER or party.role is not PartyRole.PRINCIPAL:
            continue
        plan = contact_plan(session, party.id)
        if party.stopped_at is not None:
            return Reach("", "This person wishes no contact. Do not ring them.", ())
        if plan is None:
            facts = [Fact("Agreed way", "Nothing agreed yet"), Fact("Voicemail", "Leave none")]
        else:
            voicemail = "May be left, and says nothing of why" if plan.may_leave_voicemail else ""
            facts = [
                Fact("Agreed way", words_for(plan.channel)),
                Fact("Voicemail", voicemail or "Leave none"),
            ]
            if plan.safe_times:
                facts.append(Fact("Safe times", plan.safe_times))
            if plan.alias:
                facts.append(Fact("Say you call about", plan.alias))
        telephone = contact_details(session, seal, party.id).telephone if seal else ""
        return Reach(telephone, "", tuple(facts))
    return None
