"""One human being in several orders: their time is booked once, whatever else is kept apart.

    share_diaries(session, crns)                   after orders with these CRNs were recorded
    crn_changed(session, order)                    after an order's CRN was corrected
    link_co_defendants(session, order_id, other_id, pairs, ...)
    unlink(session, order_id, other_id, ...)

The person on probation is known again by the CRN. A harmed person is known again only because
somebody says so, when the orders of two co-defendants are linked. What is shared is the diary: no
two meetings at once, and hours, absences and places to avoid count in each. Consent, contact and
messages stay with each order, and neither side's pages tell of the other order.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import Session, col, select

from rj.audit.services import Actor, note
from rj.conferences.bookings import claim_all, release_all
from rj.conferences.queries import live_meetings
from rj.conferences.services import lock_order
from rj.kernel.errors import Conflict, FieldProblem, Invalid
from rj.orders.models import LinkedOrders, Order
from rj.orders.queries import get_order, open_orders_with_crn
from rj.parties.models import Party
from rj.parties.queries import parties_of
from rj.policy.terms import PartyRole, Side

PIECE = 500
"""CRNs looked up in one statement; either database takes as many."""


def share_diaries(session: Session, crns: Iterable[str]) -> None:
    """Give the person on probation of each open order with one of these CRNs one diary."""
    wanted = sorted(set(crns))
    for start in range(0, len(wanted), PIECE):
        by_crn: dict[str, list[Order]] = {}
        for order in open_orders_with_crn(session, wanted[start : start + PIECE]):
            by_crn.setdefault(order.crn, []).append(order)
        for orders in by_crn.values():
            if len(orders) > 1:
                _share(session, orders)


def _share(session: Session, orders: Iterable[Order]) -> None:
    people = [each for order in orders if (each := _harmer(session, order.id)) is not None]
    diary = next((each.diary_id for each in people if each.diary_id is not None), uuid4())
    if len(people) > 1:
        _join(session, people, diary)


def _join(session: Session, people: Iterable[Party], diary: UUID) -> None:
    for each in people:
        if each.diary_id != diary:
            _move_diary(session, each, diary)


def crn_changed(session: Session, order: Order) -> None:
    """Part the person from whoever they were taken for, and join them with who they are.

    Raises Conflict when they are then expected at two meetings at once.
    """
    harmer = _harmer(session, order.id)
    if harmer is None:
        return
    if harmer.diary_id is not None:
        _move_diary(session, harmer, None)
    share_diaries(session, [order.crn])


def link_co_defendants(
    session: Session,
    order_id: UUID,
    other_id: UUID,
    pairs: Mapping[UUID, UUID],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Link two open orders with somebody harmed in common; ``pairs`` gives for a person of the
    first order who they are in the other.

    Raises Invalid for one order twice, for two orders of one person, and where nobody is named who
    is harmed in both; Conflict when the two are linked already, one is closed, or somebody is then
    expected at two meetings at once.
    """
    for each in sorted((order_id, other_id)):
        get_order(session, each)
        if lock_order(session, each).closed_at is not None:
            raise Conflict("One of these orders is closed")
    order, other = get_order(session, order_id), get_order(session, other_id)
    if order.crn == other.crn:
        raise Invalid(
            FieldProblem("reference", "Both orders are of one person: they share a diary already")
        )
    here, there = _harmed(session, order_id), _harmed(session, other_id)
    named = [(here.get(one), there.get(same)) for one, same in pairs.items()]
    known = [(one, same) for one, same in named if one is not None and same is not None]
    if not known or len(known) != len(named) or len(set(pairs.values())) != len(pairs):
        raise Invalid(FieldProblem("pairs", "Say who of the harmed side is the same person"))
    first, second = sorted((order_id, other_id))
    if session.get(LinkedOrders, (first, second)) is not None:
        raise Conflict("These orders are linked already")
    session.add(
        LinkedOrders(order_id=first, other_id=second, linked_at=now, linked_by=actor.account_id)
    )
    for one, same in known:
        _join(session, (one, same), same.diary_id or one.diary_id or uuid4())
    for each in (order_id, other_id):
        note(session, actor, "link orders", "order", each, now=now, order_id=each)
    session.flush()


def unlink(
    session: Session, order_id: UUID, other_id: UUID, *, actor: Actor, now: datetime
) -> None:
    """Take the link of two orders back: their harmed people keep diaries of their own again."""
    first, second = sorted((order_id, other_id))
    link = session.get(LinkedOrders, (first, second))
    if link is None:
        raise Conflict("These orders are not linked any more")
    for each in (first, second):
        lock_order(session, each)
    theirs = {party.diary_id for party in _harmed(session, other_id).values()} - {None}
    for party in _harmed(session, order_id).values():
        if party.diary_id in theirs:
            _move_diary(session, party, None)
    session.delete(link)
    for each in (order_id, other_id):
        note(session, actor, "unlink orders", "order", each, now=now, order_id=each)
    session.flush()


def _move_diary(session: Session, party: Party, diary: UUID | None) -> None:
    """Book a person's coming meetings under another diary. Raises Conflict naming what is taken."""
    party.diary_id = diary
    session.flush()
    coming = live_meetings(session, [party.order_id])
    release_all(session, [meeting.id for meeting in coming])
    claim_all(session, coming)


def _harmer(session: Session, order_id: UUID) -> Party | None:
    return next(
        (
            party
            for party in parties_of(session, order_id)
            if party.side is Side.HARMER
            and party.role is PartyRole.PRINCIPAL
            and party.erased_at is None
        ),
        None,
    )


def _harmed(session: Session, order_id: UUID) -> dict[UUID, Party]:
    """Everybody on the harmed side of an order, by identifier."""
    found = session.exec(
        select(Party).where(
            Party.order_id == order_id,
            Party.side == Side.HARMED,
            col(Party.erased_at).is_(None),
        )
    )
    return {party.id: party for party in found}
