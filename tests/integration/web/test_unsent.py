"""Whoever types for longer than the idle time signs in again and finds it all on the page."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from rj.accounts.models import UnsentForm, WebSession
from rj.orders.models import PlanStep
from rj.policy.terms import Role
from tests.builders import an_order
from tests.integration.web.facilitators.cases import a_case
from tests.web_client import PASSWORD, TELLER, Site, TestPerson, a_person, a_site

TYPED = "A long account of how the conversation went"
LATE = timedelta(minutes=20)


def sign_in_again(site: Site, person: TestPerson, then: str) -> str:
    """Where signing in leads, by the page that the form was answered with."""
    assert then.startswith("/sign-in?then=")
    assert "What you typed is kept" in site.get(then).text
    hidden = site.hidden_fields(then)
    typed = {"email": person.email, "password": PASSWORD}
    return site.post("/sign-in", typed, hidden=hidden).headers["location"]


def test_what_was_typed_comes_back_and_nothing_was_done_in_between(database, clock):
    person = a_person(database, Role.COORDINATOR)
    with database.writing() as session:
        page = f"/orders/{an_order(session).id}/preparation"
    with a_site(database, clock) as site:
        site.sign_in(person)
        hidden = site.hidden_fields(page)
        clock.instant += LATE
        late = site.post(page, {"reason": TYPED}, hidden=hidden)
        assert late.status_code == 303
        back = sign_in_again(site, person, late.headers["location"])
        assert back.startswith(f"{page}?kept=")
        shown = site.get(back).text
        assert TYPED in shown
        assert "You were signed out before this was sent" in shown
        with database.reading() as session:
            kept = session.exec(select(UnsentForm)).one()
            assert TYPED.encode() not in kept.sealed
            assert not session.exec(select(PlanStep).where(PlanStep.added_reason == TYPED)).all()
        sent = site.post(page, {"reason": TYPED}, form_at=back)
        assert sent.status_code == 303
        assert TYPED not in site.get(page).text
        site.post("/sign-out", form_at=page)
    with database.reading() as session:
        assert not session.exec(select(UnsentForm)).all()


@pytest.mark.parametrize("who", ["somebody else", "an hour later"])
def test_it_comes_back_for_the_same_account_and_for_an_hour_only(database, clock, who):
    person = a_person(database, Role.COORDINATOR)
    other = a_person(database, Role.COORDINATOR, email="other@service.test")
    with database.writing() as session:
        page = f"/orders/{an_order(session).id}/preparation"
    with a_site(database, clock) as site:
        site.sign_in(person)
        hidden = site.hidden_fields(page)
        clock.instant += LATE
        late = site.post(page, {"reason": TYPED}, hidden=hidden)
        if who == "an hour later":
            clock.instant += timedelta(hours=1)
        back = sign_in_again(
            site, other if who == "somebody else" else person, late.headers["location"]
        )
        assert site.get(back).status_code == 200
        assert TYPED not in site.get(back).text


def test_an_older_version_stays_an_older_version(database, clock):
    person = a_person(database, Role.ADMINISTRATOR)
    page = f"/admin/accounts/{person.account_id}"
    with a_site(database, clock) as site:
        site.sign_in(person)
        hidden = site.hidden_fields(page)
        clock.instant += LATE
        late = site.post(f"{page}/roles", {"roles": ["administrator@"]}, hidden=hidden)
        back = sign_in_again(site, person, late.headers["location"])
        hidden = {**site.hidden_fields(page)}
        site.post(f"{page}/roles", {"roles": ["administrator@"]}, hidden=hidden)
        stale = site.post(f"{page}/roles", {"roles": ["administrator@"]}, form_at=back)
    assert stale.status_code == 409


def test_nothing_is_kept_of_a_session_that_never_was_or_of_a_form_without_its_token(
    database, clock
):
    person = a_person(database, Role.COORDINATOR)
    with database.writing() as session:
        page = f"/orders/{an_order(session).id}/preparation"
    with a_site(database, clock) as site:
        site.sign_in(person)
        hidden = site.hidden_fields(page)
        clock.instant += LATE
        assert site.post(page, {"reason": TYPED}, hidden={}).status_code == 403
        assert site.post(page, {"reason": " "}, hidden=hidden).status_code == 403
        site.client.cookies.set("rj_session", "made up")
        assert site.post(page, {"reason": TYPED}, hidden=hidden).status_code == 403
        with database.writing() as session:
            for kept in session.exec(select(WebSession)):
                session.delete(kept)
    with database.reading() as session:
        assert not session.exec(select(UnsentForm)).all()


def test_what_stood_on_the_answer_to_another_form_is_there_to_copy_from(database, clock):
    case = a_case(database)
    details = f"/liaison/people/{case.harmed_id}/details"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.liaison)
        opened = site.post(details, {"reason": "They moved"})
        known = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', opened.text))
        clock.instant += LATE
        late = site.post(f"{details}/change", {"address": "7 New Lane"}, hidden=known)
        back = site.get(sign_in_again(site, case.liaison, late.headers["location"]))
        assert back.status_code == 200
        assert "7 New Lane" in back.text


def test_a_liaison_officers_plan_and_an_order_typed_in_come_back_whole(database, clock):
    case = a_case(database)
    forms = (
        (case.liaison, f"/liaison/people/{case.harmed_id}/plan", {"safe_times": TYPED}),
        (case.coordinator, "/orders/new", {"crn": "X123456", "sentenced_on-day": "31"}),
    )
    with a_site(database, clock, teller=TELLER) as site:
        for person, page, typed in forms:
            site.sign_out()
            site.sign_in(person)
            hidden = site.hidden_fields(page)
            clock.instant += LATE
            late = site.post(page, typed, hidden=hidden)
            shown = site.get(sign_in_again(site, person, late.headers["location"])).text
            for text in typed.values():
                assert text in shown, page
