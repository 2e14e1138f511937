"""Booked meetings nobody was told of stay where they are, unless T0 to T4 gain by moving them.

The search does not look at them: it finds the best it can, and then as many cases as possible are
put back to how they were booked. First all of them together, then halves and halves of halves, so
that what had to move alone moves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from rj.scheduling.planner.calendars import minute_of
from rj.scheduling.planner.chains import NEVER
from rj.scheduling.planner.diary import Booking, CasePlan, Diary, nothing_for
from rj.scheduling.planner.pairs import Pair
from rj.scheduling.planner.problem import Published
from rj.scheduling.planner.routes import Lane, Lanes, Routes
from rj.scheduling.planner.scores import Scorer
from rj.scheduling.planner.slotting import best_plan
from rj.scheduling.planner.survey import CONTACT_HAS_NO_ROOM, CaseSurvey, Opening

STEPS = 8
"""How often a case is tried at most, on average."""


def keep_what_is_booked(
    diary: Diary, scorer: Scorer, table: list[list[Pair]], advice: Mapping[int, tuple[int, ...]]
) -> None:
    """Put cases back to how they were booked, as far as T0 to T4 of the plan become no worse.

    Always the same steps, however a search ended: a run can then be repeated by its rounds alone.
    """
    moved = [case for case in diary.survey.cases if _moved(diary, case)]
    groups, placed = [moved], 0
    while groups and placed < STEPS * len(moved):
        group = [case for case in groups.pop() if _moved(diary, case)]
        placed += len(group)
        if group and not _go_back(diary, scorer, table, advice, group) and len(group) > 1:
            half = (len(group) + 1) // 2
            groups += [group[half:], group[:half]]


def _go_back(
    diary: Diary,
    scorer: Scorer,
    table: list[list[Pair]],
    advice: Mapping[int, tuple[int, ...]],
    cases: Sequence[CaseSurvey],
) -> bool:
    """Whether these cases could be put back together, but for those no longer to be held so.

    Cases nobody was told of give way to them and are planned again.
    """
    cases = [*cases, *_in_the_way(diary, cases)]
    reached, before = scorer.tiers(diary), [diary.plans[case.number] for case in cases]
    moved = sum(_moved(diary, case) for case in cases)
    for case in cases:
        diary.take(nothing_for(case))
    loose = []
    for case in cases:
        plan = as_booked(diary, scorer, case)
        if plan is None:
            loose.append(case)
        else:
            diary.take(plan)
    for case in loose:
        plan = best_plan(diary, scorer, case, table[case.number], advice[case.number])
        if plan is not None:
            diary.take(plan)
    is_no_worse = scorer.tiers(diary)[:5] <= reached[:5]
    if is_no_worse and sum(_moved(diary, case) for case in cases) < moved:
        return True
    for case in cases:
        diary.take(nothing_for(case))
    for plan in before:
        diary.take(plan)
    return False


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
    planned = {each.opening: each for each in diary.plans[case.number].bookings}
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
