"""A person's file: all that is kept of them, and nothing of anybody else.

Built from the columns that ``inventory`` names, each part from the person's own rows. Staff appear
by role only. Notes were typed by people and may speak of others: they stand in a part of their own,
to be read before the file is handed over.

    export_person(session, code, *, seal, keeper, actor, now)    of a party or of staff
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from rj.accounts.models import Area
from rj.audit.models import AuditEntry
from rj.audit.services import Actor, note
from rj.calendars.models import Invitation
from rj.conferences.models import AftercareCall, GateRecord, Meeting
from rj.kernel.errors import NotFound
from rj.orders.history import changes_of
from rj.orders.models import ContactAttempt, Court, Order, Plan, PlanStep, Requirement, StepState
from rj.orders.queries import offences_of
from rj.outbox.keeping import Keeper
from rj.parties.contact import contact_details
from rj.parties.models import (
    HarmedDetails,
    HarmerDetails,
    LikedVenue,
    Party,
    PartyAway,
    PartyBusy,
    PlaceToAvoid,
)
from rj.parties.queries import contact_plan
from rj.parties.sealing import Seal
from rj.policy.terms import Stage
from rj.rights.export_staff import staff_file
from rj.rights.finding import find_party_of_code, find_staff_of_code, is_principal
from rj.rights.telling import File, messages_of, plain, told
from rj.suppression.models import SaidNoQuestion
from rj.venues.models import Venue

OF_NEITHER_SIDE = frozenset({"venues", "skills"})
"""Facts of a case that a file leaves out."""
READ_FIRST = "notes_to_be_read_before_this_is_handed_over"
NOTES = frozenset({"note", "closed_reason"})


def export_person(
    session: Session, code: str, *, seal: Seal, keeper: Keeper, actor: Actor, now: datetime
) -> File:
    """Everything of one person as plain values, ready for JSON. The export is noted.

    ``code`` is a person's neutral reference, the short code of a facilitator or of a responsible
    officer, or the address that somebody signs in with. Raises NotFound, and Conflict when
    something was sealed with another key.
    """
    party = find_party_of_code(session, code)
    if party is not None:
        note(session, actor, "export person", "party", party.id, now=now, order_id=party.order_id)
        return {"made_at": now.isoformat()} | _party_file(session, party, seal, keeper)
    staff = find_staff_of_code(session, code)
    if staff is not None:
        note(session, actor, "export person", str(staff.__tablename__), staff.id, now=now)
        return {"made_at": now.isoformat()} | staff_file(session, staff, keeper)
    raise NotFound("Nobody has this code")


def _party_file(session: Session, party: Party, seal: Seal, keeper: Keeper) -> File:
    file: File = {
        "person": told(party, "told")
        | _details(session, party, seal)
        | {"asked_whether_you_said_no_before": _question(session, party)},
        "how_to_reach_you": _plan(session, party),
        "days_away": _own(session, PartyAway, party.id, "first_day"),
        "times_taken": _own(session, PartyBusy, party.id, "starts_at"),
        "places_to_avoid": _places(session, PlaceToAvoid, party.id),
        "places_you_would_rather_go_to": _places(session, LikedVenue, party.id),
        "calls_after_the_meeting": _own(session, AftercareCall, party.id, "called_at"),
        "what_was_found": _without_notes(_gates(session, party)),
        "appointments": _appointments(session, party),
        "messages": messages_of(session, party.id, keeper, "told"),
        "who_looked_and_changed": _audit(session, party),
    }
    notes = _notes(_gates(session, party), "finding")
    if is_principal(party):
        order = session.get_one(Order, party.order_id)
        attempts = _of_order(session, ContactAttempt, order.id, "attempted_at")
        file["order"] = _without_notes([_order(session, order)])[0]
        file["changes_of_the_order"] = _changes(session, order.id)
        file["attempts_to_reach_you"] = _without_notes(attempts)
        file["plan"] = _steps(session, order.id)
        notes += _notes(attempts, "attempt to reach you")
        notes += _notes([told(order, "told")], "end of the order")
    return file | {READ_FIRST: notes}


def _details(session: Session, party: Party, seal: Seal) -> File:
    details = contact_details(session, seal, party.id)
    harmed = session.get(HarmedDetails, party.id)
    harmer = session.get(HarmerDetails, party.id)
    return {
        "name": details.name,
        "chosen_name": harmed.chosen_name if harmed else "",
        "organisation": harmed.organisation if harmed else "",
        "born_on": plain(harmer.born_on) if harmer else None,
        "email": details.email,
        "telephone": details.telephone,
        "address": details.address,
    }


def _question(session: Session, party: Party) -> File | None:
    asked = session.get(SaidNoQuestion, party.id)
    return told(asked, "told") if asked is not None else None


def _plan(session: Session, party: Party) -> File | None:
    agreed = contact_plan(session, party.id)
    return told(agreed, "told") if agreed is not None else None


def _own(session: Session, table: type[Any], party_id: UUID, order_by: str) -> list[File]:
    found = session.exec(
        select(table).where(table.party_id == party_id).order_by(getattr(table, order_by))
    )
    return [told(each, "told") for each in found]


def _places(session: Session, table: type[Any], party_id: UUID) -> list[str]:
    """Buildings by name."""
    named = select(Venue.name).join(table, table.venue_id == col(Venue.id))
    return list(session.exec(named.where(table.party_id == party_id).order_by(col(Venue.name))))


def _gates(session: Session, party: Party) -> list[File]:
    """Findings about this person; those about the case as a whole for whose order it is."""
    theirs = col(GateRecord.party_id) == party.id
    if is_principal(party):
        of_the_case = (col(GateRecord.order_id) == party.order_id) & col(GateRecord.party_id).is_(
            None
        )
        theirs = theirs | of_the_case
    found = session.exec(select(GateRecord).where(theirs).order_by(col(GateRecord.recorded_at)))
    return [told(each, "told") for each in found]


def _appointments(session: Session, party: Party) -> list[File]:
    """What this person was told of. Whether they came is told to whose order it is."""
    rows = session.exec(
        select(Invitation, Meeting)
        .join(Meeting, col(Meeting.id) == col(Invitation.meeting_id))
        .where(Invitation.reader_id == party.id)
        .order_by(col(Invitation.starts_at), col(Invitation.id))
    )
    with_outcome = is_principal(party)
    return [
        told(invitation, "told") | (told(meeting, "told") if with_outcome else {})
        for invitation, meeting in rows
    ]


def _of_order(session: Session, table: type[Any], order_id: UUID, order_by: str) -> list[File]:
    found = session.exec(
        select(table).where(table.order_id == order_id).order_by(getattr(table, order_by))
    )
    return [told(each, "told") for each in found]


def _order(session: Session, order: Order) -> File:
    court = session.get(Court, order.court_code)
    area = session.get(Area, order.area_id)
    requirement = session.get(Requirement, order.id)
    return told(order, "told") | {
        "court_code": court.name if court else order.court_code,
        "area_id": area.name if area else order.area_id,
        "requirement": told(requirement, "told") if requirement else None,
        "offences": [each.description for each in offences_of(session, order.id)],
    }


def _changes(session: Session, order_id: UUID) -> list[File]:
    """What was changed of their order. Where meetings may be held is of neither side's file."""
    found = reversed(changes_of(session, order_id))
    return [told(each, "told") for each in found if each.fact not in OF_NEITHER_SIDE]


def _steps(session: Session, order_id: UUID) -> list[File]:
    found = session.exec(
        select(Plan, PlanStep)
        .join(PlanStep, col(PlanStep.plan_id) == col(Plan.id))
        .where(Plan.order_id == order_id)
        .order_by(col(Plan.drawn_up_at), col(PlanStep.position))
    )
    lines: list[tuple[Plan, PlanStep]] = []
    for drawn_up, step in found:
        before = next((each for each in lines if _are_one_line(each[1], step)), None)
        if before is None:
            lines.append((drawn_up, step))
        elif _stands_for_more(step) > _stands_for_more(before[1]):
            lines[lines.index(before)] = (drawn_up, step)
    return [{"plan": told(drawn_up, "told")} | told(step, "told") for drawn_up, step in lines]


def _are_one_line(one: PlanStep, other: PlanStep) -> bool:
    """How many were harmed, and who of them said no, is not told: the third meetings of a plan are
    one line of it."""
    return one.plan_id == other.plan_id and one.stage is other.stage is Stage.REPARATION


def _stands_for_more(step: PlanStep) -> tuple[bool, bool, date]:
    """Of several third meetings one that is open stands for all, then the last that was done."""
    return (
        step.state is not StepState.DROPPED,
        step.state is StepState.OPEN,
        step.done_on or date.min,
    )


def _audit(session: Session, party: Party) -> list[File]:
    """What was done with this person's own record, by role; looks at others are not theirs."""
    found = session.exec(
        select(AuditEntry)
        .where(AuditEntry.thing == "party", AuditEntry.thing_id == str(party.id))
        .order_by(col(AuditEntry.at), col(AuditEntry.id))
    )
    return [told(each, "told") for each in found]


def _without_notes(parts: Iterable[File]) -> list[File]:
    return [{name: value for name, value in part.items() if name not in NOTES} for part in parts]


def _notes(parts: Iterable[File], about: str) -> list[File]:
    return [{"about": about} | part for part in parts if any(part.get(name) for name in NOTES)]
