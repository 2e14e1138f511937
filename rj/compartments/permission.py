"""The one question: may this person do this to this thing of this case?

Asked anew for each request, of the live database: a role, an assignment or a name that was taken
back opens nothing any more (S3).
"""

from collections.abc import Collection, Iterable
from typing import Protocol
from uuid import UUID

from sqlmodel import Session, col, or_, select

from rj.accounts.models import Account, AccountRole
from rj.compartments.matrix import Action, Reach, Thing, cell
from rj.conferences.models import Meeting, MeetingState
from rj.facilitators.models import Facilitator
from rj.facilitators.queries import find_facilitator_of_account
from rj.orders.models import CaseLimit, Order
from rj.policy.terms import Role


class Asker(Protocol):
    """Somebody signed in."""

    @property
    def account_id(self) -> UUID: ...
    def has(self, *roles: Role) -> bool: ...
    def areas(self, *roles: Role) -> frozenset[str]: ...


def may(
    session: Session,
    asker: Asker,
    action: Action,
    thing: Thing,
    where: Order | Collection[str] | None = None,
    *,
    role: Role,
) -> bool:
    """Whether the asker, acting in a role, may do this; ``where`` is whose case it is of, or the
    areas that a thing of no case belongs to.

    What a facilitator sees of a harmed person's contact is further narrowed by what was released.
    """
    reach = cell(thing, role).reach(action)
    if reach is Reach.NONE or not asker.has(role):
        return False
    if reach is Reach.ALL:
        return True
    if where is None:
        return False
    if not isinstance(where, Order):
        return reach is Reach.AREA and not asker.areas(role).isdisjoint(where)
    if where.id in limited_away(session, asker.account_id, [where.id]):
        return False
    if reach is Reach.AREA:
        return where.area_id in asker.areas(role)
    return _is_own(session, asker, where, role)


def may_finish_telling(session: Session, asker: Asker, order: Order) -> bool:
    """Whether the asker takes the harmed side's part, be the order open or closed.

    Closing a case calls its meetings off: who was told by letter or telephone must still hear it.
    """
    return (
        asker.has(Role.LIAISON_OFFICER)
        and order.liaison_account_id == asker.account_id
        and order.area_id in asker.areas(Role.LIAISON_OFFICER)
        and order.id not in limited_away(session, asker.account_id, [order.id])
    )


def limited_away(
    session: Session, account_id: UUID, order_ids: Iterable[UUID] | None = None
) -> frozenset[UUID]:
    """Cases that are limited to named people, this one not among them; of all cases if None."""
    own = select(CaseLimit.order_id).where(CaseLimit.account_id == account_id)
    query = select(CaseLimit.order_id).where(col(CaseLimit.order_id).not_in(own))
    if order_ids is not None:
        query = query.where(col(CaseLimit.order_id).in_(list(order_ids)))
    return frozenset(session.exec(query.distinct()))


def orders_nobody_opens(session: Session) -> list[Order]:
    """Open orders that are limited to people of whom none coordinates their area any more."""
    opening = (
        select(CaseLimit.order_id)
        .join(Account, col(Account.id) == col(CaseLimit.account_id))
        .join(AccountRole, col(AccountRole.account_id) == col(Account.id))
        .join(Order, col(Order.id) == col(CaseLimit.order_id))
        .where(
            col(Account.is_active).is_(True),
            AccountRole.role == Role.COORDINATOR,
            AccountRole.area_id == Order.area_id,
        )
    )
    found = select(Order).where(
        col(Order.id).in_(select(CaseLimit.order_id)),
        col(Order.id).not_in(opening),
        col(Order.closed_at).is_(None),
    )
    return list(session.exec(found.order_by(col(Order.reference))))


def facilitators_orders(session: Session, account_id: UUID) -> list[Order]:
    """Open orders that an active facilitator leads or has a meeting of, the oldest sentence first.

    Never one whose harmed side's part the same person takes: nobody sees both.
    """
    me = find_facilitator_of_account(session, account_id)
    if me is None or not me.is_active:
        return []
    taking_part = select(Meeting.order_id).where(
        Meeting.state != MeetingState.CANCELLED,
        or_(Meeting.lead_id == me.id, Meeting.second_id == me.id),
    )
    found = session.exec(
        select(Order)
        .where(
            col(Order.closed_at).is_(None),
            or_(Order.current_lead_id == me.id, col(Order.id).in_(taking_part)),
            or_(col(Order.liaison_account_id).is_(None), Order.liaison_account_id != account_id),
        )
        .order_by(col(Order.sentenced_on), col(Order.reference))
    ).all()
    away = limited_away(session, account_id, [order.id for order in found])
    return [order for order in found if order.id not in away]


def facilitators_of(session: Session, order: Order) -> list[Facilitator]:
    """Everybody who leads the case or has a meeting of it, by name."""
    of_meetings = session.exec(
        select(Meeting.lead_id, Meeting.second_id).where(
            Meeting.order_id == order.id, Meeting.state != MeetingState.CANCELLED
        )
    ).all()
    wanted = {each for pair in of_meetings for each in pair} | {order.current_lead_id}
    return list(
        session.exec(
            select(Facilitator)
            .where(col(Facilitator.id).in_(wanted - {None}))
            .order_by(col(Facilitator.name))
        )
    )


def _is_own(session: Session, asker: Asker, order: Order, role: Role) -> bool:
    match role:
        case Role.FACILITATOR:
            return order.id in {each.id for each in facilitators_orders(session, asker.account_id)}
        case Role.LIAISON_OFFICER:
            return (
                order.liaison_account_id == asker.account_id
                and order.area_id in asker.areas(role)
                and order.closed_at is None
            )
        case _:  # a court report writer is assigned to no case yet
            return False
