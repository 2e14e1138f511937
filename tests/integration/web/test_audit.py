"""Every look is noted before the answer, every refusal too; who may read of it, and how much."""

from uuid import uuid4

from sqlmodel import select

from rj.audit.models import AuditEntry
from rj.db.database import Database
from rj.kernel.clock import StoppedClock
from rj.orders.models import Order
from rj.outbox.models import Message, MessageState
from rj.policy.terms import Channel, EventKind, Role
from tests.builders import NOW
from tests.integration.web.facilitators.cases import CANARIES, HARMER_NAME, a_case
from tests.web_client import TELLER, a_person, a_site


def entries(database: Database, kind: EventKind) -> list[tuple[str, str, str]]:
    with database.reading() as session:
        found = session.exec(select(AuditEntry).where(AuditEntry.kind == kind)).all()
    return sorted((each.role, each.thing, str(each.order_id)) for each in found)


def test_each_page_notes_one_look_for_each_case_it_shows(
    database: Database, clock: StoppedClock
) -> None:
    case = a_case(database)
    with a_site(database, clock) as site:
        site.sign_in(case.coordinator)
        assert HARMER_NAME in site.get("/orders").text
        assert entries(database, EventKind.VIEW) == [
            ("coordinator", "name in a list", str(case.order_id))
        ]
        for path in ("/orders", f"/orders/{case.order_id}", f"/orders/{case.order_id}/contact"):
            assert site.get(path).status_code == 200
        assert [thing for _, thing, _ in entries(database, EventKind.VIEW)] == [
            "name in a list",
            "name in a list",
            "order",
            "order",
        ]


def test_a_name_on_a_failed_message_is_noted_and_shown_to_nobody_who_runs_the_machine(
    database: Database, clock: StoppedClock
) -> None:
    case = a_case(database, harmer_channel=Channel.EMAIL)
    with database.writing() as session:
        [failed, *_] = session.exec(select(Message).where(Message.recipient_id == case.harmer_id))
        failed.state, failed.state_reason = MessageState.FAILED, "refused for good (550)"
        session.get_one(Order, case.order_id).first_contacted_on = NOW.date()  # no clock names them
    admin = a_person(database, Role.ADMINISTRATOR)
    elsewhere = a_person(database, Role.COORDINATOR, area_id="elsewhere")
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(elsewhere)
        assert "refused for good" not in site.get("/today").text
        site.sign_in(admin)
        shown = site.get("/admin/problems").text
        assert "refused for good (550)" in shown
        assert HARMER_NAME not in shown
        assert entries(database, EventKind.VIEW) == []
        site.sign_in(case.coordinator)
        shown = site.get("/today").text
        assert f"To {HARMER_NAME}" in shown
        look = ("coordinator", "name in a list", str(case.order_id))
        assert look in entries(database, EventKind.VIEW)
        assert "A name in a list" in site.get(f"/orders/{case.order_id}/looks").text
        site.sign_in(admin)
        audit = site.get("/admin/audit?kind=view").text
        assert HARMER_NAME not in audit
        assert str(case.order_id) not in audit
        for person in (case.facilitator, case.liaison):
            site.sign_in(person)
            assert site.get("/admin/audit").status_code == 403
            assert site.get(f"/orders/{case.order_id}/looks").status_code == 403


def test_a_refusal_is_noted_whether_or_not_there_is_such_a_case(
    database: Database, clock: StoppedClock
) -> None:
    case = a_case(database)
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR, area_id="elsewhere"))
        for order_id in (case.order_id, uuid4()):
            assert site.get(f"/orders/{order_id}").status_code == 404
        assert site.get("/admin/audit").status_code == 403
        assert site.get("/nowhere").status_code == 404
    refused = entries(database, EventKind.REFUSED)
    assert refused == [("", "page", "None")] * 3
    assert entries(database, EventKind.VIEW) == []


def test_an_administrator_searches_without_learning_whose_case_it_was(
    database: Database, clock: StoppedClock
) -> None:
    case = a_case(database)
    with a_site(database, clock) as site:
        site.sign_in(case.liaison)
        site.post(f"/liaison/people/{case.harmed_id}/details", {"reason": "Mabel asked for Pat"})
        site.sign_in(a_person(database, Role.ADMINISTRATOR))
        text = site.get("/admin/audit?kind=view&since=2026-03-09&until=2026-03-09").text
        nothing = site.get("/admin/audit?kind=view&until=2026-03-08").text
    assert "View contact details" in text
    assert str(case.order_id)[:8] in text
    for told in (*CANARIES, HARMER_NAME, "Mabel", str(case.order_id)):
        assert told not in text
    assert "No entry matches" in nothing


def test_a_case_shows_who_has_looked_and_reasons_only_to_its_liaison_officer(
    database: Database, clock: StoppedClock
) -> None:
    case = a_case(database)
    with a_site(database, clock) as site:
        site.sign_in(case.liaison)
        site.post(f"/liaison/people/{case.harmed_id}/details", {"reason": "to ring back"})
        theirs = site.get(f"/liaison/cases/{case.order_id}/looks").text
        site.sign_in(case.coordinator)
        coordinators = site.get(f"/orders/{case.order_id}/looks").text
    assert "Reason given: to ring back" in theirs
    assert "How somebody is reached" in theirs
    assert "How somebody is reached" in coordinators
    assert "to ring back" not in coordinators
