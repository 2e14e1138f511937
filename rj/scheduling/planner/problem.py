"""What is to be planned: every open case, everyone who may lead it, and every room.

A ``Problem`` is frozen and complete in itself. It is also the JSON format ``rj-schedule/1``, in
which each planning run is stored and can be replayed (``documents.py``).

Times of the weekly kind (``Window``) are minutes after local midnight; moments are aware
datetimes; days are local days. Intervals are half-open, ranges of days include both ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from rj.scheduling.planner.civil import days_after


class PracticeCounts(StrEnum):
    """Whose conferences count towards the practice target."""

    LEAD = "lead"
    LEAD_AND_SECOND = "lead_and_second"


class Stage(StrEnum):
    """The five stages of a case, in their order."""

    CONTACT = "contact"
    ASSESSMENT = "assessment"
    PREPARATION = "preparation"
    CONFERENCE = "conference"
    REVIEW = "review"


class CaseKind(StrEnum):
    """Whether the harmed person is present (direct) or another reparation is made (indirect)."""

    DIRECT = "direct"
    INDIRECT = "indirect"


@dataclass(frozen=True, slots=True)
class Window:
    """A weekly stretch of the wall clock; ``opens`` and ``closes`` in minutes after midnight."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Away:
    """Local days on which somebody is not there at all, both ends included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Busy:
    """A stretch between two instants that an outside diary has already taken."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Curfew:
    """Hours at home, as minutes after midnight; over night when ``begins`` is after ``ends``."""

    begins: int
    ends: int
    margin_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Travel:
    """How journeys are reckoned from kilometres along the grid."""

    fixed_minutes: int
    seconds_per_km: int
    round_to_minutes: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Least and most local days between two consecutive stages; no most means no limit."""

    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Policy:
    """The local figures that the rules and targets are reckoned with.

    Format 2: ``notice`` for single stages, in place of ``notice_days`` (of a contact, none), and
    for each facilitator at most ``conferences_per_week`` and ``recovery_days`` without a conference
    after the day of one; with ``no_calls_on_journeys`` one sets out for another venue after the
    last call, and makes none on the way; ``second_stages`` are those a second may be called for;
    ``mentored_seconds`` lets somebody still mentored be second to one of the own mentors, and
    ``practice_counts`` says whether being second counts as practice.
    """

    contact_days: int
    notice_days: int
    gaps: Mapping[str, Gap]
    first_year_target: int
    later_year_target: int
    conferences_per_day: int
    travel: Travel
    notice: Mapping[Stage, int] = field(default_factory=dict)
    conferences_per_week: int | None = None
    recovery_days: int = 0
    second_stages: frozenset[Stage] = frozenset({Stage.CONFERENCE})
    mentored_seconds: bool = False
    no_calls_on_journeys: bool = False
    practice_counts: PracticeCounts = PracticeCounts.LEAD

    def gap(self, earlier: Stage, later: Stage) -> Gap:
        """H4: the gap allowed between two stages; a pair not listed needs one day."""
        return self.gaps.get(f"{earlier}-{later}", Gap(1, None))

    def gap_between(self, earlier: "Task", later: "Task") -> Gap:
        """H4: the gap allowed between two tasks that follow one another in a case."""
        return self.gap(earlier.stage, later.stage) if later.gap is None else later.gap

    def notice_of(self, stage: Stage) -> int:
        """H2: how many days ahead people must be told of a stage; a call may be made at once."""
        return self.notice.get(stage, 0 if stage is Stage.CONTACT else self.notice_days)


@dataclass(frozen=True, slots=True)
class Room:
    """A room of a venue. ``busy`` holds uses the planner did not make.

    Format 2: ``suite`` names rooms of the venue that are taken whenever this one is, such as
    waiting rooms (R44).
    """

    id: str
    capacity: int
    features: frozenset[str]
    turnaround_minutes: int
    busy: tuple[Busy, ...] = ()
    suite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Venue:
    """A building with rooms, at ``x``, ``y`` kilometres."""

    id: str
    x: int
    y: int
    hours: tuple[Window, ...]
    closed: frozenset[date]
    rooms: tuple[Room, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who must attend. ``hours`` None means any hour; no likes means no preference."""

    id: str
    role: str
    hours: tuple[Window, ...] | None = None
    busy: tuple[Busy, ...] = ()
    away: tuple[Away, ...] = ()
    curfew: Curfew | None = None
    not_venues: frozenset[str] = frozenset()
    likes_hours: tuple[Window, ...] = ()
    likes_venues: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facilitator:
    """Somebody who may lead or be second from ``accredited`` on.

    Format 2: ``four_week_minutes`` is the most in any four weeks from Monday to Sunday that follow
    one another, as volunteers are asked for; none for whom only the week counts. Work outside the
    problem is told by ``minutes_taken``, of single weeks by their Monday, and
    ``conferences_elsewhere``, a day for each.
    """

    id: str
    x: int
    y: int
    areas: frozenset[str]
    skills: frozenset[str]
    languages: frozenset[str]
    accredited: date
    mentored_until: date | None
    mentors: frozenset[str]
    hours: tuple[Window, ...]
    away: tuple[Away, ...]
    busy: tuple[Busy, ...]
    weekly_minutes: int
    caseload_cap: int
    caseload_norm: int
    conferences_held: tuple[date, ...]
    conflicts: frozenset[str]
    four_week_minutes: int | None = None
    minutes_taken: Mapping[date, int] = field(default_factory=dict)
    conferences_elsewhere: tuple[date, ...] = ()

    def is_mentored_on(self, day: date) -> bool:
        """Whether mentoring still runs on that day; the last day of mentoring counts."""
        return self.mentored_until is not None and day <= self.mentored_until


@dataclass(frozen=True, slots=True)
class Published:
    """What people have been told about a meeting."""

    start: datetime
    lead: str
    second: str | None
    room: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """When somebody is in a meeting, in minutes after it starts: R44 has people arrive apart."""

    person: str
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Task:
    """One stage of a case: already ``held``, or to be planned.

    Format 2: a ``remote`` one is held at a distance; it takes time and has no place. ``minutes``
    are the whole block for staff and room, of which ``parts`` are the stretches of those who do not
    attend all of it. A ``gap`` to the task before it takes the place of the policy's. It may be
    ``booked`` though nobody was told: it stays so wherever moving it gains nothing of T0 to T3.
    """

    id: str
    stage: Stage
    minutes: int
    people: tuple[str, ...] = ()
    seats: int = 0
    features: frozenset[str] = frozenset()
    due: date | None = None
    held: date | None = None
    published: Published | None = None
    pinned: bool = False
    remote: bool = False
    parts: tuple[Part, ...] = ()
    gap: Gap | None = None
    booked: Published | None = None

    def part_of(self, person: str) -> Part:
        """The stretch of the meeting that somebody attends: all of it unless said otherwise."""
        for part in self.parts:
            if part.person == person:
                return part
        return Part(person, 0, self.minutes)

    @property
    def has_room(self) -> bool:
        """H13: whether it is held in a room at all."""
        return self.stage is not Stage.CONTACT and not self.remote


@dataclass(frozen=True)
class Case:
    """An order's stages, in order, with what leading them asks for.

    Format 2: ``not_facilitators`` take no part in it, for whatever reason, and ``lead_skills`` are
    asked of the lead alone, beside ``skills`` of both; ``current_second`` has begun it as second.
    """

    id: str
    area: str
    sentenced: date
    order_end: date
    kind: CaseKind
    skills: frozenset[str]
    language: str
    second_required: bool
    venues: tuple[str, ...]
    current_lead: str | None
    tasks: tuple[Task, ...]
    not_facilitators: frozenset[str] = frozenset()
    lead_skills: frozenset[str] = frozenset()
    current_second: str | None = None

    @cached_property
    def people(self) -> frozenset[str]:
        """Everybody of the case, whatever the stage."""
        return frozenset(person for task in self.tasks for person in task.people)

    @cached_property
    def open_tasks(self) -> tuple[Task, ...]:
        """The stages still to be planned, in order."""
        return tuple(task for task in self.tasks if task.held is None)


@dataclass(frozen=True)
class Problem:
    """Everything one planning run may know."""

    name: str
    timezone: str
    as_of: date
    horizon_end: date
    bank_holidays: frozenset[date]
    grid_minutes: int
    policy: Policy
    venues: tuple[Venue, ...]
    people: tuple[Person, ...]
    facilitators: tuple[Facilitator, ...]
    cases: tuple[Case, ...]
    note: str = field(default="", compare=False)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The civil clock on which everything happens."""
        return ZoneInfo(self.timezone)

    @cached_property
    def person(self) -> Mapping[str, Person]:
        """People by id."""
        return {person.id: person for person in self.people}

    @cached_property
    def facilitator(self) -> Mapping[str, Facilitator]:
        """Facilitators by id."""
        return {facilitator.id: facilitator for facilitator in self.facilitators}

    @cached_property
    def venue(self) -> Mapping[str, Venue]:
        """Venues by id."""
        return {venue.id: venue for venue in self.venues}

    @cached_property
    def room(self) -> Mapping[str, Room]:
        """Rooms by id, of every venue."""
        return {room.id: room for venue in self.venues for room in venue.rooms}

    @cached_property
    def venue_of(self) -> Mapping[str, Venue]:
        """The venue of each room, by the room's id."""
        return {room.id: venue for venue in self.venues for room in venue.rooms}

    @cached_property
    def suite(self) -> Mapping[str, tuple[Room, ...]]:
        """By a room's id: the rooms that are taken with it, itself the first."""
        return {
            room.id: (room, *(self.room[each] for each in room.suite))
            for venue in self.venues
            for room in venue.rooms
        }

    @cached_property
    def case_of(self) -> Mapping[str, Case]:
        """The case of each task, by the task's id."""
        return {task.id: case for case in self.cases for task in case.tasks}

    @cached_property
    def task(self) -> Mapping[str, Task]:
        """Tasks by id, held ones too."""
        return {task.id: task for case in self.cases for task in case.tasks}

    def due_of(self, task: Task) -> date | None:
        """The last day in time: as promised, or for a contact counted from the sentence."""
        if task.due is not None:
            return task.due
        if task.stage is Stage.CONTACT:
            return days_after(self.case_of[task.id].sentenced, self.policy.contact_days)
        return None
