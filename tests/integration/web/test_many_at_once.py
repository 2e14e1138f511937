"""Many people at once: nobody waits for ever, and a form sent many times acts once (P6)."""

from concurrent.futures import ThreadPoolExecutor

from sqlmodel import col, select

from rj.orders.models import PlanStep
from rj.policy.terms import Role
from tests.builders import an_order
from tests.web_client import a_person, a_site

CLIENTS = 64
SAME_FORM = 8


def test_more_people_than_threads_are_all_answered(database, clock):
    with database.writing() as session:
        for _ in range(3):
            an_order(session)
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        with ThreadPoolExecutor(CLIENTS) as people:
            answers = list(people.map(lambda _: site.get("/orders").status_code, range(CLIENTS)))
    assert answers == [200] * CLIENTS


def test_one_form_sent_by_eight_clicks_at_once_acts_once(database, clock):
    with database.writing() as session:
        order_id = an_order(session).id
    path = f"/orders/{order_id}/preparation"
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        hidden = site.hidden_fields(path)
        with ThreadPoolExecutor(SAME_FORM) as clicks:
            answers = list(
                clicks.map(
                    lambda _: site.post(path, {"reason": "More time"}, hidden=hidden),
                    range(SAME_FORM),
                )
            )
    assert {answer.status_code for answer in answers} == {303}
    assert {answer.headers["location"] for answer in answers} == {f"/orders/{order_id}"}
    with database.reading() as session:
        added = session.exec(select(PlanStep).where(col(PlanStep.added_reason) != "")).all()
        assert len(added) == 1
