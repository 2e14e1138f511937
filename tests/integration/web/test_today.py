"""A coordinator's first page: what presses is shown, and what only waits is counted."""

from datetime import date, time

from rj.db.database import Database
from rj.kernel.clock import StoppedClock
from rj.policy.terms import Role, Stage
from tests.builders import AREA
from tests.scheduling_builders import a_county, a_held_meeting
from tests.web_client import a_person, a_site


def test_held_meetings_that_wait_are_counted_and_only_the_soonest_named(
    database: Database, clock: StoppedClock
) -> None:
    with database.writing() as session:
        county = a_county(session, orders=5, with_harmed=False)
        for number, order in enumerate(county.orders):
            a_held_meeting(
                session,
                order,
                Stage.PREPARATION,
                on=date(2026, 3, 27 - number),
                at=time(10),
                lead=county.facilitators[0],
                room=county.rooms[0],
                actor=county.actor,
            )
        latest_first = [order.reference for order in county.orders]
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR, area_id=AREA))
        today = site.get("/today").text.partition('id="gates"')[2].partition("</section>")[0]
        everything = site.get("/today/waiting").text

    assert [each for each in latest_first if each in today] == latest_first[2:]
    assert "See all 5" in today
    assert all(reference in everything for reference in latest_first)
