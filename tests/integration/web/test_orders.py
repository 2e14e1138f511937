"""A coordinator's orders: found, shown, and worked on, within the coordinator's own areas."""

from datetime import date
from uuid import UUID, uuid4

from sqlmodel import col, select

from rj.audit.models import AuditEntry
from rj.clocks.reading import case_clocks
from rj.db.database import Database
from rj.orders.models import ContactAttempt, Order, PlanStep, StepState
from rj.orders.plans import let_clocks_follow
from rj.orders.queries import live_plan, steps_of
from rj.parties.models import Party
from rj.policy.terms import ClockKind, PartyRole, Role, Route, Side, Stage
from tests.builders import a_party, an_actor, an_order
from tests.scheduling_builders import RecordingTell, find_suitable
from tests.web_client import TELLER, Site, a_person, a_site
from web.pages import day_text

OTHER_AREA = "elsewhere"


def an_order_id(database: Database, **facts: object) -> UUID:
    with database.writing() as session:
        return an_order(session, **facts).id  # type: ignore[arg-type]


def a_coordinators_site(site: Site, database: Database) -> Site:
    site.sign_in(a_person(database, Role.COORDINATOR))
    return site


def test_the_list_holds_only_orders_of_ones_own_areas(database, clock):
    an_order_id(database, reference="OURS-1")
    an_order_id(database, reference="THEIRS-1", area=OTHER_AREA)
    with a_site(database, clock) as site:
        a_coordinators_site(site, database)
        own = site.get("/orders").text
        asked = site.get(f"/orders?area={OTHER_AREA}").text
    assert "OURS-1" in own
    assert "THEIRS-1" not in own + asked


def test_an_order_of_another_area_is_as_if_it_were_not_there(database, clock):
    theirs = an_order_id(database, reference="THEIRS-1", area=OTHER_AREA)
    with a_site(database, clock) as site:
        a_coordinators_site(site, database)
        for path in ("", "/contact", "/preparation", "/route", "/sign-off", "/liaison", "/close"):
            not_yours = site.get(f"/orders/{theirs}{path}")
            not_there = site.get(f"/orders/{uuid4()}{path}")
            assert not_yours.status_code == not_there.status_code == 404
            assert "THEIRS" not in not_yours.text
            if path:
                hidden = site.hidden_fields("/account/password")
                answer = site.post(
                    f"/orders/{theirs}{path}",
                    {"reason": "x", "route": "letter", "confirmed": "yes"},
                    hidden={**hidden, "_based_on": "1"},
                )
                assert answer.status_code in (404, 422)
    with database.reading() as session:
        assert session.get_one(Order, theirs).closed_at is None


def test_other_roles_do_not_open_orders(database, clock):
    order_id = an_order_id(database)
    with a_site(database, clock) as site:
        for role in (
            Role.FACILITATOR,
            Role.LIAISON_OFFICER,
            Role.REPORT_WRITER,
            Role.ADMINISTRATOR,
        ):
            site.sign_in(a_person(database, role))
            assert site.get("/orders").status_code == 403
            assert site.get(f"/orders/{order_id}").status_code == 403


def test_the_list_finds_by_reference_crn_and_name(database, clock):
    with database.writing() as session:
        order = an_order(session, reference="FIND-1", with_harmer=False)
        a_party(session, order.id, name="Gwyn Zephyr")
        crn = order.crn
        an_order(session, reference="OTHER-2")
    with a_site(database, clock) as site:
        a_coordinators_site(site, database)
        for text in ("find-1", crn.lower(), "zephyr"):
            page = site.get("/orders", params={"text": text}).text
            assert "FIND-1" in page
            assert "OTHER-2" not in page
        assert "No order matches." in site.get("/orders?text=nothing-like-this").text


def test_the_list_narrows_by_clock(database, clock):
    an_order_id(database, reference="LATE-1", sentenced_on=date(2026, 2, 10))
    an_order_id(database, reference="SOON-1", sentenced_on=date(2026, 2, 23))
    an_order_id(database, reference="CALM-1", sentenced_on=date(2026, 3, 8))
    with a_site(database, clock) as site:
        a_coordinators_site(site, database)
        overdue = site.get("/orders?due=overdue").text
        soon = site.get("/orders?due=soon").text
    assert [name in overdue for name in ("LATE-1", "SOON-1", "CALM-1")] == [True, False, False]
    assert [name in soon for name in ("LATE-1", "SOON-1", "CALM-1")] == [False, True, False]


def test_a_long_list_is_shown_in_pages_that_keep_what_was_asked(database, clock):
    with database.writing() as session:
        for number in range(27):
            an_order(session, reference=f"PAGE-{number:02}")
    with a_site(database, clock) as site:
        a_coordinators_site(site, database)
        first = site.get("/orders?text=PAGE&sort=reference").text
        second = site.get("/orders?text=PAGE&sort=reference&number=2").text
    assert "PAGE-00" in first
    assert "PAGE-26" not in first
    assert "/orders?text=PAGE&amp;order_state=open&amp;sort=reference&amp;number=2" in first
    assert "PAGE-26" in second
    assert "Showing 26 to 27 of 27" in second


def test_an_order_shows_its_clock_in_both_readings_and_its_plan(database, clock):
    order_id = an_order_id(database, sentenced_on=date(2026, 3, 2))
    with a_site(database, clock) as site:
        a_coordinators_site(site, database)
        page = site.get(f"/orders/{order_id}").text
    assert "Contact: 8 days left" in page
    assert "Tuesday 17 March 2026, 15 calendar days after sentence" in page
    assert "15 working days would end on 23 March 2026" in page
    for step in ("First contact", "Assessment", "Preparation", "Reparation event", "Review"):
        assert step in page


def test_the_harmed_sides_contact_details_are_never_on_the_page(database, clock):
    with database.writing() as session:
        order = an_order(session)
        a_party(
            session,
            order.id,
            side=Side.HARMED,
            name="Secret Surname",
            chosen_name="Robin",
            email="canary@harmed.test",
            telephone="01632 960777",
            address="9 Canary Lane",
        )
        order_id = order.id
    with a_site(database, clock) as site:
        a_coordinators_site(site, database)
        page = site.get(f"/orders/{order_id}").text
    assert "Robin" in page
    assert "contact details sealed" in page
    for secret in ("Secret Surname", "canary@harmed", "960777", "Canary Lane"):
        assert secret not in page


def test_viewing_an_order_is_noted(database, clock):
    order_id = an_order_id(database)
    with a_site(database, clock) as site:
        a_coordinators_site(site, database)
        site.get(f"/orders/{order_id}")
    with database.reading() as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.order_id == order_id)).all()
        assert "viewed" in [entry.action for entry in entries]


def test_a_contact_recorded_stops_the_clock(database, clock):
    order_id = an_order_id(database, sentenced_on=date(2026, 3, 2))
    with a_site(database, clock, teller=TELLER) as site:
        a_coordinators_site(site, database)
        answer = site.post(
            f"/orders/{order_id}/contact",
            {
                "outcome": "reached",
                "attempted_at-day": "6",
                "attempted_at-month": "3",
                "attempted_at-year": "2026",
                "at_time": "2:30pm",
                "note": "",
            },
        )
        assert answer.status_code == 303
        page = site.get(f"/orders/{order_id}").text
    assert "First contact recorded" in page
    assert "Contact made in time" in page
    assert "Friday 6 March 2026, 2:30pm" in page


def test_a_wrong_entry_keeps_what_was_typed_and_says_what_to_do(database, clock):
    order_id = an_order_id(database)
    with a_site(database, clock, teller=TELLER) as site:
        a_coordinators_site(site, database)
        answer = site.post(
            f"/orders/{order_id}/contact",
            {
                "attempted_at-day": "31",
                "attempted_at-month": "2",
                "attempted_at-year": "2026",
                "at_time": "teatime",
                "note": "Rang twice & left word",
            },
        )
    assert answer.status_code == 422
    assert "Select what came of the attempt" in answer.text
    assert "Date of the attempt must be a real date" in answer.text
    assert "Time of the attempt must be a time" in answer.text
    assert "Rang twice &amp; left word" in answer.text
    assert 'value="teatime"' in answer.text
    assert "<title>Error: " in answer.text
    with database.reading() as session:
        assert session.exec(select(ContactAttempt)).all() == []


def test_a_preparation_meeting_is_added_once_and_may_be_taken_back(database, clock):
    order_id = an_order_id(database)
    with a_site(database, clock, teller=TELLER) as site:
        a_coordinators_site(site, database)
        path = f"/orders/{order_id}/preparation"
        hidden = site.hidden_fields(path)
        for _ in range(3):
            answer = site.post(path, {"reason": "More time"}, hidden=hidden)
            assert answer.status_code == 303
        assert "Further preparation" in site.get(f"/orders/{order_id}").text
        again = f"{path}/take-back"
        stale = site.hidden_fields(again)
        assert "More time" in site.get(again).text
        assert site.post(again, {"reason": ""}, form_at=again).status_code == 422
        assert site.post(again, {"reason": "No need"}, form_at=again).status_code == 303
        assert site.post(again, {"reason": "No need"}, hidden=stale).status_code == 409
        assert "Further preparation" not in site.get(f"/orders/{order_id}").text
    with database.reading() as session:
        added = session.exec(select(PlanStep).where(col(PlanStep.added_reason) != "")).all()
        assert len(added) == 1


def test_the_third_meeting_changes_and_a_stale_change_is_refused(database, clock):
    order_id = an_order_id(database)
    with a_site(database, clock, teller=TELLER) as site:
        a_coordinators_site(site, database)
        path = f"/orders/{order_id}/route"
        hidden = site.hidden_fields(path)
        assert site.post(path, {"route": "letter"}, hidden=hidden).status_code == 303
        stale = site.post(path, {"route": "shuttle"}, hidden=hidden)
        assert stale.status_code == 409
        assert "has changed" in stale.text
    with database.reading() as session:
        plan = live_plan(session, order_id)
        assert plan is not None
        assert plan.route is Route.LETTER
        assert len([s for s in steps_of(session, plan.id) if s.stage is Stage.REPARATION]) == 1


def test_a_direct_conference_without_both_consents_is_refused_beside_the_choice(database, clock):
    order_id = an_order_id(database, with_harmed=True)
    with a_site(database, clock, teller=TELLER) as site:
        a_coordinators_site(site, database)
        answer = site.post(f"/orders/{order_id}/route", {"route": "direct"})
    assert answer.status_code == 422
    assert "Consent of the harmed person has not been recorded" in answer.text


def test_a_sensitive_case_is_signed_off_by_name(database, clock):
    order_id = an_order_id(database, is_sensitive_complex=True)
    with a_site(database, clock, teller=TELLER) as site:
        a_coordinators_site(site, database)
        path = f"/orders/{order_id}/sign-off"
        assert site.post(path).status_code == 422
        assert site.post(path, {"confirmed": "yes"}).status_code == 303
        assert "signed off by Sam Ellis" in site.get(f"/orders/{order_id}").text


def test_only_somebody_who_takes_that_part_becomes_the_harmed_sides_contact(database, clock):
    order_id = an_order_id(database)
    officer = a_person(database, Role.LIAISON_OFFICER, name="Mair Liaison")
    stranger = a_person(database, Role.FACILITATOR, name="Not This One")
    with a_site(database, clock) as site:
        a_coordinators_site(site, database)
        path = f"/orders/{order_id}/liaison"
        refused = site.post(path, {"liaison": str(stranger.account_id)})
        assert refused.status_code == 422
        assert site.post(path, {"liaison": str(officer.account_id)}).status_code == 303
        assert "Mair Liaison" in site.get(f"/orders/{order_id}").text


def test_a_closed_order_offers_nothing_to_do(database, clock):
    order_id = an_order_id(database)
    with a_site(database, clock, teller=TELLER) as site:
        a_coordinators_site(site, database)
        path = f"/orders/{order_id}/close"
        assert site.post(path, {"reason": ""}).status_code == 422
        done = {"ending": "completed", "reason": "Requirement completed"}
        done |= {"ended_on-day": "9", "ended_on-month": "3", "ended_on-year": "2026"}
        assert site.post(path, done).status_code == 200
        confirm = f"{path}/confirm"
        assert site.post(confirm, done, form_at=path).status_code == 303
        page = site.get(f"/orders/{order_id}").text
        assert "This order is closed" in page
        assert "What you can do" not in page
        assert "The plan was carried out, 9 March 2026" in page
        again = site.post(confirm, done, hidden=site.hidden_fields("/orders"))
        assert again.status_code == 409


def test_m5_a_no_of_the_side_of_the_person_on_probation_is_recorded_once_confirmed(database, clock):
    with database.writing() as session:
        order = an_order(session)
        supporter = a_party(session, order.id, role=PartyRole.SUPPORTER, side=Side.HARMER)
        at = f"/orders/{order.id}/people/{supporter.id}"
        person = supporter.id
    with a_site(database, clock, teller=TELLER) as site:
        a_coordinators_site(site, database)
        assert f"{at}/stop" in site.get(at).text

        unconfirmed = site.post(f"{at}/stop", {})
        with database.reading() as session:
            still_reached = session.get_one(Party, person).stopped_at is None
        for _ in range(2):
            confirmed = site.post(f"{at}/stop", {"confirmed": "yes"})

        assert unconfirmed.status_code == 422
        assert still_reached
        assert confirmed.status_code == 303
        assert f"{at}/stop" not in site.get(at).text
    with database.reading() as session:
        assert session.get_one(Party, person).stopped_at == clock.now()


def test_a_coordinator_cannot_stop_contact_on_the_harmed_side(database, clock):
    with database.writing() as session:
        order = an_order(session)
        harmed = a_party(session, order.id, side=Side.HARMED)
        at = f"/orders/{order.id}/people/{harmed.id}/stop"
    with a_site(database, clock) as site:
        a_coordinators_site(site, database)
        assert site.get(at).status_code == 404


def test_a_clock_is_paused_on_its_page_and_says_how_its_day_was_worked_out(database, clock):
    order_id = an_order_id(database, sentenced_on=date(2026, 3, 2))
    at = f"/orders/{order_id}/clocks/first_contact/pause"
    with a_site(database, clock) as site:
        a_coordinators_site(site, database)
        before = site.get(f"/orders/{order_id}").text
        empty = site.post(at, {"reason": "  "})
        form = {
            **{"first_day-day": "4", "first_day-month": "3", "first_day-year": "2026"},
            **{"last_day-day": "8", "last_day-month": "3", "last_day-year": "2026"},
            "reason": "In custody on another matter",
        }
        hidden = site.hidden_fields(at)
        twice = [site.post(at, form, hidden=hidden) for _ in range(2)]
        after = site.get(f"/orders/{order_id}").text
        late = site.post(at, form, hidden={**hidden, "_form_key": "another"})
    assert "How this date was worked out" in before
    assert "Rule R16: 15 calendar days." in before
    assert "day 2: 13 days were left" in before
    assert "Tuesday 17 March 2026" in before
    assert empty.status_code == 422
    assert "Say why the clock is paused" in empty.text
    assert [answer.status_code for answer in twice] == [303, 303]
    assert "In custody on another matter" in after
    assert "Not counted: paused, 4 March 2026 to 8 March 2026 (5 days)." in after
    assert "Sunday 22 March 2026" in after
    assert late.status_code == 409


def test_r48_the_sheet_for_the_officer_is_shown_and_sent_once(database, clock):
    order_id = an_order_id(database, sentenced_on=date(2026, 3, 2))
    at = f"/orders/{order_id}/hand-over"
    with a_site(database, clock) as site:
        a_coordinators_site(site, database)
        sheet = site.get(at).text
        hidden = site.hidden_fields(at)
        answers = [site.post(at, hidden=hidden).status_code for _ in range(2)]
        after = site.get(at).text
    assert "are not failures to comply" in sheet
    assert "Reparation activity" in sheet
    assert answers == [303, 303]
    assert after.count("Waiting to be sent") == 1


def test_the_aim_of_a_running_clock_is_the_one_its_plan_shows(database, clock):
    """The case is found suitable days after its assessment was held: the clock starts then."""
    with database.writing() as session:
        order = an_order(session, sentenced_on=date(2026, 2, 16), with_harmed=False)
        actor = an_actor(session)
        order.first_contacted_on = date(2026, 2, 18)
        plan = live_plan(session, order.id)
        contact, assessment, preparation, *_ = steps_of(session, plan.id)
        contact.state = assessment.state = StepState.DONE
        contact.done_on, assessment.done_on = date(2026, 2, 18), date(2026, 2, 24)
        let_clocks_follow(session, plan, order)
        find_suitable(session, order, actor=actor, tell=RecordingTell())
        session.flush()
        running = {each.kind: each for each in case_clocks(session, order, clock.today())}
        due_on = running[ClockKind.PREPARATION].reckoning.due_on
        assert preparation.target_on != due_on
    with a_site(database, clock) as site:
        page = a_coordinators_site(site, database).get(f"/orders/{order.id}").text
    assert f"our aim {day_text(due_on)}" in page
    assert f"our aim {day_text(preparation.target_on)}" not in page
