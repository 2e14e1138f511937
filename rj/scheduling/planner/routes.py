"""Complete plans for one case with one lead, given what everybody else's diary leaves free.

A lane is one way to hold a stage: a site and a second. A route takes one day and lane for each
stage; the cheapest is a shortest path over days. Small random surcharges give other routes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

import numpy as np

from rj.scheduling.planner.calendars import Bits, Days, are_any, holds_any, slots_of
from rj.scheduling.planner.chains import NEVER, Costs, best_before, within_reason
from rj.scheduling.planner.diary import Booking, CasePlan, Diary
from rj.scheduling.planner.survey import CONTACT_HAS_NO_ROOM, CaseSurvey, Counts, Opening

# What one unit of each tier costs a route; wide enough apart for the sums of one case.
ONE = 1024
MISS = ONE
TRAVEL = 16 * ONE
SHORTFALL = 10**6 * ONE
DISTURBED = 10**8 * ONE
LATE = 10**10 * ONE


class Lane(NamedTuple):
    """One way to hold a stage: at a site with a second, at these starts."""

    site: int
    second: int | None
    free: Bits


@dataclass(frozen=True)
class Lanes:
    """All ways to hold one stage, with the cost of each on each day."""

    opening: Opening
    ways: tuple[Lane, ...]
    costs: Costs


class Routes:
    """The routes of one case under one lead. The case itself must have nothing in the diary.

    ``years_wanted`` are the days on which a direct conference makes up a shortfall of the lead's.
    """

    def __init__(
        self, diary: Diary, case: CaseSurvey, lead: int, years_wanted: Days | None
    ) -> None:
        self.diary = diary
        self.survey = diary.survey
        self.case = case
        self.lead = lead
        self.years_wanted = years_wanted
        self.stages: list[Lanes] = []
        for opening in case.openings:
            self.stages.append(self._lanes(opening))
        self.reach = self._reach()

    def _lanes(self, opening: Opening) -> Lanes:
        diary, survey = self.diary, self.survey
        days = survey.grid.length
        if opening.pinned_day is not None:
            costs = np.full((1, days), NEVER)
            costs[0, opening.pinned_day] = 0
            return Lanes(opening, (), costs)
        minutes = opening.task.minutes
        ways: list[Lane] = []
        rows: list[Costs] = []
        sites = self._free_at_sites(opening)
        held = [number for number, free in enumerate(sites) if holds_any(free)]
        for second, allowed in survey.seconds_for(self.case, opening, self.lead):
            if second is not None and opening.is_conference:
                allowed = allowed & diary.conference_days(second)
            for number in held:
                free = sites[number]
                if second is not None:
                    venue = survey.venue_with(opening.sites[number].room)
                    free = free & diary.lead_free(second, minutes, venue)
                can = are_any(free) & allowed
                if holds_any(can):
                    ways.append(Lane(number, second, free))
                    cost = self._cost(opening, number, second)
                    misses = MISS * self._misses(opening, number, free)
                    rows.append(np.where(can, cost + misses, NEVER))
        if not ways:
            return Lanes(opening, (), np.full((1, days), NEVER))
        costs = np.array(rows) + LATE * opening.late
        if self.years_wanted is not None and opening.is_conference and self.case.is_direct:
            costs = costs + np.where(self.years_wanted, 0, SHORTFALL)
        return Lanes(opening, tuple(ways), within_reason(costs))

    def _free_at_sites(self, opening: Opening) -> list[Bits]:
        """For each site, the starts that its people, its room and the lead have left."""
        diary, survey, minutes = self.diary, self.survey, opening.task.minutes
        everybody = survey.grid.anything()
        for each in opening.task.people:
            if diary.of_person[each]:
                everybody &= diary.person_free(each, opening.task.part_of(each))
        if opening.is_conference:
            survey.grid.keep(everybody, diary.conference_days(self.lead))
        sites: list[Bits] = []
        for number, site in enumerate(opening.sites):
            free = opening.free[number] & everybody
            sites.append(free)
            if holds_any(free):
                if site.room != CONTACT_HAS_NO_ROOM:
                    free &= diary.room_free(site.room, minutes)
                free &= diary.lead_free(self.lead, minutes, survey.venue_with(site.room))
        return sites

    def _cost(self, opening: Opening, number: int, second: int | None) -> int:
        site = opening.sites[number]
        told = self.survey.told_disturbance(opening, site, self.lead, second)
        return DISTURBED * told + TRAVEL * self._travel(site.room, second)

    def _travel(self, room: int, second: int | None) -> int:
        if room == CONTACT_HAS_NO_ROOM:
            return 0
        minutes = int(self.survey.travel[self.lead, room])
        return minutes + (0 if second is None else int(self.survey.travel[second, room]))

    def _misses(self, opening: Opening, number: int, free: Bits) -> Counts | int:
        levels = len(opening.tolerant) - 1
        here = opening.venue_misses[number]
        if levels == 0:
            return here
        misses = np.full(self.survey.grid.length, levels, dtype=np.int64)
        for level in range(levels - 1, -1, -1):
            misses[are_any(free & opening.tolerant[level])] = level
        return misses + here

    def _reach(self) -> int:
        total: Costs | None = None
        for at, stage in enumerate(self.stages):
            total = self._onward(total, stage, stage.costs.min(axis=0))
            if total.min() >= NEVER:
                return at
        return len(self.stages)

    def _onward(self, before: Costs | None, stage: Lanes, costs: Costs) -> Costs:
        if before is None:
            return costs
        if stage.opening.gap is None:
            return within_reason(costs + before.min())
        return within_reason(costs + best_before(before, stage.opening.gap))

    def told_stages(self, reach: int) -> list[int]:
        """The stages that could be held at the hour people were told, under this lead."""
        return [
            at
            for at, stage in enumerate(self.stages[:reach])
            if any(stage.opening.sites[way.site].is_told for way in stage.ways)
        ]

    def told_hour(self, at: int) -> tuple[int, int, frozenset[int]]:
        """Beginning and day of a told stage, and the venues (-1: a call) at which it could stay."""
        stage = self.stages[at]
        told = [way for way in stage.ways if stage.opening.sites[way.site].is_told]
        day = int(are_any(told[0].free).argmax())
        begins = self.survey.grid.start(day, slots_of(told[0].free[day])[0])
        rooms = {stage.opening.sites[way.site].room for way in told}
        return begins, day, frozenset(self.survey.venue_with(room) for room in rooms)

    def least(self, reach: int, moved: frozenset[int]) -> tuple[int, int] | None:
        """The least T1 and T2 with just these stages away from the hour people were told; None
        where no chain of days allows it. Nothing here sees the case's own meetings together."""
        total: Costs | None = None
        for stage in self._with_moved(reach, moved):
            total = self._onward(total, stage, stage.costs.min(axis=0))
        if total is None or total.min() >= NEVER:
            return None
        cost = int(total.min())
        return cost // LATE, cost % LATE // DISTURBED + self._rest_of_disturbance(reach)

    def moving(
        self, reach: int, moved: frozenset[int], chance: Random, tries: int
    ) -> Iterator[CasePlan]:
        """Plans with just these stages away from the hour people were told, the cheapest first."""
        before, self.stages = self.stages, self._with_moved(reach, moved)
        try:
            for attempt in range(tries):
                plan = self.another(reach, chance, SHORTFALL) if attempt else self.first(reach)
                if plan is not None:
                    yield plan
        finally:
            self.stages = before

    def _with_moved(self, reach: int, moved: frozenset[int]) -> list[Lanes]:
        """The stages as they are when these are moved and no other that could stay."""
        told = self.told_stages(reach)
        stages = []
        for at, stage in enumerate(self.stages[:reach]):
            if at in told:
                stays = [stage.opening.sites[way.site].is_told for way in stage.ways]
                barred = np.array(stays) == (at in moved)
                costs = np.where(barred[:, None], NEVER, stage.costs)
                stage = Lanes(stage.opening, stage.ways, costs)
            stages.append(stage)
        return stages

    def first(self, reach: int) -> CasePlan | None:
        """The cheapest route of so many stages, earliest days and hours first."""
        early = np.arange(self.survey.grid.length, dtype=np.int64)
        return self._route(reach, [early] * len(self.stages), None, 0)

    def soonest(self, reach: int) -> CasePlan | None:
        """A route of so many stages whose days come early: one day sooner outweighs a quarter of an
        hour on the road."""
        early = np.arange(self.survey.grid.length, dtype=np.int64) * (15 * TRAVEL)
        return self._route(reach, [early] * len(self.stages), None, 0)

    def another(self, reach: int, chance: Random, spread: int) -> CasePlan | None:
        """A route found under random surcharges of up to ``spread``, at a random hour."""
        shape = len(self.stages), self.survey.grid.length
        noise = np.frombuffer(chance.randbytes(8 * shape[0] * shape[1]), dtype="<u8")
        days = (noise % np.uint64(max(128, spread))).astype(np.int64).reshape(shape)
        return self._route(reach, list(days), chance, spread)

    def _route(
        self, reach: int, surcharges: list[Costs], chance: Random | None, spread: int
    ) -> CasePlan | None:
        if reach < max(self.case.must_reach, self.case.pinned_first + 1):
            return None
        lanes, totals = self._priced(reach, surcharges, chance, spread)
        if not totals or totals[-1].min() >= NEVER:
            return None
        bookings: list[Booking] = []
        misses = disturbance = 0
        day = int(totals[-1].argmin())
        for at in range(reach - 1, -1, -1):
            opening = self.stages[at].opening
            if opening.pinned_day is None:
                way = self.stages[at].ways[int(lanes[at][:, day].argmin())]
                slot, regrets = self._hour(opening, way, day, chance, spread)
                bookings.append(self._booking(at, way, day, slot))
                misses += regrets + opening.venue_misses[way.site]
                site = opening.sites[way.site]
                disturbance += self.survey.told_disturbance(opening, site, self.lead, way.second)
            if at:
                day = _day_before(totals[at - 1], opening, day)
        bookings.reverse()
        plan = self._plan(reach, tuple(bookings), disturbance, misses)
        return plan if self.diary.admits(plan) else None

    def _priced(
        self, reach: int, surcharges: list[Costs], chance: Random | None, spread: int
    ) -> tuple[list[Costs], list[Costs]]:
        """For each stage what every lane costs on each day, and the least cost of all so far."""
        totals: list[Costs] = []
        lanes: list[Costs] = []
        total: Costs | None = None
        for at, stage in enumerate(self.stages[:reach]):
            costs = stage.costs
            if chance is not None and spread > MISS and len(costs) > 1:
                extra = [[chance.randrange(spread)] for _ in range(len(costs))]
                costs = within_reason(costs + np.array(extra, dtype=np.int64))
            lanes.append(costs)
            day_costs = within_reason(costs.min(axis=0) + surcharges[at])
            total = self._onward(total, stage, day_costs)
            totals.append(total)
        return lanes, totals

    def _booking(self, at: int, way: Lane, day: int, slot: int) -> Booking:
        opening, begins = self.stages[at].opening, self.survey.grid.start(day, slot)
        room = opening.sites[way.site].room
        return self.diary.booking(self.case, at, day, begins, self.lead, way.second, room, opening)

    def _hour(
        self, opening: Opening, way: Lane, day: int, chance: Random | None, spread: int
    ) -> tuple[int, int]:
        """A slot of the day and how many regret it: fewest, unless chance may look further."""
        levels = [way.free[day] & tolerated[day] for tolerated in opening.tolerant]
        if chance is not None and spread > MISS and chance.random() < 0.5:
            slot = chance.choice(slots_of(levels[-1]))
            here = self.survey.grid.span(slot, slot + 1)
            return slot, next(at for at, level in enumerate(levels) if (level & here).any())
        regrets = next(at for at, level in enumerate(levels) if level.any())
        slots = slots_of(levels[regrets])
        return (slots[0] if chance is None else chance.choice(slots)), regrets

    def _plan(
        self, reach: int, bookings: tuple[Booking, ...], disturbance: int, misses: int
    ) -> CasePlan:
        case = self.case
        return CasePlan(
            case=case.number,
            lead=self.lead,
            reach=reach,
            bookings=bookings,
            unscheduled=len(case.openings) - reach,
            days_late=sum(int(case.openings[each.opening].late[each.day]) for each in bookings),
            disturbance=disturbance + self._rest_of_disturbance(reach),
            travel_minutes=sum(self._travel(each.room, each.second) for each in bookings),
            preference_misses=misses,
        )

    def _rest_of_disturbance(self, reach: int) -> int:
        """T2 of the stages dropped and of the handover."""
        current = self.case.case.current_lead
        dropped = sum(each.task.published is not None for each in self.case.openings[reach:])
        handed_over = current is not None and current != self.survey.facilitators[self.lead].id
        return 4 * dropped + 3 * handed_over


def _day_before(totals: Costs, opening: Opening, day: int) -> int:
    """The cheapest day of the earlier stage from which this day can be reached."""
    gap = opening.gap
    if gap is None:
        return int(totals.argmin())
    begin = 0 if gap.most is None else max(0, day - gap.most)
    end = day - gap.least + 1
    return begin + int(totals[begin:end].argmin())
