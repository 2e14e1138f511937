"""What becomes of an order's coming meetings when the order itself changes.

    before = standing_now(session, order, now=now)
    ... the order is changed ...
    settle(session, before, has_other_people=..., actor=actor, now=now, tell=tell)

A meeting is called off only for a reason that the change brought about: what was amiss before is
for somebody else to put right.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from rj.audit.services import Actor
from rj.conferences.bookings import claim, release
from rj.conferences.fitting import Placing, why_not
from rj.conferences.models import Meeting, MeetingState
from rj.conferences.queries import COMING, live_meetings
from rj.conferences.readiness import what_is_missing
from rj.conferences.services import cancel
from rj.conferences.telling import Tell
from rj.kernel.errors import Conflict
from rj.kernel.london import london_day
from rj.orders.models import Order
from rj.orders.queries import get_step

CALLED_OFF = "called off"
"""What the history of a meeting says; nobody is told why."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A coming meeting, and what spoke against it before the order changed."""

    order_id: UUID
    meeting: Meeting
    troubles: frozenset[str]


def standing_now(session: Session, order: Order, *, now: datetime) -> list[Standing]:
    """The order's coming meetings as they stand before a change, in order of time."""
    return [
        Standing(order.id, meeting, _troubles(session, meeting, now))
        for meeting in live_meetings(session, [order.id])
        if meeting.starts_at > now
    ]


def settle(
    session: Session,
    before: Iterable[Standing],
    *,
    has_other_people: bool = False,
    actor: Actor,
    now: datetime,
    tell: Tell,
) -> list[Meeting]:
    """Call off what may no longer stand, tell its people, and return it.

    ``has_other_people``: somebody else is expected now; the rest are booked and told anew, or
    called off where the newcomer's time is taken.
    """
    session.flush()
    called_off = []
    for standing in before:
        meeting = standing.meeting
        if meeting.state not in COMING:
            continue
        stands = _troubles(session, meeting, now) <= standing.troubles
        if stands and has_other_people:
            stands = _booked_anew(session, meeting)
        if not stands:
            cancel(session, meeting, reason=CALLED_OFF, actor=actor, now=now, tell=tell)
            called_off.append(meeting)
        elif has_other_people and meeting.state is MeetingState.TOLD:
            tell(session, meeting.id, now=now)
    return called_off


def _booked_anew(session: Session, meeting: Meeting) -> bool:
    """Whether the meeting could take up the time of those who are expected now."""
    release(session, meeting.id)
    try:
        claim(session, meeting)
    except Conflict:
        return False
    return True


def _troubles(session: Session, meeting: Meeting, now: datetime) -> frozenset[str]:
    """Every rule the meeting breaks where it stands; of one that was told, also what is missing."""
    step = get_step(session, meeting.step_id)
    placing = Placing(meeting.starts_at, meeting.lead_id, meeting.second_id, meeting.room_id)
    troubles = why_not(session, step, placing, now=now, told_start=meeting.starts_at)
    if meeting.state is MeetingState.TOLD:
        troubles += what_is_missing(session, step, today=london_day(now))
    return frozenset(troubles)
