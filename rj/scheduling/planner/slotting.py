"""A first complete plan: case by case, the advised lead first, then others at once."""

from collections.abc import Callable, Mapping
from typing import NoReturn

from rj.kernel.errors import FieldProblem, Invalid
from rj.scheduling.planner.diary import CasePlan, Diary, nothing_for
from rj.scheduling.planner.pairs import Pair
from rj.scheduling.planner.routes import Routes
from rj.scheduling.planner.scores import Scorer
from rj.scheduling.planner.survey import CaseSurvey

Rank = tuple[int, int, int]


def slot_cases(
    diary: Diary,
    scorer: Scorer,
    table: list[list[Pair]],
    advice: Mapping[int, tuple[int, ...]],
    should_stop: Callable[[], bool],
) -> list[int]:
    """Give every case the best plan still free; the cases not reached when stopped, by number.

    Cases with pins come first, since those must stand; then the published meetings that can stay as
    told; then the others by date of sentence.
    """
    waiting = sorted(
        (case for case in diary.survey.cases if not case.is_settled),
        key=lambda case: (-case.must_reach, case.case.sentenced, case.number),
    )
    bound = [case for case in waiting if case.must_reach > case.pinned_first]
    waiting = [case for case in waiting if case not in bound]
    _place_bound(diary, scorer, table, advice, bound)
    for case in list(waiting):
        if should_stop():
            return [each.number for each in waiting]
        plan = _as_told(diary, scorer, case)
        if plan is not None:
            diary.take(plan)
            waiting.remove(case)
    for reached, case in enumerate(waiting):
        if should_stop():
            return [each.number for each in waiting[reached:]]
        plan = best_plan(diary, scorer, case, table[case.number], advice[case.number])
        if plan is not None:
            diary.take(plan)
    return []


def _place_bound(
    diary: Diary,
    scorer: Scorer,
    table: list[list[Pair]],
    advice: Mapping[int, tuple[int, ...]],
    cases: list[CaseSurvey],
) -> None:
    """Place the cases whose earlier stages a later pin demands; one that fails goes first next."""
    order = list(cases)
    for attempt in range(len(cases) + 1):
        for case in cases:
            diary.take(nothing_for(case))
        failed = None
        for case in order:
            plan = best_plan(diary, scorer, case, table[case.number], advice[case.number])
            if plan is None:
                failed = case
                break
            diary.take(plan)
        if failed is None:
            return
        if attempt == len(cases) or failed is order[0]:
            _refuse(failed)
        order.remove(failed)
        order.insert(0, failed)


def _as_told(diary: Diary, scorer: Scorer, case: CaseSurvey) -> CasePlan | None:
    """The plan that leaves every published meeting of a case as it was told, or None."""
    told = [each.task.published for each in case.openings if each.pinned_day is None]
    leads = {each.lead for each in told if each is not None}
    if len(leads) != 1:
        return None
    lead = diary.survey.number.get(leads.pop())
    if lead is None or lead not in case.leads or not diary.can_lead(lead, case.number):
        return None
    routes = Routes(diary, case, lead, scorer.days_wanted(diary, lead))
    plan = routes.first(routes.reach)
    return plan if plan is not None and plan.disturbance == 0 else None


def best_plan(
    diary: Diary,
    scorer: Scorer,
    case: CaseSurvey,
    pairs: list[Pair],
    advised: tuple[int, ...],
) -> CasePlan | None:
    """The first lead in the order of advice who can do as well as anybody could, else the best."""
    ideal = ideal_of(pairs)
    found: CasePlan | None = None
    for lead in advised:
        if not diary.can_lead(lead, case.number):
            continue
        routes = Routes(diary, case, lead, scorer.days_wanted(diary, lead))
        plan = None
        for reach in range(routes.reach, 0, -1):
            plan = routes.first(reach)
            if plan is not None:
                break
        if plan is not None and (found is None or rank_of(plan) < rank_of(found)):
            found = plan
        if found is not None and rank_of(found) == ideal:
            break
    return found


def rank_of(plan: CasePlan) -> Rank:
    """T0 to T2 of one case."""
    return plan.unscheduled, plan.days_late, plan.disturbance


def ideal_of(pairs: list[Pair]) -> Rank | None:
    """The best T0 to T2 the case could have alone, or None where nobody can hold any of it."""
    return min(((p.unscheduled, p.days_late, p.disturbance) for p in pairs), default=None)


def _refuse(case: CaseSurvey) -> NoReturn:
    task = case.openings[case.must_reach - 1].task
    raise Invalid(
        FieldProblem(
            task.id,
            f"The pinned meeting {task.id} cannot stand: the stages of {case.case.id} before it "
            "cannot all be held in time with one lead.",
        )
    )
