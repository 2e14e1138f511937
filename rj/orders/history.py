"""The history of an order's facts: what each was, what it became, who changed it, when and why.

note_changes(session, order_id, changes, *, ground, reason, actor, now)
changes_of(session, order_id)                                       -> newest first
"""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from rj.audit.services import Actor
from rj.orders.models import OrderChange
from rj.policy.terms import ChangeGround


def note_changes(
    session: Session,
    order_id: UUID,
    changes: Mapping[str, tuple[str, str]],
    *,
    ground: ChangeGround,
    reason: str = "",
    effective_on: date | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep what each fact was and became, by the fact's name. What stayed is left out."""
    session.add_all(
        OrderChange(
            order_id=order_id,
            fact=fact,
            value_before=before,
            value_after=after,
            ground=ground,
            reason=reason,
            effective_on=effective_on,
            changed_at=now,
            changed_by=actor.account_id,
        )
        for fact, (before, after) in changes.items()
        if before != after
    )


def changes_of(session: Session, order_id: UUID) -> list[OrderChange]:
    """Every change of an order's facts, the newest first."""
    return list(
        session.exec(
            select(OrderChange)
            .where(OrderChange.order_id == order_id)
            .order_by(col(OrderChange.changed_at).desc(), col(OrderChange.fact))
        )
    )
