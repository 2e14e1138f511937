"""Reaching people: their contact details, what is safe, and the end of all contact.

The only reader of sealed details. Doors decide who may ask; each change is noted by field name,
never by content.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from rj.audit.services import Actor, note
from rj.kernel.errors import Conflict, FieldProblem, Invalid, NotAllowed
from rj.kernel.london import london_day
from rj.parties.models import HarmedDetails, HarmerDetails, Party, SafeContactPlan
from rj.parties.queries import contact_plan, get_party
from rj.parties.sealing import ContactDetails, Seal
from rj.policy.terms import CalendarWish, Channel, Role, Side


@dataclass(frozen=True, slots=True)
class ContactTerms:
    """What a person has said about how to reach them (R61)."""

    channel: Channel
    calendar_wish: CalendarWish = CalendarWish.NONE
    may_leave_voicemail: bool = False
    safe_times: str = ""
    alias: str = ""
    shows_place: bool = True
    agreed_on: date | None = None
    """The day it was agreed; none means the day it is recorded."""


def contact_details(session: Session, seal: Seal, party_id: UUID) -> ContactDetails:
    """Who a person of either side is and how to reach them; empty texts when nothing is known.

    Raises NotFound, and Conflict when the details were sealed with another key.
    """
    party = get_party(session, party_id)
    if party.side is Side.HARMED:
        sealed = session.get(HarmedDetails, party_id)
        return seal.open(sealed.sealed) if sealed else ContactDetails()
    plain = session.get(HarmerDetails, party_id)
    if plain is None:
        return ContactDetails()
    return ContactDetails(plain.name, plain.email, plain.telephone, plain.address)


def set_contact_details(
    session: Session,
    seal: Seal,
    party_id: UUID,
    details: ContactDetails,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep new contact details; the harmed side's are sealed.

    Raises Invalid when the safe contact plan in force could no longer be followed, and Conflict
    for who was erased.
    """
    party = get_party(session, party_id)
    refuse_erased(party)
    plan = contact_plan(session, party_id)
    if plan is not None:
        refuse_unreachable(plan.channel, details)
    before = contact_details(session, seal, party_id)
    if party.side is Side.HARMED:
        harmed = session.get(HarmedDetails, party_id)
        if harmed is None:
            session.add(
                HarmedDetails(party_id=party_id, chosen_name="", sealed=seal.close(details))
            )
        else:
            harmed.sealed = seal.close(details)
    else:
        harmer = session.get(HarmerDetails, party_id)
        if harmer is None:
            harmer = HarmerDetails(party_id=party_id, name=details.name)
            session.add(harmer)
        harmer.name = details.name
        harmer.email = details.email
        harmer.telephone = details.telephone
        harmer.address = details.address
    changed = [
        name
        for name in ("name", "email", "telephone", "address")
        if getattr(before, name) != getattr(details, name)
    ]
    note(
        session,
        actor,
        "set contact details",
        "party",
        party_id,
        now=now,
        order_id=party.order_id,
        fields=changed,
    )


def agree_contact_plan(
    session: Session,
    party_id: UUID,
    terms: ContactTerms,
    *,
    seal: Seal,
    actor: Actor,
    now: datetime,
) -> SafeContactPlan:
    """Record how a person has said it is safe to reach them; replaces what was agreed before.

    Raises Invalid when the channel needs a detail that is missing, when a calendar is wished for
    without e-mail, or when the day of agreement lies ahead; Conflict for who was erased.
    """
    party = get_party(session, party_id)
    refuse_erased(party)
    today = london_day(now)
    agreed_on = terms.agreed_on or today
    if agreed_on > today:
        raise Invalid(FieldProblem("agreed_on", "The day it was agreed must be today or earlier"))
    refuse_impossible_terms(terms)
    refuse_unreachable(terms.channel, contact_details(session, seal, party_id))
    plan = contact_plan(session, party_id)
    if plan is None:
        plan = SafeContactPlan(party_id=party_id, channel=terms.channel, agreed_on=agreed_on)
        session.add(plan)
    plan.channel = terms.channel
    plan.calendar_wish = terms.calendar_wish
    plan.may_leave_voicemail = terms.may_leave_voicemail
    plan.safe_times = terms.safe_times
    plan.alias = terms.alias
    plan.shows_place = terms.shows_place
    plan.agreed_on = agreed_on
    plan.recorded_by = actor.account_id
    note(
        session,
        actor,
        "agree contact plan",
        "party",
        party_id,
        now=now,
        order_id=party.order_id,
        fields=["channel", "calendar_wish"],
    )
    return plan


def refuse_impossible_terms(terms: ContactTerms) -> None:
    """Raises Invalid when a calendar is wished for that the channel cannot carry."""
    if terms.calendar_wish is CalendarWish.FEED:
        raise Invalid(
            FieldProblem("calendar_wish", "Only staff have calendar feeds: choose an invitation")
        )
    if terms.calendar_wish is CalendarWish.INVITATION and terms.channel is not Channel.EMAIL:
        raise Invalid(
            FieldProblem(
                "calendar_wish", "A calendar invitation needs e-mail as the agreed channel"
            )
        )


def refuse_unreachable(channel: Channel, details: ContactDetails) -> None:
    """Raises Invalid when the detail that a channel needs is missing."""
    if channel is Channel.EMAIL and not details.email:
        raise Invalid(
            FieldProblem("email", "Enter an e-mail address: e-mail is the agreed channel")
        )
    if channel is Channel.LETTER and not details.address:
        raise Invalid(FieldProblem("address", "Enter an address: letter is the agreed channel"))
    if channel is Channel.PHONE and not details.telephone:
        raise Invalid(
            FieldProblem("telephone", "Enter a telephone number: phone is the agreed channel")
        )


def stop_contact(session: Session, party_id: UUID, *, actor: Actor, now: datetime) -> Party:
    """No means no: from now on nothing is sent to this person (M5). Safe to repeat."""
    party = get_party(session, party_id)
    if party.stopped_at is None:
        party.stopped_at = now
        party.stopped_by = actor.account_id
        note(session, actor, "stop contact", "party", party_id, now=now, order_id=party.order_id)
    return party


def lift_stop(
    session: Session, party_id: UUID, *, reason: str, actor: Actor, now: datetime
) -> Party:
    """Allow contact again, at the person's own wish. Only a victim liaison officer may, with a
    reason (M5). Raises NotAllowed, Invalid, or Conflict when contact was not stopped."""
    if actor.role is not Role.LIAISON_OFFICER:
        raise NotAllowed("Only a victim liaison officer may lift a stop on contact")
    if not reason.strip():
        raise Invalid(FieldProblem("reason", "Say why contact may begin again"))
    party = get_party(session, party_id)
    if party.stopped_at is None:
        raise Conflict("Contact with this person is not stopped")
    refuse_erased(party)
    if party.restricted_at is not None:
        raise Conflict("What is kept of this person is restricted: that has to be lifted first")
    party.stopped_at = None
    party.stopped_by = None
    note(
        session,
        actor,
        "lift stop on contact",
        "party",
        party_id,
        now=now,
        order_id=party.order_id,
        reason=reason.strip(),
    )
    return party


def refuse_erased(party: Party) -> None:
    """Raise Conflict for who was erased: nothing is recorded of them again."""
    if party.erased_at is not None:
        raise Conflict("This person was erased: there is nobody to reach")
