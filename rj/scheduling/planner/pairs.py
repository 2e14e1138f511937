"""The pair table: for each case and each possible lead, what could be had were they alone.

It knows nothing of clashes between cases, so every figure is a bound on what a plan can reach.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

# One number for the costs of a chain: each tier's unit outweighs all that follows it in one case.
LATE = np.int64(10**11)
DISTURBED = np.int32(10**8)
TRAVEL = np.int32(1024)
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
    preference_misses: int
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
        travel_minutes=cost % int(DISTURBED) // int(TRAVEL),
        preference_misses=cost % int(DISTURBED) % int(TRAVEL),
        conference_days=conference_days,
    )


def _day_costs(survey: Survey, case: CaseSurvey, opening: Opening, leads: Counts) -> Counts:
    """The least cost of one stage for each lead and day, NEVER where it cannot be."""
    costs = np.full((len(leads), survey.grid.length), NEVER)
    if opening.pinned_day is not None:
        costs[:, opening.pinned_day] = 0
        return costs
    held = opening.held
    rows = np.arange(len(leads))
    seconds, allowed = np.full(len(leads), NOBODY), None
    if opening.may_have_second:
        rows, seconds, allowed = survey.companies(case, leads)
    if not len(rows) or held.start == held.stop:
        return costs
    starts = survey.lead_starts(opening.task.minutes)[:, held]
    theirs = starts[leads[rows]]
    beside = np.flatnonzero(seconds != NOBODY)
    if len(beside):
        theirs[beside] &= starts[seconds[beside]]
    free, price = _ways(survey, opening, leads[rows], seconds)
    free = free[:, held]
    if allowed is None:
        least = _cheapest(theirs, free, price)
    else:
        least = _cheapest_together(theirs, free, price, allowed[:, held])
        rows, begins = np.unique(rows, return_index=True)
        least = np.minimum.reduceat(least, begins, axis=0)
    costs[rows, held] = np.where(least < UNREACHED, least + LATE * opening.late[held], NEVER)
    return costs


def _cheapest(theirs: Bits, free: Bits, price: NDArray[np.int32]) -> NDArray[np.int32]:
    """The least price of any way by which each can meet on each day."""
    can = are_any(theirs & free[:, None])
    least: NDArray[np.int32] = np.where(can, price[:, :, None], UNREACHED).min(axis=0)
    return least


def _cheapest_together(
    theirs: Bits, free: Bits, price: NDArray[np.int32], allowed: Days
) -> NDArray[np.int32]:
    """The same for many companies, of which most cannot meet on most days."""
    can = are_any(theirs & np.bitwise_or.reduce(free, axis=0)) & allowed
    row, day = np.nonzero(can)
    cost = np.where(are_any(theirs[row, day] & free[:, day]), price[:, row], UNREACHED)
    least = np.full(can.shape, UNREACHED)
    least[row, day] = cost.min(axis=0)
    return least


def _ways(
    survey: Survey, opening: Opening, leads: Counts, seconds: Counts
) -> tuple[Bits, NDArray[np.int32]]:
    """Sets of starts, by site and by how many regret the hour, and what each costs each company."""
    free, price = [], []
    for at, site, bits in _distinct(survey, opening):
        travel = np.zeros(len(leads), dtype=np.int32)
        if site.room != CONTACT_HAS_NO_ROOM:
            travel += survey.travel[leads, site.room]
            travel += np.where(seconds == NOBODY, 0, survey.travel[seconds, site.room])
        cost = TRAVEL * travel + np.int32(opening.venue_misses[at])
        if opening.task.published is not None or opening.current_second is not None:
            cost += DISTURBED * _told(survey, opening, site, leads, seconds)
        for regrets, tolerated in enumerate(opening.tolerant):
            free.append(bits & tolerated)
            price.append(cost + np.int32(regrets))
    return np.array(free), np.array(price)


def _told(
    survey: Survey, opening: Opening, site: Site, leads: Counts, seconds: Counts
) -> NDArray[np.int32]:
    """T2 of one task at a site, for each company."""
    return np.array(
        [
            survey.told_disturbance(opening, site, lead, None if second == NOBODY else second)
            for lead, second in zip(leads.tolist(), seconds.tolist(), strict=True)
        ],
        dtype=np.int32,
    )


def _distinct(survey: Survey, opening: Opening) -> list[tuple[int, Site, Bits]]:
    """The sites with their starts; rooms of a venue count as one where nothing was published."""
    ways = list(zip(range(len(opening.sites)), opening.sites, opening.free, strict=True))
    if opening.task.published is not None:
        return ways
    merged: dict[int, tuple[int, Site, Bits]] = {}
    for at, site, free in ways:
        venue = CONTACT_HAS_NO_ROOM if site.room < 0 else survey.venue_of[site.room]
        known = merged.get(venue)
        merged[venue] = (at, site, free if known is None else known[2] | free)
    return list(merged.values())


def _conference_days(case: CaseSurvey, stages: list[Days], reach: Counts) -> list[Days]:
    """For each direct conference, its days on a chain of full reach, for each lead."""
    found: list[Days] = []
    wanted = direct_conferences(case)
    if not wanted:
        return found
    onward: Days | None = None
    for at in range(len(stages) - 1, wanted[0] - 1, -1):
        can = stages[at] & (reach > at)[:, None]
        gap = case.openings[at + 1].gap if at + 1 < len(stages) else None
        if onward is not None and gap is not None:
            can &= may_lead_to(onward, gap) | (reach == at + 1)[:, None]
        onward = can
        if at in wanted:
            found.insert(0, can)
    return found


def direct_conferences(case: CaseSurvey) -> list[int]:
    """Which openings are direct conferences still to be planned."""
    return [
        at
        for at, opening in enumerate(case.openings)
        if case.is_direct and opening.is_conference and opening.pinned_day is None
    ]
