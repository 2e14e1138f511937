"""What people look up about meetings and gates."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, case, col, select

from rj.conferences.models import Booking, GateRecord, Meeting, MeetingState, MeetingVersion
from rj.db.records import get_record
from rj.orders.models import Order
from rj.policy.terms import Gate, GateValue

COMING = (MeetingState.HELD, MeetingState.TOLD)
"""States of a meeting that is still to take place."""
NO_COUNTS = case(
    (col(GateRecord.value) == GateValue.YES, 0),
    (col(GateRecord.value) == GateValue.NOT_YET, 1),
    else_=2,
)
"""Of findings of one moment the last in this order counts: never a yes over a no."""


def get_meeting(session: Session, meeting_id: UUID) -> Meeting:
    """The meeting. Raises NotFound."""
    return get_record(session, Meeting, meeting_id, "meeting")


def live_meetings(session: Session, order_ids: Iterable[UUID]) -> list[Meeting]:
    """Meetings held or told and without an outcome, in order of time; some may lie in the past."""
    return list(
        session.exec(
            select(Meeting)
            .where(col(Meeting.order_id).in_(list(order_ids)), col(Meeting.state).in_(COMING))
            .order_by(col(Meeting.starts_at), col(Meeting.code))
        )
    )


def seconds_who_began(
    session: Session, order_ids: Iterable[UUID], *, now: datetime
) -> dict[UUID, UUID]:
    """By order, who was second at the last of its meetings that has begun with a second."""
    begun = session.exec(
        select(col(Meeting.order_id), col(Meeting.second_id))
        .where(
            col(Meeting.order_id).in_(list(order_ids)),
            Meeting.state != MeetingState.CANCELLED,
            Meeting.starts_at <= now,
        )
        .order_by(col(Meeting.starts_at))
    )
    return {order_id: second_id for order_id, second_id in begun if second_id is not None}


def meetings_taking(
    session: Session, resource_ids: Iterable[UUID], starts_at: datetime, ends_at: datetime
) -> list[Meeting]:
    """Coming meetings that take up one of these rooms or people within a time, in order of time.

    The rest after a meeting counts as taken too.
    """
    taking = select(Booking.meeting_id).where(
        col(Booking.resource_id).in_(list(resource_ids)),
        Booking.starts_at < ends_at,
        Booking.ends_at > starts_at,
    )
    return list(
        session.exec(
            select(Meeting)
            .where(col(Meeting.id).in_(taking), col(Meeting.state).in_(COMING))
            .order_by(col(Meeting.starts_at), col(Meeting.code))
        )
    )


def find_live_meeting(session: Session, step_id: UUID) -> Meeting | None:
    """The meeting held or told for a step, or None."""
    return session.exec(
        select(Meeting).where(Meeting.step_id == step_id, col(Meeting.state).in_(COMING))
    ).first()


def meetings_of(session: Session, order_id: UUID) -> list[Meeting]:
    """Every meeting of an order, cancelled ones too, in order of time."""
    return list(
        session.exec(
            select(Meeting)
            .where(Meeting.order_id == order_id)
            .order_by(col(Meeting.starts_at), col(Meeting.code))
        )
    )


def history_of(session: Session, meeting_id: UUID) -> list[MeetingVersion]:
    """What a meeting was at each of its versions, the first one first."""
    return list(
        session.exec(
            select(MeetingVersion)
            .where(MeetingVersion.meeting_id == meeting_id)
            .order_by(col(MeetingVersion.version))
        )
    )


def gates_of(session: Session, order_id: UUID) -> list[GateRecord]:
    """Every gate record of an order, oldest first; of one moment's the no last, so that it
    counts."""
    return list(
        session.exec(
            select(GateRecord)
            .where(GateRecord.order_id == order_id)
            .order_by(col(GateRecord.recorded_at), NO_COUNTS, col(GateRecord.id))
        )
    )


def latest_gates(session: Session, order_id: UUID) -> dict[tuple[Gate, UUID | None], GateRecord]:
    """The record that counts at each gate: by gate and person, none for the case as a whole."""
    return {(record.gate, record.party_id): record for record in gates_of(session, order_id)}


def found_unsuitable(session: Session, order_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those of these orders whose assessment's latest finding is no."""
    records = session.exec(
        select(GateRecord)
        .where(col(GateRecord.order_id).in_(list(order_ids)), GateRecord.gate == Gate.SUITABLE)
        .order_by(col(GateRecord.recorded_at), NO_COUNTS, col(GateRecord.id))
    )
    latest = {record.order_id: record.value for record in records}
    return frozenset(each for each, value in latest.items() if value is GateValue.NO)


def meetings_without_outcome(
    session: Session, area_ids: Iterable[str], now: datetime
) -> list[Meeting]:
    """Meetings that are over and whose outcome nobody has recorded, the oldest first."""
    return list(
        session.exec(
            select(Meeting)
            .join(Order, col(Order.id) == Meeting.order_id)
            .where(
                col(Order.area_id).in_(list(area_ids)),
                col(Meeting.state).in_(COMING),
                Meeting.ends_at <= now,
            )
            .order_by(col(Meeting.starts_at))
        )
    )
