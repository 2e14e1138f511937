"""Records as a person's file gives them: the columns that the inventory names, as plain values."""

from datetime import date, datetime, time
from email import message_from_bytes, policy
from enum import Enum
from typing import Any
from uuid import UUID

from sqlmodel import Session, SQLModel, col, select

from rj.outbox.keeping import Keeper
from rj.outbox.models import Message
from rj.rights.inventory import BY_TABLE

File = dict[str, Any]


def told(record: SQLModel, whose: str) -> File:
    """What a file gives of a record: the columns that the inventory names for it, as plain values.

    ``whose`` is ``told`` for somebody who takes part and ``staff`` for a facilitator.
    """
    kept = BY_TABLE[str(record.__tablename__)]
    return {name: plain(getattr(record, name)) for name in sorted(getattr(kept, whose))}


def plain(value: Any) -> Any:
    """The value as JSON writes it."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Enum | UUID):
        return str(value)
    return value


def messages_of(session: Session, reader_id: UUID, keeper: Keeper, whose: str) -> list[File]:
    """Every message to one reader, the oldest first, with its text as long as that is kept."""
    found = session.exec(
        select(Message)
        .where(Message.recipient_id == reader_id)
        .order_by(col(Message.created_at), col(Message.id))
    )
    return [
        told(each, whose)
        | {"rendered": _text_of(keeper.open(each.rendered)) if each.rendered else None}
        for each in found
    ]


def _text_of(octets: bytes) -> str:
    mail = message_from_bytes(octets, policy=policy.default)
    body = mail.get_body(("plain",))
    text = str(body.get_content()) if body is not None else ""
    return "\n".join((f"To: {mail['To']}", f"Subject: {mail['Subject']}", "", text))
