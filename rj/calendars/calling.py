"""Calls that staff make: each attempt is kept, and a success tells (M2).

note_call(session, message_id, outcome, actor=..., now=...)     -> True once the person was told
calls_made(session, message_id)                                 -> list[CallMade], oldest first
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from rj.audit.models import AuditEntry
from rj.audit.services import Actor, note
from rj.calendars.services import mark_told
from rj.kernel.errors import Conflict
from rj.outbox.models import MessageState
from rj.outbox.services import get_message
from rj.policy.terms import ContactOutcome

TRIED = "try to call"


@dataclass(frozen=True, slots=True)
class CallMade:
    """One attempt that did not reach the person."""

    at: datetime
    outcome: ContactOutcome


def note_call(
    session: Session, message_id: UUID, outcome: ContactOutcome, *, actor: Actor, now: datetime
) -> bool:
    """Keep what came of a call. Reached: the person was told, and nothing is left to do.

    Raises NotFound, or Conflict when the call is no longer to be made.
    """
    if outcome is ContactOutcome.REACHED:
        mark_told(session, message_id, actor=actor, now=now)
        return True
    message = get_message(session, message_id)
    if message.state is not MessageState.TO_DO:
        raise Conflict("This call is no longer to be made: look at what took its place")
    note(session, actor, TRIED, "message", message_id, now=now, reason=outcome.value)
    return False


def calls_made(session: Session, message_id: UUID) -> list[CallMade]:
    """Earlier attempts, oldest first."""
    found = session.exec(
        select(AuditEntry)
        .where(AuditEntry.action == TRIED, AuditEntry.thing_id == str(message_id))
        .order_by(col(AuditEntry.at))
    )
    return [CallMade(entry.at, ContactOutcome(entry.reason)) for entry in found]
