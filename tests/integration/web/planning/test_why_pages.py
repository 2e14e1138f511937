"""Asking a proposal why, why not somebody else, and what would help."""

import re
from html import unescape

from sqlmodel import select

from rj.facilitators.models import Facilitator
from rj.orders.queries import find_order_by_reference, venues_agreed
from rj.policy.terms import Role, Stage
from rj.venues.models import Venue
from tests.builders import AREA
from tests.integration.web.planning.county import a_desk, strangers
from tests.scheduling_builders import a_county, a_solved_run, a_step
from tests.web_client import TELLER, a_person, a_site


def why_of(desk, stage, number=0):
    order = desk.county.orders[number]
    with desk.database.reading() as session:
        return f"{desk.case(number)}/steps/{a_step(session, order, stage).id}/why"


def text_of(page):
    return " ".join(unescape(re.sub("<[^>]+>", " ", page.text)).split())


def test_each_facilitator_not_chosen_has_the_one_thing_that_decided(database, clock):
    with a_desk(database, clock, orders=1) as desk:
        here = why_of(desk, Stage.ASSESSMENT)
        assert here in desk.site.get(desk.case()).text
        everybody = desk.site.get(here)
        assert everybody.status_code == 200
        assert ">Chosen<" in everybody.text
        for each in desk.county.facilitators:
            assert each.name in everybody.text
            asked = desk.site.get(f"{here}?facilitator={each.id}").text
            [said] = re.findall(r'id="answer">(.*?)</div>', asked)
            assert each.name in said
        assert "What would help" not in everybody.text


def test_a_stage_without_a_meeting_offers_verified_remedies_filled_in(database, clock):
    with database.writing() as session:
        county = a_county(session, orders=1)
        for each in session.exec(select(Facilitator)):
            each.caseload_cap = 0
            each.caseload_norm = 0
    run_id = a_solved_run(database, county.actor)
    with database.reading() as session:
        step = a_step(session, county.orders[0], Stage.CONTACT)
    run = f"/planning/{run_id}"
    here = f"{run}/cases/{county.orders[0].id}/steps/{step.id}/why"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(a_person(database, Role.COORDINATOR, area_id=AREA))
        assert here in site.get(run).text
        shown = site.get(here)
        told = text_of(shown)
        assert "could lead it, but may take no case more." in told
        assert "could lead one case more. Then " in told
        filled = unescape(re.search(r'href="([^"]+caseload_cap=1)"', shown.text)[1])
        form = site.get(filled)
        assert "Nothing is changed until you save it" in form.text
        assert re.search(r'name="caseload_cap"[^>]*value="1"', form.text)


def test_a_building_is_agreed_for_a_case_by_the_button(database, clock):
    with a_desk(database, clock, orders=1) as desk:
        here = why_of(desk, Stage.ASSESSMENT)
        with database.reading() as session:
            venue = session.exec(select(Venue)).one()
            assert venues_agreed(session, desk.county.orders[0].id) == frozenset()
        agreed = desk.site.post(here, {"venue": str(venue.id)})
        assert agreed.status_code == 303
        with database.reading() as session:
            order = find_order_by_reference(session, desk.county.orders[0].reference)
            assert venues_agreed(session, order.id) == {venue.id}
        elsewhere = desk.site.post(here, {"venue": str(order.id)})
        assert elsewhere.status_code == 404


def test_other_roles_and_other_cases_get_no_answer(database, clock):
    with a_desk(database, clock, orders=2) as desk:
        here = why_of(desk, Stage.ASSESSMENT)
        mixed = here.replace(str(desk.county.orders[0].id), str(desk.county.orders[1].id))
        assert desk.site.get(mixed).status_code == 404
        for _ in strangers(desk.site, database):
            assert desk.site.get(here).status_code in {403, 404}
