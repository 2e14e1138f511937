"""The coordinator's register of facilitators, and their days away."""

from datetime import date
from uuid import uuid4

from rj.facilitators.queries import leave_of
from rj.policy.terms import PracticeLevel, Role
from tests.builders import AREA, a_facilitator
from tests.web_client import a_person, a_site

AWAY = {
    "first_day-day": "16",
    "first_day-month": "3",
    "first_day-year": "2026",
    "last_day-day": "20",
    "last_day-month": "3",
    "last_day-year": "2026",
}


def test_the_register_shows_training_practice_and_mentors(database, clock):
    with database.writing() as session:
        mentor = a_facilitator(session, "Mari Mentor", level=PracticeLevel.ADVANCED)
        new = a_facilitator(
            session,
            "Nerys Newly",
            level=PracticeLevel.FOUNDATION,
            trained_on=date(2025, 11, 3),
            mentored_until=date(2026, 11, 2),
            mentors=[mentor],
        )
        new_id = new.id
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR, area_id=AREA))
        rows = site.get("/facilitators").text
        shown = site.get(f"/facilitators/{new_id}").text
    assert rows.index("Mari Mentor") < rows.index("Nerys Newly")
    assert "0 held, 0 booked of 5 by 3 November 2026" in rows
    assert "With a mentor" in rows
    assert "Until 2 November 2026, by Mari Mentor" in shown


def test_days_away_are_recorded_and_taken_back(database, clock):
    with database.writing() as session:
        facilitator_id = a_facilitator(session).id
    where = f"/facilitators/{facilitator_id}"
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR, area_id=AREA))
        backwards = site.post(f"{where}/leave", {**AWAY, "last_day-day": "2"}, form_at=where)
        assert backwards.status_code == 422
        assert "The last day must not come before the first" in backwards.text
        assert 'value="16"' in backwards.text
        assert site.post(f"{where}/leave", AWAY, form_at=where).status_code == 303
        assert "16 March 2026 to 20 March 2026" in site.get(where).text
        with database.reading() as session:
            [leave] = leave_of(session, facilitator_id)
        site.post(f"{where}/leave/{leave.id}/end", form_at=where)
    with database.reading() as session:
        assert leave_of(session, facilitator_id) == []


def test_S2_a_facilitator_of_another_area_is_not_there(database, clock):
    with database.writing() as session:
        facilitator_id = a_facilitator(session).id
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR, area_id="south"))
        assert site.get(f"/facilitators/{facilitator_id}").status_code == 404
        assert site.get(f"/facilitators/{uuid4()}").status_code == 404
        answer = site.post(
            f"/facilitators/{facilitator_id}/leave", AWAY, form_at="/account/password"
        )
        assert answer.status_code == 404
        assert "No facilitator covers your areas yet" in site.get("/facilitators").text
