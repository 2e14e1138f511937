"""The clocks of orders, read with what was decided about them.

clock_changes(session, order_id)                        every change, the oldest first
clock_changes_of(session, order_ids)                    what counts, by order and clock
first_contact(order, policy, changes, today)            how the promise to the court stands
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from rj.orders.models import ClockChange, Order
from rj.orders.plan_dates import NO_CHANGES, ChangesByClock, holidays_after
from rj.policy.clocks import UNCHANGED, Changes, Pause, Reckoning, Standing, reckon, rules_of
from rj.policy.clocks import standing as standing_of
from rj.policy.standards import DeliveryStandards
from rj.policy.terms import ClockKind


def clock_changes(session: Session, order_id: UUID) -> list[ClockChange]:
    """Every pause and extension of an order, those taken back too, the oldest first."""
    return list(
        session.exec(
            select(ClockChange)
            .where(ClockChange.order_id == order_id)
            .order_by(col(ClockChange.recorded_at), col(ClockChange.id))
        )
    )


def clock_changes_of(session: Session, order_ids: Iterable[UUID]) -> Mapping[UUID, ChangesByClock]:
    """What counts of the changes of each order that has any."""
    rows: dict[UUID, dict[ClockKind, list[ClockChange]]] = defaultdict(lambda: defaultdict(list))
    for row in session.exec(
        select(ClockChange)
        .where(
            col(ClockChange.order_id).in_(list(order_ids)),
            col(ClockChange.taken_back_at).is_(None),
        )
        .order_by(col(ClockChange.recorded_at), col(ClockChange.id))
    ):
        rows[row.order_id][row.clock].append(row)
    return {
        order_id: {kind: counting(found) for kind, found in by_kind.items()}
        for order_id, by_kind in rows.items()
    }


def counting(rows: Iterable[ClockChange]) -> Changes:
    """Changes of one clock as it is reckoned with them."""
    rows = list(rows)
    pauses = [Pause(row.first_day, row.last_day) for row in rows if row.first_day is not None]
    return Changes(
        tuple(sorted(pauses, key=lambda pause: pause.first_day)),
        sum(row.days or 0 for row in rows),
    )


def history_version(changes: Iterable[ClockChange]) -> int:
    """What an edit of an order's clocks was based on: it rises with every change of any (P1)."""
    return sum(change.version for change in changes) + 1


def first_contact_reckoned(
    order: Order, standards: DeliveryStandards, changes: ChangesByClock = NO_CHANGES
) -> Reckoning:
    """When the first contact of an order is due, and why (R16)."""
    return reckon(
        rules_of(standards)[ClockKind.FIRST_CONTACT],
        order.sentenced_on,
        holidays_after(order.sentenced_on),
        changes.get(ClockKind.FIRST_CONTACT, UNCHANGED),
    )


def first_contact(
    order: Order,
    standards: DeliveryStandards,
    today: date,
    changes: ChangesByClock = NO_CHANGES,
) -> Standing:
    """How the promise of first contact stands on a day (R16, R17)."""
    return standing_of(
        first_contact_reckoned(order, standards, changes),
        order.first_contacted_on,
        today,
        holidays_after(order.sentenced_on),
    )
