"""The pair table: for each case and each possible lead, what could be had were they alone.

It knows nothing of clashes between cases, so every figure is a bound on what a plan can reach.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rj.scheduling.planner.calendars import Bits, Days, are_any
from rj.scheduling.planner.chains import NEVER, Costs, best_before, may_lead_to, within_reason
from rj.scheduling.planner.survey import (
    CONTACT_HAS_NO_ROOM,
    NOBODY,
    CaseSurvey,
    Counts,
    Opening,
    Site,
    Survey,
)

LATE = np.int64(10**10)
DISTURBED = np.int32(10**6)
UNREACHED = np.int32(1 << 30)


@dataclass(frozen=True, slots=True)
class Pair:
    """A case with one lead: how far its stages reach and the least it costs, tier by tier.

    ``conference_days`` are, for each direct conference to be planned, the days on which it could
    count for this lead's practice without giving up a stage.
    """

    lead: int
    reach: int
    unscheduled: int
    days_late: int
    disturbance: int
    travel_minutes: int
    conference_days: tuple[Days, ...]


def pairs_of(survey: Survey, case: CaseSurvey) -> list[Pair]:
    """Every possible lead of a case who can hold at least one stage of it."""
    leads = np.array(case.leads, dtype=np.int64)
    if not len(leads) or case.is_settled:
        return []
    totals = stage_costs(survey, case, leads)
    best = [total.min(axis=-1) for total in totals]
    reach = np.array([each < NEVER for each in best]).sum(axis=0)
    conference_days = _conference_days(case, [total < NEVER for total in totals], reach)
    return [
        _pair(
            case,
            int(lead),
            int(reach[at]),
            int(best[reach[at] - 1][at]),
            tuple(days[at] for days in conference_days),
        )
        for at, lead in enumerate(leads)
        if reach[at] >= max(case.pinned_first + 1, case.must_reach)
    ]


def stage_costs(survey: Survey, case: CaseSurvey, leads: Counts) -> list[Costs]:
    """For each stage, lead and day: the least cost of all stages up to a meeting on that day."""
    totals: list[Costs] = []
    for opening in case.openings:
        costs = _day_costs(survey, case, opening, leads)
        if totals and opening.gap is not None:
            costs = within_reason(costs + best_before(totals[-1], opening.gap))
        elif totals:
            costs = within_reason(costs + totals[-1].min(axis=-1, keepdims=True))
        totals.append(costs)
    return totals


def _pair(
    case: CaseSurvey, lead: int, reach: int, cost: int, conference_days: tuple[Days, ...]
) -> Pair:
    dropped = sum(opening.task.published is not None for opening in case.openings[reach:])
    handed_over = case.case.current_lead is not None and case.current_lead != lead
    return Pair(
        lead=lead,
        reach=reach,
        unscheduled=len(case.openings) - reach,
        days_late=cost // int(LATE),
        disturbance=cost % int(LATE) // int(DISTURBED) + 4 * dropped + 3 * handed_over,
        travel_minutes=cost % int(DISTURBED),
        conference_days=conference_days,
    )


def _day_costs(survey: Survey, case: CaseSurvey, opening: Opening, leads: Counts) -> Counts:
    """The least cost of one stage for each lead and day, NEVER where it cannot be."""
    grid = survey.grid
    costs = np.full((len(leads), grid.length), NEVER)
    if opening.pinned_day is not None:
        costs[:, opening.pinned_day] = 0
        return costs
    rows, seconds, allowed = survey.companies(case, opening, leads)
    possible = np.flatnonzero(are_any(opening.free).any(axis=0))
    if not len(rows) or not len(possible):
        return costs
    starts = survey.lead_starts(opening.task.minutes)[:, possible]
    allowed = allowed[:, possible]
    theirs = starts[leads[rows]]
    beside = seconds != NOBODY
    theirs[beside] &= starts[seconds[beside]]
    travels = survey.travel.astype(np.int32)
    least = np.full(allowed.shape, UNREACHED)
    for site, free in _distinct(survey, opening):
        can = are_any(theirs & free[possible]) & allowed
        travel = np.zeros(len(rows), dtype=np.int32)
        if site.room != CONTACT_HAS_NO_ROOM:
            travel += travels[leads[rows], site.room]
            travel[beside] += travels[seconds[beside], site.room]
        if opening.task.published is not None:
            told = [
                survey.told_disturbance(
                    opening, site, int(leads[at]), None if second == NOBODY else second
                )
                for at, second in zip(rows.tolist(), seconds.tolist(), strict=True)
            ]
            travel += DISTURBED * np.array(told, dtype=np.int32)
        np.minimum(least, travel[:, None], out=least, where=can)
    present, begins = np.unique(rows, return_index=True)
    if len(present) < len(rows):
        least = np.minimum.reduceat(least, begins, axis=0)
    costs[np.ix_(present, possible)] = np.where(least < UNREACHED, least, NEVER)
    return np.where(costs < NEVER, costs + LATE * opening.late, NEVER)


def _distinct(survey: Survey, opening: Opening) -> Iterator[tuple[Site, Bits]]:
    """The sites with their starts; rooms of a venue count as one where nothing was published."""
    if opening.task.published is not None:
        yield from zip(opening.sites, opening.free, strict=True)
        return
    merged: dict[int, tuple[Site, Bits]] = {}
    for site, free in zip(opening.sites, opening.free, strict=True):
        venue = CONTACT_HAS_NO_ROOM if site.room < 0 else survey.venue_of[site.room]
        known = merged.get(venue)
        merged[venue] = (site, free if known is None else known[1] | free)
    yield from merged.values()


def _conference_days(case: CaseSurvey, stages: list[Days], reach: Counts) -> list[Days]:
    """For each direct conference, its days on a chain of full reach, for each lead."""
    found: list[Days] = []
    onward: Days | None = None
    for at in range(len(stages) - 1, -1, -1):
        can = stages[at] & (reach > at)[:, None]
        gap = case.openings[at + 1].gap if at + 1 < len(stages) else None
        if onward is not None and gap is not None:
            can &= may_lead_to(onward, gap) | (reach == at + 1)[:, None]
        onward = can
        if at in direct_conferences(case):
            found.insert(0, can)
    return found


def direct_conferences(case: CaseSurvey) -> list[int]:
    """Which openings are direct conferences still to be planned."""
    return [
        at
        for at, opening in enumerate(case.openings)
        if case.is_direct and opening.is_conference and opening.pinned_day is None
    ]
