"""The hard rules H1 to H16 in plain Python: what a plan breaks, rule by rule.

Nothing here is used to find plans. Every plan is read against these rules before anybody sees it,
and again on accepting it; a solver's own word is no evidence.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from rj.scheduling.planner.civil import (
    DAY_MINUTES,
    days_after,
    ends_after,
    local_minute,
    monday_of,
)
from rj.scheduling.planner.journeys import journey_minutes
from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.problem import (
    Busy,
    Case,
    Curfew,
    Facilitator,
    Person,
    Problem,
    Stage,
    Task,
    Venue,
)
from rj.scheduling.planner.windows import Stretch, is_inside, local_stretch


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule broken: ``rule`` as H1 to H16, ``about`` the id of a task or facilitator."""

    rule: str
    about: str
    sentence: str


class RuleBroken(Exception):
    """The search handed back a plan that breaks a hard rule: a fault of the planner, not of the
    problem. The plan is thrown away; run the same problem with another seed, and report it."""

    def __init__(self, broken: "list[Breach]") -> None:
        super().__init__(
            "; ".join(f"{each.rule} {each.about} {each.sentence}" for each in broken[:5])
        )
        self.broken = broken


@dataclass(frozen=True, slots=True)
class Sitting:
    """A meeting together with what the problem says of it, and what the wall clock shows then."""

    meeting: Meeting
    case: Case
    task: Task
    day: date
    ends_at: datetime
    stretch: Stretch | None
    """None for a meeting that runs past midnight."""

    @property
    def start(self) -> datetime:
        return self.meeting.start

    @property
    def minutes(self) -> int:
        return self.task.minutes

    @property
    def id(self) -> str:
        return self.task.id

    def keeps_its_start(self) -> bool:
        """Whether people were told of this very hour."""
        return self.task.published is not None and self.task.published.start == self.start


class Reading:
    """A plan laid beside its problem; meetings the problem does not know are H1's alone."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.plan = plan

    @cached_property
    def sittings(self) -> dict[str, Sitting]:
        """By task id, each planned task once, only where every name is known."""
        found: dict[str, Sitting] = {}
        zone = self.problem.zone
        for meeting in self.plan.meetings:
            if meeting.task not in found and not _strangers(self.problem, meeting):
                task = self.problem.task[meeting.task]
                if task.held is None:
                    found[task.id] = Sitting(
                        meeting,
                        self.problem.case_of[task.id],
                        task,
                        meeting.start.astimezone(zone).date(),
                        ends_after(meeting.start, task.minutes),
                        local_stretch(zone, meeting.start, task.minutes),
                    )
        return found

    @cached_property
    def by_facilitator(self) -> dict[str, list[Sitting]]:
        """Everything a facilitator takes part in, as lead or second, in order of time."""
        return self._grouped(
            lambda sitting: [
                who for who in (sitting.meeting.lead, sitting.meeting.second) if who is not None
            ]
        )

    @cached_property
    def by_room(self) -> dict[str, list[Sitting]]:
        """Every use of a room, alone or with its suite, in order of time."""
        return self._grouped(
            lambda sitting: (
                []
                if sitting.meeting.room is None
                else [room.id for room in self.problem.suite[sitting.meeting.room]]
            )
        )

    @cached_property
    def by_person(self) -> dict[str, list[Sitting]]:
        """Every meeting of a person, in order of time."""
        return self._grouped(lambda sitting: sorted(set(sitting.task.people)))

    @cached_property
    def _in_order(self) -> list[Sitting]:
        return sorted(self.sittings.values(), key=lambda each: (each.start, each.id))

    def _grouped(self, names: Callable[[Sitting], list[str]]) -> dict[str, list[Sitting]]:
        groups: dict[str, list[Sitting]] = defaultdict(list)
        for sitting in self._in_order:
            for name in dict.fromkeys(names(sitting)):
                groups[name].append(sitting)
        return groups

    def venue(self, sitting: Sitting) -> Venue | None:
        """Where it is, or None without a room."""
        room = sitting.meeting.room
        return None if room is None else self.problem.venue_of[room]


def _strangers(problem: Problem, meeting: Meeting) -> list[str]:
    """The names in a meeting that the problem does not know."""
    strangers = []
    if meeting.task not in problem.task:
        strangers.append(f"task {meeting.task}")
    for who in (meeting.lead, meeting.second):
        if who is not None and who not in problem.facilitator:
            strangers.append(f"facilitator {who}")
    if meeting.room is not None and meeting.room not in problem.room:
        strangers.append(f"room {meeting.room}")
    return strangers


def each_task_is_planned_once(reading: Reading) -> Iterator[Breach]:
    """H1: each task at most once, known ids, nothing already held again."""
    seen: set[str] = set()
    for meeting in reading.plan.meetings:
        for stranger in _strangers(reading.problem, meeting):
            yield Breach("H1", meeting.task, f"{stranger} is not known")
        if meeting.task in seen:
            yield Breach("H1", meeting.task, "is planned twice")
        seen.add(meeting.task)
        task = reading.problem.task.get(meeting.task)
        if task is not None and task.held is not None:
            yield Breach("H1", meeting.task, "has already been held")


def days_are_allowed(reading: Reading) -> Iterator[Breach]:
    """H2: on the grid, on a working day from sentence to order's end, with due notice."""
    problem = reading.problem
    for sitting in reading.sittings.values():
        if sitting.start.second or sitting.start.microsecond:
            yield Breach("H2", sitting.id, "does not start on a whole minute")
        if local_minute(problem.zone, sitting.start) % problem.grid_minutes:
            yield Breach("H2", sitting.id, "does not start on the grid")
        if sitting.stretch is None:
            yield Breach("H2", sitting.id, "runs past midnight")
        if sitting.day in problem.bank_holidays:
            yield Breach("H2", sitting.id, "falls on a bank holiday")
        if sitting.day < sitting.case.sentenced:
            yield Breach("H2", sitting.id, "is before the sentence")
        if sitting.day > min(sitting.case.order_end, problem.horizon_end):
            yield Breach("H2", sitting.id, "is after the end of the order or of the horizon")
        notice = problem.policy.notice_of(sitting.task.stage)
        if not sitting.keeps_its_start() and sitting.day < days_after(problem.as_of, notice):
            own = sitting.task.stage in problem.policy.notice
            least = f": a {sitting.task.stage} needs {notice} days here" if own else ""
            yield Breach("H2", sitting.id, f"gives too short notice{least}")


def stages_come_in_order(reading: Reading) -> Iterator[Breach]:
    """H3: a task is planned only if every earlier stage is held or planned."""
    for case in reading.problem.cases:
        missing = None
        for task in case.open_tasks:
            if task.id not in reading.sittings:
                missing = missing or task.id
            elif missing is not None:
                yield Breach("H3", task.id, f"is planned although {missing} is not")


def gaps_are_kept(reading: Reading) -> Iterator[Breach]:
    """H4: the days between consecutive stages are neither too few nor too many."""
    for case in reading.problem.cases:
        for earlier, later in zip(case.tasks, case.tasks[1:], strict=False):
            if later.id not in reading.sittings:
                continue
            if earlier.held is not None:
                before = earlier.held
            elif earlier.id in reading.sittings:
                before = reading.sittings[earlier.id].day
            else:
                continue
            days = (reading.sittings[later.id].day - before).days
            gap = reading.problem.policy.gap_between(earlier, later)
            if days < gap.least or (gap.most is not None and days > gap.most):
                most = "any number" if gap.most is None else gap.most
                yield Breach(
                    "H4", later.id, f"is {days} days after {earlier.id}, not {gap.least} to {most}"
                )


def one_lead_for_a_case(reading: Reading) -> Iterator[Breach]:
    """H5: everything planned and not pinned in a case has the same lead."""
    for case in reading.problem.cases:
        leads = {
            reading.sittings[task.id].meeting.lead
            for task in case.open_tasks
            if task.id in reading.sittings and not task.pinned
        }
        if len(leads) > 1:
            yield Breach("H5", case.id, f"has more than one lead: {', '.join(sorted(leads))}")


def facilitators_suit_the_case(reading: Reading) -> Iterator[Breach]:
    """H6: area, skills, accreditation, no conflict of interest; the lead's language."""
    for sitting in reading.sittings.values():
        case = sitting.case
        for who in (sitting.meeting.lead, sitting.meeting.second):
            if who is None:
                continue
            facilitator = reading.problem.facilitator[who]
            if case.area not in facilitator.areas:
                yield Breach("H6", sitting.id, f"{who} does not cover the area {case.area}")
            if not case.skills <= facilitator.skills:
                lacking = ", ".join(sorted(case.skills - facilitator.skills))
                yield Breach("H6", sitting.id, f"{who} lacks the skill {lacking}")
            if sitting.day < facilitator.accredited:
                yield Breach("H6", sitting.id, f"{who} is not accredited by that day")
            if case.people & facilitator.conflicts:
                yield Breach("H6", sitting.id, f"{who} has a conflict of interest")
            if who in case.not_facilitators:
                yield Breach("H6", sitting.id, f"{who} is to take no part in this case")
        asked = case.lead_skills - reading.problem.facilitator[sitting.meeting.lead].skills
        if asked:
            needed = ", ".join(sorted(asked))
            yield Breach("H6", sitting.id, f"{sitting.meeting.lead} lacks {needed} to lead")
        if case.language not in reading.problem.facilitator[sitting.meeting.lead].languages:
            yield Breach("H6", sitting.id, f"{sitting.meeting.lead} does not speak the language")


def facilitators_are_available(reading: Reading) -> Iterator[Breach]:
    """H7: lead and second are inside a window, not away and not busy."""
    for who, sittings in reading.by_facilitator.items():
        facilitator = reading.problem.facilitator[who]
        for sitting in sittings:
            trouble = _absence(facilitator, _whole(sitting))
            if trouble:
                yield Breach("H7", sitting.id, f"{who} {trouble}")


class _Stay(NamedTuple):
    """The part of a meeting that somebody attends, or the whole of it."""

    starts_at: datetime
    ends_at: datetime
    stretch: Stretch | None
    sitting: Sitting


def _whole(sitting: Sitting) -> _Stay:
    return _Stay(sitting.start, sitting.ends_at, sitting.stretch, sitting)


def _stay_of(problem: Problem, sitting: Sitting, person: str) -> _Stay:
    """How long somebody is in a meeting."""
    part = sitting.task.part_of(person)
    minutes = part.ends - part.begins
    if minutes == sitting.minutes:
        return _whole(sitting)
    starts_at = ends_after(sitting.start, part.begins)
    ends_at = ends_after(sitting.start, part.ends)
    return _Stay(starts_at, ends_at, local_stretch(problem.zone, starts_at, minutes), sitting)


def _absence(someone: Facilitator | Person, stay: _Stay) -> str | None:
    """Why somebody cannot be there, from hours, absences and diary."""
    if someone.hours is not None and not is_inside(someone.hours, stay.stretch):
        return "does not attend at that hour"
    for each in someone.away:
        if each.first <= stay.sitting.day <= each.last:
            return "is away"
    if _is_taken(someone.busy, stay):
        return "is busy"
    return None


def _is_taken(busy: tuple[Busy, ...], stay: _Stay) -> bool:
    starts_at, ends_at = stay.starts_at, stay.ends_at
    return bool(busy) and any(e.starts_at < ends_at and starts_at < e.ends_at for e in busy)


def seconds_are_where_needed(reading: Reading) -> Iterator[Breach]:
    """H8: a conference has a second exactly when one is called for, and a fitting one.

    Format 2: other stages too, and somebody mentored may be second to one of the own mentors.
    """
    policy = reading.problem.policy
    for sitting in reading.sittings.values():
        lead = reading.problem.facilitator[sitting.meeting.lead]
        second = sitting.meeting.second
        is_mentored = lead.is_mentored_on(sitting.day)
        is_needed = sitting.task.stage in policy.second_stages and (
            sitting.case.second_required or is_mentored
        )
        if is_needed and second is None:
            yield Breach("H8", sitting.id, "has no second facilitator or mentor")
        if second is None:
            continue
        if not is_needed:
            yield Breach("H8", sitting.id, "has a second facilitator who is not called for")
        if second == lead.id:
            yield Breach("H8", sitting.id, "has the same lead and second")
        beside = reading.problem.facilitator[second]
        has_mentor_there = policy.mentored_seconds and lead.id in beside.mentors
        if beside.is_mentored_on(sitting.day) and not has_mentor_there:
            yield Breach("H8", sitting.id, f"{second} is still being mentored")
        if is_mentored and second not in lead.mentors:
            yield Breach("H8", sitting.id, f"{second} is not one of the mentors of {lead.id}")


def nobody_is_in_two_places(reading: Reading) -> Iterator[Breach]:
    """H9: no overlap for a facilitator, and time for the journey between venues on one day.

    Format 2: by policy, one sets out after the last call and makes none on the way.
    """
    travel = reading.problem.policy.travel
    for who, sittings in reading.by_facilitator.items():
        for index, earlier in enumerate(sittings):
            for later in sittings[index + 1 :]:
                if later.start < earlier.ends_at:
                    yield Breach("H9", later.id, f"{who} is also in {earlier.id}")
                    continue
                if later.day != earlier.day:
                    break
                here, there = reading.venue(earlier), reading.venue(later)
                if here is not None and there is not None and here.id != there.id:
                    journey = journey_minutes(travel, here, there)
                    if later.start < ends_after(earlier.ends_at, journey):
                        yield Breach("H9", later.id, f"{who} cannot get there from {earlier.id}")
        if reading.problem.policy.no_calls_on_journeys:
            yield from _calls_on_journeys(reading, who, sittings)


def _calls_on_journeys(reading: Reading, who: str, sittings: list[Sitting]) -> Iterator[Breach]:
    travel = reading.problem.policy.travel
    last: Sitting | None = None
    calls: list[Sitting] = []
    for sitting in sittings:
        if last is None or last.day != sitting.day:
            last, calls = None, []
        there = reading.venue(sitting)
        if there is None:
            calls.append(sitting)
            continue
        here = None if last is None else reading.venue(last)
        if here is not None and here.id != there.id:
            journey = journey_minutes(travel, here, there)
            for call in calls:
                if sitting.start < ends_after(call.ends_at, journey):
                    yield Breach("H9", call.id, f"{who} is on the way to {sitting.id} then")
        last, calls = sitting, []


def weeks_are_within_the_cap(reading: Reading) -> Iterator[Breach]:
    """H10: minutes in meetings and contacts in a week from Monday, both roles.

    Format 2: in any four weeks that follow one another too; what work outside the problem takes of
    a week counts.
    """
    for who, sittings in reading.by_facilitator.items():
        facilitator = reading.problem.facilitator[who]
        planned: dict[date, int] = defaultdict(int)
        for sitting in sittings:
            planned[monday_of(sitting.day)] += sitting.task.minutes
        weeks = {
            monday: planned.get(monday, 0) + facilitator.minutes_taken.get(monday, 0)
            for monday in {*planned, *facilitator.minutes_taken}
        }
        for monday in planned:
            if weeks[monday] > facilitator.weekly_minutes:
                outside = facilitator.minutes_taken.get(monday)
                added = f", {outside} of them outside this plan" if outside else ""
                sentence = f"has {weeks[monday]} minutes in the week of {monday}{added}"
                yield Breach("H10", who, sentence)
        most = facilitator.four_week_minutes
        for monday in sorted(weeks):
            # the fullest stretch of four weeks begins with one that is worked in
            stretch = [days_after(monday, 7 * number) for number in range(4)]
            four = sum(weeks.get(each, 0) for each in stretch)
            is_of_plan = any(each in planned for each in stretch)
            if most is not None and four > most and is_of_plan:
                yield Breach("H10", who, f"has {four} minutes in the four weeks from {monday}")


def conferences_are_spread_out(reading: Reading) -> Iterator[Breach]:
    """H11: at most so many conferences for a facilitator on one day, both roles.

    Format 2: at most so many in a week from Monday, and days without one after each; those outside
    the problem count.
    """
    policy = reading.problem.policy
    for who, sittings in reading.by_facilitator.items():
        planned = {each.day for each in sittings if each.task.stage is Stage.CONFERENCE}
        days = Counter(each.day for each in sittings if each.task.stage is Stage.CONFERENCE)
        elsewhere = reading.problem.facilitator[who].conferences_elsewhere
        days.update(elsewhere)
        for day in sorted(planned):
            if days[day] > policy.conferences_per_day:
                outside = elsewhere.count(day)
                added = f", {outside} of them outside this plan" if outside else ""
                yield Breach("H11", who, f"has {days[day]} conferences on {day}{added}")
        weeks = Counter[date]()
        for day, conferences in days.items():
            weeks[monday_of(day)] += conferences
        for monday in sorted({monday_of(day) for day in planned}):
            most = policy.conferences_per_week
            if most is not None and weeks[monday] > most:
                yield Breach("H11", who, f"has {weeks[monday]} conferences in the week of {monday}")
        for earlier, later in pairwise(sorted(days)):
            is_short = (later - earlier).days <= policy.recovery_days
            if is_short and {earlier, later} & planned:
                yield Breach("H11", who, f"has no rest between conferences before {later}")


def caseloads_are_within_the_cap(reading: Reading) -> Iterator[Breach]:
    """H12: at most so many cases led by a facilitator."""
    led: dict[str, set[str]] = defaultdict(set)
    for sitting in reading.sittings.values():
        led[sitting.meeting.lead].add(sitting.case.id)
    for who, cases in led.items():
        cap = reading.problem.facilitator[who].caseload_cap
        if len(cases) > cap:
            yield Breach("H12", who, f"leads {len(cases)} cases, cap {cap}")


def rooms_suit_the_meeting(reading: Reading) -> Iterator[Breach]:
    """H13: a contact or remote task has no room; all others an agreed, fitting and open one."""
    for sitting in reading.sittings.values():
        if sitting.meeting.room is None:
            if sitting.task.has_room:
                yield Breach("H13", sitting.id, "has no room")
            continue
        if not sitting.task.has_room:
            what = "is held at a distance" if sitting.task.remote else "is a telephone call"
            yield Breach("H13", sitting.id, f"{what} and has a room")
            continue
        room = reading.problem.room[sitting.meeting.room]
        venue = reading.problem.venue_of[room.id]
        if venue.id not in sitting.case.venues:
            yield Breach("H13", sitting.id, f"{venue.id} is not agreed for the case")
        if room.capacity < sitting.task.seats:
            yield Breach("H13", sitting.id, f"{room.id} has too few seats")
        if not sitting.task.features <= room.features:
            lacking = ", ".join(sorted(sitting.task.features - room.features))
            yield Breach("H13", sitting.id, f"{room.id} lacks {lacking}")
        if sitting.day in venue.closed or not is_inside(venue.hours, sitting.stretch):
            yield Breach("H13", sitting.id, f"{venue.id} is not open then")
        for each in reading.problem.suite[room.id]:
            if _is_taken(each.busy, _whole(sitting)):
                yield Breach("H13", sitting.id, f"{each.id} is taken then")


def rooms_rest_between_uses(reading: Reading) -> Iterator[Breach]:
    """H14: two uses of a room are separated by its turnaround; its suite is used with it."""
    for room_id, sittings in reading.by_room.items():
        rest = reading.problem.room[room_id].turnaround_minutes
        for index, earlier in enumerate(sittings):
            free_at = ends_after(earlier.ends_at, rest)
            for later in sittings[index + 1 :]:
                if later.start >= free_at:
                    break
                yield Breach("H14", later.id, f"{room_id} is not free after {earlier.id}")


def people_can_attend(reading: Reading) -> Iterator[Breach]:
    """H15: hours, absences, diary, curfew with its margin, places to avoid, one at a time.

    Format 2: of a meeting somebody attends a part of, for that part alone.
    """
    for name, sittings in reading.by_person.items():
        person = reading.problem.person[name]
        stays = [_stay_of(reading.problem, each, name) for each in sittings]
        stays.sort(key=lambda stay: (stay.starts_at, stay.sitting.id))
        for index, stay in enumerate(stays):
            sitting = stay.sitting
            trouble = _absence(person, stay)
            if trouble:
                yield Breach("H15", sitting.id, f"{name} {trouble}")
            if person.curfew and not _is_outside(person.curfew, stay.stretch):
                yield Breach("H15", sitting.id, f"{name} is under curfew")
            venue = reading.venue(sitting)
            if venue is not None and venue.id in person.not_venues:
                yield Breach("H15", sitting.id, f"{name} may not go to {venue.id}")
            for later in stays[index + 1 :]:
                if later.starts_at >= stay.ends_at:
                    break
                yield Breach("H15", later.sitting.id, f"{name} is also in {sitting.id}")


def _is_outside(curfew: Curfew, stretch: Stretch | None) -> bool:
    """Whether a meeting keeps clear of the hours at home and of the journeys around them."""
    opens, closes = (0, DAY_MINUTES) if stretch is None else stretch[1:]
    may_leave = curfew.ends + curfew.margin_minutes
    must_leave = curfew.begins - curfew.margin_minutes
    if curfew.begins > curfew.ends:
        return opens >= may_leave and closes <= must_leave
    return opens >= may_leave or closes <= must_leave


def pins_hold(reading: Reading) -> Iterator[Breach]:
    """H16: a pinned task appears exactly as published."""
    for case in reading.problem.cases:
        for task in case.open_tasks:
            told = task.published
            if not task.pinned or told is None:
                continue
            sitting = reading.sittings.get(task.id)
            if sitting is None:
                yield Breach("H16", task.id, "is pinned and was dropped")
                continue
            meeting = sitting.meeting
            if (meeting.start, meeting.lead, meeting.second, meeting.room) != (
                told.start,
                told.lead,
                told.second,
                told.room,
            ):
                yield Breach("H16", task.id, "is pinned and was changed")


HARD_RULES = (
    each_task_is_planned_once,
    days_are_allowed,
    stages_come_in_order,
    gaps_are_kept,
    one_lead_for_a_case,
    facilitators_suit_the_case,
    facilitators_are_available,
    seconds_are_where_needed,
    nobody_is_in_two_places,
    weeks_are_within_the_cap,
    conferences_are_spread_out,
    caseloads_are_within_the_cap,
    rooms_suit_the_meeting,
    rooms_rest_between_uses,
    people_can_attend,
    pins_hold,
)


def breaches(problem: Problem, plan: Plan) -> list[Breach]:
    """Every breach of every hard rule, in the rules' order; an empty list is a lawful plan."""
    reading = Reading(problem, plan)
    return [breach for rule in HARD_RULES for breach in rule(reading)]
