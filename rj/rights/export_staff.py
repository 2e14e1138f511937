"""The file of a facilitator: all that is kept of them, and nobody's case."""

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
from rj.outbox.keeping import Keeper
from rj.rights.telling import File, messages_of, told


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
        "appointments": [
            told(each, "staff")
            for each in session.exec(
                select(Invitation)
                .where(Invitation.reader_id == facilitator.id)
                .order_by(col(Invitation.starts_at), col(Invitation.id))
            )
        ],
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
