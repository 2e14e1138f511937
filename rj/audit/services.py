"""Noting who saw or changed what, in the transaction of the act itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlmodel import Session

from rj.audit.models import AuditEntry
from rj.policy.terms import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is acting: an account in one of its roles, or the service itself."""

    account_id: UUID | None = None
    role: Role | None = None
    request_id: str = ""


SERVICE = Actor()
"""The service acting by itself: workers and imports from the command line."""


def note(
    session: Session,
    actor: Actor,
    action: str,
    thing: str,
    thing_id: UUID | str,
    *,
    now: datetime,
    order_id: UUID | None = None,
    fields: Iterable[str] = (),
    reason: str = "",
) -> None:
    """Add one audit entry to the session's transaction.

    ``fields`` are names, never contents; ``reason`` is what the person gave as theirs.
    """
    session.add(
        AuditEntry(
            at=now,
            account_id=actor.account_id,
            role=actor.role.value if actor.role else "",
            action=action,
            thing=thing,
            thing_id=str(thing_id),
            order_id=order_id,
            fields=sorted(fields),
            reason=reason,
            request_id=actor.request_id,
        )
    )


def note_each_order(
    session: Session, actor: Actor, action: str, order_ids: Iterable[UUID], *, now: datetime
) -> None:
    """Add one audit entry for each of many orders, in one statement."""
    rows: list[dict[str, Any]] = [
        {
            "id": uuid4(),
            "at": now,
            "account_id": actor.account_id,
            "role": actor.role.value if actor.role else "",
            "action": action,
            "thing": "order",
            "thing_id": str(order_id),
            "order_id": order_id,
            "fields": [],
            "reason": "",
            "request_id": actor.request_id,
        }
        for order_id in order_ids
    ]
    if rows:
        session.execute(insert(AuditEntry), rows, execution_options={"render_nulls": True})
