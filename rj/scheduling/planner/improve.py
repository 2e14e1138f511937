"""Search by neighbourhoods: free a few cases, write many plans for each, choose a set together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from random import Random

from rj.scheduling.planner.assignment import assign
from rj.scheduling.planner.diary import CasePlan, Diary, nothing_for
from rj.scheduling.planner.packing import choose
from rj.scheduling.planner.pairs import Pair
from rj.scheduling.planner.routes import LATE, TRAVEL, Routes
from rj.scheduling.planner.scores import Scorer
from rj.scheduling.planner.slotting import ideal_of, rank_of
from rj.scheduling.planner.solution import Bounds, Effort
from rj.scheduling.planner.survey import CaseSurvey
from rj.scheduling.planner.told_together import Way, least_excess, ways_to_keep

# How far random surcharges may bend routes: only between equals, by a journey, by several.
SPREADS = (0, 0, 15 * TRAVEL, 60 * TRAVEL)
# And by anything at all, while one of the first four tiers is above its bound.
ANYWHERE = 10 * LATE
LEADS_TRIED = 6
WORK_PER_CHOICE = 0.4
ROUTES_OF_A_WAY = 4


@dataclass
class Search:
    """The plan in hand and what guides its improvement."""

    diary: Diary
    scorer: Scorer
    table: list[list[Pair]]
    advice: Mapping[int, tuple[int, ...]]
    bounds: Bounds
    effort: Effort
    chance: Random

    def __post_init__(self) -> None:
        self.survey = self.diary.survey
        self.open = [case for case in self.survey.cases if self.table[case.number]]
        self.tiers = self.scorer.tiers(self.diary)
        self.pair = [{pair.lead: pair for pair in pairs} for pairs in self.table]
        self.routes: dict[tuple[int, int], Routes] = {}
        self.ways: dict[int, list[Way]] = {}

    def is_finished(self, rounds: int, idle: int) -> bool:
        """All rounds done, nothing left to gain, or what is left was long looked for.

        ``idle`` are the rounds since the last that gained anything. Who settles for less looks no
        further for minutes, nor once a round among all cases there are gained nothing.
        """
        wanted = self.effort.rounds_for(len(self.survey.cases))
        proven = self.bounds.proven(self.tiers)
        if rounds >= wanted or all(proven):
            return True
        if self.effort.settles:
            is_tried = rounds > 0 or not self.ways
            is_idle = idle > 0 and len(self.open) <= self.effort.neighbourhood
            return is_idle or (is_tried and all(proven[:5]))
        return idle >= max(8, wanted // 3) and all(proven[:5])

    def keep_what_can_be_kept(self, is_over: Callable[[], bool]) -> None:
        """Where all cases are freed at once: what they can keep together of what people were told,
        which bounds T2 where clashes make the assignment's bound too low."""
        plans = [self.diary.plans[case.number] for case in self.open]
        ideals = [ideal_of(self.table[case.number]) for case in self.open]
        gap = self.tiers.disturbance - self.bounds.least.disturbance
        if gap <= 0 or len(self.open) > self.effort.neighbourhood:
            return
        if any(rank_of(p)[:2] != i[:2] for p, i in zip(plans, ideals, strict=True) if i):
            return
        short = sum(p.disturbance - i[2] for p, i in zip(plans, ideals, strict=True) if i)
        for case in self.open:
            self.diary.take(nothing_for(case))
        self.ways = {
            case.number: ways_to_keep(
                case, self.table[case.number], partial(self._routes, case), short - 1
            )
            for case in self.open
        }
        excess = least_excess(self.diary, self.ways, short)
        for plan in plans:
            self.diary.take(plan)
        least = self.tiers.disturbance - short + excess
        if least > self.bounds.least.disturbance:
            self.bounds = assign(self.survey, self.table, is_over, least).bounds

    def round(self, should_stop: Callable[[], bool]) -> bool:
        """Free a neighbourhood and fill it again; whether the plan became better."""
        cases = self._neighbourhood()
        before = {case.number: self.diary.plans[case.number] for case in cases}
        for case in cases:
            self.diary.take(nothing_for(case))
        # Where every round frees all cases there are, what the others leave free stays as it was.
        if len(cases) < len(self.open):
            self.routes.clear()
        candidates: dict[int, list[CasePlan]] = {}
        for case in cases:
            if should_stop():
                break
            candidates[case.number] = self._candidates(case, before[case.number])
        chosen = None
        if len(candidates) == len(cases):
            chosen = choose(
                self.diary,
                self.scorer,
                candidates,
                before,
                self.chance.getrandbits(30),
                WORK_PER_CHOICE,
            )
        for plan in before.values() if chosen is None else chosen:
            self.diary.take(plan)
        reached = self.scorer.tiers(self.diary)
        if reached > self.tiers:
            for case in cases:
                self.diary.take(nothing_for(case))
            for plan in before.values():
                self.diary.take(plan)
            return False
        is_better = reached < self.tiers
        self.tiers = reached
        return is_better

    def _candidates(self, case: CaseSurvey, in_hand: CasePlan) -> list[CasePlan]:
        found: dict[object, CasePlan] = {in_hand.bookings: in_hand}
        if not case.must_reach > case.pinned_first:
            found.setdefault((), nothing_for(case))
        leads = self._leads(case, in_hand)
        spreads = SPREADS if all(self.bounds.proven(self.tiers)[:4]) else (*SPREADS, ANYWHERE)
        share = max(2, self.effort.columns // max(1, len(leads)))
        for lead in leads:
            routes = self._routes(case, lead)
            for attempt in range(share):
                if attempt == 0:
                    plan = routes.first(routes.reach)
                else:
                    spread = spreads[-attempt % len(spreads)]
                    plan = routes.another(self._length(case, routes.reach), self.chance, spread)
                if plan is not None:
                    found.setdefault(plan.bookings, plan)
        for way in self.ways.get(case.number, ()):
            routes = self._routes(case, way.lead)
            for plan in routes.moving(way.reach, way.moved, self.chance, ROUTES_OF_A_WAY):
                found.setdefault(plan.bookings, plan)
        return list(found.values())

    def _routes(self, case: CaseSurvey, lead: int) -> Routes:
        key = case.number, lead
        if key not in self.routes:
            wanted = self.scorer.days_wanted(self.diary, lead)
            self.routes[key] = Routes(self.diary, case, lead, wanted)
        return self.routes[key]

    def _length(self, case: CaseSurvey, reach: int) -> int:
        """How many stages to plan: all, or now and then fewer where somebody must give way."""
        least = max(case.must_reach, case.pinned_first + 1)
        is_crowded = self.tiers.unscheduled > self.bounds.least.unscheduled
        if is_crowded and reach > least and self.chance.random() < 0.25:
            return self.chance.randint(least, reach)
        return reach

    def _leads(self, case: CaseSurvey, in_hand: CasePlan) -> list[int]:
        """Who is worth trying: the lead in hand, the current one, the advised, and a few others."""
        advised = self.advice[case.number]
        short = [lead for lead in advised if self.scorer.days_wanted(self.diary, lead) is not None]
        others = list(advised[2:12])
        self.chance.shuffle(others)
        told = [
            self.survey.number.get(each.task.published.lead)
            for each in case.openings
            if each.task.published is not None
        ]
        wanted = [in_hand.lead, case.current_lead, *told, *advised[:2], *short[:2], *others]
        leads = [
            lead
            for lead in dict.fromkeys(wanted)
            if lead is not None
            and lead in self.pair[case.number]
            and self.diary.can_lead(lead, case.number)
        ]
        return leads[:LEADS_TRIED]

    def _neighbourhood(self) -> list[CaseSurvey]:
        """Cases to free: one that hurts, by the first tiers above their bounds, and its rivals."""
        hurts = self._what_hurts()
        seeds = self.chance.choice(hurts) if hurts else []
        seeds = seeds[: self.effort.neighbourhood // 2]
        chosen = dict.fromkeys(seeds)
        around = self._rivals(seeds)
        for number in around:
            if len(chosen) >= self.effort.neighbourhood:
                break
            chosen.setdefault(number)
        rest = [case.number for case in self.open if case.number not in chosen]
        self.chance.shuffle(rest)
        for number in rest[: max(0, self.effort.neighbourhood - len(chosen))]:
            chosen.setdefault(number)
        return [self.survey.cases[number] for number in sorted(chosen)]

    def _what_hurts(self) -> list[list[int]]:
        """Groups of cases with something to gain, one group for each reason."""
        plans = self.diary.plans
        groups: list[list[int]] = []
        ideal = {
            number: min((pair.unscheduled, pair.days_late) for pair in pairs)
            for number, pairs in enumerate(self.table)
            if pairs
        }
        unlucky = [
            number
            for number, best in ideal.items()
            if (plans[number].unscheduled, plans[number].days_late) > best
        ]
        if unlucky:
            groups += [self._some(unlucky, 4)] * 2
        if self.tiers.disturbance > self.bounds.least.disturbance:
            disturbed = [
                (number, best.lead)
                for number, best in self._least_disturbing().items()
                if plans[number].disturbance > best.disturbance
            ]
            if disturbed:
                number, lead = self.chance.choice(disturbed)
                groups += [[number, *self._cases_of(lead)]] * 2
        if self.tiers.practice_shortfall > self.bounds.least.practice_shortfall:
            groups += [self._practice()] * 2
        if self.tiers.fairness > self.bounds.least.fairness:
            above = [
                lead
                for lead in range(len(self.survey.facilitators))
                if self.scorer.unfairness(self.diary, lead)
            ]
            groups.append(self._some(self._cases_of(self.chance.choice(above)), 8))
        groups += [self._far_or_unloved()] * 3
        return [group for group in groups if group]

    def _far_or_unloved(self) -> list[int]:
        """Some cases with journeys longer than they need be, or hours nobody likes."""
        excess = []
        for case in self.open:
            pairs = self.table[case.number]
            plan = self.diary.plans[case.number]
            if pairs and plan.lead is not None:
                alike = [pair.travel_minutes for pair in pairs if pair.reach == plan.reach]
                least = min(alike, default=plan.travel_minutes)
                if plan.travel_minutes > least or plan.preference_misses:
                    weight = plan.travel_minutes - least + 5 * plan.preference_misses
                    excess.append((-weight * self.chance.random(), case.number))
        return [number for _, number in sorted(excess)[:5]]

    def _least_disturbing(self) -> dict[int, Pair]:
        """For each case the lead under whom, on its own, the least would change."""
        return {
            number: min(
                pairs, key=lambda pair: (pair.unscheduled, pair.days_late, pair.disturbance)
            )
            for number, pairs in enumerate(self.table)
            if pairs
        }

    def _practice(self) -> list[int]:
        """Cases nobody has begun whose conference would count for somebody who lacks one."""
        short = [
            lead
            for lead in range(len(self.survey.facilitators))
            if any(lacking > 0 for lacking in self.scorer.shortages(self.diary, lead))
        ]
        lead = self.chance.choice(short)
        days = self.scorer.days_wanted(self.diary, lead)
        could = []
        for case in self.open:
            pair = self.pair[case.number].get(lead)
            if pair is None or days is None or case.current_lead not in (None, lead):
                continue
            if any((each & days).any() for each in pair.conference_days):
                could.append(case.number)
        return self._some(could, 8)

    def _rivals(self, seeds: list[int]) -> list[int]:
        """Cases that compete with these: the same leads, advised or in hand, or the same days."""
        leads = {self.diary.plans[number].lead for number in seeds}
        for number in seeds:
            leads.update(self.advice[number][:2])
        scored = []
        for case in self.open:
            plan = self.diary.plans[case.number]
            shared = (plan.lead in leads) + (bool(set(self.advice[case.number][:2]) & leads))
            if shared:
                scored.append((-shared + self.chance.random() * 1.5, case.number))
        return [number for _, number in sorted(scored)]

    def _cases_of(self, lead: int | None) -> list[int]:
        return [number for number, plan in self.diary.plans.items() if plan.lead == lead]

    def _some(self, numbers: list[int], most: int) -> list[int]:
        return self.chance.sample(numbers, min(most, len(numbers)))
