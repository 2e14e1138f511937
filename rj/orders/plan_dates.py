"""The dates of a plan: pure arithmetic on the sentence date, what is done, and the standards.

Three kinds of day stand beside each step. The window opens when the least gap after the step
before has passed (H4); before a step is done the earliest day it could be is used. ``due_on`` is a
promise: day 15 for the first contact (R16), and nothing else by itself. ``target_on`` is our own
aim in working days (R22), counted from the day the step before was done, or from that step's own
target while it is not: shown, never planned against.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rj.kernel.working_days import working_days_after
from rj.policy.bank_holidays import bank_holidays
from rj.policy.deadlines import first_contact_due
from rj.policy.plan_templates import PlanTemplate, StepTemplate
from rj.policy.standards import DeliveryStandards
from rj.policy.terms import Route, Stage

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
    target_on: date


def step_dates(
    sentenced_on: date,
    steps: Sequence[StepFact],
    standards: DeliveryStandards,
    holidays: Container[date],
) -> tuple[StepDates, ...]:
    """The dates of each step, in the order of the plan."""
    dates: list[StepDates] = []
    earliest = expected = sentenced_on
    previous: Stage | None = None
    for step in steps:
        if previous is None:
            opens_on = sentenced_on
        else:
            opens_on = earliest + timedelta(days=least_gap(previous, step.stage, standards))
        if step.stage is Stage.CONTACT:
            due_on: date | None = first_contact_due(sentenced_on, standards)
            target_on = first_contact_due(sentenced_on, standards)
        else:
            due_on = None
            count = _target_working_days(step.stage, standards)
            target_on = working_days_after(expected, count, holidays)
        dates.append(StepDates(opens_on, due_on, target_on))
        earliest = step.done_on or opens_on
        expected = step.done_on or target_on
        previous = step.stage
    return tuple(dates)


def least_gap(earlier: Stage, later: Stage, standards: DeliveryStandards) -> int:
    """Least calendar days between two consecutive steps (H4)."""
    gap = standards.gaps.get((earlier, later))
    return gap[0] if gap else LEAST_GAP_OTHERWISE


def _target_working_days(stage: Stage, standards: DeliveryStandards) -> int:
    match stage:
        case Stage.ASSESSMENT:
            return standards.assessment_target_working_days
        case Stage.PREPARATION:
            return standards.preparation_target_working_days
        case Stage.REPARATION:
            return standards.reparation_target_working_days
        case _:
            return standards.review_target_working_days


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
    holidays: Container[date],
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


def holidays_after(day: date) -> frozenset[date]:
    """Bank holidays that a plan beginning on this day can meet."""
    return bank_holidays(day, day + YEARS_AHEAD)


def position_between(taken: Sequence[int], before: int) -> int | None:
    """A free position just before ``before``; None when those around it leave no room."""
    below = max((position for position in taken if position < before), default=0)
    middle = (below + before) // 2
    return middle if below < middle < before else None
