"""Signing in and out: sessions cannot be fixed, kept alive or brought back."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

from argon2 import PasswordHasher
from sqlmodel import select

from rj.accounts import passwords
from rj.accounts.delays import FREE_TRIES_PER_NAME
from rj.accounts.models import Account, AccountRole, WebSession
from rj.db.database import Database
from rj.policy.terms import Role
from tests.web_client import PASSWORD, a_person, a_site, some_settings

ACCOUNT_PAGE = "/account/password"


def _counting(hasher: PasswordHasher, hashed: list[str]) -> Callable[[str, str], bool]:
    def verify(password_hash: str, password: str) -> bool:
        hashed.append(password_hash)
        return hasher.verify(password_hash, password)

    return verify


def sessions(database: Database) -> list[tuple[str, bytes]]:
    with database.reading() as session:
        return [(kept.id, kept.data) for kept in session.exec(select(WebSession))]


def test_a_right_password_opens_the_first_page_of_the_role(database, clock):
    person = a_person(database, Role.COORDINATOR)
    with a_site(database, clock) as site:
        answer = site.post("/sign-in", {"email": person.email, "password": PASSWORD})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/"
        assert site.get("/").headers["location"] == "/today"


def test_the_name_is_known_in_any_case_of_letters(database, clock):
    person = a_person(database, Role.COORDINATOR)
    with a_site(database, clock) as site:
        answer = site.post("/sign-in", {"email": person.email.upper(), "password": PASSWORD})
        assert answer.status_code == 303


def test_unknown_names_wrong_passwords_and_closed_accounts_are_answered_alike(
    database, clock, monkeypatch
):
    hashed = []
    hasher = passwords._hasher
    monkeypatch.setattr(passwords, "_hasher", SimpleNamespace(verify=_counting(hasher, hashed)))
    person = a_person(database, Role.COORDINATOR)
    closed = a_person(database, Role.COORDINATOR, email="closed@service.test")
    with database.writing() as session:
        session.get_one(Account, closed.account_id).is_active = False
    with a_site(database, clock) as site:
        wrong = site.post("/sign-in", {"email": person.email, "password": "not my password"})
        unknown = site.post("/sign-in", {"email": "who@service.test", "password": PASSWORD})
        shut = site.post("/sign-in", {"email": closed.email, "password": PASSWORD})
    sentence = "The e-mail address or the password is not right"
    assert len(hashed) == 3  # what takes long is done each time
    for answer in (wrong, unknown, shut):
        assert answer.status_code == 422
        assert sentence in answer.text
    assert not sessions(database)


def test_the_name_typed_stays_and_the_password_does_not(database, clock):
    with a_site(database, clock) as site:
        answer = site.post("/sign-in", {"email": "me@service.test", "password": "wrong password"})
    assert 'value="me@service.test"' in answer.text
    assert "wrong password" not in answer.text


def test_guessing_grows_slow_and_waiting_helps(database, clock):
    person = a_person(database, Role.COORDINATOR)
    with a_site(database, clock) as site:
        for _ in range(4):
            site.post("/sign-in", {"email": person.email, "password": "guess again please"})
        hasty = site.post("/sign-in", {"email": person.email, "password": PASSWORD})
        assert hasty.status_code == 422
        assert "too many tries" in hasty.text
        clock.instant += timedelta(minutes=2)
        patient = site.post("/sign-in", {"email": person.email, "password": PASSWORD})
    assert patient.status_code == 303


def test_a_session_chosen_beforehand_is_never_taken_over(database, clock):
    person = a_person(database, Role.COORDINATOR)
    with a_site(database, clock) as site:
        site.client.cookies.set("rj_session", "chosen-by-somebody-else")
        site.post("/sign-in", {"email": person.email, "password": PASSWORD})
        ours = site.client.cookies.jar
        assert {cookie.value for cookie in ours if cookie.name == "rj_session"} != {
            "chosen-by-somebody-else"
        }
        site.client.cookies.clear()
        site.client.cookies.set("rj_session", "chosen-by-somebody-else")
        assert site.get(ACCOUNT_PAGE).status_code == 303


def test_signing_in_again_ends_the_session_before(database, clock):
    person = a_person(database, Role.COORDINATOR)
    with a_site(database, clock) as site:
        site.sign_in(person)
        before = sessions(database)[0]
        hidden = site.hidden_fields(ACCOUNT_PAGE)
        site.post("/sign-in", {"email": person.email, "password": PASSWORD}, hidden=hidden)
    after = sessions(database)
    assert len(after) == 1
    assert after != [before]


def test_nobody_has_a_row_before_signing_in(database, clock):
    with a_site(database, clock) as site:
        site.get("/sign-in")
        site.get("/nowhere")
        site.get("/")
    assert not sessions(database)


def test_the_identifier_is_not_in_the_database(database, clock):
    person = a_person(database, Role.COORDINATOR)
    with a_site(database, clock) as site:
        site.post("/sign-in", {"email": person.email, "password": PASSWORD})
        token = site.client.cookies["rj_session"]
    assert all(
        token not in kept and token.encode() not in data for kept, data in sessions(database)
    )


def test_a_quarter_of_an_hour_without_a_request_ends_a_session(database, clock):
    person = a_person(database, Role.COORDINATOR)
    with a_site(database, clock) as site:
        site.sign_in(person)
        clock.instant += timedelta(minutes=14)
        assert site.get(ACCOUNT_PAGE).status_code == 200
        clock.instant += timedelta(minutes=14)
        assert site.get(ACCOUNT_PAGE).status_code == 200
        clock.instant += timedelta(minutes=16)
        assert site.get(ACCOUNT_PAGE).status_code == 303


def test_eight_hours_end_every_session(database, clock):
    person = a_person(database, Role.COORDINATOR)
    with a_site(database, clock) as site:
        site.sign_in(person)
        for _ in range(47):
            clock.instant += timedelta(minutes=10)
            assert site.get(ACCOUNT_PAGE).status_code == 200
        clock.instant += timedelta(minutes=10)
        assert site.get(ACCOUNT_PAGE).status_code == 303


def test_signing_out_ends_the_session_on_the_server(database, clock):
    person = a_person(database, Role.COORDINATOR)
    with a_site(database, clock) as site:
        site.sign_in(person)
        token = site.client.cookies["rj_session"]
        assert site.post("/sign-out", form_at=ACCOUNT_PAGE).status_code == 303
        site.client.cookies.set("rj_session", token)
        assert site.get(ACCOUNT_PAGE).status_code == 303
    assert not sessions(database)


def test_a_closed_account_is_out_at_its_next_request(database, clock):
    person = a_person(database, Role.COORDINATOR)
    with a_site(database, clock) as site:
        site.sign_in(person)
        assert site.get(ACCOUNT_PAGE).status_code == 200
        with database.writing() as session:
            session.get_one(Account, person.account_id).is_active = False
        assert site.get(ACCOUNT_PAGE).status_code == 303


def test_a_role_taken_away_is_gone_at_the_next_request(database, clock):
    person = a_person(database, Role.COORDINATOR)
    with a_site(database, clock) as site:
        site.sign_in(person)
        assert site.get("/").headers["location"] == "/today"
        with database.writing() as session:
            for held in session.exec(select(AccountRole)):
                held.role = Role.REPORT_WRITER
                session.add(held)
        assert site.get("/").headers["location"] == "/reports"


def test_a_changed_password_ends_the_other_sessions_and_not_this_one(database, clock):
    person = a_person(database, Role.COORDINATOR)
    with a_site(database, clock) as elsewhere, a_site(database, clock) as site:
        elsewhere.sign_in(person)
        site.sign_in(person)
        wanted = "four unrelated words here"
        answer = site.post(ACCOUNT_PAGE, {"current": PASSWORD, "wanted": wanted, "again": wanted})
        assert answer.status_code == 303
        assert "Your password was changed" in site.get(ACCOUNT_PAGE).text
        assert "Your password was changed" not in site.get(ACCOUNT_PAGE).text
        assert elsewhere.get(ACCOUNT_PAGE).status_code == 303


def test_a_weak_new_password_is_refused_beside_its_field(database, clock):
    person = a_person(database, Role.COORDINATOR)
    with a_site(database, clock) as site:
        site.sign_in(person)
        answer = site.post(ACCOUNT_PAGE, {"current": PASSWORD, "wanted": "short", "again": "short"})
    assert answer.status_code == 422
    assert 'href="#wanted"' in answer.text
    assert "12 characters or more" in answer.text


def test_after_signing_in_one_goes_on_to_the_page_one_wanted_but_never_to_another_site(
    database, clock
):
    person = a_person(database, Role.COORDINATOR)
    with a_site(database, clock) as site:
        assert site.get(ACCOUNT_PAGE).headers["location"] == ("/sign-in?then=%2Faccount%2Fpassword")
        for then, lands in (
            ("/today", "/today"),
            ("//evil.test/", "/"),
            ("https://evil.test", "/"),
            ("/\\evil.test", "/"),
        ):
            site.sign_out()
            answer = site.post(
                "/sign-in", {"email": person.email, "password": PASSWORD, "then": then}
            )
            assert answer.headers["location"] == lands


def test_cookies_are_bound_to_https_and_host_except_on_loopback(database, clock):
    person = a_person(database, Role.COORDINATOR)
    with a_site(database, clock) as site:
        answer = site.post("/sign-in", {"email": person.email, "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("rj_session=")
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
    with a_site(database, clock, settings=some_settings(host="rj.service.test")) as site:
        page = site.get("/sign-in")
        cookie = page.headers["set-cookie"]
        assert cookie.startswith("__Host-rj_form=")
        assert "Secure" in cookie
        assert "Strict-Transport-Security" in page.headers


def test_guesses_at_the_old_password_of_a_screen_left_alone_grow_slow(database, clock):
    person = a_person(database, Role.COORDINATOR)
    wanted = "three grey herons stood"
    with a_site(database, clock) as site:
        site.sign_in(person)
        for _ in range(FREE_TRIES_PER_NAME + 1):
            form = {"current": "a guess of somebody", "wanted": wanted, "again": wanted}
            assert site.post(ACCOUNT_PAGE, form).status_code == 422
        hasty = site.post(ACCOUNT_PAGE, form | {"current": PASSWORD})
        assert hasty.status_code == 422
        assert "too many tries" in hasty.text
