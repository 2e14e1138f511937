"""Freezing: every open plan of an area becomes one ``Problem`` that a run can be replayed from.

The adapter meets life so that the planner need not: what cannot be planned now is named "later"
with its reason, an impossible pin is freed and named, and a meeting that is over counts as held
though its outcome is still awaited. Names in the problem are made up for the run; the mapping to
records is kept beside it and is all that connects the two.

    freeze(session, area_id, *, now, name="")    -> Frozen
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from rj.conferences.attendance import Attendee
from rj.conferences.facts import (
    GRID_MINUTES,
    People,
    Places,
    Staff,
    policy_of,
    read_people,
    read_places,
    read_staff,
)
from rj.conferences.fitting import ROLES, second_is_required, skills_needed
from rj.conferences.models import Meeting, MeetingState
from rj.conferences.queries import found_unsuitable, live_meetings, seconds_who_began
from rj.conferences.staffing import barred_in
from rj.facilitators.models import Facilitator, FacilitatorArea
from rj.kernel.garbage import collecting_later
from rj.kernel.london import LONDON, at_london_midnight, day_in_words, london_day
from rj.orders.models import Order, PlanStep, StepState
from rj.orders.queries import may_be_planned
from rj.outbox.models import RecipientKind
from rj.policy.bank_holidays import bank_holidays
from rj.policy.terms import Route, Stage
from rj.scheduling.elsewhere import Elsewhere
from rj.scheduling.held_cases import HeldCases, held_cases
from rj.scheduling.models import PlanningWishKind
from rj.scheduling.names import CASE, FACILITATOR, PERSON, ROOM, TASK, VENUE, Names
from rj.scheduling.open_cases import OpenCase, open_cases, standards_of_run
from rj.scheduling.pins import without_impossible_pins
from rj.scheduling.planner import problem as planning
from rj.scheduling.planner.plan import Meeting as PlannedMeeting
from rj.scheduling.planner.plan import Plan as PlannedPlan
from rj.scheduling.planner.problem import Busy, CaseKind, Problem, Published
from rj.venues.models import Room, Venue

RECOVERY_DAYS = 28
"""How long a stage stays open for planning once the most days since the one before have passed."""

CLOSE_AT_HAND = timedelta(hours=2)
"""Nothing is planned this near, and what begins this soon stands: a plan takes time to read."""

AT_THE_LAST = timedelta(minutes=30)
"""The same when a plan is published or a meeting moved by hand: staff must still hear of it."""


@dataclass(frozen=True, slots=True)
class Later:
    """A step that this run does not plan, and why. ``is_later`` means that nothing is wrong."""

    order_id: UUID
    step_id: UUID
    reason: str
    is_later: bool = True


@dataclass(frozen=True, slots=True)
class Freed:
    """A pinned meeting that can no longer stand as pinned, and why."""

    order_id: UUID
    step_id: UUID
    reason: str


@dataclass(frozen=True)
class Frozen:
    """A problem, what its names stand for, and what was set aside on the way."""

    problem: Problem
    names: Names
    later: tuple[Later, ...]
    freed: tuple[Freed, ...]
    notes: tuple[str, ...]
    """What a coordinator should know of the freezing; names are those made up for the run."""
    meetings: dict[str, Meeting]
    """The meeting that stands for a task now, held or told, by the task's name."""
    steps: dict[str, PlanStep]
    orders: dict[str, Order]
    home_venues: tuple[str, ...] = ()
    """Where a case may be held as long as nobody has agreed on places for it."""
    held: tuple[PlannedMeeting, ...] = ()
    """What provisional holds keep free for orders to come: cases of their own in the problem."""

    @property
    def identifiers(self) -> dict[str, str]:
        """The mapping to keep beside the problem."""
        return self.names.as_document()

    def standing_plan(self, without: Iterable[UUID] = ()) -> PlannedPlan:
        """Everything that is booked or held now for the problem's tasks, as a plan."""
        left_out = set(without)
        return PlannedPlan(
            self.problem.name,
            tuple(
                self.planned(task, meeting)
                for task, meeting in self.meetings.items()
                if meeting.order_id not in left_out
            )
            + self.held,
        )

    def planned(self, task: str, meeting: Meeting) -> PlannedMeeting:
        """A booked meeting as the planning format has it."""
        return PlannedMeeting(
            task=task,
            start=meeting.starts_at,
            lead=self.names.of(FACILITATOR, meeting.lead_id),
            second=None
            if meeting.second_id is None
            else self.names.of(FACILITATOR, meeting.second_id),
            room=None if meeting.room_id is None else self.names.of(ROOM, meeting.room_id),
        )


def freeze(
    session: Session,
    area_id: str,
    *,
    now: datetime,
    name: str = "",
    ahead: timedelta = CLOSE_AT_HAND,
    holds_stand: bool = False,
) -> Frozen:
    """Every open plan of an area as one problem, as things stand at ``now``. Changes nothing.

    Nothing is planned, and nothing told is moved, that begins before ``ahead`` has gone by. Where
    ``holds_stand``, meetings nobody was told of count for caps as if people had been.
    """
    with collecting_later():
        return _Freezing(session, area_id, now, name or area_id, ahead, holds_stand).frozen()


class _Freezing:
    """One freezing: reads everything in a handful of queries, then builds the problem."""

    def __init__(
        self,
        session: Session,
        area_id: str,
        now: datetime,
        name: str,
        ahead: timedelta,
        holds_stand: bool,
    ) -> None:
        self.session = session
        self.area_id = area_id
        self.now = now
        self.today = london_day(now)
        self.soon = now + ahead
        self.holds_stand = holds_stand
        self.name = name
        self.standards = standards_of_run(session, area_id, self.today)
        self.horizon_end = self.today + timedelta(days=self.standards.planning_horizon_days)
        self.names = Names()
        self.later: list[Later] = []
        self.freed: list[Freed] = []
        self.notes: list[str] = []
        self.meetings: dict[str, Meeting] = {}
        self.steps: dict[str, PlanStep] = {}
        self.orders: dict[str, Order] = {}
        self.pins: dict[str, Published] = {}
        self.people: dict[UUID, Attendee] = {}
        self.margins: dict[UUID, int] = {}
        self.barred: dict[UUID, dict[UUID, str]] = {}
        self.seconds: dict[UUID, UUID] = {}

    def frozen(self) -> Frozen:
        """Everything read, put together, and freed of pins and holds that cannot stand."""
        problem, held = self._everything()
        problem, impossible = without_impossible_pins(problem)
        problem = self._without_broken_holds(problem, impossible)
        for task, reason in impossible.items():
            self.freed.append(Freed(self.orders[task].id, self.steps[task].id, reason))
            self.notes.append(f"{task} was pinned and cannot stay: {reason}")
        problem = replace(problem, note="\n".join(self.notes))
        return Frozen(
            problem=problem,
            names=self.names,
            later=tuple(self.later),
            freed=tuple(self.freed),
            notes=tuple(self.notes),
            meetings=self.meetings,
            steps=self.steps,
            orders=self.orders,
            home_venues=tuple(self.names.of(VENUE, venue) for venue in self.home_venues),
            held=held.within(problem),
        )

    def _everything(self) -> tuple[Problem, HeldCases]:
        """The problem as the records have it, and what provisional holds keep free in it."""
        opened = open_cases(self.session, self.area_id)
        self.barred = barred_in(
            self.session, [case.order for case in opened], self._staff_of_area()
        )
        ids = [case.order.id for case in opened]
        self.unsuitable = found_unsuitable(self.session, ids)
        self.seconds = seconds_who_began(self.session, ids, now=self.now)
        standing = {meeting.step_id: meeting for meeting in live_meetings(self.session, ids)}
        self.home_venues = self._venues_of_area()
        cases = [case for each in opened if (case := self._case(each, standing)) is not None]
        held = held_cases(
            self.session,
            self.area_id,
            self.names,
            soon=self.soon,
            horizon_end=self.horizon_end,
        )
        self.elsewhere = self._elsewhere(held)
        # venues first: people's places to avoid count only where something may be planned
        venues = self._venues(opened)
        people = self._people(opened)
        facilitators = self._facilitators(opened, cases, venues)
        return Problem(
            name=self.name,
            timezone=str(LONDON),
            as_of=self.today,
            horizon_end=self.horizon_end,
            bank_holidays=frozenset(bank_holidays(self.today, self.horizon_end)),
            grid_minutes=GRID_MINUTES,
            policy=policy_of(self.standards),
            venues=venues,
            people=people,
            facilitators=facilitators,
            cases=(*cases, *held.cases),
        ), held

    def _elsewhere(self, held: HeldCases) -> Elsewhere:
        return Elsewhere(
            self.session,
            now=self.now,
            soon=self.soon,
            horizon_end=self.horizon_end,
            policy=policy_of(self.standards),
            meetings=self.meetings.values(),
            orders={order.id for order in self.orders.values()},
            holds=held.holds,
            holds_stand=self.holds_stand,
        )

    def _without_broken_holds(self, problem: Problem, impossible: dict[str, str]) -> Problem:
        """A hold that can no longer be kept as it is takes up nothing, and is named. Its tasks are
        taken out of ``impossible``: no order has them."""
        broken = {
            problem.case_of[task].id: reason
            for task, reason in impossible.items()
            if task not in self.orders
        }
        for task in [each for each in impossible if each not in self.orders]:
            del impossible[task]
        self.notes += [f"{case} can no longer be kept: {reason}" for case, reason in broken.items()]
        return replace(
            problem, cases=tuple(case for case in problem.cases if case.id not in broken)
        )

    # -- cases

    def _case(self, case: OpenCase, standing: dict[UUID, Meeting]) -> planning.Case | None:
        """A case as the planner sees it, or None when nothing of it is planned now."""
        for_now = self._steps_for_now(case, standing)
        if not any(held is None for _, held in for_now):
            return None
        tasks = tuple(self._task(case, step, held, standing.get(step.id)) for step, held in for_now)
        order = case.order
        return planning.Case(
            id=self.names.of(CASE, order.id),
            area=order.area_id,
            sentenced=order.sentenced_on,
            order_end=case.last_day,
            kind=CaseKind.DIRECT if case.route is Route.DIRECT else CaseKind.INDIRECT,
            skills=skills_needed(order),
            language=order.language,
            second_required=second_is_required(order, case.route),
            venues=tuple(self.names.of(VENUE, venue) for venue in case.agreed or self.home_venues),
            current_lead=None
            if order.current_lead_id is None
            else self.names.of(FACILITATOR, order.current_lead_id),
            tasks=tasks,
            current_second=None
            if order.id not in self.seconds
            else self.names.of(FACILITATOR, self.seconds[order.id]),
            not_facilitators=frozenset(
                self.names.of(FACILITATOR, each) for each in sorted(self._kept_out(case))
            ),
        )

    def _task(
        self, case: OpenCase, step: PlanStep, held: date | None, meeting: Meeting | None
    ) -> planning.Task:
        """A step as the planner sees it, with what stands for it unless it was held."""
        name = self.names.of(TASK, step.id)
        self.steps[name], self.orders[name] = step, case.order
        attends = case.attends(step)
        for each in attends:
            self.people.setdefault(each.diary, each)
            margin = case.standards.curfew_margin_minutes
            self.margins[each.diary] = max(margin, self.margins.get(each.diary, 0))
        published, pinned, booked = None, False, None
        if held is None:
            if meeting is not None:
                self.meetings[name] = meeting
            published, pinned = self._told_or_pinned(case, step, meeting)
            if published is None and meeting is not None:
                booked = self._as_it_is(meeting)
        return planning.Task(
            id=name,
            stage=planning.Stage(step.stage.value),
            minutes=step.minutes,
            people=tuple(self.names.of(PERSON, each.diary) for each in attends),
            seats=len(attends) + step.spare_seats if step.has_room else 0,
            features=frozenset(step.features),
            due=_due_of(step, case.order),
            held=held,
            published=published,
            pinned=pinned,
            booked=booked,
        )

    def _kept_out(self, case: OpenCase) -> set[UUID]:
        """Facilitators whom a coordinator keeps off the case, or whom the case itself keeps out."""
        asked = {
            wish.facilitator_id
            for wish in case.wishes
            if wish.kind is PlanningWishKind.EXCLUDE_FACILITATOR and wish.facilitator_id is not None
        }
        return asked | self.barred.get(case.order.id, {}).keys()

    def _steps_for_now(
        self, case: OpenCase, standing: dict[UUID, Meeting]
    ) -> list[tuple[PlanStep, date | None]]:
        """The steps this run plans, with those before them, each with the day it was held."""
        reason = self._why_not_at_all(case)
        if reason is not None:
            self._set_aside(case, [s for s in case.steps if s.state is StepState.OPEN], *reason)
            return []
        found: list[tuple[PlanStep, date | None]] = []
        earliest = max(self.today, case.order.sentenced_on)
        steps = case.in_turn(standing)
        for number, step in enumerate(steps):
            meeting = standing.get(step.id)
            held = step.done_on if step.state is StepState.DONE else None
            if held is None and meeting is not None and meeting.starts_at < self.soon:
                held = london_day(meeting.starts_at)
                if meeting.starts_at <= self.now:
                    self._note(case, f"the {step.stage} of {day_in_words(held)} awaits its outcome")
            if held is None:
                if not may_be_planned(case.order, step):
                    waits = "waits for a manager's sign-off of this sensitive and complex case"
                    self._set_aside(case, steps[number:], f"This stage {waits}", True)
                    break
                earliest = self._earliest(step, found, earliest)
                if earliest > min(self.horizon_end, case.last_day):
                    self._beyond(case, steps[number:], earliest)
                    break
            else:
                earliest = max(earliest, held)
            found.append((step, held))
        return self._with_recovered_gaps(case, found)

    def _why_not_at_all(self, case: OpenCase) -> tuple[str, bool] | None:
        if any(wish.kind is PlanningWishKind.LEAVE_OUT for wish in case.wishes):
            return "A coordinator asked to leave this case out for now", True
        if case.last_day < self.today:
            return f"The order ended on {day_in_words(case.last_day)}", False
        if any(party.restricted_at is not None for party in case.parties):
            return (
                "Somebody's data may only be kept for now: nothing of this case is planned",
                False,
            )
        harmer = case.harmer
        if harmer is None or harmer.stopped_at is not None:
            return "The person on probation takes no part: a coordinator must decide", False
        if case.order.id in self.unsuitable:
            return "The assessment found this case unsuitable: a coordinator must decide", False
        return None

    def _earliest(
        self, step: PlanStep, before: list[tuple[PlanStep, date | None]], earliest: date
    ) -> date:
        """The first day a step could be held on, by notice and least gaps alone."""
        notice = 0 if step.stage is Stage.CONTACT else self.standards.notice_days
        first = max(earliest, self.today + timedelta(days=notice))
        if before:
            previous, held = before[-1]
            least, _ = self.standards.gaps.get((previous.stage, step.stage), (1, 0))
            first = max(first, (held or earliest) + timedelta(days=least))
        return first

    def _beyond(self, case: OpenCase, steps: list[PlanStep], earliest: date) -> None:
        if earliest > case.last_day:
            ends = day_in_words(case.last_day)
            self._set_aside(case, steps, f"The order ends on {ends}, too early for this", False)
        else:
            self._set_aside(case, steps, "This stage comes after the days planned now", True)

    def _with_recovered_gaps(
        self, case: OpenCase, found: list[tuple[PlanStep, date | None]]
    ) -> list[tuple[PlanStep, date | None]]:
        """Where the most days since a held stage have passed, plan on all the same and say so.

        H4 would leave such a case without any meeting for ever. For the planner the earlier stage
        counts from the latest day that still leaves room to plan in.
        """
        recovered = list(found)
        for number in range(1, len(found)):
            (earlier, held), (later, later_held) = recovered[number - 1], found[number]
            gap = self.standards.gaps.get((earlier.stage, later.stage))
            if held is None or later_held is not None or gap is None:
                continue
            latest = self.today + timedelta(days=RECOVERY_DAYS - gap[1])
            ran_out = self.today + timedelta(days=self.standards.notice_days) > held + timedelta(
                days=gap[1]
            )
            if ran_out:
                recovered[number - 1] = (earlier, max(held, latest))
                self._note(
                    case,
                    f"the {later.stage} comes more than {gap[1]} days after the {earlier.stage}",
                )
        return recovered

    def _told_or_pinned(
        self, case: OpenCase, step: PlanStep, meeting: Meeting | None
    ) -> tuple[Published | None, bool]:
        """What planning must respect: a pin wished for, else what people were told."""
        wish = next(
            (
                each
                for each in reversed(case.wishes)
                if each.kind is PlanningWishKind.PIN and each.step_id == step.id
            ),
            None,
        )
        if wish is not None and wish.starts_at is not None and wish.lead_id is not None:
            return self._published(wish.starts_at, wish.lead_id, wish.second_id, wish.room_id), True
        if meeting is None or not (meeting.state is MeetingState.TOLD or meeting.is_pinned):
            return None, False
        return self._as_it_is(meeting), meeting.is_pinned

    def _as_it_is(self, meeting: Meeting) -> Published:
        return self._published(
            meeting.starts_at, meeting.lead_id, meeting.second_id, meeting.room_id
        )

    def _published(
        self, starts_at: datetime, lead: UUID, second: UUID | None, room: UUID | None
    ) -> Published:
        return Published(
            start=starts_at,
            lead=self.names.of(FACILITATOR, lead),
            second=None if second is None else self.names.of(FACILITATOR, second),
            room=None if room is None else self.names.of(ROOM, room),
        )

    def _set_aside(
        self, case: OpenCase, steps: list[PlanStep], reason: str, is_later: bool
    ) -> None:
        self.later += [
            Later(case.order.id, step.id, reason, is_later)
            for step in steps
            if step.state is StepState.OPEN
        ]

    def _note(self, case: OpenCase, words: str) -> None:
        self.notes.append(f"{self.names.of(CASE, case.order.id)}: {words}")

    # -- people, staff and places

    def _people(self, opened: list[OpenCase]) -> tuple[planning.Person, ...]:
        known: People = read_people(
            self.session,
            [case.order.id for case in opened],
            [who for who, each in self.people.items() if each.kind is RecipientKind.OFFICER],
        )
        found = []
        for who, each in self.people.items():
            name = self.names.of(PERSON, who)
            if each.kind is RecipientKind.OFFICER:
                found.append(known.officer(who, name, more_busy=self.elsewhere.busy(who)))
                continue
            found.append(
                known.party(
                    each.id,
                    name,
                    role=ROLES.get(each.role, "supporter"),
                    margin_minutes=self.margins[who],
                    venue_name=lambda venue: self.names.find(VENUE, venue),
                    more_busy=self.elsewhere.busy(who),
                )
            )
        return tuple(found)

    def _facilitators(
        self,
        opened: list[OpenCase],
        cases: list[planning.Case],
        venues: tuple[planning.Venue, ...],
    ) -> tuple[planning.Facilitator, ...]:
        """Everybody who may be asked, and those who lead now though they may be asked no longer."""
        usable = self._staff_of_area()
        for who in usable:
            self.names.of(FACILITATOR, who)
        named = [record for kind, record in self.names.by_record if kind == FACILITATOR]
        staff = read_staff(
            self.session, named, self.now, seconds_practise=self.standards.seconds_practise
        )
        cases_elsewhere = self.elsewhere.cases(named)
        conflicts = self._conflicts(opened, cases, staff)
        gone_by = Busy(at_london_midnight(self.today), self.soon)
        found = []
        for who in (*usable, *sorted(set(named) - set(usable), key=str)):
            frozen = staff.facilitator(
                who,
                self.names.of(FACILITATOR, who),
                mentor_name=lambda mentor: self.names.find(FACILITATOR, mentor),
                conflicts=frozenset(conflicts.get(who, ())),
                more_busy=(
                    gone_by,
                    *self.elsewhere.busy(who),
                    *self.elsewhere.journeys_of_holds(
                        who, venues, policy_of(self.standards).travel
                    ),
                ),
                minutes_taken=self.elsewhere.minutes_taken(staff.facilitators[who]),
                conferences_elsewhere=self.elsewhere.conferences(who),
                cases_elsewhere=cases_elsewhere.get(who, 0),
            )
            if who not in usable:
                # kept for the names alone: nobody can be led by them, no target counts them
                after = self.horizon_end + timedelta(days=1)
                frozen = replace(frozen, hours=(), accredited=after)
            found.append(frozen)
        return tuple(found)

    def _staff_of_area(self) -> list[UUID]:
        return list(
            self.session.exec(
                select(Facilitator.id)
                .join(FacilitatorArea, col(FacilitatorArea.facilitator_id) == Facilitator.id)
                .where(
                    FacilitatorArea.area_id == self.area_id, col(Facilitator.is_active).is_(True)
                )
                .order_by(col(Facilitator.code))
            )
        )

    def _conflicts(
        self, opened: list[OpenCase], cases: list[planning.Case], staff: Staff
    ) -> dict[UUID, set[str]]:
        """Persons of the problem whom each facilitator must not meet.

        Somebody of a case who comes to none of its planned stages counts through the person on
        probation: H6 looks at everybody of a case.
        """
        planned = {case.id for case in cases}
        cases_of: dict[UUID, set[str]] = defaultdict(set)
        shunned: dict[UUID, set[str]] = defaultdict(set)
        for case in opened:
            if self.names.find(CASE, case.order.id) not in planned or case.harmer is None:
                continue
            stand_in = self.names.find(PERSON, case.harmer.diary)
            if stand_in is None:
                continue
            for party in case.parties:
                cases_of[party.id].add(self.names.find(PERSON, party.diary) or stand_in)
            cases_of[case.order.responsible_officer_id].add(stand_in)
        for who, persons in staff.conflicts.items():
            for person in persons:
                shunned[who] |= cases_of.get(person, set())
        return shunned

    def _venues_of_area(self) -> list[UUID]:
        return list(
            self.session.exec(
                select(Venue.id)
                .where(Venue.area_id == self.area_id, col(Venue.is_active).is_(True))
                .order_by(col(Venue.code))
            )
        )

    def _venues(self, opened: list[OpenCase]) -> tuple[planning.Venue, ...]:
        """Every venue some case may use, and rooms that people were told of."""
        wanted = dict.fromkeys(self.home_venues)
        for case in opened:
            wanted.update(dict.fromkeys(case.agreed))
        told_rooms = [record for kind, record in self.names.by_record if kind == ROOM]
        for room in self.session.exec(select(Room).where(col(Room.id).in_(told_rooms))):
            wanted[room.venue_id] = None
        for meeting in self.meetings.values():
            if meeting.room_id is not None:
                room = self.session.get_one(Room, meeting.room_id)
                wanted[room.venue_id] = None
        places: Places = read_places(self.session, list(wanted))
        busy = {
            room.id: self.elsewhere.busy(room.id, timedelta(minutes=room.turnaround_minutes))
            for room in places.rooms.values()
        }
        named = {meeting.room_id for meeting in self.meetings.values()} | set(told_rooms)
        return tuple(
            places.venue(
                venue_id,
                self.names.of(VENUE, venue_id),
                room_name=lambda room: self.names.of(ROOM, room),
                more_busy=busy,
                rooms={
                    room_id
                    for room_id in places.rooms_of.get(venue_id, ())
                    if places.rooms[room_id].is_active or room_id in named
                },
            )
            for venue_id in wanted
        )


def _due_of(step: PlanStep, order: Order) -> date | None:
    """The promised day. A paused contact has none, and would be counted from the sentence: the
    order's end stands for it meanwhile."""
    if step.due_on is None and step.stage is Stage.CONTACT:
        return order.ends_on
    return step.due_on
