"""Every mail and feed of the invented county: to its one reader, of nobody else, and of no kind.

The watch over all tests searches what is made here; what it would not look for is looked for here.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from cryptography.fernet import Fernet
from icalendar import Calendar
from sqlmodel import select

from rj.audit.services import SERVICE
from rj.calendars import feeds
from rj.calendars.envelopes import APPOINTMENT
from rj.calendars.rendering import AppointmentMessages
from rj.calendars.telling import Teller
from rj.db.database import Database
from rj.demo.county import a_county
from rj.demo.loading import load_county
from rj.facilitators.models import Facilitator
from rj.kernel.clock import StoppedClock
from rj.kernel.london import london_day
from rj.orders.queries import open_orders
from rj.outbox.keeping import Keeper
from rj.outbox.models import Message, MessageState, RecipientKind
from rj.outbox.sending import Sender
from rj.parties.queries import contact_plan
from rj.parties.sealing import Seal
from rj.policy.terms import Channel
from rj.scheduling.publishing import check, publish
from rj.scheduling.runs import EffortLevel, request_run
from rj.scheduling.solving import solve_run
from rj.settings import MailSettings
from rj.venues.models import Venue
from tests.builders import NOW
from tests.conftest import an_empty_database
from tests.disclosure import Watch
from tests.giveaways import giveaways_in

SIZE = 20
KEY = Fernet.generate_key().decode()


@dataclass(frozen=True)
class Told:
    """A county that was planned, published and told, and every mail and feed of it."""

    database: Database
    mails: list[tuple[str, bytes]]
    feeds: list[bytes]


@pytest.fixture(scope="module")
def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, watch: Watch
) -> Iterator[Told]:
    with an_empty_database(request, "sqlite", tmp_path_factory.mktemp("told")) as database:
        county = a_county(1, london_day(NOW), SIZE)
        seal, mail = Seal(KEY), MailSettings(spread_seconds=0)
        teller, clock = Teller(mail=mail, seal=seal), StoppedClock(NOW)
        load_county(database, county, seal=seal, now=NOW)
        with database.writing() as session:
            run = request_run(
                session,
                county.area_id,
                effort=EffortLevel.SMALL,
                time_limit_seconds=60,
                actor=SERVICE,
                now=NOW,
            )
        solve_run(database, clock, run.id)
        with database.writing() as session:
            orders = [order.id for order in open_orders(session, county.area_id)]
            sound = check(session, run.id, orders, now=NOW).sound
            publish(session, run.id, sound, actor=SERVICE, now=NOW, tell=teller)
        sent: list[tuple[str, bytes]] = []
        sender = Sender(
            database=database,
            clock=clock,
            handlers={APPOINTMENT: AppointmentMessages(teller)},
            keeper=Keeper(KEY),
            deliver=lambda address, octets: sent.append((address, octets)),
        )
        while sender.step():
            pass
        with database.reading() as session:
            read = [
                feeds.feed_octets(session, owner, mail=mail, now=NOW)
                for owner in session.exec(select(Facilitator))
            ]
        yield Told(database, sent, read)


def parsed(octets: bytes) -> EmailMessage:
    return message_from_bytes(octets, policy=policy.default)


def texts_of(mail: EmailMessage) -> Iterator[str]:
    """Whatever a reader, or somebody who looks over their shoulder, can read in a mail."""
    yield from (str(value) for name, value in mail.items() if name != "To")
    for part in mail.walk():
        yield part.get_filename("")
        if part.get_content_type() in ("text/plain", "text/html"):
            yield str(part.get_content())
        elif part.get_content_type() == "text/calendar":
            octets = part.get_payload(decode=True)
            assert isinstance(octets, bytes)
            yield from texts_of_calendar(octets)


def texts_of_calendar(octets: bytes) -> Iterator[str]:
    for component in Calendar.from_ical(octets.decode()).walk():
        for name, value in component.property_items():
            if name != "ATTENDEE":
                yield f"{value} {getattr(value, 'params', {}).get('CN', '')}"


def test_no_mail_and_no_feed_of_the_county_tells_of_anybody_else(told: Told, watch: Watch) -> None:
    assert len(told.mails) > SIZE
    assert any(b"BEGIN:VEVENT" in octets for octets in told.feeds)
    made = {octets for _, octets in told.mails} | set(told.feeds)
    assert made <= {noted.octets for noted in watch.noted}
    assert watch.told_too_much() == []


def test_no_mail_and_no_feed_of_the_county_gives_the_service_away(told: Told) -> None:
    texts = [text for _, octets in told.mails for text in texts_of(parsed(octets))]
    texts += [text for octets in told.feeds for text in texts_of_calendar(octets)]
    assert {text: found for text in texts if (found := giveaways_in(text))} == {}


def test_a_place_is_told_as_the_street_knows_it_and_never_as_the_service_does(told: Told) -> None:
    with told.database.reading() as session:
        venues = session.exec(select(Venue)).all()
    assert any(giveaways_in(venue.name) for venue in venues), "a venue named by the service"
    texts = [text for _, octets in told.mails for text in texts_of(parsed(octets))]
    texts += [text for octets in told.feeds for text in texts_of_calendar(octets)]
    for venue in venues:
        if venue.name != venue.street_name:
            assert not any(venue.name in text for text in texts)


def test_each_mail_has_one_reader_and_each_event_an_identifier_of_its_own(told: Told) -> None:
    uids: Counter[str] = Counter()
    for address, octets in told.mails:
        mail = parsed(octets)
        assert str(mail["To"]) == address
        assert not {"Cc", "Bcc", "References", "In-Reply-To"} & set(mail.keys())
        for part in mail.walk():
            if part.get_content_type() == "text/calendar":
                calendar = part.get_payload(decode=True)
                assert isinstance(calendar, bytes)
                [event] = Calendar.from_ical(calendar.decode()).events
                assert str(event["ATTENDEE"]).casefold() == f"mailto:{address}".casefold()
                uids[str(event["UID"])] += 1
    assert uids
    assert max(uids.values()) == 1


def test_nobody_without_a_safe_contact_plan_or_who_wants_letters_or_calls_is_mailed(
    told: Told,
) -> None:
    with told.database.reading() as session:
        to_parties = [
            message
            for message in session.exec(select(Message))
            if message.recipient_kind is RecipientKind.PARTY
        ]
        assert to_parties
        for message in to_parties:
            plan = contact_plan(session, message.recipient_id)
            if plan is None or plan.channel is not Channel.EMAIL:
                assert message.state is MessageState.TO_DO
                assert message.rendered is None
