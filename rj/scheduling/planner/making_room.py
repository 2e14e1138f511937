"""Cases that were crowded out get room: whoever stands in the way is planned elsewhere.

Slotting takes cases one by one, so a late comer may find its hours taken by somebody who could as
well have had others. For each case that got less than it could have alone, plans are written as if
nobody else were there; those in the way of one are taken out, the case is put in, and they are
planned again. What does not gain in T0 to T2 together is undone.
"""

from collections.abc import Callable, Mapping
from random import Random

from rj.scheduling.planner.diary import CasePlan, Diary, nothing_for
from rj.scheduling.planner.pairs import Pair
from rj.scheduling.planner.routes import SHORTFALL, Routes
from rj.scheduling.planner.scores import Scorer
from rj.scheduling.planner.slotting import Rank, best_plan, ideal_of, rank_of
from rj.scheduling.planner.survey import CaseSurvey

LEADS_TRIED = 6
ROUTES_TRIED = 10
MOST_IN_THE_WAY = 6


def make_room(
    diary: Diary,
    scorer: Scorer,
    table: list[list[Pair]],
    advice: Mapping[int, tuple[int, ...]],
    chance: Random,
    should_stop: Callable[[], bool],
) -> None:
    """Try once for each case that got less than it could have alone, those losing most first."""
    crowded_out: list[tuple[Rank, CaseSurvey]] = []
    for case in diary.survey.cases:
        ideal = ideal_of(table[case.number])
        reached = rank_of(diary.plans[case.number])
        if ideal is not None and reached > ideal and not case.must_reach > case.pinned_first:
            gain = ideal[0] - reached[0], ideal[1] - reached[1], ideal[2] - reached[2]
            crowded_out.append((gain, case))
    if not crowded_out:
        return
    empty = Diary(diary.survey)
    for _, case in sorted(crowded_out, key=lambda each: (each[0], each[1].number)):
        if should_stop():
            return
        _make_room_for(case, diary, empty, scorer, table, advice, chance)


def _make_room_for(
    case: CaseSurvey,
    diary: Diary,
    empty: Diary,
    scorer: Scorer,
    table: list[list[Pair]],
    advice: Mapping[int, tuple[int, ...]],
    chance: Random,
) -> None:
    own = diary.plans[case.number]
    pairs = sorted(
        table[case.number], key=lambda p: (p.unscheduled, p.days_late, p.disturbance, p.lead)
    )
    for pair in pairs[:LEADS_TRIED]:
        routes = Routes(empty, case, pair.lead, None)
        for attempt in range(ROUTES_TRIED):
            wanted = (
                routes.another(routes.reach, chance, SHORTFALL)
                if attempt
                else routes.first(routes.reach)
            )
            if wanted is None or rank_of(wanted) >= rank_of(own):
                continue
            rivals = diary.in_the_way(wanted) - {case.number}
            if len(rivals) > MOST_IN_THE_WAY:
                continue
            before = [own, *(diary.plans[number] for number in sorted(rivals))]
            for plan in before:
                diary.take(nothing_for(diary.survey.cases[plan.case]))
            if diary.admits(wanted):
                diary.take(wanted)
                for plan in before[1:]:
                    rival = diary.survey.cases[plan.case]
                    found = best_plan(
                        diary, scorer, rival, table[rival.number], advice[rival.number]
                    )
                    if found is not None:
                        diary.take(found)
                after = [diary.plans[plan.case] for plan in before]
                if _together(after) < _together(before):
                    return
            for plan in before:
                diary.take(nothing_for(diary.survey.cases[plan.case]))
            for plan in before:
                diary.take(plan)


def _together(plans: list[CasePlan]) -> Rank:
    ranks = [rank_of(plan) for plan in plans]
    return sum(r[0] for r in ranks), sum(r[1] for r in ranks), sum(r[2] for r in ranks)
