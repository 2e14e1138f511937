"""A coordinator records buildings and rooms; nothing but the pages is needed for it."""

from uuid import uuid4

import pytest

from rj.policy.terms import Role
from rj.venues.queries import closures_of, rooms_of, venues_in
from tests.builders import AREA, a_venue_with_rooms
from tests.web_client import a_person, a_site

A_HALL = {
    "name": "Chapel hall",
    "code": "N1-77",
    "street_name": "Chapel hall",
    "address": "3 Chapel Lane, Ashbeck, ZZ1 4BB",
    "area_id": AREA,
    "hours": "mon-fri 09:00-17:00",
    "x": "4",
    "y": "-2",
    "is_active": "yes",
}
A_ROOM = {
    "name": "Long room",
    "capacity": "8",
    "features": ["step_free"],
    "turnaround_minutes": "30",
    "is_active": "yes",
}


@pytest.fixture
def site(database, clock):
    with a_site(database, clock) as opened:
        opened.sign_in(a_person(database, Role.COORDINATOR, area_id=AREA))
        yield opened


def test_a_venue_and_its_room_are_recorded_once(site, database):
    assert "Your areas have no venue yet" in site.get("/venues").text
    hidden = site.hidden_fields("/venues/new")
    made = site.post("/venues/new", A_HALL, hidden=hidden)
    again = site.post("/venues/new", A_HALL, hidden=hidden)
    here = made.headers["location"]
    assert again.headers["location"] == here
    assert site.post(f"{here}/rooms/new", A_ROOM).headers["location"] == here
    shown = site.get(here).text
    assert "Long room" in shown
    assert "8 seats, 30 minutes&#39; rest between uses, step-free" in shown
    with database.reading() as session:
        [venue] = venues_in(session, [AREA])
        [room] = rooms_of(session, [venue.id])
    assert (venue.y, venue.hours[0], room.capacity) == (-2, ["mon", "09:00", "17:00"], 8)

    beside = A_ROOM | {"name": "Waiting room", "taken_with": [str(room.id)]}
    assert site.post(f"{here}/rooms/new", beside).headers["location"] == here
    assert "taken together with Long room" in site.get(here).text
    odd = site.post(f"{here}/rooms/new", A_ROOM | {"taken_with": [str(venue.id)]})
    assert "Select other rooms of this building" in odd.text


def test_nonsense_is_refused_beside_its_field_and_stays(site):
    nonsense = A_HALL | {"hours": "all day", "x": "near", "name": ""}
    answer = site.post("/venues/new", nonsense)
    assert answer.status_code == 422
    assert "Enter the name" in answer.text
    assert "Kilometres east must be a whole number" in answer.text
    assert 'value="all day"' in answer.text
    odd_hours = site.post("/venues/new", A_HALL | {"hours": "all day"})
    assert "Opening hours: hours are written like mon-fri 09:00-17:00" in odd_hours.text
    elsewhere = site.post("/venues/new", A_HALL | {"area_id": "S9"})
    assert "Select one of your areas" in elsewhere.text


def test_a_venue_taken_out_of_use_stays_in_the_list_to_be_taken_back(site, database):
    with database.writing() as session:
        venue, [room, *_] = a_venue_with_rooms(session)
        venue_id, room_id = venue.id, room.id
    site.post(f"/venues/{venue_id}/change", A_HALL | {"is_active": []})
    site.post(f"/venues/{venue_id}/rooms/{room_id}", A_ROOM | {"is_active": []})
    with database.reading() as session:
        assert venues_in(session, [AREA]) == []
        assert room_id not in {each.id for each in rooms_of(session, [venue_id])}
    assert "Not in use" in site.get("/venues").text
    assert "Long room" in site.get(f"/venues/{venue_id}").text
    site.post(f"/venues/{venue_id}/change", A_HALL)
    with database.reading() as session:
        assert len(venues_in(session, [AREA])) == 1


def test_what_somebody_else_changed_is_not_overwritten(site, database):
    with database.writing() as session:
        venue_id = a_venue_with_rooms(session)[0].id
    earlier = site.hidden_fields(f"/venues/{venue_id}/change")
    site.post(f"/venues/{venue_id}/change", A_HALL)
    late = site.post(f"/venues/{venue_id}/change", A_HALL | {"name": "Other"}, hidden=earlier)
    assert late.status_code == 409


def test_closed_days_are_recorded(site, database):
    with database.writing() as session:
        venue_id = a_venue_with_rooms(session)[0].id
    days = {
        "first_day-day": "6",
        "first_day-month": "4",
        "first_day-year": "2026",
        "last_day-day": "3",
        "last_day-month": "4",
        "last_day-year": "2026",
    }
    backwards = site.post(f"/venues/{venue_id}/closures", days, form_at=f"/venues/{venue_id}")
    assert "The last day must not come before the first" in backwards.text
    site.post(
        f"/venues/{venue_id}/closures",
        days | {"last_day-day": "7", "reason": "Easter"},
        form_at=f"/venues/{venue_id}",
    )
    assert "6 April 2026 to 7 April 2026: Easter" in site.get(f"/venues/{venue_id}").text
    with database.reading() as session:
        assert len(closures_of(session, venue_id)) == 1


def test_venues_of_other_areas_are_not_there(site, database):
    with database.writing() as session:
        venue, [room, *_] = a_venue_with_rooms(session, area="S9")
        venue_id, room_id = venue.id, room.id
    assert str(venue_id) not in site.get("/venues").text
    for path in (
        f"/venues/{venue_id}",
        f"/venues/{venue_id}/change",
        f"/venues/{venue_id}/rooms/new",
        f"/venues/{venue_id}/rooms/{room_id}",
        f"/venues/{uuid4()}",
    ):
        assert site.get(path).status_code == 404
