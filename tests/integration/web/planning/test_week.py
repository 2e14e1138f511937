"""The week planner: codes only, of one's own areas, for staff and for rooms."""

from sqlmodel import select

from rj.conferences.models import Meeting
from rj.facilitators.models import FacilitatorArea, Leave
from rj.kernel.london import london_day
from rj.orders.models import PlanStep
from rj.parties.models import HarmerDetails
from rj.policy.terms import Role, Stage
from tests.builders import an_area
from tests.integration.web.planning.county import Desk, a_desk
from tests.web_client import a_person

OTHER_AREA = "elsewhere"


def the_assessment(desk: Desk) -> Meeting:
    with desk.database.reading() as session:
        return session.exec(
            select(Meeting)
            .join(PlanStep)
            .where(PlanStep.id == Meeting.step_id, PlanStep.stage == Stage.ASSESSMENT)
        ).one()


def test_a_week_shows_codes_and_names_nobody_of_a_case(database, clock):
    with a_desk(database, clock, orders=1, is_published=True) as desk:
        meeting = the_assessment(desk)
        day = london_day(meeting.starts_at).isoformat()
        staff = desk.site.get(f"/week?day={day}").text
        rooms = desk.site.get(f"/week?day={day}&by=rooms").text
        with database.reading() as session:
            name = session.exec(select(HarmerDetails)).one().name
    for page in (staff, rooms):
        assert meeting.code in page
        assert f"/meetings/{meeting.id}" in page
        assert name not in page
    assert all(each.name in staff for each in desk.county.facilitators)
    assert all(each.name in rooms for each in desk.county.rooms)


def test_an_empty_week_says_so_and_leads_to_its_neighbours(database, clock):
    with a_desk(database, clock, orders=1) as desk:
        page = desk.site.get("/week").text
        odd = desk.site.get("/week?day=9999-99-99&by=clouds").text
    assert "No meeting is booked in this week." in page
    assert "day=2026-03-02" in page
    assert "day=2026-03-16" in page
    assert "(today)" in page
    assert "9 March 2026 to 15 March 2026" in odd


def test_leave_is_shown_on_its_days(database, clock):
    with a_desk(database, clock, orders=1) as desk:
        with database.writing() as session:
            day = clock.today()
            session.add(
                Leave(facilitator_id=desk.county.facilitators[0].id, first_day=day, last_day=day)
            )
        page = desk.site.get("/week").text
    assert page.count("rj-week__away") == 1


def test_a_week_of_another_area_is_not_there_and_its_meetings_only_taken(database, clock):
    with a_desk(database, clock, orders=1, is_published=True) as desk:
        meeting = the_assessment(desk)
        with database.writing() as session:
            an_area(session, OTHER_AREA)
            session.add(FacilitatorArea(facilitator_id=meeting.lead_id, area_id=OTHER_AREA))
        desk.site.sign_in(a_person(database, Role.COORDINATOR, area_id=OTHER_AREA))
        assert desk.site.get("/week?area=N1").status_code == 404
        page = desk.site.get(f"/week?day={london_day(meeting.starts_at).isoformat()}").text
    assert "Taken" in page
    assert meeting.code not in page
    assert str(meeting.id) not in page
