"""Sending what waits: claim, look again, keep the octets, send, note the answer.

Any number of workers on any number of machines may run this at once. A claim is a lease: a worker
that dies leaves its message to the next one, which sends the same octets (M3). One thread sends
one mail at a time, so several threads keep a slow server or a bad recipient from holding up the
rest (M7).
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, select

from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.kernel.errors import RJError
from rj.outbox.handling import Handlers, Ready, Stopped
from rj.outbox.keeping import Keeper
from rj.outbox.models import Message, MessageState
from rj.outbox.retrying import pause_after
from rj.outbox.services import OVERTAKEN, messages_on, stop_message
from rj.outbox.smtp import DeliveryFailed, Refused

LEASE = timedelta(minutes=2)
"""How long a worker may be about one message: longer than the mail server is given to answer."""

LOOK_AT = 20
"""Messages a worker looks at in one round before it says there is nothing to do."""

GAVE_UP = "Given up: it could not be delivered in time"

Deliver = Callable[[str, bytes], None]
"""Hands octets to the mail server for one address; raises DeliveryFailed."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker alone may send until the lease ends."""

    id: UUID
    attempt: int
    address: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends due messages, one for each step."""

    database: Database
    clock: Clock
    handlers: Handlers
    keeper: Keeper
    deliver: Deliver
    lease: timedelta = LEASE
    jitter: Callable[[], float] = random.random

    def step(self) -> bool:
        """Deal with one due message. False when none was due."""
        claimed = self.claim()
        if claimed is None:
            return False
        if isinstance(claimed, Claimed):
            self.send(claimed)
        return True

    def claim(self) -> Claimed | Stopped | None:
        """Take one due message and look again (M4); its octets are kept before any attempt (M3).

        Stopped when it turned out not to be sent; None when nothing was due.
        """
        for message_id in self._due():
            outcome = self._claim(message_id)
            if outcome is not None:
                return outcome
        return None

    def send(self, claimed: Claimed) -> None:
        """Send a claimed message and note what the mail server answered."""
        if not self._begins(claimed):
            return
        try:
            self.deliver(claimed.address, claimed.octets)
        except DeliveryFailed as failure:
            self._note_failure(claimed, failure)
        else:
            self._note_success(claimed)

    def _due(self) -> list[UUID]:
        with self.database.reading() as session:
            return list(
                session.exec(
                    select(Message.id)
                    .where(_is_due(self.clock.now()))
                    .order_by(col(Message.not_before), col(Message.id))
                    .limit(LOOK_AT)
                )
            )

    def _claim(self, message_id: UUID) -> Claimed | Stopped | None:
        """None when another worker was quicker, or its subject is being changed just now."""
        now = self.clock.now()
        with self.database.writing() as session:
            seen = session.get(Message, message_id)
            handler = self.handlers.get(seen.kind) if seen else None
            if seen is None or handler is None or not handler.hold(session, seen):
                return None
            message = session.exec(
                select(Message)
                .where(Message.id == message_id, _is_due(now))
                .with_for_update(skip_locked=True)
                .execution_options(populate_existing=True)
            ).first()
            if message is None:
                return None
            if now >= message.give_up_at:
                return _fail(message, GAVE_UP)
            if _is_overtaken(session, message):
                return _stop(message, OVERTAKEN)
            try:
                verdict = handler.look_again(session, message, now=now)
                octets = self._octets(message, verdict) if isinstance(verdict, Ready) else b""
            except RJError as refusal:
                return _fail(message, str(refusal))
            if isinstance(verdict, Stopped):
                stop_message(message, verdict.reason)
                handler.replace(session, message, now=now)
                return verdict
            message.state = MessageState.SENDING
            message.attempts += 1
            message.claimed_until = now + self.lease
            return Claimed(message.id, message.attempts, verdict.address, octets)

    def _octets(self, message: Message, ready: Ready) -> bytes:
        """The mail as first rendered; rendered and kept now if it never was."""
        if message.rendered is None:
            octets = ready.render()
            message.rendered = self.keeper.close(octets)
            return octets
        return self.keeper.open(message.rendered)

    def _begins(self, claimed: Claimed) -> bool:
        """One more look at the last moment, for what was recorded since the claim (M5, M6).

        What the message is about is held meanwhile, as whoever stops contact or changes an address
        holds it: either they are acknowledged first and nothing leaves, or it had begun before. A
        message that must not leave after all goes back to the queue, as if never claimed: the next
        claim stops it and sees to what is told instead.
        """
        with self.database.writing() as session:
            seen = session.get(Message, claimed.id)
            if seen is None or not _is_ours(seen, claimed):
                return False
            handler = self.handlers[seen.kind]
            is_still = handler.hold(session, seen)
            message = _held(session, claimed)
            if message is None:
                return False
            now = self.clock.now()
            if is_still and isinstance(handler.look_again(session, message, now=now), Ready):
                message.started_at = now
                return True
            message.state = MessageState.QUEUED
            message.claimed_until = None
            message.attempts -= 1
        return False

    def _note_success(self, claimed: Claimed) -> None:
        now = self.clock.now()
        with self.database.writing() as session:
            message = _row(session, claimed.id)
            if message.state is not MessageState.SENT:
                message.state = MessageState.SENT
                message.state_reason = ""
                message.sent_at = now
                message.claimed_until = None
                self.handlers[message.kind].sent(session, message, now=now)

    def _note_failure(self, claimed: Claimed, failure: DeliveryFailed) -> None:
        now = self.clock.now()
        with self.database.writing() as session:
            message = _held(session, claimed)
            if message is None:
                return
            message.claimed_until = None
            again_at = now + pause_after(message.attempts, self.jitter())
            if isinstance(failure, Refused):
                _fail(message, str(failure))
            elif _is_overtaken(session, message):
                stop_message(message, OVERTAKEN)
            elif again_at >= message.give_up_at:
                _fail(message, f"{GAVE_UP}. {failure}")
            else:
                message.state = MessageState.QUEUED
                message.state_reason = str(failure)
                message.not_before = again_at


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Waiting and due, or left behind by a worker that died; nothing to the same reader on the
    same subject is on its way (M9)."""
    other = aliased(Message)
    under_way = exists().where(
        col(other.id) != col(Message.id),
        col(other.state) == MessageState.SENDING,
        col(other.recipient_id) == col(Message.recipient_id),
        col(other.subject_id) == col(Message.subject_id),
    )
    return or_(
        and_(
            col(Message.state) == MessageState.QUEUED,
            col(Message.not_before) <= now,
            ~under_way,
        ),
        and_(col(Message.state) == MessageState.SENDING, col(Message.claimed_until) <= now),
    )


def _is_overtaken(session: Session, message: Message) -> bool:
    """A newer message to the same reader on the same subject waits or has left (M9)."""
    if message.subject_id is None:
        return False
    newest = messages_on(session, message.recipient_id, message.subject_id)[-1]
    return newest.id != message.id


def _row(session: Session, message_id: UUID) -> Message:
    return session.exec(
        select(Message)
        .where(Message.id == message_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _held(session: Session, claimed: Claimed) -> Message | None:
    """The message while the claim is still ours: neither taken over nor dealt with."""
    message = _row(session, claimed.id)
    return message if _is_ours(message, claimed) else None


def _is_ours(message: Message, claimed: Claimed) -> bool:
    return message.state is MessageState.SENDING and message.attempts == claimed.attempt


def _stop(message: Message, reason: str) -> Stopped:
    stop_message(message, reason)
    return Stopped(reason)


def _fail(message: Message, reason: str) -> Stopped:
    message.state = MessageState.FAILED
    message.state_reason = reason
    message.claimed_until = None
    return Stopped(reason)
