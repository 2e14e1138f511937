"""M5, M6: withdrawals and new addresses fired into a sending storm.

A mail server that stalls, refuses and hangs up; a worker that is killed at random; and nothing
begins to leave once the stop or the new address was acknowledged.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from uuid import UUID

from sqlmodel import col, select, update

from rj.audit.services import SERVICE
from rj.calendars.telling import Teller
from rj.conferences.gates import stop_contact
from rj.conferences.models import Meeting
from rj.db.database import Database
from rj.outbox.models import Message, MessageState, RecipientKind
from rj.parties.contact import contact_details, set_contact_details
from rj.parties.models import Party
from rj.parties.sealing import ContactDetails
from rj.policy.terms import Side
from rj.settings import MailSettings
from tests.integration.messages.post import DROP, TAKE, Post, Server
from tests.integration.storms.test_sending_storm import FRESH, KEY, SEAL, _kill, a_review
from tests.integration.storms.worker_process import NOWHERE, run_worker

ACTS = 240 if os.environ.get("RJ_THOROUGH") == "1" else 10
BEFOREHAND = 5
SEED = 20260309
PATIENCE_SECONDS = 60
ANSWERS = (TAKE, TAKE, "451 later", DROP)
LONGEST_STALL_SECONDS = 0.15


@dataclass(frozen=True)
class Act:
    """Somebody's stop or new address, and the moment it was acknowledged."""

    party_id: UUID
    is_stop: bool
    old_address: str
    acknowledged_at: datetime


class Storm:
    """Everybody is being written to while one after the other says no or moves."""

    def __init__(self, database: Database, data_dir: Path, post: Post) -> None:
        self.database, self.data_dir, self.post = database, data_dir, post
        self.random = random.Random(SEED)  # noqa: S311 - a storm that can be repeated
        mail = MailSettings(mailbox="appointments@service.test", spread_seconds=0)
        self.teller = Teller(mail=mail, seal=SEAL)
        self.acts: list[Act] = []
        post.before_taking = lambda _: time.sleep(self.random.uniform(0, LONGEST_STALL_SECONDS))

    def rage(self) -> None:
        cases = [self._tell_a_new_case() for _ in range(BEFOREHAND)]
        worker = self._worker()
        self._wait(lambda: not self.post.received)
        for number in range(ACTS):
            cases.append(self._tell_a_new_case())
            meeting_id, people = cases[number]
            self._move(meeting_id)
            time.sleep(self.random.uniform(0, 0.25))
            party_id, address = people[number % 2]
            self._act(party_id, address, is_stop=number % 4 < 2)
            if self.random.random() < 0.3:
                _kill(worker)
                worker.join()
                worker = self._worker()
        self.post.at_data.clear()
        self._wait(self._hurries_what_waits)
        _kill(worker)
        worker.join()

    def _wait(self, is_waiting: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while is_waiting() and time.monotonic() < give_up:
            time.sleep(0.2)

    def _worker(self) -> ForkServerProcess:
        worker = FRESH.Process(
            target=run_worker,
            args=(self.database.url, self.data_dir, KEY, self.post.port, NOWHERE, 0),
        )
        worker.start()
        return worker

    def _tell_a_new_case(self) -> tuple[UUID, list[tuple[UUID, str]]]:
        with self.database.writing() as session:
            meeting = a_review(session)
            parties = session.exec(select(Party).where(Party.order_id == meeting.order_id)).all()
            people = [
                (each.id, contact_details(session, SEAL, each.id).email)
                for each in sorted(parties, key=lambda each: each.side is Side.HARMED)
            ]
            for _, address in people:
                self.post.at_data[address] = [self.random.choice(ANSWERS) for _ in range(3)]
            self.teller(session, meeting.id, now=datetime.now(UTC))
            return meeting.id, people

    def _move(self, meeting_id: UUID) -> None:
        """So that something new is on its way to everybody of the case."""
        with self.database.writing() as session:
            moved = session.get_one(Meeting, meeting_id)
            moved.starts_at += timedelta(minutes=15)
            moved.ends_at += timedelta(minutes=15)
            self.teller(session, meeting_id, now=datetime.now(UTC))

    def _act(self, party_id: UUID, address: str, *, is_stop: bool) -> None:
        now = datetime.now(UTC)
        with self.database.writing() as session:
            if is_stop:
                stop_contact(session, party_id, actor=SERVICE, now=now, tell=self.teller)
            else:
                known = contact_details(session, SEAL, party_id)
                new = ContactDetails(known.name, f"new-{address}", known.telephone, known.address)
                set_contact_details(session, SEAL, party_id, new, actor=SERVICE, now=now)
            session.flush()
            self.teller.reader_changed(session, RecipientKind.PARTY, party_id, now=now)
        self.acts.append(Act(party_id, is_stop, address, datetime.now(UTC)))

    def _hurries_what_waits(self) -> bool:
        """Leave out the pauses after a refusal; whether anything still waits.

        In one statement, for workers change the same messages at the same time.
        """
        was_refused = col(Message.state) == MessageState.QUEUED, col(Message.attempts) > 0
        with self.database.writing() as session:
            session.exec(
                update(Message).where(*was_refused).values(not_before=col(Message.created_at))
            )
            waits = col(Message.state).in_((MessageState.QUEUED, MessageState.SENDING))
            return session.exec(select(Message.id).where(waits).limit(1)).first() is not None


def test_m5_m6_nothing_begins_to_leave_after_a_stop_or_a_new_address_was_acknowledged(
    database: Database, tmp_path: Path
) -> None:
    with Server() as post:
        storm = Storm(database, tmp_path / "data", post)
        storm.rage()

    with database.reading() as session:
        by_name = {each.message_id: each for each in session.exec(select(Message))}
    came = Counter[str]()
    acts = {act.old_address: act for act in storm.acts}
    for address, octets in post.received:
        message = by_name[str(message_from_bytes(octets, policy=policy.default)["Message-ID"])]
        came[address] += 1
        assert message.started_at is not None
        act = acts.get(address)
        assert act is None or message.started_at <= act.acknowledged_at, act
    for act in storm.acts:
        theirs = [each for each in by_name.values() if each.recipient_id == act.party_id]
        if act.is_stop:
            began = [each.started_at for each in theirs if each.started_at is not None]
            assert all(moment <= act.acknowledged_at for moment in began), act
        else:
            assert came[f"new-{act.old_address}"] >= 1, act
    assert len(acts) == ACTS
    states = {each.state for each in by_name.values()}
    assert states <= {MessageState.SENT, MessageState.STOPPED}
    assert MessageState.STOPPED in states
    assert sum(came[address] for address in acts) > 0, "nothing was on its way: no storm"
