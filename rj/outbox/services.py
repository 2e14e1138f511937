"""Leaving messages to be sent, and what staff do with those that need them.

Called inside the transaction of the change that is told of: both are kept, or neither (M1).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from rj.db.records import get_record
from rj.kernel.errors import Conflict
from rj.outbox.models import Message, MessageState, RecipientKind
from rj.outbox.retrying import give_up_at
from rj.policy.terms import Channel

OVERTAKEN = "A newer message to the same person took its place"
WAITING = (MessageState.QUEUED, MessageState.TO_DO)
MESSAGE_ID_BYTES = 12


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to one reader, before it is queued."""

    kind: str
    channel: Channel
    recipient_kind: RecipientKind
    recipient_id: UUID
    domain: str
    """The service's mail domain, for the Message-ID."""
    subject_id: UUID | None = None
    envelope: dict[str, object] = field(default_factory=dict)
    note: str = ""
    """For staff: what a letter or call is for, where that is not plain."""
    wait: timedelta = timedelta(0)
    """Earliest departure from now, for spreading."""
    useless_from: datetime | None = None
    """When there is nothing left to be told."""


def queue_message(
    session: Session,
    new: NewMessage,
    *,
    now: datetime,
    older: Sequence[Message] | None = None,
) -> Message:
    """Leave a message in the caller's transaction: a mail to send, or a letter or call to do.

    An older one that still waits, on the same subject for the same reader, is stopped as
    overtaken. One that is being sent just now is finished first: the new one waits for it (M9).
    ``older`` is what ``messages_on`` gave in this transaction, where the caller has read it.
    """
    if older is None and new.subject_id is not None:
        older = messages_on(session, new.recipient_id, new.subject_id)
    version = 0
    for each in older or ():
        version = each.subject_version + 1
        if each.state in WAITING:
            stop_message(each, OVERTAKEN)
    message = Message(
        kind=new.kind,
        channel=new.channel,
        recipient_kind=new.recipient_kind,
        recipient_id=new.recipient_id,
        subject_id=new.subject_id,
        subject_version=version,
        envelope=new.envelope,
        message_id=f"<{secrets.token_hex(MESSAGE_ID_BYTES)}@{new.domain}>",
        state=MessageState.QUEUED if new.channel is Channel.EMAIL else MessageState.TO_DO,
        state_reason=new.note,
        created_at=now,
        not_before=now + new.wait,
        give_up_at=give_up_at(now, new.useless_from),
    )
    session.add(message)
    session.flush()
    return message


def messages_on(session: Session, recipient_id: UUID, subject_id: UUID) -> list[Message]:
    """Every message to one reader on one subject, oldest first, held until the transaction ends."""
    return list(
        session.exec(
            select(Message)
            .where(Message.recipient_id == recipient_id, Message.subject_id == subject_id)
            .order_by(col(Message.subject_version))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def stop_message(message: Message, reason: str) -> None:
    """Keep a waiting message from being sent, visibly (M2)."""
    message.state = MessageState.STOPPED
    message.state_reason = reason
    message.claimed_until = None


def get_message(session: Session, message_id: UUID) -> Message:
    """The message. Raises NotFound."""
    return get_record(session, Message, message_id, "message")


def mark_done(
    session: Session, message_id: UUID, *, done_by: UUID | None, now: datetime
) -> Message:
    """The letter was posted or the call was made. Safe to repeat.

    Raises Conflict when it is no longer to be done.
    """
    message = get_message(session, message_id)
    if message.state is MessageState.DONE:
        return message
    if message.state is not MessageState.TO_DO:
        raise Conflict("This letter or call is no longer to be done: look at what took its place")
    message.state = MessageState.DONE
    message.sent_at = now
    message.done_by = done_by
    return message


def retry_failed(
    session: Session, message_id: UUID, *, useless_from: datetime | None, now: datetime
) -> Message:
    """Try a failed mail again, the same octets as before. Safe to repeat.

    Raises Conflict when it did not fail, or when a newer one took its place.
    """
    message = get_message(session, message_id)
    if message.state in (MessageState.QUEUED, MessageState.SENDING):
        return message
    if message.state is not MessageState.FAILED:
        raise Conflict("This message did not fail, so there is nothing to try again")
    if message.subject_id is not None:
        newest = messages_on(session, message.recipient_id, message.subject_id)[-1]
        if newest.id != message.id:
            raise Conflict("A newer message to the same person took the place of this one")
    message.state = MessageState.QUEUED
    message.state_reason = ""
    message.not_before = now
    message.give_up_at = give_up_at(now, useless_from)
    return message
