"""The planner's public face: a problem in, a plan with its evidence out."""

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from random import Random

from rj.scheduling.planner.assignment import assign, without_programme
from rj.scheduling.planner.diary import Diary, plan_of
from rj.scheduling.planner.improve import Search
from rj.scheduling.planner.keeping import keep_what_is_booked
from rj.scheduling.planner.left_out import why_left_out
from rj.scheduling.planner.making_room import make_room
from rj.scheduling.planner.pairs import Pair, pairs_of
from rj.scheduling.planner.plan import Plan
from rj.scheduling.planner.problem import Problem
from rj.scheduling.planner.reasons import why_planned
from rj.scheduling.planner.rules import RuleBroken, breaches
from rj.scheduling.planner.scores import Scorer
from rj.scheduling.planner.slotting import slot_cases
from rj.scheduling.planner.solution import (
    NORMAL,
    Bounds,
    Effort,
    Outcome,
    Progress,
    Provenance,
    Solution,
)
from rj.scheduling.planner.survey import Survey
from rj.scheduling.planner.tiers import Tiers, tiers


def plan_meetings(
    problem: Problem,
    *,
    effort: Effort = NORMAL,
    seed: int = 1,
    time_limit: float | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Solution:
    """Plan every open task that can be planned, best tier first.

    The same problem, effort and seed give the same plan, unless ``time_limit`` (seconds) or
    ``should_stop`` (asked about every second) ends the search early: then the best plan so far is
    returned and the outcome says so. Raises Invalid naming a pinned task that cannot stand.
    """
    began = time.monotonic()
    is_over = _limit(began, time_limit, should_stop)

    def tell(phase: str, reached: Tiers | None, bounds: Bounds | None) -> None:
        if on_progress is not None:
            elapsed = time.monotonic() - began
            on_progress(Progress(elapsed, phase, reached, bounds, _gap(reached, bounds)))

    found = look_for_a_plan(problem, effort=effort, seed=seed, is_over=is_over, tell=tell)
    plan = lawful(problem, found.plan())
    reached = tiers(problem, plan)
    solution = Solution(
        plan=plan,
        tiers=reached,
        bounds=found.bounds,
        outcome=outcome_of(reached, is_cut_short=found.is_cut_short),
        reasons=why_planned(problem, plan),
        left_out=why_left_out(found.survey, plan, found.not_reached),
        provenance=provenance_of(seed, effort, found.rounds),
    )
    tell("done", reached, found.bounds)
    return solution


def plan_part(
    problem: Problem,
    *,
    effort: Effort,
    seed: int,
    time_limit: float | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Solution:
    """Plan a part of a larger whole, as ``plan_meetings`` does.

    Its meetings have no reasons yet and are not read against the rules: the whole will be, once,
    when its parts are laid together.
    """
    is_over = _limit(time.monotonic(), time_limit, should_stop)
    found = look_for_a_plan(
        problem, effort=effort, seed=seed, is_over=is_over, tell=lambda phase, reached, bounds: None
    )
    plan = found.plan()
    return Solution(
        plan=plan,
        tiers=found.tiers,
        bounds=found.bounds,
        outcome=outcome_of(found.tiers, is_cut_short=found.is_cut_short),
        reasons={},
        left_out=why_left_out(found.survey, plan, found.not_reached),
        provenance=provenance_of(seed, effort, found.rounds),
    )


def _limit(
    began: float, time_limit: float | None, should_stop: Callable[[], bool] | None
) -> Callable[[], bool]:
    """Whether a run has to end: its seconds are over, or somebody wants it to stop."""

    def is_over() -> bool:
        late = time_limit is not None and time.monotonic() - began >= time_limit
        return late or (should_stop is not None and should_stop())

    return is_over


@dataclass(frozen=True)
class Found:
    """What a search ended with, before it is read against the rules."""

    survey: Survey
    diary: Diary
    tiers: Tiers
    bounds: Bounds
    rounds: int
    not_reached: list[int]
    is_cut_short: bool

    def plan(self) -> Plan:
        """The diary's meetings in the order of the problem's cases and stages."""
        return plan_of(self.diary)


def look_for_a_plan(
    problem: Problem,
    *,
    effort: Effort,
    seed: int,
    is_over: Callable[[], bool],
    tell: Callable[[str, Tiers | None, Bounds | None], None],
    survey: Survey | None = None,
) -> Found:
    """The search itself: survey, pair table, assignment, slotting and rounds of improvement."""
    tell("reading calendars", None, None)
    survey = survey or Survey(problem)
    table, is_stopped = _pair_table(survey, is_over)
    tell("assigning leads", None, None)
    assignment = without_programme(table) if is_stopped else assign(survey, table, is_over)
    tell("placing meetings", None, assignment.bounds)
    diary, scorer = Diary(survey), Scorer(survey)
    chance = Random(seed)  # noqa: S311 (the search must be repeatable, not secret)
    not_reached = slot_cases(diary, scorer, table, assignment.advice, is_over)
    if not not_reached:
        make_room(diary, scorer, table, assignment.advice, chance, is_over)
    search = Search(diary, scorer, table, assignment.advice, assignment.bounds, effort, chance)
    if effort.settles and not not_reached:
        search.keep_what_can_be_kept(is_over)
    tell("improving", search.tiers, assignment.bounds)
    rounds, is_finished = (0, False) if not_reached else _improve(search, is_over, tell)
    keep_what_is_booked(diary, scorer, table, assignment.advice)
    return Found(
        survey=survey,
        diary=diary,
        tiers=scorer.tiers(diary),
        bounds=search.bounds,
        rounds=rounds,
        not_reached=not_reached,
        is_cut_short=not is_finished,
    )


def _pair_table(survey: Survey, is_over: Callable[[], bool]) -> tuple[list[list[Pair]], bool]:
    """The pairs of every case, and whether it was stopped: then of those alone that must stand."""
    table: list[list[Pair]] = []
    is_stopped = False
    for case in survey.cases:
        is_stopped = is_stopped or is_over()
        must_stand = case.must_reach > case.pinned_first
        table.append(pairs_of(survey, case) if must_stand or not is_stopped else [])
    return table, is_stopped


def _improve(
    search: Search,
    is_over: Callable[[], bool],
    tell: Callable[[str, Tiers | None, Bounds | None], None],
) -> tuple[int, bool]:
    """Round after round; how many there were, and whether the search ended of itself."""
    rounds = idle = 0
    while not (is_finished := search.is_finished(rounds, idle)) and not is_over():
        is_better = search.round(is_over)
        if is_better:
            tell("improving", search.tiers, search.bounds)
        idle = 0 if is_better else idle + 1
        rounds += 1
    return rounds, is_finished


def outcome_of(reached: Tiers, *, is_cut_short: bool) -> Outcome:
    """How a run ended: a limit wins over something left out."""
    if is_cut_short:
        return Outcome.CUT_SHORT
    return Outcome.SOME_LEFT_OUT if reached.unscheduled else Outcome.COMPLETE


def provenance_of(seed: int, effort: Effort, rounds: int) -> Provenance:
    """What is needed to repeat a run made here and now."""
    return Provenance(
        seed=seed,
        effort=effort.name,
        rounds=rounds,
        solver=f"OR-Tools {version('ortools')}",
        platform=f"Python {platform.python_version()} {platform.system()} {platform.machine()}",
    )


def lawful(problem: Problem, plan: Plan) -> Plan:
    """The plan, read against every hard rule; a plan that breaks one never leaves here.

    Raises RuleBroken with the breaches: the search and the rules then disagree, and a planner that
    does not know its own rules must not be believed about any other case either.
    """
    broken = breaches(problem, plan)
    if broken:
        raise RuleBroken(broken)
    return plan


def _gap(reached: Tiers | None, bounds: Bounds | None) -> float | None:
    """How far the first tier above its bound lies above it, as a share of what was reached."""
    if reached is None or bounds is None:
        return None
    for value, least in zip(reached, bounds.least, strict=True):
        if value > least:
            return (value - least) / value
    return 0.0
