"""Holds and nightly reports, for administrators; whose case it is stays out of it."""

from datetime import timedelta

from sqlmodel import select

from rj.orders.models import Order
from rj.policy.terms import Role
from rj.rights.models import Hold
from rj.rights.retention import run_retention
from tests.builders import NOW, SEAL, an_order
from tests.web_client import a_person, a_site, nobody_tells

A_HOLD = {
    "reason": "court",
    "ends_on-day": "31",
    "ends_on-month": "3",
    "ends_on-year": "2027",
    "note": "Letter 12",
}


def test_a_hold_is_placed_named_in_the_report_and_lifted_without_naming_the_case(database, clock):
    with database.writing() as session:
        order = an_order(session, with_harmed=True)
        order.closed_at = NOW - timedelta(days=800)
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.ADMINISTRATOR))
        assert "Nothing is held" in site.get("/admin/keeping").text
        wrong = site.post("/admin/keeping", A_HOLD | {"reference": "NOT-THERE"})
        assert wrong.status_code == 422
        assert 'value="NOT-THERE"' in wrong.text
        assert 'value="Letter 12"' in wrong.text
        held = site.post("/admin/keeping", A_HOLD | {"reference": order.reference})
        assert held.status_code == 303
        run_retention(database, SEAL, tell=nobody_tells, now=NOW)
        shown = site.get("/admin/keeping").text
        assert "A court needs it, until 31 March 2027" in shown
        assert "Letter 12" in shown
        assert "a court needs it, until 31 March 2027" in shown
        assert order.reference not in shown
        assert order.crn not in shown
        with database.reading() as session:
            [hold] = session.exec(select(Hold)).all()
        lift = f"/admin/keeping/holds/{hold.id}/lift"
        assert site.post(lift, form_at="/admin/keeping").status_code == 303
        assert "Nothing is held" in site.get("/admin/keeping").text
    run_retention(database, SEAL, tell=nobody_tells, now=NOW)
    with database.reading() as session:
        assert session.exec(select(Order)).all() == []
