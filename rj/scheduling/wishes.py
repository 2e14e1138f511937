"""What a coordinator asks of the next planning run; honoured until it is taken back.

    pin_step(session, step_id, *, starts_at, lead_id, second_id, room_id, reason, actor, now)
    pin_proposal(session, run_id, step_id, *, reason, actor, now)
    exclude_facilitator(session, order_id, facilitator_id, *, reason, actor, now)
    leave_out(session, order_id, *, reason, actor, now)
    take_back(session, wish_id, *, actor, now)
    end_pins(session, order_id, *, actor, now)
    wishes_of(session, order_ids)                      -> list[PlanningWish]

Asking for the same thing twice is one wish. A wish never overrides a rule of safety: a pin that
cannot stand is freed by the run, which says so.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from rj.audit.services import Actor, note
from rj.conferences.facts import GRID_MINUTES
from rj.conferences.staffing import refuse_barred
from rj.facilitators.queries import get_facilitator
from rj.kernel.errors import Conflict, FieldProblem, Invalid, NotAllowed, NotFound
from rj.orders.models import StepState
from rj.orders.queries import get_order, get_plan, get_step
from rj.scheduling.models import PlanningWish, PlanningWishKind, ProposedMeeting
from rj.venues.queries import get_room

LONGEST_REASON = 200


def wishes_of(session: Session, order_ids: Iterable[UUID]) -> list[PlanningWish]:
    """Wishes in force for these orders, the oldest first."""
    return list(
        session.exec(
            select(PlanningWish)
            .where(col(PlanningWish.order_id).in_(list(order_ids)))
            .order_by(col(PlanningWish.asked_at), col(PlanningWish.id))
        )
    )


def pin_step(
    session: Session,
    step_id: UUID,
    *,
    starts_at: datetime,
    lead_id: UUID,
    second_id: UUID | None,
    room_id: UUID | None,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> PlanningWish:
    """Hold a step at this time with these people in this room; replaces an earlier pin of it.

    Raises NotFound, Invalid for a time in the past or off the grid and for somebody whom the case
    keeps out, Conflict for a step not open.
    """
    step = get_step(session, step_id)
    order_id = get_plan(session, step.plan_id).order_id
    if step.state is not StepState.OPEN:
        raise Conflict("This step of the plan is no longer open")
    if starts_at <= now or starts_at.minute % GRID_MINUTES or starts_at.second:
        raise Invalid(FieldProblem("starts_at", "Choose a time ahead, on the hour or at half past"))
    if step.has_room is (room_id is None):
        raise Invalid(FieldProblem("room_id", "Meetings need a room, and calls need none"))
    for who in (lead_id, second_id):
        if who is not None:
            get_facilitator(session, who)
    refuse_barred(session, get_order(session, order_id), (lead_id, second_id))
    if room_id is not None:
        get_room(session, room_id)
    for earlier in wishes_of(session, [order_id]):
        if earlier.kind is PlanningWishKind.PIN and earlier.step_id == step_id:
            session.delete(earlier)
    wish = PlanningWish(
        order_id=order_id,
        step_id=step_id,
        kind=PlanningWishKind.PIN,
        starts_at=starts_at,
        lead_id=lead_id,
        second_id=second_id,
        room_id=room_id,
        reason=_short(reason),
        asked_by=_account(actor),
        asked_at=now,
    )
    return _asked(session, wish, actor, now)


def pin_proposal(
    session: Session, run_id: UUID, step_id: UUID, *, reason: str = "", actor: Actor, now: datetime
) -> PlanningWish:
    """Hold a step as a run proposed it. Raises NotFound when the run proposed nothing for it."""
    row = session.get(ProposedMeeting, (run_id, step_id))
    if row is None:
        raise NotFound("This run proposes nothing for that step")
    return pin_step(
        session,
        step_id,
        starts_at=row.starts_at,
        lead_id=row.lead_id,
        second_id=row.second_id,
        room_id=row.room_id,
        reason=reason,
        actor=actor,
        now=now,
    )


def exclude_facilitator(
    session: Session,
    order_id: UUID,
    facilitator_id: UUID,
    *,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> PlanningWish:
    """Do not give this case to this facilitator, as lead or second. Raises NotFound."""
    get_order(session, order_id)
    get_facilitator(session, facilitator_id)
    for standing in wishes_of(session, [order_id]):
        is_same = standing.facilitator_id == facilitator_id
        if standing.kind is PlanningWishKind.EXCLUDE_FACILITATOR and is_same:
            return standing
    wish = PlanningWish(
        order_id=order_id,
        kind=PlanningWishKind.EXCLUDE_FACILITATOR,
        facilitator_id=facilitator_id,
        reason=_short(reason),
        asked_by=_account(actor),
        asked_at=now,
    )
    return _asked(session, wish, actor, now)


def leave_out(
    session: Session, order_id: UUID, *, reason: str = "", actor: Actor, now: datetime
) -> PlanningWish:
    """Do not plan this case for now; what is booked for it stays. Raises NotFound."""
    get_order(session, order_id)
    for standing in wishes_of(session, [order_id]):
        if standing.kind is PlanningWishKind.LEAVE_OUT:
            return standing
    wish = PlanningWish(
        order_id=order_id,
        kind=PlanningWishKind.LEAVE_OUT,
        reason=_short(reason),
        asked_by=_account(actor),
        asked_at=now,
    )
    return _asked(session, wish, actor, now)


def take_back(session: Session, wish_id: UUID, *, actor: Actor, now: datetime) -> None:
    """A wish holds no longer. Taking it back again changes nothing."""
    wish = session.get(PlanningWish, wish_id)
    if wish is None:
        return
    note(
        session,
        actor,
        "take back planning wish",
        "planning_wish",
        wish.id,
        now=now,
        order_id=wish.order_id,
        fields=[wish.kind.value],
    )
    session.delete(wish)


def _asked(session: Session, wish: PlanningWish, actor: Actor, now: datetime) -> PlanningWish:
    session.add(wish)
    session.flush()
    note(
        session,
        actor,
        "ask of planning",
        "planning_wish",
        wish.id,
        now=now,
        order_id=wish.order_id,
        fields=[wish.kind.value],
        reason=wish.reason,
    )
    return wish


def _account(actor: Actor) -> UUID:
    if actor.account_id is None:
        raise NotAllowed("A wish carries the name of who asked it")
    return actor.account_id


def _short(reason: str) -> str:
    said = reason.strip()
    if len(said) > LONGEST_REASON:
        raise Invalid(
            FieldProblem("reason", f"The reason must be {LONGEST_REASON} characters or fewer")
        )
    return said


def end_pins(session: Session, order_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take back every pin of an order that another area carries on: pins name this area's people
    and rooms. What keeps somebody off the case, or the case out of planning, goes along."""
    for wish in wishes_of(session, [order_id]):
        if wish.kind is PlanningWishKind.PIN:
            take_back(session, wish.id, actor=actor, now=now)
