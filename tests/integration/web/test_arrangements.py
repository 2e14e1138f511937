"""From the report writer's check to the order's plan: what is confirmed is held, and then kept."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlmodel import select

from rj.conferences.models import HoldState, Meeting, ProvisionalHold
from rj.facilitators.models import Facilitator
from rj.policy.terms import Role
from rj.scheduling.freezing import freeze
from rj.suitability.models import SuitabilityCheck
from tests.builders import AREA, a_facilitator, a_venue_with_rooms, an_order
from tests.integration.web.test_recording_orders import the_order, with_lists
from tests.integration.web.test_reports import ALL_KNOWN, started
from tests.web_client import a_person, a_site


@pytest.fixture
def site(database, clock):
    with database.writing() as session:
        a_venue_with_rooms(session)
        for _ in range(2):
            a_facilitator(session)
    with a_site(database, clock) as found:
        found.sign_in(a_person(database, Role.REPORT_WRITER))
        yield found


def the_hold(database):
    with database.reading() as session:
        return session.exec(select(ProvisionalHold)).one()


def confirmed(site, **facts):
    """A check whose arrangements were confirmed; its address."""
    where = started(site, **{**ALL_KNOWN, **facts})
    answer = site.post(f"{where}/hold", form_at=where)
    assert answer.status_code == 303, answer.text
    return where


def test_days_and_numbers_are_shown_and_nobodys_name(site, database):
    with database.writing() as session:
        an_order(session, reference="NM/2026/OTHER")
        names = [each.name for each in session.exec(select(Facilitator))]
    page = unescape(site.get(started(site, **ALL_KNOWN)).text)

    delivery = page[page.index('id="delivery"') : page.index('id="words"')]
    assert "As things are now" in delivery
    assert "Suitable pairs" in delivery
    assert "Confirm arrangements" in delivery
    assert "Not a promise" in delivery
    for secret in (*names, "NM/2026/OTHER"):
        assert secret not in page


def window_on(page):
    return re.findall(r"Between \d+ \w+ \d{4} and \d+ \w+ \d{4}", unescape(page))


def test_the_conferences_window_stays_as_it_was_when_arrangements_were_confirmed(site):
    where = started(site, **ALL_KNOWN)
    shown = window_on(site.get(where).text)
    assert len(shown) == 1
    site.post(f"{where}/hold", form_at=where)
    page = site.get(where).text
    assert "Arrangements are confirmed" in page
    assert window_on(page) == shown
    assert "Not a promise" in page


def test_confirmed_arrangements_stand_in_the_paragraph_until_released(site, database):
    where = confirmed(site, arrangements="not_known")
    hold = the_hold(database)
    page = unescape(site.get(where).text)

    assert f"reference <strong>{hold.reference}</strong>" in page
    assert f"are provisionally held, reference {hold.reference}, until" in page
    assert "For a sentence passed on 9 March 2026, a first contact by " in page
    assert "first contact is due by 24 March 2026 and the assessment may be later." in page
    assert "has confirmed that arrangements can be made" in page

    assert site.post(f"{where}/hold/release", form_at=where).status_code == 303
    page = unescape(site.get(where).text)
    assert the_hold(database).state is HoldState.RELEASED
    assert "Confirm arrangements" in page
    assert hold.reference not in page


def test_the_form_sent_twice_places_one_hold(site, database):
    where = started(site, **ALL_KNOWN)
    hidden = site.hidden_fields(where)
    for _ in range(2):
        assert site.post(f"{where}/hold", hidden=hidden).status_code == 303
    assert the_hold(database).state is HoldState.STANDING


def test_what_is_taken_meanwhile_is_told_with_what_there_is_instead(site, database):
    where = started(site, **ALL_KNOWN)
    hidden = site.hidden_fields(where)
    with database.writing() as session:
        for each in session.exec(select(Facilitator)):
            each.caseload_cap = each.caseload_norm = 0

    answer = site.post(f"{where}/hold", hidden=hidden)

    assert answer.status_code == 409
    page = unescape(answer.text)
    assert "These dates cannot be held" in page
    assert "Nobody who could lead it is free" in page
    assert 'value="court list 4"' in page


def test_a_check_with_a_hold_keeps_its_day_and_is_not_thrown_away(site, database):
    where = confirmed(site)
    hidden = site.hidden_fields(where)
    other_day = {"hearing_on-day": "20", "hearing_on-month": "3", "hearing_on-year": "2026"}
    refused = site.post(where, {**ALL_KNOWN, **other_day}, hidden=hidden)
    assert refused.status_code == 422
    assert "Release the arrangements first" in unescape(refused.text)

    assert site.post(where, {**ALL_KNOWN, "label": "list 5"}, hidden=hidden).status_code == 303
    assert site.post(f"{where}/discard").status_code == 409
    with database.reading() as session:
        check = session.exec(select(SuitabilityCheck)).one()
    assert check.facts["arrangements"] == "yes"


def test_a_sensitive_case_is_not_held_before_the_lead_decides(site, database):
    where = started(site, **{**ALL_KNOWN, "sensitive": "yes"})
    page = unescape(site.get(where).text)

    assert "Confirm arrangements" not in page
    assert "The RJ lead decides first" in page


def test_the_order_recorded_with_the_reference_keeps_the_hold(site, database, clock):
    confirmed(site)
    hold = the_hold(database)
    clock.instant += timedelta(hours=3)
    with_lists(database)
    site.sign_in(a_person(database, Role.COORDINATOR))
    refused = site.post("/orders/new", the_order(hold="PH-NOSUCH"))
    assert refused.status_code == 422
    assert "No provisional hold of this area stands" in refused.text
    typed = the_order(sentenced_on__day="9", hold=f" {hold.reference.lower()} ")
    recorded = site.post("/orders/new", typed)
    assert recorded.status_code == 303, recorded.text

    page = unescape(site.get(recorded.headers["location"]).text)
    assert hold.reference in page
    with database.reading() as session:
        meetings = session.exec(select(Meeting).order_by(Meeting.starts_at)).all()
        assert [each.starts_at for each in meetings] == [
            hold.contact_starts_at,
            hold.assessment_starts_at,
        ]
        assert freeze(session, AREA, now=clock.now()).freed == ()


def test_coordinators_see_what_is_held_and_give_it_back(site, database):
    confirmed(site)
    hold = the_hold(database)
    coordinator = a_person(database, Role.COORDINATOR)
    site.sign_in(a_person(database, Role.COORDINATOR, area_id="elsewhere"))
    for path in ("/planning/holds", "/today", f"/week?day={hold.contact_starts_at.date()}"):
        shown = site.get(path)
        assert shown.status_code == 200
        assert hold.reference not in shown.text
        assert str(hold.id) not in shown.text
    site.sign_in(coordinator)
    assert hold.reference in site.get("/planning/holds").text
    week = site.get(f"/week?day={hold.contact_starts_at.date()}").text
    assert f"/planning/holds/{hold.id}" in week
    assert "first contact, provisional hold" in week.lower()
    released = site.post(f"/planning/holds/{hold.id}/release", form_at=f"/planning/holds/{hold.id}")
    assert released.status_code == 303
    assert hold.reference not in site.get("/planning/holds").text
    assert the_hold(database).state is HoldState.RELEASED
    assert "Released" in site.get(f"/planning/holds/{hold.id}").text


def test_a_hold_near_its_end_is_among_what_needs_a_coordinator_today(site, database, clock):
    confirmed(site)
    hold = the_hold(database)
    coordinator = a_person(database, Role.COORDINATOR)
    site.sign_in(coordinator)
    assert hold.reference not in site.get("/today").text
    clock.instant += timedelta(days=21)
    site.sign_in(coordinator)
    assert hold.reference in site.get("/today").text


def test_a_held_call_that_passed_is_named_today_until_its_order_has_another(site, database, clock):
    confirmed(site)
    hold = the_hold(database)
    coordinator = a_person(database, Role.COORDINATOR)
    clock.instant = hold.contact_ends_at + timedelta(minutes=30)
    site.sign_in(coordinator)
    today = site.get("/today").text
    assert f"/planning/holds/{hold.id}" in today
    assert "has passed and no order came" in today

    with_lists(database)
    recorded = site.post("/orders/new", the_order(sentenced_on__day="9", hold=hold.reference))

    assert recorded.status_code == 303, recorded.text
    assert "has passed and no order came" not in site.get("/today").text
    assert "the same facilitator now calls on" in site.get(recorded.headers["location"]).text


def test_an_order_that_came_by_file_is_given_its_hold_later(site, database):
    confirmed(site)
    hold = the_hold(database)
    with database.writing() as session:
        order = an_order(session, reference="NM/2026/FILE", sentenced_on=hold.sentence_on)
        an_order(session, reference="EL/1", area="elsewhere")
    site.sign_in(a_person(database, Role.COORDINATOR))
    here = f"/planning/holds/{hold.id}"
    refused = site.post(f"{here}/keep", {"order": "EL/1"}, form_at=here)
    assert refused.status_code == 422
    assert "No order of this area has this reference" in refused.text

    kept = site.post(f"{here}/keep", {"order": "nm/2026/file"}, form_at=here)
    assert kept.headers["location"] == f"/orders/{order.id}"
    assert the_hold(database).state is HoldState.KEPT
    assert "taken it over" in site.get(here).text
