"""A large service in parts: areas that share most of their people together, then the borders.

Counties are nearly separate. Each part is planned as a problem of its own, in whatever process its
caller likes; the parts' plans are laid together, and what clashes over people, rooms or officers
shared between them is planned again among everything else, which stays.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

from rj.scheduling.planner.again import plan_again
from rj.scheduling.planner.broken import broken_cases
from rj.scheduling.planner.plan import Plan
from rj.scheduling.planner.practice import practice_years
from rj.scheduling.planner.problem import Facilitator, Problem
from rj.scheduling.planner.reasons import why_planned
from rj.scheduling.planner.solution import NORMAL, Bounds, Effort, Outcome, Solution
from rj.scheduling.planner.solve import lawful, outcome_of, plan_part, provenance_of
from rj.scheduling.planner.tiers import Tiers, tiers

MOST_CASES = 450


@dataclass(frozen=True, slots=True)
class Joined:
    """A plan of the whole. Its bounds hold for T0 to T2; later tiers are bounded by 0 alone.

    ``reconciled`` are the cases that were planned again because the parts clashed over them.
    """

    solution: Solution
    parts: int
    reconciled: tuple[str, ...]


def plan_by_areas(
    problem: Problem,
    *,
    effort: Effort = NORMAL,
    seed: int = 1,
    run: Callable[[Sequence[Problem]], Iterable[Solution]] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Joined:
    """Plan the parts of a problem and reconcile them.

    ``run`` plans the parts, in their order and by ``plan_part``, perhaps in other processes;
    without it they are planned one after another here. The same problem, effort and seed give the
    same plan either way.
    """
    split = parts_of(problem)
    if run is None:
        run = partial(map, partial(plan_part, effort=effort, seed=seed, should_stop=should_stop))
    done = list(run(split))
    joined = _laid_together(problem, done)
    left_out = {task: why for part in done for task, why in part.left_out.items()}
    reconciled: tuple[str, ...] = ()
    broken = broken_cases(problem, joined)
    if broken:
        again = plan_again(
            problem, standing=joined, broken=broken, seed=seed, should_stop=should_stop
        )
        plan, reached, reconciled = again.plan, again.tiers, again.freed
        left_out |= again.left_out
    else:
        plan, reached = lawful(problem, joined), tiers(problem, joined)
    least = [sum(each.bounds.least[tier] for each in done) for tier in range(3)]
    solution = Solution(
        plan=plan,
        tiers=reached,
        bounds=Bounds(Tiers(least[0], least[1], least[2], 0, 0, 0, 0)),
        outcome=outcome_of(
            reached, is_cut_short=any(each.outcome is Outcome.CUT_SHORT for each in done)
        ),
        reasons=why_planned(problem, plan),
        left_out={task: why for task, why in left_out.items() if task not in plan.meeting},
        provenance=provenance_of(seed, effort, sum(each.provenance.rounds for each in done)),
    )
    return Joined(solution, len(split), reconciled)


def _laid_together(problem: Problem, done: Iterable[Solution]) -> Plan:
    """The plans of the parts as one, in the order of the whole problem; it may break rules."""
    meeting = {each.task: each for part in done for each in part.plan.meetings}
    tasks = (task.id for case in problem.cases for task in case.open_tasks)
    return Plan(problem.name, tuple(meeting[task] for task in tasks if task in meeting))


def parts_of(problem: Problem) -> list[Problem]:
    """The problem in parts of at most some 450 cases, areas that share most staff together.

    Everybody who covers an area of a part is in it, so that no part is denied anybody; outside the
    part where most of their areas lie they count as having neither a fair share nor practice to
    gain, and so are called on only where something would be lost.
    """
    groups = _groups(problem)
    home = {each.id: _home(each, groups) for each in problem.facilitators}
    return [_part(problem, number, group, home) for number, group in enumerate(groups)]


def _groups(problem: Problem) -> list[frozenset[str]]:
    """Areas joined pair by pair, those with most shared staff first, while not too large."""
    cases = Counter(case.area for case in problem.cases)
    shared: Counter[tuple[str, str]] = Counter()
    for each in problem.facilitators:
        shared.update(combinations(sorted(each.areas & set(cases)), 2))
    group = {area: frozenset({area}) for area in sorted(cases)}
    for (one, other), _ in sorted(shared.items(), key=lambda each: (-each[1], each[0])):
        together = group[one] | group[other]
        if sum(cases[area] for area in together) <= MOST_CASES:
            for area in together:
                group[area] = together
    return sorted(set(group.values()), key=min)


def _home(facilitator: Facilitator, groups: list[frozenset[str]]) -> int:
    covered = [len(facilitator.areas & group) for group in groups]
    return covered.index(max(covered))


def _part(problem: Problem, number: int, areas: frozenset[str], home: dict[str, int]) -> Problem:
    cases = tuple(case for case in problem.cases if case.area in areas)
    leading = {
        who
        for case in cases
        for who in (
            case.current_lead,
            *(
                name
                for task in case.open_tasks
                if task.published is not None
                for name in (task.published.lead, task.published.second)
            ),
        )
    }
    people = {person for case in cases for person in case.people}
    venues = {venue for case in cases for venue in case.venues}
    return replace(
        problem,
        name=f"{problem.name} part {number}",
        cases=cases,
        people=tuple(each for each in problem.people if each.id in people),
        venues=tuple(each for each in problem.venues if each.id in venues),
        facilitators=tuple(
            each if home[each.id] == number else _as_a_guest(problem, each)
            for each in problem.facilitators
            if each.areas & areas or each.id in leading
        ),
    )


def _as_a_guest(problem: Problem, facilitator: Facilitator) -> Facilitator:
    """Somebody whose fair share and practice are looked after elsewhere."""
    enough = tuple(
        year.first for year in practice_years(problem, facilitator) for _ in range(year.wanted)
    )
    return replace(
        facilitator,
        caseload_norm=0,
        conferences_held=(*facilitator.conferences_held, *enough),
    )
