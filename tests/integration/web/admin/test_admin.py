"""Accounts, failed messages and outgoing mail, for administrators; no case among them."""

import pytest
from sqlmodel import select

from rj.accounts.models import Account
from rj.accounts.queries import find_account, roles_of
from rj.outbox.models import Message, MessageState
from rj.policy.terms import Role
from tests.integration.web.facilitators.cases import CANARIES, HARMED_CHOSEN, HARMER_NAME, a_case
from tests.web_client import AREA, PASSWORD, a_person, a_site

A_NEW_ACCOUNT = {
    "name": "Nia Newcomer",
    "email": "nia@service.test",
    "password": "four unrelated words here",
    "language": "en",
    "roles": [f"facilitator@{AREA}", f"liaison_officer@{AREA}"],
}


@pytest.mark.parametrize("path", ["/admin/accounts", "/admin/problems", "/admin/mail"])
def test_only_administrators_open_these_pages(database, clock, path):
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        assert site.get(path).status_code == 403
        site.sign_in(a_person(database, Role.ADMINISTRATOR))
        assert site.get(path).status_code == 200


def test_a_new_account_can_sign_in_with_its_roles(database, clock):
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.ADMINISTRATOR))
        answer = site.post("/admin/accounts/new", A_NEW_ACCOUNT)
        assert answer.status_code == 303
        assert "Nia Newcomer" in site.get(answer.headers["location"]).text
        site.sign_out()
        signed_in = site.post(
            "/sign-in", {"email": "nia@service.test", "password": A_NEW_ACCOUNT["password"]}
        )
    assert signed_in.status_code == 303
    with database.reading() as session:
        account = find_account(session, "nia@service.test")
        assert roles_of(session, account.id) == {
            Role.FACILITATOR: {AREA},
            Role.LIAISON_OFFICER: {AREA},
        }


def test_a_faulty_account_is_refused_beside_its_fields_and_nothing_typed_is_lost(database, clock):
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.ADMINISTRATOR))
        answer = site.post(
            "/admin/accounts/new", {**A_NEW_ACCOUNT, "email": "nowhere", "password": "short"}
        )
        without_roles = site.post("/admin/accounts/new", {**A_NEW_ACCOUNT, "roles": []})
    assert answer.status_code == without_roles.status_code == 422
    assert "Enter an e-mail address like" in answer.text
    assert 'value="Nia Newcomer"' in answer.text
    assert "short" not in answer.text.partition("<form")[2]
    assert "Select at least one role" in without_roles.text
    with database.reading() as session:
        assert find_account(session, "nia@service.test") is None


def test_S3_a_deactivated_account_is_out_with_its_next_click(database, clock):
    person = a_person(database, Role.COORDINATOR)
    where = f"/admin/accounts/{person.account_id}"
    with a_site(database, clock) as site:
        site.sign_in(person)
        theirs = site.client.cookies.get("rj_session")
        assert site.get("/orders").status_code == 200
        site.sign_in(a_person(database, Role.ADMINISTRATOR))
        hidden = site.hidden_fields(where)
        assert site.post(f"{where}/deactivate", hidden=hidden).status_code == 303
        assert site.post(f"{where}/deactivate", hidden=hidden).status_code == 409
        assert "Deactivated" in site.get("/admin/accounts").text
        site.client.cookies.set("rj_session", theirs)
        assert site.get("/orders").status_code == 303


def test_roles_are_changed_and_the_boxes_show_them(database, clock):
    person = a_person(database, Role.COORDINATOR)
    where = f"/admin/accounts/{person.account_id}"
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.ADMINISTRATOR))
        roles = [f"report_writer@{AREA}"]
        assert site.post(f"{where}/roles", {"roles": roles}, form_at=where).status_code == 303
        assert site.post(f"{where}/roles", {"roles": ["king@x"]}, form_at=where).status_code == 422
        site.sign_in(person)
        assert site.get("/orders").status_code == 403
        assert "There is nothing to do here yet" in site.get("/reports").text


def test_a_reset_password_replaces_the_old_one(database, clock):
    person = a_person(database, Role.COORDINATOR)
    where = f"/admin/accounts/{person.account_id}"
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.ADMINISTRATOR))
        new = {"password": "another four good words"}
        assert site.post(f"{where}/password", new, form_at=where).status_code == 303
        site.sign_out()
        old = site.post("/sign-in", {"email": person.email, "password": PASSWORD})
        assert old.status_code == 422
        assert site.post("/sign-in", {"email": person.email, **new}).status_code == 303


def test_nobody_closes_their_own_account(database, clock):
    me = a_person(database, Role.ADMINISTRATOR)
    where = f"/admin/accounts/{me.account_id}"
    with a_site(database, clock) as site:
        site.sign_in(me)
        assert "Deactivate the account" not in site.get(where).text
        assert site.post(f"{where}/deactivate", form_at=where).status_code == 409
    with database.reading() as session:
        assert session.exec(select(Account)).one().is_active


def test_S4_a_failed_message_is_tried_again_without_showing_whose_it_is(database, clock):
    case = a_case(database)
    with database.writing() as session:
        message = session.exec(
            select(Message).where(Message.recipient_id == case.harmer_id)
        ).first()
        message.state = MessageState.FAILED
        message.state_reason = "The server refused it (550)"
        message.attempts = 1
        message_id = message.id
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.ADMINISTRATOR))
        pages = [site.get("/admin/problems").text, site.get("/admin/mail").text]
        answer = site.post(f"/admin/problems/{message_id}", form_at="/admin/problems")
        assert answer.status_code == 303
        assert "No message has failed" in site.get("/admin/problems").text
    assert "The server refused it (550)" in pages[0]
    assert "Mail is off" in pages[1]
    for text in pages:
        assert not [each for each in (*CANARIES, HARMER_NAME, HARMED_CHOSEN) if each in text]
    with database.reading() as session:
        assert session.get(Message, message_id).state is MessageState.QUEUED
