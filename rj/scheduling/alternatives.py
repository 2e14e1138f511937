"""Moving one meeting by hand: real free alternatives, and a move that keeps every hard rule.

    alternatives(session, meeting_id, *, wished_for, now, limit)   -> tuple[Alternative, ...]
    move(session, meeting_id, *, based_on, starts_at, lead_id, second_id, room_id,
         reason, actor, now, tell)                                 -> Meeting

Everybody else's meetings stand where they are. An alternative is offered only if the whole plan
with it breaks no rule that it does not break already: journeys, weekly hours, gaps between stages
and caps included. A lead for this one meeting alone leaves the case with whoever leads it: such a
meeting is pinned when it is moved, so that the next run does not undo it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from sqlmodel import Session

from rj.audit.services import Actor
from rj.conferences.models import Meeting
from rj.conferences.queries import COMING, get_meeting
from rj.conferences.services import move_meeting, pin_meeting
from rj.conferences.telling import Tell
from rj.facilitators.models import Facilitator
from rj.kernel.errors import Conflict, FieldProblem, Invalid
from rj.kernel.london import london_day
from rj.orders.queries import get_order
from rj.scheduling.freezing import AT_THE_LAST, FACILITATOR, ROOM, TASK, Frozen, freeze
from rj.scheduling.planner import problem as planning
from rj.scheduling.planner.calendars import Bits, Calendars, Days, Grid, minute_of, slots_of
from rj.scheduling.planner.plan import Meeting as PlannedMeeting
from rj.scheduling.planner.plan import Plan as PlannedPlan
from rj.scheduling.planner.problem import Problem
from rj.scheduling.planner.rules import Breach, breaches
from rj.scheduling.wording import in_words
from rj.venues.models import Room, Venue

OFFERED = 12
"""How many alternatives a page shows unless it asks for another number."""

EACH_WAY = 3
"""Most alternatives on one day besides the first, so that several days are offered."""

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
    offered: list[PlannedMeeting] = []
    passed_over: list[PlannedMeeting] = []
    weighed = 0
    for candidate in _candidates(scene, wished):
        if len(offered) >= limit or weighed >= WEIGHED:
            break
        if candidate == scene.standing:
            continue
        if _is_crowded(offered, candidate):
            passed_over += [candidate] if len(passed_over) < WEIGHED else []
            continue
        weighed += 1
        if not scene.new_breaches(candidate):
            offered.append(candidate)
    # where few days are left, more of the same day is better than nothing
    for candidate in passed_over:
        if len(offered) >= limit:
            break
        if not scene.new_breaches(candidate):
            offered.append(candidate)
    offered.sort(key=lambda each: _nearness(each, wished))
    return tuple(_in_full(session, scene, each, meeting) for each in offered)


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
    actor: Actor,
    now: datetime,
    tell: Tell,
) -> Meeting:
    """Move a meeting where no hard rule forbids it, among everybody's meetings as they are now.

    Asking again for what it already is changes nothing. Raises Invalid with each rule that stands
    in the way, Conflict when it has changed since ``based_on`` or something has just been taken.
    """
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
        actor=actor,
        now=now,
        tell=tell,
    )
    order = get_order(session, meeting.order_id)
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


def _candidates(scene: _Scene, wished: datetime) -> Iterator[PlannedMeeting]:
    """Starts at which people, staff and room have free diaries, nearest first, as far as the
    calendars alone can tell; the rules decide."""
    problem, case, task = scene.problem, scene.case, scene.task
    grid = Grid(problem)
    calendars = Calendars(problem, grid)
    free = grid.on_grid.copy()
    for person in (problem.person[each] for each in task.people):
        free &= calendars.person(person, task.minutes)
    notice = 0 if task.stage is planning.Stage.CONTACT else problem.policy.notice_days
    earliest = max(problem.as_of + timedelta(days=notice), case.sentenced)
    days = grid.days_between(earliest, min(case.order_end, problem.horizon_end))
    if task.published is not None:
        # what people were told of may keep its hour at any notice
        told_on = london_day(task.published.start)
        days |= grid.days_between(told_on, told_on)
    grid.keep(free, days & _within_gaps(scene, grid))
    rooms: list[str | None] = [None]
    if task.stage is not planning.Stage.CONTACT:
        rooms = [
            room.id
            for venue in case.venues
            for room in problem.venue[venue].rooms
            if room.capacity >= task.seats and task.features <= room.features
        ]
    options = [
        (_rank(scene, lead, second, room), lead, second, room, starts)
        for lead, second in _pairs(scene)
        for room, starts in _in_rooms(
            scene, calendars, rooms, free & _staff_starts(scene, calendars, lead, second)
        )
    ]
    wished_on = grid.day_of(london_day(wished))
    wished_at = minute_of(wished)
    # by day first: people ask for the same week, then for the hour
    for day in sorted(range(grid.length), key=lambda each: (abs(each - wished_on), each)):
        todays = sorted(
            (abs(grid.start(day, slot) - wished_at), slot, rank, lead, second or "", room or "")
            for rank, lead, second, room, starts in options
            for slot in slots_of(starts[day])
        )
        for _, slot, _, lead, second, room in todays:
            start = datetime.fromtimestamp(grid.start(day, slot) * 60, UTC)
            yield PlannedMeeting(task.id, start, lead, second or None, room or None)


def _within_gaps(scene: _Scene, grid: Grid) -> Days:
    """H4: the days that the stages before and after it leave, as they are held or booked."""
    booked = {each.task: london_day(each.start) for each in scene.others}
    days = grid.days_between(None, None)
    policy, tasks = scene.problem.policy, scene.case.tasks
    for earlier, later in pairwise(tasks):
        gap = policy.gap(earlier.stage, later.stage)
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


def _staff_starts(scene: _Scene, calendars: Calendars, lead: str, second: str | None) -> Bits:
    starts = calendars.facilitator(scene.problem.facilitator[lead], scene.task.minutes)
    if second is None:
        return starts
    return starts & calendars.facilitator(scene.problem.facilitator[second], scene.task.minutes)


def _in_rooms(
    scene: _Scene, calendars: Calendars, rooms: list[str | None], starts: Bits
) -> Iterator[tuple[str | None, Bits]]:
    """Each room with the starts at which it is free as well."""
    problem = scene.problem
    for room in rooms:
        if room is None:
            yield None, starts
        else:
            venue = problem.venue_of[room]
            yield room, starts & calendars.room(venue, problem.room[room], scene.task.minutes)


def _nearness(candidate: PlannedMeeting, wished: datetime) -> tuple[int, float]:
    """How far from what was wished for: days first, then hours."""
    days = abs((london_day(candidate.start) - london_day(wished)).days)
    return days, abs((candidate.start - wished).total_seconds())


def _rank(scene: _Scene, lead: str, second: str | None, room: str | None) -> int:
    """0 with the same people and room, then other rooms, another second, another lead."""
    now = scene.standing
    return 4 * (lead != now.lead) + 2 * (second != now.second) + (room != now.room)


def _pairs(scene: _Scene) -> Iterator[tuple[str, str | None]]:
    """Leads with the seconds a meeting of this stage could have (H6, H8, as far as days allow)."""
    case, problem = scene.case, scene.problem
    suitable = [
        each
        for each in problem.facilitators
        if case.area in each.areas
        and case.skills <= each.skills
        and not case.people & each.conflicts
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


def _is_crowded(offered: list[PlannedMeeting], candidate: PlannedMeeting) -> bool:
    """Whether enough like it are offered on that day, or that very hour with the same staff."""
    day = london_day(candidate.start)
    same_day = [each for each in offered if london_day(each.start) == day]
    same_hour = [each for each in same_day if each.start == candidate.start]
    return len(same_hour) >= 2 or len(same_day) >= EACH_WAY + 1


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
