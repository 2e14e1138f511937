"""One tiny problem for each rule: what is best, and what would be best but for the rule.

Every problem is planned by trying all there is: each moment of the grid, each lead, each second,
each room. The planner must find a plan as good, under the rule and without its cause; where both
have one answer, the problem would show nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.problem import (
    Busy,
    Case,
    CaseKind,
    Curfew,
    Facilitator,
    Gap,
    Part,
    Person,
    Policy,
    PracticeCounts,
    Problem,
    Stage,
    Task,
    Venue,
)
from rj.scheduling.planner.rules import breaches
from rj.scheduling.planner.solution import Effort
from rj.scheduling.planner.solve import plan_meetings
from rj.scheduling.planner.tiers import Tiers, moved_bookings, tiers
from tests.planning_builders import (
    LONDON,
    POLICY,
    a_case,
    a_facilitator,
    a_person,
    a_problem,
    a_room,
    a_task,
    a_venue,
    at,
    busy,
    days,
    hours,
    told,
)

TINY = Effort("tiny", rounds=12, rounds_per_ten_cases=0, neighbourhood=8, columns=40)
WAITING = frozenset({"H3", "H4", "H16"})
"""Rules that a later meeting of the plan may still satisfy."""
OF_ALL_LEADS = frozenset({"H2", "H13", "H15"})
"""Rules that ask nothing of who leads."""


@dataclass(frozen=True, slots=True)
class Tiny:
    """A rule, a problem in which it decides, and the same problem without its cause."""

    rule: str
    says: str
    problem: Problem
    best: Tiers
    but_for: Problem
    otherwise: Tiers

    def __str__(self) -> str:
        return f"{self.rule} {self.says}".replace(" ", "-").replace(",", "")


def every_moment(problem: Problem) -> list[datetime]:
    """Each moment of the grid from the planning day to the horizon, by the clock in London."""
    count = (problem.horizon_end - problem.as_of).days + 1
    every_day = [problem.as_of + timedelta(days=number) for number in range(count)]
    clocks = range(0, 24 * 60, problem.grid_minutes)
    return [
        datetime(day.year, day.month, day.day, *divmod(clock, 60), tzinfo=LONDON)
        for day in every_day
        for clock in clocks
    ]


def ways_alone(problem: Problem, task: Task) -> list[Meeting]:
    """Every way to hold one meeting that breaks nothing by itself."""
    names = [facilitator.id for facilitator in problem.facilitators]
    # Whoever leads: a moment or a room that will not do is given up for all of them.
    fit = [
        (start, room)
        for start, room in product(every_moment(problem), [None, *problem.room])
        if not broken_alone(problem, Meeting(task.id, start, names[0], None, room)) & OF_ALL_LEADS
    ]
    return [
        meeting
        for (start, room), lead, second in product(fit, names, [None, *names])
        for meeting in [Meeting(task.id, start, lead, second, room)]
        if not broken_alone(problem, meeting)
    ]


def broken_alone(problem: Problem, meeting: Meeting) -> set[str]:
    """The rules that a meeting breaks whatever else is planned."""
    return {breach.rule for breach in breaches(problem, Plan("t", (meeting,)))} - WAITING


def every_plan(problem: Problem) -> Iterator[tuple[Meeting, ...]]:
    """Every lawful plan, the empty one among them."""
    tasks = [task for case in problem.cases for task in case.open_tasks]
    ways = [ways_alone(problem, task) for task in tasks]

    def onward(at_task: int, planned: tuple[Meeting, ...]) -> Iterator[tuple[Meeting, ...]]:
        broken = {breach.rule for breach in breaches(problem, Plan("t", planned))}
        if broken - {"H16"}:
            return
        if at_task == len(tasks):
            if not broken:
                yield planned
            return
        yield from onward(at_task + 1, planned)
        for meeting in ways[at_task]:
            yield from onward(at_task + 1, (*planned, meeting))

    return onward(0, ())


def the_best_there_is(problem: Problem) -> Tiers:
    """The least tiers of all lawful plans; what is booked is asked for between T3 and T4."""

    def rank(plan: Plan) -> tuple[tuple[int, ...], int, Tiers]:
        reached = tiers(problem, plan)
        return reached[:4], moved_bookings(problem, plan), reached

    return min(rank(Plan("t", planned)) for planned in every_plan(problem))[-1]


def a_hall(clock: str = "14:00-15:00", *weekdays: int, **facts: object) -> Venue:
    """The hall, open on Tuesdays for an hour unless said otherwise."""
    return a_venue("Hall", hours=hours(clock, *(weekdays or (1,))), **facts)


def a_week(*parts: Facilitator | Case | Person | Venue, **facts: object) -> Problem:
    """A problem that ends in the week after the planning day, Monday 2 March.

    Notice leaves Tuesday 10 March at two, when the hall is open: one conference, and no more.
    """
    usual: dict[str, object] = {"grid_minutes": 60, "horizon_end": date(2026, 3, 12)}
    has_venue = any(isinstance(part, Venue) for part in parts)
    return a_problem(*parts, *(() if has_venue else (a_hall(),)), **(usual | facts))


def a_policy(**facts: object) -> Policy:
    """The usual policy but for these."""
    return replace(POLICY, **facts)  # type: ignore[arg-type]


def a_conference(name: str = "C", *people: str, **facts: object) -> Case:
    """A case with a conference to plan, which these people attend."""
    return a_case(name, a_task(f"{name}-conference", people=people), **facts)


def two_stages(name: str = "C", *people: str) -> Case:
    """A case with an assessment and a preparation to plan."""
    return a_case(
        name,
        a_task(f"{name}-assessment", Stage.ASSESSMENT, people=people),
        a_task(f"{name}-preparation", Stage.PREPARATION, people=people),
    )


def figures(*found: int) -> Tiers:
    """The seven figures, naught where not given."""
    return Tiers(*found, *[0] * (7 - len(found)))


PLACED, LEFT_OUT, BOTH_LEFT_OUT = figures(0), figures(1), figures(2)
AMINA, BRYN = a_facilitator("Amina"), a_facilitator("Bryn")
TUESDAY, THURSDAY = 1, 3
ONE, OTHER = a_conference("C"), a_conference("D")
NEWLY_TRAINED = a_facilitator("Bryn", accredited=date(2025, 3, 12))
"""Whose first year of practice ends on 11 March 2026."""
TAUGHT_BY_AMINA = replace(BRYN, mentored_until=date(2026, 6, 1), mentors=frozenset({"Amina"}))
TWO_A_DAY = a_policy(conferences_per_day=2)
ONE_WANTED = a_policy(first_year_target=1)
SATURDAY, SUNDAY = 5, 6


def after_an_assessment_on(day: date) -> Case:
    """A case with a preparation to plan, which may be 42 days after its assessment at most."""
    return a_case(
        "C",
        a_task("C-assessment", Stage.ASSESSMENT, held=day),
        a_task("C-preparation", Stage.PREPARATION),
    )


def held_with_p() -> Case:
    """A case whose preparation, which P attended, has been held."""
    return a_case(
        "C",
        a_task("C-preparation", Stage.PREPARATION, held=date(2026, 2, 24), people=("P",)),
        a_task("C-conference"),
    )


def mentored(mentors: frozenset[str]) -> tuple[Case, Facilitator, Facilitator]:
    """A case only Amina can lead, who is being mentored, and Bryn."""
    return (
        ONE,
        replace(AMINA, mentored_until=date(2026, 6, 1), mentors=mentors),
        replace(BRYN, languages=frozenset({"cy"})),
    )


def in_two_venues(
    clock: str, *people: str, x: int = 0
) -> tuple[Case | Venue, Case | Venue, Case | Venue, Case | Venue]:
    """A case for the hall at two, and one for the library, x kilometres away, at some hour."""
    return (
        a_case("C", a_task("C-review", Stage.REVIEW, people=people), venues=("Hall",)),
        a_case("D", a_task("D-review", Stage.REVIEW, people=people), venues=("Library",)),
        a_hall(),
        a_venue("Library", x=x, hours=hours(clock, TUESDAY)),
    )


def told_late(*, is_pinned: bool) -> tuple[Case, Venue]:
    """A conference promised for Thursday, of which people were told that it is on Tuesday."""
    task = a_task(
        "C-conference",
        due=date(2026, 3, 5),
        published=told(at(10, "14:00")),
        pinned=is_pinned,
    )
    return a_case("C", task), a_hall("14:00-15:00", TUESDAY, THURSDAY)


def a_call(sentenced: date) -> tuple[Case, Facilitator]:
    """A first contact, and Amina, who makes calls from Tuesday 10 March on."""
    away = days(date(2026, 3, 1), date(2026, 3, 9))
    case = a_case("C", a_task("C-contact", Stage.CONTACT), sentenced=sentenced)
    return case, replace(AMINA, away=away)


def begun_by_bryn(due: date | None) -> tuple[Case, Venue, Facilitator, Facilitator]:
    """A case begun by Bryn, who comes on Thursdays; Amina is there before."""
    return (
        a_case("C", a_task("C-conference", due=due), current_lead="Bryn"),
        a_hall("14:00-15:00", TUESDAY, THURSDAY),
        AMINA,
        replace(BRYN, away=days(date(2026, 3, 1), date(2026, 3, 11))),
    )


def told_of_thursday(**facts: object) -> tuple[Case, Venue]:
    """A conference people expect on Thursday 12 March."""
    case = a_case("C", a_task("C-conference", published=told(at(12, "14:00"))))
    return case, a_hall("14:00-15:00", TUESDAY, THURSDAY, **facts)


def told_with_bryn() -> tuple[Case]:
    """A conference people expect Bryn to lead, though nobody has met him."""
    return (a_case("C", a_task("C-conference", published=told(at(10, "14:00"), "Bryn"))),)


def told_of_a_room(taken: tuple[Busy, ...]) -> tuple[Case, Venue]:
    """A conference people expect in the first of two rooms."""
    case = a_case("C", a_task("C-conference", published=told(at(10, "14:00"))))
    return case, a_hall(rooms=(a_room("Hall-1", busy=taken), a_room("Hall-2")))


def shared_out() -> tuple[Case | Venue | Facilitator, ...]:
    """Two cases, and two people whose fair share is one each; Bryn is the last."""
    share = {"caseload_norm": 1}
    return (
        ONE,
        OTHER,
        a_hall("13:00-15:00"),
        a_facilitator("Amina", **share),
        a_facilitator("Bryn", **share),
    )


def with_a_library() -> tuple[Case, Venue, Venue]:
    """A conference that suits the hall and the library."""
    return (
        a_conference("C", "P", venues=("Hall", "Library")),
        a_hall(),
        a_venue("Library", hours=hours("14:00-15:00", TUESDAY)),
    )


def around_the_end_of_february(weekday: int) -> Problem:
    """Amina, accredited on a 29 February, wants one conference in each later year."""
    return a_week(
        ONE,
        replace(AMINA, accredited=date(2024, 2, 29), hours=hours("09:00-17:00", *range(7))),
        a_hall("14:00-15:00", weekday),
        as_of=date(2026, 2, 23),
        horizon_end=date(2026, 3, 3),
        policy=a_policy(later_year_target=1),
    )


def around(monday: date, busy_from: datetime) -> Problem:
    """A week just after a night on which the clocks changed, with an hour of Amina's taken."""
    return a_week(
        ONE,
        replace(AMINA, busy=busy(busy_from, 60)),
        as_of=monday - timedelta(days=4),
        horizon_end=monday + timedelta(days=2),
    )


def over_the_clock_change(least: int) -> Problem:
    """Two stages with the night of 29 March 2026 between: on Friday at five and Monday at nine."""
    return a_week(
        two_stages(),
        a_venue(
            "Hall", hours=(*hours("16:00-17:00", 4), *hours("09:00-10:00", 0)), rooms=(a_room(),)
        ),
        as_of=date(2026, 3, 24),
        horizon_end=date(2026, 3, 31),
        policy=a_policy(gaps={"assessment-preparation": Gap(least, 42)}),
    )


def twice_in_a_week() -> tuple[Case, Case, Venue]:
    """Two conferences, and a hall that is open for one on a Tuesday and one on the Thursday."""
    return ONE, OTHER, a_hall("14:00-15:00", TUESDAY, THURSDAY)


def beside_a_waiting_room(*suite: str, taken: tuple[Busy, ...] = ()) -> Venue:
    """The hall with a room that has step-free access, and a waiting room beside it."""
    large = a_room("Hall-1", features=frozenset({"step_free"}), suite=suite)
    return a_hall(rooms=(large, a_room("Hall-W", busy=taken)))


def large_and_small() -> tuple[Case, Case, Facilitator, Facilitator]:
    """A review that needs step-free access, one that does not, and somebody for each."""
    task = a_task("C-review", Stage.REVIEW, features=frozenset({"step_free"}))
    return a_case("C", task), a_case("D", a_task("D-review", Stage.REVIEW)), AMINA, BRYN


def beside_amina(*others: Facilitator, **facts: object) -> tuple[Case | Facilitator, ...]:
    """A conference for two, which none of the others may lead."""
    seconds = (replace(each, languages=frozenset({"cy"})) for each in others)
    return (a_conference(second_required=True, **facts), AMINA, *seconds)


def between_two_venues(policy: Policy) -> Problem:
    """A review at two, one at four half an hour away, and a call that can only be between them."""
    tuesday = replace(AMINA, hours=hours("14:00-17:00", TUESDAY))
    call, _ = a_call(date(2026, 3, 2))
    return a_week(
        *in_two_venues("16:00-17:00", x=20),
        replace(call, id="E"),
        replace(tuesday, away=days(date(2026, 3, 1), date(2026, 3, 9))),
        policy=policy,
    )


def with_two_people(policy: Policy) -> Problem:
    """A preparation of a case that asks for a second, with nobody but Amina to be had."""
    task = a_task("C-preparation", Stage.PREPARATION)
    return a_week(a_case("C", task, second_required=True), AMINA, policy=policy)


def two_conferences(gap: Gap | None) -> Problem:
    """A case with a conference for each of two people, on a Tuesday and the Thursday after."""
    case = a_case("C", a_task("C-1"), a_task("C-2", gap=gap))
    hall = a_hall("14:00-15:00", TUESDAY, THURSDAY)
    return a_week(case, hall, policy=a_policy(notice_days=4))


def rested_since(held: date, days_of_rest: int) -> Problem:
    """A conference that can only be on Tuesday 3 March, and one that Amina held elsewhere."""
    return a_week(
        ONE,
        replace(AMINA, conferences_elsewhere=(held,)),
        horizon_end=date(2026, 3, 4),
        policy=a_policy(notice_days=1, recovery_days=days_of_rest),
    )


def booked_at(clock: str | None) -> Problem:
    """A conference that somebody would like at one, perhaps booked for another hour."""
    booked = None if clock is None else told(at(10, clock))
    task = a_task("C-conference", people=("P",), booked=booked)
    likes = a_person("P", likes_hours=hours("13:00-14:00"))
    return a_week(a_case("C", task), a_hall("13:00-15:00"), likes)


TINIES = (
    Tiny(
        "H1",
        "what was held leaves the hour to another",
        a_week(a_case("C", a_task("C-review", Stage.REVIEW, held=date(2026, 2, 24))), OTHER),
        PLACED,
        a_week(a_case("C", a_task("C-review", Stage.REVIEW)), OTHER),
        LEFT_OUT,
    ),
    Tiny(
        "H2",
        "a meeting begins on the grid",
        a_week(ONE, a_hall("14:30-15:30")),
        LEFT_OUT,
        a_week(ONE, a_hall("14:30-15:30"), grid_minutes=30),
        PLACED,
    ),
    Tiny(
        "H2",
        "nothing happens on a bank holiday",
        a_week(ONE, bank_holidays=frozenset({date(2026, 3, 10)})),
        LEFT_OUT,
        a_week(ONE),
        PLACED,
    ),
    Tiny(
        "H2",
        "nothing happens before the sentence",
        a_week(a_conference(sentenced=date(2026, 3, 11))),
        LEFT_OUT,
        a_week(a_conference(sentenced=date(2026, 3, 10))),
        PLACED,
    ),
    Tiny(
        "H2",
        "nothing happens after the order ends",
        a_week(a_conference(order_end=date(2026, 3, 9))),
        LEFT_OUT,
        a_week(a_conference(order_end=date(2026, 3, 10))),
        PLACED,
    ),
    Tiny(
        "H2",
        "nothing is planned beyond the horizon",
        a_week(ONE, horizon_end=date(2026, 3, 9)),
        LEFT_OUT,
        a_week(ONE, horizon_end=date(2026, 3, 10)),
        PLACED,
    ),
    Tiny(
        "H2",
        "people are given notice",
        a_week(ONE, horizon_end=date(2026, 3, 4)),
        LEFT_OUT,
        a_week(ONE, horizon_end=date(2026, 3, 4), policy=a_policy(notice_days=1)),
        PLACED,
    ),
    Tiny(
        "H2",
        "a call needs no notice",
        a_week(a_case("C", a_task("C-contact", Stage.CONTACT)), horizon_end=date(2026, 3, 4)),
        PLACED,
        a_week(a_case("C", a_task("C-assessment", Stage.ASSESSMENT)), horizon_end=date(2026, 3, 4)),
        LEFT_OUT,
    ),
    Tiny(
        "H2",
        "what people know needs no new notice",
        a_week(
            a_case("C", a_task("C-conference", published=told(at(3, "14:00")))),
            horizon_end=date(2026, 3, 4),
        ),
        PLACED,
        a_week(ONE, horizon_end=date(2026, 3, 4)),
        LEFT_OUT,
    ),
    Tiny(
        "H3",
        "a stage waits for the one before it",
        a_week(
            a_case(
                "C",
                a_task("C-assessment", Stage.ASSESSMENT, features=frozenset({"step_free"})),
                a_task("C-preparation", Stage.PREPARATION),
            ),
            a_hall("14:00-15:00", TUESDAY, THURSDAY),
        ),
        BOTH_LEFT_OUT,
        a_week(two_stages(), a_hall("14:00-15:00", TUESDAY, THURSDAY)),
        PLACED,
    ),
    Tiny(
        "H4",
        "the least gap is kept",
        a_week(
            two_stages(),
            a_hall("14:00-15:00", TUESDAY, THURSDAY),
            policy=a_policy(gaps={"assessment-preparation": Gap(8, 42)}),
        ),
        LEFT_OUT,
        a_week(two_stages(), a_hall("14:00-15:00", TUESDAY, THURSDAY)),
        PLACED,
    ),
    Tiny(
        "H4",
        "the most days between are kept",
        a_week(after_an_assessment_on(date(2026, 1, 26))),
        LEFT_OUT,
        a_week(after_an_assessment_on(date(2026, 1, 27))),
        PLACED,
    ),
    Tiny(
        "H4",
        "two preparations need a day between",
        a_week(
            a_case("C", a_task("C-1", Stage.PREPARATION), a_task("C-2", Stage.PREPARATION)),
            a_hall("13:00-15:00"),
        ),
        LEFT_OUT,
        a_week(
            a_case("C", a_task("C-1", Stage.PREPARATION)),
            a_case("D", a_task("D-1", Stage.PREPARATION)),
            a_hall("13:00-15:00"),
        ),
        PLACED,
    ),
    Tiny(
        "H5",
        "a case has one lead",
        a_week(
            two_stages(),
            a_hall("14:00-15:00", TUESDAY, THURSDAY),
            replace(AMINA, away=days(date(2026, 3, 6), date(2026, 3, 12))),
            replace(BRYN, hours=hours("09:00-17:00", TUESDAY)),
        ),
        LEFT_OUT,
        a_week(
            two_stages(),
            a_hall("14:00-15:00", TUESDAY, THURSDAY),
            replace(AMINA, hours=hours("09:00-17:00", TUESDAY, THURSDAY)),
        ),
        PLACED,
    ),
    Tiny(
        "H6",
        "a lead covers the area",
        a_week(ONE, replace(AMINA, areas=frozenset({"South"}))),
        LEFT_OUT,
        a_week(ONE),
        PLACED,
    ),
    Tiny(
        "H6",
        "a lead has every skill",
        a_week(a_conference(skills=frozenset({"youth"}))),
        LEFT_OUT,
        a_week(
            a_conference(skills=frozenset({"youth"})),
            replace(AMINA, skills=frozenset({"youth"})),
        ),
        PLACED,
    ),
    Tiny(
        "H6",
        "a lead speaks the language",
        a_week(a_conference(language="cy")),
        LEFT_OUT,
        a_week(a_conference(language="cy"), replace(AMINA, languages=frozenset({"cy"}))),
        PLACED,
    ),
    Tiny(
        "H6",
        "a lead is accredited by the day",
        a_week(ONE, replace(AMINA, accredited=date(2026, 3, 11))),
        LEFT_OUT,
        a_week(ONE, replace(AMINA, accredited=date(2026, 3, 10))),
        PLACED,
    ),
    Tiny(
        "H6",
        "a conflict with somebody of another stage counts",
        a_week(held_with_p(), a_person("P"), replace(AMINA, conflicts=frozenset({"P"}))),
        LEFT_OUT,
        a_week(held_with_p(), a_person("P")),
        PLACED,
    ),
    Tiny(
        "H6",
        "the second has every skill too",
        a_week(
            a_conference(skills=frozenset({"youth"}), second_required=True),
            replace(AMINA, skills=frozenset({"youth"})),
            BRYN,
        ),
        LEFT_OUT,
        a_week(
            a_conference(skills=frozenset({"youth"}), second_required=True),
            replace(AMINA, skills=frozenset({"youth"})),
            replace(BRYN, skills=frozenset({"youth"})),
        ),
        PLACED,
    ),
    Tiny(
        "H7",
        "a facilitator works in the hours given",
        a_week(ONE, replace(AMINA, hours=hours("09:00-14:30"))),
        LEFT_OUT,
        a_week(ONE, replace(AMINA, hours=hours("09:00-15:00"))),
        PLACED,
    ),
    Tiny(
        "H7",
        "two windows that abut are not one",
        a_week(ONE, replace(AMINA, hours=(*hours("09:00-14:30"), *hours("14:30-17:00")))),
        LEFT_OUT,
        a_week(ONE),
        PLACED,
    ),
    Tiny(
        "H7",
        "a facilitator may be away",
        a_week(ONE, replace(AMINA, away=days(date(2026, 3, 9), date(2026, 3, 10)))),
        LEFT_OUT,
        a_week(ONE, replace(AMINA, away=days(date(2026, 3, 9)))),
        PLACED,
    ),
    Tiny(
        "H7",
        "a facilitator may be busy",
        a_week(ONE, replace(AMINA, busy=busy(at(10, "14:45"), 30))),
        LEFT_OUT,
        a_week(ONE, replace(AMINA, busy=busy(at(10, "15:00"), 30))),
        PLACED,
    ),
    Tiny(
        "H8",
        "two where two are called for",
        a_week(a_conference(second_required=True)),
        LEFT_OUT,
        a_week(a_conference(second_required=True), AMINA, BRYN),
        PLACED,
    ),
    Tiny(
        "H8",
        "one being mentored does not lead alone up to the last day",
        a_week(ONE, replace(AMINA, mentored_until=date(2026, 3, 10))),
        LEFT_OUT,
        a_week(ONE, replace(AMINA, mentored_until=date(2026, 3, 9))),
        PLACED,
    ),
    Tiny(
        "H8",
        "only a mentor of the lead is beside the lead",
        a_week(*mentored(frozenset())),
        LEFT_OUT,
        a_week(*mentored(frozenset({"Bryn"}))),
        PLACED,
    ),
    Tiny(
        "H8",
        "one being mentored is nobody's second",
        a_week(
            a_conference(second_required=True),
            AMINA,
            replace(BRYN, mentored_until=date(2026, 6, 1), languages=frozenset({"cy"})),
        ),
        LEFT_OUT,
        a_week(
            a_conference(second_required=True),
            AMINA,
            replace(BRYN, languages=frozenset({"cy"})),
        ),
        PLACED,
    ),
    Tiny(
        "H9",
        "nobody is in two places",
        a_week(*in_two_venues("14:00-15:00")),
        LEFT_OUT,
        a_week(*in_two_venues("14:00-15:00"), AMINA, BRYN),
        PLACED,
    ),
    Tiny(
        "H9",
        "the journey takes its time",
        a_week(*in_two_venues("15:00-16:00", x=1), replace(AMINA, x=1)),
        figures(1),
        a_week(*in_two_venues("15:00-16:00")),
        PLACED,
    ),
    Tiny(
        "H10",
        "a week has so many minutes",
        a_week(
            ONE, OTHER, a_hall("13:00-15:00"), replace(AMINA, weekly_minutes=119), policy=TWO_A_DAY
        ),
        LEFT_OUT,
        a_week(
            ONE, OTHER, a_hall("13:00-15:00"), replace(AMINA, weekly_minutes=120), policy=TWO_A_DAY
        ),
        PLACED,
    ),
    Tiny(
        "H11",
        "a day has so many conferences",
        a_week(ONE, OTHER, a_hall("13:00-15:00")),
        LEFT_OUT,
        a_week(ONE, OTHER, a_hall("13:00-15:00"), policy=TWO_A_DAY),
        PLACED,
    ),
    Tiny(
        "H12",
        "a caseload has a cap",
        a_week(
            ONE,
            OTHER,
            a_hall("13:00-15:00"),
            replace(AMINA, caseload_cap=1),
            policy=TWO_A_DAY,
        ),
        LEFT_OUT,
        a_week(ONE, OTHER, a_hall("13:00-15:00"), policy=TWO_A_DAY),
        PLACED,
    ),
    Tiny(
        "H13",
        "a venue is agreed",
        a_week(a_conference(venues=())),
        LEFT_OUT,
        a_week(ONE),
        PLACED,
    ),
    Tiny(
        "H13",
        "a room has the seats",
        a_week(a_case("C", a_task("C-conference", seats=9))),
        LEFT_OUT,
        a_week(a_case("C", a_task("C-conference", seats=8))),
        PLACED,
    ),
    Tiny(
        "H13",
        "a room has the features",
        a_week(a_case("C", a_task("C-conference", features=frozenset({"step_free"})))),
        LEFT_OUT,
        a_week(a_case("C", a_task("C-conference", features=frozenset({"separate_entrances"})))),
        PLACED,
    ),
    Tiny(
        "H13",
        "a venue may be closed",
        a_week(ONE, a_hall(closed=frozenset({date(2026, 3, 10)}))),
        LEFT_OUT,
        a_week(ONE, a_hall(closed=frozenset({date(2026, 3, 11)}))),
        PLACED,
    ),
    Tiny(
        "H13",
        "a room may be taken by others",
        a_week(ONE, a_hall(rooms=(a_room(busy=busy(at(10, "14:30"), 15)),))),
        LEFT_OUT,
        a_week(ONE, a_hall(rooms=(a_room(busy=busy(at(10, "15:00"), 15)),))),
        PLACED,
    ),
    Tiny(
        "H14",
        "a room rests between uses",
        a_week(
            ONE,
            OTHER,
            a_hall("13:00-15:00", rooms=(a_room(turnaround_minutes=15),)),
            policy=TWO_A_DAY,
        ),
        LEFT_OUT,
        a_week(ONE, OTHER, a_hall("13:00-15:00"), policy=TWO_A_DAY),
        PLACED,
    ),
    Tiny(
        "H15",
        "a person has hours",
        a_week(a_conference("C", "P"), a_person("P", hours=hours("14:15-17:00"))),
        LEFT_OUT,
        a_week(a_conference("C", "P"), a_person("P", hours=hours("14:00-17:00"))),
        PLACED,
    ),
    Tiny(
        "H15",
        "a person may be away",
        a_week(a_conference("C", "P"), a_person("P", away=days(date(2026, 3, 10)))),
        LEFT_OUT,
        a_week(a_conference("C", "P"), a_person("P", away=days(date(2026, 3, 11)))),
        PLACED,
    ),
    Tiny(
        "H15",
        "a person may be busy",
        a_week(a_conference("C", "P"), a_person("P", busy=busy(at(10, "13:30"), 31))),
        LEFT_OUT,
        a_week(a_conference("C", "P"), a_person("P", busy=busy(at(10, "13:30"), 30))),
        PLACED,
    ),
    Tiny(
        "H15",
        "a curfew begins with the journey home",
        a_week(a_conference("C", "P"), a_person("P", curfew=Curfew(15 * 60 + 30, 7 * 60, 31))),
        LEFT_OUT,
        a_week(a_conference("C", "P"), a_person("P", curfew=Curfew(15 * 60 + 30, 7 * 60, 30))),
        PLACED,
    ),
    Tiny(
        "H15",
        "a person keeps away from a place",
        a_week(a_conference("C", "P"), a_person("P", not_venues=frozenset({"Hall"}))),
        LEFT_OUT,
        a_week(a_conference("C", "P"), a_person("P", not_venues=frozenset({"Library"}))),
        PLACED,
    ),
    Tiny(
        "H15",
        "a person is in one meeting at a time",
        a_week(*in_two_venues("14:00-15:00", "P"), a_person("P"), AMINA, BRYN),
        LEFT_OUT,
        a_week(*in_two_venues("14:00-15:00"), a_person("P"), AMINA, BRYN),
        PLACED,
    ),
    Tiny(
        "H16",
        "what is pinned stays though it is late",
        a_week(*told_late(is_pinned=True)),
        figures(0, 5),
        a_week(*told_late(is_pinned=False)),
        figures(0, 0, 4),
    ),
    Tiny(
        "T1",
        "the due day itself is in time",
        a_week(a_case("C", a_task("C-conference", due=date(2026, 3, 10)))),
        PLACED,
        a_week(a_case("C", a_task("C-conference", due=date(2026, 3, 9)))),
        figures(0, 1),
    ),
    Tiny(
        "T1",
        "a call is due on day fifteen",
        a_week(*a_call(sentenced=date(2026, 2, 23))),
        PLACED,
        a_week(*a_call(sentenced=date(2026, 2, 22))),
        figures(0, 1),
    ),
    Tiny(
        "T1",
        "a promise comes before the one who has begun",
        a_week(*begun_by_bryn(due=date(2026, 3, 10))),
        figures(0, 0, 3),
        a_week(*begun_by_bryn(due=None)),
        PLACED,
    ),
    Tiny(
        "T2",
        "a handover where the lead cannot go on",
        a_week(
            a_conference(current_lead="Bryn"), AMINA, replace(BRYN, away=days(date(2026, 3, 10)))
        ),
        figures(0, 0, 3),
        a_week(a_conference(current_lead="Bryn"), AMINA, BRYN),
        PLACED,
    ),
    Tiny(
        "T2",
        "a meeting moved",
        a_week(*told_of_thursday(closed=frozenset({date(2026, 3, 12)}))),
        figures(0, 0, 4),
        a_week(*told_of_thursday()),
        PLACED,
    ),
    Tiny(
        "T2",
        "a lead changed",
        a_week(*told_with_bryn(), AMINA, replace(BRYN, away=days(date(2026, 3, 10)))),
        figures(0, 0, 2),
        a_week(*told_with_bryn(), AMINA, BRYN),
        PLACED,
    ),
    Tiny(
        "T2",
        "a room changed",
        a_week(*told_of_a_room(busy(at(10, "14:00"), 60))),
        figures(0, 0, 1),
        a_week(*told_of_a_room(())),
        PLACED,
    ),
    Tiny(
        "T3",
        "one newly trained is given a conference",
        a_week(ONE, AMINA, NEWLY_TRAINED, policy=ONE_WANTED),
        PLACED,
        a_week(a_conference(kind=CaseKind.INDIRECT), AMINA, NEWLY_TRAINED, policy=ONE_WANTED),
        figures(0, 0, 0, 1),
    ),
    Tiny(
        "T3",
        "practice never buys a handover",
        a_week(a_conference(current_lead="Amina"), AMINA, NEWLY_TRAINED, policy=ONE_WANTED),
        figures(0, 0, 0, 1),
        a_week(ONE, AMINA, NEWLY_TRAINED, policy=ONE_WANTED),
        PLACED,
    ),
    Tiny(
        "T3",
        "a year from 29 February ends on the 28th",
        around_the_end_of_february(SATURDAY),
        PLACED,
        around_the_end_of_february(SUNDAY),
        figures(0, 0, 0, 1),
    ),
    Tiny(
        "T4",
        "cases are shared out",
        a_week(*shared_out(), policy=TWO_A_DAY),
        PLACED,
        a_week(*shared_out()[:-1], policy=TWO_A_DAY),
        figures(0, 0, 0, 0, 1),
    ),
    Tiny(
        "T5",
        "the nearer one goes",
        a_week(ONE, AMINA, replace(BRYN, x=10)),
        PLACED,
        a_week(ONE, replace(AMINA, away=days(date(2026, 3, 10))), replace(BRYN, x=10)),
        figures(0, 0, 0, 0, 0, 25),
    ),
    Tiny(
        "T5",
        "the journey of the second counts",
        a_week(a_conference(second_required=True), AMINA, replace(BRYN, x=10)),
        figures(0, 0, 0, 0, 0, 25),
        a_week(a_conference(second_required=True), AMINA, BRYN),
        PLACED,
    ),
    Tiny(
        "T6",
        "the hour people like",
        a_week(
            a_conference("C", "P"),
            a_hall("13:00-15:00"),
            a_person("P", likes_hours=hours("13:00-14:00")),
        ),
        PLACED,
        a_week(a_conference("C", "P"), a_person("P", likes_hours=hours("13:00-14:00"))),
        figures(0, 0, 0, 0, 0, 0, 1),
    ),
    Tiny(
        "T6",
        "the place people like",
        a_week(*with_a_library(), a_person("P", likes_venues=frozenset({"Library"}))),
        PLACED,
        a_week(a_conference("C", "P"), a_person("P", likes_venues=frozenset({"Library"}))),
        figures(0, 0, 0, 0, 0, 0, 1),
    ),
    Tiny(
        "H7",
        "diaries are instants after the clocks go forward",
        around(date(2026, 3, 30), busy_from=datetime(2026, 3, 31, 13, tzinfo=UTC)),
        LEFT_OUT,
        around(date(2026, 3, 30), busy_from=datetime(2026, 3, 31, 14, tzinfo=UTC)),
        PLACED,
    ),
    Tiny(
        "H7",
        "diaries are instants after the clocks go back",
        around(date(2026, 10, 26), busy_from=datetime(2026, 10, 27, 14, tzinfo=UTC)),
        LEFT_OUT,
        around(date(2026, 10, 26), busy_from=datetime(2026, 10, 27, 13, tzinfo=UTC)),
        PLACED,
    ),
    Tiny(
        "H4",
        "a gap over the night the clocks change is counted in days",
        over_the_clock_change(least=3),
        PLACED,
        over_the_clock_change(least=4),
        LEFT_OUT,
    ),
    # format 2
    Tiny(
        "H2",
        "a stage may have a notice of its own",
        a_week(
            ONE,
            horizon_end=date(2026, 3, 4),
            policy=a_policy(notice_days=1, notice={Stage.CONFERENCE: 3}),
        ),
        LEFT_OUT,
        a_week(
            ONE,
            horizon_end=date(2026, 3, 4),
            policy=a_policy(notice_days=1, notice={Stage.REVIEW: 3}),
        ),
        PLACED,
    ),
    Tiny(
        "H10",
        "four weeks have so many minutes",
        a_week(ONE, OTHER, replace(AMINA, four_week_minutes=119), horizon_end=date(2026, 3, 17)),
        LEFT_OUT,
        a_week(ONE, OTHER, replace(AMINA, four_week_minutes=120), horizon_end=date(2026, 3, 17)),
        PLACED,
    ),
    Tiny(
        "H11",
        "a week has so many conferences",
        a_week(*twice_in_a_week(), policy=a_policy(notice_days=4, conferences_per_week=1)),
        LEFT_OUT,
        a_week(*twice_in_a_week(), policy=a_policy(notice_days=4, conferences_per_week=2)),
        PLACED,
    ),
    Tiny(
        "H11",
        "a conference is rested from",
        a_week(*twice_in_a_week(), policy=a_policy(notice_days=4, recovery_days=2)),
        LEFT_OUT,
        a_week(*twice_in_a_week(), policy=a_policy(notice_days=4, recovery_days=1)),
        PLACED,
    ),
    Tiny(
        "H13",
        "what is held at a distance needs no room",
        a_week(a_case("C", a_task("C-review", Stage.REVIEW, remote=True)), a_hall(rooms=())),
        PLACED,
        a_week(a_case("C", a_task("C-review", Stage.REVIEW)), a_hall(rooms=())),
        LEFT_OUT,
    ),
    Tiny(
        "H4",
        "one conference of several has a gap of its own",
        two_conferences(Gap(3, 56)),
        LEFT_OUT,
        two_conferences(None),
        PLACED,
    ),
    Tiny(
        "H8",
        "other stages may ask for a second",
        with_two_people(a_policy(second_stages=frozenset({Stage.PREPARATION}))),
        LEFT_OUT,
        with_two_people(a_policy()),
        PLACED,
    ),
    Tiny(
        "H8",
        "somebody mentored may sit beside the own mentor",
        a_week(
            *beside_amina(TAUGHT_BY_AMINA),
            policy=a_policy(mentored_seconds=True),
        ),
        PLACED,
        a_week(*beside_amina(TAUGHT_BY_AMINA)),
        LEFT_OUT,
    ),
    Tiny(
        "H9",
        "nobody calls on the way where that is ruled out",
        between_two_venues(a_policy(no_calls_on_journeys=True)),
        LEFT_OUT,
        between_two_venues(a_policy()),
        figures(0, 0, 0, 0, 0, 40),
    ),
    Tiny(
        "H13",
        "no room of a suite is taken by others",
        a_week(ONE, beside_a_waiting_room("Hall-W", taken=busy(at(10, "14:30"), 15))),
        LEFT_OUT,
        a_week(ONE, beside_a_waiting_room(taken=busy(at(10, "14:30"), 15))),
        PLACED,
    ),
    Tiny(
        "H14",
        "a waiting room goes with its room",
        a_week(*large_and_small(), beside_a_waiting_room("Hall-W")),
        LEFT_OUT,
        a_week(*large_and_small(), beside_a_waiting_room()),
        PLACED,
    ),
    Tiny(
        "H15",
        "somebody who comes later is asked no earlier",
        a_week(
            a_case("C", a_task("C-conference", people=("P",), parts=(Part("P", 30, 60),))),
            a_person("P", busy=busy(at(10, "14:00"), 30)),
        ),
        PLACED,
        a_week(a_conference("C", "P"), a_person("P", busy=busy(at(10, "14:00"), 30))),
        LEFT_OUT,
    ),
    Tiny(
        "T2",
        "whoever began as second goes on",
        a_week(*beside_amina(BRYN, a_facilitator("Cem", x=20), current_second="Cem")),
        figures(0, 0, 0, 0, 0, 40),
        a_week(*beside_amina(BRYN, a_facilitator("Cem", x=20))),
        PLACED,
    ),
    Tiny(
        "T3",
        "being second is practice where it counts",
        a_week(
            *beside_amina(NEWLY_TRAINED),
            policy=a_policy(first_year_target=1, practice_counts=PracticeCounts.LEAD_AND_SECOND),
        ),
        PLACED,
        a_week(*beside_amina(NEWLY_TRAINED), policy=ONE_WANTED),
        figures(0, 0, 0, 1),
    ),
    Tiny(
        "H6",
        "somebody is to take no part in a case",
        a_week(a_conference(not_facilitators=frozenset({"Amina"})), AMINA),
        LEFT_OUT,
        a_week(ONE, AMINA),
        PLACED,
    ),
    Tiny(
        "H6",
        "a skill is asked of the lead alone",
        a_week(a_conference(lead_skills=frozenset({"sexual"})), AMINA),
        LEFT_OUT,
        a_week(ONE, AMINA),
        PLACED,
    ),
    Tiny(
        "H10",
        "work elsewhere counts in its own week",
        a_week(ONE, replace(AMINA, weekly_minutes=100, minutes_taken={date(2026, 3, 9): 41})),
        LEFT_OUT,
        a_week(ONE, replace(AMINA, weekly_minutes=100, minutes_taken={date(2026, 3, 2): 41})),
        PLACED,
    ),
    Tiny(
        "H10",
        "weeks worked before count among four",
        a_week(ONE, replace(AMINA, four_week_minutes=100, minutes_taken={date(2026, 2, 16): 41})),
        LEFT_OUT,
        a_week(ONE, replace(AMINA, four_week_minutes=100, minutes_taken={date(2026, 2, 9): 41})),
        PLACED,
    ),
    Tiny(
        "H11",
        "a conference elsewhere counts on its day",
        a_week(ONE, replace(AMINA, conferences_elsewhere=(date(2026, 3, 10),))),
        LEFT_OUT,
        a_week(ONE, replace(AMINA, conferences_elsewhere=(date(2026, 3, 11),))),
        PLACED,
    ),
    Tiny(
        "H11",
        "a conference held before planning begins is rested from",
        rested_since(date(2026, 3, 1), days_of_rest=2),
        LEFT_OUT,
        rested_since(date(2026, 3, 1), days_of_rest=1),
        PLACED,
    ),
    Tiny(
        "T4",
        "what is booked stays for all that people would like",
        booked_at("14:00"),
        figures(0, 0, 0, 0, 0, 0, 1),
        booked_at(None),
        PLACED,
    ),
    Tiny(
        "H15",
        "an interpreter has a diary too",
        a_week(
            a_conference("C", "I"),
            a_person("I", role="interpreter", busy=busy(at(10, "14:30"), 30)),
        ),
        LEFT_OUT,
        a_week(a_conference("C", "I"), a_person("I", role="interpreter")),
        PLACED,
    ),
)


def test_every_rule_and_every_figure_has_a_tiny_problem() -> None:
    wanted = {f"H{number}" for number in range(1, 17)} | {f"T{number}" for number in range(1, 7)}
    assert {tiny.rule for tiny in TINIES} == wanted  # T0 is what every hard rule costs
    assert len({(tiny.rule, tiny.says) for tiny in TINIES}) == len(TINIES) >= 30


@pytest.mark.parametrize("tiny", TINIES, ids=str)
def test_the_best_plan_of_all_is_found(tiny: Tiny) -> None:
    assert the_best_there_is(tiny.problem) == tiny.best
    solution = plan_meetings(tiny.problem, effort=TINY)
    assert solution.tiers == tiny.best
    assert solution.bounds.least <= tiny.best


@pytest.mark.parametrize("tiny", TINIES, ids=str)
def test_but_for_the_rule_another_plan_would_be_best(tiny: Tiny) -> None:
    assert the_best_there_is(tiny.but_for) == tiny.otherwise != tiny.best
    assert plan_meetings(tiny.but_for, effort=TINY).tiers == tiny.otherwise
