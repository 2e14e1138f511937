"""A limited case: nowhere in planning, week, feed or mail of whoever is not named."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, select

from rj.accounts.models import Account
from rj.audit.services import Actor
from rj.calendars.envelopes import envelope_of
from rj.calendars.feeds import feed_octets
from rj.compartments.services import limit_case
from rj.conferences.models import Meeting
from rj.db.database import Database
from rj.facilitators.models import Facilitator
from rj.kernel.clock import StoppedClock
from rj.kernel.errors import Conflict, Invalid
from rj.kernel.london import london_day
from rj.orders.models import Order
from rj.outbox.models import Message, MessageState
from rj.outbox.services import messages_on
from rj.policy.terms import CalendarWish, Role, Stage
from rj.rights.commands import name_command
from rj.rights.retention import NOBODY_OPENS, run_retention
from rj.scheduling.freezing import freeze
from rj.scheduling.models import LeftOut, ProposedMeeting
from rj.settings import MailSettings
from tests.builders import AREA, NOW, SEAL
from tests.integration.web.facilitators.cases import Case, a_case
from tests.integration.web.planning.county import Desk, a_desk
from tests.web_client import TELLER, TestPerson, a_person, a_site


def limit(database: Database, order_id: UUID, *people: TestPerson) -> None:
    actor = Actor(people[0].account_id, Role.COORDINATOR)
    with database.writing() as session:
        named = [each.account_id for each in people]
        limit_case(session, order_id, named, actor=actor, now=NOW, tell=TELLER)


def chief(database: Database) -> TestPerson:
    return a_person(database, Role.COORDINATOR, area_id=AREA, email="chief@service.test")


def days_of_meetings(desk: Desk) -> set[str]:
    with desk.database.reading() as session:
        return {london_day(start).isoformat() for start in session.exec(select(Meeting.starts_at))}


@pytest.mark.parametrize("is_published", [False, True])
def test_s4_planning_and_week_show_nothing_of_a_limited_case(
    database: Database, clock: StoppedClock, is_published: bool
) -> None:
    with a_desk(database, clock, is_published=is_published) as desk:
        theirs, mine = desk.county.orders
        with database.writing() as session:
            for row in session.exec(select(ProposedMeeting)):
                row.reason = f"It follows the review of {theirs.reference}"
            for left in session.exec(select(LeftOut)):
                left.reason = f"Its hours are taken by {theirs.reference}"
            codes = session.exec(select(Meeting.code).where(Meeting.order_id == theirs.id)).all()
        weeks = [f"/week?day={each}" for each in sorted(days_of_meetings(desk))]
        pages = [
            *("/planning", "/planning/broken", "/today", "/today/waiting", "/orders"),
            f"{desk.run}/published",
            *(f"{desk.run}?show={show}" for show in ("all", "changes")),
            *(f"{week}&by={rows}" for week in weeks for rows in ("facilitators", "rooms")),
        ]
        before = "".join(desk.site.get(path).text for path in pages)
        assert theirs.reference in before
        assert all(code in before for code in codes)

        limit(database, theirs.id, chief(database))
        after = "".join(desk.site.get(path).text for path in pages)
        assert mine.reference in after
        for trace in (theirs.reference, theirs.crn, str(theirs.id), *codes):
            assert trace not in after
        if not is_published:
            assert "another case" in after
            hidden = desk.site.hidden_fields(f"{desk.run}?show=all")
            for act in ("confirm", "publish"):
                sent = {"orders": [str(theirs.id), str(mine.id)]}
                answer = desk.site.post(f"{desk.run}/{act}", sent, hidden=hidden)
                assert answer.status_code == 404


def feed_of(session: Session, case: Case) -> str:
    owner = session.get_one(Facilitator, case.facilitator_id)
    return feed_octets(session, owner, mail=MailSettings(), now=NOW).decode()


@pytest.mark.parametrize("wish", [CalendarWish.FEED, CalendarWish.INVITATION])
def test_a_facilitator_who_is_not_named_hears_that_it_is_off_and_nothing_after(
    database: Database, clock: StoppedClock, wish: CalendarWish
) -> None:
    case = a_case(database, calendar_wish=wish)
    with database.reading() as session:
        code = session.get_one(Meeting, case.meetings[Stage.ASSESSMENT]).code
        if wish is CalendarWish.FEED:
            assert code in feed_of(session, case)
    with database.writing() as session:
        for message in session.exec(
            select(Message).where(Message.recipient_id == case.facilitator_id)
        ):
            message.state, message.started_at, message.sent_at = MessageState.SENT, NOW, NOW
    limit(database, case.order_id, chief(database))
    with database.writing() as session:
        last = messages_on(session, case.facilitator_id, case.meetings[Stage.ASSESSMENT])[-1]
        assert envelope_of(last).is_cancellation
        assert code not in feed_of(session, case)
        moved = session.get_one(Meeting, case.meetings[Stage.ASSESSMENT])
        moved.starts_at += timedelta(minutes=15)
        moved.ends_at += timedelta(minutes=15)
        TELLER(session, moved.id, now=NOW)
        assert messages_on(session, case.facilitator_id, moved.id)[-1].id == last.id


def test_planning_gives_a_limited_case_to_nobody_who_is_not_named(database: Database) -> None:
    case = a_case(database, is_told=False)

    def kept_out() -> int:
        with database.reading() as session:
            frozen = freeze(session, AREA, now=NOW)
            return len(frozen.problem.cases[0].not_facilitators)

    assert kept_out() == 0
    limit(database, case.order_id, case.coordinator)
    assert kept_out() == 2
    limit(database, case.order_id, case.coordinator, case.facilitator)
    assert kept_out() == 1


def test_who_is_named_learns_that_a_meeting_has_lost_its_facilitator(
    database: Database, clock: StoppedClock
) -> None:
    case = a_case(database)
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.coordinator)
        asked = site.get(f"/orders/{case.order_id}/limit").text
        assert "has a part in this case now" in asked
        limit(database, case.order_id, case.coordinator)
        assert "is not named for this limited case" in site.get("/today").text
        limit(database, case.order_id, case.coordinator, case.facilitator)
        shown = site.get("/today").text
        with database.reading() as session:
            told = session.get_one(Meeting, case.meetings[Stage.ASSESSMENT])
            assert session.get_one(Order, case.order_id).reference in shown
        assert f"/meetings/{told.id}" not in shown.partition('id="reviews"')[0]


def test_no_emergency_opens_where_the_liaison_officer_is_not_named(
    database: Database, clock: StoppedClock
) -> None:
    case = a_case(database)
    limit(database, case.order_id, case.coordinator)
    at = f"/orders/{case.order_id}/people/{case.harmed_id}/emergency"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.coordinator)
        refused = site.post(at, {"reason": "he is at her door and rings us"})
    assert refused.status_code == 409


def test_a_limited_case_whose_people_have_left_is_said_and_opened_to_a_colleague(
    database: Database, clock: StoppedClock
) -> None:
    case = a_case(database)
    limit(database, case.order_id, case.coordinator)
    colleague = chief(database)
    with database.reading() as session:
        reference = session.get_one(Order, case.order_id).reference
    with pytest.raises(Conflict, match="still opens it"):
        name_command(database, reference, colleague.email, now=NOW)
    with database.writing() as session:
        session.get_one(Account, case.coordinator.account_id).is_active = False
    report = run_retention(database, SEAL, tell=TELLER, now=NOW)
    assert {"order": str(case.order_id), "why": NOBODY_OPENS} in report.waiting
    with pytest.raises(Invalid):
        name_command(database, reference, case.facilitator.email, now=NOW)
    name_command(database, reference, colleague.email, now=NOW)
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(colleague)
        assert site.get(f"/orders/{case.order_id}").status_code == 200
