"""What staff look up about messages."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, select

from rj.outbox.models import Message, MessageState
from rj.outbox.services import WAITING


def history_of(session: Session, subject_id: UUID) -> list[Message]:
    """Every message on one subject, oldest first; read only, nothing is held."""
    return list(
        session.exec(
            select(Message)
            .where(Message.subject_id == subject_id)
            .order_by(col(Message.created_at), col(Message.subject_version), col(Message.id))
        )
    )


def failed_messages(session: Session, subject_ids: Iterable[UUID] | None = None) -> list[Message]:
    """Mails that were refused for good or given up, the oldest first; on all subjects if None.

    One that a newer message to the same reader took the place of needs nobody any more.
    """
    newer = aliased(Message)
    query = (
        select(Message)
        .where(Message.state == MessageState.FAILED)
        .where(
            ~exists().where(
                col(newer.subject_id) == col(Message.subject_id),
                col(newer.recipient_id) == col(Message.recipient_id),
                col(newer.subject_version) > col(Message.subject_version),
            )
        )
        .order_by(col(Message.created_at))
    )
    if subject_ids is not None:
        query = query.where(col(Message.subject_id).in_(list(subject_ids)))
    return list(session.exec(query))


def to_do(session: Session, recipient_ids: Iterable[UUID] | None = None) -> list[Message]:
    """Letters to print and calls to make, the oldest first; for all readers if None."""
    query = (
        select(Message)
        .where(Message.state == MessageState.TO_DO)
        .order_by(col(Message.created_at), col(Message.id))
    )
    if recipient_ids is not None:
        query = query.where(col(Message.recipient_id).in_(list(recipient_ids)))
    return list(session.exec(query))


def is_waiting(message: Message) -> bool:
    """Whether the message still has to leave or to be done."""
    return message.state in WAITING


def is_possibly_seen(message: Message) -> bool:
    """Whether it may have reached its reader. An uncertain send counts as sent."""
    if message.state in (MessageState.SENDING, MessageState.SENT, MessageState.DONE):
        return True
    was_refused_outright = message.state is MessageState.FAILED and message.attempts == 1
    return message.attempts > 0 and not was_refused_outright
