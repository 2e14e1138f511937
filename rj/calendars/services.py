"""What staff do with letters, calls and mails that failed.

mark_told(session, message_id, actor=..., now=...)        the letter was posted, the call made
try_again(session, message_id, actor=..., now=...)        a failed mail
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from rj.audit.services import Actor, note
from rj.calendars.envelopes import APPOINTMENT, envelope_of
from rj.conferences.models import Meeting
from rj.kernel.errors import Conflict
from rj.outbox.models import Message, MessageState
from rj.outbox.services import get_message, mark_done, retry_failed


def mark_told(session: Session, message_id: UUID, *, actor: Actor, now: datetime) -> Message:
    """Somebody posted the letter or made the call. Safe to repeat.

    Raises NotFound, or Conflict when something newer took its place.
    """
    was_done = get_message(session, message_id).state is MessageState.DONE
    message = mark_done(session, message_id, done_by=actor.account_id, now=now)
    if not was_done:
        _note(session, actor, "tell in person", message, now)
    return message


def try_again(session: Session, message_id: UUID, *, actor: Actor, now: datetime) -> Message:
    """Send a failed mail once more, unless a newer one took its place. Safe to repeat.

    Raises NotFound, or Conflict when there is nothing to try again.
    """
    failed = get_message(session, message_id)
    if failed.kind != APPOINTMENT:
        raise Conflict("This mail carried a link to an account. Make a new link on its page")
    waited = failed.state is not MessageState.FAILED
    useless_from = envelope_of(failed).arrangement.ends_at
    message = retry_failed(session, message_id, useless_from=useless_from, now=now)
    if not waited:
        _note(session, actor, "try message again", message, now)
    return message


def _note(session: Session, actor: Actor, action: str, message: Message, now: datetime) -> None:
    meeting = session.get(Meeting, message.subject_id)
    note(
        session,
        actor,
        action,
        "message",
        message.id,
        now=now,
        order_id=meeting.order_id if meeting else None,
        reason=f"{message.recipient_kind.value} {message.recipient_id}",
    )
