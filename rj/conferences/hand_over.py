"""What the responsible officer is handed over: attendance and completion, and nothing else.

Facts in the words of the probation service's case system (R45). Only the officer weighs them: no
failure is counted here, and none follows from them (R46). Why a meeting was moved or called off
stays inside, whoever asked for it but the person themselves (R47); so does what was said, and
whether anybody harmed takes part.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from uuid import UUID

from sqlmodel import Session, col, select

from rj.conferences.models import Meeting, MeetingState, MeetingVersion
from rj.conferences.queries import meetings_of
from rj.kernel.london import london_day
from rj.orders.models import Order, PlanStep, StepState
from rj.orders.queries import get_step, latest_plan, steps_of
from rj.policy.terms import AskedBy, AttendanceOutcome, Stage


@dataclass(frozen=True, slots=True)
class Appointment:
    """One appointment that the person on probation was given."""

    stage: Stage
    starts_at: datetime
    outcome: AttendanceOutcome | None
    """None while it lies ahead, or while nobody has recorded what became of it."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One step of the plan, and the day on which it was done."""

    stage: Stage
    done_on: date | None


@dataclass(frozen=True, slots=True)
class HandOver:
    """The facts of one order."""

    appointments: tuple[Appointment, ...]
    completion: tuple[Completion, ...]
    days_attended: int
    """Different days on which the person came, whatever could be done with them then."""

    @property
    def is_complete(self) -> bool:
        """Whether every step of the plan has been done."""
        return bool(self.completion) and all(each.done_on for each in self.completion)


@dataclass(frozen=True, slots=True)
class Told:
    """When a meeting stood, as its people knew it."""

    starts_at: datetime
    state: MeetingState
    asked_by: AskedBy | None = None
    """Who asked that it be moved there."""


CAME = frozenset(
    {
        AttendanceOutcome.ATTENDED_COMPLIED,
        AttendanceOutcome.ATTENDED_FAILED_TO_COMPLY,
        AttendanceOutcome.ATTENDED_NOT_DELIVERED,
    }
)


def hand_over(session: Session, order: Order) -> HandOver:
    """The facts of an order as they are recorded now."""
    plan = latest_plan(session, order.id)
    steps = steps_of(session, plan.id) if plan else []
    meetings = [
        each
        for each in meetings_of(session, order.id)
        if each.told_at is not None and _is_the_officers(order, london_day(each.starts_at))
    ]
    versions = _versions(session, meetings)
    found: list[Appointment] = []
    for meeting in meetings:
        stage = get_step(session, meeting.step_id).stage
        if stage is not Stage.CONTACT:  # a call is no appointment to come to
            found += appointments_of(meeting, versions.get(meeting.id, ()), stage)
    found.sort(key=lambda each: each.starts_at)
    came_on = {london_day(each.starts_at) for each in found if each.outcome in CAME}
    return HandOver(
        appointments=tuple(found),
        completion=tuple(
            each
            if each.done_on is None or _is_the_officers(order, each.done_on)
            else Completion(each.stage, None)
            for each in _completion(steps)
        ),
        days_attended=len(came_on),
    )


def _is_the_officers(order: Order, day: date) -> bool:
    """What happens after an early end is nobody's to instruct, and not the officer's to hear."""
    return order.voluntary_from is None or day <= order.voluntary_from


def _completion(steps: Sequence[PlanStep]) -> tuple[Completion, ...]:
    """The steps in turn. Several people's third meetings are one line: how many were harmed, and
    who of them takes part, is not the officer's."""
    found: list[Completion] = []
    thirds = [step.done_on for step in steps if step.stage is Stage.REPARATION]
    for step in steps:
        if step.stage is not Stage.REPARATION:
            done_on = step.done_on if step.state is StepState.DONE else None
            found.append(Completion(step.stage, done_on))
        elif not any(each.stage is Stage.REPARATION for each in found):
            days = [day for day in thirds if day is not None]
            found.append(Completion(step.stage, max(days) if len(days) == len(thirds) else None))
    return tuple(found)


def appointments_of(
    meeting: Meeting, versions: Sequence[Told], stage: Stage
) -> Iterable[Appointment]:
    """Each time that the meeting's people were told of, and what became of it.

    One that was moved away or called off is told as rescheduled by the service: neither the reason
    nor who was behind it is the officer's (R47), unless the person on probation asked for it.
    """
    told: list[Told] = []
    for version in versions:
        if version.state is MeetingState.TOLD and (
            not told or told[-1].starts_at != version.starts_at
        ):
            told.append(version)
    for earlier, moved in pairwise(told):
        if earlier.starts_at != meeting.starts_at:
            yield Appointment(stage, earlier.starts_at, _rescheduled(moved.asked_by))
    outcome = meeting.outcome
    if outcome is None and meeting.state is MeetingState.CANCELLED:
        outcome = _rescheduled(meeting.cancel_asked_by)
    yield Appointment(stage, meeting.starts_at, outcome)


def _rescheduled(asked_by: AskedBy | None) -> AttendanceOutcome:
    if asked_by is AskedBy.HARMER_SIDE:
        return AttendanceOutcome.RESCHEDULED_OFFENDER
    return AttendanceOutcome.RESCHEDULED_SERVICE


def _versions(session: Session, meetings: Sequence[Meeting]) -> dict[UUID, list[Told]]:
    found: dict[UUID, list[Told]] = {}
    for version in session.exec(
        select(MeetingVersion)
        .where(col(MeetingVersion.meeting_id).in_([each.id for each in meetings]))
        .order_by(col(MeetingVersion.version))
    ):
        told = Told(version.starts_at, version.state, version.asked_by)
        found.setdefault(version.meeting_id, []).append(told)
    return found
