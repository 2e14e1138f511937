"""Who leads which case: a linear programme, tier by tier, over the pair table.

It ignores clashes between cases, weekly caps and shared rooms, and it may split a case between
leads. Each optimum is therefore a lower bound that no plan beats once the tiers before it are met,
and the leads it names are good advice for slotting.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Thread

from ortools.linear_solver import pywraplp

from rj.scheduling.planner.calendars import holds_any
from rj.scheduling.planner.pairs import Pair
from rj.scheduling.planner.plan import Plan
from rj.scheduling.planner.solution import Bounds
from rj.scheduling.planner.survey import CaseSurvey, Survey
from rj.scheduling.planner.tiers import Tiers, days_late, preference_misses, travel_minutes

# Solved in floating point: a value this little above a whole number is that number.
SLACK = 1e-5
LOOKS_UP_EVERY = 0.1
# Below this a price in the optimum is nothing but rounding.
PRICED = 1e-4


@dataclass(frozen=True, slots=True)
class Assignment:
    """Bounds for every tier and, for each case, possible leads, the advised ones first."""

    bounds: Bounds
    advice: Mapping[int, tuple[int, ...]]


class Stopped(Exception):
    """The programme was broken off before it had its optimum."""


class _Programme:
    def __init__(
        self, survey: Survey, table: list[list[Pair]], is_over: Callable[[], bool]
    ) -> None:
        self.survey = survey
        self.is_over = is_over
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        self.infinity = self.solver.infinity()
        self.table = table
        self.pinned_plan = Plan(survey.problem.name, survey.pinned)
        self.leads_by_pin: dict[int, set[int]] = defaultdict(set)
        for meeting in survey.pinned:
            self.leads_by_pin[survey.case_number[meeting.task]].add(survey.number[meeting.lead])
        self.variables: list[pywraplp.Variable] = []  # that still may take several values
        self.rows: list[pywraplp.Constraint] = []  # that are not yet held at their limit
        self.fixed: list[tuple[pywraplp.Variable, float]] = []
        self.tight: list[pywraplp.Constraint] = []
        self.chosen = [[self._variable(1) for _ in pairs] for pairs in table]
        for choices in self.chosen:
            self._at_most(1, [(1, choice) for choice in choices])
        self.waiting: list[tuple[float, list[tuple[float, pywraplp.Variable]]]] = []
        self._count_cases()
        self._count_practice()

    def _variable(self, most: float) -> pywraplp.Variable:
        self.variables.append(self.solver.NumVar(0, most, ""))
        return self.variables[-1]

    def _at_most(self, most: float, terms: list[tuple[float, pywraplp.Variable]]) -> None:
        row = self.solver.Constraint(-self.infinity, most)
        for factor, variable in terms:
            row.SetCoefficient(variable, factor)
        self.rows.append(row)

    def _count_cases(self) -> None:
        """H12 and T4: cases led by each, the ones a pin gives them already included."""
        led: dict[int, list[tuple[float, pywraplp.Variable]]] = defaultdict(list)
        for at, pairs in enumerate(self.table):
            for pair, choice in zip(pairs, self.chosen[at], strict=True):
                if pair.lead not in self.leads_by_pin[at]:
                    led[pair.lead].append((1, choice))
        self.excess: list[tuple[float, pywraplp.Variable]] = []
        for lead, facilitator in enumerate(self.survey.facilitators):
            already = sum(lead in leads for leads in self.leads_by_pin.values())
            self._at_most(facilitator.caseload_cap - already, led[lead])
            steps = []
            for above in range(1, facilitator.caseload_cap - facilitator.caseload_norm + 1):
                steps.append(self._variable(1))
                self.excess.append((above, steps[-1]))
            self._at_most(
                facilitator.caseload_norm - already, led[lead] + [(-1, step) for step in steps]
            )

    def _count_practice(self) -> None:
        """T3: a conference counts in one practice year of its lead, if it can fall there."""
        survey = self.survey
        counted: dict[tuple[int, int], list[tuple[float, pywraplp.Variable]]] = defaultdict(list)
        for at, pairs in enumerate(self.table):
            for pair, choice in zip(pairs, self.chosen[at], strict=True):
                for days in pair.conference_days:
                    possible = [
                        number
                        for number, within in enumerate(survey.year_days[pair.lead])
                        if holds_any(days & within)
                    ]
                    parts = [choice]
                    if len(possible) > 1:
                        parts = [self._variable(1) for _ in possible]
                        self._at_most(0, [(1, part) for part in parts] + [(-1, choice)])
                    for number, part in zip(possible, parts, strict=False):
                        counted[pair.lead, number].append((1, part))
        lacking_years = [
            (lead, number, lacking)
            for lead, years in enumerate(survey.years)
            for number, year in enumerate(years)
            if (
                lacking := year.wanted
                - year.count(survey.facilitators[lead].conferences_held)
                - survey.pinned_conferences(lead, year)
            )
            > 0
        ]
        if survey.seconds_practise:
            self._count_seconds(counted, lacking_years)
        self.shortfall: list[tuple[float, pywraplp.Variable]] = []
        for lead, number, lacking in lacking_years:
            short = self._variable(lacking)
            self.shortfall.append((1, short))
            self._at_most(
                -lacking, [(-1, short)] + [(-f, part) for f, part in counted[lead, number]]
            )

    def _count_seconds(
        self,
        counted: dict[tuple[int, int], list[tuple[float, pywraplp.Variable]]],
        lacking_years: list[tuple[int, int, int]],
    ) -> None:
        """T3, format 2: each conference counts for one second too, whoever of those who fit lacks
        practice. On which days they could sit together is left open, so it stays a bound."""
        for at, pairs in enumerate(self.table):
            seconds = set(self.survey.cases[at].seconds)
            parts = []
            for who, number, _ in lacking_years:
                if who in seconds:
                    parts.append(self._variable(self.infinity))
                    counted[who, number].append((1, parts[-1]))
            held: list[tuple[float, pywraplp.Variable]] = [
                (-len(pair.conference_days), choice)
                for pair, choice in zip(pairs, self.chosen[at], strict=True)
            ]
            self._at_most(0, [(1, part) for part in parts] + held)

    def tier(self, amount: Callable[[int, Pair], int]) -> list[tuple[float, pywraplp.Variable]]:
        """A quantity that each pair of a case (by its number) has an amount of."""
        return [
            (factor, choice)
            for at, pairs in enumerate(self.table)
            for pair, choice in zip(pairs, self.chosen[at], strict=True)
            if (factor := amount(at, pair))
        ]

    def least(
        self,
        terms: list[tuple[float, pywraplp.Variable]],
        constant: int,
        step: int,
        *,
        at_least: int = 0,
        is_last: bool = False,
    ) -> int:
        """The least whole multiple of ``step`` a tier can be, held when the next is asked for.

        ``at_least`` is known from elsewhere. No variable may be named twice in ``terms``.
        """
        self._hold()
        objective = self.solver.Objective()
        objective.Clear()
        for factor, variable in terms:
            objective.SetCoefficient(variable, factor)
        objective.SetMinimization()
        self._solve()
        reached = objective.Value() + constant
        value: int = max(at_least, math.ceil(reached / step - SLACK) * step)
        # A changed programme no longer has a solution that could be read: hold the tier later.
        if is_last:
            return value
        if abs(value - reached) < SLACK:
            self._note_the_optimal_face()
        else:
            self.waiting = [(value - constant + SLACK, terms)]
        return value

    def _solve(self) -> None:
        """Find an optimum, in a thread so that it can be broken off. Raises Stopped if it was."""
        ended: list[int] = []
        solving = Thread(target=lambda: ended.append(self.solver.Solve()))
        solving.start()
        is_stopped = False
        while solving.is_alive():
            solving.join(LOOKS_UP_EVERY)
            if solving.is_alive() and self.is_over():
                is_stopped = True
                self.solver.InterruptSolve()
        if is_stopped:
            raise Stopped
        if ended != [pywraplp.Solver.OPTIMAL]:
            raise RuntimeError("the assignment of leads has no optimum although none is needed")

    def _hold(self) -> None:
        """Hold the tiers asked for so far at their least values."""
        for row in self.waiting:
            self._at_most(*row)
        for variable, value in self.fixed:
            variable.SetBounds(value, value)
        for tight in self.tight:
            tight.SetLb(tight.ub())
        self.waiting, self.fixed, self.tight = [], [], []

    def _note_the_optimal_face(self) -> None:
        """What is to stay as it is: whatever has a price in this optimum.

        Says the same as a row that holds the tier at its optimum, and makes the programme smaller
        where such a row, which has a place for every pair, would make it slower.
        """
        open_variables, open_rows = [], []
        for variable in self.variables:
            if abs(variable.reduced_cost()) > PRICED:
                self.fixed.append((variable, variable.solution_value()))
            else:
                open_variables.append(variable)
        for row in self.rows:
            if abs(row.dual_value()) > PRICED:
                self.tight.append(row)
            else:
                open_rows.append(row)
        self.variables, self.rows = open_variables, open_rows

    def shares(self) -> list[list[float]]:
        """For each case, how much of it each of its pairs has in the last optimum."""
        return [[choice.solution_value() for choice in row] for row in self.chosen]


def assign(
    survey: Survey,
    table: list[list[Pair]],
    is_over: Callable[[], bool] = lambda: False,
    least_disturbance: int = 0,
) -> Assignment:
    """Bounds T0 to T6 in turn and the leads they rest on, or as ``without_programme`` if stopped.

    ``is_over`` is asked some times a second, in the caller's thread. ``least_disturbance`` is a
    bound of T2 known from elsewhere, given T0 and T1.
    """
    try:
        return _assign(survey, table, is_over, least_disturbance)
    except Stopped:
        return without_programme(table)


def _assign(
    survey: Survey, table: list[list[Pair]], is_over: Callable[[], bool], least_disturbance: int
) -> Assignment:
    programme = _Programme(survey, table, is_over)
    alone = [_cost_without_lead(case) for case in survey.cases]
    pinned_late = days_late(survey.problem, programme.pinned_plan)
    pinned_travel = travel_minutes(survey.problem, programme.pinned_plan)
    pinned_misses = preference_misses(survey.problem, programme.pinned_plan)

    missed = programme.tier(lambda at, pair: pair.unscheduled - alone[at][0])
    disturbed = programme.tier(lambda at, pair: pair.disturbance - alone[at][1])
    step = survey.problem.policy.travel.round_to_minutes
    least = Tiers(
        unscheduled=programme.least(missed, sum(each for each, _ in alone), 1),
        days_late=programme.least(programme.tier(lambda _, pair: pair.days_late), pinned_late, 1),
        disturbance=programme.least(
            disturbed, sum(each for _, each in alone), 1, at_least=least_disturbance
        ),
        practice_shortfall=programme.least(programme.shortfall, 0, 1),
        fairness=programme.least(programme.excess, 0, 1),
        travel_minutes=programme.least(
            programme.tier(lambda _, pair: pair.travel_minutes), pinned_travel, step
        ),
        preference_misses=programme.least(
            programme.tier(lambda _, pair: pair.preference_misses),
            pinned_misses,
            1,
            is_last=True,
        ),
    )
    return Assignment(Bounds(least), _advice(programme))


def without_programme(table: list[list[Pair]]) -> Assignment:
    """Leads in the order of the pair table alone and no bounds, for a run stopped early."""
    advice = {
        at: tuple(
            pair.lead
            for pair in sorted(
                pairs,
                key=lambda p: (p.unscheduled, p.days_late, p.disturbance, p.travel_minutes, p.lead),
            )
        )
        for at, pairs in enumerate(table)
    }
    return Assignment(Bounds(Tiers(0, 0, 0, 0, 0, 0, 0)), advice)


def _cost_without_lead(case: CaseSurvey) -> tuple[int, int]:
    """T0 and T2 of a case of which only the meetings pinned at its beginning take place."""
    rest = case.openings[case.pinned_first :]
    return len(rest), 4 * sum(opening.task.published is not None for opening in rest)


def _advice(programme: _Programme) -> dict[int, tuple[int, ...]]:
    advice = {}
    shares = programme.shares()
    for at, pairs in enumerate(programme.table):
        weighed = sorted(
            (
                -round(share, 4),
                pair.unscheduled,
                pair.days_late,
                pair.disturbance,
                pair.travel_minutes,
                pair.lead,
            )
            for pair, share in zip(pairs, shares[at], strict=True)
        )
        advice[at] = tuple(each[-1] for each in weighed)
    return advice
