"""Recording a court order by form, under the same rules and with the same words as a file.

    read_new_order(texts, people)                                    -> NewOrder, or Invalid
    record_order(session, NewOrder(...), *, seal, actor, now, areas)  -> Order, or Invalid

A problem's field is a column name of ``docs/importing-orders.md``; that of a person beyond the one
on probation is ``people-0-email``, counted from 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from rj.audit.services import Actor
from rj.conferences.provisional import TakeOver, keep_hold
from rj.intake.csv_table import Fault, read_cell
from rj.intake.entry import NewOrder, read_order, read_party
from rj.intake.holds import hold_faults, take_over_all
from rj.intake.known import known_now
from rj.intake.recording import record_all
from rj.intake.rules import order_faults, person_faults, resolve
from rj.kernel.errors import FieldProblem, Invalid
from rj.kernel.london import london_day
from rj.orders.models import Order
from rj.orders.queries import erased_references, find_order_by_reference, get_order
from rj.parties.sealing import Seal


def person_field(number: int, column: str) -> str:
    """The form field of a column of the person with this number, counted from 0."""
    return f"people-{number}-{column}"


def read_new_order(texts: Mapping[str, str], people: Sequence[Mapping[str, str]] = ()) -> NewOrder:
    """The order that a form's texts tell of, by column name; a row of texts for each person.

    Raises Invalid naming every field that cannot be read.
    """
    problems: list[FieldProblem] = []
    read = []
    for number, entered in enumerate(people):
        cells, faults = _clean(entered)
        person, more = read_party(cells)
        read.append(person)
        problems += [_of_person(number, fault) for fault in _first_of_each([*faults, *more])]
    cells, faults = _clean(texts)
    order, more = read_order(cells, tuple(read))
    problems = [fault.as_field_problem() for fault in _first_of_each([*faults, *more])] + problems
    if problems:
        raise Invalid(*problems)
    return order


def record_order(
    session: Session,
    new_order: NewOrder,
    *,
    seal: Seal,
    actor: Actor,
    now: datetime,
    areas: Iterable[str] | None = None,
    take_over: TakeOver = keep_hold,
) -> Order:
    """Record an order with its offences, requirement, people and plan, all or nothing.

    ``areas`` are those the actor works for; None means every area. ``take_over`` has its plan take
    over the provisional hold it came with. Raises Invalid naming each field that cannot be
    accepted.
    """
    known = known_now(session, own_areas=areas)
    today = london_day(now)
    order = resolve(new_order, known)
    problems = [fault.as_field_problem() for fault in order_faults(order, known, today)]
    for number, person in enumerate(order.people):
        problems += [_of_person(number, fault) for fault in person_faults(person, known, today)]
    if find_order_by_reference(session, order.reference) is not None or erased_references(
        session, seal.fingerprint, [order.reference]
    ):
        problems.append(already_recorded().as_field_problem())
    [of_hold] = hold_faults(session, [order], today=today)
    if of_hold is not None and all(each.field not in {"hold", "area"} for each in problems):
        problems.append(of_hold.as_field_problem())
    if problems:
        raise Invalid(*problems)
    recorded = record_all(session, [order], known, seal=seal, actor=actor, now=now)
    take_over_all(session, recorded, take_over, actor=actor, now=now)
    return get_order(session, recorded[0].order_id)


def already_recorded() -> Fault:
    """What a form says of a reference that is in use."""
    return Fault(
        "reference",
        "An order with this reference is recorded already",
        "Open that order, or check the reference",
    )


def _clean(texts: Mapping[str, str]) -> tuple[dict[str, str], list[Fault]]:
    cells, faults = {}, []
    for name, text in texts.items():
        cells[name], fault = read_cell(name, text)
        if fault:
            faults.append(fault)
    return cells, faults


def _first_of_each(faults: Iterable[Fault]) -> list[Fault]:
    """One fault for a field: the first, which explains those that follow from it."""
    first: dict[str, Fault] = {}
    for fault in faults:
        first.setdefault(fault.column, fault)
    return list(first.values())


def _of_person(number: int, fault: Fault) -> FieldProblem:
    problem = fault.as_field_problem()
    return FieldProblem(person_field(number, fault.column), problem.message)
