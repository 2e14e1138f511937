"""Provisional holds as planning sees them: each a case of two meetings that stay where they are.

So every rule counts them: hours, journeys, weeks, caseloads, rooms and their rest. Whatever a run
finds beside them still fits when the order comes and its plan takes the hold over.

    held_cases(session, area_id, names, *, soon, horizon_end)    -> HeldCases
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from rj.conferences.models import HoldState, ProvisionalHold
from rj.kernel.london import london_day
from rj.orders.models import DEFAULT_LANGUAGE
from rj.scheduling.names import (
    FACILITATOR,
    HOLD,
    HOLD_ASSESSMENT,
    HOLD_CONTACT,
    ROOM,
    VENUE,
    Names,
)
from rj.scheduling.planner.plan import Meeting
from rj.scheduling.planner.problem import Case, CaseKind, Problem, Published, Stage, Task
from rj.venues.models import Room


@dataclass(frozen=True, slots=True)
class HeldCases:
    """The standing holds of an area as cases, and their meetings as a plan has them."""

    cases: tuple[Case, ...]
    meetings: tuple[Meeting, ...]
    holds: frozenset[UUID]
    """Those that are among the cases."""

    def within(self, problem: Problem) -> tuple[Meeting, ...]:
        """The meetings of those cases that the problem has."""
        return tuple(each for each in self.meetings if each.task in problem.task)


def held_cases(
    session: Session, area_id: str, names: Names, *, soon: datetime, horizon_end: date
) -> HeldCases:
    """Every standing hold of an area with something still to come after ``soon``."""
    cases, meetings, known = [], [], set()
    for hold, room in session.exec(
        select(ProvisionalHold, Room)
        .join(Room, col(Room.id) == ProvisionalHold.room_id)
        .where(
            ProvisionalHold.area_id == area_id,
            ProvisionalHold.state == HoldState.STANDING,
            ProvisionalHold.assessment_starts_at >= soon,
        )
        .order_by(col(ProvisionalHold.reference))
    ):
        known.add(hold.id)
        contact, assessment = _meetings(hold, names)
        tasks = (
            _task(hold, contact, Stage.CONTACT, soon),
            _task(hold, assessment, Stage.ASSESSMENT, soon),
        )
        cases.append(
            Case(
                id=names.of(HOLD, hold.id),
                area=hold.area_id,
                sentenced=hold.sentence_on,
                order_end=horizon_end,
                kind=CaseKind.INDIRECT,
                skills=frozenset(),
                language=DEFAULT_LANGUAGE,
                second_required=False,
                venues=(names.of(VENUE, room.venue_id),),
                current_lead=names.of(FACILITATOR, hold.lead_id),
                tasks=tasks,
            )
        )
        meetings += [
            each
            for each, task in zip((contact, assessment), tasks, strict=True)
            if task.held is None
        ]
    return HeldCases(tuple(cases), tuple(meetings), frozenset(known))


def _meetings(hold: ProvisionalHold, names: Names) -> tuple[Meeting, Meeting]:
    lead = names.of(FACILITATOR, hold.lead_id)
    return (
        Meeting(names.of(HOLD_CONTACT, hold.id), hold.contact_starts_at, lead, None, None),
        Meeting(
            names.of(HOLD_ASSESSMENT, hold.id),
            hold.assessment_starts_at,
            lead,
            None,
            names.of(ROOM, hold.room_id),
        ),
    )


def _task(hold: ProvisionalHold, meeting: Meeting, stage: Stage, soon: datetime) -> Task:
    """Pinned where it is held; a call whose hour has come counts as made."""
    is_contact = stage is Stage.CONTACT
    starts_at = hold.contact_starts_at if is_contact else hold.assessment_starts_at
    ends_at = hold.contact_ends_at if is_contact else hold.assessment_ends_at
    is_over = starts_at < soon
    return Task(
        id=meeting.task,
        stage=stage,
        minutes=int((ends_at - starts_at).total_seconds() // 60),
        people=(),
        seats=0 if is_contact else 1,
        features=frozenset(),
        due=None,
        held=london_day(starts_at) if is_over else None,
        published=None
        if is_over
        else Published(meeting.start, meeting.lead, meeting.second, meeting.room),
        pinned=not is_over,
    )
