"""An order's form can be left and gone on with: by whoever typed it, and without the harmed side's
contact."""

from datetime import timedelta

from sqlmodel import select

from rj.intake.drafts import KEPT_FOR, MOST_KEPT, forget_old_drafts
from rj.intake.models import OrderDraft
from rj.policy.terms import Role
from tests.integration.web.test_recording_orders import (
    HARMED,
    a_coordinator_in,
    orders,
    the_order,
)
from tests.web_client import a_person, a_site

NEW = "/orders/new"


def drafts(database):
    with database.reading() as session:
        return session.exec(select(OrderDraft)).all()


def test_a_draft_is_saved_unjudged_gone_on_with_and_gone_once_the_order_is_recorded(
    database, clock
):
    half = {"reference": "NM/2026/77", "crn": "not yet", "ends_on-day": "31"}
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        saved = site.post("/orders/drafts", half, form_at=NEW)
        assert saved.status_code == 303
        at = saved.headers["location"]
        page = site.get(at).text
        for typed in ('value="NM/2026/77"', 'value="not yet"', 'value="31"'):
            assert typed in page
        assert at in site.get(NEW).text
        again = site.post("/orders/drafts", half | {"crn": "X123456"}, form_at=at)
        assert again.headers["location"] == at
        assert len(drafts(database)) == 1
        recorded = site.post(NEW, the_order(), form_at=at)
        assert recorded.status_code == 303
        assert orders(database) == 1
        assert drafts(database) == []
        assert site.get(at).status_code == 404


def test_a_draft_does_not_keep_how_the_harmed_side_is_reached(database, clock):
    other = {
        "people-1-side": "harmer",
        "people-1-role": "supporter",
        "people-1-name": "Wendy Marsh",
        "people-2-name": "Unplaced Person",
        "people-2-telephone": "07700 900777",
    }
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        saved = site.post("/orders/drafts", the_order() | HARMED | other, form_at=NEW)
        page = site.get(saved.headers["location"]).text
    assert "Robin" in page
    assert "Wendy Marsh" in page
    for secret in ("Secret Surname", "canary@harmed.test", "Unplaced Person", "07700 900777"):
        assert secret not in page
    assert b"Wendy" not in drafts(database)[0].sealed


def test_a_draft_opens_to_its_own_account_alone(database, clock):
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        at = site.post("/orders/drafts", the_order(), form_at=NEW).headers["location"]
        draft = at.partition("=")[2]
        site.sign_in(a_person(database, Role.COORDINATOR, email="second@coordinators.test"))
        assert site.get(at).status_code == 404
        assert draft not in site.get(NEW).text
        discard = site.post(f"/orders/drafts/{draft}/discard", {}, form_at=NEW)
        assert discard.status_code == 404
        assert site.post("/orders/drafts", {"draft": draft}, form_at=NEW).status_code == 404
    assert len(drafts(database)) == 1


def test_two_windows_with_one_draft_do_not_overwrite_one_another(database, clock):
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        at = site.post("/orders/drafts", the_order(), form_at=NEW).headers["location"]
        first, second = site.hidden_fields(at), site.hidden_fields(at)
        site.post("/orders/drafts", {"crn": "X111111"}, hidden=first)
        late = site.post("/orders/drafts", {"crn": "X222222"}, hidden=second)
        assert late.status_code == 409
        assert "X111111" in site.get(at).text


def test_drafts_are_few_can_be_discarded_and_go_by_themselves(database, clock):
    with a_site(database, clock) as site:
        a_coordinator_in(site, database)
        for _ in range(MOST_KEPT):
            at = site.post("/orders/drafts", {"crn": "X1"}, form_at=NEW).headers["location"]
        assert site.post("/orders/drafts", {"crn": "X1"}, form_at=NEW).status_code == 409
        draft = at.partition("=")[2]
        site.post(f"/orders/drafts/{draft}/discard", {}, form_at=NEW)
        assert site.get(at).status_code == 404
    assert len(drafts(database)) == MOST_KEPT - 1
    with database.writing() as session:
        assert forget_old_drafts(session, now=clock.now() + KEPT_FOR - timedelta(hours=1)) == 0
        assert forget_old_drafts(session, now=clock.now() + KEPT_FOR) == MOST_KEPT - 1
