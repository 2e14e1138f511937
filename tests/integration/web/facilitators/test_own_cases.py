"""A facilitator's own meetings and cases, from a phone."""

from datetime import timedelta
from uuid import uuid4

from sqlmodel import select

from rj.audit.models import AuditEntry
from rj.conferences.gates import record_gate
from rj.conferences.models import MeetingState
from rj.conferences.queries import get_meeting, latest_gates
from rj.orders.queries import contact_attempts, get_order
from rj.policy.terms import ContactOutcome, Gate, GateValue, Role, Stage
from tests.builders import AREA, NOW, a_facilitator
from tests.integration.web.facilitators.cases import (
    CANARIES,
    HARMED_CHOSEN,
    HARMER_NAME,
    HARMER_TELEPHONE,
    a_case,
)
from tests.web_client import TELLER, a_person, a_site

AN_ATTEMPT = {
    "outcome": "reached",
    "attempted_at-day": "9",
    "attempted_at-month": "3",
    "attempted_at-year": "2026",
    "at_time": "8:45",
    "note": "Prefers mornings",
}


def test_own_meetings_are_listed_with_the_next_one_first(database, clock):
    case = a_case(database)
    with a_site(database, clock) as site:
        site.sign_in(case.facilitator)
        text = site.get("/my/meetings").text
    assert text.index("Wednesday 11 March 2026") < text.index("Monday 16 March 2026")
    assert text.count("rj-appointment__when") == 5
    assert "0 held and 0 booked of 3" in text
    assert "By telephone" in text


def test_somebody_without_meetings_or_record_is_told_so(database, clock):
    with database.writing() as session:
        a_facilitator(session)
    unlinked = a_person(database, Role.FACILITATOR, area_id=AREA)
    with a_site(database, clock) as site:
        site.sign_in(unlinked)
        assert "not joined to a facilitator" in site.get("/my/meetings").text
        assert "You have no open cases" in site.get("/my/cases").text
        assert "not joined to a facilitator" in site.get("/my/calendar").text


def test_a_case_shows_how_to_reach_the_person_on_probation_and_is_noted(database, clock):
    case = a_case(database)
    with a_site(database, clock) as site:
        site.sign_in(case.facilitator)
        assert f"/my/cases/{case.order_id}" in site.get("/my/cases").text
        text = site.get(f"/my/cases/{case.order_id}").text
    assert HARMER_NAME in text
    assert HARMER_TELEPHONE in text
    assert "Still needed before its people are told" in text
    assert HARMER_NAME not in text.partition("</title>")[0]
    with database.reading() as session:
        [viewed] = session.exec(
            select(AuditEntry).where(AuditEntry.action == "viewed", AuditEntry.thing == "order")
        )
    assert viewed.account_id == case.facilitator.account_id
    assert viewed.order_id == case.order_id


def test_S4_no_page_of_a_facilitator_shows_how_to_reach_a_harmed_person(database, clock):
    case = a_case(database)
    here = f"/my/cases/{case.order_id}"
    with a_site(database, clock) as site:
        site.sign_in(case.facilitator)
        pages = [
            site.get(path)
            for path in (
                "/my/meetings",
                "/my/cases",
                "/my/calendar",
                here,
                f"{here}/contact",
                f"{here}/gates/suitable",
                f"{here}/people/{case.harmed_id}/gates/readiness",
            )
        ]
    assert [page.status_code for page in pages] == [200] * 7
    for page in pages:
        assert not [canary for canary in CANARIES if canary in page.text]
        assert HARMED_CHOSEN not in page.text, "not before they have agreed"


def test_the_chosen_name_shows_once_the_harmed_person_has_agreed(database, clock):
    case = a_case(database)
    with database.writing() as session:
        record_gate(
            session,
            case.order_id,
            gate=Gate.CONSENT,
            value=GateValue.YES,
            party_id=case.harmed_id,
            actor=case.actor,
            now=NOW,
            tell=TELLER,
        )
    with a_site(database, clock) as site:
        site.sign_in(case.facilitator)
        assert HARMED_CHOSEN in site.get(f"/my/cases/{case.order_id}").text


def test_S2_somebody_elses_case_is_not_there(database, clock):
    case = a_case(database)
    other = a_person(database, Role.FACILITATOR, area_id=AREA, email="other@staff.test")
    with database.writing() as session:
        a_facilitator(session, account_id=other.account_id)
    paths = (
        "/my/cases/{}",
        "/my/cases/{}/contact",
        "/my/cases/{}/gates/suitable",
    )
    with a_site(database, clock) as site:
        site.sign_in(other)
        for path in paths:
            assert site.get(path.format(case.order_id)).status_code == 404
            assert site.get(path.format(uuid4())).status_code == 404
        meeting = case.meetings[Stage.ASSESSMENT]
        assert site.get(f"/my/meetings/{meeting}/outcome").status_code == 404
        answer = site.post(f"/my/cases/{case.order_id}/contact", AN_ATTEMPT, form_at="/my/calendar")
        assert answer.status_code == 404
        site.sign_in(case.coordinator)
        assert site.get(f"/my/cases/{case.order_id}").status_code == 403
    with database.reading() as session:
        assert contact_attempts(session, case.order_id) == []


def test_a_successful_attempt_stops_the_clock_and_is_kept_once(database, clock):
    case = a_case(database)
    here = f"/my/cases/{case.order_id}"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.facilitator)
        hidden = site.hidden_fields(f"{here}/contact")
        answers = [site.post(f"{here}/contact", AN_ATTEMPT, hidden=hidden) for _ in range(2)]
        text = site.get(here).text
    assert [answer.headers["location"] for answer in answers] == [here, here]
    assert "Contact made in time" in text
    assert "Prefers mornings" in text
    assert "First contact (Wednesday 11 March 2026, 10am) is called off" in text
    with database.reading() as session:
        assert get_order(session, case.order_id).first_contacted_on == NOW.date()
        [attempt] = contact_attempts(session, case.order_id)
    assert attempt.outcome is ContactOutcome.REACHED


def test_a_message_that_was_not_agreed_is_kept_only_with_what_was_left_r61(database, clock):
    case = a_case(database)
    page = f"/my/cases/{case.order_id}/contact"
    left = {**AN_ATTEMPT, "outcome": "message_left", "note": "  "}
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.facilitator)
        before = site.get(page).text
        refused = site.post(page, left)
        kept = site.post(page, {**left, "note": "Only my name, on his own telephone"})
    assert f'href="tel:{HARMER_TELEPHONE.replace(" ", "")}"' in before
    assert "Leave none" in before
    assert refused.status_code == 422
    assert "No message was agreed with this person" in refused.text
    assert kept.status_code == 303
    with database.reading() as session:
        [attempt] = contact_attempts(session, case.order_id)
        order = get_order(session, case.order_id)
        assert attempt.outcome is ContactOutcome.MESSAGE_LEFT
        assert order.first_attempted_at is not None
        assert order.is_awaiting_first_contact, "an attempt stops no clock (R17)"


def test_what_was_typed_stays_when_the_attempt_cannot_be_kept(database, clock):
    case = a_case(database)
    with a_site(database, clock) as site:
        site.sign_in(case.facilitator)
        answer = site.post(
            f"/my/cases/{case.order_id}/contact",
            {**AN_ATTEMPT, "at_time": "25:00", "note": "Left with the neighbour"},
        )
    assert answer.status_code == 422
    assert "Time of the attempt must be a time" in answer.text
    assert "Left with the neighbour" in answer.text
    assert 'value="25:00"' in answer.text


def test_recording_suitable_tells_preparation_and_says_to_whom(database, clock):
    case = a_case(database)
    where = f"/my/cases/{case.order_id}/gates/suitable"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.facilitator)
        asked = site.get(where).text
        assert "The assessment&#39;s finding has not been recorded" in asked
        answer = site.post(where, {"value": "yes", "note": ""})
        text = site.get(answer.headers["location"]).text
    assert "Preparation (Tuesday 24 March 2026, 10am) is told now to" in text
    assert "Fay Lead" in text
    with database.reading() as session:
        told = get_meeting(session, case.meetings[Stage.PREPARATION])
        assert told.state is MeetingState.TOLD


def test_not_yet_is_kept_and_tells_nobody(database, clock):
    case = a_case(database)
    where = f"/my/cases/{case.order_id}/people/{case.harmer_id}/gates/consent"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.facilitator)
        answer = site.post(where, {"value": "not_yet", "note": "Wants to think"})
        text = site.get(answer.headers["location"]).text
    assert "Nobody is told anything new by this" in text
    assert "Consent of the person on probation is recorded as not yet" in text
    with database.reading() as session:
        record = latest_gates(session, case.order_id)[Gate.CONSENT, case.harmer_id]
    assert record.value is GateValue.NOT_YET
    assert record.note == "Wants to think"


def test_a_finding_must_be_chosen(database, clock):
    case = a_case(database)
    with a_site(database, clock) as site:
        site.sign_in(case.facilitator)
        answer = site.post(f"/my/cases/{case.order_id}/gates/suitable", {"note": "kept"})
    assert answer.status_code == 422
    assert "Select what you found" in answer.text
    assert ">kept</textarea>" in answer.text


def test_a_harmed_persons_consent_is_not_a_facilitators_to_record(database, clock):
    case = a_case(database)
    where = f"/my/cases/{case.order_id}/people/{case.harmed_id}/gates/consent"
    with a_site(database, clock) as site:
        site.sign_in(case.facilitator)
        page = site.get(f"/my/cases/{case.order_id}").text
        assert where not in page
        assert "Recorded by the liaison officer" in page
        assert site.get(where).status_code == 404
        answer = site.post(where, {"value": "yes"}, form_at="/my/calendar")
    assert answer.status_code == 404
    with database.reading() as session:
        assert latest_gates(session, case.order_id) == {}


def test_an_outcome_out_of_turn_is_asked_for_beside_its_field(database, clock):
    case = a_case(database)
    meeting_id = case.meetings[Stage.ASSESSMENT]
    with a_site(database, clock, teller=TELLER) as site:
        clock.instant = NOW + timedelta(days=8)
        site.sign_in(case.facilitator)
        answer = site.post(f"/my/meetings/{meeting_id}/outcome", {"outcome": "attended_complied"})
    assert answer.status_code == 422
    assert answer.text.count("Record that the first contact was made first") == 2
    with database.reading() as session:
        assert get_meeting(session, meeting_id).outcome is None


def test_an_outcome_completes_the_step_and_only_after_it_has_begun(database, clock):
    case = a_case(database)
    meeting_id = case.meetings[Stage.ASSESSMENT]
    where = f"/my/meetings/{meeting_id}/outcome"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.facilitator)
        assert site.get(where).status_code == 409
        here = f"/my/cases/{case.order_id}/contact"
        site.post(here, AN_ATTEMPT)
        clock.instant = NOW + timedelta(days=8)
        site.sign_in(case.facilitator)
        assert where in site.get("/my/meetings").text
        answer = site.post(where, {"outcome": "attended_complied"})
        text = site.get(answer.headers["location"]).text
    assert "Outcome recorded" in text
    with database.reading() as session:
        assert get_meeting(session, meeting_id).state is MeetingState.OCCURRED


def test_a_facilitator_sends_the_sheet_of_an_own_case_to_the_officer_once(database, clock):
    case = a_case(database)
    at = f"/my/cases/{case.order_id}/hand-over"
    with a_site(database, clock) as site:
        site.sign_in(case.facilitator)
        hidden = site.hidden_fields(at)
        assert [site.post(at, hidden=hidden).status_code for _ in range(2)] == [303, 303]
        assert site.get(at).text.count("Waiting to be sent") == 1
        site.sign_in(a_person(database, Role.FACILITATOR, area_id=AREA, email="other@staff.test"))
        assert site.post(at, hidden=site.hidden_fields("/my/calendar")).status_code == 404
