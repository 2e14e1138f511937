"""The file of somebody at work: all that is kept of them, and nobody's case."""

from typing import Any
from uuid import UUID

from sqlmodel import Session, col, or_, select

from rj.accounts.models import Account, AccountRole, Area
from rj.audit.models import AuditEntry
from rj.calendars.models import Feed, Invitation
from rj.conferences.models import Meeting
from rj.facilitators.models import (
    Facilitator,
    FacilitatorArea,
    FacilitatorBusy,
    Leave,
    Mentoring,
    PastConference,
)
from rj.orders.models import OfficerAway, ResponsibleOfficer
from rj.outbox.keeping import Keeper
from rj.rights.finding import Staff
from rj.rights.telling import File, messages_of, told
from rj.suitability.models import SuitabilityCheck


def staff_file(session: Session, staff: Staff, keeper: Keeper) -> File:
    """Everything of a facilitator, a responsible officer, or whoever signs in, as plain values."""
    match staff:
        case Facilitator():
            return facilitator_file(session, staff, keeper)
        case ResponsibleOfficer():
            return _officer_file(session, staff, keeper)
        case _:
            return _account(session, staff.id) | {
                "messages": messages_of(session, staff.id, keeper, "staff"),
                "checks_written": _checks(session, staff.id),
            }


def _officer_file(session: Session, officer: ResponsibleOfficer, keeper: Keeper) -> File:
    away = session.exec(
        select(OfficerAway)
        .where(OfficerAway.officer_id == officer.id)
        .order_by(col(OfficerAway.first_day))
    )
    return {
        "person": told(officer, "staff"),
        "days_away": [told(each, "staff") for each in away],
        "appointments": _appointments(session, officer.id),
        "messages": messages_of(session, officer.id, keeper, "staff"),
    }


def _checks(session: Session, writer_id: UUID) -> list[File]:
    """The checks somebody wrote, by reference: what stands in them is about others."""
    written = session.exec(
        select(SuitabilityCheck)
        .where(SuitabilityCheck.writer_id == writer_id)
        .order_by(col(SuitabilityCheck.checked_at), col(SuitabilityCheck.reference))
    )
    return [told(each, "staff") for each in written]


def _appointments(session: Session, reader_id: UUID) -> list[File]:
    found = session.exec(
        select(Invitation)
        .where(Invitation.reader_id == reader_id)
        .order_by(col(Invitation.starts_at), col(Invitation.id))
    )
    return [told(each, "staff") for each in found]


def facilitator_file(session: Session, facilitator: Facilitator, keeper: Keeper) -> File:
    """Everything of one facilitator as plain values. Meetings by code and time, nobody's name."""
    account_id = facilitator.account_id
    return {
        "person": told(facilitator, "staff"),
        "areas": _areas(session, facilitator.id),
        "mentors": _mentors(session, facilitator.id),
        "leave": _own(session, Leave, facilitator.id, "first_day"),
        "times_taken": _own(session, FacilitatorBusy, facilitator.id, "starts_at"),
        "conferences_elsewhere": _own(session, PastConference, facilitator.id, "held_on"),
        "calendar_addresses": _own(session, Feed, facilitator.id, "created_at"),
        "meetings": _meetings(session, facilitator.id),
        "appointments": _appointments(session, facilitator.id),
        "messages": messages_of(session, facilitator.id, keeper, "staff"),
        "account": _account(session, account_id) if account_id is not None else None,
    }


def _own(session: Session, table: type[Any], facilitator_id: UUID, order_by: str) -> list[File]:
    found = session.exec(
        select(table)
        .where(table.facilitator_id == facilitator_id)
        .order_by(getattr(table, order_by))
    )
    return [told(each, "staff") for each in found]


def _areas(session: Session, facilitator_id: UUID) -> list[str]:
    named = select(Area.name).join(FacilitatorArea, col(FacilitatorArea.area_id) == col(Area.id))
    theirs = named.where(FacilitatorArea.facilitator_id == facilitator_id)
    return list(session.exec(theirs.order_by(col(Area.name))))


def _mentors(session: Session, facilitator_id: UUID) -> list[str]:
    """By the short code that staff know them by."""
    named = select(Facilitator.code).join(Mentoring, col(Mentoring.mentor_id) == Facilitator.id)
    theirs = named.where(Mentoring.facilitator_id == facilitator_id)
    return list(session.exec(theirs.order_by(col(Facilitator.code))))


def _meetings(session: Session, facilitator_id: UUID) -> list[File]:
    found = session.exec(
        select(Meeting)
        .where(or_(Meeting.lead_id == facilitator_id, Meeting.second_id == facilitator_id))
        .order_by(col(Meeting.starts_at), col(Meeting.id))
    )
    return [
        told(each, "staff") | {"part": "lead" if each.lead_id == facilitator_id else "second"}
        for each in found
    ]


def _account(session: Session, account_id: UUID) -> File:
    """What they sign in with, and when they did what; never to whose case."""
    roles = session.exec(
        select(AccountRole)
        .where(AccountRole.account_id == account_id)
        .order_by(col(AccountRole.role), col(AccountRole.area_id))
    )
    acts = session.exec(
        select(AuditEntry)
        .where(AuditEntry.account_id == account_id)
        .order_by(col(AuditEntry.at), col(AuditEntry.id))
    )
    return told(session.get_one(Account, account_id), "staff") | {
        "roles": [told(each, "staff") for each in roles],
        "acts": [told(each, "staff") for each in acts],
    }
