"""When a facilitator cannot work: days away, and hours taken in their own diary.

Coordinators record both for others and facilitators for themselves; the pages differ, the acts not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlmodel import Session

from rj.audit.services import Actor
from rj.facilitators.models import Leave
from rj.facilitators.queries import busy_times_of, leave_of
from rj.facilitators.services import add_busy_time, add_leave, end_busy_time, end_leave
from rj.kernel.errors import FieldProblem, Invalid, NotFound
from rj.kernel.london import at_london, london_day
from web.facilitators.forms import BusyForm, LeaveForm
from web.forms import Entered, read
from web.meetings.booked import whole_days
from web.pages import days_text, span_text

Span: TypeAlias = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Recorded:
    """Something that was recorded, and where to take it back."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class TimeAway:
    """What is not over yet, the first first."""

    leave: tuple[Recorded, ...]
    busy: tuple[Recorded, ...]


def time_away(session: Session, facilitator_id: UUID, here: str, now: datetime) -> TimeAway:
    """A facilitator's days away and busy hours; ``here`` is the page that offers to end them."""
    return TimeAway(
        leave=tuple(
            Recorded(_days(each), f"{here}/leave/{each.id}/end")
            for each in leave_of(session, facilitator_id)
            if each.last_day >= london_day(now)
        ),
        busy=tuple(
            Recorded(span_text(each.starts_at, each.ends_at), f"{here}/busy/{each.id}/end")
            for each in busy_times_of(session, facilitator_id)
            if each.ends_at > now
        ),
    )


def _days(leave: Leave) -> str:
    days = days_text(leave.first_day, leave.last_day)
    return days + (", ill" if leave.is_illness else "")


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the two ways of not being there: what pages say of it, and what they do."""

    name: str
    question: str
    button: str
    record: Callable[[Session, UUID, Entered, Actor, datetime], Span]
    """Reads the form and records the time; returns from when to when. Raises Invalid."""
    give_back: Callable[[Session, UUID, UUID, Actor, datetime], None]
    """Raises NotFound where the time is not this facilitator's."""


def _record_leave(
    session: Session, facilitator_id: UUID, entered: Entered, actor: Actor, now: datetime
) -> Span:
    form = read(LeaveForm, entered)
    add_leave(
        session,
        facilitator_id,
        first_day=form.first_day,
        last_day=form.last_day,
        is_illness=form.is_illness,
        actor=actor,
        now=now,
    )
    return whole_days(form.first_day, form.last_day)


def _record_busy(
    session: Session, facilitator_id: UUID, entered: Entered, actor: Actor, now: datetime
) -> Span:
    form = read(BusyForm, entered)
    starts_at = at_london(form.busy_on, form.busy_from, field="busy_from")
    ends_at = at_london(form.busy_on, form.busy_until, field="busy_until")
    if ends_at <= starts_at:
        raise Invalid(FieldProblem("busy_until", "The end must come after the beginning"))
    if ends_at <= now:
        raise Invalid(FieldProblem("busy_on", "The time must lie ahead"))
    add_busy_time(
        session, facilitator_id, starts_at=starts_at, ends_at=ends_at, actor=actor, now=now
    )
    return starts_at, ends_at


def _give_leave_back(
    session: Session, facilitator_id: UUID, leave_id: UUID, actor: Actor, now: datetime
) -> None:
    if leave_id not in {each.id for each in leave_of(session, facilitator_id)}:
        raise NotFound("There is no such leave")
    end_leave(session, leave_id, actor=actor, now=now)


def _give_busy_back(
    session: Session, facilitator_id: UUID, busy_id: UUID, actor: Actor, now: datetime
) -> None:
    if busy_id not in {each.id for each in busy_times_of(session, facilitator_id)}:
        raise NotFound("There is no such busy time")
    end_busy_time(session, busy_id, actor=actor, now=now)


DAYS_AWAY = Kind(
    "Days away",
    "Record these days away?",
    "Record days away",
    _record_leave,
    _give_leave_back,
)
BUSY_HOURS = Kind(
    "Busy hours",
    "Record these busy hours?",
    "Record busy hours",
    _record_busy,
    _give_busy_back,
)
