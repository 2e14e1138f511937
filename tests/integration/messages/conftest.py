"""A case with people of every kind, a mail server, and a search of every mail for what leaks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from sqlmodel import Session, select

from rj.calendars.envelopes import APPOINTMENT
from rj.calendars.readers import Reader, way_to
from rj.calendars.rendering import AppointmentMessages
from rj.calendars.telling import Teller
from rj.conferences.models import Meeting, MeetingState
from rj.db.database import Database
from rj.kernel.clock import StoppedClock
from rj.orders.models import PlanStep
from rj.orders.queries import live_plan, steps_of
from rj.outbox.keeping import Keeper
from rj.outbox.models import Message, RecipientKind
from rj.outbox.sending import Sender
from rj.outbox.smtp import deliver
from rj.parties.sealing import Seal
from rj.policy.terms import CalendarWish, Channel, PartyRole, Side, Stage
from rj.settings import MailSettings
from tests.builders import (
    a_facilitator,
    a_party,
    a_venue_with_rooms,
    an_order,
    every_gate_is_recorded,
)
from tests.integration.messages.post import Post, Server

KEY = Fernet.generate_key().decode()
SEAL = Seal(KEY)
STARTS_AT = datetime(2026, 3, 24, 10, 0, tzinfo=UTC)


@dataclass
class Case:
    """An order whose review meeting brings together all sorts of readers."""

    order_id: UUID
    meeting_id: UUID
    harmer: UUID
    harmed: UUID
    supporter: UUID
    lead: UUID
    second: UUID
    officer: UUID
    room: UUID
    other_room: UUID
    venue: UUID


@pytest.fixture
def post() -> Iterator[Post]:
    with Server() as post:
        yield post


@pytest.fixture
def mail(post: Post) -> MailSettings:
    return MailSettings(
        host="127.0.0.1",
        port=post.port,
        security="none",
        mailbox="appointments@service.test",
        spread_seconds=0,
    )


@pytest.fixture
def teller(mail: MailSettings) -> Teller:
    return Teller(mail=mail, seal=SEAL)


@pytest.fixture
def sender(database: Database, clock: StoppedClock, teller: Teller, mail: MailSettings) -> Sender:
    return Sender(
        database=database,
        clock=clock,
        handlers={APPOINTMENT: AppointmentMessages(teller)},
        keeper=Keeper(KEY),
        deliver=partial(deliver, mail),
        jitter=lambda: 0.5,
    )


def a_case(session: Session, *, state: MeetingState = MeetingState.TOLD) -> Case:
    """A conference with both sides, a supporter and two facilitators, every gate of it recorded;
    told, but nobody heard yet.

    The person on probation wants invitations, the harmed person plain mails, the supporter letters.
    """
    order = an_order(session, with_harmer=False, seal=SEAL)
    harmer = a_party(
        session,
        order.id,
        name="Zbigniew Łoś",
        telephone="07700 900201",
        address="14 Canal Yard, Northmoor, ZZ2 2ZZ",
        calendar_wish=CalendarWish.INVITATION,
        seal=SEAL,
    )
    harmed = a_party(
        session,
        order.id,
        side=Side.HARMED,
        name="Rhiannon Tŷ-Mawr",
        telephone="07700 900202",
        address="3 Orchard Bank, Southmoor, ZZ3 3ZZ",
        seal=SEAL,
    )
    supporter = a_party(
        session,
        order.id,
        role=PartyRole.SUPPORTER,
        name="Wanda Łoś",
        telephone="07700 900203",
        address="9 Canal Yard, Northmoor, ZZ2 2ZZ",
        channel=Channel.LETTER,
        seal=SEAL,
    )
    every_gate_is_recorded(session, order.id)
    lead = a_facilitator(session, "Parveen Akhtar")
    second = a_facilitator(session, "Gethin Prys", calendar_wish=CalendarWish.FEED)
    venue, rooms = a_venue_with_rooms(session, rooms=2)
    step = third_step(session, order.id)
    step.attends = sorted({"harmer", "harmer_supporters", "harmed", "responsible_officer"})
    meeting = Meeting(
        code="M-HJK347",
        order_id=order.id,
        step_id=step.id,
        state=state,
        starts_at=STARTS_AT,
        ends_at=STARTS_AT + timedelta(minutes=90),
        lead_id=lead.id,
        second_id=second.id,
        room_id=rooms[0].id,
    )
    session.add(meeting)
    session.flush()
    return Case(
        order_id=order.id,
        meeting_id=meeting.id,
        harmer=harmer.id,
        harmed=harmed.id,
        supporter=supporter.id,
        lead=lead.id,
        second=second.id,
        officer=order.responsible_officer_id,
        room=rooms[0].id,
        other_room=rooms[1].id,
        venue=venue.id,
    )


def third_step(session: Session, order_id: UUID) -> PlanStep:
    plan = live_plan(session, order_id)
    assert plan is not None
    return next(step for step in steps_of(session, plan.id) if step.stage is Stage.REPARATION)


@pytest.fixture
def case(database: Database) -> Case:
    with database.writing() as session:
        return a_case(session)


@dataclass
class Story:
    """What happens to one case, told by a test in its own words."""

    database: Database
    clock: StoppedClock
    teller: Teller
    sender: Sender
    post: Post
    case: Case

    def tell(self) -> None:
        with self.database.writing() as session:
            self.teller(session, self.case.meeting_id, now=self.clock.now())

    def change(self, **values: object) -> None:
        """Change the meeting and tell its people, in one transaction."""
        with self.database.writing() as session:
            meeting = session.get(Meeting, self.case.meeting_id)
            assert meeting is not None
            for name, value in values.items():
                setattr(meeting, name, value)
            self.teller(session, self.case.meeting_id, now=self.clock.now())

    def move(self, hours: int = 2) -> None:
        starts_at = self.meeting().starts_at + timedelta(hours=hours)
        self.change(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=90))

    def cancel(self) -> None:
        self.change(state=MeetingState.CANCELLED)

    def meeting(self) -> Meeting:
        with self.database.reading() as session:
            meeting = session.get(Meeting, self.case.meeting_id)
            assert meeting is not None
            session.expunge_all()
            return meeting

    def send(self) -> None:
        """Send all that is due now."""
        while self.sender.step():
            pass

    def later(self, **time: int) -> None:
        self.clock.instant += timedelta(**time)

    def messages(self, reader_id: UUID) -> list[Message]:
        with self.database.reading() as session:
            found = session.exec(select(Message).where(Message.recipient_id == reader_id)).all()
            session.expunge_all()
            return sorted(found, key=lambda message: message.subject_version)

    def last(self, reader_id: UUID) -> Message:
        return self.messages(reader_id)[-1]

    def email(self, reader_id: UUID) -> str:
        with self.database.reading() as session:
            kind = RecipientKind.PARTY
            if reader_id in (self.case.lead, self.case.second):
                kind = RecipientKind.FACILITATOR
            if reader_id == self.case.officer:
                kind = RecipientKind.OFFICER
            return way_to(session, SEAL, Reader(kind, reader_id)).email

    def mails(self, reader_id: UUID) -> list[bytes]:
        return self.post.for_address(self.email(reader_id))


@pytest.fixture
def story(
    database: Database,
    clock: StoppedClock,
    teller: Teller,
    sender: Sender,
    post: Post,
    case: Case,
) -> Story:
    return Story(database, clock, teller, sender, post, case)
