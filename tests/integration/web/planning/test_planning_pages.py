"""Planning as a coordinator does it: start, watch, review, ask for changes, publish."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, func, select

from rj.conferences.models import Booking, Meeting, MeetingState
from rj.conferences.queries import live_meetings
from rj.conferences.services import cancel_meeting
from rj.facilitators.models import Leave
from rj.kernel.london import london_day
from rj.outbox.models import Message
from rj.policy.terms import Role, Side
from rj.scheduling.models import (
    PlanningRun,
    PlanningWish,
    PlanningWishKind,
    ProposedMeeting,
    RunProgress,
    RunState,
)
from rj.scheduling.runs import request_run
from tests.builders import AREA, NOW, a_party, an_actor, an_area
from tests.integration.web.planning.county import TICKED, a_desk, strangers
from tests.scheduling_builders import RecordingTell, a_solved_run
from tests.web_client import a_person, a_site

OTHER_AREA = "elsewhere"


def a_waiting_run(database, area=AREA):
    with database.writing() as session:
        an_area(session, area)
        return request_run(session, area, actor=an_actor(session, area=area), now=NOW).id


def test_a_run_is_started_with_one_choice_and_a_double_click_starts_one(database, clock):
    with database.writing() as session:
        an_area(session)
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR, area_id=AREA))
        page = site.get("/planning").text
        assert "Nothing is booked and nobody is told" in page
        assert "Nothing has been planned yet." in page
        hidden = site.hidden_fields("/planning")
        first = site.post("/planning", {"thoroughness": "quick"}, hidden=hidden)
        again = site.post("/planning", {"thoroughness": "quick"}, hidden=hidden)
        assert first.status_code == 303
        assert first.headers["location"] == again.headers["location"]
        shown = site.get(first.headers["location"]).text
    assert "Waiting for its turn" in shown
    assert "Stop and keep the best so far" in shown
    assert '<noscript><meta http-equiv="refresh"' in shown
    with database.reading() as session:
        [run] = session.exec(select(PlanningRun)).all()
        assert run.time_limit_seconds == 30


def test_a_run_of_another_area_cannot_be_started_or_seen(database, clock):
    theirs = a_waiting_run(database, OTHER_AREA)
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR, area_id=AREA))
        hidden = site.hidden_fields("/planning")
        answer = site.post(
            "/planning", {"area": OTHER_AREA, "thoroughness": "quick"}, hidden=hidden
        )
        assert answer.status_code == 422
        for path in ("", "/progress", "/published", f"/cases/{uuid4()}"):
            not_yours = site.get(f"/planning/{theirs}{path}")
            not_there = site.get(f"/planning/{uuid4()}{path}")
            assert not_yours.status_code == not_there.status_code == 404
        for path in ("/stop", "/again", "/publish", "/confirm"):
            fields = {"orders": str(uuid4())}
            answer = site.post(f"/planning/{theirs}{path}", fields, hidden=hidden)
            assert answer.status_code == 404
    with database.reading() as session:
        assert session.get_one(PlanningRun, theirs).state is RunState.QUEUED


def test_other_roles_do_not_open_planning(database, clock):
    run_id = a_waiting_run(database)
    with a_site(database, clock) as site:
        for _ in strangers(site, database):
            for path in ("/planning", f"/planning/{run_id}", "/week", f"/meetings/{uuid4()}"):
                assert site.get(path).status_code == 403


def test_a_running_solve_tells_in_words_how_far_it_is(database, clock):
    run_id = a_waiting_run(database)
    with database.writing() as session:
        run = session.get_one(PlanningRun, run_id)
        run.state, run.started_at = RunState.RUNNING, NOW
        session.add(
            RunProgress(
                run_id=run_id,
                elapsed_seconds=65,
                phase="improving",
                best=[2, 0, 0, 10, 0, 100, 0],
                bound=[2, 0, 0, 8, 0, 50, 0],
                reported_at=NOW,
            )
        )
    clock.instant = NOW + timedelta(seconds=65)
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR, area_id=AREA))
        part = site.get(f"/planning/{run_id}/progress").text
        assert "<html" not in part
        assert "Time taken: 1 minute 5 seconds" in part
        assert "at most 20% above the best possible" in part
        assert "2 (no plan could do better)" in part
        site.post(f"/planning/{run_id}/stop", form_at=f"/planning/{run_id}")
        assert "the best plan so far is being kept" in site.get(f"/planning/{run_id}").text


def test_a_run_that_is_over_has_its_page_loaded_anew(database, clock):
    run_id = a_waiting_run(database)
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR, area_id=AREA))
        site.post(f"/planning/{run_id}/stop", form_at=f"/planning/{run_id}")
        assert site.get(f"/planning/{run_id}/progress").headers["hx-refresh"] == "true"
        page = site.get(f"/planning/{run_id}").text
        assert "Stopped before it began. Nothing was changed." in page
        assert "Plan again" in page
        assert "Stopped before it began" in site.get("/planning").text


def test_a_proposal_is_reviewed_and_published_as_a_whole(database, clock):
    with a_desk(database, clock) as desk:
        page = desk.site.get(desk.run).text
        for order in desk.county.orders:
            assert order.reference in page
        assert set(TICKED.findall(page)) == {str(order.id) for order in desk.county.orders}
        assert "leads" in page
        assert "Nobody who was told of a meeting would hear of another hour" in page
        assert "in the diaries of staff alone" not in page
        chosen = TICKED.findall(page)
        hidden = desk.site.hidden_fields(desk.run)
        asked = desk.site.post(f"{desk.run}/confirm", {"orders": chosen}, hidden=hidden)
        assert asked.status_code == 200
        assert "Publish 2 cases?" in asked.text
        assert "4 meetings will be told, 6 only held" in asked.text
        with database.reading() as session:
            assert session.exec(select(func.count()).select_from(Meeting)).one() == 0
            assert session.exec(select(func.count()).select_from(Message)).one() == 0
        done = desk.site.post(f"{desk.run}/publish", {"orders": chosen}, hidden=hidden)
        assert done.headers["location"] == f"{desk.run}/published"
        result = desk.site.get(f"{desk.run}/published").text
        assert "2 cases published" in result
        after = desk.site.get(desk.run).text
        assert "Everything in this proposal has been published" in after
        assert "No case would change any more" in after
        listed = desk.site.get("/planning").text
        assert "Published" in listed
        assert "Ready to review" not in listed
    with database.reading() as session:
        states = [
            meeting.state
            for order in desk.county.orders
            for meeting in live_meetings(session, [order.id])
        ]
    assert states.count(MeetingState.TOLD) == 4
    assert states.count(MeetingState.HELD) == 6


def test_what_the_confirmation_counts_is_what_is_written(database, clock):
    with a_desk(database, clock) as desk:
        chosen = [str(order.id) for order in desk.county.orders]
        hidden = desk.site.hidden_fields(desk.run)
        asked = desk.site.post(f"{desk.run}/confirm", {"orders": chosen}, hidden=hidden).text
        cells = asked.split("govuk-table__cell--numeric rj-number")[1:]
        counted = sum(int(cell.split(">")[1].split("<")[0]) for cell in cells)
        desk.site.post(f"{desk.run}/publish", {"orders": chosen}, hidden=hidden)
    with database.reading() as session:
        assert counted == session.exec(select(func.count()).select_from(Message)).one()


def test_sending_the_same_selection_twice_publishes_once(database, clock):
    with a_desk(database, clock) as desk:
        chosen = [str(order.id) for order in desk.county.orders]
        hidden = desk.site.hidden_fields(desk.run)
        first = desk.site.post(f"{desk.run}/publish", {"orders": chosen}, hidden=hidden)
        with database.reading() as session:
            before = session.exec(select(func.count()).select_from(Booking)).one()
        again = desk.site.post(f"{desk.run}/publish", {"orders": chosen}, hidden=hidden)
        fresh = desk.site.post(f"{desk.run}/publish", {"orders": chosen}, form_at=desk.run)
        asked = desk.site.post(f"{desk.run}/confirm", {"orders": chosen}, form_at=desk.run)
    assert first.status_code == again.status_code == fresh.status_code == 303
    assert "These cases have been published before." in asked.text
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Booking)).one() == before


def test_nothing_selected_is_said_beside_the_cases(database, clock):
    with a_desk(database, clock) as desk:
        answer = desk.site.post(f"{desk.run}/confirm", form_at=desk.run)
    assert answer.status_code == 422
    assert "Select at least one case to publish" in answer.text


def _a_lead_falls_ill(database, desk) -> UUID:
    """Leave for whoever leads a case that shares no lead with the others; that case."""
    with database.writing() as session:
        rows = session.exec(
            select(ProposedMeeting).order_by(col(ProposedMeeting.starts_at).desc())
        ).all()
        last = rows[0]
        day = london_day(last.starts_at)
        session.add(Leave(facilitator_id=last.lead_id, first_day=day, last_day=day))
        return last.order_id


@pytest.mark.parametrize("at", ["confirm", "publish"])
def test_a_stale_case_stops_everything_and_the_others_are_offered(database, clock, at):
    with a_desk(database, clock) as desk:
        stale = _a_lead_falls_ill(database, desk)
        [other] = [order for order in desk.county.orders if order.id != stale]
        chosen = [str(order.id) for order in desk.county.orders]
        hidden = desk.site.hidden_fields(desk.run)
        answer = desk.site.post(f"{desk.run}/{at}", {"orders": chosen}, hidden=hidden)
        assert answer.status_code == 409
        assert "nothing was booked and nobody was told" in answer.text
        assert "Publish the others (1)" in answer.text
        assert f'name="orders" value="{other.id}"' in answer.text
        assert "Plan these again" in answer.text
        with database.reading() as session:
            assert session.exec(select(func.count()).select_from(Meeting)).one() == 0
        # the very form that was refused is not used up
        rest = desk.site.post(f"{desk.run}/publish", {"orders": [str(other.id)]}, hidden=hidden)
        assert rest.status_code == 303
    with database.reading() as session:
        assert {m.order_id for m in session.exec(select(Meeting))} == {other.id}


def test_the_filter_keeps_what_is_not_shown_out_of_the_selection(database, clock):
    with a_desk(database, clock) as desk:
        first, second = desk.county.orders
        page = desk.site.get(desk.run, params={"text": first.reference}).text
        assert TICKED.findall(page) == [str(first.id)]
        assert "1 more case is not shown here" in page
        assert "No case matches." in desk.site.get(f"{desk.run}?show=moved").text
        assert str(second.id) in desk.site.get(f"{desk.run}?show=all").text


def test_a_stage_is_pinned_and_the_pin_taken_back(database, clock):
    with a_desk(database, clock) as desk:
        with database.reading() as session:
            row = session.exec(
                select(ProposedMeeting).where(ProposedMeeting.order_id == desk.county.orders[0].id)
            ).first()
        assert row is not None
        answer = desk.site.post(
            f"{desk.case()}/pin", {"step": str(row.step_id)}, form_at=desk.case()
        )
        assert answer.headers["location"] == desk.case()
        with database.reading() as session:
            [wish] = session.exec(select(PlanningWish)).all()
            assert (wish.kind, wish.starts_at) == (PlanningWishKind.PIN, row.starts_at)
        assert "Take back" in desk.site.get("/planning").text
        desk.site.post(
            f"/planning/wishes/{wish.id}/take-back", {"run": str(desk.run_id)}, form_at=desk.case()
        )
        with database.reading() as session:
            assert session.exec(select(PlanningWish)).all() == []


def test_a_facilitator_is_kept_from_a_case_and_a_case_left_out(database, clock):
    with a_desk(database, clock) as desk:
        nobody = desk.site.post(f"{desk.case()}/exclude", form_at=desk.case())
        assert nobody.status_code == 422
        assert "Choose a facilitator from the list" in nobody.text
        who = desk.county.facilitators[0]
        desk.site.post(
            f"{desk.case()}/exclude",
            {"facilitator": str(who.id), "reason": "Knows the family"},
            form_at=desk.case(),
        )
        desk.site.post(f"{desk.case()}/leave-out", {"reason": "Moving"}, form_at=desk.case())
        page = desk.site.get(desk.case()).text
    assert f"Not with {who.name}. Knows the family" in page
    assert "Do not plan this case for now. Moving" in page
    assert "Leave it out</button>" not in page


def test_another_free_time_is_chosen_for_a_proposed_stage(database, clock):
    with a_desk(database, clock, orders=1) as desk:
        with database.reading() as session:
            row = session.exec(
                select(ProposedMeeting).order_by(col(ProposedMeeting.starts_at))
            ).first()
        assert row is not None
        path = f"{desk.case()}/steps/{row.step_id}"
        page = desk.site.get(path).text
        offered = [part.split('"')[0] for part in page.split('type="radio" name="choice"')[1:]]
        assert len(offered) > 1
        values = [part.split('value="')[1].split('"')[0] for part in page.split("<input")[1:]]
        choice = next(value for value in values if "|" in value)
        with database.reading() as session:
            assert session.exec(select(func.count()).select_from(Meeting)).one() == 0
        answer = desk.site.post(path, {"choice": choice})
        assert answer.status_code == 303
        with database.reading() as session:
            [wish] = session.exec(select(PlanningWish)).all()
        assert wish.starts_at is not None
        assert (wish.starts_at, wish.lead_id) != (row.starts_at, row.lead_id)
        broken = desk.site.post(path, {"choice": "own", "on-day": "1"})
        assert broken.status_code == 422
        assert "Date must include a month and a year" in broken.text


def test_a_wish_of_another_area_is_not_taken_back(database, clock):
    with a_desk(database, clock, orders=1) as desk:
        desk.site.post(f"{desk.case()}/leave-out", form_at=desk.case())
        with database.reading() as session:
            [wish] = session.exec(select(PlanningWish)).all()
        desk.site.sign_in(a_person(database, Role.COORDINATOR, area_id=OTHER_AREA))
        answer = desk.site.post(f"/planning/wishes/{wish.id}/take-back", form_at="/planning")
        assert answer.status_code == 303  # as for one that is gone already: S2
    with database.reading() as session:
        assert session.get(PlanningWish, wish.id) is not None


def test_planning_again_asks_for_a_run_of_the_same_kind(database, clock):
    with a_desk(database, clock, orders=1) as desk:
        answer = desk.site.post(f"{desk.run}/again", form_at=desk.run)
    with database.reading() as session:
        run = session.get_one(PlanningRun, UUID(answer.headers["location"].rsplit("/", 1)[1]))
        assert (run.state, run.area_id) == (RunState.QUEUED, AREA)


def test_no_planning_page_names_the_people_of_a_case(database, clock):
    with a_desk(database, clock, orders=1) as desk:
        [order] = desk.county.orders
        with database.writing() as session:
            a_party(
                session,
                order.id,
                side=Side.HARMED,
                name="Canary Whistle",
                email="canary@people.test",
                telephone="07700 900999",
                address="9 Canary Row, Northmoor, ZZ9 9ZZ",
            )
        run_id = a_solved_run(database, desk.county.actor)
        run = f"/planning/{run_id}"
        chosen = {"orders": [str(order.id)]}
        pages = [
            desk.site.get("/planning").text,
            desk.site.get(f"{run}?show=all").text,
            desk.site.get(f"{run}/cases/{order.id}").text,
            desk.site.post(f"{run}/confirm", chosen, form_at=run).text,
        ]
    for secret in ("Canary", "canary@", "900999", "ZZ9"):
        assert not any(secret in page for page in pages)
    assert "Harmed person" not in pages[1]


def test_a_meeting_cancelled_since_is_named_as_stale(database, clock):
    with a_desk(database, clock, orders=1, is_published=True) as desk:
        [order] = desk.county.orders
        run_id = a_solved_run(database, desk.county.actor)
        with database.writing() as session:
            meeting = live_meetings(session, [order.id])[0]
            cancel_meeting(
                session,
                meeting.id,
                based_on=meeting.version,
                reason="illness",
                actor=desk.county.actor,
                now=NOW,
                tell=RecordingTell(),
            )
        run = f"/planning/{run_id}"
        answer = desk.site.post(f"{run}/publish", {"orders": [str(order.id)]}, form_at=run)
    assert answer.status_code == 409
    assert order.reference in answer.text


def test_no_case_is_ticked_when_asked_and_the_same_cases_stay_shown(database, clock):
    with a_desk(database, clock) as desk:
        shown = desk.site.get(f"{desk.run}?show=new").text
        assert len(TICKED.findall(shown)) == 2
        [link] = re.findall(r'href="([^"]+)">Tick none of them', shown)
        cleared = desk.site.get(unescape(link)).text
        assert TICKED.findall(cleared) == []
        assert cleared.count('name="orders"') == 2
        [back] = re.findall(r'href="([^"]+)">Tick all cases shown', cleared)
        assert len(TICKED.findall(desk.site.get(unescape(back)).text)) == 2
