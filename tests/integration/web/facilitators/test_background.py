"""What a facilitator brings along: past conferences and conflicts of interest."""

from uuid import uuid4

import pytest

from rj.facilitators.models import FacilitatorArea
from rj.facilitators.queries import conflicts_of, get_facilitator, past_conferences_of
from rj.orders.queries import get_order
from rj.policy.terms import Role, Stage
from tests.builders import an_area, an_order
from tests.integration.web.facilitators.cases import CANARIES, a_case
from tests.web_client import a_person, a_site


@pytest.fixture
def case(database):
    return a_case(database, stages=(Stage.ASSESSMENT,))


@pytest.fixture
def site(database, clock, case):
    with a_site(database, clock) as opened:
        opened.sign_in(case.coordinator)
        yield opened


def held(day, month, year):
    return {"held_on-day": day, "held_on-month": month, "held_on-year": year}


def test_a_past_conference_counts_in_its_year_once_and_can_be_taken_back(site, database, case):
    where = f"/facilitators/{case.facilitator_id}"
    with database.reading() as session:
        accredited = get_facilitator(session, case.facilitator_id).accredited_on
    before = site.get("/facilitators").text
    day = held(
        str(accredited.day), str(accredited.month), str(2026 if accredited.month < 3 else 2025)
    )
    hidden = site.hidden_fields(where)
    for _ in range(2):
        assert site.post(f"{where}/past-conferences", day, hidden=hidden).status_code == 303
    with database.reading() as session:
        [past] = past_conferences_of(session, case.facilitator_id)
    assert before.count("1 held") + 1 == site.get("/facilitators").text.count("1 held")
    site.post(f"{where}/past-conferences/{past.id}/remove", form_at=where)
    with database.reading() as session:
        assert past_conferences_of(session, case.facilitator_id) == []


def test_a_day_that_cannot_be_is_refused(site, case):
    where = f"/facilitators/{case.facilitator_id}"
    for day, message in (
        (held("1", "1", "1990"), "The day must lie between the training and today"),
        (held("1", "1", "2027"), "The day must lie between the training and today"),
        (held("30", "2", "2025"), "Day of the conference must be a real date"),
        (held("", "", ""), "Enter the day of the conference"),
    ):
        answer = site.post(f"{where}/past-conferences", day, form_at=where)
        assert (answer.status_code, message in answer.text) == (422, True), message


def test_a_conflict_is_recorded_by_case_shown_and_taken_back(site, database, case):
    where = f"/facilitators/{case.facilitator_id}"
    with database.reading() as session:
        order = get_order(session, case.order_id)
        reference, officer_id = order.reference, order.responsible_officer_id
    there = site.post(f"{where}/conflicts", {"case": f" {reference} "}, form_at=where)
    here = there.headers["location"]
    asked = site.get(here).text
    assert "Jay" in asked
    assert not [each for each in CANARIES if each in asked]
    assert "Already booked with them" in asked
    people = [str(case.harmed_id), str(officer_id)]
    for _ in range(2):
        assert site.post(here, {"people": people}).headers["location"] == where
    shown = site.get(where).text
    assert f"<strong>{reference}</strong><br>Harmed person" in shown
    assert "responsible officer" in shown
    assert "has a conflict of interest with the case" in site.get("/today").text
    with database.reading() as session:
        assert {str(each) for each in conflicts_of(session, case.facilitator_id)} == set(people)
    site.post(here, {"people": []})
    with database.reading() as session:
        assert conflicts_of(session, case.facilitator_id) == frozenset()


def test_a_case_that_is_not_ones_own_is_not_there(site, database, case):
    where = f"/facilitators/{case.facilitator_id}"
    with database.writing() as session:
        elsewhere = an_order(session, area="S9")
        reference, order_id = elsewhere.reference, elsewhere.id
    for typed in (reference, "nonsense <b>", ""):
        answer = site.post(f"{where}/conflicts", {"case": typed}, form_at=where)
        assert answer.status_code == 422
        assert "<b>" not in answer.text
    assert site.get(f"{where}/conflicts/{order_id}").status_code == 404
    other = site.post(
        f"{where}/conflicts/{case.order_id}",
        {"people": [str(uuid4())]},
        form_at=f"{where}/conflicts/{case.order_id}",
    )
    assert "Select people of this case" in other.text


def test_conflicts_of_other_areas_are_counted_not_named(site, database, case):
    where = f"/facilitators/{case.facilitator_id}"
    here = f"{where}/conflicts/{case.order_id}"
    site.post(here, {"people": [str(case.harmer_id)]})
    with database.writing() as session:
        an_area(session, "S9")
        session.add(FacilitatorArea(facilitator_id=case.facilitator_id, area_id="S9"))
    site.sign_in(a_person(database, Role.COORDINATOR, area_id="S9"))
    shown = site.get(where).text
    assert "1 in other areas" in shown
    assert str(case.order_id) not in shown
