"""Holds: nothing of a case is erased while a court, a complaint or an inquiry needs it.

place_hold(session, order_id, reason=..., note=..., ends_on=..., actor, now)
lift_hold(session, order_id, actor, now)
standing_holds(session, today)
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from rj.audit.services import Actor, note
from rj.db.records import get_record
from rj.kernel.characters import clean_line
from rj.kernel.errors import Conflict, FieldProblem, Invalid
from rj.kernel.london import day_in_words, london_day
from rj.orders.queries import get_order
from rj.rights.models import Hold, HoldReason

LONGEST_DAYS = 731
"""A hold is looked at again at least every two years."""

LONGEST_NOTE = 200

REASON_WORDS = {
    HoldReason.COURT: "a court needs it",
    HoldReason.COMPLAINT: "a complaint is open",
    HoldReason.INQUIRY: "an inquiry is open",
}


def place_hold(
    session: Session,
    order_id: UUID,
    *,
    reason: HoldReason,
    ends_on: date,
    note_text: str = "",
    actor: Actor,
    now: datetime,
) -> Hold:
    """Keep a case whole until a day; one that stands already is changed.

    Raises NotFound, and Invalid for a day that is over or too far ahead.
    """
    get_order(session, order_id)
    today = london_day(now)
    if not today <= ends_on <= today + timedelta(days=LONGEST_DAYS):
        raise Invalid(
            FieldProblem("ends_on", "The hold must end from today to two years from today")
        )
    words = clean_line(note_text)
    if len(words) > LONGEST_NOTE:
        raise Invalid(FieldProblem("note", f"The note must be {LONGEST_NOTE} characters or fewer"))
    hold = find_standing_hold(session, order_id, today=today)
    if hold is None:
        hold = Hold(
            order_id=order_id,
            reason=reason,
            since=now,
            placed_by=actor.account_id,
            ends_on=ends_on,
        )
        session.add(hold)
    hold.reason, hold.note, hold.ends_on = reason, words, ends_on
    note(
        session,
        actor,
        "hold case",
        "order",
        order_id,
        now=now,
        order_id=order_id,
        fields=[reason.value, f"until {ends_on}"],
    )
    session.flush()
    return hold


def lift_hold(session: Session, order_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Let a case's periods run again. Raises Conflict when no hold stands."""
    hold = find_standing_hold(session, order_id, today=london_day(now))
    if hold is None:
        raise Conflict("No hold stands on this case")
    hold.lifted_at, hold.lifted_by = now, actor.account_id
    note(session, actor, "lift hold", "order", order_id, now=now, order_id=order_id)


def standing_holds(session: Session, *, today: date) -> dict[UUID, Hold]:
    """Every hold that stands on a day, by order; the one that ends last where there are several."""
    found = session.exec(
        select(Hold)
        .where(col(Hold.lifted_at).is_(None), col(Hold.ends_on) >= today)
        .order_by(col(Hold.ends_on))
    )
    return {hold.order_id: hold for hold in found}


def find_standing_hold(session: Session, order_id: UUID, *, today: date) -> Hold | None:
    """The hold on a case, if there is one."""
    return session.exec(
        select(Hold)
        .where(Hold.order_id == order_id, col(Hold.lifted_at).is_(None), col(Hold.ends_on) >= today)
        .order_by(col(Hold.ends_on).desc())
        .limit(1)
    ).first()


def get_hold(session: Session, hold_id: UUID) -> Hold:
    """The hold, lifted or not. Raises NotFound."""
    return get_record(session, Hold, hold_id, "hold")


def refuse_held(session: Session, order_id: UUID, *, today: date) -> None:
    """Raise Conflict, saying why and until when, while a hold stands on the case."""
    hold = find_standing_hold(session, order_id, today=today)
    if hold is not None:
        raise Conflict(
            f"A hold stands on this case: {hold_in_words(hold)}. Nothing of it is erased"
        )


def hold_in_words(hold: Hold) -> str:
    """Why and until when."""
    return f"{REASON_WORDS[hold.reason]}, until {day_in_words(hold.ends_on)}"
