"""Every clock of a case as it stands today: what started it, what stopped it, and whose it is.

``case_clocks`` joins the order, its plan and the gates. A clock that nothing has started yet is
not there: what nobody has begun is never late (R28).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from uuid import UUID

from sqlmodel import Session

from rj.conferences.aftercare import AFTERCARE, reached_on
from rj.conferences.attendance import expected
from rj.conferences.models import GateRecord
from rj.conferences.queries import latest_gates
from rj.kernel.london import london_day
from rj.orders.clocks import clock_changes, counting
from rj.orders.models import ClockChange, Order, Plan, PlanStep, StepState
from rj.orders.plan_dates import holidays_after
from rj.orders.queries import live_plan, policy_of_order, steps_of
from rj.parties.queries import parties_of
from rj.policy.clocks import Reckoning, Standing, reckon, rules_of, standing
from rj.policy.terms import ClockKind, Gate, GateValue, Route, Stage


@dataclass(frozen=True, slots=True)
class CaseClock:
    """One clock of a case."""

    kind: ClockKind
    reckoning: Reckoning
    standing: Standing
    stopped_on: date | None
    other_reading: Reckoning | None = None
    """The same days read in the other unit, of a promise (R16)."""
    history: tuple[ClockChange, ...] = ()
    """Its pauses and extensions, those taken back too, the oldest first."""


@dataclass(frozen=True, slots=True)
class Span:
    """From when a clock runs, and when it stopped."""

    starts_on: date
    stopped_on: date | None = None


OF_THE_ORDER = frozenset(ClockKind) - {
    *AFTERCARE,
    ClockKind.RISK_ASSESSMENT,
    ClockKind.VICTIM_SCHEME,
}
"""Clocks that end with supervision. What guards people, and what others keep, runs on."""


def case_clocks(session: Session, order: Order, today: date) -> tuple[CaseClock, ...]:
    """Every clock that has started, in the order in which a case meets them."""
    facts = _facts(session, order)
    rules = rules_of(policy_of_order(session, order).standards)
    changes = clock_changes(session, order.id)
    ended = () if order.voluntary_from is None else OF_THE_ORDER
    clocks = []
    for kind, span_of in _SPANS.items():
        span = span_of(facts)
        if span is None or (span.stopped_on is None and kind in ended):
            continue
        history = tuple(each for each in changes if each.clock is kind)
        counts = counting(each for each in history if each.taken_back_at is None)
        holidays = holidays_after(span.starts_on)
        rule = rules[kind]
        found = reckon(rule, span.starts_on, holidays, counts)
        clocks.append(
            CaseClock(
                kind=kind,
                reckoning=found,
                standing=standing(found, span.stopped_on, today, holidays),
                stopped_on=span.stopped_on,
                other_reading=(
                    reckon(rule.in_unit(rule.unit.other), span.starts_on, holidays, counts)
                    if rule.is_promise
                    else None
                ),
                history=history,
            )
        )
    return tuple(clocks)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What starts and stops the clocks of one case."""

    order: Order
    plan: Plan | None
    steps: tuple[PlanStep, ...]
    gates: Mapping[tuple[Gate, UUID | None], GateRecord]
    rung_on: Mapping[ClockKind, date | None]
    """The day on which both sides had been rung after the third meeting, for each such call."""
    thirds_people: tuple[UUID, ...]
    """Everybody whose own gates the third meeting waits for."""

    def done(self, stage: Stage) -> date | None:
        """The day on which the last step of a stage was done; None while any is open."""
        found = [step for step in self.steps if step.stage is stage]
        if not found or any(step.state is not StepState.DONE for step in found):
            return None
        return max(step.done_on for step in found if step.done_on is not None)

    def yes_on(self, gate: Gate, party_id: UUID | None) -> date | None:
        """The day on which a gate was last found open; None while it is not."""
        record = self.gates.get((gate, party_id))
        if record is None or record.value is not GateValue.YES:
            return None
        return london_day(record.recorded_at)

    def yes_of_all(self, gate: Gate) -> tuple[date, ...]:
        """The day for everybody of the third meeting; empty while somebody's is not yes."""
        days = [self.yes_on(gate, person) for person in self.thirds_people]
        found = tuple(day for day in days if day is not None)
        return found if len(found) == len(days) else ()


def _facts(session: Session, order: Order) -> _Facts:
    plan = live_plan(session, order.id)
    steps = steps_of(session, plan.id) if plan else []
    people = parties_of(session, order.id)
    thirds = [step for step in steps if step.stage is Stage.REPARATION]
    coming = {
        each.id: each
        for third in thirds
        for each in expected(third, people, order.responsible_officer_id)
    }
    return _Facts(
        order=order,
        plan=plan,
        steps=tuple(steps),
        gates=latest_gates(session, order.id),
        rung_on={kind: reached_on(session, order.id, kind, people) for kind in AFTERCARE},
        thirds_people=tuple(each.id for each in coming.values() if each.role.passes_gates),
    )


def _first_contact(facts: _Facts) -> Span:
    return Span(facts.order.sentenced_on, facts.order.first_contacted_on)


def _assessment(facts: _Facts) -> Span | None:
    contacted_on = facts.order.first_contacted_on
    return Span(contacted_on, facts.done(Stage.ASSESSMENT)) if contacted_on else None


def _preparation(facts: _Facts) -> Span | None:
    """From the finding that the case is suitable; not before its assessment was held."""
    suitable_on, assessed_on = facts.yes_on(Gate.SUITABLE, None), facts.done(Stage.ASSESSMENT)
    if suitable_on is None or assessed_on is None:
        return None
    return Span(max(suitable_on, assessed_on), facts.done(Stage.PREPARATION))


def _reparation(facts: _Facts) -> Span | None:
    """From the day on which the last of those who take part was ready, once they were prepared."""
    ready_on = facts.yes_of_all(Gate.READINESS)
    prepared_on = facts.done(Stage.PREPARATION)
    is_decided = facts.plan is not None and all(
        step.takes(facts.plan.route) is not Route.UNDECIDED
        for step in facts.steps
        if step.stage is Stage.REPARATION
    )
    if not ready_on or prepared_on is None or not is_decided:
        return None
    return Span(max(*ready_on, prepared_on), facts.done(Stage.REPARATION))


def _review(facts: _Facts) -> Span | None:
    held_on = facts.done(Stage.REPARATION)
    return Span(held_on, facts.done(Stage.REVIEW)) if held_on else None


def _risk_assessment(facts: _Facts) -> Span | None:
    """From the oldest that a coming third meeting rests on: the first of them to lapse."""
    if facts.done(Stage.REPARATION) is not None:
        return None
    days = [facts.yes_on(Gate.RISK_ASSESSMENT, person) for person in facts.thirds_people]
    known = [day for day in days if day is not None]
    return Span(min(known)) if known else None


def _call_after(kind: ClockKind) -> Callable[[_Facts], Span | None]:
    def span(facts: _Facts) -> Span | None:
        held_on = facts.done(Stage.REPARATION)
        return Span(held_on, facts.rung_on[kind]) if held_on else None

    return span


def _since_sentence(facts: _Facts) -> Span:
    return Span(facts.order.sentenced_on)


_SPANS: Mapping[ClockKind, Callable[[_Facts], Span | None]] = MappingProxyType(
    {
        ClockKind.FIRST_CONTACT: _first_contact,
        ClockKind.ASSESSMENT: _assessment,
        ClockKind.PREPARATION: _preparation,
        ClockKind.RISK_ASSESSMENT: _risk_assessment,
        ClockKind.REPARATION: _reparation,
        ClockKind.CALLS_AFTER: _call_after(ClockKind.CALLS_AFTER),
        ClockKind.LATER_CALL: _call_after(ClockKind.LATER_CALL),
        ClockKind.REVIEW: _review,
        ClockKind.VICTIM_SCHEME: _since_sentence,
    }
)
