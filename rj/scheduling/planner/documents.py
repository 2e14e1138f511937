"""Problems and plans as JSON: ``rj-schedule/1`` and ``/2``, ``rj-schedule-solution/1``.

Reading refuses with ``Invalid`` whose one field is the JSON path of the first fault found, and
whose message is a sentence that names it. Format 2 is format 1 with optional fields of the policy,
a facilitator, a case and a task, and the role of an interpreter; it is written only where one of
them is filled. A room's ``busy`` and the problem's ``note`` are read where present and written
where filled in either.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rj.kernel.errors import FieldProblem, Invalid
from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.problem import (
    Away,
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
    Published,
    Room,
    Stage,
    Task,
    Travel,
    Venue,
    Window,
)

PROBLEM_FORMAT = "rj-schedule/1"
WIDER_FORMAT = "rj-schedule/2"
PLAN_FORMAT = "rj-schedule-solution/1"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NO_LIMIT = 10**6
"""Days of a gap that has no most."""
STAGES = tuple(Stage)
SECOND_STAGES = frozenset({Stage.CONFERENCE})
ROLES = ("offender", "victim", "supporter", "manager", "interpreter")

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"(\d{2}):(\d{2})")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})")

Choice = TypeVar("Choice", bound=StrEnum)
Read = TypeVar("Read")


class Node:
    """One value of a document that knows its path, so that a fault can be found again."""

    __slots__ = ("_above", "_name", "value")

    def __init__(self, value: Any, above: "Node | None" = None, name: str | int = "") -> None:
        self.value = value
        self._above = above
        self._name = name

    @property
    def path(self) -> str:
        """Where in the document it stands, spelt out only when somebody asks."""
        above = "" if self._above is None else self._above.path
        if isinstance(self._name, int):
            return f"{above}[{self._name}]"
        return f"{above}.{self._name}" if above else self._name

    def refuse(self, what: str) -> NoReturn:
        """Refuse the document because of this value; ``what`` completes a sentence."""
        where = self.path or "the document"
        raise Invalid(FieldProblem(self.path, f"{where} {what}."))

    def at(self, name: str) -> "Node":
        """The member of that name, which must be there."""
        found = self.find(name)
        if found is None:
            path = Node(None, self, name).path
            raise Invalid(FieldProblem(path, f"{path} is missing."))
        return found

    def find(self, name: str) -> "Node | None":
        """The member of that name, or None where it is absent."""
        if not isinstance(self.value, dict):
            self.refuse("must be an object")
        if name not in self.value:
            return None
        return Node(self.value[name], self, name)

    def items(self) -> "Iterator[Node]":
        """The members of a list, in order."""
        if not isinstance(self.value, list):
            self.refuse("must be a list")
        for index, value in enumerate(self.value):
            yield Node(value, self, index)

    def pair(self) -> "tuple[Node, Node]":
        """A list of exactly two."""
        found = list(self.items())
        if len(found) != 2:
            self.refuse("must be a list of two")
        return found[0], found[1]

    def or_none(self, read: "Callable[[Node], Read]") -> "Read | None":
        """None for null, else what ``read`` makes of the value."""
        return None if self.value is None else read(self)

    def text(self) -> str:
        """A string."""
        if not isinstance(self.value, str):
            self.refuse("must be a string")
        return self.value

    def whole(self, least: int | None = None) -> int:
        """A whole number, not below ``least``."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self.refuse("must be a whole number")
        if least is not None and self.value < least:
            self.refuse(f"must be {least} or more")
        return self.value

    def truth(self) -> bool:
        """true or false."""
        if not isinstance(self.value, bool):
            self.refuse("must be true or false")
        return self.value

    def day(self) -> date:
        """A local day."""
        found = _day_named(self.text())
        if found is None:
            self.refuse(f'must be a date such as 2026-03-09, not "{self.value}"')
        return found

    def clock(self) -> int:
        """A time on the wall clock, in minutes after midnight; 24:00 ends the day."""
        found = _minute_named(self.text())
        if found is None:
            self.refuse(f'must be a time such as 09:30, not "{self.value}"')
        return found

    def instant(self) -> datetime:
        """An instant, in UTC; the offset is mandatory."""
        text = self.text()
        if _INSTANT.fullmatch(text):
            try:
                return datetime.fromisoformat(text).astimezone(UTC)
            except ValueError:
                pass
        self.refuse(f'must be an instant such as 2026-03-30T10:00+01:00, not "{text}"')

    def one_of(self, choices: type[Choice]) -> Choice:
        """One of a few words."""
        try:
            return choices(self.text())
        except ValueError:
            self.refuse(f'must be one of {", ".join(choices)}, not "{self.value}"')

    def names(self) -> frozenset[str]:
        """A list of strings whose order does not matter."""
        return frozenset(each.text() for each in self.items())


@lru_cache(maxsize=4096)
def _day_named(text: str) -> date | None:
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    return None


@lru_cache(maxsize=4096)
def _minute_named(text: str) -> int | None:
    found = _CLOCK.fullmatch(text)
    if found:
        hours, minutes = int(found[1]), int(found[2])
        if minutes < 60 and hours * 60 + minutes <= 24 * 60:
            return hours * 60 + minutes
    return None


def read_plan(document: Any) -> Plan:
    """Read a decoded plan; whether it suits a problem is for ``rules.breaches`` to say."""
    top = Node(document)
    if top.at("format").text() != PLAN_FORMAT:
        top.at("format").refuse(f'must be "{PLAN_FORMAT}"')
    return Plan(
        problem=top.at("instance").text(),
        meetings=tuple(
            Meeting(
                task=each.at("task").text(),
                start=each.at("start").instant(),
                lead=each.at("lead").text(),
                second=each.at("second").or_none(Node.text),
                room=each.at("room").or_none(Node.text),
            )
            for each in top.at("meetings").items()
        ),
    )


def write_plan(plan: Plan) -> dict[str, Any]:
    """The plan as a document: starts in UTC, meetings in the plan's order."""
    return {
        "format": PLAN_FORMAT,
        "instance": plan.problem,
        "meetings": [
            {
                "task": meeting.task,
                "start": _instant_text(meeting.start),
                "lead": meeting.lead,
                "second": meeting.second,
                "room": meeting.room,
            }
            for meeting in plan.meetings
        ],
    }


def plan_text(plan: Plan) -> str:
    """The plan as JSON text: the same plan gives the same characters."""
    return json.dumps(write_plan(plan), indent=1, ensure_ascii=False) + "\n"


def read_problem(document: Any) -> Problem:
    """Read a decoded problem and see that what it names exists."""
    top = Node(document)
    if top.at("format").text() not in (PROBLEM_FORMAT, WIDER_FORMAT):
        top.at("format").refuse(f'must be "{PROBLEM_FORMAT}" or "{WIDER_FORMAT}"')
    note = top.find("note")
    problem = Problem(
        name=top.at("name").text(),
        timezone=_timezone(top.at("timezone")),
        as_of=top.at("as_of").day(),
        horizon_end=top.at("horizon_end").day(),
        bank_holidays=frozenset(each.day() for each in top.at("bank_holidays").items()),
        grid_minutes=top.at("grid_minutes").whole(5),
        policy=_policy(top.at("policy")),
        venues=tuple(_venue(each) for each in top.at("venues").items()),
        people=tuple(_person(each) for each in top.at("people").items()),
        facilitators=tuple(_facilitator(each) for each in top.at("facilitators").items()),
        cases=tuple(_case(each) for each in top.at("cases").items()),
        note="" if note is None else note.text(),
    )
    if problem.horizon_end < problem.as_of:
        top.at("horizon_end").refuse("must not be before as_of")
    _ids_are_unique(top)
    _names_exist(top, problem)
    return problem


def _ids_are_unique(top: Node) -> None:
    kinds: dict[str, Iterable[Node]] = {
        "venue": top.at("venues").items(),
        "person": top.at("people").items(),
        "facilitator": top.at("facilitators").items(),
        "case": top.at("cases").items(),
        "room": (r for v in top.at("venues").items() for r in v.at("rooms").items()),
        "task": (t for c in top.at("cases").items() for t in c.at("tasks").items()),
    }
    for kind, nodes in kinds.items():
        seen: set[str] = set()
        for node in nodes:
            found = node.at("id").text()
            if found in seen:
                node.at("id").refuse(f'repeats the {kind} id "{found}"')
            seen.add(found)


def _names_exist(top: Node, problem: Problem) -> None:
    for venue in top.at("venues").items():
        rooms = {each.at("id").text() for each in venue.at("rooms").items()}
        for room in venue.at("rooms").items():
            suite = room.find("suite")
            for other in () if suite is None else suite.items():
                if other.text() not in rooms - {room.at("id").text()}:
                    other.refuse(f'must name another room of the venue, not "{other.value}"')
    for case in top.at("cases").items():
        for venue in case.at("venues").items():
            if venue.text() not in problem.venue:
                venue.refuse(f'names a venue that is not listed, "{venue.value}"')
        for task in case.at("tasks").items():
            for person in task.at("people").items():
                if person.text() not in problem.person:
                    person.refuse(f'names a person who is not listed, "{person.value}"')
            parts = task.find("parts")
            if parts is not None:
                for name in parts.value:
                    if name not in task.at("people").value:
                        parts.at(name).refuse("must be of somebody who attends")


def _timezone(node: Node) -> str:
    try:
        ZoneInfo(node.text())
    except (ZoneInfoNotFoundError, ValueError):
        node.refuse("must be a time zone such as Europe/London")
    return node.text()


def _policy(node: Node) -> Policy:
    travel = node.at("travel")
    gaps = node.at("gaps")
    if not isinstance(gaps.value, dict):
        gaps.refuse("must be an object")
    notice, per_week = node.find("notice"), node.find("conferences_per_week")
    recovery, seconds = node.find("recovery_days"), node.find("second_stages")
    mentored, counts = node.find("mentored_seconds"), node.find("practice_counts")
    no_calls = node.find("no_calls_on_journeys")
    return Policy(
        contact_days=node.at("contact_days").whole(0),
        notice_days=node.at("notice_days").whole(0),
        gaps={pair: _gap(gaps.at(pair)) for pair in sorted(gaps.value)},
        first_year_target=node.at("first_year_target").whole(0),
        later_year_target=node.at("later_year_target").whole(0),
        conferences_per_day=node.at("conferences_per_day").whole(1),
        travel=Travel(
            fixed_minutes=travel.at("fixed_minutes").whole(0),
            seconds_per_km=travel.at("seconds_per_km").whole(0),
            round_to_minutes=travel.at("round_to_minutes").whole(1),
        ),
        notice={} if notice is None else _notice(notice),
        conferences_per_week=None if per_week is None else per_week.or_none(_most),
        recovery_days=0 if recovery is None else recovery.whole(0),
        second_stages=SECOND_STAGES if seconds is None else _stages(seconds),
        mentored_seconds=mentored is not None and mentored.truth(),
        no_calls_on_journeys=no_calls is not None and no_calls.truth(),
        practice_counts=PracticeCounts.LEAD if counts is None else counts.one_of(PracticeCounts),
    )


def _stages(node: Node) -> frozenset[Stage]:
    return frozenset(each.one_of(Stage) for each in node.items())


def _most(node: Node) -> int:
    return node.whole(0)


def _notice(node: Node) -> dict[Stage, int]:
    if not isinstance(node.value, dict):
        node.refuse("must be an object")
    for stage in node.value:
        if stage not in list(Stage):
            node.refuse(f'must name stages, not "{stage}"')
    return {stage: node.at(stage).whole(0) for stage in Stage if stage in node.value}


def _gap(node: Node) -> Gap:
    least, most = node.pair()
    gap = Gap(least.whole(0), most.whole(0))
    if gap.most is not None and gap.most < gap.least:
        node.refuse("must not end before it begins")
    return gap


def _venue(node: Node) -> Venue:
    return Venue(
        id=node.at("id").text(),
        x=node.at("x").whole(),
        y=node.at("y").whole(),
        hours=_windows(node.at("hours")),
        closed=frozenset(each.day() for each in node.at("closed").items()),
        rooms=tuple(_room(each) for each in node.at("rooms").items()),
    )


def _room(node: Node) -> Room:
    busy, suite = node.find("busy"), node.find("suite")
    return Room(
        id=node.at("id").text(),
        capacity=node.at("capacity").whole(),
        features=node.at("features").names(),
        turnaround_minutes=node.at("turnaround_minutes").whole(0),
        busy=() if busy is None else _busy(busy),
        suite=() if suite is None else tuple(each.text() for each in suite.items()),
    )


def _person(node: Node) -> Person:
    if node.at("role").text() not in ROLES:
        node.at("role").refuse(f"must be one of {', '.join(ROLES)}")
    hours, busy, away = node.find("hours"), node.find("busy"), node.find("away")
    curfew, margin = node.find("curfew"), node.find("curfew_margin_minutes")
    likes_hours, likes_venues = node.find("likes_hours"), node.find("likes_venues")
    not_venues = node.find("not_venues")
    return Person(
        id=node.at("id").text(),
        role=node.at("role").text(),
        hours=None if hours is None else _windows(hours),
        busy=() if busy is None else _busy(busy),
        away=() if away is None else _away(away),
        curfew=None
        if curfew is None
        else _curfew(curfew, 0 if margin is None else margin.whole(0)),
        not_venues=frozenset() if not_venues is None else not_venues.names(),
        likes_hours=() if likes_hours is None else _windows(likes_hours),
        likes_venues=frozenset() if likes_venues is None else likes_venues.names(),
    )


def _curfew(node: Node, margin: int) -> Curfew:
    begins, ends = node.pair()
    return Curfew(begins.clock(), ends.clock(), margin)


def _facilitator(node: Node) -> Facilitator:
    four_weeks, taken = node.find("four_week_minutes"), node.find("minutes_taken")
    elsewhere = node.find("conferences_elsewhere")
    return Facilitator(
        id=node.at("id").text(),
        x=node.at("x").whole(),
        y=node.at("y").whole(),
        areas=node.at("areas").names(),
        skills=node.at("skills").names(),
        languages=node.at("languages").names(),
        accredited=node.at("accredited").day(),
        mentored_until=node.at("mentored_until").or_none(Node.day),
        mentors=node.at("mentors").names(),
        hours=_windows(node.at("hours")),
        away=_away(node.at("away")),
        busy=_busy(node.at("busy")),
        weekly_minutes=node.at("weekly_minutes").whole(0),
        caseload_cap=node.at("caseload_cap").whole(0),
        caseload_norm=node.at("caseload_norm").whole(0),
        conferences_held=tuple(each.day() for each in node.at("conferences_held").items()),
        conflicts=node.at("conflicts").names(),
        four_week_minutes=None if four_weeks is None else four_weeks.or_none(_most),
        minutes_taken={} if taken is None else _minutes_taken(taken),
        conferences_elsewhere=()
        if elsewhere is None
        else tuple(each.day() for each in elsewhere.items()),
    )


def _minutes_taken(node: Node) -> dict[date, int]:
    """Minutes of single weeks: ``{"2026-03-09": 120}``, each week by its Monday."""
    if not isinstance(node.value, dict):
        node.refuse("must be an object")
    found = {}
    for name in sorted(node.value):
        monday = Node(name, node, name).day()
        if monday.weekday():
            node.at(name).refuse("must be of a week named by its Monday")
        found[monday] = node.at(name).whole(0)
    return found


def _case(node: Node) -> Case:
    tasks = tuple(_task(each) for each in node.at("tasks").items())
    places = [STAGES.index(task.stage) for task in tasks]
    if places != sorted(places):
        node.at("tasks").refuse("must be in the order of the stages")
    second = node.find("current_second")
    return Case(
        id=node.at("id").text(),
        area=node.at("area").text(),
        sentenced=node.at("sentenced").day(),
        order_end=node.at("order_end").day(),
        kind=node.at("kind").one_of(CaseKind),
        skills=node.at("skills").names(),
        language=node.at("language").text(),
        second_required=node.at("second_required").truth(),
        venues=tuple(each.text() for each in node.at("venues").items()),
        current_lead=node.at("current_lead").or_none(Node.text),
        tasks=tasks,
        not_facilitators=_optional_names(node, "not_facilitators"),
        lead_skills=_optional_names(node, "lead_skills"),
        current_second=None if second is None else second.or_none(Node.text),
    )


def _optional_names(node: Node, name: str) -> frozenset[str]:
    found = node.find(name)
    return frozenset() if found is None else found.names()


def _task(node: Node) -> Task:
    remote, parts, gap = node.find("remote"), node.find("parts"), node.find("gap")
    booked = node.find("booked")
    minutes = node.at("minutes").whole(1)
    task = Task(
        id=node.at("id").text(),
        stage=node.at("stage").one_of(Stage),
        minutes=minutes,
        people=tuple(each.text() for each in node.at("people").items()),
        seats=node.at("seats").whole(),
        features=node.at("features").names(),
        due=node.at("due").or_none(Node.day),
        held=node.at("held").or_none(Node.day),
        published=node.at("published").or_none(_published),
        pinned=node.at("pinned").truth(),
        remote=remote is not None and remote.truth(),
        parts=() if parts is None else _parts(parts, minutes),
        gap=None if gap is None else gap.or_none(_gap),
        booked=None if booked is None else booked.or_none(_published),
    )
    if task.pinned and task.held is None and task.published is None:
        node.at("pinned").refuse("must be false where nothing is published")
    return task


def _parts(node: Node, minutes: int) -> tuple[Part, ...]:
    """Who attends only a part: ``{"P1": [20, 90]}``, in minutes after the meeting starts."""
    if not isinstance(node.value, dict):
        node.refuse("must be an object")
    found = []
    for person in sorted(node.value):
        begins, ends = node.at(person).pair()
        part = Part(person, begins.whole(0), ends.whole(0))
        if not part.begins < part.ends <= minutes:
            node.at(person).refuse(f"must begin before it ends, within {minutes} minutes")
        found.append(part)
    return tuple(found)


def _published(node: Node) -> Published:
    return Published(
        start=node.at("start").instant(),
        lead=node.at("lead").text(),
        second=node.at("second").or_none(Node.text),
        room=node.at("room").or_none(Node.text),
    )


def _windows(node: Node) -> tuple[Window, ...]:
    windows = []
    for each in node.items():
        parts = list(each.items())
        if len(parts) != 3:
            each.refuse('must be a list such as ["mon", "09:00", "17:00"]')
        weekday, opens, closes = parts
        if weekday.text() not in WEEKDAYS:
            weekday.refuse(f"must be one of {', '.join(WEEKDAYS)}")
        window = Window(WEEKDAYS.index(weekday.text()), opens.clock(), closes.clock())
        if window.closes < window.opens:
            each.refuse("must not close before it opens")
        windows.append(window)
    return tuple(windows)


def _away(node: Node) -> tuple[Away, ...]:
    ranges = []
    for each in node.items():
        first, last = each.pair()
        if last.day() < first.day():
            each.refuse("must not end before it begins")
        ranges.append(Away(first.day(), last.day()))
    return tuple(ranges)


def _busy(node: Node) -> tuple[Busy, ...]:
    taken = []
    for each in node.items():
        starts, ends = each.pair()
        entry = Busy(starts.instant(), ends.instant())
        if entry.ends_at < entry.starts_at:
            each.refuse("must not end before it begins")
        taken.append(entry)
    return tuple(taken)


def write_problem(problem: Problem) -> dict[str, Any]:
    """The problem as a document; reading it again gives an equal problem."""
    document: dict[str, Any] = {
        "format": WIDER_FORMAT if _is_wider(problem) else PROBLEM_FORMAT,
        "name": problem.name,
    }
    if problem.note:
        document["note"] = problem.note
    policy = problem.policy
    return document | {
        "timezone": problem.timezone,
        "as_of": problem.as_of.isoformat(),
        "horizon_end": problem.horizon_end.isoformat(),
        "bank_holidays": sorted(day.isoformat() for day in problem.bank_holidays),
        "grid_minutes": problem.grid_minutes,
        "policy": {
            "contact_days": policy.contact_days,
            "notice_days": policy.notice_days,
            "gaps": {
                pair: [gap.least, NO_LIMIT if gap.most is None else gap.most]
                for pair, gap in sorted(policy.gaps.items())
            },
            "first_year_target": policy.first_year_target,
            "later_year_target": policy.later_year_target,
            "conferences_per_day": policy.conferences_per_day,
            "travel": {
                "fixed_minutes": policy.travel.fixed_minutes,
                "seconds_per_km": policy.travel.seconds_per_km,
                "round_to_minutes": policy.travel.round_to_minutes,
            },
        }
        | _wider_policy(policy),
        "venues": [_venue_document(venue) for venue in problem.venues],
        "people": [_person_document(person) for person in problem.people],
        "facilitators": [_facilitator_document(each) for each in problem.facilitators],
        "cases": [_case_document(case) for case in problem.cases],
    }


def _is_wider(problem: Problem) -> bool:
    """Whether anything is filled that only format 2 has."""
    return (
        bool(_wider_policy(problem.policy))
        or any(person.role == "interpreter" for person in problem.people)
        or any(_wider_facilitator(each) for each in problem.facilitators)
        or any(room.suite for venue in problem.venues for room in venue.rooms)
        or any(_wider_case(case) for case in problem.cases)
        or any(_wider_task(task) for case in problem.cases for task in case.tasks)
    )


def _wider_policy(policy: Policy) -> dict[str, Any]:
    wider: dict[str, Any] = {}
    if policy.notice:
        wider["notice"] = {str(stage): days for stage, days in policy.notice.items()}
    if policy.conferences_per_week is not None:
        wider["conferences_per_week"] = policy.conferences_per_week
    if policy.recovery_days:
        wider["recovery_days"] = policy.recovery_days
    if policy.second_stages != SECOND_STAGES:
        wider["second_stages"] = [str(stage) for stage in Stage if stage in policy.second_stages]
    if policy.mentored_seconds:
        wider["mentored_seconds"] = True
    if policy.no_calls_on_journeys:
        wider["no_calls_on_journeys"] = True
    if policy.practice_counts is not PracticeCounts.LEAD:
        wider["practice_counts"] = str(policy.practice_counts)
    return wider


def problem_text(problem: Problem) -> str:
    """The problem as JSON text: the same problem gives the same characters."""
    return json.dumps(write_problem(problem), indent=1, ensure_ascii=False) + "\n"


def _venue_document(venue: Venue) -> dict[str, Any]:
    return {
        "id": venue.id,
        "x": venue.x,
        "y": venue.y,
        "hours": _windows_document(venue.hours),
        "closed": sorted(day.isoformat() for day in venue.closed),
        "rooms": [
            {
                "id": room.id,
                "capacity": room.capacity,
                "features": sorted(room.features),
                "turnaround_minutes": room.turnaround_minutes,
            }
            | ({"busy": _busy_document(room.busy)} if room.busy else {})
            | ({"suite": list(room.suite)} if room.suite else {})
            for room in venue.rooms
        ],
    }


def _person_document(person: Person) -> dict[str, Any]:
    document: dict[str, Any] = {"id": person.id, "role": person.role}
    if person.hours is not None:
        document["hours"] = _windows_document(person.hours)
    document["busy"] = _busy_document(person.busy)
    document["away"] = _away_document(person.away)
    if person.curfew is not None:
        document["curfew"] = [_clock_text(person.curfew.begins), _clock_text(person.curfew.ends)]
        document["curfew_margin_minutes"] = person.curfew.margin_minutes
    if person.not_venues:
        document["not_venues"] = sorted(person.not_venues)
    if person.likes_hours:
        document["likes_hours"] = _windows_document(person.likes_hours)
    if person.likes_venues:
        document["likes_venues"] = sorted(person.likes_venues)
    return document


def _facilitator_document(facilitator: Facilitator) -> dict[str, Any]:
    return {
        "id": facilitator.id,
        "x": facilitator.x,
        "y": facilitator.y,
        "areas": sorted(facilitator.areas),
        "skills": sorted(facilitator.skills),
        "languages": sorted(facilitator.languages),
        "accredited": facilitator.accredited.isoformat(),
        "mentored_until": _day_text(facilitator.mentored_until),
        "mentors": sorted(facilitator.mentors),
        "hours": _windows_document(facilitator.hours),
        "away": _away_document(facilitator.away),
        "busy": _busy_document(facilitator.busy),
        "weekly_minutes": facilitator.weekly_minutes,
        "caseload_cap": facilitator.caseload_cap,
        "caseload_norm": facilitator.caseload_norm,
        "conferences_held": [day.isoformat() for day in facilitator.conferences_held],
        "conflicts": sorted(facilitator.conflicts),
    } | _wider_facilitator(facilitator)


def _wider_facilitator(facilitator: Facilitator) -> dict[str, Any]:
    wider: dict[str, Any] = {}
    if facilitator.four_week_minutes is not None:
        wider["four_week_minutes"] = facilitator.four_week_minutes
    if facilitator.minutes_taken:
        wider["minutes_taken"] = {
            monday.isoformat(): minutes
            for monday, minutes in sorted(facilitator.minutes_taken.items())
        }
    if facilitator.conferences_elsewhere:
        wider["conferences_elsewhere"] = [
            day.isoformat() for day in facilitator.conferences_elsewhere
        ]
    return wider


def _case_document(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "area": case.area,
        "sentenced": case.sentenced.isoformat(),
        "order_end": case.order_end.isoformat(),
        "kind": str(case.kind),
        "skills": sorted(case.skills),
        "language": case.language,
        "second_required": case.second_required,
        "venues": list(case.venues),
        "current_lead": case.current_lead,
        "tasks": [_task_document(task) for task in case.tasks],
    } | _wider_case(case)


def _wider_case(case: Case) -> dict[str, Any]:
    wider: dict[str, Any] = {}
    if case.not_facilitators:
        wider["not_facilitators"] = sorted(case.not_facilitators)
    if case.lead_skills:
        wider["lead_skills"] = sorted(case.lead_skills)
    if case.current_second is not None:
        wider["current_second"] = case.current_second
    return wider


def _task_document(task: Task) -> dict[str, Any]:
    told = task.published
    return {
        "id": task.id,
        "stage": str(task.stage),
        "minutes": task.minutes,
        "people": list(task.people),
        "seats": task.seats,
        "features": sorted(task.features),
        "due": _day_text(task.due),
        "held": _day_text(task.held),
        "published": None if told is None else _published_document(told),
        "pinned": task.pinned,
    } | _wider_task(task)


def _published_document(told: Published) -> dict[str, Any]:
    return {
        "start": _instant_text(told.start),
        "lead": told.lead,
        "second": told.second,
        "room": told.room,
    }


def _wider_task(task: Task) -> dict[str, Any]:
    wider: dict[str, Any] = {}
    if task.remote:
        wider["remote"] = True
    if task.parts:
        wider["parts"] = {each.person: [each.begins, each.ends] for each in task.parts}
    if task.gap is not None:
        wider["gap"] = [task.gap.least, NO_LIMIT if task.gap.most is None else task.gap.most]
    if task.booked is not None:
        wider["booked"] = _published_document(task.booked)
    return wider


def _windows_document(windows: tuple[Window, ...]) -> list[list[str]]:
    return [
        [WEEKDAYS[each.weekday], _clock_text(each.opens), _clock_text(each.closes)]
        for each in windows
    ]


def _away_document(ranges: tuple[Away, ...]) -> list[list[str]]:
    return [[each.first.isoformat(), each.last.isoformat()] for each in ranges]


def _busy_document(taken: tuple[Busy, ...]) -> list[list[str]]:
    return [[_instant_text(each.starts_at), _instant_text(each.ends_at)] for each in taken]


def _clock_text(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _instant_text(instant: datetime) -> str:
    there = instant.astimezone(UTC)
    return there.strftime("%Y-%m-%dT%H:%MZ" if there.second == 0 else "%Y-%m-%dT%H:%M:%SZ")
