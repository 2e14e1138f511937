"""P3, M1, D1: ``kill -9`` of whoever publishes, at any statement and around the commit.

Publishing is whole or it never was: meetings, slots, versions, invitations and messages alike.
"""

import multiprocessing
import os
import random
import signal
from collections.abc import Iterator
from itertools import chain, repeat
from uuid import UUID

from cryptography.fernet import Fernet
from sqlalchemy import event
from sqlmodel import SQLModel, col, func, select

from rj.audit.models import AuditEntry
from rj.calendars.models import Invitation
from rj.calendars.queries import told_of
from rj.conferences.models import Booking, Meeting, MeetingState, MeetingVersion, SlotClaim
from rj.db.database import Database
from rj.outbox.models import Message
from rj.scheduling.models import ProposedMeeting
from tests.integration.storms.publishing_process import (
    AFTER_THE_COMMIT,
    AT_A_STATEMENT,
    BEFORE_THE_COMMIT,
    NOWHERE,
    publish_in,
    publish_once,
)
from tests.scheduling_builders import a_county, a_solved_run

KILLS = 300 if os.environ.get("RJ_THOROUGH") == "1" else 20
SEED = 20260309
PATIENCE_SECONDS = 60
TABLES: tuple[type[SQLModel], ...] = (
    Meeting,
    MeetingVersion,
    Booking,
    SlotClaim,
    Invitation,
    Message,
    AuditEntry,
)

KEY = Fernet.generate_key().decode()
FRESH = multiprocessing.get_context("forkserver")
FRESH.set_forkserver_preload(["tests.integration.storms.publishing_process"])


class Rehearsed(Exception):
    """Raised to take a whole publication back."""


class Storm:
    """One proposal that is published again and again, and somebody who keeps dying over it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.writing() as session:
            county = a_county(session, orders=2)
            self.order_ids = [order.id for order in county.orders]
            assert county.actor.account_id is not None
            self.account_id: UUID = county.actor.account_id
            actor = county.actor
        self.run_id = a_solved_run(database, actor)

    def kept(self) -> tuple[int, ...]:
        """How many records of each kind there are, and how much of the proposal is published."""
        with self.database.reading() as session:
            published = session.exec(
                select(func.count())
                .select_from(ProposedMeeting)
                .where(col(ProposedMeeting.published_at).is_not(None))
            ).one()
            return (
                *(session.exec(select(func.count()).select_from(table)).one() for table in TABLES),
                published,
            )

    def publish(self, point: str, nth: int = 0) -> int | None:
        """The exit code of a process that publishes and dies at a point."""
        door = FRESH.Process(
            target=publish_once,
            args=(
                self.database.url,
                self.run_id,
                self.order_ids,
                self.account_id,
                KEY,
                point,
                nth,
            ),
        )
        door.start()
        door.join(PATIENCE_SECONDS)
        code = door.exitcode
        door.close()
        return code

    def statements(self) -> int:
        """How many statements one publication takes, by a rehearsal that is taken back."""
        seen: list[None] = []

        def count_it(*_: object) -> None:
            seen.append(None)

        def take_back(*_: object) -> None:
            raise Rehearsed

        rehearsal = Database(self.database.url)
        event.listen(rehearsal.engine, "before_cursor_execute", count_it)
        event.listen(rehearsal.engine, "commit", take_back)
        try:
            publish_in(rehearsal, self.run_id, self.order_ids, self.account_id, KEY)
        except Rehearsed:
            pass
        finally:
            rehearsal.close()
        return len(seen)


def points(statements: int) -> Iterator[tuple[str, int]]:
    """Random statements, but for the commit's two sides at the last."""
    chosen = random.Random(SEED)  # noqa: S311 - a storm that can be repeated
    somewhere = ((AT_A_STATEMENT, chosen.randint(1, statements)) for _ in range(KILLS - 4))
    return chain(somewhere, repeat((BEFORE_THE_COMMIT, 0), 2), repeat((AFTER_THE_COMMIT, 0), 2))


def test_p3_m1_d1_a_publication_that_is_killed_is_whole_or_never_was(database: Database) -> None:
    storm = Storm(database)
    nothing = storm.kept()
    statements = storm.statements()
    assert storm.kept() == nothing
    assert statements > 20

    whole: tuple[int, ...] | None = None
    for point, nth in points(statements):
        assert storm.publish(point, nth) == -signal.SIGKILL
        if point == AFTER_THE_COMMIT:
            whole = whole or storm.kept()
            assert storm.kept() == whole
        else:
            assert storm.kept() == nothing
    assert storm.publish(NOWHERE) == 0

    assert whole is not None
    assert all(now > before for now, before in zip(whole, nothing, strict=True))
    assert storm.kept() == whole, "published again, and something was added"
    with database.reading() as session:
        for meeting in session.exec(select(Meeting)).all():
            heard = [told for told in told_of(session, meeting.id) if told.words]
            expected = len(told_of(session, meeting.id))
            assert len(heard) == (expected if meeting.state is MeetingState.TOLD else 0)
            assert all(len(told.words) == 1 for told in heard)
