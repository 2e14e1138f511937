"""M2, M3, M9, D1: ``kill -9`` of the worker at random and exact points, while people move meetings.

Nothing is lost, each repeat is byte for byte the same, nothing older follows anything newer.
"""

import contextlib
import multiprocessing
import os
import random
import signal
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from uuid import UUID

from cryptography.fernet import Fernet
from sqlmodel import Session, col, select

from rj.calendars.telling import Teller
from rj.conferences.models import Meeting, MeetingState
from rj.db.database import Database
from rj.kernel.clock import SystemClock
from rj.kernel.references import new_reference
from rj.outbox.models import Message, MessageState
from rj.parties.sealing import Seal
from rj.policy.terms import CalendarWish, Side
from rj.settings import MailSettings
from tests.builders import (
    a_facilitator,
    a_party,
    a_venue_with_rooms,
    an_order,
    every_gate_is_recorded,
)
from tests.integration.messages.conftest import third_step
from tests.integration.messages.post import Post, Server
from tests.integration.storms.worker_process import (
    AFTER_THE_ANSWER,
    AFTER_THE_CLAIM,
    NOWHERE,
    run_worker,
)
from tests.privacy import leaks
from tests.who_may_see import forbidden_to

KILLS = 300 if os.environ.get("RJ_THOROUGH") == "1" else 20
SEED = 20260309
MEETINGS = 6
AT_THE_SERVER = "while the server takes it"
AT_RANDOM = "at any moment"
POINTS = (AFTER_THE_CLAIM, AFTER_THE_ANSWER, AT_THE_SERVER, AT_RANDOM)
LONGEST_LIFE_SECONDS = 0.8
PATIENCE_SECONDS = 60

KEY = Fernet.generate_key().decode()
SEAL = Seal(KEY)

FRESH = multiprocessing.get_context("forkserver")
FRESH.set_forkserver_preload(["tests.integration.storms.worker_process"])


class Storm:
    """Meetings that keep moving, and a worker that keeps dying."""

    def __init__(self, database: Database, data_dir: Path, post: Post) -> None:
        self.database = database
        self.data_dir = data_dir
        self.post = post
        self.random = random.Random(SEED)  # noqa: S311 - a storm that can be repeated
        self.teller = Teller(
            mail=MailSettings(mailbox="appointments@service.test", spread_seconds=0), seal=SEAL
        )
        self.clock = SystemClock()
        self.meetings = [self._a_meeting() for _ in range(MEETINGS)]
        self.died = 0

    def rage(self) -> None:
        for round_number in range(KILLS):
            self._change_one()
            self._live_and_die(POINTS[round_number % len(POINTS)])
        assert self.died == KILLS

    def settle(self) -> None:
        """A worker that nobody kills while it has work sends what is left."""
        worker = self._worker(NOWHERE, 0)
        give_up = time.monotonic() + PATIENCE_SECONDS
        while self._waiting() and time.monotonic() < give_up:
            time.sleep(0.2)
        _kill(worker)
        worker.join()
        worker.close()

    def _live_and_die(self, point: str) -> None:
        worker = self._worker(point, self.random.randint(1, 3))
        if point == AT_THE_SERVER:
            self.post.before_taking = lambda _: _kill(worker)
        # Whoever has nothing to send dies at some moment all the same.
        worker.join(self.random.uniform(0.05, LONGEST_LIFE_SECONDS))
        self.post.before_taking = None
        _kill(worker)
        worker.join()
        self.died += worker.exitcode == -signal.SIGKILL
        worker.close()

    def _worker(self, point: str, nth: int) -> ForkServerProcess:
        worker = FRESH.Process(
            target=run_worker,
            args=(self.database.url, self.data_dir, KEY, self.post.port, point, nth),
        )
        worker.start()
        return worker

    def _change_one(self) -> None:
        meeting_id = self.random.choice(self.meetings)
        with self.database.writing() as session:
            meeting = session.get(Meeting, meeting_id)
            assert meeting is not None
            meeting.starts_at += timedelta(minutes=15)
            meeting.ends_at += timedelta(minutes=15)
            self.teller(session, meeting_id, now=self.clock.now())

    def _waiting(self) -> bool:
        with self.database.reading() as session:
            return (
                session.exec(
                    select(Message.id).where(
                        col(Message.state).in_((MessageState.QUEUED, MessageState.SENDING))
                    )
                ).first()
                is not None
            )

    def _a_meeting(self) -> UUID:
        with self.database.writing() as session:
            meeting = a_review(session)
            self.teller(session, meeting.id, now=self.clock.now())
            return meeting.id


def _kill(worker: ForkServerProcess) -> None:
    if worker.pid is not None and worker.is_alive():
        with contextlib.suppress(ProcessLookupError):  # it died of itself in this very moment
            os.kill(worker.pid, signal.SIGKILL)


def a_review(session: Session) -> Meeting:
    """A told meeting of both sides with one facilitator, some weeks from now."""
    order = an_order(session, with_harmer=False, seal=SEAL)
    a_party(session, order.id, calendar_wish=CalendarWish.INVITATION, seal=SEAL)
    a_party(session, order.id, side=Side.HARMED, telephone="07700 900345", seal=SEAL)
    every_gate_is_recorded(session, order.id, now=datetime.now(UTC))
    lead = a_facilitator(session)
    _, (room,) = a_venue_with_rooms(session)
    step = third_step(session, order.id)
    step.attends = ["harmed", "harmer"]
    starts_at = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0)
    starts_at += timedelta(days=40)
    meeting = Meeting(
        code=new_reference("M"),
        order_id=order.id,
        step_id=step.id,
        state=MeetingState.TOLD,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=60),
        lead_id=lead.id,
        room_id=room.id,
    )
    session.add(meeting)
    session.flush()
    return meeting


def test_m2_m3_m9_d1_a_worker_killed_again_and_again_loses_and_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    with Server() as post:
        storm = Storm(database, tmp_path / "data", post)
        storm.rage()
        storm.settle()

    came: dict[str, list[bytes]] = defaultdict(list)
    order: dict[tuple[object, object], list[int]] = defaultdict(list)
    with database.reading() as session:
        messages = {message.message_id: message for message in session.exec(select(Message))}
        for _, octets in post.received:
            name = str(message_from_bytes(octets, policy=policy.default)["Message-ID"])
            message = messages[name]  # nothing came that was never written
            came[name].append(octets)
            key = (message.recipient_id, message.subject_id)
            order[key].append(message.subject_version)

        states = {message.state for message in messages.values()}
        sent = [each for each in messages.values() if each.state is MessageState.SENT]
        assert states <= {MessageState.SENT, MessageState.STOPPED}
        assert sent
        assert all(came[message.message_id] for message in sent), "lost"
        assert all(len(set(each)) == 1 for each in came.values()), "a repeat that differs"
        assert all(versions == sorted(versions) for versions in order.values()), "older after newer"
        for newest in _newest(messages.values()):
            assert newest.state is MessageState.SENT
        for name, repeats in came.items():
            forbidden = forbidden_to(session, SEAL, messages[name].recipient_id)
            assert leaks(repeats[0], forbidden) == []


def _newest(messages: Iterable[Message]) -> list[Message]:
    newest: dict[tuple[object, object], Message] = {}
    for message in messages:
        key = (message.recipient_id, message.subject_id)
        if key not in newest or message.subject_version > newest[key].subject_version:
            newest[key] = message
    return list(newest.values())
