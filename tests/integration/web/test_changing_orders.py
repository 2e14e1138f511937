"""The order page changes what is recorded, says first who would be told what, and keeps why."""

from sqlmodel import select

from rj.conferences.models import Meeting, MeetingState
from rj.db.database import Database
from rj.orders.models import Order
from rj.outbox.models import Message, MessageState
from rj.policy.terms import Role, Stage
from tests.builders import AREA, NOW
from tests.integration.web.facilitators.cases import CANARIES, HARMED_CHOSEN, a_case
from tests.integration.web.test_orders import an_order_id
from tests.web_client import TELLER, a_person, a_site

WHY = {"ground": "varied", "reason": "order of 6 March"}
END = {"ends_on-day": "14", "ends_on-month": "3", "ends_on-year": "2026"}


def messages(database: Database) -> int:
    with database.reading() as session:
        return len(session.exec(select(Message)).all())


def everything_was_sent(database: Database) -> None:
    with database.writing() as session:
        for message in session.exec(select(Message)):
            message.state, message.sent_at, message.attempts = MessageState.SENT, NOW, 1


def test_each_fact_has_a_page_that_shows_what_is_recorded(database, clock):
    order_id = an_order_id(database)
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        page = site.get(f"/orders/{order_id}").text
        assert f"/orders/{order_id}/change/end" in page
        end = site.get(f"/orders/{order_id}/change/end").text
        assert 'value="2027"' in end
        assert site.get(f"/orders/{order_id}/change/nothing").status_code == 404


def test_a_change_nobody_hears_of_is_made_at_once_and_stands_in_the_history(database, clock):
    order_id = an_order_id(database)
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR, name="Mair Pugh"))
        answer = site.post(
            f"/orders/{order_id}/change/risk",
            {"risk": "high", "ground": "circumstances", "reason": "OASys of 5 March"},
        )
        assert answer.status_code == 303
        page = site.get(f"/orders/{order_id}").text
    history = page[page.index('id="history"') :]
    for words in ("Medium", "High", "Things are different now: OASys of 5 March", "Mair Pugh"):
        assert words in history


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(database, clock):
    order_id = an_order_id(database)
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        answer = site.post(
            f"/orders/{order_id}/change/end",
            {**END, "ends_on-year": "2020", "ground": "varied", "reason": "typed reason"},
        )
    assert answer.status_code == 422
    assert 'href="#ends_on"' in answer.text
    assert "typed reason" in answer.text


def test_a_nearer_end_says_who_is_told_before_it_happens_and_tells_them_when_it_does(
    database, clock
):
    case = a_case(database, stages=(Stage.ASSESSMENT,))
    everything_was_sent(database)
    told = messages(database)
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.coordinator)
        at = f"/orders/{case.order_id}/change/end"
        hidden = site.hidden_fields(at)
        asked = site.post(at, {**END, **WHY}, hidden=hidden)
        assert asked.status_code == 200
        assert "Meetings that will be called off" in asked.text
        assert "that it is called off" in asked.text
        assert messages(database) == told, "nothing happens before it is confirmed"
        answer = site.post(f"{at}/confirm", {**END, **WHY}, hidden=hidden)
        assert answer.status_code == 303
        again = site.post(f"{at}/confirm", {**END, **WHY}, hidden=hidden)
        assert again.status_code == 409
    with database.reading() as session:
        meeting = session.get_one(Meeting, case.meetings[Stage.ASSESSMENT])
        assert meeting.state is MeetingState.CANCELLED
    assert messages(database) > told


def test_two_people_who_change_one_order_do_not_overwrite_one_another(database, clock):
    order_id = an_order_id(database)
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        at = f"/orders/{order_id}/change"
        seen = site.hidden_fields(f"{at}/plea")
        site.post(f"{at}/kind", {**WHY, "order_type": "community_order", "requirement": "rar"})
        late = site.post(f"{at}/plea", {**WHY, "plea": "not_known"}, hidden=seen)
    assert late.status_code == 409
    with database.reading() as session:
        assert session.get_one(Order, order_id).plea == "guilty"


def test_the_history_tells_nothing_of_the_harmed_side_and_is_the_coordinators_alone(
    database, clock
):
    case = a_case(database, stages=())
    with a_site(database, clock) as site:
        site.sign_in(case.coordinator)
        site.post(
            f"/orders/{case.order_id}/change/person",
            {
                **WHY,
                "name": "Renamed Person",
                "date_of_birth-day": "1",
                "date_of_birth-month": "1",
                "date_of_birth-year": "1990",
            },
        )
        page = site.get(f"/orders/{case.order_id}").text
        history = page[page.index('id="history"') :]
        assert "Renamed Person" in history
        assert [each for each in (*CANARIES, HARMED_CHOSEN) if each in history] == []
        for person in (case.facilitator, case.liaison):
            site.sign_in(person)
            assert site.get(f"/orders/{case.order_id}").status_code in {403, 404}
        site.sign_in(a_person(database, Role.COORDINATOR, area_id=f"not {AREA}"))
        assert site.get(f"/orders/{case.order_id}/change/person").status_code == 404


def test_a_new_name_beside_new_contact_details_stands_in_the_history_and_they_do_not(
    database, clock
):
    case = a_case(database, stages=())
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.coordinator)
        answer = site.post(
            f"/orders/{case.order_id}/people/{case.harmer_id}",
            {
                "name": "Newly Wed",
                "email": "newly@wed.test",
                "channel": "email",
                "calendar_wish": "none",
            },
        )
        assert answer.status_code == 303
        page = site.get(f"/orders/{case.order_id}").text
    history = page[page.index('id="history"') :]
    assert "Newly Wed" in history
    assert "newly@wed.test" not in history
