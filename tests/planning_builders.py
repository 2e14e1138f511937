"""Small planning problems, told by what a test is about; everything else has a plain default.

The planning day is Monday 2 March 2026 and the horizon reaches to the end of May. Everybody is free
from nine to five on weekdays, the hall is open then, and it lies at the facilitators' doors.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.problem import (
    Away,
    Busy,
    Case,
    CaseKind,
    Facilitator,
    Gap,
    Part,
    Person,
    Policy,
    PracticeCounts,
    Problem,
    Published,
    Room,
    Stage,
    Task,
    Travel,
    Venue,
    Window,
)

LONDON = ZoneInfo("Europe/London")
PLANNING_DAY = date(2026, 3, 2)

OFFICE_HOURS = tuple(Window(weekday, 9 * 60, 17 * 60) for weekday in range(5))

POLICY = Policy(
    contact_days=15,
    notice_days=3,
    gaps={
        "contact-assessment": Gap(2, 28),
        "assessment-preparation": Gap(3, 42),
        "preparation-conference": Gap(7, 56),
        "conference-review": Gap(7, 42),
    },
    first_year_target=0,
    later_year_target=0,
    conferences_per_day=1,
    travel=Travel(fixed_minutes=10, seconds_per_km=90, round_to_minutes=5),
)


def at(day: int, clock: str = "10:00", *, month: int = 3, year: int = 2026) -> datetime:
    """An hour of a day in March 2026, or another month, on the clock in London."""
    hour, minute = clock.split(":")
    return datetime(year, month, day, int(hour), int(minute), tzinfo=LONDON)


def hours(text: str, *weekdays: int) -> tuple[Window, ...]:
    """Weekly windows such as ``hours("13:00-17:00", 1)`` for Tuesday afternoons."""
    opens, closes = (
        int(clock.split(":")[0]) * 60 + int(clock.split(":")[1]) for clock in text.split("-")
    )
    return tuple(Window(weekday, opens, closes) for weekday in weekdays or range(5))


def days(first: date, last: date | None = None) -> tuple[Away, ...]:
    """An absence over these days."""
    return (Away(first, last or first),)


def busy(start: datetime, minutes: int) -> tuple[Busy, ...]:
    """An entry in an outside diary."""
    return (Busy(start, start + timedelta(minutes=minutes)),)


def a_facilitator(name: str = "Amina", **facts: object) -> Facilitator:
    """An experienced facilitator who fits every case."""
    usual: dict[str, object] = {
        "id": name,
        "x": 0,
        "y": 0,
        "areas": frozenset({"North"}),
        "skills": frozenset(),
        "languages": frozenset({"en"}),
        "accredited": date(2020, 1, 6),
        "mentored_until": None,
        "mentors": frozenset(),
        "hours": OFFICE_HOURS,
        "away": (),
        "busy": (),
        "weekly_minutes": 900,
        "caseload_cap": 10,
        "caseload_norm": 10,
        "conferences_held": (),
        "conflicts": frozenset(),
    }
    return Facilitator(**(usual | facts))  # type: ignore[arg-type]


def a_person(name: str, **facts: object) -> Person:
    """Somebody who can attend at any hour."""
    return Person(**({"id": name, "role": "offender"} | facts))  # type: ignore[arg-type]


def a_room(name: str = "Hall-1", **facts: object) -> Room:
    """A room for eight with separate entrances."""
    usual: dict[str, object] = {
        "id": name,
        "capacity": 8,
        "features": frozenset({"separate_entrances"}),
        "turnaround_minutes": 0,
    }
    return Room(**(usual | facts))  # type: ignore[arg-type]


def a_venue(name: str = "Hall", **facts: object) -> Venue:
    """A venue with one room, open in office hours."""
    usual: dict[str, object] = {
        "id": name,
        "x": 0,
        "y": 0,
        "hours": OFFICE_HOURS,
        "closed": frozenset(),
        "rooms": (a_room(f"{name}-1"),),
    }
    return Venue(**(usual | facts))  # type: ignore[arg-type]


def a_task(name: str, stage: Stage = Stage.CONFERENCE, **facts: object) -> Task:
    """An hour's meeting that nobody but the facilitator need attend."""
    return Task(**({"id": name, "stage": stage, "minutes": 60} | facts))  # type: ignore[arg-type]


def a_case(name: str, *tasks: Task, **facts: object) -> Case:
    """A direct case, sentenced in February; with a conference alone unless tasks are given."""
    usual: dict[str, object] = {
        "id": name,
        "area": "North",
        "sentenced": date(2026, 2, 20),
        "order_end": date(2027, 2, 20),
        "kind": CaseKind.DIRECT,
        "skills": frozenset(),
        "language": "en",
        "second_required": False,
        "venues": ("Hall",),
        "current_lead": None,
        "tasks": tasks or (a_task(f"{name}-conference"),),
    }
    return Case(**(usual | facts))  # type: ignore[arg-type]


def a_problem(*parts: Facilitator | Case | Person | Venue, **facts: object) -> Problem:
    """A problem of these parts; with Amina and the hall where none of the kind is given."""
    usual: dict[str, object] = {
        "name": "test",
        "timezone": "Europe/London",
        "as_of": PLANNING_DAY,
        "horizon_end": date(2026, 5, 31),
        "bank_holidays": frozenset(),
        "grid_minutes": 30,
        "policy": POLICY,
        "venues": tuple(p for p in parts if isinstance(p, Venue)) or (a_venue(),),
        "people": tuple(p for p in parts if isinstance(p, Person)),
        "facilitators": tuple(p for p in parts if isinstance(p, Facilitator)) or (a_facilitator(),),
        "cases": tuple(p for p in parts if isinstance(p, Case)),
    }
    return Problem(**(usual | facts))  # type: ignore[arg-type]


def a_meeting(
    task: str,
    start: datetime,
    lead: str = "Amina",
    *,
    second: str | None = None,
    room: str | None = "Hall-1",
) -> Meeting:
    """A meeting in the hall, led by Amina."""
    return Meeting(task, start, lead, second, room)


def told(
    start: datetime, lead: str = "Amina", *, second: str | None = None, room: str | None = "Hall-1"
) -> Published:
    """What people were told of such a meeting."""
    return Published(start, lead, second, room)


def a_plan(*meetings: Meeting) -> Plan:
    """A plan of these meetings for the problem of the test."""
    return Plan("test", meetings)


def a_random_problem(chance: Random, *, cases: int = 4, facilitators: int = 4) -> Problem:
    """A small, crowded problem in which every kind of limit may bite."""

    def some_hours() -> tuple[Window, ...]:
        weekdays = chance.sample(range(6), chance.randint(1, 5))
        opens = chance.choice([8, 9, 12, 13])
        return hours(f"{opens:02d}:00-{opens + chance.randint(3, 8):02d}:00", *weekdays)

    def some_busy() -> tuple[Busy, ...]:
        return tuple(
            taken
            for _ in range(chance.randint(0, 3))
            for taken in busy(at(chance.randint(2, 31), "09:30"), chance.choice([45, 120, 600]))
        )

    venues = tuple(
        a_venue(
            name,
            x=chance.randint(0, 20),
            hours=some_hours(),
            closed=frozenset({date(2026, 3, chance.randint(2, 31))}),
            rooms=tuple(
                a_room(f"{name}-{number}", turnaround_minutes=chance.choice([0, 15, 30]))
                for number in range(1, chance.randint(2, 3))
            ),
        )
        for name in ("Hall", "Library")
    )
    names = [f"F{number}" for number in range(chance.randint(1, facilitators))]
    staff = tuple(
        a_facilitator(
            name,
            x=chance.randint(0, 20),
            hours=some_hours(),
            busy=some_busy(),
            away=days(date(2026, 3, chance.randint(2, 28))),
            accredited=date(2025, chance.randint(3, 6), chance.randint(1, 28)),
            mentored_until=chance.choice([None, None, date(2026, 3, 20)]),
            mentors=frozenset(chance.sample(names, min(2, len(names)))),
            weekly_minutes=chance.choice([90, 150, 600]),
            caseload_cap=chance.randint(1, 4),
            caseload_norm=chance.randint(0, 2),
            skills=frozenset(chance.sample(["sensitive"], chance.randint(0, 1))),
            conflicts=frozenset(chance.sample(["P0", "P1", "P2"], chance.choice([0, 0, 1]))),
        )
        for name in names
    )
    people = tuple(
        a_person(
            f"P{number}",
            hours=chance.choice([None, some_hours()]),
            busy=some_busy(),
            likes_hours=chance.choice([(), hours("13:00-17:00")]),
            likes_venues=frozenset(chance.sample(["Hall", "Library"], chance.randint(0, 1))),
            not_venues=frozenset(chance.sample(["Hall", "Library"], chance.choice([0, 0, 0, 1]))),
        )
        for number in range(5)
    )

    def some_told(stage: Stage, day: int) -> Published | None:
        if chance.random() < 0.7:
            return None
        room = None if stage is Stage.CONTACT else chance.choice([v.rooms[0].id for v in venues])
        start = at(min(31, day), chance.choice(["10:00", "14:00"]))
        return Published(start, chance.choice(names), None, room)

    def some_case(number: int) -> Case:
        tasks = []
        day = chance.randint(4, 9)
        first = chance.randint(0, 3)
        for place, stage in enumerate(Stage):
            published = some_told(stage, day + 7 * max(0, place - first))
            tasks.append(
                a_task(
                    f"C{number}-{stage}",
                    stage,
                    minutes=chance.choice([30, 45, 60, 90]),
                    people=tuple(chance.sample([p.id for p in people], chance.randint(0, 2)))
                    if stage is not Stage.CONTACT
                    else (),
                    held=date(2026, 2, 10) + timedelta(days=5 * place) if place < first else None,
                    published=published,
                    pinned=published is not None and chance.random() < 0.1,
                    due=chance.choice([None, None, date(2026, 3, chance.randint(5, 30))]),
                    features=frozenset(
                        chance.sample(["separate_entrances"], chance.choice([0, 0, 1]))
                    ),
                    seats=chance.choice([2, 4]),
                )
            )
        return a_case(
            f"C{number}",
            *tasks,
            kind=chance.choice(list(CaseKind)),
            sentenced=date(2026, 2, chance.randint(1, 28)),
            order_end=date(2026, chance.randint(4, 9), 15),
            skills=frozenset({"sensitive"}) if chance.random() < 0.2 else frozenset(),
            second_required=chance.random() < 0.3,
            venues=("Hall", "Library"),
            current_lead=chance.choice([None, *names]),
        )

    return a_problem(
        *venues,
        *staff,
        *people,
        *(some_case(number) for number in range(chance.randint(1, cases))),
        bank_holidays=frozenset({date(2026, 3, 17)}),
        horizon_end=date(2026, 4, 30),
        grid_minutes=chance.choice([30, 30, 15, 60]),
        policy=Policy(
            contact_days=15,
            notice_days=3,
            gaps={
                "contact-assessment": Gap(chance.choice([0, 2]), 14),
                "assessment-preparation": Gap(3, 14),
                "preparation-conference": Gap(2, 14),
            },
            first_year_target=2,
            later_year_target=1,
            conferences_per_day=chance.choice([1, 1, 2]),
            travel=POLICY.travel,
        ),
    )


def with_format_two(problem: Problem, chance: Random) -> Problem:
    """The same with every optional field of format 2 that may bite."""
    names = [each.id for each in problem.facilitators]

    def some_parts(task: Task) -> tuple[Part, ...]:
        return tuple(
            Part(person, begins, begins + 15)
            for person in sorted(set(task.people))
            if chance.random() < 0.3
            for begins in (chance.choice([0, 15, task.minutes - 15]),)
        )

    def wider(case: Case) -> Case:
        tasks = tuple(
            replace(
                task,
                remote=task.published is None and chance.random() < 0.2,
                parts=some_parts(task),
                gap=chance.choice([None, None, None, Gap(2, 5)]),
            )
            for task in case.tasks
        )
        barred = frozenset(chance.sample(names, 1)) if chance.random() < 0.2 else frozenset()
        asked = frozenset({"sensitive"}) if chance.random() < 0.2 else frozenset()
        return replace(
            case,
            tasks=tasks,
            not_facilitators=barred,
            lead_skills=asked,
            current_second=chance.choice([None, *names, "Gone"]),
        )

    def with_suites(venue: Venue) -> Venue:
        """The first room with a waiting room, which may be asked for alone too."""
        first, *rest = venue.rooms
        waiting = a_room(f"{venue.id}-W", busy=busy(at(chance.randint(2, 31), "13:00"), 90))
        return replace(venue, rooms=(replace(first, suite=(waiting.id,)), *rest, waiting))

    return replace(
        problem,
        venues=tuple(with_suites(each) for each in problem.venues),
        cases=tuple(wider(case) for case in problem.cases),
        people=tuple(
            replace(each, role=chance.choice(["victim", "interpreter"])) for each in problem.people
        ),
        facilitators=tuple(
            replace(each, four_week_minutes=chance.choice([None, 90, 180, 400]))
            for each in problem.facilitators
        ),
        policy=replace(
            problem.policy,
            notice=chance.choice([{}, {Stage.CONFERENCE: 7}, {Stage.CONTACT: 1, Stage.REVIEW: 5}]),
            conferences_per_week=chance.choice([None, 1, 2]),
            recovery_days=chance.choice([0, 0, 1, 3]),
            second_stages=frozenset(
                {Stage.CONFERENCE, *chance.sample(list(Stage), chance.choice([0, 0, 1, 2]))}
            ),
            mentored_seconds=chance.random() < 0.5,
            no_calls_on_journeys=chance.random() < 0.5,
            practice_counts=chance.choice(list(PracticeCounts)),
        ),
    )
