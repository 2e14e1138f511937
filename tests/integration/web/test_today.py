"""A coordinator's first page: what waits, and nothing of anybody else's."""

from datetime import date, timedelta
from uuid import UUID

from sqlmodel import col, select

from rj.audit.models import AuditEntry
from rj.calendars.telling import Teller
from rj.conferences.gates import record_gate
from rj.conferences.models import Meeting, MeetingState
from rj.conferences.services import hold_meeting, open_stages
from rj.db.database import Database
from rj.orders.queries import get_order, live_plan, steps_of
from rj.outbox.models import Message, MessageState
from rj.parties.models import SafeContactPlan
from rj.policy.terms import Channel, Gate, GateValue, Role, Side, Stage
from tests.builders import NOW, a_facilitator, a_party, a_venue_with_rooms, an_actor, an_order
from tests.integration.web.facilitators.cases import a_case
from tests.scheduling_builders import find_suitable
from tests.web_client import TELLER, a_person, a_site
from web.pages import moment_text

AFTER_ASSESSMENT = (Stage.PREPARATION, Stage.REPARATION)

ALL_CLEAR = (
    "Every first contact is made or has time.",
    "No proposal waits for review.",
    "No message failed.",
    "Nothing to print, nobody to ring.",
)


def test_an_empty_area_says_how_to_begin(database, clock):
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        page = site.get("/today").text
    assert "There are no open orders in your areas yet." in page
    for sentence in ALL_CLEAR:
        assert sentence in page


def test_clocks_that_press_are_shown_with_the_latest_first(database, clock):
    with database.writing() as session:
        an_order(session, reference="LATE-1", sentenced_on=date(2026, 2, 10))
        an_order(session, reference="SOON-1", sentenced_on=date(2026, 2, 23))
        an_order(session, reference="CALM-1", sentenced_on=date(2026, 3, 8))
        an_order(session, reference="AWAY-1", sentenced_on=date(2026, 2, 1), area="elsewhere")
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        page = site.get("/today").text
    begins = page.index('id="clocks"')
    pressing = page[begins : page.index("</section>", begins)]
    assert pressing.index("LATE-1") < pressing.index("SOON-1")
    assert "Contact 12 days overdue" in pressing
    assert "Contact: 1 day left" in pressing
    assert "CALM-1" not in pressing
    assert "AWAY-1" not in page


def test_orders_without_a_meeting_cases_to_sign_off_and_unnamed_parts_are_shown(database, clock):
    with database.writing() as session:
        an_order(session, reference="PLAN-1", with_harmed=True)
        an_order(session, reference="SIGN-1", is_sensitive_complex=True)
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        page = site.get("/today").text
    unplanned = page[page.index('id="unplanned"') : page.index('id="failed"')]
    assert "PLAN-1" in unplanned
    assert "First contact has no published meeting" in unplanned
    assert "SIGN-1" in page[page.index('id="sign-offs"') : page.index('id="unnamed"')]
    unnamed = page[page.index('id="unnamed"') :]
    assert "PLAN-1" in unnamed
    assert "SIGN-1" not in unnamed


def test_a_case_found_unsuitable_asks_for_a_decision_and_its_page_takes_it(database, clock):
    case = a_case(database)
    with database.writing() as session:
        find_suitable(session, get_order(session, case.order_id), actor=case.actor, tell=TELLER)
        record_gate(
            session,
            case.order_id,
            gate=Gate.SUITABLE,
            value=GateValue.NO,
            party_id=None,
            actor=case.actor,
            now=NOW + timedelta(minutes=2),
            tell=TELLER,
        )
        preparation = session.get_one(Meeting, case.meetings[Stage.PREPARATION])
        assert preparation.state is MeetingState.TOLD
        when = moment_text(preparation.starts_at)
    at = f"/orders/{case.order_id}"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.coordinator)
        today = site.get("/today").text
        asked = site.get(at).text
        pressed = site.post(f"{at}/call-off", form_at=at)
        after = site.get("/today").text
        again = site.get(at).text
    assert f"{at}#unsuitable" in today
    assert when in today
    assert when in asked[asked.index('id="unsuitable"') :]
    assert pressed.status_code == 303
    assert f"{at}#unsuitable" not in after
    assert 'id="unsuitable"' not in again
    with database.reading() as session:
        assert {
            session.get_one(Meeting, case.meetings[each]).state for each in AFTER_ASSESSMENT
        } == {MeetingState.CANCELLED}


def a_told_assessment(
    database: Database, *, channel: Channel | None, side: Side = Side.HARMER, area: str = "N1"
) -> UUID:
    """A meeting whose people have been told, each in their own way; its id."""
    with database.writing() as session:
        actor = an_actor(session)
        order = an_order(session, with_harmer=False, area=area)
        a_party(session, order.id, name="Pat Marsh", channel=channel)
        plan = live_plan(session, order.id)
        assert plan is not None
        step = next(s for s in steps_of(session, plan.id) if s.stage is Stage.ASSESSMENT)
        lead = a_facilitator(session, areas=(area,))
        _, rooms = a_venue_with_rooms(session, area=area)
        starts_at = NOW + timedelta(days=9, hours=2)
        meeting = hold_meeting(
            session,
            step.id,
            starts_at=starts_at,
            lead_id=lead.id,
            second_id=None,
            room_id=rooms[0].id,
            reason="First time",
            actor=actor,
            now=NOW,
        )
        session.flush()
        open_stages(session, order.id, actor=actor, now=NOW, tell=TELLER)
        return meeting.id


def test_a_letter_of_ones_own_area_is_printed_and_noted_as_done(database, clock):
    a_told_assessment(database, channel=Channel.LETTER)
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        with database.reading() as session:
            letter = session.exec(select(Message).where(Message.channel == Channel.LETTER)).one()
            where = f"/today/messages/{letter.id}"
        assert where in site.get("/today").text
        page = site.get(where).text
        assert "Pat Marsh" in page
        assert "1 Sample Row" in page
        assert site.post(f"{where}/done", form_at=where).status_code == 303
        assert "Nothing to print, nobody to ring." in site.get("/today").text
        assert site.get(where).status_code == 404
    with database.reading() as session:
        acts = session.exec(select(AuditEntry.action)).all()
        assert "viewed contact" in acts


def test_letters_of_another_area_are_not_there(database, clock):
    a_told_assessment(database, channel=Channel.LETTER, area="S9")
    with database.reading() as session:
        letter = session.exec(select(Message).where(Message.channel == Channel.LETTER)).one().id
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        assert str(letter) not in site.get("/today").text
        assert site.get(f"/today/messages/{letter}").status_code == 404
        hidden = site.hidden_fields("/today")
        for act in ("done", "try-again"):
            answer = site.post(f"/today/messages/{letter}/{act}", hidden=hidden)
            assert answer.status_code == 404


def test_a_failed_mail_is_shown_and_tried_again(database, clock):
    a_told_assessment(database, channel=Channel.EMAIL)
    with database.writing() as session:
        mail = session.exec(select(Message).where(col(Message.recipient_kind) == "party")).one()
        mail.state = MessageState.FAILED
        mail.state_reason = "The mail server does not know this address"
        mail.attempts = 1
        message_id = mail.id
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        page = site.get("/today").text
        assert "To Pat Marsh" in page
        assert "does not know this address" in page
        answer = site.post(f"/today/messages/{message_id}/try-again", form_at="/today")
        assert answer.status_code == 303
    with database.reading() as session:
        assert session.get_one(Message, message_id).state is MessageState.QUEUED


def test_a_meeting_that_is_over_waits_for_its_outcome(database, clock):
    meeting_id = a_told_assessment(database, channel=Channel.EMAIL)
    clock.instant += timedelta(days=10)
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        page = site.get("/today").text
    outcomes = page[page.index('id="outcomes"') : page.index('id="sign-offs"')]
    assert f"/meetings/{meeting_id}" in outcomes
    with database.reading() as session:
        assert session.get_one(Meeting, meeting_id).state is MeetingState.TOLD


def test_somebody_with_no_agreed_way_is_asked_and_then_told(database, clock):
    a_told_assessment(database, channel=None)
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        with database.reading() as session:
            task = session.exec(select(Message).where(col(Message.recipient_kind) == "party")).one()
            party_id = task.recipient_id
        page = site.get("/today").text
        assert "Agree how to reach: Pat Marsh" in page
        where = next(part.split('"')[0] for part in page.split('href="') if "/people/" in part)
        assert site.post(where, {"name": "Pat Marsh"}).status_code == 422
        answer = site.post(
            where,
            {
                "name": "Pat Marsh",
                "email": "pat.marsh@people.test",
                "channel": "email",
                "calendar_wish": "invitation",
            },
        )
        assert answer.status_code == 303
    with database.reading() as session:
        assert session.get_one(SafeContactPlan, party_id).channel is Channel.EMAIL
        queued = session.exec(
            select(Message).where(
                Message.recipient_id == party_id, Message.state == MessageState.QUEUED
            )
        ).all()
        assert [message.channel for message in queued] == [Channel.EMAIL]


def test_the_harmed_sides_people_have_no_page_here(database, clock):
    with database.writing() as session:
        order = an_order(session, with_harmed=True)
        harmed = a_party(session, order.id, side=Side.HARMED, role="supporter")  # type: ignore[arg-type]
        where = f"/orders/{order.id}/people/{harmed.id}"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        assert site.get(where).status_code == 404


def test_a_stale_change_of_address_is_refused(database, clock):
    with database.writing() as session:
        order = an_order(session, with_harmer=False)
        party = a_party(session, order.id, name="Pat Marsh")
        where = f"/orders/{order.id}/people/{party.id}"
    fields = {
        "name": "Pat Marsh",
        "telephone": "07700 900444",
        "channel": "phone",
        "calendar_wish": "none",
    }
    with a_site(database, clock, teller=Teller(TELLER.mail, TELLER.seal)) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        hidden = site.hidden_fields(where)
        assert site.post(where, fields, hidden=hidden).status_code == 303
        assert site.post(where, fields, hidden=hidden).status_code == 409
