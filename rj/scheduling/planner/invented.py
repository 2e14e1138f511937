"""Invented services of four sizes, believable in the figures that make planning hard.

Nobody in them exists. Areas lie together in counties on a map in kilometres; a twentieth of the
facilitators also work in the county next door. A third of the facilitators are new and mentored,
hours of participants lie in the evening or between school runs, offenders may be under curfew and
harmed people avoid places. The same size and seed give the same problem on every platform.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from random import Random

from rj.policy.bank_holidays import bank_holidays
from rj.scheduling.planner.civil import days_after
from rj.scheduling.planner.problem import (
    Away,
    Busy,
    Case,
    CaseKind,
    Curfew,
    Facilitator,
    Gap,
    Person,
    Policy,
    Problem,
    Room,
    Stage,
    Task,
    Travel,
    Venue,
    Window,
)


class Size(StrEnum):
    """How large an invented service is."""

    SMALL = "small"
    COUNTY = "county"
    REGION = "region"
    NATION = "nation"


@dataclass(frozen=True, slots=True)
class Extent:
    """How many counties a service has, and how much each of them."""

    counties: int
    areas: int
    facilitators: int
    cases: int


EXTENTS: Mapping[Size, Extent] = {
    Size.SMALL: Extent(counties=1, areas=3, facilitators=20, cases=60),
    Size.COUNTY: Extent(counties=1, areas=6, facilitators=60, cases=300),
    Size.REGION: Extent(counties=5, areas=6, facilitators=50, cases=300),
    Size.NATION: Extent(counties=40, areas=6, facilitators=50, cases=300),
}

HORIZON_DAYS = 181
POLICY = Policy(
    contact_days=15,
    notice_days=3,
    gaps={
        "contact-assessment": Gap(2, 28),
        "assessment-preparation": Gap(3, 42),
        "preparation-conference": Gap(7, 56),
        "conference-review": Gap(7, 42),
    },
    first_year_target=5,
    later_year_target=3,
    conferences_per_day=1,
    travel=Travel(fixed_minutes=10, seconds_per_km=90, round_to_minutes=5),
)
MINUTES = {
    Stage.CONTACT: 30,
    Stage.ASSESSMENT: 60,
    Stage.PREPARATION: 90,
    Stage.CONFERENCE: 120,
    Stage.REVIEW: 60,
}
SKILLS = ("sensitive", "domestic_abuse", "sexual", "youth")
# What cases ask for, by how often; sensitive and complex ones are led by two.
NEEDS: tuple[tuple[frozenset[str], int], ...] = (
    (frozenset(), 62),
    (frozenset({"youth"}), 13),
    (frozenset({"sensitive"}), 12),
    (frozenset({"sensitive", "domestic_abuse"}), 9),
    (frozenset({"sexual"}), 4),
)
LANGUAGES = ("cy", "pl", "ur", "ro", "so")
WEEKDAYS = range(5)
SATURDAY = 5


def invented_problem(size: Size, seed: int, *, two_at_every_direct: bool = False) -> Problem:
    """A service of a size, wholly invented.

    With ``two_at_every_direct`` every direct conference has two facilitators, as the service itself
    plans; otherwise only those of sensitive and complex cases.
    """
    return _Inventor(size, seed, two_at_every_direct).problem()


class _Inventor:
    def __init__(self, size: Size, seed: int, two_at_every_direct: bool) -> None:
        self.chance = Random(f"{size} {seed}")  # noqa: S311 (repeatable, not secret)
        self.size, self.seed = size, seed
        self.extent = EXTENTS[size]
        self.two_at_every_direct = two_at_every_direct
        # Mondays from the beginning of 2026, so that clock changes and Christmas all come up.
        self.as_of = date(2026, 1, 5) + timedelta(weeks=self.chance.randrange(60))
        self.end = days_after(self.as_of, HORIZON_DAYS)
        self.places: dict[str, tuple[int, int]] = {}
        self.neighbours: dict[str, list[str]] = {}
        self.venues: dict[str, list[Venue]] = {}
        self.facilitators: list[Facilitator] = []
        self.people: dict[str, Person] = {}
        self.managers: dict[str, list[str]] = {}

    def problem(self) -> Problem:
        """The whole service: places, then everybody who works there, then their cases."""
        counties = [self._county(number) for number in range(self.extent.counties)]
        for number, areas in enumerate(counties):
            beside = counties[(number + 1) % len(counties)] if len(counties) > 1 else []
            self._staff(areas, beside)
        cases = [case for areas in counties for case in self._cases(areas)]
        return Problem(
            name=f"invented-{self.size}-{self.seed}",
            timezone="Europe/London",
            as_of=self.as_of,
            horizon_end=self.end,
            bank_holidays=frozenset(bank_holidays(self.as_of, self.end)),
            grid_minutes=30,
            policy=POLICY,
            venues=tuple(venue for venues in self.venues.values() for venue in venues),
            people=tuple(self.people.values()),
            facilitators=tuple(self.facilitators),
            cases=tuple(cases),
        )

    # Places

    def _county(self, number: int) -> list[str]:
        """Areas around a county town, each with one or two venues and two case managers."""
        x, y = 100 * (number % 8) + 50, 100 * (number // 8) + 50
        areas = [f"area-{number}-{at}" for at in range(self.extent.areas)]
        for area in areas:
            self.places[area] = (x + self.chance.randint(-28, 28), y + self.chance.randint(-28, 28))
        for area in areas:
            self.neighbours[area] = sorted(areas, key=lambda other: self._apart(area, other))
            self.venues[area] = [
                self._venue(area, f"{area}-venue-{at}")
                for at in range(self.chance.choice([2, 2, 3]))
            ]
            self.managers[area] = [f"manager-{area[5:]}-{at}" for at in range(2)]
            for manager in self.managers[area]:
                self.people[manager] = Person(
                    manager,
                    "manager",
                    hours=tuple(Window(day, 9 * 60, 17 * 60 + 30) for day in WEEKDAYS),
                    busy=self._busy(14),
                    away=self._away(2),
                )
        return areas

    def _apart(self, here: str, there: str) -> int:
        (x, y), (u, v) = self.places[here], self.places[there]
        return abs(x - u) + abs(y - v)

    def _venue(self, area: str, name: str) -> Venue:
        x, y = self.places[area]
        hours = []
        for weekday in sorted(self.chance.sample(WEEKDAYS, self.chance.randint(2, 3))):
            opens, closes = self.chance.choice([(540, 1080), (570, 990), (720, 1200)])
            hours.append(Window(weekday, opens, closes))
        rooms = [self._room(f"{name}-room-0", large=True)]
        if self.chance.random() < 0.35:
            rooms.append(self._room(f"{name}-room-1", large=False))
        return Venue(
            name,
            x + self.chance.randint(-5, 5),
            y + self.chance.randint(-5, 5),
            hours=tuple(hours),
            closed=frozenset(self._some_day() for _ in range(self.chance.randint(1, 3))),
            rooms=tuple(rooms),
        )

    def _room(self, name: str, *, large: bool) -> Room:
        features = {"step_free"} if self.chance.random() < 0.7 else set()
        if self.chance.random() < 0.6:
            features.add("separate_entrances")
        turnaround = self.chance.choice([0, 0, 15, 30])
        return Room(name, 10 if large else 4, frozenset(features), turnaround)

    # Time

    def _some_day(self) -> date:
        return days_after(self.as_of, self.chance.randrange(HORIZON_DAYS))

    def _busy(self, most: int) -> tuple[Busy, ...]:
        entries = []
        for _ in range(self.chance.randint(most // 2, most)):
            day = self._some_day()
            starts = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(
                minutes=30 * self.chance.randint(16, 34)
            )
            minutes = self.chance.choice([60, 60, 90, 120, 240])
            entries.append(Busy(starts, starts + timedelta(minutes=minutes)))
        return tuple(sorted(entries, key=lambda each: (each.starts_at, each.ends_at)))

    def _away(self, times: int) -> tuple[Away, ...]:
        firsts = sorted(self._some_day() for _ in range(times))
        return tuple(Away(day, days_after(day, self.chance.randint(2, 13))) for day in firsts)

    # Facilitators

    def _staff(self, areas: list[str], beside: list[str]) -> None:
        numbers = range(len(self.facilitators), len(self.facilitators) + self.extent.facilitators)
        own = [self._facilitator(f"facilitator-{at}", areas, beside) for at in numbers]
        experienced = [each for each in own if each.mentored_until is None]
        for at, each in enumerate(own):
            if each.mentored_until is not None:
                near = [m.id for m in experienced if m.areas & each.areas] or [
                    m.id for m in experienced
                ]
                mentors = frozenset(self.chance.sample(near, min(3, len(near))))
                own[at] = replace(each, mentors=mentors)
        self.facilitators += own

    def _facilitator(self, name: str, areas: list[str], beside: list[str]) -> Facilitator:
        home = self.chance.choice(areas)
        x, y = self.places[home]
        covers = set(self.neighbours[home][: self.chance.choice([1, 2, 2, 3, 3, 3])])
        if beside and self.chance.random() < 0.05:
            covers.add(self.chance.choice(beside))
        is_new = self.chance.random() < 0.33
        if is_new:
            accredited = days_after(self.as_of, self.chance.randint(-320, 30))
            mentored_until = days_after(accredited, self.chance.choice([120, 180]))
            held = self.chance.randint(0, max(0, (self.as_of - accredited).days // 80))
        else:
            accredited = days_after(self.as_of, -self.chance.randint(370, 2500))
            mentored_until = None
            held = self.chance.randint(0, 6)
        since = min(364, max(1, (self.as_of - accredited).days))
        chance_of_skill = 0.25 if is_new else 0.75
        minutes = self.chance.choice([180, 240, 300, 360, 600, 600, 600])
        return Facilitator(
            id=name,
            x=x + self.chance.randint(-12, 12),
            y=y + self.chance.randint(-12, 12),
            areas=frozenset(covers),
            skills=frozenset(s for s in SKILLS if self.chance.random() < chance_of_skill),
            languages=frozenset(
                {"en", self.chance.choice(LANGUAGES)} if self.chance.random() < 0.15 else {"en"}
            ),
            accredited=accredited,
            mentored_until=mentored_until
            if mentored_until is not None and mentored_until >= self.as_of
            else None,
            mentors=frozenset(),
            hours=self._working_hours(minutes),
            away=self._away(self.chance.randint(1, 3)),
            busy=self._busy(16),
            weekly_minutes=minutes,
            caseload_cap=16 if minutes == 600 else 12,
            caseload_norm=7 if minutes == 600 else 5,
            conferences_held=tuple(
                sorted(days_after(self.as_of, -self.chance.randint(1, since)) for _ in range(held))
            )
            if accredited < self.as_of
            else (),
            conflicts=frozenset(),
        )

    def _working_hours(self, minutes: int) -> tuple[Window, ...]:
        if minutes == 600:
            weekdays = sorted(self.chance.sample(WEEKDAYS, self.chance.choice([4, 4, 5])))
            return tuple(Window(day, 540, 1080) for day in weekdays)
        weekdays = sorted(self.chance.sample(range(6), self.chance.choice([2, 3, 3, 4])))
        spans = [(540, 840), (600, 1020), (780, 1200), (960, 1230)]
        return tuple(
            Window(day, 570, 900) if day == SATURDAY else Window(day, *self.chance.choice(spans))
            for day in weekdays
        )

    # Cases

    def _cases(self, areas: list[str]) -> list[Case]:
        local = [each for each in self.facilitators if each.areas & set(areas)]
        begun: dict[str, int] = {}
        cases = []
        for _ in range(self.extent.cases):
            cases.append(self._case(len(self.people), self.chance.choice(areas), local, begun))
        return cases

    def _case(
        self, number: int, area: str, local: list[Facilitator], begun: dict[str, int]
    ) -> Case:
        chance, name = self.chance, f"case-{number}"
        is_direct = chance.random() < 0.7
        skills = chance.choices([n for n, _ in NEEDS], [often for _, often in NEEDS])[0]
        language = "en" if chance.random() < 0.97 else chance.choice(LANGUAGES)
        first, *others = [v for near in self.neighbours[area][:3] for v in self.venues[near]]
        agreed = [first, *chance.sample(others, min(3, len(others)))]
        in_hand = chance.random() < 0.27
        ago = chance.randint(28, 45) if in_hand else chance.randint(-55, 12)
        sentenced = days_after(self.as_of, -ago)
        stages_held = chance.choice([1, 1, 2, 3]) if in_hand else 0
        circle = self._circle(number, agreed, is_direct)
        able = [each for each in local if area in each.areas and language in each.languages]
        fitting = [
            each
            for each in able
            if skills <= each.skills
            and each.accredited <= sentenced
            and begun.get(each.id, 0) < each.caseload_norm
        ]
        lead = chance.choice(fitting) if stages_held and fitting else None
        if lead is not None:
            begun[lead.id] = begun.get(lead.id, 0) + 1
        if chance.random() < 0.1:
            self._know(chance.choice(sorted(person.id for person in circle)), local, lead)
        tasks = self._tasks(name, stages_held, circle, area, is_direct)
        complex_case = bool(skills & {"sensitive", "sexual"})
        return Case(
            id=name,
            area=area,
            sentenced=sentenced,
            order_end=days_after(sentenced, chance.choice([182, 274, 365, 365])),
            kind=CaseKind.DIRECT if is_direct else CaseKind.INDIRECT,
            skills=skills,
            language=language,
            second_required=is_direct and (complex_case or self.two_at_every_direct),
            venues=tuple(venue.id for venue in agreed),
            current_lead=None if lead is None else lead.id,
            tasks=tasks,
        )

    def _circle(self, number: int, agreed: list[Venue], is_direct: bool) -> list[Person]:
        """Whom a case brings together, the offender first."""
        circle = [self._offender(f"offender-{number}", agreed)]
        if is_direct:
            circle.append(self._harmed(f"harmed-{number}", agreed))
            if self.chance.random() < 0.22:
                circle.append(self._supporter(f"supporter-{number}"))
        return circle

    def _tasks(
        self, case: str, held: int, circle: list[Person], area: str, is_direct: bool
    ) -> tuple[Task, ...]:
        """The five stages, of which so many have been held: the last of them within a fortnight,
        so that its gap has not run out."""
        held_on: list[date | None] = [
            days_after(self.as_of, -self.chance.randint(1, 6) - 8 * back)
            for back in range(held - 1, -1, -1)
        ]
        days = [*held_on, *[None] * len(Stage)]
        return tuple(
            self._task(case, stage, day, circle, area, is_direct)
            for stage, day in zip(Stage, days, strict=False)
        )

    def _task(
        self,
        case: str,
        stage: Stage,
        held: date | None,
        circle: list[Person],
        area: str,
        is_direct: bool,
    ) -> Task:
        people = [circle[0].id]
        features: frozenset[str] = frozenset()
        due = None
        if stage is Stage.CONTACT:
            people = []
        elif stage is Stage.CONFERENCE:
            people = [each.id for each in circle]
            features = frozenset({"separate_entrances"}) if is_direct else features
            if self.chance.random() < 0.2:
                due = days_after(self.as_of, self.chance.randint(60, 150))
        elif stage is Stage.REVIEW:
            people.append(self.chance.choice(self.managers[area]))
        return Task(
            id=f"{case}-{stage}",
            stage=stage,
            minutes=MINUTES[stage],
            people=tuple(people),
            seats=0 if stage is Stage.CONTACT else len(people) + 2,
            features=features,
            due=due,
            held=held,
        )

    def _know(self, person: str, local: list[Facilitator], lead: Facilitator | None) -> None:
        """A facilitator who has nothing to do with the case so far knows one of its people."""
        known = self.chance.choice([each for each in local if lead is None or each.id != lead.id])
        for at, each in enumerate(self.facilitators):
            if each.id == known.id:
                self.facilitators[at] = replace(each, conflicts=each.conflicts | {person})

    def _evenings(self) -> tuple[Window, ...]:
        """After work on most days, all day on some, and a part of Saturday."""
        weekdays = [
            Window(day, 540 if self.chance.random() < 0.3 else 960, 1200) for day in WEEKDAYS
        ]
        return (*weekdays, Window(SATURDAY, 600, 960))

    def _attendance(self) -> tuple[Window, ...]:
        kind = self.chance.random()
        if kind < 0.35:
            return self._evenings()
        opens, closes = (540, 1050) if kind < 0.6 else (600, 900) if kind < 0.72 else (540, 1200)
        return tuple(Window(day, opens, closes) for day in WEEKDAYS)

    def _likes(self, hours: tuple[Window, ...], share: float) -> tuple[Window, ...]:
        if self.chance.random() > share:
            return ()
        later = tuple(
            Window(each.weekday, max(each.opens, 720), each.closes)
            for each in hours
            if each.closes > 840
        )
        return later if self.chance.random() < 0.6 else hours[:2]

    def _enter(self, person: Person) -> Person:
        self.people[person.id] = person
        return person

    def _offender(self, name: str, agreed: list[Venue]) -> Person:
        curfew = None
        hours = self._attendance()
        if self.chance.random() < 0.27:
            hours = tuple(Window(day, 540, 1080) for day in WEEKDAYS)
            begins = self.chance.choice([18, 19, 20]) * 60
            margin = self.chance.choice([30, 45, 60])
            curfew = Curfew(begins, self.chance.choice([6, 7]) * 60, margin)
        avoids = {self.chance.choice(agreed[1:]).id} if self.chance.random() < 0.2 else set()
        return self._enter(
            Person(
                name,
                "offender",
                hours=hours,
                busy=self._busy(4),
                away=self._away(1) if self.chance.random() < 0.15 else (),
                curfew=curfew,
                not_venues=frozenset(avoids),
                likes_hours=self._likes(hours, 0.5),
            )
        )

    def _harmed(self, name: str, agreed: list[Venue]) -> Person:
        hours = self._attendance()
        avoids = {self.chance.choice(agreed[1:]).id} if self.chance.random() < 0.2 else set()
        liked = {self.chance.choice(agreed).id} if self.chance.random() < 0.5 else set()
        return self._enter(
            Person(
                name,
                "victim",
                hours=hours,
                busy=self._busy(5),
                away=self._away(1) if self.chance.random() < 0.3 else (),
                not_venues=frozenset(avoids),
                likes_hours=self._likes(hours, 0.7),
                likes_venues=frozenset(liked - avoids),
            )
        )

    def _supporter(self, name: str) -> Person:
        return self._enter(Person(name, "supporter", hours=self._evenings(), busy=self._busy(4)))
