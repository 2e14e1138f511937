"""Booked meetings nobody was told of stay where they are, unless T0 to T3 gain by moving them.

The search does not look at them: it finds the best it can, and then as many cases as possible are
put back to how they were booked. All of them together where that costs nothing; else CP-SAT chooses
for each case between the two plans, and whatever still moves is tried once more by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from rj.scheduling.planner.calendars import minute_of
from rj.scheduling.planner.chains import NEVER
from rj.scheduling.planner.diary import Booking, CasePlan, Diary, nothing_for
from rj.scheduling.planner.packing import choose
from rj.scheduling.planner.pairs import Pair
from rj.scheduling.planner.problem import Published
from rj.scheduling.planner.routes import Lane, Lanes, Routes
from rj.scheduling.planner.scores import Scorer
from rj.scheduling.planner.slotting import best_plan
from rj.scheduling.planner.survey import CONTACT_HAS_NO_ROOM, CaseSurvey, Opening

WEIGHTS = (10**9, 10**7, 10**6, 10**5, 1, 100, 0)
"""What one unit of T0 to T6 weighs in that choice, of which T5 counts the bookings moved."""
WORK = 2.0
"""Deterministic time of that choice."""


def keep_what_is_booked(
    diary: Diary, scorer: Scorer, table: list[list[Pair]], advice: Mapping[int, tuple[int, ...]]
) -> None:
    """Put cases back to how they were booked, as far as T0 to T3 of the plan become no worse.

    Always the same steps, however a search ended: a run can then be repeated by its rounds alone.
    """
    moved = [case for case in diary.survey.cases if _moved(diary, case)]
    if not moved:
        return
    keeper = _Keeper(diary, scorer, table, advice)
    if keeper.go_back(moved):
        return
    keeper.choose_between()
    for case in moved:
        if _moved(diary, case):
            keeper.go_back([case])


class _Keeper:
    """The plan in hand, and how it would be with some cases as they were booked."""

    def __init__(
        self,
        diary: Diary,
        scorer: Scorer,
        table: list[list[Pair]],
        advice: Mapping[int, tuple[int, ...]],
    ) -> None:
        self.diary = diary
        self.scorer = scorer
        self.table = table
        self.advice = advice
        self.refused: dict[int, CasePlan] = {}
        """The cases' plans when going back was last given up."""

    def go_back(self, cases: Sequence[CaseSurvey]) -> bool:
        """Whether these cases could be put back together, but for those no longer to be held so.

        Cases nobody was told of give way to them and are planned again.
        """
        cases = [*cases, *_in_the_way(self.diary, cases)]
        reached, before = self.scorer.tiers(self.diary), self._plans(cases)
        moved = self._moved(cases)
        self._take([nothing_for(case) for case in cases])
        loose = []
        for case in cases:
            plan = as_booked(self.diary, self.scorer, case)
            if plan is None:
                loose.append(case)
            else:
                self.diary.take(plan)
        for case in loose:
            pairs, advised = self.table[case.number], self.advice[case.number]
            plan = best_plan(self.diary, self.scorer, case, pairs, advised)
            if plan is not None:
                self.diary.take(plan)
        if self.scorer.tiers(self.diary)[:4] <= reached[:4] and self._moved(cases) < moved:
            return True
        self.refused = self._plans(cases)
        self._restore(before)
        return False

    def choose_between(self) -> None:
        """For each case the plan in hand or the one refused, so that the least bookings move."""
        before, cases = {n: self.diary.plans[n] for n in self.refused}, self.diary.survey.cases
        reached = self.scorer.tiers(self.diary)
        weighed: dict[int, list[CasePlan]] = {}
        plain: dict[int, CasePlan] = {}
        for number, refused in self.refused.items():
            weighed[number] = []
            for plan in dict.fromkeys((before[number], refused)):
                self._take([nothing_for(cases[number])])
                moved = _moved_in(self.diary, cases[number], plan)
                light = replace(plan, travel_minutes=moved, preference_misses=0)
                weighed[number].append(light)
                plain[id(light)] = plan
        hint = {number: plans[0] for number, plans in weighed.items()}
        chosen = choose(self.diary, self.scorer, weighed, hint, 1, WORK, WEIGHTS)
        if chosen is not None:
            self._take([plain[id(light)] for light in chosen])
        if chosen is None or self.scorer.tiers(self.diary)[:4] > reached[:4]:
            self._restore(before)

    def _plans(self, cases: Iterable[CaseSurvey]) -> dict[int, CasePlan]:
        return {case.number: self.diary.plans[case.number] for case in cases}

    def _moved(self, cases: Iterable[CaseSurvey]) -> int:
        return sum(_moved(self.diary, case) for case in cases)

    def _take(self, plans: Iterable[CasePlan]) -> None:
        for plan in plans:
            self.diary.take(plan)

    def _restore(self, plans: Mapping[int, CasePlan]) -> None:
        self._take([nothing_for(self.diary.survey.cases[number]) for number in plans])
        self._take(plans.values())


def _in_the_way(diary: Diary, cases: Sequence[CaseSurvey]) -> list[CaseSurvey]:
    """The others whose meetings, told to nobody, stand where these were booked."""
    ours = {case.number for case in cases}
    found: set[int] = set()
    for case in cases:
        booked = tuple(
            booking
            for at, opening in enumerate(case.openings)
            if opening.pinned_day is None
            and (booking := _as_it_is_booked(diary, case, at, opening)) is not None
        )
        found |= diary.in_the_way(replace(nothing_for(case), bookings=booked))
    others = (diary.survey.cases[number] for number in sorted(found - ours))
    return [case for case in others if all(each.task.published is None for each in case.openings)]


def _moved(diary: Diary, case: CaseSurvey) -> int:
    """How many meetings of a case are booked and not planned as they are."""
    return _moved_in(diary, case, diary.plans[case.number])


def _moved_in(diary: Diary, case: CaseSurvey, plan: CasePlan) -> int:
    """The same under a plan of the case."""
    planned = {each.opening: each for each in plan.bookings}
    return sum(
        planned.get(at) != _as_it_is_booked(diary, case, at, opening)
        for at, opening in enumerate(case.openings)
        if opening.task.booked is not None and opening.pinned_day is None
    )


def _as_it_is_booked(diary: Diary, case: CaseSurvey, at: int, opening: Opening) -> Booking | None:
    """The booked meeting in the diary's numbers; None where somebody or something is not known."""
    booked, survey = opening.task.booked, diary.survey
    if booked is None:
        return None
    second = None if booked.second is None else survey.number.get(booked.second)
    room = CONTACT_HAS_NO_ROOM if booked.room is None else survey.room_number.get(booked.room)
    lead = survey.number.get(booked.lead)
    if lead is None or room is None or (second is None) is not (booked.second is None):
        return None
    begins = minute_of(booked.start)
    day = survey.grid.day_of(booked.start.astimezone(survey.problem.zone).date())
    return diary.booking(case, at, day, begins, lead, second, room, opening)


def as_booked(diary: Diary, scorer: Scorer, case: CaseSurvey) -> CasePlan | None:
    """The plan that leaves each booked meeting of a case as it is that can be; None for none.

    The case must have nothing in the diary.
    """
    booked = [each.task.booked for each in case.openings if each.pinned_day is None]
    leads = {each.lead for each in booked if each is not None}
    lead = diary.survey.number.get(leads.pop()) if len(leads) == 1 else None
    if lead is None or lead not in case.leads or not diary.can_lead(lead, case.number):
        return None
    routes = _Booked(diary, case, lead, scorer.days_wanted(diary, lead))
    plan = routes.first(routes.reach)
    last = max(at for at, each in enumerate(case.openings) if each.task.booked is not None)
    return plan if plan is not None and plan.reach > last else None


class _Booked(Routes):
    """Routes that hold what is booked as it is booked where it still can be, and choose for the
    other stages alone."""

    def _lanes(self, opening: Opening) -> Lanes:
        lanes = super()._lanes(opening)
        booked = opening.task.booked
        if booked is None or opening.pinned_day is not None:
            return lanes
        return self._only(lanes, booked)

    def _only(self, lanes: Lanes, booked: Published) -> Lanes:
        grid, survey = self.survey.grid, self.survey
        at = grid.locate(minute_of(booked.start))
        if at is None:
            return lanes
        day, slot = at
        here = grid.span(slot, slot + 1)
        for number, way in enumerate(lanes.ways):
            room = lanes.opening.sites[way.site].room
            name = None if room == CONTACT_HAS_NO_ROOM else survey.rooms[room].id
            second = None if way.second is None else survey.facilitators[way.second].id
            if (name, second) == (booked.room, booked.second) and (way.free[day] & here).any():
                free = grid.nothing()
                free[day] = here
                costs = np.full((1, grid.length), NEVER)
                costs[0, day] = lanes.costs[number, day]
                return Lanes(lanes.opening, (Lane(way.site, way.second, free),), costs)
        return lanes
