"""What the outbox asks of whoever knows what a message is about; registered at the doors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from rj.outbox.models import Message


@dataclass(frozen=True, slots=True)
class Ready:
    """The message still holds and may leave."""

    address: str
    """The one recipient, read just now."""
    render: Callable[[], bytes]
    """Makes the finished mail. Called once in a message's life; the octets are kept (M3)."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The message must not leave. ``reason`` is a sentence for staff."""

    reason: str


class Handler(Protocol):
    """Knows one kind of message."""

    def hold(self, session: Session, message: Message) -> bool:
        """Keep what the message is about from changing until the transaction ends.

        False when somebody else is changing it just now: the message waits for the next round.
        Held before the message itself is, which is the order in which changes hold them too.
        """
        ...

    def look_again(self, session: Session, message: Message, *, now: datetime) -> Ready | Stopped:
        """Read consent, channel, address, assignment and version anew (M4). Changes nothing."""
        ...

    def replace(self, session: Session, message: Message, *, now: datetime) -> None:
        """Queue whatever its reader must be told instead of a message that was stopped."""
        ...

    def sent(self, session: Session, message: Message, *, now: datetime) -> None:
        """Note that the message has been disclosed to its reader."""
        ...


Handlers = Mapping[str, Handler]
"""By message kind."""
