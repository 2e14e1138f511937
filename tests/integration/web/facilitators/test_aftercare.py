"""Each side is rung after the third meeting (R30): by whom, when, and what stops the clock."""

from datetime import UTC, datetime

from sqlmodel import Session

from rj.clocks.reading import CaseClock, case_clocks
from rj.conferences.gates import record_gate
from rj.conferences.several import one_third_for_each
from rj.db.database import Database
from rj.orders.models import StepState
from rj.orders.queries import get_order, live_plan, steps_of
from rj.parties.models import Party
from rj.policy.clocks import ClockState
from rj.policy.terms import ClockKind, Gate, GateValue, Role, Side, Stage
from tests.builders import a_party, an_actor, every_gate_is_recorded
from tests.integration.web.facilitators.cases import Case, a_case
from tests.web_client import a_person, a_site, nobody_tells

HELD = datetime(2026, 4, 9, 12, 0, tzinfo=UTC)


def a_case_after_its_meeting(database: Database) -> Case:
    case = a_case(database, stages=())
    with database.writing() as session:
        every_gate_is_recorded(session, case.order_id)
        order = get_order(session, case.order_id)
        order.current_lead_id = case.facilitator_id
        plan = live_plan(session, case.order_id)
        assert plan is not None
        for step in steps_of(session, plan.id):
            if step.stage is not Stage.REVIEW:
                step.state, step.done_on = StepState.DONE, HELD.date()
    return case


def soon(session: Session, case: Case) -> CaseClock:
    clocks = case_clocks(session, get_order(session, case.order_id), HELD.date())
    return next(each for each in clocks if each.kind is ClockKind.CALLS_AFTER)


def a_call(outcome: str, day: int = 9) -> dict[str, str]:
    return {
        "clock": "calls_after",
        "outcome": outcome,
        "called_on-day": str(day),
        "called_on-month": "4",
        "called_on-year": "2026",
        "at_time": "12:30",
    }


def test_R30_each_sides_own_contact_rings_and_the_clock_stops_when_both_were_reached(
    database, clock
):
    case = a_case_after_its_meeting(database)
    clock.instant = HELD.replace(hour=13)
    mine = f"/my/cases/{case.order_id}/after"
    theirs = f"/liaison/people/{case.harmed_id}/after"
    with a_site(database, clock) as site:
        site.sign_in(case.facilitator)
        assert f'href="{mine}"' in site.get(f"/my/cases/{case.order_id}").text
        assert site.get(theirs).status_code in {403, 404}
        for wrong in ({}, a_call("reached", day=8), a_call("reached", day=10)):
            answer = site.post(mine, wrong, form_at=mine)
            assert answer.status_code == 422
            assert "There is a problem" in answer.text
        hidden = site.hidden_fields(mine)
        twice = [site.post(mine, a_call("reached"), hidden=hidden).status_code for _ in range(2)]
        assert twice == [303, 303]
        shown = site.get(mine).text
        assert shown.count("Call to each side soon after: ") == 1
        with database.reading() as session:
            assert soon(session, case).stopped_on is None

        site.sign_in(case.liaison)
        assert "Ring them after the meeting" in site.get("/liaison").text
        assert site.post(theirs, a_call("no_answer")).status_code == 303
        with database.reading() as session:
            assert soon(session, case).stopped_on is None
        assert site.post(theirs, a_call("reached")).status_code == 303
        assert "Ring them after the meeting" not in site.get("/liaison").text
    with database.reading() as session:
        assert soon(session, case).stopped_on == HELD.date()
        assert soon(session, case).standing.state is ClockState.MET


def test_nobody_is_rung_before_the_meeting(database, clock):
    case = a_case(database, stages=())
    at = f"/liaison/people/{case.harmed_id}/after"
    with a_site(database, clock) as site:
        site.sign_in(case.liaison)
        page = site.get(at)
        assert "has not been held" in page.text
        hidden = site.hidden_fields(f"/liaison/people/{case.harmed_id}/consent")
        assert site.post(at, a_call("reached"), hidden=hidden).status_code == 409


def test_nobody_rings_somebody_who_wants_no_contact(database, clock):
    case = a_case_after_its_meeting(database)
    at = f"/liaison/people/{case.harmed_id}/after"
    with database.writing() as session:
        session.get_one(Party, case.harmed_id).stopped_at = HELD
    with a_site(database, clock) as site:
        site.sign_in(case.liaison)
        assert "nobody rings them" in site.get(at).text
        site.sign_in(a_person(database, Role.LIAISON_OFFICER, email="other@liaison.test"))
        assert site.get(at).status_code == 404


def test_nobody_is_rung_after_the_meeting_of_somebody_else_who_was_harmed(database, clock):
    """Such a call would tell them that there is another, and that they took part."""
    case = a_case(database, stages=())
    clock.instant = HELD.replace(hour=13)
    with database.writing() as session:
        other = a_party(session, case.order_id, side=Side.HARMED)
        actor = an_actor(session)
        one_third_for_each(session, case.order_id, actor=actor, now=HELD)
        every_gate_is_recorded(session, case.order_id)
        plan = live_plan(session, case.order_id)
        assert plan is not None
        for step in steps_of(session, plan.id):
            if step.stage is not Stage.REVIEW and step.harmed_id != other.id:
                step.state, step.done_on = StepState.DONE, HELD.date()
    theirs = f"/liaison/people/{other.id}/after"
    with a_site(database, clock) as site:
        site.sign_in(case.liaison)
        assert f"/liaison/people/{case.harmed_id}/after" in site.get("/liaison").text
        assert theirs not in site.get("/liaison").text
        page = site.get(theirs).text
        assert "has not been held" in page
        assert "9 April" not in page
        hidden = site.hidden_fields(f"/liaison/people/{other.id}/consent")
        assert site.post(theirs, a_call("reached"), hidden=hidden).status_code == 409


def test_nobody_rings_somebody_harmed_who_said_no_after_the_meeting(database, clock):
    case = a_case_after_its_meeting(database)
    clock.instant = HELD.replace(hour=13)
    at = f"/liaison/people/{case.harmed_id}/after"
    with database.writing() as session:
        record_gate(
            session,
            case.order_id,
            gate=Gate.CONSENT,
            value=GateValue.WITHDRAWN,
            party_id=case.harmed_id,
            actor=an_actor(session, Role.LIAISON_OFFICER),
            now=HELD,
            tell=nobody_tells,
        )
    with a_site(database, clock) as site:
        site.sign_in(case.liaison)
        assert "Ring them after the meeting" not in site.get("/liaison").text
        assert "said no to taking part: nobody rings them" in site.get(at).text
        hidden = site.hidden_fields(f"/liaison/people/{case.harmed_id}/consent")
        assert site.post(at, a_call("reached"), hidden=hidden).status_code == 409
