"""Moving one meeting by hand: real free alternatives, and a move that keeps every hard rule.

    alternatives(session, meeting_id, *, wished_for, now, limit)   -> tuple[Alternative, ...]
    move(session, meeting_id, *, based_on, starts_at, lead_id, second_id, room_id,
         reason, actor, now, tell)                                 -> Meeting

Everybody else's meetings stand where they are. An alternative is offered only if the whole plan
with it breaks no rule that it does not break already: journeys, weekly hours, gaps between stages
and caps included. A lead for this one meeting alone leaves the case with whoever leads it: such a
meeting is pinned when it is moved, so that the next run does not undo it.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from sqlmodel import Session

from rj.audit.services import Actor
from rj.conferences.bookings import lock_diaries
from rj.conferences.models import Meeting
from rj.conferences.queries import COMING, get_meeting
from rj.conferences.services import move_meeting, pin_meeting
from rj.conferences.staffing import refuse_barred
from rj.conferences.telling import Tell
from rj.facilitators.models import Facilitator
from rj.kernel.errors import Conflict, FieldProblem, Invalid
from rj.kernel.london import london_day
from rj.orders.queries import get_order
from rj.policy.terms import AskedBy
from rj.scheduling.freezing import AT_THE_LAST, Frozen, freeze
from rj.scheduling.names import FACILITATOR, ROOM, TASK
from rj.scheduling.planner import problem as planning
from rj.scheduling.planner.calendars import Bits, Calendars, Days, Grid, minute_of, slots_of
from rj.scheduling.planner.journeys import journey_minutes
from rj.scheduling.planner.plan import Meeting as PlannedMeeting
from rj.scheduling.planner.plan import Plan as PlannedPlan
from rj.scheduling.planner.problem import Problem
from rj.scheduling.planner.rules import Breach, breaches
from rj.scheduling.wording import in_words
from rj.venues.models import Room, Venue

OFFERED = 12
"""How many alternatives a page shows unless it asks for another number."""

EACH_DAY = 3
"""Hours offered on one day before the next day has its turn."""

APART = timedelta(hours=1)
"""Between two hours offered on one day, as long as other days have something to offer."""

TRIED_EACH_HOUR = 6
"""Choices of staff and room weighed against the rules for one hour."""

WEIGHED = 120
"""Most candidates weighed against the rules before giving up looking for more."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A time, staff and room that are free now and break no rule."""

    starts_at: datetime
    ends_at: datetime
    lead_id: UUID
    lead: str
    second_id: UUID | None
    second: str
    room_id: UUID | None
    room: str
    """Room and building; empty for a call."""
    keeps_staff: bool
    keeps_room: bool


@dataclass(frozen=True, slots=True)
class _Scene:
    """The meeting to be moved, with everything that stays where it is."""

    frozen: Frozen
    problem: Problem
    case: planning.Case
    task: planning.Task
    others: tuple[PlannedMeeting, ...]
    standing: PlannedMeeting
    known: dict[tuple[str, str | None, str | None], "_Corner"] = field(default_factory=dict)

    def new_breaches(self, moved: PlannedMeeting) -> list[Breach]:
        """Rules that the move would break and that are not broken without it."""
        key = (moved.lead, moved.second, moved.room)
        if key not in self.known:
            self.known[key] = self._corner(moved)
        corner = self.known[key]
        plan = PlannedPlan(self.problem.name, (*corner.others, moved))
        return [
            breach
            for breach in breaches(corner.problem, plan)
            if breach not in corner.before and (breach.rule, breach.about) != ("H16", self.task.id)
        ]

    def _corner(self, moved: PlannedMeeting) -> "_Corner":
        """The cases that share staff, room or people with the move: no rule reaches beyond them."""
        shared = {moved.lead, moved.second, moved.room} - {None}
        near = {
            self.problem.case_of[each.task].id
            for each in self.others
            if shared & {each.lead, each.second, each.room}
            or set(self.problem.task[each.task].people) & set(self.task.people)
        } | {self.case.id}
        problem = replace(
            self.problem, cases=tuple(case for case in self.problem.cases if case.id in near)
        )
        others = tuple(each for each in self.others if each.task in problem.task)
        name = problem.name
        # what no move can mend: what the others break, staff over their caps with this meeting as
        # it is, and a stage before it that has no meeting
        without = breaches(problem, PlannedPlan(name, others))
        standing = breaches(problem, PlannedPlan(name, (*others, self.standing)))
        return _Corner(
            problem,
            others,
            frozenset(without)
            | {each for each in standing if each.rule == "H3" or each.about in problem.facilitator},
        )


@dataclass(frozen=True, slots=True)
class _Corner:
    """The part of a scene that one choice of staff and room can touch."""

    problem: Problem
    others: tuple[PlannedMeeting, ...]
    before: frozenset[Breach]
    """What is broken already and no move can mend."""


def alternatives(
    session: Session,
    meeting_id: UUID,
    *,
    wished_for: datetime | None = None,
    now: datetime,
    limit: int = OFFERED,
) -> tuple[Alternative, ...]:
    """Free times for a meeting, nearest to the wished-for start first (None: to its own start).

    With the same people and room before other rooms, and those before other staff, among equally
    near ones. Changes nothing. Raises NotFound, and Conflict when the meeting can no longer move.
    """
    meeting = _movable(session, meeting_id, now)
    scene = _scene(session, meeting, now)
    wished = wished_for or meeting.starts_at
    offered = _Offering(scene, limit).spread(_hours(scene, wished))
    offered.sort(key=lambda each: (_nearness(each, wished), _rank(scene, each)))
    return tuple(_in_full(session, scene, each, meeting) for each in offered)


_Hour = list[PlannedMeeting]
"""The choices of staff and room for one start, the likest to what stands first."""


class _Offering:
    """Lawful candidates picked so that days and hours differ before staff and rooms do."""

    def __init__(self, scene: "_Scene", limit: int) -> None:
        self.scene = scene
        self.limit = limit
        self.weighed = 0
        self.offered: list[PlannedMeeting] = []

    def spread(self, days: "Iterator[list[_Hour]]") -> list[PlannedMeeting]:
        """A few hours of each day, nearest first; then more of them; then other staff and rooms."""
        taken: list[_Hour] = []
        put_off: list[_Hour] = []
        for hours in days:
            if self._is_full():
                break
            chosen: list[datetime] = []
            for hour in hours:
                start = hour[0].start
                is_near = any(abs(start - other) < APART for other in chosen)
                if len(chosen) == EACH_DAY or is_near or not self._offer(hour):
                    put_off.append(hour)
                else:
                    chosen.append(start)
                    taken.append(hour)
        for hour in put_off:
            self._offer(hour)
        while not self._is_full() and (rest := [hour for hour in taken + put_off if hour]):
            for hour in rest:
                self._offer(hour)
        return self.offered

    def _is_full(self) -> bool:
        return len(self.offered) >= self.limit or self.weighed >= WEIGHED

    def _offer(self, hour: _Hour) -> bool:
        """Offer the first lawful choice of an hour and take it out; whether there was one."""
        for _ in range(TRIED_EACH_HOUR):
            if self._is_full() or not hour:
                return False
            candidate = hour.pop(0)
            self.weighed += 1
            if not self.scene.new_breaches(candidate):
                self.offered.append(candidate)
                return True
        return False


def move(
    session: Session,
    meeting_id: UUID,
    *,
    based_on: int,
    starts_at: datetime,
    lead_id: UUID,
    second_id: UUID | None,
    room_id: UUID | None,
    reason: str,
    asked_by: AskedBy = AskedBy.SERVICE,
    actor: Actor,
    now: datetime,
    tell: Tell,
) -> Meeting:
    """Move a meeting where no hard rule forbids it, among everybody's meetings as they are now.

    Asking again for what it already is changes nothing. Raises Invalid with each rule that stands
    in the way, Conflict when it has changed since ``based_on`` or something has just been taken.
    """
    order = get_order(session, get_meeting(session, meeting_id).order_id)
    lock_diaries(session, order.area_id)
    standing = get_meeting(session, meeting_id)
    wanted = (starts_at, lead_id, second_id, room_id)
    if (standing.starts_at, standing.lead_id, standing.second_id, standing.room_id) != wanted:
        _refuse_breaches(session, meeting_id, wanted, based_on, now)
    meeting = move_meeting(
        session,
        meeting_id,
        based_on=based_on,
        starts_at=starts_at,
        lead_id=lead_id,
        second_id=second_id,
        room_id=room_id,
        reason=reason,
        asked_by=asked_by,
        actor=actor,
        now=now,
        tell=tell,
    )
    if order.current_lead_id not in {None, meeting.lead_id} and not meeting.is_pinned:
        session.flush()
        pin_meeting(
            session, meeting.id, is_pinned=True, based_on=meeting.version, actor=actor, now=now
        )
    return meeting


def _refuse_breaches(
    session: Session,
    meeting_id: UUID,
    wanted: tuple[datetime, UUID, UUID | None, UUID | None],
    based_on: int,
    now: datetime,
) -> None:
    meeting = _movable(session, meeting_id, now)
    meeting.refuse_if_changed(based_on, "This meeting")
    refuse_barred(session, get_order(session, meeting.order_id), wanted[1:3])
    scene = _scene(session, meeting, now)
    starts_at, lead_id, second_id, room_id = wanted
    names = scene.frozen.names
    moved = PlannedMeeting(
        task=scene.task.id,
        start=starts_at,
        lead=names.of(FACILITATOR, lead_id),
        second=None if second_id is None else names.of(FACILITATOR, second_id),
        room=None if room_id is None else names.of(ROOM, room_id),
    )
    broken = scene.new_breaches(moved)
    if broken:
        told = in_words(session, names)
        sentences = dict.fromkeys(told(_with_subject(scene, each)) for each in broken)
        raise Invalid(*(FieldProblem("", f"{words[0].upper()}{words[1:]}") for words in sentences))


def _with_subject(scene: _Scene, breach: Breach) -> str:
    """The rule's sentence, beginning with whom or what it is about."""
    begins_with_name = breach.sentence.split()[0] in scene.frozen.names.by_name
    return breach.sentence if begins_with_name else f"{breach.about} {breach.sentence}"


def _movable(session: Session, meeting_id: UUID, now: datetime) -> Meeting:
    meeting = get_meeting(session, meeting_id)
    if meeting.state not in COMING:
        raise Conflict("This meeting is over or cancelled")
    if meeting.starts_at <= now:
        raise Conflict("This meeting has begun: record what became of it")
    return meeting


def _scene(session: Session, meeting: Meeting, now: datetime) -> _Scene:
    """The area frozen as it is, with the meeting free to go anywhere and its lead free for it."""
    order = get_order(session, meeting.order_id)
    frozen = freeze(session, order.area_id, now=now, ahead=AT_THE_LAST)
    name = frozen.names.find(TASK, meeting.step_id)
    if name is None or name not in frozen.meetings:
        raise Conflict("This meeting is not open to planning now: cancel it or wait")
    problem = frozen.problem
    case = problem.case_of[name]
    # as for any pinned meeting, H5 lets this one alone have another lead; H16 is not asked of it
    task = replace(problem.task[name], pinned=True)
    case = replace(case, tasks=tuple(task if each.id == name else each for each in case.tasks))
    problem = replace(
        problem, cases=tuple(case if each.id == case.id else each for each in problem.cases)
    )
    standing = frozen.standing_plan()
    return _Scene(
        frozen=frozen,
        problem=problem,
        case=case,
        task=task,
        others=tuple(each for each in standing.meetings if each.task != name),
        standing=next(each for each in standing.meetings if each.task == name),
    )


def _hours(scene: _Scene, wished: datetime) -> Iterator[list[_Hour]]:
    """Day by day, nearest first, the hours at which people, staff and room are free, nearest first.

    As far as calendars and the other meetings tell; what counts over weeks the rules decide.
    """
    problem, case, task = scene.problem, scene.case, scene.task
    grid = Grid(problem)
    diaries = _Diaries(scene, grid)
    free = grid.on_grid.copy()
    for person in dict.fromkeys(task.people):
        free &= diaries.person(person)
    notice = 0 if task.stage is planning.Stage.CONTACT else problem.policy.notice_days
    earliest = max(problem.as_of + timedelta(days=notice), case.sentenced)
    days = grid.days_between(earliest, min(case.order_end, problem.horizon_end))
    if task.published is not None:
        # what people were told of may keep its hour at any notice
        told_on = london_day(task.published.start)
        days |= grid.days_between(told_on, told_on)
    grid.keep(free, days & _within_gaps(scene, grid))
    options = []
    for room in _rooms(scene):
        there = free if room is None else free & diaries.room(room)
        for lead, second in _pairs(scene):
            starts = there & diaries.staff(lead, room)
            if second is not None:
                starts = starts & diaries.staff(second, room)
            if starts.any():
                options.append((lead, second, room, starts))
    wished_on, wished_at = grid.day_of(london_day(wished)), minute_of(wished)
    # by day first: people ask for the same week, then for the hour
    for day in sorted(range(grid.length), key=lambda each: (abs(each - wished_on), each)):
        hours: dict[int, _Hour] = defaultdict(list)
        for lead, second, room, starts in options:
            for slot in slots_of(starts[day]):
                start = datetime.fromtimestamp(grid.start(day, slot) * 60, UTC)
                candidate = PlannedMeeting(task.id, start, lead, second, room)
                if candidate != scene.standing:
                    hours[slot].append(candidate)
        nearest = sorted(hours, key=lambda slot: (abs(grid.start(day, slot) - wished_at), slot))
        yield [sorted(hours[slot], key=lambda each: _rank(scene, each)) for slot in nearest]


def _rooms(scene: _Scene) -> list[str | None]:
    """The rooms that suit the stage (H13); for a call none."""
    task = scene.task
    if task.stage is planning.Stage.CONTACT:
        return [None]
    return [
        room.id
        for venue in scene.case.venues
        for room in scene.problem.venue[venue].rooms
        if room.capacity >= task.seats and task.features <= room.features
    ]


class _Diaries:
    """When people, staff and rooms can begin the meeting, beside all others (H7, H9, H14, H15)."""

    def __init__(self, scene: _Scene, grid: Grid) -> None:
        self.scene = scene
        self.grid = grid
        self.calendars = Calendars(scene.problem, grid)
        self._staff: dict[tuple[str, str | None], Bits] = {}

    def person(self, name: str) -> Bits:
        problem = self.scene.problem
        bits = self.calendars.person(problem.person[name], self.scene.task.part_of(name)).copy()
        for other in self.scene.others:
            if name in problem.task[other.task].people:
                self._block(bits, other, 0)
        return bits

    def staff(self, who: str, room: str | None) -> Bits:
        """H7, H9: when somebody could begin it in a room, or by telephone where there is none,
        journeys from and to their other meetings of the day included."""
        problem = self.scene.problem
        here = None if room is None else problem.venue_of[room]
        key = (who, None if here is None else here.id)
        if key not in self._staff:
            minutes = self.scene.task.minutes
            bits = self.calendars.facilitator(problem.facilitator[who], minutes).copy()
            for other in self.scene.others:
                if who in (other.lead, other.second):
                    there = None if other.room is None else problem.venue_of[other.room]
                    is_apart = here is not None and there is not None and here.id != there.id
                    travel = problem.policy.travel
                    self._block(
                        bits,
                        other,
                        journey_minutes(travel, here, there)
                        if is_apart and here is not None and there is not None
                        else 0,
                    )
            self._staff[key] = bits
        return self._staff[key]

    def room(self, name: str) -> Bits:
        problem = self.scene.problem
        venue, room = problem.venue_of[name], problem.room[name]
        bits = self.calendars.room(venue, room, self.scene.task.minutes).copy()
        for other in self.scene.others:
            if other.room == name:
                self._block(bits, other, room.turnaround_minutes)
        return bits

    def _block(self, bits: Bits, other: PlannedMeeting, around: int) -> None:
        begins = minute_of(other.start)
        ends = begins + self.scene.problem.task[other.task].minutes
        self.grid.block_one(bits, begins - around, ends + around, self.scene.task.minutes)


def _within_gaps(scene: _Scene, grid: Grid) -> Days:
    """H4: the days that the stages before and after it leave, as they are held or booked."""
    booked = {each.task: london_day(each.start) for each in scene.others}
    days = grid.days_between(None, None)
    policy, tasks = scene.problem.policy, scene.case.tasks
    for earlier, later in pairwise(tasks):
        gap = policy.gap_between(earlier, later)
        most = None if gap.most is None else timedelta(days=gap.most)
        least = timedelta(days=gap.least)
        if later.id == scene.task.id:
            day = earlier.held or booked.get(earlier.id)
            if day is not None:
                days &= grid.days_between(day + least, None if most is None else day + most)
        elif earlier.id == scene.task.id:
            day = booked.get(later.id)
            if day is not None:
                days &= grid.days_between(None if most is None else day - most, day - least)
    return days


def _nearness(candidate: PlannedMeeting, wished: datetime) -> tuple[int, float]:
    """How far from what was wished for: days first, then hours."""
    days = abs((london_day(candidate.start) - london_day(wished)).days)
    return days, abs((candidate.start - wished).total_seconds())


def _rank(scene: _Scene, each: PlannedMeeting) -> tuple[int, str, str, str]:
    """Least with the same people and room, then other rooms, another second, another lead."""
    now = scene.standing
    changed = 4 * (each.lead != now.lead) + 2 * (each.second != now.second)
    return changed + (each.room != now.room), each.lead, each.second or "", each.room or ""


def _pairs(scene: _Scene) -> Iterator[tuple[str, str | None]]:
    """Leads with the seconds a meeting of this stage could have (H6, H8, as far as days allow)."""
    case, problem = scene.case, scene.problem
    suitable = [
        each
        for each in problem.facilitators
        if case.area in each.areas
        and case.skills <= each.skills
        and not case.people & each.conflicts
        and each.id not in case.not_facilitators
    ]
    is_conference = scene.task.stage is planning.Stage.CONFERENCE
    for lead in suitable:
        if case.language not in lead.languages:
            continue
        if not is_conference:
            yield lead.id, None
            continue
        if not case.second_required:
            yield lead.id, None
        for second in suitable:
            if second.id != lead.id and (
                lead.mentored_until is None or second.id in lead.mentors or case.second_required
            ):
                yield lead.id, second.id


def _in_full(
    session: Session, scene: _Scene, each: PlannedMeeting, meeting: Meeting
) -> Alternative:
    names = scene.frozen.names
    lead = session.get_one(Facilitator, names.record(each.lead))
    second = (
        None if each.second is None else session.get_one(Facilitator, names.record(each.second))
    )
    room = None if each.room is None else session.get_one(Room, names.record(each.room))
    place = "" if room is None else f"{room.name}, {session.get_one(Venue, room.venue_id).name}"
    return Alternative(
        starts_at=each.start,
        ends_at=each.start + timedelta(minutes=scene.task.minutes),
        lead_id=lead.id,
        lead=lead.name,
        second_id=None if second is None else second.id,
        second="" if second is None else second.name,
        room_id=None if room is None else room.id,
        room=place,
        keeps_staff=(lead.id, None if second is None else second.id)
        == (meeting.lead_id, meeting.second_id),
        keeps_room=(None if room is None else room.id) == meeting.room_id,
    )
