"""Provisional holds that orders come with: which may be taken over, and what is wrong with others.

    hold_faults(session, orders, *, today)                     -> for each order a fault or None
    take_over_all(session, recorded, take_over, *, actor, now) -> once the orders are written

What a row says of a hold is judged with everything else of the row; the times themselves are taken
over when the orders stand.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlmodel import Session

from rj.audit.services import Actor
from rj.conferences.models import HoldState, ProvisionalHold
from rj.conferences.provisional import TakeOver, holds_named
from rj.intake.csv_table import Fault
from rj.intake.entry import NewOrder
from rj.intake.recording import Recorded
from rj.kernel.london import day_in_words, london_day

LATER = "Leave it empty: the order is planned like any other"
TAKEN = "An order has this provisional hold already"


def hold_faults(session: Session, orders: Sequence[NewOrder], *, today: date) -> list[Fault | None]:
    """What is wrong with the hold that each resolved order comes with; None for nothing."""
    known = holds_named(session, {order.hold for order in orders if order.hold})
    given: set[str] = set()
    faults: list[Fault | None] = []
    for order in orders:
        fault = _fault(order, known.get(order.hold), today) if order.hold else None
        if fault is None and order.hold in given:
            fault = Fault("hold", "Another row has the same provisional hold", "Keep it in one row")
        given.add(order.hold)
        given.discard("")
        faults.append(fault)
    return faults


def _fault(order: NewOrder, hold: ProvisionalHold | None, today: date) -> Fault | None:
    if hold is None or hold.area_id != order.area:
        return Fault(
            "hold",
            "No provisional hold of this area stands under this reference",
            "Check it against the court report, or leave it empty and give the hold to the order "
            "on the hold's own page",
        )
    if hold.state is HoldState.KEPT:
        return Fault("hold", TAKEN, "Check whose it is, or leave it empty")
    if hold.state is HoldState.RELEASED:
        ended = "" if hold.ended_at is None else f" on {day_in_words(london_day(hold.ended_at))}"
        return Fault("hold", f"This provisional hold was released{ended}", LATER)
    if hold.state is HoldState.EXPIRED or hold.expires_on < today:
        ended = day_in_words(hold.expires_on)
        return Fault("hold", f"This provisional hold stood until {ended}", LATER)
    return None


def take_over_all(
    session: Session,
    recorded: Iterable[Recorded],
    take_over: TakeOver,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Have each written order's plan take over the hold it came with.

    Raises Conflict when one was given away at the same moment.
    """
    coming = [each for each in recorded if each.order.hold]
    # area by area, as everybody does who waits for whoever else books in one
    for each in sorted(coming, key=lambda each: (each.order.area, each.order.reference)):
        take_over(session, each.order_id, each.order.hold, actor=actor, now=now)
