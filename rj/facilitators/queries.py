"""What people look up about facilitators."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session, col, select

from rj.db.records import get_record
from rj.facilitators.models import (
    ConflictOfInterest,
    Facilitator,
    FacilitatorArea,
    FacilitatorBusy,
    Leave,
    Mentoring,
    PastConference,
)


def get_facilitator(session: Session, facilitator_id: UUID) -> Facilitator:
    """The facilitator. Raises NotFound."""
    return get_record(session, Facilitator, facilitator_id, "facilitator")


def find_facilitator_of_account(session: Session, account_id: UUID) -> Facilitator | None:
    """The facilitator who signs in with an account, or None."""
    return session.exec(select(Facilitator).where(Facilitator.account_id == account_id)).first()


def facilitators_in(
    session: Session, areas: Iterable[str], *, also_inactive: bool = False
) -> list[Facilitator]:
    """Facilitators who cover one of these areas, by name: the active ones, or all recorded."""
    covering = select(FacilitatorArea.facilitator_id).where(
        col(FacilitatorArea.area_id).in_(list(areas))
    )
    found = select(Facilitator).where(col(Facilitator.id).in_(covering))
    if not also_inactive:
        found = found.where(col(Facilitator.is_active).is_(True))
    return list(session.exec(found.order_by(col(Facilitator.name))))


def areas_of(session: Session, facilitator_id: UUID) -> list[str]:
    """The areas a facilitator covers."""
    return list(
        session.exec(
            select(FacilitatorArea.area_id)
            .where(FacilitatorArea.facilitator_id == facilitator_id)
            .order_by(col(FacilitatorArea.area_id))
        )
    )


def mentors_of(session: Session, facilitator_id: UUID) -> list[UUID]:
    """Who mentors a facilitator."""
    return list(
        session.exec(
            select(Mentoring.mentor_id)
            .where(Mentoring.facilitator_id == facilitator_id)
            .order_by(col(Mentoring.mentor_id))
        )
    )


def leave_of(session: Session, facilitator_id: UUID) -> list[Leave]:
    """The days on which a facilitator is away, the first first."""
    return list(
        session.exec(
            select(Leave)
            .where(Leave.facilitator_id == facilitator_id)
            .order_by(col(Leave.first_day))
        )
    )


def past_conferences_of(session: Session, facilitator_id: UUID) -> list[PastConference]:
    """Direct conferences led before the record here began."""
    return list(
        session.exec(
            select(PastConference)
            .where(PastConference.facilitator_id == facilitator_id)
            .order_by(col(PastConference.held_on))
        )
    )


def busy_times_of(session: Session, facilitator_id: UUID) -> list[FacilitatorBusy]:
    """Time taken in a facilitator's own diary, the first first."""
    return list(
        session.exec(
            select(FacilitatorBusy)
            .where(FacilitatorBusy.facilitator_id == facilitator_id)
            .order_by(col(FacilitatorBusy.starts_at))
        )
    )


def conflicts_of(session: Session, facilitator_id: UUID) -> frozenset[UUID]:
    """The parties and responsible officers a facilitator must not meet at work."""
    return frozenset(
        session.exec(
            select(ConflictOfInterest.person_id).where(
                ConflictOfInterest.facilitator_id == facilitator_id
            )
        )
    )
