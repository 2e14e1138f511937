"""The dates of a plan: pure arithmetic on the sentence date, what is done, and the standards.

Three kinds of day stand beside each step. The window opens when the least gap after the step
before has passed (H4); before a step is done the earliest day it could be is used. ``due_on`` is a
promise: day 15 for the first contact (R16), and nothing else by itself. ``target_on`` is our own
aim in working days (R22), counted from the day the step before was done, or from that step's own
target while it is not: shown, never planned against. A paused clock has neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType

from rj.policy.bank_holidays import bank_holidays
from rj.policy.clocks import CLOCK_OF_STAGE, UNCHANGED, Changes, Holidays, reckon, rules_of
from rj.policy.plan_templates import PlanTemplate, StepTemplate
from rj.policy.standards import DeliveryStandards
from rj.policy.terms import ClockKind, Route, Stage

POSITION_STEP = 10
LEAST_GAP_OTHERWISE = 1
"""Calendar days between two stages that the standards name no gap for, such as two preparations
(H4)."""
YEARS_AHEAD = timedelta(days=800)
"""How far ahead of a sentence bank holidays are looked up: no target lies beyond."""


@dataclass(frozen=True, slots=True)
class StepFact:
    """What is known of one step of a plan."""

    stage: Stage
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class StepDates:
    """The three days of one step."""

    window_opens_on: date
    due_on: date | None
    target_on: date | None


ChangesByClock = Mapping[ClockKind, Changes]
NO_CHANGES: ChangesByClock = MappingProxyType({})


def step_dates(
    sentenced_on: date,
    steps: Sequence[StepFact],
    standards: DeliveryStandards,
    holidays: Holidays,
    changes: ChangesByClock = NO_CHANGES,
) -> tuple[StepDates, ...]:
    """The dates of each step, in the order of the plan.

    While a clock is paused, the aims after it are counted as if no pause went on: they move once
    it has ended. An extension lengthens one step of its stage, the first that is not done.
    """
    rules = rules_of(standards)
    left = dict(changes)
    dates: list[StepDates] = []
    earliest = expected = sentenced_on
    previous: Stage | None = None
    for step in steps:
        if previous is None:
            opens_on = sentenced_on
        else:
            opens_on = earliest + timedelta(days=least_gap(previous, step.stage, standards))
        kind = CLOCK_OF_STAGE[step.stage]
        theirs = left.get(kind, UNCHANGED)
        if step.done_on is None:
            left[kind] = replace(theirs, more_days=0)
        due_on = reckon(rules[kind], expected, holidays, theirs).due_on
        meanwhile = reckon(rules[kind], expected, holidays, theirs.without_running_pause).due_on
        assert meanwhile is not None  # noqa: S101 -- only a pause that goes on leaves no day
        dates.append(StepDates(opens_on, due_on if rules[kind].is_promise else None, due_on))
        earliest = step.done_on or opens_on
        expected = step.done_on or meanwhile
        previous = step.stage
    return tuple(dates)


def least_gap(earlier: Stage, later: Stage, standards: DeliveryStandards) -> int:
    """Least calendar days between two consecutive steps (H4)."""
    gap = standards.gaps.get((earlier, later))
    return gap[0] if gap else LEAST_GAP_OTHERWISE


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of a plan as drawn up: the template's words and its dates."""

    position: int
    template: StepTemplate
    dates: StepDates


def steps_and_dates(
    sentenced_on: date,
    template: PlanTemplate,
    standards: DeliveryStandards,
    holidays: Holidays,
    route: Route = Route.UNDECIDED,
) -> tuple[PlannedStep, ...]:
    """The steps of a fresh plan, nothing done yet. At least the four meetings of S1 and the call
    that comes first."""
    templates = [template.step(step.stage, route) for step in template.steps]
    dates = step_dates(
        sentenced_on,
        [StepFact(step.stage) for step in templates],
        standards,
        holidays,
    )
    return tuple(
        PlannedStep(POSITION_STEP * number, step, days)
        for number, (step, days) in enumerate(zip(templates, dates, strict=True), start=1)
    )


def holidays_after(day: date) -> Holidays:
    """Bank holidays that a plan beginning on this day can meet, by day."""
    return bank_holidays(day, day + YEARS_AHEAD)


def position_between(taken: Sequence[int], before: int) -> int | None:
    """A free position just before ``before``; None when those around it leave no room."""
    below = max((position for position in taken if position < before), default=0)
    middle = (below + before) // 2
    return middle if below < middle < before else None
