"""Handing an order over to another area of this service: its coordinators carry it on.

    transfer(session, order_id, area_id, liaison_account_id=..., ...)      -> Amended

The plan, its clocks, its gates and everybody's answers go along. Coming meetings stay where the new
area could have booked them too; the others are called off and their people told, so that nobody
waits at a door of the old area. Whoever worked on it there opens it no more, and what was released
to them of anybody's contact ends.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from rj.accounts.models import AccountRole, Area
from rj.accounts.queries import active_accounts_holding
from rj.audit import services as audit
from rj.audit.services import Actor
from rj.compartments.services import end_releases, refuse_as_liaison
from rj.conferences.services import open_stages
from rj.conferences.standing import settle, standing_now
from rj.conferences.telling import Tell
from rj.facilitators.models import FacilitatorArea
from rj.intake.amending import (
    LONGEST_REASON,
    Amended,
    Grounds,
    keep_history,
    open_order,
    texts_of_order,
)
from rj.kernel.errors import Conflict, FieldProblem, Invalid
from rj.orders.models import CaseLimit, Order, VenueAgreed
from rj.orders.queries import venues_agreed
from rj.parties.queries import parties_of
from rj.policy.terms import ChangeGround, Role, Side
from rj.venues.models import Venue


def transfer(
    session: Session,
    order_id: UUID,
    area_id: str,
    *,
    liaison_account_id: UUID | None,
    reason: str,
    based_on: int,
    actor: Actor,
    now: datetime,
    tell: Tell,
) -> Amended:
    """Hand an open order over to another area, with who takes the harmed side's part there.

    Raises Invalid for an area that is none or its own, without a reason, or where somebody on the
    harmed side would be left with nobody; Conflict when the case is limited to people of whom none
    coordinates the new area, when it is closed or has changed since ``based_on``.
    """
    order = open_order(session, order_id, based_on)
    _refuse(session, order, area_id, liaison_account_id, reason)
    before_texts = texts_of_order(session, order)
    before = standing_now(session, order, now=now)
    order.area_id = area_id
    order.liaison_account_id = liaison_account_id
    if order.current_lead_id is not None and not _covers(session, order.current_lead_id, area_id):
        order.current_lead_id = None
    _leave_venues_behind(session, order)
    session.flush()
    after_texts = texts_of_order(session, order)
    changes = {
        fact: (before_texts[fact], after_texts[fact])
        for fact in ("area", "venues")
        if before_texts[fact] != after_texts[fact]
    }
    grounds = Grounds(ChangeGround.CIRCUMSTANCES, reason)
    keep_history(session, order, changes, grounds, actor=actor, now=now)
    audit.note(
        session,
        actor,
        "transfer order",
        "order",
        order.id,
        now=now,
        order_id=order.id,
        fields=["area_id", "liaison_account_id"],
        reason=reason.strip(),
    )
    called_off = settle(session, before, actor=actor, now=now, tell=tell)
    open_stages(session, order_id, actor=actor, now=now, tell=tell)
    refuse_as_liaison(session, order, liaison_account_id)
    end_releases(session, order_id, actor=actor, now=now)
    return Amended(changes, tuple(meeting.id for meeting in called_off), ())


def has_harmed_side(session: Session, order_id: UUID) -> bool:
    """Whether anybody on the harmed side may have to hear something."""
    return any(
        party.side is Side.HARMED and party.erased_at is None
        for party in parties_of(session, order_id)
    )


def _refuse(
    session: Session, order: Order, area_id: str, liaison_account_id: UUID | None, reason: str
) -> None:
    problems = []
    if session.get(Area, area_id) is None or area_id == order.area_id:
        problems.append(FieldProblem("area", "Select the area that carries the order on"))
    who = {each.id for each in active_accounts_holding(session, Role.LIAISON_OFFICER, area_id)}
    if liaison_account_id is None:
        if has_harmed_side(session, order.id):
            problems.append(FieldProblem("liaison", "Select who takes the harmed side's part"))
    elif liaison_account_id not in who:
        problems.append(FieldProblem("liaison", "Choose somebody from the list"))
    if not reason.strip() or len(reason.strip()) > LONGEST_REASON:
        problems.append(
            FieldProblem("reason", f"Say why it is handed over, in {LONGEST_REASON} characters")
        )
    if problems:
        raise Invalid(*problems)
    named = session.exec(select(CaseLimit.account_id).where(CaseLimit.order_id == order.id)).all()
    if named and not _coordinates(session, named, area_id):
        raise Conflict(
            "This case is limited to named people, and none of them coordinates the new area: "
            "name one of them first"
        )


def _coordinates(session: Session, accounts: Iterable[UUID], area_id: str) -> bool:
    found = session.exec(
        select(AccountRole.account_id).where(
            col(AccountRole.account_id).in_(list(accounts)),
            AccountRole.role == Role.COORDINATOR,
            AccountRole.area_id == area_id,
        )
    ).first()
    return found is not None


def _covers(session: Session, facilitator_id: UUID, area_id: str) -> bool:
    return session.get(FacilitatorArea, (facilitator_id, area_id)) is not None


def _leave_venues_behind(session: Session, order: Order) -> None:
    """Venues of the old area are no longer agreed; the new one chooses its own."""
    for venue_id in venues_agreed(session, order.id):
        if session.get_one(Venue, venue_id).area_id != order.area_id:
            session.delete(session.get_one(VenueAgreed, (order.id, venue_id)))
