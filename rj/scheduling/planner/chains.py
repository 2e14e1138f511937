"""Chains of stages over days: which days can be reached under the gaps, and at what least cost."""

import numpy as np
from numpy.typing import NDArray

from rj.scheduling.planner.problem import Gap

Costs = NDArray[np.int64]

NEVER = np.int64(1 << 60)


def best_before(costs: Costs, gap: Gap) -> Costs:
    """For each day, the least cost of the earlier stage on a day that the gap allows.

    Days are the last axis. Two overlapping runs of a power of two cover the window.
    """
    days = costs.shape[-1]
    least = gap.least
    if least >= days:
        return np.full_like(costs, NEVER)
    width = days if gap.most is None else min(days, gap.most - least + 1)
    run, length = costs, 1
    while length * 2 <= width:
        run = _lesser(run, length)
        length *= 2
    if length < width:
        run = _lesser(run, width - length)
    return _later(run, least)


def _lesser(run: Costs, days: int) -> Costs:
    """The lesser of each day's cost and the one so many days before."""
    lesser = run.copy()
    np.minimum(run[..., days:], run[..., :-days], out=lesser[..., days:])
    return lesser


def _later(costs: Costs, days: int) -> Costs:
    """The costs so many days later; nothing comes before the first day."""
    if days == 0:
        return costs
    moved = np.empty_like(costs)
    moved[..., :days] = NEVER
    moved[..., days:] = costs[..., :-days]
    return moved


def may_lead_to(reached: NDArray[np.bool_], gap: Gap) -> NDArray[np.bool_]:
    """The days from which one of the later stage's days lies within the gap."""
    days = reached.shape[-1]
    width = days if gap.most is None else min(days, gap.most - gap.least + 1)
    run, length = reached, 1
    while length < width:
        more = min(length, width - length)
        wider = run.copy()
        wider[..., :-more] |= run[..., more:]
        run, length = wider, length + more
    found = np.zeros_like(reached)
    if gap.least < days:
        found[..., : days - gap.least] = run[..., gap.least :]
    return found


def within_reason(costs: Costs) -> Costs:
    """Costs in which what is impossible costs NEVER and no more, so that sums cannot overflow."""
    limited: Costs = np.minimum(NEVER, costs)
    return limited
