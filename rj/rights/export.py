"""A person's file: all that is kept of them, and nothing of anybody else.

Built from an explicit list of facts. Staff appear by role only. Notes were typed by people and may
speak of others: they stand in a part of their own, to be read before the file is handed over.
"""

from datetime import datetime
from email import message_from_bytes, policy
from typing import Any

from sqlmodel import Session, col, select

from rj.audit.models import AuditEntry
from rj.audit.services import Actor, note
from rj.calendars.models import Invitation
from rj.conferences.models import GateRecord, Meeting
from rj.kernel.errors import NotFound
from rj.orders.models import ContactAttempt, Court, Order, Requirement
from rj.orders.queries import offences_of
from rj.outbox.keeping import Keeper
from rj.outbox.models import Message
from rj.parties.contact import contact_details
from rj.parties.models import HarmedDetails, HarmerDetails, Party
from rj.parties.queries import contact_plan, time_of
from rj.parties.sealing import Seal
from rj.policy.terms import EventKind, PartyRole, Side
from rj.suppression.services import open_question
from rj.venues.models import Venue

File = dict[str, Any]


def party_of_code(session: Session, code: str) -> Party:
    """The person with a neutral reference, such as AP-K7MPQ4XY. Raises NotFound."""
    found = session.exec(select(Party).where(Party.reference == code.strip().upper())).first()
    if found is None:
        raise NotFound(f"There is nobody with the reference {code}")
    return found


def export_person(
    session: Session, party: Party, *, seal: Seal, keeper: Keeper, actor: Actor, now: datetime
) -> File:
    """Everything of one person as plain values, ready for JSON. The export is noted."""
    is_principal = party.side is Side.HARMER and party.role is PartyRole.PRINCIPAL
    note(session, actor, "export person", "party", party.id, now=now, order_id=party.order_id)
    return {
        "made_at": now.isoformat(),
        "person": _person(session, party, seal),
        "how_to_reach_you": _plan(session, party),
        "times_and_places": _times(session, party),
        "what_was_found": _findings(session, party),
        "appointments": _appointments(session, party, with_outcomes=is_principal),
        "messages": _messages(session, party, keeper),
        "order": _order(session, party) if is_principal else None,
        "attempts_to_reach_you": _attempts(session, party) if is_principal else [],
        "who_looked": _looks(session, party),
        "notes_to_be_read_before_this_is_handed_over": _notes(session, party, is_principal),
    }


def _person(session: Session, party: Party, seal: Seal) -> File:
    details = contact_details(session, seal, party.id)
    harmed = session.get(HarmedDetails, party.id)
    harmer = session.get(HarmerDetails, party.id)
    return {
        "reference": party.reference,
        "side": party.side.value,
        "part": party.role.value,
        "language": party.language.value,
        "name": details.name,
        "chosen_name": harmed.chosen_name if harmed else "",
        "born_on": str(harmer.born_on) if harmer and harmer.born_on else None,
        "email": details.email,
        "telephone": details.telephone,
        "address": details.address,
        "contact_stopped_at": _moment(party.stopped_at),
        "asked_whether_you_said_no_before": open_question(session, party.id) is not None,
        "restricted_at": _moment(party.restricted_at),
        "erased_at": _moment(party.erased_at),
    }


def _plan(session: Session, party: Party) -> File | None:
    plan = contact_plan(session, party.id)
    if plan is None:
        return None
    return {
        "channel": plan.channel.value,
        "calendar": plan.calendar_wish.value,
        "may_leave_voicemail": plan.may_leave_voicemail,
        "safe_times": plan.safe_times,
        "we_call_about": plan.alias,
        "messages_name_the_building": plan.shows_place,
        "agreed_on": str(plan.agreed_on),
    }


def _times(session: Session, party: Party) -> File:
    times = time_of(session, party.id)
    names = dict(
        session.exec(
            select(Venue.id, Venue.name).where(col(Venue.id).in_(times.avoids | times.likes))
        ).all()
    )
    return {
        "hours": party.hours,
        "would_rather": party.likes_hours,
        "curfew": [str(party.curfew_from), str(party.curfew_until)] if party.curfew_from else None,
        "away": [[str(first), str(last)] for first, last in times.away],
        "busy": [[_moment(each.starts_at), _moment(each.ends_at)] for each in times.busy],
        "avoids": sorted(names[each] for each in times.avoids),
        "likes": sorted(names[each] for each in times.likes),
    }


def _findings(session: Session, party: Party) -> list[File]:
    found = session.exec(
        select(GateRecord)
        .where(GateRecord.party_id == party.id)
        .order_by(col(GateRecord.recorded_at))
    )
    return [
        {"what": each.gate.value, "found": each.value.value, "at": _moment(each.recorded_at)}
        for each in found
    ]


def _appointments(session: Session, party: Party, *, with_outcomes: bool) -> list[File]:
    rows = session.exec(
        select(Invitation, Meeting)
        .join(Meeting, col(Meeting.id) == col(Invitation.meeting_id))
        .where(Invitation.reader_id == party.id)
        .order_by(col(Invitation.starts_at))
    )
    return [
        {
            "starts_at": _moment(invitation.starts_at),
            "ends_at": _moment(invitation.ends_at),
            "place": invitation.place,
            "state": invitation.state.value,
            "outcome": meeting.outcome.value if with_outcomes and meeting.outcome else None,
        }
        for invitation, meeting in rows
    ]


def _messages(session: Session, party: Party, keeper: Keeper) -> list[File]:
    found = session.exec(
        select(Message)
        .where(Message.recipient_id == party.id)
        .order_by(col(Message.created_at), col(Message.id))
    )
    return [
        {
            "written_at": _moment(each.created_at),
            "channel": each.channel.value,
            "state": each.state.value,
            "told_at": _moment(each.sent_at),
            "text": _text_of(keeper.open(each.rendered)) if each.rendered else None,
        }
        for each in found
    ]


def _text_of(octets: bytes) -> str:
    body = message_from_bytes(octets, policy=policy.default).get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def _order(session: Session, party: Party) -> File:
    order = session.get_one(Order, party.order_id)
    court = session.get(Court, order.court_code)
    requirement = session.get(Requirement, order.id)
    return {
        "reference": order.reference,
        "crn": order.crn,
        "court": court.name if court else order.court_code,
        "kind": order.order_type.value,
        "sentenced_on": str(order.sentenced_on),
        "ends_on": str(order.ends_on),
        "convicted_on": str(order.convicted_on) if order.convicted_on else None,
        "received_on": str(order.received_on),
        "plea": order.plea.value,
        "risk": order.risk.value,
        "offences": [each.description for each in offences_of(session, order.id)],
        "requirement": requirement.kind.value if requirement else None,
        "days": requirement.days if requirement else None,
        "language": order.language,
        "first_contacted_on": str(order.first_contacted_on) if order.first_contacted_on else None,
        "closed_at": _moment(order.closed_at),
    }


def _attempts(session: Session, party: Party) -> list[File]:
    found = session.exec(
        select(ContactAttempt)
        .where(ContactAttempt.order_id == party.order_id)
        .order_by(col(ContactAttempt.attempted_at))
    )
    return [{"at": _moment(each.attempted_at), "outcome": each.outcome.value} for each in found]


def _looks(session: Session, party: Party) -> list[File]:
    """Who opened this person's own pages, by role; the other side's looks are not theirs."""
    found = session.exec(
        select(AuditEntry)
        .where(AuditEntry.thing_id == str(party.id), AuditEntry.kind == EventKind.VIEW)
        .order_by(col(AuditEntry.at))
    )
    return [{"at": _moment(each.at), "role": each.role} for each in found]


def _notes(session: Session, party: Party, is_principal: bool) -> list[File]:
    records = session.exec(
        select(GateRecord).where(GateRecord.party_id == party.id, GateRecord.note != "")
    )
    notes = [
        {"about": each.gate.value, "at": _moment(each.recorded_at), "note": each.note}
        for each in records
    ]
    if is_principal:
        attempts = session.exec(
            select(ContactAttempt).where(
                ContactAttempt.order_id == party.order_id, ContactAttempt.note != ""
            )
        )
        notes += [
            {"about": "attempt", "at": _moment(each.attempted_at), "note": each.note}
            for each in attempts
        ]
    return notes


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
