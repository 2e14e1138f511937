"""Planning again after a change: only what broke is freed, and more of it little by little.

Every meeting that stands and is still lawful is held fast, so that no case which the change leaves
alone can be touched by the answer. Only where that loses a meeting or a promised day are more cases
freed: first those that share a facilitator, a room or a person in the same fortnight, then more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from rj.scheduling.planner.broken import broken_cases, unbegun_cases
from rj.scheduling.planner.civil import local_day
from rj.scheduling.planner.excerpt import excerpt
from rj.scheduling.planner.left_out import why_left_out
from rj.scheduling.planner.pairs import pairs_of
from rj.scheduling.planner.plan import Meeting, Plan
from rj.scheduling.planner.problem import Problem
from rj.scheduling.planner.reasons import why_planned
from rj.scheduling.planner.solution import Bounds, Effort
from rj.scheduling.planner.solve import Found, lawful, look_for_a_plan
from rj.scheduling.planner.standing import as_published
from rj.scheduling.planner.survey import Survey
from rj.scheduling.planner.tiers import Tiers, tiers

AGAIN = Effort("again", 3, 0, 16, 48, settles=True)
WIDER_BY = (0, 6, 16)
# More broken cases than this lie scattered over many areas: they are a neighbourhood by themselves.
WIDE_ENOUGH = 48
FORTNIGHT = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Change:
    """A meeting that stood and stands differently now, or no longer (``now`` None)."""

    task: str
    before: Meeting
    now: Meeting | None
    people: tuple[str, ...]
    was_told: bool


@dataclass(frozen=True, slots=True)
class Replan:
    """The plan after a change, and exactly what it changes.

    ``broken`` are the cases whose meetings could not stand, with the sentence why; ``freed`` are
    they and those freed beside them. ``bounds`` hold while all other cases stay as they are.
    """

    plan: Plan
    tiers: Tiers
    bounds: Bounds
    broken: dict[str, str]
    freed: tuple[str, ...]
    changes: tuple[Change, ...]
    reasons: dict[str, str]
    left_out: dict[str, str]

    @property
    def disturbed(self) -> tuple[str, ...]:
        """The people, by id, who must be told of another hour, lead or room, or of none."""
        told = (each for each in self.changes if each.was_told)
        return tuple(dict.fromkeys(person for change in told for person in change.people))


def plan_again(
    problem: Problem,
    *,
    standing: Plan | None = None,
    broken: dict[str, str] | None = None,
    seed: int = 1,
    effort: Effort = AGAIN,
    should_stop: Callable[[], bool] = lambda: False,
) -> Replan:
    """Mend a plan for the facts as they are now.

    ``standing`` is what is held so far, told or not; without it, what was published. Cases of which
    nothing stands are planned too, unless the ``broken`` ones have been looked up already: then
    only those. Raises Invalid naming a pinned meeting that cannot stand.
    """
    before = as_published(problem) if standing is None else standing
    if broken is None:
        broken = broken_cases(problem, before)
        free = list(dict.fromkeys([*broken, *unbegun_cases(problem, before)]))
    else:
        free = list(broken)
    mended = _mend(problem, before, free, effort, seed, should_stop)
    plan = lawful(problem, mended.plan)
    return Replan(
        plan=plan,
        tiers=mended.tiers,
        bounds=mended.bounds,
        broken=broken,
        freed=tuple(mended.freed),
        changes=tuple(_changes(problem, before, plan)),
        reasons=why_planned(problem, plan, of=set(mended.freed)),
        left_out={} if mended.alone is None else why_left_out(mended.alone, plan),
    )


class _Mended(NamedTuple):
    """A plan with some cases freed; ``alone`` surveys those that lack something, as if alone."""

    tiers: Tiers
    bounds: Bounds
    plan: Plan
    alone: Survey | None
    freed: list[str]


def _mend(
    problem: Problem,
    before: Plan,
    free: list[str],
    effort: Effort,
    seed: int,
    should_stop: Callable[[], bool],
) -> _Mended:
    """Plan the broken cases, and more beside them as long as something is lost that need not be."""
    best: _Mended | None = None
    for more in WIDER_BY if len(free) <= WIDE_ENOUGH else (0,):
        freed = free + _beside(problem, before, free, more)
        if best is not None and len(freed) == len(best.freed):
            break
        found, plan = _plan_freed(problem, before, freed, effort, seed, should_stop)
        reached = tiers(problem, plan)
        alone = _alone(found)
        if best is None or reached < best.tiers:
            best = _Mended(reached, _shifted(found, reached), plan, alone, freed)
        if should_stop() or not _is_short(found, alone):
            break
    assert best is not None  # noqa: S101 (the first step always plans)
    return best


def _plan_freed(
    problem: Problem,
    standing: Plan,
    freed: list[str],
    effort: Effort,
    seed: int,
    should_stop: Callable[[], bool],
) -> tuple[Found, Plan]:
    """Plan the freed cases among all others, which stay exactly as they stand."""
    part = excerpt(problem, standing, freed)
    known = not any(task.pinned for case in problem.cases for task in case.open_tasks)
    found = look_for_a_plan(
        part,
        effort=effort,
        seed=seed,
        is_over=should_stop,
        tell=lambda phase, reached, bounds: None,
        survey=Survey(part, pins_are_lawful=known, around_pins=True),
    )
    free = set(freed)
    planned = found.plan().meeting
    meetings = (
        (planned if case.id in free else standing.meeting).get(task.id)
        for case in problem.cases
        for task in case.open_tasks
    )
    return found, Plan(problem.name, tuple(each for each in meetings if each is not None))


def _alone(found: Found) -> Survey | None:
    """The cases that lack something or are late, from diaries alone, as if nothing else stood."""
    worse = tuple(
        case.case
        for case in found.survey.cases
        if (plan := found.diary.plans[case.number]).unscheduled or plan.days_late
    )
    return Survey(replace(found.survey.problem, cases=worse)) if worse else None


def _is_short(found: Found, alone: Survey | None) -> bool:
    """Whether a meeting or a promised day was lost that could be kept if others gave way."""
    if alone is None:
        return False
    for case in alone.cases:
        plan = found.diary.plans[found.survey.case_number[case.openings[0].task.id]]
        best = min(((p.unscheduled, p.days_late) for p in pairs_of(alone, case)), default=None)
        if best is not None and best < (plan.unscheduled, plan.days_late):
            return True
    return False


def _shifted(found: Found, reached: Tiers) -> Bounds:
    """The bounds of the freed cases, as bounds of the whole while the others stay."""
    return Bounds(
        Tiers(
            *(
                least + whole - part
                for least, whole, part in zip(found.bounds.least, reached, found.tiers, strict=True)
            )
        )
    )


def _beside(problem: Problem, standing: Plan, freed: list[str], most: int) -> list[str]:
    """Cases nearest to the freed ones: by shared leads, rooms and people within a fortnight."""
    if not most:
        return []
    ours = [m for m in standing.meetings if problem.case_of[m.task].id in set(freed)]
    shared: dict[str, int] = {}
    days = {local_day(problem.zone, m.start) for m in ours}
    rooms = {m.room for m in ours if m.room is not None}
    venues = {
        venue
        for name in freed
        for case in problem.cases
        if case.id == name
        for venue in case.venues
    }
    staff = {m.lead for m in ours} | {m.second for m in ours if m.second is not None}
    people = {p for m in ours for p in problem.task[m.task].people}
    for meeting in standing.meetings:
        case = problem.case_of[meeting.task]
        if case.id in freed or any(task.pinned for task in case.open_tasks):
            continue
        day = local_day(problem.zone, meeting.start)
        if days and not any(abs(day - other) <= FORTNIGHT for other in days):
            continue
        near = 2 * (meeting.room in rooms) + 2 * (meeting.lead in staff)
        near += 2 * bool(people & set(problem.task[meeting.task].people))
        if meeting.room is not None:
            near += problem.venue_of[meeting.room].id in venues
        if near:
            shared[case.id] = shared.get(case.id, 0) + near
    return sorted(shared, key=lambda name: (-shared[name], name))[:most]


def _changes(problem: Problem, before: Plan, after: Plan) -> Iterator[Change]:
    for old in before.meetings:
        new = after.meeting.get(old.task)
        if new != old:
            task = problem.task[old.task]
            yield Change(old.task, old, new, task.people, task.published is not None)
