"""What each lead could still be asked for: the days on which every stage of a case could be held,
before any route is looked for. All leads are reckoned at once, so that few need a closer look.

    outlook(diary, case)    -> what each lead who may take the case has left, in their order

For a case that has nothing in the diary and no pinned meeting.
"""

from dataclasses import dataclass

import numpy as np

from rj.scheduling.planner.calendars import Bits, Days, are_any, holds_any, slots_of
from rj.scheduling.planner.chains import NEVER, best_before, within_reason
from rj.scheduling.planner.diary import Diary
from rj.scheduling.planner.survey import (
    CONTACT_HAS_NO_ROOM,
    NOBODY,
    CaseSurvey,
    Counts,
    Opening,
)

Rank = tuple[int, ...]
"""Days late, stages left out, day of the second meeting, minute the first begins, minutes on the
road, lead: the least is the best."""


@dataclass(frozen=True)
class LeadOutlook:
    """What one lead has left."""

    lead: int
    reach: int
    """How many stages can follow one another, as far as days tell."""
    days: tuple[Days, ...]
    """For each stage within reach, the days on which it could be held after those before it."""
    seconds: frozenset[int]
    """Who could sit beside them at a conference within reach."""
    at_best: Rank
    """No plan of the case with this lead comes before this."""


def outlook(diary: Diary, case: CaseSurvey) -> tuple[LeadOutlook, ...]:
    """What each lead who may take the case has left for it. Looks for no hours and no routes."""
    leads = [lead for lead in case.leads if diary.can_lead(lead, case.number)]
    if not leads:
        return ()
    stages = [_stage(diary, case, opening, leads) for opening in case.openings]
    return tuple(_of_lead(diary, case, lead, stages, at) for at, lead in enumerate(leads))


@dataclass
class _Stage:
    """One stage for all leads, who are rows."""

    opening: Opening
    days: Days
    roads: Counts
    """The shortest way to a room that is free at all."""
    begins: Counts
    """The first minute at which it could begin, whatever went before."""
    beside: list[dict[int, Days]]
    """For each lead, who could be second, and when."""


def _stage(diary: Diary, case: CaseSurvey, opening: Opening, leads: list[int]) -> _Stage:
    survey, minutes = diary.survey, opening.task.minutes
    stage = _Stage(
        opening,
        np.zeros((len(leads), survey.grid.length), dtype=bool),
        np.full(len(leads), NEVER),
        np.full(len(leads), NEVER),
        [{} for _ in leads],
    )
    staff: dict[int, Bits] = {}
    for number, site in enumerate(opening.sites):
        free = _free_at(diary, opening, number)
        if not holds_any(free):
            continue
        venue = survey.venue_with(site.room)
        if venue not in staff:
            staff[venue] = np.array(
                [diary.lead_free(who, minutes, venue) for who in range(len(survey.facilitators))]
            )
        by_lead = staff[venue][leads] & free
        days = are_any(by_lead)
        if opening.may_have_second:
            days = _with_seconds(diary, case, stage, leads, by_lead, staff[venue])
        _note_site(diary, stage, leads, site.room, by_lead, days)
    return stage


def _free_at(diary: Diary, opening: Opening, number: int) -> Bits:
    """The starts that the case's people and the room leave at a site."""
    free: Bits = opening.free[number].copy()
    for each in opening.task.people:
        free &= diary.person_free(each, opening.task.part_of(each))
    room = opening.sites[number].room
    if room != CONTACT_HAS_NO_ROOM:
        free &= diary.room_free(room, opening.task.minutes)
    return free


def _note_site(
    diary: Diary, stage: _Stage, leads: list[int], room: int, by_lead: Bits, days: Days
) -> None:
    grid = diary.survey.grid
    for at in np.flatnonzero(days.any(axis=1)):
        first = int(days[at].argmax())
        starts = grid.start(first, slots_of(by_lead[at, first])[0])
        stage.begins[at] = min(stage.begins[at], starts)
        road = 0 if room == CONTACT_HAS_NO_ROOM else diary.survey.travel[leads[at], room]
        stage.roads[at] = min(stage.roads[at], road)
    stage.days |= days


def _with_seconds(
    diary: Diary, case: CaseSurvey, stage: _Stage, leads: list[int], by_lead: Bits, staff: Bits
) -> Days:
    """The days on which each lead has somebody to sit beside them here, or needs nobody (H8)."""
    survey, is_conference = diary.survey, stage.opening.is_conference
    places, seconds, allowed = survey.companies(case, np.array(leads, dtype=np.int64))
    found = np.zeros(stage.days.shape, dtype=bool)
    everybody = range(len(survey.facilitators))
    left = np.array([diary.conference_days(who) for who in everybody]) if is_conference else None
    for at, lead in enumerate(leads):
        mine = slice(*np.searchsorted(places, [at, at + 1]))
        if not holds_any(by_lead[at]) or mine.start == mine.stop:
            continue
        who, days = seconds[mine], allowed[mine]
        nobody = who == NOBODY
        together = staff[who] & by_lead[at]
        together[nobody] = by_lead[at]
        days = days & are_any(together)
        if left is not None:
            days &= left[lead] & (left[who] | nobody[:, None])
        for second, held in zip(who.tolist(), days, strict=True):
            if second != NOBODY and holds_any(held):
                known = stage.beside[at].get(second)
                stage.beside[at][second] = held if known is None else known | held
        found[at] = days.any(axis=0)
    return found


def _of_lead(
    diary: Diary, case: CaseSurvey, lead: int, stages: list[_Stage], at: int
) -> LeadOutlook:
    reached: list[Days] = []
    late = road = 0
    seconds: set[int] = set()
    costs: Counts | None = None
    for stage in stages:
        here = np.where(stage.days[at], np.int64(0), NEVER)
        gap = stage.opening.gap
        if costs is not None:
            before = costs.min() if gap is None else best_before(costs, gap)
            here = within_reason(here + before)
        costs, days = here, here == 0
        if not holds_any(days):
            break
        reached.append(days)
        late += int(stage.opening.late[days].min())
        road += int(stage.roads[at])
        if stage.opening.is_conference:
            seconds |= {who for who, held in stage.beside[at].items() if holds_any(held & days)}
    return LeadOutlook(
        lead=lead,
        reach=len(reached),
        days=tuple(reached),
        seconds=frozenset(seconds),
        at_best=(
            late,
            len(stages) - len(reached),
            int(reached[1].argmax()) if len(reached) > 1 else diary.survey.grid.length,
            int(stages[0].begins[at]),
            road,
            lead,
        ),
    )
