"""P3, P6, M1, M2, M3, D1: ``kill -9`` of the site and the worker while a coordinator publishes.

A browser sends the real form; what nobody answered is sent again, as people do. In the end every
case is published whole and once, and every message left or visibly waits.
"""

import multiprocessing
import os
import random
import signal
import socket
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from html import unescape
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from cryptography.fernet import Fernet
from sqlmodel import Session, col, func, select

from rj.accounts.models import HandledForm
from rj.audit.models import AuditEntry
from rj.calendars.models import Invitation
from rj.calendars.queries import told_of
from rj.clocks.digest import DIGEST
from rj.conferences.bookings import needs_of
from rj.conferences.models import Booking, Meeting, MeetingState, MeetingVersion, SlotClaim
from rj.conferences.services import lock_order
from rj.db.database import Database
from rj.outbox.models import Message, MessageState
from rj.parties.queries import parties_of
from rj.parties.sealing import Seal
from rj.policy.terms import CalendarWish, Role
from rj.scheduling.models import ProposedMeeting
from tests.builders import AREA, NOW, a_facilitator, a_venue_with_rooms, an_actor, an_order
from tests.integration.messages.post import LOOPBACK, Post, Server
from tests.integration.storms.publishing_process import (
    AFTER_THE_COMMIT,
    BEFORE_THE_COMMIT,
    NOWHERE,
)
from tests.integration.storms.site_process import RunningClock, run_site
from tests.integration.storms.worker_process import AFTER_THE_ANSWER, AFTER_THE_CLAIM, run_worker
from tests.privacy import leaks
from tests.scheduling_builders import a_solved_run
from tests.web_client import HIDDEN, PASSWORD, a_person
from tests.who_may_see import forbidden_to

IS_THOROUGH = os.environ.get("RJ_THOROUGH") == "1"
STORMS = 13 if IS_THOROUGH else 1
CASES = 6 if IS_THOROUGH else 4
SENT_AND_KILLED = 2
"""How often each case's form is sent to a site that dies: the same form, key and all."""
SEED = 20260309
AT_ANY_MOMENT = "at any moment"
SITE_DIES = (AFTER_THE_COMMIT, AT_ANY_MOMENT, BEFORE_THE_COMMIT, *[AT_ANY_MOMENT] * 3)
WORKER_DIES = (NOWHERE, AFTER_THE_CLAIM, AFTER_THE_ANSWER)
LOOKS_LONG = 2.5
"""A kill falls within this many times what looking at the selection took: before, in, after."""
PATIENCE_SECONDS = 60

KEY = Fernet.generate_key().decode()
SEAL = Seal(KEY)

FRESH = multiprocessing.get_context("forkserver")
FRESH.set_forkserver_preload(
    ["tests.integration.storms.site_process", "tests.integration.storms.worker_process"]
)

Fields = dict[str, str]


@dataclass
class Browser:
    """A coordinator's browser. It keeps its cookies when the site dies and comes back."""

    client: httpx.Client
    site: str = ""
    """Where the site answers at present."""

    def get(self, path: str) -> httpx.Response:
        return self.client.get(f"{self.site}{path}")

    def post(self, path: str, fields: Fields) -> httpx.Response:
        return self.client.post(f"{self.site}{path}", data=fields)

    def form(self, answer: httpx.Response) -> Fields:
        assert answer.status_code == 200, answer.text
        return {name: unescape(value) for name, value in HIDDEN.findall(answer.text)}

    def sign_in(self, email: str) -> None:
        fields = self.form(self.get("/sign-in"))
        answer = self.post("/sign-in", {**fields, "email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text


class Storm:
    """A proposal, somebody who publishes it case by case, and processes that keep dying."""

    def __init__(
        self, database: Database, data_dir: Path, post: Post, browser: Browser, seed: int
    ) -> None:
        self.database = database
        self.data_dir = data_dir
        self.post = post
        self.random = random.Random(seed)  # noqa: S311 - a storm that can be repeated
        self.clock = RunningClock(NOW, time.monotonic())
        with database.writing() as session:
            actor = an_actor(session)
            for _ in range(3):
                a_facilitator(session, calendar_wish=CalendarWish.INVITATION)
            a_venue_with_rooms(session, rooms=2)
            self.order_ids = [
                an_order(session, with_harmed=True, seal=SEAL).id for _ in range(CASES)
            ]
        self.run_id = a_solved_run(database, actor)
        self.coordinator = a_person(database, Role.COORDINATOR, area_id=AREA)
        self.browser = browser
        self.forms: dict[UUID, Fields] = {}
        self.look_seconds = 0.0
        self.died = 0
        self.found: list[bool] = []
        """After each kill: whether the case turned out to be published."""

    @property
    def run(self) -> str:
        return f"/planning/{self.run_id}"

    def rage(self) -> None:
        for number, order_id in enumerate(self.order_ids):
            points = (SITE_DIES[number % len(SITE_DIES)], AT_ANY_MOMENT)
            for point in points[:SENT_AND_KILLED]:
                self._publish_and_die(order_id, point)

    def repeat_in_peace(self) -> None:
        """Every form once more under its old key, then a new form for the same case."""
        with self._a_site(NOWHERE):
            for order_id, fields in self.forms.items():
                assert self._sends(fields) == 303
                with self.database.writing() as session:
                    assert is_published(session, self.run_id, order_id)
            before = self.kept()
            fresh = self.browser.form(self.browser.get(self.run))
            for order_id, fields in self.forms.items():
                assert self._sends(fields) == 303
                assert self._sends({**fresh, "orders": str(order_id)}) in {303, 422}
                fresh = self.browser.form(self.browser.get(self.run))
            assert self.kept() == before, "sent again, and something was added"

    def settle(self) -> None:
        """A worker that nobody kills while it has work sends what is left."""
        worker = self._worker(NOWHERE)
        give_up = time.monotonic() + PATIENCE_SECONDS
        while self._waiting() and time.monotonic() < give_up:
            time.sleep(0.1)
        _kill(worker)
        worker.join()
        worker.close()

    def kept(self) -> tuple[int, ...]:
        """How many records of each kind there are that a publication makes."""
        tables = (Meeting, MeetingVersion, Booking, SlotClaim, Invitation, Message)
        with self.database.reading() as session:
            return tuple(
                session.exec(select(func.count()).select_from(table)).one() for table in tables
            )

    def _publish_and_die(self, order_id: UUID, point: str) -> None:
        worker = self._worker(self.random.choice(WORKER_DIES))
        with self._a_site(point) as site, ThreadPoolExecutor(1) as sender:
            fields = self._form_of(order_id)
            sending = sender.submit(self._sends, fields)
            if point == AT_ANY_MOMENT:
                time.sleep(self.random.uniform(0, LOOKS_LONG) * self.look_seconds)
            else:
                while site.is_alive() and not sending.done():
                    time.sleep(0.01)
            _kill(worker)
            _kill(site)
            worker.join()
            site.join()
            self.died += site.exitcode == worker.exitcode == -signal.SIGKILL
            answer = _answer(sending)
        worker.close()
        with self.database.writing() as session:
            published = is_published(session, self.run_id, order_id)
        self.found.append(published)
        assert answer in {303, None}
        assert published or answer is None, "acknowledged, and lost"

    def _form_of(self, order_id: UUID) -> Fields:
        """The form that publishes a case, as the page before it shows it; kept for repeats."""
        if "rj_session" not in self.browser.client.cookies:
            self.browser.sign_in(self.coordinator.email)
        if order_id not in self.forms:
            chosen = {**self.browser.form(self.browser.get(self.run)), "orders": str(order_id)}
            began = time.monotonic()
            self.forms[order_id] = self.browser.form(
                self.browser.post(f"{self.run}/confirm", chosen)
            )
            self.look_seconds = time.monotonic() - began
            assert self.forms[order_id]["orders"] == str(order_id)
        return self.forms[order_id]

    def _sends(self, fields: Fields) -> int | None:
        """The status that answers a publication, or None when nobody answered any more."""
        try:
            return self.browser.post(f"{self.run}/publish", fields).status_code
        except httpx.TransportError:
            return None

    @contextmanager
    def _a_site(self, point: str) -> Iterator[ForkServerProcess]:
        """The site on a free port, until it is killed or the block ends."""
        with socket.create_server((LOOPBACK, 0)) as seeking:
            port = seeking.getsockname()[1]
        self.browser.site = f"http://{LOOPBACK}:{port}"
        site = FRESH.Process(
            target=run_site, args=(self._environment(port), self.clock, point), daemon=True
        )
        site.start()
        try:
            self._wait_for(site)
            yield site
        finally:
            _kill(site)
            site.join()
            site.close()

    def _wait_for(self, site: ForkServerProcess) -> None:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up and site.is_alive():
            try:
                assert self.browser.get("/health/ready").status_code == 200
                return
            except httpx.TransportError:
                time.sleep(0.02)
        pytest.fail("the site did not come up")

    def _environment(self, port: int) -> dict[str, str]:
        return {
            "RJ_DATA_DIR": str(self.data_dir),
            "RJ_DATABASE_URL": self.database.url,
            "RJ_PORT": str(port),
            "RJ_SEAL_KEY": KEY,
            "RJ_SESSION_SECRET": "a secret that outlives the site",
            "RJ_MAIL_SPREAD_SECONDS": "0",
        }

    def _worker(self, point: str) -> ForkServerProcess:
        nth = self.random.randint(1, 3)
        worker = FRESH.Process(
            target=run_worker,
            args=(self.database.url, self.data_dir, KEY, self.post.port, point, nth, self.clock),
            daemon=True,
        )
        worker.start()
        return worker

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


def is_published(session: Session, run_id: UUID, order_id: UUID) -> bool:
    """Whether a case is published: with all that belongs to it, or with nothing at all.

    The order is locked first, so that what a dead process left to the server has been settled.
    """
    lock_order(session, order_id)
    rows = session.exec(
        select(ProposedMeeting).where(
            ProposedMeeting.run_id == run_id, ProposedMeeting.order_id == order_id
        )
    ).all()
    meetings = session.exec(select(Meeting).where(Meeting.order_id == order_id)).all()
    assert rows
    if all(row.published_at is None for row in rows):
        assert not meetings, "half published"
        return False
    assert all(row.published_at is not None for row in rows), "half published"
    proposed = {row.step_id: (row.starts_at, row.lead_id, row.room_id) for row in rows}
    held = {each.step_id: (each.starts_at, each.lead_id, each.room_id) for each in meetings}
    assert held == proposed, "half published"
    assert len(meetings) == len(rows), "booked twice"
    for meeting in meetings:
        assert _slots(session, meeting) == _slots_needed(session, meeting), "half claimed"
        assert _versions(session, meeting) == list(range(1, meeting.version + 1))
        is_told = meeting.state is MeetingState.TOLD
        for told in told_of(session, meeting.id):
            assert len(told.words) == is_told, "half told, or told twice"
            assert _invitations(session, meeting, told.reader_id) == is_told
    return True


def _slots(session: Session, meeting: Meeting) -> set[tuple[UUID, int]]:
    claims = session.exec(select(SlotClaim).where(SlotClaim.meeting_id == meeting.id)).all()
    return {(claim.resource_id, claim.slot) for claim in claims}


def _slots_needed(session: Session, meeting: Meeting) -> set[tuple[UUID, int]]:
    needs = needs_of(session, meeting, parties_of(session, meeting.order_id))
    return {(need.resource_id, slot) for need in needs for slot in need.slots}


def _versions(session: Session, meeting: Meeting) -> list[int]:
    return sorted(
        session.exec(select(MeetingVersion.version).where(MeetingVersion.meeting_id == meeting.id))
    )


def _invitations(session: Session, meeting: Meeting, reader_id: UUID) -> int:
    return len(
        session.exec(
            select(Invitation).where(
                Invitation.meeting_id == meeting.id, Invitation.reader_id == reader_id
            )
        ).all()
    )


def _kill(process: ForkServerProcess) -> None:
    if process.pid is not None and process.is_alive():
        os.kill(process.pid, signal.SIGKILL)


def _answer(sending: "Future[int | None]") -> int | None:
    return sending.result(PATIENCE_SECONDS)


@pytest.mark.parametrize("seed", range(SEED, SEED + STORMS))
def test_p3_p6_m1_m2_m3_a_site_killed_over_its_forms_loses_halves_and_doubles_nothing(
    database: Database, tmp_path: Path, seed: int
) -> None:
    with Server() as post, httpx.Client(timeout=PATIENCE_SECONDS) as client:
        storm = Storm(database, tmp_path / "data", post, Browser(client), seed)
        storm.rage()
        storm.repeat_in_peace()
        storm.settle()

    assert storm.died == CASES * SENT_AND_KILLED
    assert set(storm.found) == {True, False}, "every kill fell on the same side"
    came: dict[str, list[bytes]] = defaultdict(list)
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(HandledForm)).one() >= CASES
        publications = session.exec(
            select(AuditEntry).where(AuditEntry.action == "publish plan")
        ).all()
        assert len(publications) == CASES, "lost, or published twice"
        messages = {message.message_id: message for message in session.exec(select(Message))}
        meetings = set(session.exec(select(Meeting.id)))
        told = [message for message in messages.values() if message.kind != DIGEST]
        assert {message.subject_id for message in told} <= meetings
        for _, octets in post.received:
            name = str(message_from_bytes(octets, policy=policy.default)["Message-ID"])
            came[name].append(octets)
        assert came.keys() <= messages.keys(), "something came that was never written"
        for message in messages.values():
            assert message.state in {MessageState.SENT, MessageState.TO_DO}
            assert (message.message_id in came) == (message.state is MessageState.SENT), "lost"
        assert came
        for name, repeats in came.items():
            assert len(set(repeats)) == 1, "a repeat that differs"
            assert leaks(repeats[0], forbidden_to(session, SEAL, messages[name].recipient_id)) == []
