"""What a coordinator sees of a planning run before publishing it, ready for the page.

    review(session, run_id, *, now)                    -> Review
    runs are listed by ``rj.scheduling.runs.runs_of``

Staff and rooms are named; the people of a case are not, on either side.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from rj.conferences.models import Booking, Meeting, MeetingState
from rj.conferences.queries import COMING
from rj.conferences.readiness import what_is_missing
from rj.facilitators.models import Facilitator
from rj.kernel.london import london_day
from rj.orders.models import Order, PlanStep
from rj.policy.terms import Stage
from rj.scheduling.models import (
    LeftOut,
    PlanningRun,
    ProposalChange,
    ProposedMeeting,
    RunState,
)
from rj.scheduling.names import TASK
from rj.scheduling.planner.tiers import Tiers
from rj.scheduling.runs import get_run, names_of
from rj.scheduling.wording import in_words
from rj.venues.models import Room, Venue

TIER_WORDS = {
    "unscheduled": "Stages that could not be placed",
    "days_late": "Days later than promised",
    "disturbance": "Disturbance of what people were told",
    "practice_shortfall": "Conferences that facilitators still lack in their practice year",
    "fairness": "Cases above a fair share",
    "travel_minutes": "Minutes of travelling",
    "preference_misses": "Wishes for hours or places not met",
}

OUTCOME_WORDS = {
    "complete": "Everything was placed",
    "some_left_out": "Some stages could not be placed",
    "cut_short": "Stopped before it had finished looking: this is the best plan so far",
}


@dataclass(frozen=True, slots=True)
class TierValue:
    """One measure of the plan, the most important first."""

    words: str
    value: int
    least: int | None
    """Proven: no plan whatever does better than this. None when nothing is known."""

    @property
    def is_best_possible(self) -> bool:
        """Whether no plan could do better."""
        return self.least is not None and self.value <= self.least

    @property
    def bound_words(self) -> str:
        """How the value stands to what is possible at all."""
        if self.least is None:
            return ""
        if self.is_best_possible:
            return "no plan could do better"
        return f"at best {self.least}"


@dataclass(frozen=True, slots=True)
class Placed:
    """When, with whom and where a meeting is, in the words of staff."""

    starts_at: datetime
    ends_at: datetime
    lead_id: UUID
    lead: str
    second_id: UUID | None
    second: str
    """Empty when there is none."""
    room_id: UUID | None
    room: str
    """Room and building; empty for a call."""


@dataclass(frozen=True, slots=True)
class ProposedStage:
    """One proposed meeting of a case."""

    step_id: UUID
    stage: Stage
    change: ProposalChange
    placed: Placed
    before: Placed | None
    """How it stands now; None for a new meeting."""
    reason: str
    will_be_told: bool
    """Its people hear of it on publishing; otherwise it is only held."""
    waits_for: tuple[str, ...]
    """What must be recorded before its people are told."""
    is_pinned: bool
    disturbs: bool
    """Its people were told otherwise and would hear of a change."""


@dataclass(frozen=True, slots=True)
class UnplacedStage:
    """A stage without a meeting in this proposal, and why."""

    order_id: UUID
    reference: str
    step_id: UUID
    stage: Stage
    reason: str
    before: Placed | None
    """The meeting that publishing would call off, if there is one."""
    was_told: bool
    """Whether its people know of that meeting."""
    was_planned: bool
    """Whether the planner looked for a meeting; some stages are set aside before it."""

    @property
    def cancels(self) -> datetime | None:
        """Start of the meeting that publishing would call off, if there is one."""
        return None if self.before is None else self.before.starts_at


@dataclass(frozen=True, slots=True)
class ProposedCase:
    """One case of the proposal. Its meetings are published together."""

    order_id: UUID
    reference: str
    crn: str
    stages: tuple[ProposedStage, ...]
    unplaced: tuple[UnplacedStage, ...]
    together_with: tuple[str, ...]
    """References of cases whose booked times this one takes over: publish them together."""
    is_published: bool

    @property
    def changes_anything(self) -> bool:
        """Whether publishing it would book, move or call off a meeting."""
        changed = any(each.change is not ProposalChange.UNCHANGED for each in self.stages)
        return changed or any(each.cancels is not None for each in self.unplaced)


@dataclass(frozen=True, slots=True)
class Review:
    """A finished run laid out for a decision."""

    run_id: UUID
    reference: str
    area_id: str
    requested_at: datetime
    finished_at: datetime | None
    outcome: str
    tiers: tuple[TierValue, ...]
    cases: tuple[ProposedCase, ...]
    left_out: tuple[UnplacedStage, ...]
    """Stages that could not be placed."""
    later: tuple[UnplacedStage, ...]
    """Stages that wait or lie beyond the days planned: nothing is wrong."""
    notes: tuple[str, ...]
    """What the freezing met: pins that were freed, outcomes awaited, gaps that ran out."""
    mends_only: bool
    """Only what broke was planned again."""
    pipeline: str
    """How many trainees these conferences carry through a year; empty where none is in one."""

    def without(self, hidden: Container[UUID], unnamed: Callable[[str], str]) -> "Review":
        """The same for somebody who may not know of some orders; ``unnamed`` takes their
        references out of a sentence."""

        def told(each: UnplacedStage) -> UnplacedStage:
            return replace(each, reason=unnamed(each.reason))

        return replace(
            self,
            cases=tuple(
                replace(
                    case,
                    stages=tuple(replace(s, reason=unnamed(s.reason)) for s in case.stages),
                    unplaced=tuple(told(each) for each in case.unplaced),
                    together_with=tuple(dict.fromkeys(map(unnamed, case.together_with))),
                )
                for case in self.cases
                if case.order_id not in hidden
            ),
            left_out=tuple(told(each) for each in self.left_out if each.order_id not in hidden),
            later=tuple(told(each) for each in self.later if each.order_id not in hidden),
            notes=tuple(line for line in self.notes if unnamed(line) == line),
        )

    def count(self, change: ProposalChange) -> int:
        """How many proposed meetings are new, moved, of changed staff, or unchanged."""
        return sum(each.change is change for case in self.cases for each in case.stages)


def review(session: Session, run_id: UUID, *, now: datetime) -> Review:
    """A finished run for the page. Raises NotFound; a run without a result shows no case."""
    run = get_run(session, run_id)
    rows = session.exec(
        select(ProposedMeeting)
        .where(ProposedMeeting.run_id == run_id)
        .order_by(col(ProposedMeeting.starts_at), col(ProposedMeeting.step_id))
    ).all()
    left = session.exec(select(LeftOut).where(LeftOut.run_id == run_id)).all()
    about = _About(session, rows, left)
    planned = {step for kind, step in names_of(run).by_record if kind == TASK}
    unplaced = [_unplaced(each, about, planned, now) for each in left]
    unplaced.sort(key=lambda each: (each.reference, about.steps[each.step_id].position))
    is_later = {each.step_id: each.is_later for each in left}
    return Review(
        run_id=run.id,
        reference=run.reference,
        area_id=run.area_id,
        requested_at=run.requested_at,
        finished_at=run.finished_at,
        outcome=_outcome(run),
        tiers=_tiers(run),
        cases=_cases(session, rows, unplaced, about, now),
        left_out=tuple(each for each in unplaced if not is_later[each.step_id]),
        later=tuple(each for each in unplaced if is_later[each.step_id]),
        notes=_notes(session, run),
        mends_only=run.mends_only,
        pipeline="" if run.result is None else json.loads(run.result).get("pipeline", ""),
    )


class _About:
    """What a proposal is about, read once: its orders and steps, what is booked for them now, and
    the names of staff and rooms."""

    def __init__(
        self, session: Session, rows: Iterable[ProposedMeeting], left: Iterable[LeftOut]
    ) -> None:
        found: tuple[ProposedMeeting | LeftOut, ...] = (*rows, *left)
        order_ids = {each.order_id for each in found}
        step_ids = {each.step_id for each in found}
        self.orders = {
            order.id: order
            for order in session.exec(select(Order).where(col(Order.id).in_(order_ids)))
        }
        self.steps = {
            step.id: step
            for step in session.exec(select(PlanStep).where(col(PlanStep.id).in_(step_ids)))
        }
        self.standing = {
            meeting.step_id: meeting
            for meeting in session.exec(
                select(Meeting).where(
                    col(Meeting.step_id).in_(step_ids), col(Meeting.state).in_(COMING)
                )
            )
        }
        self.facilitators = {each.id: each.name for each in session.exec(select(Facilitator))}
        self.rooms = {
            room.id: f"{room.name}, {venue.name}"
            for room, venue in session.exec(
                select(Room, Venue).join(Venue, col(Venue.id) == Room.venue_id)
            )
        }

    def placed(self, row: ProposedMeeting | Meeting) -> Placed:
        """A meeting in words."""
        return Placed(
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            lead_id=row.lead_id,
            lead=self.facilitators[row.lead_id],
            second_id=row.second_id,
            second="" if row.second_id is None else self.facilitators[row.second_id],
            room_id=row.room_id,
            room="" if row.room_id is None else self.rooms[row.room_id],
        )


def _cases(
    session: Session,
    rows: Sequence[ProposedMeeting],
    unplaced: Iterable[UnplacedStage],
    about: _About,
    now: datetime,
) -> tuple[ProposedCase, ...]:
    """The cases that would have a meeting, by reference."""
    partners = _partners(session, rows, about.orders)
    by_order: dict[UUID, list[ProposedMeeting]] = defaultdict(list)
    for row in rows:
        by_order[row.order_id].append(row)
    without: dict[UUID, list[UnplacedStage]] = defaultdict(list)
    for each in unplaced:
        without[each.order_id].append(each)
    return tuple(
        ProposedCase(
            order_id=order.id,
            reference=order.reference,
            crn=order.crn,
            stages=tuple(_stage(session, row, about, now) for row in by_order[order.id]),
            unplaced=tuple(without[order.id]),
            together_with=partners.get(order.id, ()),
            is_published=all(row.published_at is not None for row in by_order[order.id]),
        )
        for order in sorted(about.orders.values(), key=lambda each: each.reference)
        if order.id in by_order
    )


def _stage(
    session: Session,
    row: ProposedMeeting,
    about: _About,
    now: datetime,
) -> ProposedStage:
    step, standing = about.steps[row.step_id], about.standing.get(row.step_id)
    missing = tuple(what_is_missing(session, step, today=london_day(now)))
    is_told = standing is not None and standing.state is MeetingState.TOLD
    moves = row.change is not ProposalChange.UNCHANGED
    return ProposedStage(
        step_id=row.step_id,
        stage=step.stage,
        change=row.change,
        placed=about.placed(row),
        before=None if standing is None else about.placed(standing),
        reason=row.reason,
        will_be_told=(is_told and moves) or (not is_told and not missing),
        waits_for=missing,
        is_pinned=standing is not None and standing.is_pinned,
        disturbs=is_told and moves,
    )


def _unplaced(
    each: LeftOut,
    about: _About,
    planned: Container[UUID],
    now: datetime,
) -> UnplacedStage:
    meeting = about.standing.get(each.step_id)
    if meeting is not None and (each.is_later or meeting.starts_at <= now):
        meeting = None
    return UnplacedStage(
        order_id=each.order_id,
        reference=about.orders[each.order_id].reference,
        step_id=each.step_id,
        stage=about.steps[each.step_id].stage,
        reason=each.reason,
        before=None if meeting is None else about.placed(meeting),
        was_told=meeting is not None and meeting.state is MeetingState.TOLD,
        was_planned=each.step_id in planned and not each.is_later,
    )


def _partners(
    session: Session, rows: Sequence[ProposedMeeting], orders: dict[UUID, Order]
) -> dict[UUID, tuple[str, ...]]:
    """For each order, the cases that give up a time which it would take."""
    found: dict[UUID, set[str]] = defaultdict(set)
    moving = [
        row
        for row in rows
        if row.change is not ProposalChange.UNCHANGED and row.published_at is None
    ]
    mover = {row.meeting_id: row.order_id for row in moving if row.meeting_id is not None}
    if not mover:
        return {}
    given_up: dict[UUID, list[Booking]] = defaultdict(list)
    for booking in session.exec(select(Booking).where(col(Booking.meeting_id).in_(list(mover)))):
        given_up[booking.resource_id].append(booking)
    for row in moving:
        for resource in (row.lead_id, row.second_id, row.room_id):
            for booking in given_up.get(resource, ()) if resource is not None else ():
                giver = mover[booking.meeting_id]
                overlaps = booking.starts_at < row.ends_at and row.starts_at < booking.ends_at
                if overlaps and giver != row.order_id:
                    found[row.order_id].add(orders[giver].reference)
                    found[giver].add(orders[row.order_id].reference)
    return {order: tuple(sorted(references)) for order, references in found.items()}


def _outcome(run: PlanningRun) -> str:
    if run.state is RunState.FAILED:
        return run.failure
    if run.result is None:
        return ""
    return OUTCOME_WORDS[json.loads(run.result)["outcome"]]


def _tiers(run: PlanningRun) -> tuple[TierValue, ...]:
    if run.result is None:
        return ()
    result = json.loads(run.result)
    proven_so_far = True
    values = []
    for name in Tiers._fields:
        value, least = result["tiers"][name], result["bounds"].get(name)
        # a bound holds given the values of the tiers before it: past the first gap it says nothing
        values.append(TierValue(TIER_WORDS[name], value, least if proven_so_far else None))
        proven_so_far = proven_so_far and least is not None and value <= least
    return tuple(values)


def _notes(session: Session, run: PlanningRun) -> tuple[str, ...]:
    note = json.loads(run.problem).get("note", "")
    told = in_words(session, names_of(run))
    lines = [told(line) for line in str(note).splitlines() if line]
    gave_way = 0 if run.result is None else json.loads(run.result).get("gave_way", 0)
    if gave_way:
        cases = "1 case was" if gave_way == 1 else f"{gave_way} cases were"
        lines.append(f"{cases} planned around what other areas propose at the same time")
    return tuple(lines)
