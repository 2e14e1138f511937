"""The harmed side's contact: opened with a reason, changed, stopped, told by letter and call."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from rj.audit.models import AuditEntry
from rj.calendars.queries import letters_and_calls
from rj.conferences.gates import choose_route, stop_contact
from rj.conferences.queries import latest_gates
from rj.orders.queries import get_order, live_plan
from rj.outbox.models import MessageState
from rj.outbox.services import get_message
from rj.parties.contact import contact_details
from rj.parties.queries import contact_plan, get_party, time_of
from rj.policy.terms import CalendarWish, Channel, Gate, GateValue, Role, Route, Side
from tests.builders import AREA, NOW, SEAL
from tests.integration.web.facilitators.cases import (
    CANARIES,
    HARMED_ADDRESS,
    HARMED_CHOSEN,
    HARMED_EMAIL,
    HARMED_NAME,
    HARMED_TELEPHONE,
    HARMER_NAME,
    a_case,
)
from tests.scheduling_builders import find_suitable, record_gates
from tests.web_client import TELLER, a_person, a_site

ACTS = ("", "/details", "/plan", "/availability", "/consent", "/stop", "/lift")


def a_told_case(database, **wanted):
    """A case whose conference, to which the harmed person comes, is told."""
    case = a_case(database, **wanted)
    with database.writing() as session:
        order = get_order(session, case.order_id)
        find_suitable(session, order, actor=case.actor, tell=TELLER)
        record_gates(session, order, actor=case.actor, tell=TELLER)
        plan = live_plan(session, order.id)
        choose_route(
            session,
            plan.id,
            Route.DIRECT,
            based_on=plan.version,
            actor=case.actor,
            now=NOW,
            tell=TELLER,
        )
    return case


def waiting(database, side):
    with database.reading() as session:
        return letters_and_calls(session, side=side)


def test_details_stay_sealed_until_a_reason_is_given_and_the_view_is_kept(database, clock):
    case = a_case(database)
    where = f"/liaison/people/{case.harmed_id}"
    with a_site(database, clock) as site:
        site.sign_in(case.liaison)
        pages = [site.get(path) for path in ("/liaison", f"/liaison/cases/{case.order_id}", where)]
        refused = site.post(f"{where}/details", {"reason": ""})
        opened = site.post(f"{where}/details", {"reason": "to ring about preparation"})
    for page in (*pages, refused):
        assert not [canary for canary in CANARIES if canary in page.text]
        assert HARMED_CHOSEN in page.text or page is refused
    assert refused.status_code == 422
    for known in (HARMED_NAME, HARMED_EMAIL, HARMED_TELEPHONE, HARMED_ADDRESS):
        assert known in opened.text
    with database.reading() as session:
        [view] = session.exec(select(AuditEntry).where(AuditEntry.action == "view contact details"))
    assert view.reason == "to ring about preparation"
    assert view.account_id == case.liaison.account_id


def test_S4_a_liaison_officer_never_reads_who_did_the_harm(database, clock):
    case = a_told_case(database)
    where = f"/liaison/people/{case.harmed_id}"
    with a_site(database, clock) as site:
        site.sign_in(case.liaison)
        paths = ["/liaison", f"/liaison/cases/{case.order_id}", *(where + act for act in ACTS)]
        pages = [site.get(path) for path in paths]
    assert {page.status_code for page in pages} == {200}
    assert not [page for page in pages if HARMER_NAME in page.text]


def test_S2_somebody_elses_person_is_not_there(database, clock):
    case = a_case(database)
    other = a_person(database, Role.LIAISON_OFFICER, area_id=AREA, email="other@staff.test")
    with a_site(database, clock) as site:
        site.sign_in(other)
        for party_id in (case.harmed_id, case.harmer_id, uuid4()):
            for act in ACTS:
                assert site.get(f"/liaison/people/{party_id}{act}").status_code == 404
        assert site.get(f"/liaison/cases/{case.order_id}").status_code == 404
        site.sign_in(case.liaison)
        assert site.get(f"/liaison/people/{case.harmer_id}").status_code == 404


def test_S4_a_coordinator_reads_no_harmed_persons_details_anywhere_here(database, clock):
    case = a_told_case(database, harmed_channel=Channel.LETTER)
    [letter] = waiting(database, Side.HARMED)
    with a_site(database, clock) as site:
        site.sign_in(case.coordinator)
        assert site.get(f"/liaison/people/{case.harmed_id}").status_code == 403
        pages = [
            site.get("/today"),
            site.get(f"/today/messages/{letter.message_id}"),
            site.get(f"/liaison/messages/{letter.message_id}"),
            site.get(f"/orders/{case.order_id}"),
        ]
    assert [page.status_code for page in pages] == [200, 404, 403, 200]
    for page in pages:
        assert not [canary for canary in CANARIES if canary in page.text]


def test_changed_details_are_sealed_and_an_older_copy_is_refused(database, clock):
    case = a_case(database)
    where = f"/liaison/people/{case.harmed_id}/details"
    fields = {
        "chosen_name": "J",
        "name": "New Name",
        "email": "new@hidden.test",
        "telephone": "07700 900111",
        "address": "2 Elm Row\nFarmoor",
    }
    with a_site(database, clock) as site:
        site.sign_in(case.liaison)
        opened = site.post(where, {"reason": "they rang"})
        version = {"_based_on": "1"}
        assert 'name="_based_on" value="1"' in opened.text
        hidden = {**site.hidden_fields(where), **version}
        assert site.post(f"{where}/change", fields, hidden=hidden).status_code == 303
        assert site.post(f"{where}/change", fields, hidden=hidden).status_code == 409
        bad = site.post(f"{where}/change", {**fields, "email": "nowhere"}, hidden=hidden)
    assert bad.status_code == 422
    assert 'value="nowhere"' in bad.text
    with database.reading() as session:
        assert contact_details(session, SEAL, case.harmed_id).email == "new@hidden.test"


def test_a_plan_without_its_detail_is_refused_beside_the_field(database, clock):
    case = a_case(database)
    where = f"/liaison/people/{case.harmed_id}/plan"
    with a_site(database, clock) as site:
        site.sign_in(case.liaison)
        answer = site.post(
            where,
            {
                "channel": "letter",
                "calendar_wish": "invitation",
                "agreed_on-day": "9",
                "agreed_on-month": "3",
                "agreed_on-year": "2026",
                "alias": "the library book",
            },
        )
    assert answer.status_code == 422
    assert "A calendar invitation needs e-mail as the agreed channel" in answer.text
    assert "the library book" in answer.text


def test_agreeing_how_to_reach_somebody_turns_the_task_into_a_letter(database, clock):
    case = a_told_case(database, harmed_channel=None)
    where = f"/liaison/people/{case.harmed_id}/plan"
    with a_site(database, clock) as site:
        site.sign_in(case.liaison)
        assert site.get("/liaison").text.count("Agree how it is safe to reach them") == 1
        answer = site.post(
            where,
            {
                "channel": "letter",
                "calendar_wish": "none",
                "agreed_on-day": "9",
                "agreed_on-month": "3",
                "agreed_on-year": "2026",
            },
        )
        assert answer.status_code == 303
        home = site.get("/liaison").text
        [letter] = waiting(database, Side.HARMED)
        printed = site.get(f"/liaison/messages/{letter.message_id}").text
        started = clock.instant
        for _ in range(2):
            clock.instant += timedelta(minutes=14)
            site.get("/account")
        asked = site.get(f"/liaison/messages/{letter.message_id}")
        assert asked.headers.get("location", "").startswith("/account/confirm?")
        clock.instant = started
        site.post(f"/liaison/messages/{letter.message_id}")
    assert "Print and post a letter" in home
    assert "Agree how it is safe" not in home
    assert HARMED_NAME in printed
    assert "9 Heron Reach<br>Farmoor" in printed
    with database.reading() as session:
        assert contact_plan(session, case.harmed_id).channel is Channel.LETTER
        assert get_message(session, letter.message_id).state is MessageState.DONE


def test_a_call_that_fails_is_kept_and_one_that_succeeds_is_done(database, clock):
    case = a_told_case(database, harmed_channel=Channel.PHONE)
    [call] = waiting(database, Side.HARMED)
    where = f"/liaison/messages/{call.message_id}"
    with a_site(database, clock) as site:
        site.sign_in(case.liaison)
        script = site.get(where).text
        assert HARMED_TELEPHONE in script
        assert "What to say" in script
        assert site.post(where, {}).status_code == 422
        site.post(where, {"outcome": "no_answer"})
        assert "No answer" in site.get(where).text.partition("Tried before")[2]
        site.post(where, {"outcome": "reached"})
    with database.reading() as session:
        message = get_message(session, call.message_id)
    assert message.state is MessageState.DONE
    assert message.done_by == case.liaison.account_id


def test_S2_the_other_sides_letters_are_not_a_liaison_officers(database, clock):
    case = a_told_case(database, harmer_channel=Channel.LETTER)
    letters = waiting(database, Side.HARMER)
    where = f"/liaison/messages/{letters[0].message_id}"
    with a_site(database, clock) as site:
        site.sign_in(case.liaison)
        assert site.get(where).status_code == 404
        assert site.post(where, form_at="/account/password").status_code == 404


def test_M5_stopping_contact_stops_what_waits_and_lifting_needs_a_reason(database, clock):
    case = a_told_case(database, harmed_channel=Channel.PHONE)
    [call] = waiting(database, Side.HARMED)
    where = f"/liaison/people/{case.harmed_id}"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.liaison)
        assert site.post(f"{where}/stop", {}).status_code == 422
        assert site.post(f"{where}/stop", {"confirmed": "yes"}).status_code == 303
        stopped = site.get(where).text
        assert waiting(database, Side.HARMED) == []
        assert site.post(f"{where}/lift", {"reason": ""}).status_code == 422
        site.post(f"{where}/lift", {"reason": "they rang and asked"})
        lifted = site.get(where).text
    assert "Contact is stopped since Monday 9 March 2026" in stopped
    assert "Contact is stopped since" not in lifted
    with database.reading() as session:
        assert get_message(session, call.message_id).state is MessageState.STOPPED
        assert get_party(session, case.harmed_id).stopped_at is None


def test_M5_a_no_of_the_other_side_is_lifted_with_a_reason_by_who_is_named_alone(database, clock):
    case = a_told_case(database)
    with database.writing() as session:
        stop_contact(session, case.harmer_id, actor=case.actor, now=NOW, tell=TELLER)
    at = f"/liaison/cases/{case.order_id}"
    lift = f"{at}/people/{case.harmer_id}/lift"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(a_person(database, Role.LIAISON_OFFICER, email="other@n1.test"))
        assert site.get(lift).status_code == 404
        assert site.post(lift, form_at="/account/password").status_code == 404
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.liaison)
        page = site.get(at).text
        assert site.get(f"{at}/people/{case.harmed_id}/lift").status_code == 404
        without_reason = site.post(lift, {"reason": "", "confirmed": "yes"})
        unconfirmed = site.post(lift, {"reason": "he rang and asked"})
        with database.reading() as session:
            assert get_party(session, case.harmer_id).stopped_at == NOW
        lifted = site.post(lift, {"reason": "he rang and asked", "confirmed": "yes"})
        assert lift not in site.get(at).text
        assert site.get(lift).status_code == 409
    assert lift in page
    assert (without_reason.status_code, unconfirmed.status_code) == (422, 422)
    assert "he rang and asked" in unconfirmed.text
    assert lifted.status_code == 303
    with database.reading() as session:
        assert get_party(session, case.harmer_id).stopped_at is None
        [kept] = session.exec(
            select(AuditEntry).where(AuditEntry.action == "lift stop on contact")
        ).all()
    assert (kept.thing_id, kept.reason) == (str(case.harmer_id), "he rang and asked")


def test_times_and_places_are_kept_and_a_line_that_cannot_be_read_is_named(database, clock):
    case = a_case(database)
    where = f"/liaison/people/{case.harmed_id}/availability"
    fields = {
        "hours": "mon-tue 09:00-12:00",
        "away": "01/04/2026 to 3/4/2026\n2026-05-01",
        "avoids": [str(case.venue_id)],
    }
    with a_site(database, clock) as site:
        site.sign_in(case.liaison)
        bad = site.post(where, {**fields, "away": "next week"})
        assert bad.status_code == 422
        assert "next week" in bad.text
        assert site.post(where, fields).status_code == 303
        shown = site.get(where).text
    assert "mon-tue 09:00-12:00" in shown
    with database.reading() as session:
        times = time_of(session, case.harmed_id)
    assert times.avoids == {case.venue_id}
    assert len(times.away) == 2


def test_consent_is_recorded_by_the_liaison_officer(database, clock):
    case = a_case(database)
    where = f"/liaison/people/{case.harmed_id}/consent"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.liaison)
        assert site.post(where, {"value": "yes"}).status_code == 303
    with database.reading() as session:
        record = latest_gates(session, case.order_id)[Gate.CONSENT, case.harmed_id]
    assert record.value is GateValue.YES
    assert record.recorded_by == case.liaison.account_id


@pytest.mark.parametrize("wish", [CalendarWish.NONE, CalendarWish.INVITATION])
def test_a_plan_by_mail_keeps_the_calendar_wish(database, clock, wish):
    case = a_case(database)
    where = f"/liaison/people/{case.harmed_id}/plan"
    with a_site(database, clock) as site:
        site.sign_in(case.liaison)
        site.post(
            where,
            {
                "channel": "email",
                "calendar_wish": wish.value,
                "agreed_on-day": "8",
                "agreed_on-month": "3",
                "agreed_on-year": "2026",
                "shows_place": "yes",
            },
        )
    with database.reading() as session:
        plan = contact_plan(session, case.harmed_id)
    assert plan.calendar_wish is wish
    assert plan.shows_place
    assert not plan.may_leave_voicemail
