"""A coordinator records facilitators, and joins each to the account they sign in with."""

import pytest

from rj.facilitators.models import FacilitatorArea
from rj.facilitators.queries import (
    areas_of,
    facilitators_in,
    find_facilitator_of_account,
    mentors_of,
)
from rj.policy.terms import CalendarWish, PracticeLevel, Role
from tests.builders import AREA, a_facilitator, an_area
from tests.web_client import a_person, a_site


def a_day(name, day, month, year):
    return {f"{name}-day": str(day), f"{name}-month": str(month), f"{name}-year": str(year)}


AMINA = {
    "name": "Amina Barre",
    "code": "AB1",
    "email": "amina.barre@service.test",
    "level": "intermediate",
    **a_day("trained_on", 3, 3, 2024),
    **a_day("accredited_on", 4, 3, 2024),
    "skills": ["domestic_abuse"],
    "languages": ["en", "so"],
    "areas": [AREA],
    "hours": "mon-fri 09:00-17:00",
    "weekly_minutes": "7.5",
    "four_week_minutes": "16",
    "caseload_norm": "4",
    "caseload_cap": "6",
    "base_x": "0",
    "base_y": "0",
    "language": "en",
    "is_active": "yes",
}


@pytest.fixture
def site(database, clock):
    with a_site(database, clock) as opened:
        opened.sign_in(a_person(database, Role.COORDINATOR, area_id=AREA))
        yield opened


def test_a_facilitator_is_recorded_once_and_can_sign_in_to_their_own_pages(site, database):
    account = a_person(database, Role.FACILITATOR, area_id=AREA, name="Amina Barre")
    entered = AMINA | {"account_id": str(account.account_id)}
    hidden = site.hidden_fields("/facilitators/new")
    made = site.post("/facilitators/new", entered, hidden=hidden)
    again = site.post("/facilitators/new", entered, hidden=hidden)
    assert (made.status_code, again.headers["location"]) == (303, made.headers["location"])
    assert "Amina Barre" in site.get(made.headers["location"]).text
    with database.reading() as session:
        [kept] = facilitators_in(session, [AREA])
        assert find_facilitator_of_account(session, account.account_id).id == kept.id
    assert (kept.weekly_minutes, kept.four_week_minutes) == (450, 960)
    assert kept.languages == ["en", "so"]
    assert kept.calendar_wish is CalendarWish.INVITATION
    site.sign_in(account)
    assert "not joined to a facilitator" not in site.get("/my/meetings").text


def test_nonsense_is_refused_beside_its_field_and_stays(site):
    nonsense = AMINA | {"weekly_minutes": "lots", "hours": "always"}
    answer = site.post("/facilitators/new", nonsense)
    assert answer.status_code == 422
    assert "Most hours a week must be a number, like 15 or 7.5" in answer.text
    assert "Working hours: hours are written like" in answer.text
    assert 'value="lots"' in answer.text
    missing = site.post("/facilitators/new", {"name": "Amina"})
    assert "Select the practice level" in missing.text
    assert "Enter the last day of the training" in missing.text
    elsewhere = site.post("/facilitators/new", AMINA | {"areas": ["S9"]})
    assert "Select from your own areas" in elsewhere.text


def test_an_account_is_joined_to_one_facilitator_only(site, database):
    account = a_person(database, Role.FACILITATOR, area_id=AREA)
    joined = {"account_id": str(account.account_id)}
    site.post("/facilitators/new", AMINA | joined)
    assert str(account.account_id) not in site.get("/facilitators/new").text
    second = site.post("/facilitators/new", AMINA | joined | {"code": "AB2"})
    assert second.status_code == 422
    assert "Choose an account from the list" in second.text


def test_a_change_keeps_what_the_form_does_not_ask(site, database):
    with database.writing() as session:
        an_area(session, "S9")
        elsewhere = a_facilitator(session, "Mari", areas=["S9"], level=PracticeLevel.ADVANCED)
        standing = a_facilitator(
            session, "Bryn", mentors=[elsewhere], calendar_wish=CalendarWish.FEED
        )
        session.add(FacilitatorArea(facilitator_id=standing.id, area_id="S9"))
        standing_id = standing.id
    path = f"/facilitators/{standing_id}/change"
    assert 'value="Bryn"' in site.get(path).text
    earlier = site.hidden_fields(path)
    assert site.post(path, AMINA | {"is_active": []}).status_code == 303
    with database.reading() as session:
        assert facilitators_in(session, [AREA]) == []
        [kept] = facilitators_in(session, [AREA], also_inactive=True)
        assert areas_of(session, standing_id) == [AREA, "S9"]
        assert mentors_of(session, standing_id) == [elsewhere.id]
    assert (kept.name, kept.calendar_wish) == ("Amina Barre", CalendarWish.FEED)
    assert "No longer active" in site.get("/facilitators").text
    assert site.post(path, AMINA, hidden=earlier).status_code == 409


def test_a_facilitator_of_other_areas_is_not_there(site, database):
    with database.writing() as session:
        other_id = a_facilitator(session, "Carys", areas=["S9"]).id
    assert site.get(f"/facilitators/{other_id}/change").status_code == 404
