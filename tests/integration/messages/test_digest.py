"""The daily digest of first contacts that run out: counts, to coordinators, once a day."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from rj.accounts.models import Account
from rj.clocks.digest import DIGEST, Daily, DigestMessages, queue_digest
from rj.clocks.models import ClockDigest
from rj.db.database import Database
from rj.orders.clock_changes import pause_clock
from rj.orders.models import CaseLimit, Order
from rj.outbox.handling import Ready, Stopped
from rj.outbox.models import Message
from rj.policy.terms import ClockKind, Language, Role
from rj.settings import MailSettings
from tests.builders import NOW, SEAL, an_account, an_actor, an_order
from tests.giveaways import GIVEAWAYS
from tests.privacy import Finder
from tests.who_may_see import strings_of_cases, strings_of_people

MAIL = MailSettings(host="mail.service.test")
HANDLER = DigestMessages(MAIL, "https://rj.service.test")
DAY = timedelta(days=1)


@pytest.fixture
def coordinator(database: Database) -> UUID:
    """Somebody who coordinates an area with a first contact of every sort."""
    with database.writing() as session:
        for days in (16, 15, 13, 10, 5, 4):
            an_order(session, sentenced_on=NOW.date() - days * DAY, with_harmed=True)
        an_order(session, sentenced_on=date(2026, 2, 1), area="elsewhere")
        return an_account(session).id


def digests(session: Session) -> list[Message]:
    return list(session.exec(select(Message).where(Message.kind == DIGEST)))


def text_of(session: Session, message: Message, now: datetime = NOW) -> str:
    ready = HANDLER.look_again(session, message, now=now)
    assert isinstance(ready, Ready)
    return ready.render().decode()


@pytest.mark.parametrize("language", Language)
def test_it_tells_counts_and_names_nobody_and_no_case(database, coordinator, language):
    Daily(database, MAIL).step(NOW)
    with database.writing() as session:
        [message] = digests(session)
        account = session.get_one(Account, coordinator)
        account.language = language
        session.flush()
        mail = text_of(session, message)
        people = strings_of_people(session, SEAL.open)
        forbidden = {text for texts in people.values() for text in texts}
        leaks = Finder(forbidden | strings_of_cases(session)).leaks(
            mail.encode(), forbidden | strings_of_cases(session)
        )
        assert (message.recipient_id, message.envelope) == (coordinator, {"day": "2026-03-09"})
    assert leaks == []
    assert not GIVEAWAYS.search(mail)
    if language is Language.ENGLISH:
        for line in ("Overdue: 1", "Due today: 1", "Day 13 has passed: 1", "Day 5 has passed: 1"):
            assert line in mail
        assert mail.count("Overdue: 1") == 1, "the other area's is not counted"


def test_it_goes_once_a_day_and_not_before_the_morning(database, coordinator):
    daily = Daily(database, MAIL)
    for hour in (5, 6, 7, 20):
        daily.step(NOW.replace(hour=hour, minute=30))
        with database.reading() as session:
            assert len(digests(session)) == (0 if hour == 5 else 1)
    daily.step(NOW + DAY)
    with database.reading() as session:
        assert len(digests(session)) == 2
        assert [each.readers for each in session.exec(select(ClockDigest))] == [1, 1]


def test_on_days_off_none_goes_and_what_falls_due_then_is_told_before(database):
    """Good Friday 2026 is 3 April, Easter Monday 6 April."""
    thursday = datetime(2026, 4, 2, 7, 0, tzinfo=UTC)
    with database.writing() as session:
        an_account(session)
        for due_on in (date(2026, 4, 4), date(2026, 4, 6), date(2026, 4, 7), date(2026, 4, 8)):
            an_order(session, sentenced_on=due_on - 15 * DAY)
    daily = Daily(database, MAIL)
    for days in range(5):
        daily.step(thursday + days * DAY)
    with database.writing() as session:
        [message] = digests(session)
        told = text_of(session, message, thursday)
        assert "Due before the next working day: 2" in told
    daily.step(thursday + 5 * DAY)
    with database.writing() as session:
        [message] = [each for each in digests(session) if each.envelope["day"] == "2026-04-07"]
        told = text_of(session, message, thursday + 5 * DAY)
        assert "Overdue: 2" in told
        assert "Due today: 1" in told


def test_of_two_workers_at_one_moment_only_one_leaves_mails(database, coordinator):
    with database.writing() as session:
        queue_digest(session, MAIL, now=NOW)
    with pytest.raises(IntegrityError), database.writing() as session:
        queue_digest(session, MAIL, now=NOW)
    with database.reading() as session:
        assert len(digests(session)) == 1


def test_nothing_is_left_to_send_while_mail_is_off_or_nothing_runs_out(database, coordinator):
    Daily(database, MailSettings()).step(NOW)
    with database.writing() as session:
        for order in session.exec(select(Order)):
            order.first_contacted_on = NOW.date()
    Daily(database, MAIL).step(NOW)
    with database.reading() as session:
        assert digests(session) == []


def test_m4_it_is_looked_at_again_before_it_leaves(database, coordinator):
    Daily(database, MAIL).step(NOW)
    with database.writing() as session:
        [message] = digests(session)
        assert isinstance(HANDLER.look_again(session, message, now=NOW + DAY), Stopped)
        account = session.get_one(Account, coordinator)
        account.is_active = False
        session.flush()
        assert isinstance(HANDLER.look_again(session, message, now=NOW), Stopped)
        account.is_active = True
        for order in session.exec(select(Order)):
            order.first_contacted_on = NOW.date()
        session.flush()
        assert isinstance(HANDLER.look_again(session, message, now=NOW), Stopped)


def test_paused_clocks_and_cases_limited_to_others_are_not_counted(database, coordinator):
    with database.writing() as session:
        overdue, due_today, *_ = session.exec(
            select(Order).where(Order.area_id != "elsewhere").order_by(Order.sentenced_on)
        )
        pause_clock(
            session,
            due_today.id,
            ClockKind.FIRST_CONTACT,
            first_day=NOW.date(),
            last_day=None,
            reason="in custody",
            based_on=1,
            actor=an_actor(session),
            now=NOW,
        )
        other = an_account(session, Role.COORDINATOR, area="elsewhere")
        session.add(CaseLimit(order_id=overdue.id, account_id=other.id))
    Daily(database, MAIL).step(NOW)
    with database.reading() as session:
        [message] = [each for each in digests(session) if each.recipient_id == coordinator]
        mail = text_of(session, message)
    assert "Overdue" not in mail
    assert "Due today" not in mail
    assert "Day 13 has passed: 1" in mail
