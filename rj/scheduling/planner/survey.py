"""What each case's own people, rooms and dates leave open, before anybody is asked to lead it.

Facilitators, rooms and cases are counted from 0 in the problem's order. A pinned meeting is no
choice: it stands in everybody's diary from the start, and a chain of stages only passes through its
day.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rj.kernel.errors import FieldProblem, Invalid
from rj.scheduling.planner.calendars import (
    Bits,
    Calendars,
    Days,
    Grid,
    Who,
    are_any,
    holds_any,
    minute_of,
)
from rj.scheduling.planner.civil import days_after, local_day
from rj.scheduling.planner.journeys import journey_minutes
from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.practice import PracticeYear, practice_years
from rj.scheduling.planner.problem import (
    Case,
    CaseKind,
    Facilitator,
    Gap,
    Person,
    PracticeCounts,
    Problem,
    Published,
    Room,
    Stage,
    Task,
    Venue,
)
from rj.scheduling.planner.rules import breaches
from rj.scheduling.planner.tiers import practising

Counts = NDArray[np.int64]

CONTACT_HAS_NO_ROOM = -1
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Site:
    """One way to place a task: a room (-1 for a call), at the hour people were told or not."""

    room: int
    is_told: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """H10, H11, format 2: what work outside the problem takes of somebody.

    ``minutes`` by week and ``conferences`` by day, both counted as the grid counts them, and below
    0 for those before it begins.
    """

    minutes: Counter[int]
    conferences: Counter[int]


@dataclass(frozen=True)
class Opening:
    """When and where one task could be held, whoever leads it.

    ``free`` has a set of starts for each of ``sites``. ``misses`` of the hours people would like
    are counted by ``tolerant``: its m-th set holds the starts that m of them at most regret;
    ``venue_misses`` are those of the venue, for each site. ``days`` are the dates allowed, but for
    the gap to a stage that is itself to be planned. ``pinned_day`` is set for a pinned task.
    """

    task: Task
    gap: Gap | None
    days: Days
    sites: tuple[Site, ...]
    free: Bits
    late: Counts
    tolerant: tuple[Bits, ...]
    venue_misses: tuple[int, ...]
    pinned_day: int | None
    may_have_second: bool
    """H8: whether its stage is one that a second may be called for."""
    current_second: int | None
    """Who began the case as second: -1 for somebody who cannot be had, None for nobody."""

    @cached_property
    def held(self) -> slice:
        """The rows of the first to the last day on which it could be held at any site."""
        days = np.flatnonzero(are_any(self.free).any(axis=0))
        return slice(int(days[0]), int(days[-1]) + 1) if len(days) else slice(0, 0)

    @cached_property
    def is_conference(self) -> bool:
        return self.task.stage is Stage.CONFERENCE

    @cached_property
    def people(self) -> tuple[str, ...]:
        """Whoever attends, each once."""
        return tuple(dict.fromkeys(self.task.people))


@dataclass(frozen=True)
class CaseSurvey:
    """One case: its openings in order and who could lead or be second at all.

    Only the first ``must_reach`` openings carry a pin; a plan of the case goes at least so far.
    """

    number: int
    case: Case
    openings: tuple[Opening, ...]
    leads: tuple[int, ...]
    seconds: tuple[int, ...]
    current_lead: int | None
    must_reach: int

    @property
    def is_direct(self) -> bool:
        return self.case.kind is CaseKind.DIRECT

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to decide, every opening being pinned."""
        return self.pinned_first == len(self.openings)

    @property
    def pinned_first(self) -> int:
        """How many openings from the first on are pinned, and so held without a new lead."""
        pinned = 0
        while pinned < len(self.openings) and self.openings[pinned].pinned_day is not None:
            pinned += 1
        return pinned


class Survey:
    """The whole problem in the numbers that the search works with."""

    def __init__(
        self, problem: Problem, *, pins_are_lawful: bool = False, around_pins: bool = False
    ) -> None:
        """``around_pins`` counts whoever is in a pinned meeting as not to be had meanwhile.

        Raises Invalid naming pins that break a rule, unless they are known to break none.
        """
        self.problem = problem
        self.facilitators = problem.facilitators
        self.number = {each.id: at for at, each in enumerate(problem.facilitators)}
        self.grid = Grid(problem)
        self.pinned = self._pinned_meetings(pins_are_lawful)
        self._pinned_minutes: Counter[tuple[int, int]] = Counter()  # by facilitator and week
        self.around_pins = around_pins
        taken = self._taken_by_pins() if around_pins else None
        self.calendars = Calendars(problem, self.grid, taken)
        self.case_number = {
            task.id: at for at, case in enumerate(problem.cases) for task in case.tasks
        }
        self._number_rooms()
        self._number_mentors()
        self.years: list[list[PracticeYear]] = [
            practice_years(problem, each) for each in self.facilitators
        ]
        self.year_days: list[list[Days]] = [
            [self.grid.days_between(year.first, days_after(year.end, -1)) for year in years]
            for years in self.years
        ]
        self.seconds_practise = problem.policy.practice_counts is PracticeCounts.LEAD_AND_SECOND
        self.taken_elsewhere = [self._taken_elsewhere(each) for each in self.facilitators]
        for who, elsewhere in enumerate(self.taken_elsewhere):
            for week, minutes in elsewhere.minutes.items():
                self._pinned_minutes[who, week] += minutes
        self._lead_starts: dict[int, Bits] = {}
        self._companies: dict[tuple[bytes, tuple[int, ...], bool], tuple[Counts, Counts, Days]] = {}
        self._every_day = np.ones(self.grid.length, dtype=bool)
        self._working_days = are_any(self.grid.on_grid)
        self._never_late = np.zeros(self.grid.length, dtype=np.int64)
        self._pinned_conference_days = self._days_of_pinned_conferences()
        self.cases = [self._survey_case(at, case) for at, case in enumerate(problem.cases)]

    def _number_rooms(self) -> None:
        """Rooms in the order of their venues, with the journeys to and between them."""
        problem = self.problem
        self.rooms: list[Room] = []
        self.venues: list[Venue] = []  # of each room
        self._rooms_at: dict[str, list[int]] = {}
        for venue in problem.venues:
            begins = len(self.rooms)
            self.rooms += venue.rooms
            self.venues += [venue] * len(venue.rooms)
            self._rooms_at[venue.id] = list(range(begins, len(self.rooms)))
        self.room_number = {room.id: at for at, room in enumerate(self.rooms)}
        self.suite = [
            tuple(self.room_number[each.id] for each in problem.suite[room.id])
            for room in self.rooms
        ]
        venue_number = {venue.id: at for at, venue in enumerate(problem.venues)}
        self.venue_of = [venue_number[venue.id] for venue in self.venues]
        travel = problem.policy.travel
        self.journeys = [
            [
                journey_minutes(travel, here, there) if here is not there else 0
                for there in problem.venues
            ]
            for here in problem.venues
        ]
        self.travel = np.array(
            [
                [journey_minutes(travel, lead, venue) for venue in self.venues]
                for lead in self.facilitators
            ],
            dtype=np.int64,
        ).reshape(len(self.facilitators), len(self.rooms))

    def _number_mentors(self) -> None:
        """Who is mentored on which days, and by whom."""
        count = len(self.facilitators)
        self.mentored: Days = np.array(
            [
                self.grid.days_between(None, each.mentored_until)
                if each.mentored_until is not None
                else np.zeros(self.grid.length, dtype=bool)
                for each in self.facilitators
            ]
        ).reshape(count, self.grid.length)
        self.mentors: list[tuple[int, ...]] = [
            tuple(sorted(self.number[each] for each in lead.mentors if each in self.number))
            for lead in self.facilitators
        ]
        self._is_mentor = np.zeros((count, count), dtype=bool)
        for lead, mentors in enumerate(self.mentors):
            self._is_mentor[lead, list(mentors)] = True

    def _taken_elsewhere(self, facilitator: Facilitator) -> Elsewhere:
        grid = self.grid
        taken = facilitator.minutes_taken.items()
        return Elsewhere(
            Counter({grid.week_of(grid.day_of(monday)): minutes for monday, minutes in taken}),
            Counter(grid.day_of(day) for day in facilitator.conferences_elsewhere),
        )

    def _days_of_pinned_conferences(self) -> dict[int, list[date]]:
        """T3: of direct conferences, for each facilitator for whom they count."""
        problem = self.problem
        found: dict[int, list[date]] = defaultdict(list)
        for meeting in self.pinned:
            is_direct = problem.case_of[meeting.task].kind is CaseKind.DIRECT
            if is_direct and problem.task[meeting.task].stage is Stage.CONFERENCE:
                for who in practising(problem, meeting):
                    found[self.number[who]].append(local_day(problem.zone, meeting.start))
        return found

    def rooms_of(self, room: int) -> tuple[int, ...]:
        """The rooms that are taken with one, itself among them; none for a call (-1)."""
        return () if room == CONTACT_HAS_NO_ROOM else self.suite[room]

    def venue_with(self, room: int) -> int:
        """The venue of a room; -1 for a call, which has neither."""
        return CONTACT_HAS_NO_ROOM if room == CONTACT_HAS_NO_ROOM else self.venue_of[room]

    def lead_starts(self, minutes: int) -> Bits:
        """The starts of every facilitator for meetings of this length, one set after another."""
        if minutes not in self._lead_starts:
            self._lead_starts[minutes] = np.array(
                [self.calendars.facilitator(each, minutes) for each in self.facilitators]
            ).reshape(len(self.facilitators), self.grid.length, self.grid.words)
            for (who, week), used in self._pinned_minutes.items():
                if used + minutes > self.facilitators[who].weekly_minutes:
                    self._lead_starts[minutes][who, self.grid.week == week] = 0
        return self._lead_starts[minutes]

    def seconds_for(
        self, case: CaseSurvey, opening: Opening, lead: int
    ) -> Iterator[tuple[int | None, Days]]:
        """H8: who may sit beside this lead, None for nobody, with the days on which it holds."""
        if not opening.may_have_second:
            yield None, self._every_day
            return
        _, seconds, days = self.companies(case, np.array([lead], dtype=np.int64))
        for second, held in zip(seconds.tolist(), days, strict=True):
            yield None if second == NOBODY else second, held

    def companies(self, case: CaseSurvey, leads: Counts) -> tuple[Counts, Counts, Days]:
        """H8: where a second may be called for, every lead with each second, -1 for nobody, and on
        which days.

        Leads are told by their place among ``leads``, in order.
        """
        key = leads.tobytes(), case.seconds, case.case.second_required
        if key not in self._companies:
            self._companies[key] = self._all_companies(case, leads)
        return self._companies[key]

    def _all_companies(self, case: CaseSurvey, leads: Counts) -> tuple[Counts, Counts, Days]:
        places = np.arange(len(leads), dtype=np.int64)
        if case.case.second_required:
            others = np.array(case.seconds, dtype=np.int64)
            at, second = (each.ravel() for each in np.meshgrid(places, others, indexing="ij"))
            lead = leads[at]
            days = ~self.mentored[second] | self._under_own_mentor(lead, second)
            days &= self._is_mentor[lead, second][:, None] | ~self.mentored[lead]
            days &= (lead != second)[:, None]
        else:
            fitting = set(case.seconds)
            company = []
            for at_lead, one in enumerate(leads.tolist()):
                company.append((at_lead, NOBODY))
                if self.mentored[one].any():
                    company += [
                        (at_lead, m) for m in self.mentors[one] if m in fitting and m != one
                    ]
            at, second = np.array(company, dtype=np.int64).reshape(-1, 2).T
            mentored = self.mentored[leads[at]]
            may_sit = ~self.mentored[second] | self._under_own_mentor(leads[at], second)
            days = np.where((second == NOBODY)[:, None], ~mentored, mentored & may_sit)
        held = days.any(axis=-1)
        return at[held], second[held], days[held]

    def _under_own_mentor(self, lead: Counts, second: Counts) -> Days:
        """H8, format 2: whether the lead is a mentor of the second and that is enough."""
        if not self.problem.policy.mentored_seconds:
            return np.zeros((len(lead), 1), dtype=bool)
        return self._is_mentor[second, lead][:, None]

    def told_disturbance(self, opening: Opening, site: Site, lead: int, second: int | None) -> int:
        """T2 of one task placed at a site by these people."""
        told = opening.task.published
        if told is None:
            begun = opening.current_second
            return int(begun is not None and second is not None and second != begun)
        if not site.is_told:
            return 4
        if self.number.get(told.lead) != lead:
            return 2
        room = None if site.room == CONTACT_HAS_NO_ROOM else self.rooms[site.room].id
        second_id = None if second is None else self.facilitators[second].id
        return int((second_id, room) != (told.second, told.room))

    def pinned_conferences(self, lead: int, year: PracticeYear) -> int:
        """How many pinned direct conferences of a practice year count for this facilitator."""
        return year.count(self._pinned_conference_days[lead])

    def _pinned_meetings(self, are_lawful: bool) -> tuple[Meeting, ...]:
        """H16: the pinned meetings, which must be lawful by themselves."""
        pinned = []
        for case in self.problem.cases:
            for task in case.open_tasks:
                told = task.published
                if task.pinned and told is not None:
                    pinned.append(Meeting(task.id, told.start, told.lead, told.second, told.room))
        if are_lawful:
            return tuple(pinned)
        broken = breaches(self.problem, Plan(self.problem.name, tuple(pinned)))
        broken = [breach for breach in broken if breach.rule not in ("H3", "H16")]
        if broken:
            raise Invalid(
                *(
                    FieldProblem(
                        breach.about,
                        f"The pinned meeting {breach.about} cannot stand: it {breach.sentence}"
                        if breach.about in self.problem.task
                        else f"Pinned meetings cannot stand together: {breach.about} "
                        f"{breach.sentence}",
                    )
                    for breach in broken
                )
            )
        return tuple(pinned)

    def _taken_by_pins(self) -> dict[Who, list[tuple[int, int]]]:
        """H9, H10, H14, H15: when pinned meetings take somebody, or a room with its rest."""
        taken: dict[Who, list[tuple[int, int]]] = defaultdict(list)
        for meeting in self.pinned:
            task = self.problem.task[meeting.task]
            begins = minute_of(meeting.start)
            span = begins, begins + task.minutes
            week = int(
                self.grid.week[self.grid.day_of(local_day(self.problem.zone, meeting.start))]
            )
            for who in (meeting.lead, meeting.second):
                if who is not None:
                    taken["facilitator", who].append(span)
                    self._pinned_minutes[self.number[who], week] += task.minutes
            for person in task.people:
                part = task.part_of(person)
                taken["person", person].append((begins + part.begins, begins + part.ends))
            for room in () if meeting.room is None else self.problem.suite[meeting.room]:
                rest = room.turnaround_minutes
                taken["room", room.id].append((span[0] - rest, span[1] + rest))
        return taken

    def _survey_case(self, number: int, case: Case) -> CaseSurvey:
        openings = []
        previous: Task | None = None
        for task in case.tasks:
            if task.held is None:
                openings.append(self._opening(case, previous, task))
            previous = task
        is_settled = all(each.pinned_day is not None for each in openings)
        fitting = [
            at
            for at, each in enumerate(self.facilitators)
            if not is_settled
            and case.area in each.areas
            and case.skills <= each.skills
            and not case.people & each.conflicts
            and each.id not in case.not_facilitators
        ]
        pins = [at for at, each in enumerate(openings) if each.pinned_day is not None]
        return CaseSurvey(
            number=number,
            case=case,
            openings=tuple(openings),
            leads=tuple(
                at
                for at in fitting
                if case.language in self.facilitators[at].languages
                and case.lead_skills <= self.facilitators[at].skills
            ),
            seconds=tuple(fitting),
            current_lead=self.number.get(case.current_lead or ""),
            must_reach=pins[-1] + 1 if pins else 0,
        )

    def _opening(self, case: Case, previous: Task | None, task: Task) -> Opening:
        grid, policy = self.grid, self.problem.policy
        if task.pinned and task.published is not None:
            return self._pinned_opening(case, previous, task, task.published)
        within, gap = self._within(case, previous, task)
        notice = policy.notice_of(task.stage)
        noticed = grid.days_between(days_after(self.problem.as_of, notice), None)
        everybody = grid.on_grid.copy()
        people = [self.problem.person[each] for each in dict.fromkeys(task.people)]
        for person in people:
            everybody &= self.calendars.person(person, task.part_of(person.id))
        grid.keep(everybody, within)
        sites, free = self._sites(task, self._rooms_for(case, task, people), everybody, noticed)
        due = self.problem.due_of(task)
        late = self._never_late
        if due is not None:
            late = np.maximum(0, np.arange(grid.length, dtype=np.int64) - grid.day_of(due))
        return Opening(
            task=task,
            gap=gap,
            days=within & noticed & self._working_days,
            sites=tuple(sites),
            free=free,
            late=late,
            tolerant=self._tolerant(people, task),
            venue_misses=tuple(self._venue_misses(people, site) for site in sites),
            pinned_day=None,
            may_have_second=task.stage in policy.second_stages,
            current_second=self._current_second(case),
        )

    def _within(self, case: Case, previous: Task | None, task: Task) -> tuple[Days, Gap | None]:
        """H2, H4: days from sentence to order's end, counted from the stage before if that was
        held, and otherwise the gap to it."""
        last = min(case.order_end, self.problem.horizon_end)
        within = self.grid.days_between(case.sentenced, last)
        if previous is None:
            return within, None
        gap = self.problem.policy.gap_between(previous, task)
        if previous.held is None:
            return within, gap
        latest = None if gap.most is None else days_after(previous.held, gap.most)
        return within & self.grid.days_between(days_after(previous.held, gap.least), latest), None

    def _sites(
        self, task: Task, rooms: list[int], everybody: Bits, noticed: Days
    ) -> tuple[list[Site], Bits]:
        """Where the task could be and when; the hour people were told of is a site of its own,
        which needs no notice."""
        grid, told = self.grid, task.published
        told_at = None if told is None else grid.locate(minute_of(told.start))
        at_hour = grid.nothing()
        if told_at is not None:
            at_hour[told_at[0]] = grid.span(told_at[1], told_at[1] + 1)
        sites, free = [], []
        for room in rooms:
            bits = everybody
            if room != CONTACT_HAS_NO_ROOM:
                bits = bits & self.calendars.room(self.venues[room], self.rooms[room], task.minutes)
            sites.append(Site(room, False))
            free.append(np.where(noticed[:, None], bits, np.uint64(0)))
            if told_at is not None:
                free[-1] &= ~at_hour
                if holds_any(bits & at_hour):
                    sites.append(Site(room, True))
                    free.append(bits & at_hour)
        return sites, np.array(free, dtype=np.uint64).reshape(len(free), grid.length, grid.words)

    def _venue_misses(self, people: list[Person], site: Site) -> int:
        """T6: how many of them would like another venue."""
        if site.room == CONTACT_HAS_NO_ROOM:
            return 0
        venue = self.venues[site.room].id
        return sum(bool(each.likes_venues) and venue not in each.likes_venues for each in people)

    def _current_second(self, case: Case) -> int | None:
        if case.current_second is None:
            return None
        return self.number.get(case.current_second, NOBODY)

    def _pinned_opening(
        self, case: Case, previous: Task | None, task: Task, told: Published
    ) -> Opening:
        """A pin needs no calendars: it stands where it stands."""
        day = local_day(self.problem.zone, told.start)
        gap = None
        if previous is not None and previous.held is None:
            gap = self.problem.policy.gap_between(previous, task)
        return Opening(
            task=task,
            gap=gap,
            days=self.grid.days_between(day, day),
            sites=(),
            free=np.zeros((0, self.grid.length, self.grid.words), dtype=np.uint64),
            late=self._never_late,
            tolerant=(),
            venue_misses=(),
            pinned_day=self.grid.day_of(day),
            may_have_second=task.stage in self.problem.policy.second_stages,
            current_second=self._current_second(case),
        )

    def _rooms_for(self, case: Case, task: Task, people: list[Person]) -> list[int]:
        """H13, H15: rooms at agreed venues, big enough, equipped, and nobody's place to avoid."""
        if not task.has_room:
            return [CONTACT_HAS_NO_ROOM]
        return [
            at
            for venue in self._venues_in_order(case)
            if not any(venue in person.not_venues for person in people)
            for at in self._rooms_at[venue]
            if self.rooms[at].capacity >= task.seats and task.features <= self.rooms[at].features
        ]

    def _venues_in_order(self, case: Case) -> list[str]:
        """A case's agreed venues in the order of the problem."""
        known = (venue for venue in set(case.venues) if self._rooms_at.get(venue))
        return sorted(known, key=lambda venue: self._rooms_at[venue][0])

    def _tolerant(self, people: list[Person], task: Task) -> tuple[Bits, ...]:
        levels = [self.grid.anything()]
        for person in people:
            if person.likes_hours:
                liked = self.calendars.liked(person, task.part_of(person.id))
                levels.append(levels[-1])
                for at in range(len(levels) - 2, 0, -1):
                    levels[at] = (levels[at] & liked) | levels[at - 1]
                levels[0] = levels[0] & liked
        return tuple(levels)
