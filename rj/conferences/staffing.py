"""Whom a case keeps out, whoever chooses: staff its limit does not name, and its liaison officer.

    barred(session, order, facilitator_ids)          -> dict[UUID, str]
    barred_in(session, orders, facilitator_ids)      -> dict[UUID, dict[UUID, str]]
    refuse_barred(session, order, facilitator_ids)   raises Invalid
    not_named(session, order_id, facilitator_ids)    -> frozenset[UUID]

Asked wherever a facilitator is chosen, by a person or by planning, and again when a plan is
published: the order is locked then, and so it is while somebody limits it or names who takes the
harmed side's part.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from rj.facilitators.models import Facilitator
from rj.kernel.errors import FieldProblem, Invalid
from rj.orders.models import CaseLimit, Order

NOT_NAMED = (
    "is not named for this limited case: choose somebody who is, or name them for it as well"
)
TAKES_THEIR_PART = (
    "takes the harmed side's part in this case: choose somebody else, or name somebody else for "
    "that part"
)


def barred_in(
    session: Session, orders: Sequence[Order], facilitator_ids: Iterable[UUID]
) -> dict[UUID, dict[UUID, str]]:
    """Case by case, those of these facilitators who may take no part in it, with why and what to
    do. The reasons are sentences that want whom they are about before them."""
    named: dict[UUID, set[UUID]] = defaultdict(set)
    of_orders = col(CaseLimit.order_id).in_([order.id for order in orders])
    for limit in session.exec(select(CaseLimit).where(of_orders)):
        named[limit.order_id].add(limit.account_id)
    staff = session.exec(
        select(Facilitator.id, Facilitator.account_id).where(
            col(Facilitator.id).in_(list(facilitator_ids))
        )
    ).all()
    found: dict[UUID, dict[UUID, str]] = {}
    for order in orders:
        of_case = {}
        for who, account_id in staff:
            if order.id in named and account_id not in named[order.id]:
                of_case[who] = NOT_NAMED
            elif account_id is not None and account_id == order.liaison_account_id:
                of_case[who] = TAKES_THEIR_PART
        if of_case:
            found[order.id] = of_case
    return found


def barred(
    session: Session, order: Order, facilitator_ids: Iterable[UUID | None]
) -> dict[UUID, str]:
    """The same for one case."""
    asked = {each for each in facilitator_ids if each is not None}
    return barred_in(session, [order], asked).get(order.id, {})


def refuse_barred(session: Session, order: Order, facilitator_ids: Iterable[UUID | None]) -> None:
    """Raise Invalid when somebody among these may take no part in the case, saying what to do."""
    found = barred(session, order, facilitator_ids)
    if found:
        names = {who: session.get_one(Facilitator, who).name for who in found}
        in_turn = sorted(found, key=lambda who: names[who])
        raise Invalid(*(FieldProblem("", f"{names[who]} {found[who]}") for who in in_turn))


def not_named(
    session: Session, order_id: UUID, facilitator_ids: Iterable[UUID | None]
) -> frozenset[UUID]:
    """Those of these facilitators whom a limit of the case does not name; none without a limit.

    They hear of its meetings no more.
    """
    asked = frozenset(each for each in facilitator_ids if each is not None)
    named = session.exec(select(CaseLimit.account_id).where(CaseLimit.order_id == order_id)).all()
    if not named:
        return frozenset()
    inside = session.exec(select(Facilitator.id).where(col(Facilitator.account_id).in_(named)))
    return asked - frozenset(inside)
