"""Contact opens item by item, in an emergency for a quarter of an hour, and a limited case not at
all to whoever is not named; nobody takes both parts."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from rj.accounts.models import Account
from rj.audit.models import AuditEntry
from rj.compartments.mails import EmergencyMessages
from rj.compartments.models import EmergencyOpening
from rj.compartments.services import EMERGENCY
from rj.conferences.models import Meeting
from rj.db.database import Database
from rj.facilitators.models import Facilitator
from rj.kernel.clock import StoppedClock
from rj.orders.models import Order
from rj.outbox.handling import Ready, Stopped
from rj.outbox.models import Message
from rj.policy.terms import Role, Stage
from rj.settings import MailSettings
from tests.builders import AREA, NOW
from tests.integration.web.facilitators.cases import (
    CANARIES,
    HARMED_ADDRESS,
    HARMED_EMAIL,
    HARMED_NAME,
    HARMED_TELEPHONE,
    HARMER_NAME,
    Case,
    a_case,
)
from tests.web_client import TELLER, Site, a_person, a_site


def reasons(session: Session, action: str) -> list[str]:
    return list(session.exec(select(AuditEntry.reason).where(AuditEntry.action == action)))


def released_page(case: Case) -> str:
    return f"/my/cases/{case.order_id}/people/{case.harmed_id}/released"


def test_a_facilitator_opens_only_what_was_released_and_says_why(
    database: Database, clock: StoppedClock
) -> None:
    case = a_case(database)
    release = f"/liaison/people/{case.harmed_id}/release"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.facilitator)
        assert site.get(released_page(case)).status_code == 404
        site.sign_in(case.liaison)
        assert site.post(release, {"facilitator": str(case.facilitator_id)}).status_code == 422
        sent = {"facilitator": str(case.facilitator_id), "items": ["telephone"]}
        assert site.post(release, sent).status_code == 303

        site.sign_in(case.facilitator)
        assert released_page(case) in site.get(f"/my/cases/{case.order_id}").text
        assert site.post(released_page(case), {"reason": ""}).status_code == 422
        shown = site.post(released_page(case), {"reason": "to ring before the visit"})
        assert shown.status_code == 200
        assert HARMED_TELEPHONE in shown.text
        for kept in (HARMED_ADDRESS, HARMED_EMAIL, HARMED_NAME):
            assert kept not in shown.text

        site.sign_in(case.liaison)
        end = site.get(release).text.partition('action="/liaison/releases/')[2].partition('"')[0]
        assert site.post(f"/liaison/releases/{end}", form_at=release).status_code == 303
        site.sign_in(case.facilitator)
        assert site.get(released_page(case)).status_code == 404
    with database.reading() as session:
        assert reasons(session, "view contact details") == ["to ring before the visit"]


def test_what_was_released_closes_with_the_case(database: Database, clock: StoppedClock) -> None:
    case = a_case(database)
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.liaison)
        sent = {"facilitator": str(case.facilitator_id), "items": ["telephone"]}
        site.post(f"/liaison/people/{case.harmed_id}/release", sent)
        site.sign_in(case.facilitator)
        assert site.get(released_page(case)).status_code == 200
        with database.writing() as session:
            session.get_one(Order, case.order_id).closed_at = NOW
        assert site.get(released_page(case)).status_code == 404


def emergency_page(case: Case) -> str:
    return f"/orders/{case.order_id}/people/{case.harmed_id}/emergency"


def open_in_emergency(site: Site, case: Case) -> None:
    site.sign_in(case.coordinator)
    opened = site.post(emergency_page(case), {"reason": "he is at her door and rings us"})
    assert opened.status_code == 303


def test_an_emergency_opens_for_a_quarter_of_an_hour_and_the_liaison_officer_is_told(
    database: Database, clock: StoppedClock
) -> None:
    case = a_case(database)
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.coordinator)
        assert HARMED_TELEPHONE not in site.get(emergency_page(case)).text
        assert site.post(emergency_page(case), {"reason": "urgent"}).status_code == 422
        open_in_emergency(site, case)
        assert HARMED_TELEPHONE in site.get(emergency_page(case)).text
        site.sign_in(
            a_person(database, Role.COORDINATOR, area_id=AREA, email="second@service.test")
        )
        assert HARMED_TELEPHONE not in site.get(emergency_page(case)).text

        site.sign_in(case.liaison)
        assert "opened in an emergency" in site.get("/liaison").text
        told = site.get(f"/liaison/cases/{case.order_id}").text
        assert "he is at her door" in told
        clock.instant = NOW + timedelta(minutes=16)
        site.sign_in(case.coordinator)
        assert HARMED_TELEPHONE not in site.get(emergency_page(case)).text


@pytest.mark.parametrize("lacking", ["nobody is named", "the order is closed"])
def test_no_emergency_opens_of_which_nobody_would_hear(
    database: Database, clock: StoppedClock, lacking: str
) -> None:
    case = a_case(database)
    with database.writing() as session:
        order = session.get_one(Order, case.order_id)
        if lacking == "nobody is named":
            order.liaison_account_id = None
        else:
            order.closed_at = NOW
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.coordinator)
        refused = site.post(emergency_page(case), {"reason": "he is at her door and rings us"})
        assert refused.status_code == 409
        assert HARMED_TELEPHONE not in refused.text
        assert HARMED_TELEPHONE not in site.get(emergency_page(case)).text


def test_the_mail_about_an_emergency_names_nobody_and_stops_once_it_was_read(
    database: Database, clock: StoppedClock
) -> None:
    case = a_case(database)
    handler = EmergencyMessages(MailSettings(), "https://rj.service.test")
    with a_site(database, clock, teller=TELLER) as site:
        open_in_emergency(site, case)
        with database.writing() as session:
            [message] = session.exec(select(Message).where(Message.kind == EMERGENCY))
            ready = handler.look_again(session, message, now=NOW)
            assert isinstance(ready, Ready)
            assert ready.address == session.get_one(Account, case.liaison.account_id).email
            mail = ready.render().decode()
            opening_id = session.exec(select(EmergencyOpening.id)).one()
        site.sign_in(case.liaison)
        seen = f"/liaison/openings/{opening_id}/seen"
        assert site.post(seen, form_at=f"/liaison/cases/{case.order_id}").status_code == 303
        with database.reading() as session:
            [message] = session.exec(select(Message).where(Message.kind == EMERGENCY))
            assert isinstance(handler.look_again(session, message, now=NOW), Stopped)
    for kept in (*CANARIES, HARMER_NAME, "door", "Cerys"):
        assert kept not in mail


def move_by_hand(site: Site, database: Database, case: Case) -> Any:
    """Ask for the assessment an hour later, with whoever leads it now."""
    with database.reading() as session:
        meeting = session.get_one(Meeting, case.meetings[Stage.ASSESSMENT])
    return site.post(
        f"/meetings/{meeting.id}/move",
        {
            "choice": "own",
            "on-day": "17",
            "on-month": "3",
            "on-year": "2026",
            "at": "11:00",
            "lead": str(meeting.lead_id),
            "second": "",
            "room": str(meeting.room_id),
            "reason": "she asked for it",
        },
    )


def test_a_limited_case_is_nowhere_for_whoever_is_not_named(
    database: Database, clock: StoppedClock
) -> None:
    case = a_case(database)
    other = a_person(database, Role.COORDINATOR, area_id=AREA, email="second@service.test")
    limit = f"/orders/{case.order_id}/limit"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.coordinator)
        alone = {"people": [str(other.account_id)]}
        assert "Name yourself too" in site.post(limit, alone).text
        named = {"people": [str(case.coordinator.account_id)]}
        assert site.post(limit, named).status_code == 303
        assert site.get(f"/orders/{case.order_id}").status_code == 200
        for person, pages, lists in (
            (other, [f"/orders/{case.order_id}", limit], ["/orders", "/today"]),
            (case.facilitator, [f"/my/cases/{case.order_id}"], ["/my/cases"]),
            (case.liaison, [f"/liaison/cases/{case.order_id}"], ["/liaison"]),
        ):
            site.sign_in(person)
            assert {site.get(path).status_code for path in pages} == {404}
            for path in lists:
                assert str(case.order_id) not in site.get(path).text
        site.sign_in(case.coordinator)
        again = site.post(
            f"/orders/{case.order_id}/liaison", {"liaison": str(case.liaison.account_id)}
        )
        assert again.status_code == 422
        assert "This person is not named for this limited case" in again.text
        moved = move_by_hand(site, database, case)
        assert moved.status_code == 422
        assert "Fay Lead is not named for this limited case" in moved.text
        assert site.post(limit, {}).status_code == 303
        site.sign_in(other)
        assert site.get(f"/orders/{case.order_id}").status_code == 200


@pytest.mark.parametrize("is_named_by_page", [True, False])
def test_nobody_is_liaison_officer_and_facilitator_of_one_case(
    database: Database, clock: StoppedClock, is_named_by_page: bool
) -> None:
    case = a_case(database)
    both = a_person(
        database,
        Role.LIAISON_OFFICER,
        Role.FACILITATOR,
        area_id=AREA,
        email="both@service.test",
    )
    with database.writing() as session:
        session.get_one(Facilitator, case.facilitator_id).account_id = both.account_id
        if not is_named_by_page:
            session.get_one(Order, case.order_id).liaison_account_id = both.account_id
    with a_site(database, clock, teller=TELLER) as site:
        if is_named_by_page:
            site.sign_in(case.coordinator)
            named = site.post(f"/orders/{case.order_id}/liaison", {"liaison": str(both.account_id)})
            assert named.status_code == 422
            assert "nobody takes both parts" in named.text
        else:
            site.sign_in(both)
            assert site.get(f"/liaison/cases/{case.order_id}").status_code == 200
            assert site.get(f"/my/cases/{case.order_id}").status_code == 404


@pytest.mark.parametrize("door", ["released", "emergency"])
def test_a_screen_left_alone_opens_contact_by_no_other_door(
    database: Database, clock: StoppedClock, door: str
) -> None:
    case = a_case(database)
    is_released = door == "released"
    at = released_page(case) if is_released else emergency_page(case)
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.liaison)
        sent = {"facilitator": str(case.facilitator_id), "items": ["telephone"]}
        site.post(f"/liaison/people/{case.harmed_id}/release", sent)
        site.sign_in(case.facilitator if is_released else case.coordinator)
        hidden = site.hidden_fields(at)
        for minutes in (14, 14, 3):  # in use meanwhile, but by whom
            clock.instant += timedelta(minutes=minutes)
            assert site.get("/account").status_code == 200
        asked = site.get(at)
        assert asked.headers.get("location", "").startswith("/account/confirm?")
        sent_late = site.post(at, {"reason": "he is at her door and rings us"}, hidden=hidden)
        assert sent_late.headers.get("location", "").startswith("/account/confirm?")
        assert HARMED_TELEPHONE not in sent_late.text
