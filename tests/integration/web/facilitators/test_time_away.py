"""Days away and busy hours, recorded by a coordinator or by the facilitator from a phone."""

import pytest

from rj.conferences.bookings import claim, release
from rj.conferences.models import Meeting
from rj.facilitators.queries import busy_times_of, leave_of
from rj.policy.terms import Role, Stage
from tests.builders import AREA, a_facilitator
from tests.integration.web.facilitators.cases import a_case
from tests.web_client import a_person, a_site


def days(first="16", last="20"):
    return {
        f"{name}-{part}": value
        for name, day in (("first_day", first), ("last_day", last))
        for part, value in (("day", day), ("month", "3"), ("year", "2026"))
    }


def hours(day="16", starts="9:30am", ends="11am"):
    return {
        "busy_on-day": day,
        "busy_on-month": "3",
        "busy_on-year": "2026",
        "busy_from": starts,
        "busy_until": ends,
    }


@pytest.fixture
def case(database):
    return a_case(database, stages=(Stage.ASSESSMENT,))


@pytest.fixture
def site(database, clock, case):
    with a_site(database, clock) as opened:
        opened.sign_in(case.facilitator)
        yield opened


def code_of(database, case):
    with database.reading() as session:
        return session.get_one(Meeting, case.meetings[Stage.ASSESSMENT]).code


def test_a_facilitator_records_and_takes_back_own_time(site, database, case):
    hidden = site.hidden_fields("/my/time")
    for _ in range(2):
        assert site.post("/my/time/busy", hours("18"), hidden=hidden).status_code == 303
    assert site.post("/my/time/leave", days("23", "24"), form_at="/my/time").status_code == 303
    shown = site.get("/my/time").text
    assert "Wednesday 18 March 2026, 9:30am to 11am" in shown
    assert "23 March 2026 to 24 March 2026" in shown
    with database.reading() as session:
        [busy] = busy_times_of(session, case.facilitator_id)
        [leave] = leave_of(session, case.facilitator_id)
    site.post(f"/my/time/busy/{busy.id}/end", form_at="/my/time")
    site.post(f"/my/time/leave/{leave.id}/end", form_at="/my/time")
    with database.reading() as session:
        assert busy_times_of(session, case.facilitator_id) == []
        assert leave_of(session, case.facilitator_id) == []


@pytest.mark.parametrize(
    ("path", "fields", "reason"),
    [("leave", days(), "is away that day"), ("busy", hours(), "is busy then")],
)
def test_own_meetings_are_named_first_and_then_wait_for_the_coordinator(
    site, database, case, path, fields, reason
):
    asked = site.post(f"/my/time/{path}", fields, form_at="/my/time")
    code = code_of(database, case)
    assert asked.status_code == 200
    assert code in asked.text
    assert f"/meetings/{case.meetings[Stage.ASSESSMENT]}" not in asked.text
    assert "None recorded" in site.get("/my/time").text
    hidden = site.hidden_fields("/my/time")
    for _ in range(2):
        sure = site.post(f"/my/time/{path}", {**fields, "_seen": code}, hidden=hidden)
        assert sure.status_code == 303
    site.sign_in(case.coordinator)
    assert reason in site.get("/today").text


def test_a_coordinator_is_asked_the_same(site, database, case):
    site.sign_in(case.coordinator)
    where = f"/facilitators/{case.facilitator_id}"
    asked = site.post(f"{where}/busy", hours(), form_at=where)
    assert code_of(database, case) in asked.text
    assert f"/meetings/{case.meetings[Stage.ASSESSMENT]}" in asked.text
    free = site.post(f"{where}/busy", hours(starts="11am", ends="12:00"), form_at=where)
    assert free.status_code == 303
    with database.reading() as session:
        [busy] = busy_times_of(session, case.facilitator_id)
    assert site.post(f"{where}/busy/{busy.id}/end", form_at=where).status_code == 303


def test_of_a_meeting_of_another_area_only_its_time_is_told(site, database, case):
    with database.writing() as session:
        shared = a_facilitator(session, areas=[AREA, "S9"])
        meeting = session.get_one(Meeting, case.meetings[Stage.ASSESSMENT])
        shared_id, code = shared.id, meeting.code
    site.sign_in(a_person(database, Role.COORDINATOR, area_id="S9"))
    where = f"/facilitators/{shared_id}"
    assert site.get(where).status_code == 200
    with database.writing() as session:
        meeting = session.get_one(Meeting, case.meetings[Stage.ASSESSMENT])
        release(session, meeting.id)
        meeting.lead_id = shared_id
        claim(session, meeting)
    asked = site.post(f"{where}/leave", days(), form_at=where).text
    assert code in asked
    assert "A meeting that you cannot open" in asked
    assert "of case" not in asked
    assert str(case.meetings[Stage.ASSESSMENT]) not in asked


def test_nonsense_is_refused_beside_its_field_and_stays(site, database, case):
    for fields, message in (
        (hours(ends="9am"), "The end must come after the beginning"),
        (hours(day="2"), "The time must lie ahead"),
        (hours(starts="later"), "Time it begins must be a time"),
        (hours(day=""), "Day must include a day"),
        (hours(day="29", starts="1:15am", ends="3am"), "01:15 does not exist on 29 March 2026"),
    ):
        answer = site.post("/my/time/busy", fields, form_at="/my/time")
        assert (answer.status_code, message in answer.text) == (422, True), message
        assert f'value="{fields["busy_until"]}"' in answer.text
    with database.reading() as session:
        assert busy_times_of(session, case.facilitator_id) == []


def test_s2_nobody_ends_anothers_time(site, database, case):
    site.post("/my/time/busy", hours("18"), form_at="/my/time")
    with database.reading() as session:
        [busy] = busy_times_of(session, case.facilitator_id)
    other = a_person(database, Role.FACILITATOR, area_id=AREA, email="other@staff.test")
    with database.writing() as session:
        a_facilitator(session, account_id=other.account_id)
    site.sign_in(other)
    assert site.post(f"/my/time/busy/{busy.id}/end", form_at="/my/time").status_code == 404


def test_an_account_without_a_record_is_told_whom_to_ask(site, database):
    site.sign_in(a_person(database, Role.FACILITATOR, area_id=AREA, email="new@staff.test"))
    assert "Your account is not joined" in site.get("/my/time").text
    assert site.post("/my/time/leave", days(), form_at="/account/password").status_code == 404
