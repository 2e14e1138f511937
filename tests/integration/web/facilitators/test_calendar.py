"""A facilitator's calendar addresses: shown once, listed, revoked, renewed."""

import re
from uuid import uuid4

from sqlmodel import select

from rj.calendars.feeds import feeds_of
from rj.calendars.models import Feed
from rj.facilitators.queries import get_facilitator
from rj.policy.terms import CalendarWish, Role
from tests.builders import AREA, a_facilitator
from tests.integration.web.facilitators.cases import a_case
from tests.web_client import a_person, a_site

ADDRESS = re.compile(r'value="http://testserver\.local(/feeds/[^"]+\.ics)"')


def an_address(site, device="My phone"):
    answer = site.post("/my/calendar/devices", {"device": device}, form_at="/my/calendar")
    assert answer.status_code == 200
    return ADDRESS.search(answer.text)[1]


def test_an_address_is_shown_once_and_works(database, clock):
    case = a_case(database, calendar_wish=CalendarWish.INVITATION)
    with a_site(database, clock) as site:
        site.sign_in(case.facilitator)
        address = an_address(site)
        later = site.get("/my/calendar").text
        site.sign_out()
        feed = site.get(address)
    assert feed.status_code == 200
    assert "My phone" in later
    assert address not in later
    with database.reading() as session:
        assert get_facilitator(session, case.facilitator_id).calendar_wish is CalendarWish.FEED
        [kept] = feeds_of(session, case.facilitator_id)
    assert kept.token_fingerprint not in address


def test_a_double_click_makes_one_address(database, clock):
    case = a_case(database)
    with a_site(database, clock) as site:
        site.sign_in(case.facilitator)
        hidden = site.hidden_fields("/my/calendar")
        fields = {"device": "Laptop"}
        site.post("/my/calendar/devices", fields, hidden=hidden)
        again = site.post("/my/calendar/devices", fields, hidden=hidden)
    assert again.status_code == 303
    with database.reading() as session:
        assert len(feeds_of(session, case.facilitator_id)) == 1


def test_each_form_of_a_page_acts_for_itself(database, clock):
    case = a_case(database)
    with a_site(database, clock) as site:
        site.sign_in(case.facilitator)
        an_address(site)
        keys = re.findall(r'name="_form_key" value="([^"]+)"', site.get("/my/calendar").text)
    assert len(keys) >= 4
    assert len(set(keys)) == len(keys)


def test_revoking_and_renewing_end_the_old_address_at_once(database, clock):
    case = a_case(database)
    with a_site(database, clock) as site:
        site.sign_in(case.facilitator)
        first = an_address(site)
        with database.reading() as session:
            [feed] = feeds_of(session, case.facilitator_id)
        renewed = site.post(f"/my/calendar/devices/{feed.id}/renew", form_at="/my/calendar")
        second = ADDRESS.search(renewed.text)[1]
        assert [site.get(path).status_code for path in (first, second)] == [404, 200]
        with database.reading() as session:
            [feed] = feeds_of(session, case.facilitator_id)
        site.post(f"/my/calendar/devices/{feed.id}/revoke", form_at="/my/calendar")
        assert site.get(second).status_code == 404
        assert "No device subscribes yet" in site.get("/my/calendar").text


def test_S2_somebody_elses_device_is_not_there(database, clock):
    case = a_case(database)
    other = a_person(database, Role.FACILITATOR, area_id=AREA, email="other@staff.test")
    with database.writing() as session:
        a_facilitator(session, account_id=other.account_id)
    with a_site(database, clock) as site:
        site.sign_in(case.facilitator)
        address = an_address(site)
        with database.reading() as session:
            feed = session.exec(select(Feed)).one()
        site.sign_in(other)
        for feed_id in (feed.id, uuid4()):
            for act in ("revoke", "renew"):
                path = f"/my/calendar/devices/{feed_id}/{act}"
                assert site.post(path, form_at="/my/calendar").status_code == 404
        assert site.get(address).status_code == 200


def test_a_device_needs_a_name(database, clock):
    case = a_case(database)
    with a_site(database, clock) as site:
        site.sign_in(case.facilitator)
        answer = site.post("/my/calendar/devices", {"device": " "}, form_at="/my/calendar")
    assert answer.status_code == 422
    assert "Enter a name for the device" in answer.text


def test_switching_back_to_invitations_is_kept(database, clock):
    case = a_case(database)
    with a_site(database, clock) as site:
        site.sign_in(case.facilitator)
        site.post("/my/calendar/wish", {"wish": "invitation"}, form_at="/my/calendar")
    with database.reading() as session:
        wish = get_facilitator(session, case.facilitator_id).calendar_wish
    assert wish is CalendarWish.INVITATION
