"""The diary under construction: which meetings stand, and what they leave free."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from rj.scheduling.planner.calendars import Bits, Days, minute_of
from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.problem import Part
from rj.scheduling.planner.survey import CONTACT_HAS_NO_ROOM, CaseSurvey, Opening, Survey

Owner = tuple[str, int | str]


class Booking(NamedTuple):
    """One meeting in numbers; times in minutes since 1970, ``room`` -1 for none."""

    case: int
    opening: int
    day: int
    begins: int
    ends: int
    lead: int
    second: int | None
    room: int
    venue: int
    is_conference: bool
    practising: tuple[int, ...]
    people: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def minutes(self) -> int:
        return self.ends - self.begins

    @property
    def staff(self) -> tuple[int, ...]:
        """Lead and second."""
        return (self.lead,) if self.second is None else (self.lead, self.second)

    def attended_by(self, person: str) -> "Booking":
        """As it stands in somebody's own diary, who may attend a part of it."""
        for part in self.parts:
            if part.person == person:
                return self._replace(begins=self.begins + part.begins, ends=self.begins + part.ends)
        return self


@dataclass(frozen=True)
class CasePlan:
    """What one case gets: its meetings that are not pinned, and what they cost, T0, T1, T2, T5, T6.

    ``reach`` counts the openings planned, pinned ones included; ``lead`` is None for nothing.
    """

    case: int
    lead: int | None
    reach: int
    bookings: tuple[Booking, ...]
    unscheduled: int
    days_late: int
    disturbance: int
    travel_minutes: int
    preference_misses: int


def nothing_for(case: CaseSurvey) -> CasePlan:
    """The plan of a case that is left out, but for meetings pinned at its beginning."""
    rest = case.openings[case.pinned_first :]
    told = sum(opening.task.published is not None for opening in rest)
    return CasePlan(case.number, None, case.pinned_first, (), len(rest), 0, 4 * told, 0, 0)


class Diary:
    """Everybody's meetings, pinned ones from the start. ``plans`` has one plan for each case."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.of_facilitator: list[dict[tuple[int, int], Booking]] = [
            {} for _ in survey.facilitators
        ]
        self.of_room: list[dict[tuple[int, int], Booking]] = [{} for _ in survey.rooms]
        # The same by day, so that a clash is looked for among the meetings of a day alone.
        self._staff_on: list[dict[int, list[Booking]]] = [{} for _ in survey.facilitators]
        self._room_on: list[dict[int, list[Booking]]] = [{} for _ in survey.rooms]
        self.of_person: dict[str, dict[tuple[int, int], Booking]] = {
            person.id: {} for person in survey.problem.people
        }
        self.week_minutes = [Counter(each.minutes) for each in survey.taken_elsewhere]
        self.conferences = [Counter(each.conferences) for each in survey.taken_elsewhere]
        self.led: list[Counter[int]] = [Counter() for _ in survey.facilitators]
        self.plans: dict[int, CasePlan] = {}
        self._pages: dict[Owner, _Page] = defaultdict(_Page)
        self.pinned = tuple(self._pinned(meeting) for meeting in survey.pinned)
        for booking in self.pinned:
            self._write(booking)
            for owner, as_it_stands in self._owners(booking):
                # Calendars around the pins leave nothing to take from rooms and people; on staff
                # there are journeys to reckon still.
                if owner[0] == "facilitator" or not survey.around_pins:
                    self._pages[owner].bookings.append(as_it_stands)
        for case in survey.cases:
            self.plans[case.number] = nothing_for(case)

    def _pinned(self, meeting: Meeting) -> Booking:
        survey = self.survey
        case = survey.cases[survey.case_number[meeting.task]]
        at = [opening.task.id for opening in case.openings].index(meeting.task)
        opening = case.openings[at]
        begins = minute_of(meeting.start)
        room = CONTACT_HAS_NO_ROOM if meeting.room is None else survey.room_number[meeting.room]
        return self.booking(
            case,
            at,
            survey.grid.day_of(meeting.start.astimezone(survey.problem.zone).date()),
            begins,
            survey.number[meeting.lead],
            None if meeting.second is None else survey.number[meeting.second],
            room,
            opening,
        )

    def booking(
        self,
        case: CaseSurvey,
        at: int,
        day: int,
        begins: int,
        lead: int,
        second: int | None,
        room: int,
        opening: Opening,
    ) -> Booking:
        """A meeting of a case's opening, in numbers."""
        practising: tuple[int, ...] = ()
        if opening.is_conference and case.is_direct:
            practising = (lead,)
            if second is not None and self.survey.seconds_practise:
                practising = (lead, second)
        return Booking(
            case=case.number,
            opening=at,
            day=day,
            begins=begins,
            ends=begins + opening.task.minutes,
            lead=lead,
            second=second,
            room=room,
            venue=self.survey.venue_with(room),
            is_conference=opening.is_conference,
            practising=practising,
            people=opening.people,
            parts=opening.task.parts,
        )

    def take(self, plan: CasePlan) -> None:
        """Put a case's plan in place of the one it has."""
        for booking in self.plans[plan.case].bookings:
            self._cross_out(booking)
        for booking in plan.bookings:
            self._enter(booking)
        self.plans[plan.case] = plan

    def admits(self, plan: CasePlan) -> bool:
        """Whether a case that has nothing yet could have this plan under H9 to H12, H14 and H15."""
        if plan.lead is not None and not self.can_lead(plan.lead, plan.case):
            return False
        entered: list[Booking] = []
        for booking in plan.bookings:
            if not self._fits(booking):
                break
            self._write(booking)
            entered.append(booking)
        for booking in entered:
            self._rub_out(booking)
        return len(entered) == len(plan.bookings)

    def in_the_way(self, plan: CasePlan) -> set[int]:
        """The cases with a meeting that is not pinned and that this plan would clash with."""
        found: set[int] = set()
        policy = self.survey.problem.policy
        for new in plan.bookings:
            for who in new.staff:
                todays = self._staff_on[who].get(new.day, ())
                for old in todays:
                    if _clash(new, old, self._journey(new.venue, old.venue)):
                        found.add(old.case)
                if policy.no_calls_on_journeys and not self._sets_out_in_time(who, new):
                    found |= {old.case for old in todays}
            for room in self.survey.rooms_of(new.room):
                rest = self.survey.rooms[room].turnaround_minutes
                for old in self._uses_around(room, new.day):
                    if _clash(new, old, rest):
                        found.add(old.case)
            for person in new.people:
                own = new.attended_by(person)
                for old in self.of_person[person].values():
                    if _clash(own, old, 0):
                        found.add(old.case)
        return {case for case in found if self.plans[case].bookings}

    def can_lead(self, lead: int, case: int) -> bool:
        """H12: whether a facilitator leads the case already or may take one more."""
        led = self.led[lead]
        return case in led or len(led) < self.survey.facilitators[lead].caseload_cap

    def lead_free(self, facilitator: int, minutes: int, venue: int) -> Bits:
        """H7, H9, H10: when somebody can begin a meeting at a venue (-1: a call)."""
        survey, grid = self.survey, self.survey.grid
        page = self._pages["facilitator", facilitator]
        bits, missing = page.free(minutes, venue)
        if bits is None:
            bits = page.begin(minutes, venue, survey.lead_starts(minutes)[facilitator].copy())
        for booking in missing:
            journey = self._journey(venue, booking.venue)
            grid.block_day(
                bits, booking.day, booking.begins - journey, booking.ends + journey, minutes
            )
        if missing and survey.problem.policy.no_calls_on_journeys:
            for day in sorted({booking.day for booking in missing}):
                self._keep_journeys_clear(bits, facilitator, day, minutes, venue)
        if missing or not page.bookings:
            cap = survey.facilitators[facilitator].weekly_minutes
            for week, used in self.week_minutes[facilitator].items():
                if used + minutes > cap:
                    grid.keep(bits, grid.week != week)
            if minutes > cap:
                bits[:] = 0
            for week in self._full_stretches(facilitator, minutes):
                grid.keep(bits, (grid.week < week) | (grid.week > week + 3))
        return bits

    def _keep_journeys_clear(
        self, bits: Bits, facilitator: int, day: int, minutes: int, venue: int
    ) -> None:
        """H9, format 2: take away a day's starts at which a call would fall into a journey.

        For a meeting at a venue rather more than that: as if each meeting before a call, and each
        after it, were the one it is travelled from or to.
        """
        grid = self.survey.grid
        bookings = self._staff_on[facilitator].get(day, ())
        placed = sorted(
            (each for each in bookings if each.venue != CONTACT_HAS_NO_ROOM),
            key=lambda each: each.begins,
        )
        if venue == CONTACT_HAS_NO_ROOM:
            for earlier, later in pairwise(placed):
                journey = self._journey(earlier.venue, later.venue)
                grid.block_day(bits, day, later.begins - journey, later.begins, minutes)
            return
        for call in bookings:
            if call.venue == CONTACT_HAS_NO_ROOM:
                before = [each for each in placed if each.ends <= call.begins]
                journey = max((self._journey(each.venue, venue) for each in before), default=0)
                grid.block_day(bits, day, call.begins, call.ends + journey, minutes)
                after = (each for each in placed if each.begins >= call.ends)
                if any(call.ends + self._journey(venue, b.venue) > b.begins for b in after):
                    grid.block_day(bits, day, grid.start(day, 0), call.ends, minutes)

    def _sets_out_in_time(self, facilitator: int, new: Booking) -> bool:
        """H9, format 2: whether with this meeting no call of its day falls into a journey."""
        last: Booking | None = None
        calls_end = 0
        bookings = self._staff_on[facilitator].get(new.day, ())
        for each in sorted([*bookings, new], key=lambda booking: booking.begins):
            if each.venue == CONTACT_HAS_NO_ROOM:
                calls_end = each.ends
                continue
            journey = 0 if last is None else self._journey(last.venue, each.venue)
            if last is not None and journey and last.begins < calls_end > each.begins - journey:
                return False
            last = each
        return True

    def _full_stretches(self, facilitator: int, minutes: int) -> list[int]:
        """H10, format 2: the first weeks of every four that leave no room for so long a meeting."""
        most = self.survey.facilitators[facilitator].four_week_minutes
        if most is None:
            return []
        weeks = self.survey.grid.week
        used = self.week_minutes[facilitator]
        return [
            first
            for first in range(int(weeks[0]) - 3, int(weeks[-1]) + 1)
            if sum(used[week] for week in range(first, first + 4)) + minutes > most
        ]

    def conference_days(self, facilitator: int) -> Days:
        """H11: the days on which somebody can still take part in a conference."""
        policy = self.survey.problem.policy
        days = np.ones(self.survey.grid.length, dtype=bool)
        for day, conferences in self.conferences[facilitator].items():
            if conferences >= policy.conferences_per_day and 0 <= day < len(days):
                days[day] = False
            if conferences and policy.recovery_days:
                after = max(0, day + policy.recovery_days + 1)
                rest = slice(max(0, day - policy.recovery_days), after)
                days[rest] &= np.arange(len(days))[rest] == day
        if policy.conferences_per_week is not None:
            week_of = self.survey.grid.week
            for week, conferences in self.conferences_of_weeks(facilitator).items():
                if conferences >= policy.conferences_per_week:
                    days &= week_of != week
            if not policy.conferences_per_week:
                days[:] = False
        return days

    def conferences_of_weeks(self, facilitator: int) -> Counter[int]:
        """H11, format 2: how many conferences there are in each week."""
        weeks = Counter[int]()
        for day, conferences in self.conferences[facilitator].items():
            weeks[self.survey.grid.week_of(day)] += conferences
        return weeks

    def _may_confer(self, facilitator: int, day: int) -> bool:
        """H11: whether somebody can still take part in a conference on a day."""
        policy = self.survey.problem.policy
        held = self.conferences[facilitator]
        if held[day] >= policy.conferences_per_day:
            return False
        if policy.recovery_days and any(
            held[day + away] or held[day - away] for away in range(1, policy.recovery_days + 1)
        ):
            return False
        if policy.conferences_per_week is None:
            return True
        of_weeks = self.conferences_of_weeks(facilitator)
        return of_weeks[self.survey.grid.week_of(day)] < policy.conferences_per_week

    def room_free(self, room: int, minutes: int) -> Bits:
        """H14: when a meeting can begin that respects a room's other uses and its turnaround."""
        rest = self.survey.rooms[room].turnaround_minutes
        bits = self._clear_of(("room", room), Part("", 0, minutes), rest)
        for other in self.survey.suite[room][1:]:
            rest = self.survey.rooms[other].turnaround_minutes
            bits = bits & self._clear_of(("room", other), Part("", 0, minutes), rest)
        return bits

    def person_free(self, person: str, part: Part) -> Bits:
        """H15: when a meeting can begin of which somebody attends a part, and then no other."""
        return self._clear_of(("person", person), part, 0)

    def _clear_of(self, owner: Owner, part: Part, rest: int) -> Bits:
        grid, page = self.survey.grid, self._pages[owner]
        minutes = part.ends - part.begins
        bits, missing = page.free(minutes, part.begins)
        if bits is None:
            bits = page.begin(minutes, part.begins, grid.anything())
        for booking in missing:
            begins, ends = booking.begins - part.begins, booking.ends - part.begins
            grid.block_day(bits, booking.day, begins - rest, ends + rest, minutes)
        return bits

    def _journey(self, here: int, there: int) -> int:
        if here == CONTACT_HAS_NO_ROOM or there == CONTACT_HAS_NO_ROOM:
            return 0
        return self.survey.journeys[here][there]

    def _fits(self, new: Booking) -> bool:
        survey = self.survey
        week = survey.grid.week_of(new.day)
        for who in new.staff:
            cap = survey.facilitators[who].weekly_minutes
            if self.week_minutes[who][week] + new.minutes > cap:
                return False
            if any(first <= week <= first + 3 for first in self._full_stretches(who, new.minutes)):
                return False
            if new.is_conference and not self._may_confer(who, new.day):
                return False
            for old in self._staff_on[who].get(new.day, ()):
                if _clash(new, old, self._journey(new.venue, old.venue)):
                    return False
            if survey.problem.policy.no_calls_on_journeys and not self._sets_out_in_time(who, new):
                return False
        for room in survey.rooms_of(new.room):
            rest = survey.rooms[room].turnaround_minutes
            for old in self._uses_around(room, new.day):
                if _clash(new, old, rest):
                    return False
        return not any(
            _clash(own, old, 0)
            for person in new.people
            for own in (new.attended_by(person),)
            for old in self.of_person[person].values()
        )

    def _uses_around(self, room: int, day: int) -> Iterator[Booking]:
        """H14: the uses of a room on a day and, since a rest may run past midnight, beside it."""
        uses = self._room_on[room]
        for near in (day - 1, day, day + 1):
            yield from uses.get(near, ())

    def _enter(self, booking: Booking) -> None:
        self._write(booking)
        for owner, as_it_stands in self._owners(booking):
            self._pages[owner].bookings.append(as_it_stands)

    def _cross_out(self, booking: Booking) -> None:
        self._rub_out(booking)
        for owner, as_it_stands in self._owners(booking):
            self._pages[owner].cross_out(as_it_stands)

    def _write(self, booking: Booking) -> None:
        key, day = (booking.case, booking.opening), booking.day
        week = self.survey.grid.week_of(day)
        for who in booking.staff:
            self.of_facilitator[who][key] = booking
            self._staff_on[who].setdefault(day, []).append(booking)
            self.week_minutes[who][week] += booking.minutes
            self.conferences[who][day] += booking.is_conference
        self.led[booking.lead][booking.case] += 1
        for room in self.survey.rooms_of(booking.room):
            self.of_room[room][key] = booking
            self._room_on[room].setdefault(day, []).append(booking)
        for person in booking.people:
            self.of_person[person][key] = booking.attended_by(person)

    def _rub_out(self, booking: Booking) -> None:
        key, day = (booking.case, booking.opening), booking.day
        week = self.survey.grid.week_of(day)
        for who in booking.staff:
            del self.of_facilitator[who][key]
            self._staff_on[who][day].remove(booking)
            self.week_minutes[who][week] -= booking.minutes
            self.conferences[who][day] -= booking.is_conference
        self.led[booking.lead][booking.case] -= 1
        if not self.led[booking.lead][booking.case]:
            del self.led[booking.lead][booking.case]
        for room in self.survey.rooms_of(booking.room):
            del self.of_room[room][key]
            self._room_on[room][day].remove(booking)
        for person in booking.people:
            del self.of_person[person][key]

    def _owners(self, booking: Booking) -> list[tuple[Owner, Booking]]:
        """Whose diaries it stands in, and as what."""
        owners: list[tuple[Owner, Booking]] = [
            (("facilitator", who), booking) for who in booking.staff
        ]
        owners += [(("room", room), booking) for room in self.survey.rooms_of(booking.room)]
        owners += [(("person", each), booking.attended_by(each)) for each in booking.people]
        return owners


def _clash(one: Booking, other: Booking, between: int) -> bool:
    """Whether two meetings overlap or have less than so many minutes between them."""
    return one.begins < other.ends + between and other.begins < one.ends + between


class _Page:
    """Somebody's bookings in the order of entry, and sets that already respect the first of them.

    Entering a booking costs nothing until a set is asked for; crossing one out starts afresh.
    """

    __slots__ = ("_sets", "bookings")

    def __init__(self) -> None:
        self.bookings: list[Booking] = []
        self._sets: dict[tuple[int, int], tuple[int, Bits]] = {}

    def free(self, minutes: int, which: int) -> tuple[Bits | None, list[Booking]]:
        """The set known for a length, if any, and the bookings it lacks from now on.

        ``which`` tells sets of one length apart: by venue, or by how late somebody comes.
        """
        respected, bits = self._sets.get((minutes, which), (0, None))
        if bits is not None:
            self._sets[minutes, which] = (len(self.bookings), bits)
        return bits, self.bookings[respected:]

    def begin(self, minutes: int, which: int, bits: Bits) -> Bits:
        """Keep a new set, from which every booking will now be taken."""
        self._sets[minutes, which] = (len(self.bookings), bits)
        return bits

    def cross_out(self, booking: Booking) -> None:
        """Forget a booking, and what was reckoned with it."""
        self.bookings.remove(booking)
        self._sets.clear()


def plan_of(diary: Diary) -> Plan:
    """The diary's meetings in the order of the problem's cases and stages."""
    survey = diary.survey
    pinned = {booking[:2]: booking for booking in diary.pinned}
    meetings = []
    for case in survey.cases:
        bookings = {each.opening: each for each in diary.plans[case.number].bookings}
        for at, opening in enumerate(case.openings):
            booking = bookings.get(at) or pinned.get((case.number, at))
            if booking is not None:
                meetings.append(_meeting(survey, opening.task.id, booking))
    return Plan(survey.problem.name, tuple(meetings))


def _meeting(survey: Survey, task: str, booking: Booking) -> Meeting:
    second = booking.second
    return Meeting(
        task=task,
        start=datetime.fromtimestamp(booking.begins * 60, UTC),
        lead=survey.facilitators[booking.lead].id,
        second=None if second is None else survey.facilitators[second].id,
        room=None if booking.room == CONTACT_HAS_NO_ROOM else survey.rooms[booking.room].id,
    )
