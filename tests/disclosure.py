"""A watch over every mail and feed that any test produces in this process.

While it watches, each mail is noted as it is rendered and each feed as it is made, with every
string of every person as the database held them at that moment. ``told_too_much`` then decodes and
searches them, each for what its own reader may not see.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import wraps
from threading import Lock
from uuid import UUID

import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from rj.calendars import feeds
from rj.calendars.rendering import AppointmentMessages
from rj.conferences.models import Meeting
from rj.db.database import Database
from rj.facilitators.models import Facilitator
from rj.orders.models import Order, ResponsibleOfficer
from rj.outbox.handling import Ready, Stopped
from rj.outbox.models import Message
from rj.parties.models import HarmedDetails, HarmerDetails, Party
from rj.parties.sealing import ContactDetails, Seal
from rj.settings import MailSettings
from tests.privacy import Finder, Leak
from tests.who_may_see import strings_of_cases, strings_of_people

WATCHED = (Party, HarmedDetails, HarmerDetails, Facilitator, ResponsibleOfficer, Order, Meeting)
"""Whatever the strings are read from."""


@dataclass(frozen=True, slots=True)
class Everybody:
    """Every string of every person, and of the cases, as a database held them."""

    finder: Finder
    people: dict[UUID, frozenset[str]]
    cases: frozenset[str]
    codes: frozenset[str]
    parties: frozenset[UUID]

    def forbidden_to(self, reader_id: UUID) -> set[str]:
        """Every string of everybody else, and of the case; a party may not see staff's codes."""
        own = self.people[reader_id]
        others = {text for who, texts in self.people.items() if who != reader_id for text in texts}
        others |= self.cases
        if reader_id in self.parties:
            others |= self.codes
        return {text for text in others - own if not self.finder.is_part_of(text, own)}


@dataclass(frozen=True, slots=True)
class Noted:
    """One mail or feed, and whom it was made for."""

    octets: bytes
    reader_id: UUID
    everybody: Everybody


@dataclass
class Watch:
    """What was noted since it was last searched."""

    noted: list[Noted] = field(default_factory=list)
    known: dict[str, tuple[tuple[int, ...], Everybody]] = field(default_factory=dict)
    sealed: dict[bytes, ContactDetails] = field(default_factory=dict)
    """Whatever was sealed, whoever has the key."""
    lock: Lock = field(default_factory=Lock)

    def note(self, session: Session, reader_id: UUID, octets: bytes) -> None:
        """Keep a mail or feed, to be searched when the test is over."""
        self.noted.append(Noted(octets, reader_id, self._everybody(session)))

    def told_too_much(self) -> list[tuple[UUID, Leak]]:
        """Whatever a reader could read of somebody else, and forget what was searched."""
        with self.lock:
            noted, self.noted = self.noted, []
        unlike = {(each.octets, each.reader_id): each for each in noted}
        return [
            (each.reader_id, leak)
            for each in unlike.values()
            for leak in each.everybody.finder.leaks(
                each.octets, each.everybody.forbidden_to(each.reader_id)
            )
        ]

    def forget(self, database: Database) -> None:
        """Know nobody of a database that is emptied: its next people are others."""
        self.known.pop(str(database.engine.url), None)

    def _everybody(self, session: Session) -> Everybody:
        """As things are now; read anew only when something has changed."""
        session.flush()
        where = str(session.get_bind().engine.url)
        state = tuple(_state(session))
        with self.lock:
            kept = self.known.get(where)
        if kept is not None and kept[0] == state:
            return kept[1]
        people = strings_of_people(session, self.sealed.__getitem__)
        cases = strings_of_cases(session)
        codes = frozenset(meeting.code for meeting in session.exec(select(Meeting)).all())
        finder = Finder({text for texts in people.values() for text in texts} | cases | codes)
        parties = frozenset(session.exec(select(Party.id)).all())
        found = Everybody(finder, people, cases, codes, parties)
        with self.lock:
            self.known[where] = (state, found)
        return found


def _state(session: Session) -> Iterator[int]:
    """Changes whenever a row of those tables is added, changed or deleted."""
    for table in WATCHED:
        version = getattr(table, "version", None)
        rows, versions = session.exec(
            select(func.count(), func.coalesce(func.sum(col(version)), 0)).select_from(table)
        ).one()
        yield int(rows)
        yield int(versions)


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Note every mail that is rendered and every feed that is made."""
    look_again, feed_octets, close = AppointmentMessages.look_again, feeds.feed_octets, Seal.close

    @wraps(look_again)
    def looked_again(
        handler: AppointmentMessages, session: Session, message: Message, *, now: datetime
    ) -> Ready | Stopped:
        verdict = look_again(handler, session, message, now=now)
        if isinstance(verdict, Stopped):
            return verdict

        def rendered() -> bytes:
            octets = verdict.render()
            watch.note(session, message.recipient_id, octets)
            return octets

        return replace(verdict, render=rendered)

    @wraps(feed_octets)
    def made(session: Session, owner: Facilitator, *, mail: MailSettings, now: datetime) -> bytes:
        octets = feed_octets(session, owner, mail=mail, now=now)
        watch.note(session, owner.id, octets)
        return octets

    @wraps(close)
    def closed(seal: Seal, details: ContactDetails) -> bytes:
        sealed = close(seal, details)
        watch.sealed[sealed] = details
        return sealed

    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(AppointmentMessages, "look_again", looked_again)
        patching.setattr(feeds, "feed_octets", made)
        patching.setattr(Seal, "close", closed)
        yield
