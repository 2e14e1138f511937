"""The pages for when life changes: what no longer fits, and who would be disturbed."""

from html import unescape

from sqlmodel import select

from rj.conferences.models import MeetingState
from rj.conferences.queries import live_meetings
from rj.facilitators.queries import get_facilitator
from rj.facilitators.services import add_leave
from rj.kernel.clock import StoppedClock
from rj.kernel.london import london_day
from rj.parties.queries import parties_of
from rj.policy.terms import Role
from rj.scheduling.models import PlanningRun, RunState
from rj.scheduling.solving import solve_run
from tests.builders import AREA, NOW
from tests.integration.web.planning.county import a_desk
from tests.web_client import a_person


def somebody_falls_ill(database, county):
    """Whoever leads the first told assessment; the case's people by their codes."""
    with database.writing() as session:
        [meeting] = [
            each
            for each in live_meetings(session, [county.orders[0].id])
            if each.state is MeetingState.TOLD and each.room_id is not None
        ]
        day = london_day(meeting.starts_at)
        add_leave(
            session, meeting.lead_id, first_day=day, last_day=day, actor=county.actor, now=NOW
        )
        codes = {party.side: party.reference for party in parties_of(session, meeting.order_id)}
        return get_facilitator(session, meeting.lead_id).name, codes


def test_what_broke_is_planned_again_and_the_disturbed_are_named(database, clock):
    with a_desk(database, clock, orders=2, is_published=True) as desk:
        assert "Every booked meeting still fits" in desk.site.get("/planning/broken").text
        lead, codes = somebody_falls_ill(database, desk.county)
        broken = unescape(desk.site.get("/planning/broken").text)
        assert f"{lead} is away" in broken
        assert desk.county.orders[0].reference in broken

        hidden = desk.site.hidden_fields("/planning/broken")
        first = desk.site.post("/planning/broken", {"area": AREA}, hidden=hidden)
        again = desk.site.post("/planning/broken", {"area": AREA}, hidden=hidden)
        assert first.status_code == 303
        assert first.headers["location"] == again.headers["location"]
        where = first.headers["location"]
        assert "Waiting for its turn" in desk.site.get(where).text
        with database.reading() as session:
            [run] = session.exec(
                select(PlanningRun).where(PlanningRun.state == RunState.QUEUED)
            ).all()
        solve_run(database, StoppedClock(NOW), run.id)

        proposal = unescape(desk.site.get(where).text)
        assert "Only what broke was planned again" in proposal
        section = proposal.partition('id="disturbed"')[2].partition("</section>")[0]
        assert desk.county.orders[0].reference in section
        [harmer] = [code for side, code in codes.items() if side.value == "harmer"]
        assert f"The person on probation ({harmer})" in section
        assert lead in section
        # planning it once more asks for the same kind of run
        repeated = desk.site.post(f"{where}/again", {}, form_at=where)
        with database.reading() as session:
            [waiting] = session.exec(
                select(PlanningRun).where(PlanningRun.state == RunState.QUEUED)
            ).all()
            assert waiting.mends_only
        assert repeated.headers["location"] == f"/planning/{waiting.id}"


def test_another_area_is_not_planned_again(database, clock):
    with a_desk(database, clock, orders=1) as desk:
        desk.site.sign_in(a_person(database, Role.COORDINATOR, area_id="elsewhere"))
        refused = desk.site.post("/planning/broken", {"area": AREA})
        assert refused.status_code == 422
        assert "Choose the area to plan" in refused.text
        assert desk.county.orders[0].reference not in refused.text
