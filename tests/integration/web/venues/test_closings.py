"""A room or a building is closed for a time; meetings booked there are named first."""

from uuid import uuid4

import pytest

from rj.conferences.models import Meeting
from rj.policy.terms import Role, Stage
from rj.venues.queries import blocks_of, closures_of
from tests.integration.web.facilitators.cases import a_case
from tests.web_client import a_person, a_site


def closing(day="16", until="17", **more):
    return {
        "from_day-day": day,
        "from_day-month": "3",
        "from_day-year": "2026",
        "until_day-day": until,
        "until_day-month": "3",
        "until_day-year": "2026",
        "reason": "Fire safety work",
        **more,
    }


@pytest.fixture
def case(database):
    return a_case(database, stages=(Stage.ASSESSMENT,))


@pytest.fixture
def site(database, clock, case):
    with a_site(database, clock) as opened:
        opened.sign_in(case.coordinator)
        yield opened


@pytest.fixture
def room(database, case):
    with database.reading() as session:
        return session.get_one(Meeting, case.meetings[Stage.ASSESSMENT]).room_id


def test_a_room_is_closed_once_and_given_back(site, database, case, room):
    here = f"/venues/{case.venue_id}/rooms/{room}/close"
    hidden = site.hidden_fields(here)
    hours = closing("18", "18", from_time="9:30am", until_time="14:00")
    for _ in range(2):
        assert site.post(here, hours, hidden=hidden).headers["location"] == here
    words = "Wednesday 18 March 2026, 9:30am to 2pm: Fire safety work"
    assert words in site.get(here).text
    assert words in site.get(f"/venues/{case.venue_id}").text
    with database.reading() as session:
        [block] = blocks_of(session, [room])
    back = site.hidden_fields(here)
    end = f"/venues/{case.venue_id}/rooms/{room}/closings/{block.id}/end"
    for _ in range(2):
        assert site.post(end, hidden=back).status_code == 303
    with database.reading() as session:
        assert blocks_of(session, [room]) == []


def test_meetings_booked_there_are_named_before_the_room_closes(site, database, case, room):
    here = f"/venues/{case.venue_id}/rooms/{room}/close"
    asked = site.post(here, closing())
    assert asked.status_code == 200
    with database.reading() as session:
        code = session.get_one(Meeting, case.meetings[Stage.ASSESSMENT]).code
        assert blocks_of(session, [room]) == []
    assert code in asked.text
    assert "Monday 16 March 2026, 10am to 11am" in asked.text
    assert "Every meeting can be held as booked" in site.get("/today").text
    site.post(here, closing(_seen=code))
    with database.reading() as session:
        [block] = blocks_of(session, [room])
    assert (block.ends_at - block.starts_at).days == 2
    today = site.get("/today").text
    assert "The room is closed then" in today
    assert case.meetings[Stage.ASSESSMENT].hex in today.replace("-", "")


def test_the_days_before_and_after_a_meeting_close_without_a_question(site, case, room):
    here = f"/venues/{case.venue_id}/rooms/{room}/close"
    assert site.post(here, closing("14", "15")).status_code == 303
    assert site.post(here, closing("16", "16", from_time="11:15")).status_code == 303


def test_nonsense_is_refused_beside_its_field_and_stays(site, database, case, room):
    here = f"/venues/{case.venue_id}/rooms/{room}/close"
    end_of_time = {"until_day-year": "9999", "until_day-month": "12", "until_day-day": "31"}
    for fields, message in (
        (closing("18", "17"), "The end must come after the beginning"),
        (closing("5", "6"), "The end must lie ahead"),
        (closing(**{"until_day-year": "2062"}), "A closing must not last longer than a year"),
        (closing(from_time="noonish"), "Time it closes must be a time, like 9:30am or 14:30"),
        (closing("29", "29", from_time="01:30"), "01:30 does not exist on 29 March 2026"),
        (closing(reason=" "), "Enter the reason"),
        (closing(reason="x" * 201), "Reason must be 200 characters or fewer"),
        (closing("31", "31", **{"from_day-month": "2"}), "First day must be a real date"),
        (closing(**end_of_time), "Last day must be a real date"),
    ):
        answer = site.post(here, fields)
        assert (answer.status_code, message in answer.text) == (422, True), message
        assert f'value="{fields["from_day-day"]}"' in answer.text
    with database.reading() as session:
        assert blocks_of(session, [room]) == []


def test_a_building_asks_too_and_can_be_opened_again(site, database, case):
    here = f"/venues/{case.venue_id}"
    days = {
        f"{name}-{part}": value
        for name, day in (("first_day", "15"), ("last_day", "16"))
        for part, value in (("day", day), ("month", "3"), ("year", "2026"))
    }
    asked = site.post(f"{here}/closures", days, form_at=here)
    assert "Close the building on these days?" in asked.text
    with database.reading() as session:
        code = session.get_one(Meeting, case.meetings[Stage.ASSESSMENT]).code
        assert closures_of(session, case.venue_id) == []
    site.post(f"{here}/closures", days | {"_seen": code}, form_at=here)
    assert "The building is closed that day" in site.get("/today").text
    with database.reading() as session:
        [closure] = closures_of(session, case.venue_id)
    site.post(f"{here}/closures/{closure.id}/end", form_at=here)
    with database.reading() as session:
        assert closures_of(session, case.venue_id) == []


def test_s2_closings_of_another_venue_are_not_there(site, database, case, room):
    here = f"/venues/{case.venue_id}/rooms/{room}/close"
    site.post(here, closing("18", "18"))
    with database.reading() as session:
        [block] = blocks_of(session, [room])
    end = f"/venues/{case.venue_id}/rooms/{room}/closings/{uuid4()}/end"
    assert site.post(end, form_at=here).status_code == 404
    site.sign_in(a_person(database, Role.COORDINATOR, area_id="S9"))
    end = f"/venues/{case.venue_id}/rooms/{room}/closings/{block.id}/end"
    assert site.post(end, form_at="/account/password").status_code == 404
    with database.reading() as session:
        assert len(blocks_of(session, [room])) == 1
