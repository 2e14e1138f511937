"""Noting who saw or changed what, in the transaction of the act itself."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlmodel import Session

from rj.audit.kinds import kind_of
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


@dataclass(frozen=True, slots=True)
class Seen:
    """A record of a case that a page opened, and the role that it was opened in."""

    role: Role
    thing: str
    thing_id: UUID
    order_id: UUID


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
    entry_id = uuid4()
    session.add(
        AuditEntry(
            id=entry_id,
            at=now,
            account_id=actor.account_id,
            role=actor.role.value if actor.role else "",
            kind=kind_of(action),
            action=action,
            thing=thing,
            thing_id=str(thing_id),
            order_id=order_id,
            fields=sorted(fields),
            reason=reason,
            reason_fingerprint=reason_fingerprint(entry_id, reason),
            request_id=actor.request_id,
        )
    )


def note_each_order(
    session: Session, actor: Actor, action: str, order_ids: Iterable[UUID], *, now: datetime
) -> None:
    """Add one audit entry for each of many orders, in one statement."""
    _insert(
        session,
        [_row(actor, action, "order", order_id, order_id, now) for order_id in order_ids],
    )


def note_views(session: Session, actor: Actor, seen: Iterable[Seen], *, now: datetime) -> None:
    """Add one audit entry for each record that a page showed, each in the role it was opened in."""
    _insert(
        session,
        [
            _row(
                Actor(actor.account_id, each.role, actor.request_id),
                "viewed",
                each.thing,
                each.thing_id,
                each.order_id,
                now,
            )
            for each in dict.fromkeys(seen)
        ],
    )


def reason_fingerprint(entry_id: UUID, reason: str) -> str:
    """What the chain binds of a reason; salted by the entry, so that no list of words opens it."""
    return hashlib.sha256(f"{entry_id} {reason}".encode()).hexdigest() if reason else ""


def _row(
    actor: Actor, action: str, thing: str, thing_id: UUID, order_id: UUID, now: datetime
) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "at": now,
        "account_id": actor.account_id,
        "role": actor.role.value if actor.role else "",
        "kind": kind_of(action),
        "action": action,
        "thing": thing,
        "thing_id": str(thing_id),
        "order_id": order_id,
        "fields": [],
        "reason": "",
        "reason_fingerprint": "",
        "request_id": actor.request_id,
    }


def _insert(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(AuditEntry), rows, execution_options={"render_nulls": True})
