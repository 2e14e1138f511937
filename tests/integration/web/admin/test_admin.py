"""Accounts, failed messages and outgoing mail, for administrators; no case among them."""

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from sqlmodel import select

from rj.accounts.keys import AccountKeys
from rj.accounts.links import make_link
from rj.accounts.mails import AccountMessages
from rj.accounts.models import Account, AccountLink
from rj.accounts.queries import find_account, roles_of
from rj.audit.services import SERVICE
from rj.outbox.handling import Stopped
from rj.outbox.models import Message, MessageState
from rj.policy.terms import Role
from rj.settings import MailSettings
from tests.giveaways import GIVEAWAYS
from tests.integration.web.facilitators.cases import CANARIES, HARMED_CHOSEN, HARMER_NAME, a_case
from tests.web_client import AREA, PASSWORD, a_person, a_site, some_settings

A_NEW_ACCOUNT = {
    "name": "Nia Newcomer",
    "email": "nia@service.test",
    "language": "en",
    "roles": [f"facilitator@{AREA}", f"liaison_officer@{AREA}"],
}

WITHOUT_REFERENCES = re.compile(r'(E-[A-Z0-9]{8}|n-[A-Z0-9]{24}|value="[^"]*")')


def link_in(page: str) -> str:
    """The link that an administrator is to hand over."""
    found = re.search(r'value="http://testserver.local(/welcome/[0-9a-f]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", ["/admin/accounts", "/admin/problems", "/admin/mail"])
def test_only_administrators_open_these_pages(database, clock, path):
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        assert site.get(path).status_code == 403
        site.sign_in(a_person(database, Role.ADMINISTRATOR))
        assert site.get(path).status_code == 200


def test_who_is_invited_chooses_a_password_by_a_link_that_works_once(database, clock):
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.ADMINISTRATOR))
        answer = site.post("/admin/accounts/new", A_NEW_ACCOUNT)
        assert answer.status_code == 303
        account = answer.headers["location"]
        assert "Nia Newcomer" in site.get(account).text
        assert "Invited" in site.get("/admin/accounts").text
        overtaken = link_in(site.post(f"{account}/link", form_at=account).text)
        link = link_in(site.post(f"{account}/link", form_at=account).text)
        site.sign_out()
        assert site.get(overtaken).status_code == 404
        assert site.get(link).status_code == site.get(link).status_code == 200
        weak = site.post(link, {"wanted": "password1234", "again": "password1234"})
        assert weak.status_code == 422
        assert "harder to guess" in weak.text
        chosen = {"wanted": "four unrelated words here", "again": "four unrelated words here"}
        hidden = site.hidden_fields(link)
        assert "Your password is set" in site.post(link, chosen, hidden=hidden).text
        assert site.post(link, chosen, hidden=hidden).status_code == 404
        assert site.get(link).status_code == 404
        typed = {"email": "nia@service.test", "password": chosen["wanted"]}
        assert site.post("/sign-in", typed).status_code == 303
    with database.reading() as session:
        account = find_account(session, "nia@service.test")
        assert roles_of(session, account.id) == {
            Role.FACILITATOR: {AREA},
            Role.LIAISON_OFFICER: {AREA},
        }


def test_a_faulty_account_is_refused_beside_its_fields_and_nothing_typed_is_lost(database, clock):
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.ADMINISTRATOR))
        answer = site.post("/admin/accounts/new", {**A_NEW_ACCOUNT, "email": "nowhere"})
        without_roles = site.post("/admin/accounts/new", {**A_NEW_ACCOUNT, "roles": []})
    assert answer.status_code == without_roles.status_code == 422
    assert "Enter an e-mail address like" in answer.text
    assert 'value="Nia Newcomer"' in answer.text
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
        assert site.get("/reports").status_code == 200


def test_a_link_lets_somebody_choose_anew_and_works_for_an_hour(database, clock):
    person = a_person(database, Role.COORDINATOR)
    where = f"/admin/accounts/{person.account_id}"
    new = "another four good words"
    with a_site(database, clock) as site:
        site.sign_in(person)
        theirs = site.client.cookies["rj_session"]
        site.sign_in(a_person(database, Role.ADMINISTRATOR))
        late = link_in(site.post(f"{where}/link", form_at=where).text)
        clock.instant += timedelta(minutes=61)
        assert site.get(late).status_code == 404
        site.sign_in(a_person(database, Role.ADMINISTRATOR, email="second@service.test"))
        link = link_in(site.post(f"{where}/link", form_at=where).text)
        clock.instant += timedelta(minutes=10)
        assert site.post(link, {"wanted": new, "again": new}).status_code == 200
        site.sign_out()
        for password, status in ((PASSWORD, 422), (new, 303)):
            typed = {"email": person.email, "password": password}
            assert site.post("/sign-in", typed).status_code == status
        site.client.cookies.set("rj_session", theirs)
        assert site.get("/account").status_code == 303


def test_nobody_can_make_a_link_up(database, clock):
    a_person(database, Role.COORDINATOR)
    with database.writing() as session:
        account = find_account(session, f"coordinator@{AREA}.test")
        link = make_link(session, account.id, actor=SERVICE, now=clock.now())
    with a_site(database, clock) as site:
        right = AccountKeys("").link_token(link.id)
        assert site.get(f"/welcome/{right}").status_code == 200
        for wrong in (link.id.hex, link.id.hex + "0" * 32, right[:-1], f"{right}0", "x", "é" * 64):
            assert site.get(f"/welcome/{wrong}").status_code == 404, wrong


def test_a_forgotten_password_is_answered_alike_whoever_asks(database, clock):
    person = a_person(database, Role.COORDINATOR)
    settings = replace(some_settings(), mail=MailSettings(host="mail.service.test"))
    with a_site(database, clock, settings=settings) as site:
        known = site.post("/sign-in/forgotten", {"email": person.email})
        unknown = site.post("/sign-in/forgotten", {"email": "nobody@service.test"})
        for _ in range(3):
            site.post("/sign-in/forgotten", {"email": "nobody@service.test"})
        hasty = site.post("/sign-in/forgotten", {"email": "nobody@service.test"})
    assert known.status_code == unknown.status_code == 200
    assert WITHOUT_REFERENCES.sub("", known.text) == WITHOUT_REFERENCES.sub("", unknown.text)
    assert "too many tries" in hasty.text
    with database.reading() as session:
        [message] = session.exec(select(Message)).all()
        [link] = session.exec(select(AccountLink)).all()
        handler = AccountMessages(settings.mail, "https://rj.service.test", AccountKeys(""))
        ready = handler.look_again(session, message, now=clock.now())
        mail = message_from_bytes(ready.render(), policy=default)
        assert handler.look_again(
            session, message, now=clock.now() + timedelta(hours=2)
        ) == Stopped("The link works no longer")
    assert ready.address == person.email
    text = mail.get_body(("plain",)).get_content()
    assert f"https://rj.service.test/welcome/{AccountKeys('').link_token(link.id)}" in text
    assert "until 10:00 on Monday 9 March 2026" in text
    assert GIVEAWAYS.search(text) is None


def test_a_lost_app_is_forgotten_for_others_and_never_for_oneself(database, clock):
    person = a_person(database, Role.COORDINATOR)
    me = a_person(database, Role.ADMINISTRATOR)
    where = f"/admin/accounts/{person.account_id}"
    with database.writing() as session:
        session.get_one(Account, person.account_id).second_factor = b"sealed"
        session.get_one(Account, me.account_id).second_factor = b"sealed"
    with a_site(database, clock) as site:
        site.sign_in(person)
        theirs = site.client.cookies["rj_session"]
        site.sign_in(me)
        mine = f"/admin/accounts/{me.account_id}"
        assert site.post(f"{mine}/second-factor", form_at=mine).status_code == 409
        assert site.post(f"{where}/second-factor", form_at=where).status_code == 303
        assert "Forget the app" not in site.get(where).text
        site.client.cookies.set("rj_session", theirs)
        assert site.get("/account").status_code == 303
    with database.reading() as session:
        assert session.get_one(Account, person.account_id).second_factor is None
        assert session.get_one(Account, me.account_id).second_factor is not None


def test_somebody_can_always_administer(database, clock):
    me = a_person(database, Role.ADMINISTRATOR)
    where = f"/admin/accounts/{me.account_id}"
    with a_site(database, clock) as site:
        site.sign_in(me)
        roles = {"roles": [f"coordinator@{AREA}"]}
        assert site.post(f"{where}/roles", roles, form_at=where).status_code == 409
        a_person(database, Role.ADMINISTRATOR, email="second@service.test")
        assert site.post(f"{where}/roles", roles, form_at=where).status_code == 303
        assert site.get(where).status_code == 403


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
