"""The one question: may this person do this to this thing?

Asked anew for each request, of the live database: a role, an assignment or a name that was taken
back opens nothing any more (S3).
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol, TypeAlias
from uuid import UUID

from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from rj.accounts.models import Account, AccountRole
from rj.compartments.matrix import Action, Reach, Thing, cell
from rj.conferences.models import Meeting, MeetingState
from rj.conferences.queries import COMING
from rj.facilitators.models import Facilitator, FacilitatorArea
from rj.facilitators.queries import find_facilitator_of_account
from rj.orders.models import CaseLimit, Order
from rj.orders.queries import get_order
from rj.policy.terms import Role
from rj.suitability.models import SuitabilityCheck


class Asker(Protocol):
    """Somebody signed in."""

    @property
    def account_id(self) -> UUID: ...
    def has(self, *roles: Role) -> bool: ...
    def areas(self, *roles: Role) -> frozenset[str]: ...


Where: TypeAlias = Order | Meeting | SuitabilityCheck | Facilitator | Collection[str] | None
"""What a thing is of: a case or its meeting, somebody's own record, or the areas it belongs to."""


def may(
    session: Session,
    asker: Asker,
    action: Action,
    thing: Thing,
    where: Where = None,
    *,
    role: Role,
) -> bool:
    """Whether the asker, acting in a role, may do this; ``where`` is what the thing is of.

    What a facilitator sees of a harmed person's contact is further narrowed by what was released.
    """
    reach = cell(thing, role).reach(action)
    if reach is Reach.NONE or not asker.has(role):
        return False
    if reach is Reach.ALL:
        return True
    match where:
        case None:
            return False
        case Meeting():
            order = get_order(session, where.order_id)
            is_theirs = role is not Role.FACILITATOR or _leads(session, asker, where)
            return is_theirs and may(session, asker, action, thing, order, role=role)
        case Order():
            if where.id in limited_away(session, asker.account_id, [where.id]):
                return False
            if reach is Reach.AREA:
                return where.area_id in asker.areas(role)
            return _is_own(session, asker, where, thing, role)
        case SuitabilityCheck():
            return where.writer_id == asker.account_id and where.area_id in asker.areas(role)
        case Facilitator():
            return where.account_id == asker.account_id and where.is_active
        case areas:
            begins_own = thing is Thing.CHECK and action is Action.WRITE
            reaches = reach is Reach.AREA or begins_own
            return reaches and not asker.areas(role).isdisjoint(areas)


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

    Never one of an area they do not cover: whoever had a part in a case that was handed over has
    none now. Never one whose harmed side's part the same person takes: nobody sees both.
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
            col(Order.area_id).in_(_covered(me)),
            or_(Order.current_lead_id == me.id, col(Order.id).in_(taking_part)),
            or_(col(Order.liaison_account_id).is_(None), Order.liaison_account_id != account_id),
        )
        .order_by(col(Order.sentenced_on), col(Order.reference))
    ).all()
    away = limited_away(session, account_id, [order.id for order in found])
    return [order for order in found if order.id not in away]


def facilitators_meetings(
    session: Session, account_id: UUID, *, ended_after: datetime
) -> list[Meeting]:
    """Meetings that an active facilitator leads or is second at, in order of time: those that end
    after a moment, and older ones whose outcome nobody recorded.

    None of a case that is limited to others or was handed over to an area they do not cover, or
    whose harmed side's part the same person takes.
    """
    me = find_facilitator_of_account(session, account_id)
    if me is None or not me.is_active:
        return []
    found = session.exec(
        select(Meeting)
        .join(Order, col(Order.id) == Meeting.order_id)
        .where(
            or_(Meeting.lead_id == me.id, Meeting.second_id == me.id),
            Meeting.state != MeetingState.CANCELLED,
            or_(Meeting.ends_at > ended_after, col(Meeting.state).in_(COMING)),
            col(Order.area_id).in_(_covered(me)),
            or_(col(Order.liaison_account_id).is_(None), Order.liaison_account_id != account_id),
        )
        .order_by(col(Meeting.starts_at), col(Meeting.code))
    ).all()
    away = limited_away(session, account_id, [each.order_id for each in found])
    return [meeting for meeting in found if meeting.order_id not in away]


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


def liaisons_orders(session: Session, asker: Asker) -> list[Order]:
    """Open orders on which somebody takes the harmed side's part, the oldest sentence first."""
    found = session.exec(
        select(Order)
        .where(
            Order.liaison_account_id == asker.account_id,
            col(Order.area_id).in_(asker.areas(Role.LIAISON_OFFICER)),
            col(Order.closed_at).is_(None),
        )
        .order_by(col(Order.sentenced_on), col(Order.reference))
    ).all()
    away = limited_away(session, asker.account_id, [order.id for order in found])
    return [order for order in found if order.id not in away]


def _covered(facilitator: Facilitator) -> SelectOfScalar[str]:
    """The areas somebody covers."""
    return select(FacilitatorArea.area_id).where(FacilitatorArea.facilitator_id == facilitator.id)


def _leads(session: Session, asker: Asker, meeting: Meeting) -> bool:
    me = find_facilitator_of_account(session, asker.account_id)
    return me is not None and me.id in {meeting.lead_id, meeting.second_id}


def _is_own(session: Session, asker: Asker, order: Order, thing: Thing, role: Role) -> bool:
    match role:
        case Role.FACILITATOR:
            return order.id in {each.id for each in facilitators_orders(session, asker.account_id)}
        case Role.LIAISON_OFFICER:
            return (
                order.liaison_account_id == asker.account_id
                and order.area_id in asker.areas(role)
                and (order.closed_at is None or thing is Thing.LAST_WORD)
            )
        case _:  # a court report writer is assigned to no case yet
            return False
