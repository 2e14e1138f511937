"""The pages of a case in which several people were harmed tell them apart, and act for one."""

import re

from sqlmodel import select

from rj.conferences.several import one_third_for_each
from rj.db.database import Database
from rj.orders.models import Order, PlanStep
from rj.orders.plans import thirds_of
from rj.orders.queries import live_plan
from rj.parties.models import Party
from rj.policy.terms import Route, Side
from tests.builders import NOW, a_party, every_gate_is_recorded
from tests.integration.web.facilitators.cases import Case, a_case
from tests.web_client import TELLER, a_site


def a_case_of_two(database: Database) -> tuple[Case, Party, list[PlanStep]]:
    """Jay, and somebody who has not said what they want to be called."""
    case = a_case(database, stages=())
    with database.writing() as session:
        other = a_party(session, case.order_id, side=Side.HARMED, chosen_name="")
        one_third_for_each(session, case.order_id, actor=case.actor, now=NOW)
        every_gate_is_recorded(session, case.order_id)
        plan = live_plan(session, case.order_id)
        assert plan is not None
        return case, other, thirds_of(session, plan.id)


def test_each_third_meeting_says_whose_it_is_and_is_decided_by_itself(database, clock):
    case, other, thirds = a_case_of_two(database)
    here = f"/orders/{case.order_id}"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.coordinator)
        page = site.get(here).text
        assert "Of Jay, and of nobody else who was harmed" in page
        assert f"Of the person with reference {other.reference}, and of nobody else" in page
        links = re.findall(rf'href="({here}/route\?step=[^"]+)"', page)
        assert len(set(links)) == 2
        mine = next(each for each in thirds if each.harmed_id == case.harmed_id)
        at = f"{here}/route?step={mine.id}"
        assert "This is the one of <strong>Jay</strong>" in site.get(at).text
        said = {"route": "direct", "step": str(mine.id)}
        assert site.post(f"{here}/route", said, form_at=at).status_code == 303
    with database.reading() as session:
        plan = live_plan(session, case.order_id)
        assert plan is not None
        routes = {
            step.harmed_id: step.takes(plan.route)
            for step in session.exec(select(PlanStep).where(PlanStep.plan_id == plan.id))
            if step.harmed_id is not None
        }
        assert routes == {case.harmed_id: Route.DIRECT, other.id: Route.UNDECIDED}


def test_a_facilitator_tells_several_harmed_people_apart_by_reference(database, clock):
    case, other, _ = a_case_of_two(database)
    with database.writing() as session:
        session.get_one(Order, case.order_id).current_lead_id = case.facilitator_id
    with a_site(database, clock) as site:
        site.sign_in(case.facilitator)
        page = site.get(f"/my/cases/{case.order_id}").text
        assert f"The harmed person, {other.reference}" in page
        assert "Jay" in page
