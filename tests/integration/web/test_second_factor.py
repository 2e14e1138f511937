"""A code besides the password: set up at the first sign-in, asked ever after, never taken twice."""

import re
from datetime import timedelta
from urllib.parse import quote

import pyotp
import pytest
from sqlmodel import select

from rj.accounts.keys import AccountKeys
from rj.accounts.models import Account, RecoveryCode, WebSession
from rj.audit.models import AuditEntry
from rj.policy.terms import Role
from tests.integration.web.facilitators.cases import a_case
from tests.web_client import PASSWORD, TELLER, Site, TestPerson, a_person, a_site, some_settings

ASKING = some_settings(has_second_factor=True)
RECOVERY_CODE = re.compile(r"<li><code>([A-Z0-9-]+)</code></li>")
LETTERS = re.compile(r'<code class="rj-long">([A-Z2-7 ]+)</code>')


@pytest.fixture
def site(database, clock):
    with a_site(database, clock, settings=ASKING) as opened:
        yield opened


def type_password(site: Site, person: TestPerson, then: str = "/") -> str:
    """Where the right password leads."""
    site.sign_out()
    answer = site.post("/sign-in", {"email": person.email, "password": PASSWORD, "then": then})
    assert answer.status_code == 303
    return answer.headers["location"]


def set_up_app(site: Site, person: TestPerson) -> tuple[pyotp.TOTP, list[str]]:
    """Sign in for the first time; the app and the recovery codes."""
    assert type_password(site, person) == "/sign-in/set-up"
    app = pyotp.TOTP(LETTERS.search(site.get("/sign-in/set-up").text)[1].replace(" ", ""))
    shown = site.post("/sign-in/set-up", {"code": app.at(site.clock.now())})
    assert shown.status_code == 200
    return app, RECOVERY_CODE.findall(shown.text)


def enter(site: Site, code: str):
    return site.post("/sign-in/code", {"code": code})


def test_a_password_alone_opens_nothing_where_an_app_is_asked_for(site, database, clock):
    person = a_person(database, Role.COORDINATOR)
    assert type_password(site, person) == "/sign-in/set-up"
    for path in ("/today", "/account", "/account/app", "/"):
        assert site.get(path).headers["location"].startswith("/sign-in")
    app, codes = set_up_app(site, person)
    assert len(codes) == 10
    assert site.get("/today").status_code == 200
    assert type_password(site, person) == "/sign-in/code"
    assert site.get("/today").status_code == 303
    assert site.get("/sign-in/set-up").headers["location"] == "/sign-in"
    clock.instant += timedelta(minutes=1)
    assert enter(site, app.at(clock.now())).headers["location"] == "/"
    assert site.get("/today").status_code == 200


def test_an_app_that_shows_another_code_is_not_set_up(site, database):
    person = a_person(database, Role.COORDINATOR)
    type_password(site, person)
    answer = site.post("/sign-in/set-up", {"code": "000000"})
    assert answer.status_code == 422
    assert "That code is not right" in answer.text
    with database.reading() as session:
        assert session.get_one(Account, person.account_id).second_factor is None
        assert not session.exec(select(WebSession)).all()


def test_a_code_is_taken_once_and_from_the_step_before_or_after_only(site, database, clock):
    person = a_person(database, Role.COORDINATOR)
    app, _ = set_up_app(site, person)
    used = app.at(clock.now())
    clock.instant += timedelta(minutes=5)
    type_password(site, person)
    now = clock.now()
    for code in (used, app.at(now - timedelta(seconds=60)), app.at(now + timedelta(seconds=60))):
        assert enter(site, code).status_code == 422
    clock.instant += timedelta(seconds=30)
    early = app.at(clock.now() + timedelta(seconds=30))
    assert enter(site, early).status_code == 303
    type_password(site, person)
    assert enter(site, early).status_code == 422


def test_each_recovery_code_works_once_however_it_is_typed(site, database):
    person = a_person(database, Role.COORDINATOR)
    _, codes = set_up_app(site, person)
    type_password(site, person)
    assert enter(site, codes[0].lower().replace("-", " ")).status_code == 303
    assert "9 of your recovery codes" in site.get("/account").text
    type_password(site, person)
    assert enter(site, codes[0]).status_code == 422
    assert enter(site, codes[1]).status_code == 303


def test_guessing_codes_grows_slow_even_with_the_right_password_each_time(site, database, clock):
    person = a_person(database, Role.COORDINATOR)
    app, _ = set_up_app(site, person)
    clock.instant += timedelta(minutes=1)
    for _ in range(4):
        type_password(site, person)
        assert enter(site, "000000").status_code == 422
    assert "too many tries" in enter(site, app.at(clock.now())).text
    clock.instant += timedelta(minutes=2)
    type_password(site, person)
    assert enter(site, app.at(clock.now())).status_code == 303


def test_the_step_between_ends_after_ten_minutes_and_with_the_password(site, database, clock):
    person = a_person(database, Role.COORDINATOR)
    app, _ = set_up_app(site, person)
    type_password(site, person)
    clock.instant += timedelta(minutes=11)
    code = {"code": app.at(clock.now())}
    late = site.post("/sign-in/code", code, form_at="/sign-in")
    assert late.headers["location"] == "/sign-in"
    type_password(site, person)
    with database.writing() as session:
        session.get_one(Account, person.account_id).password_hash = "another"
    reset = site.post("/sign-in/code", code, form_at="/sign-in")
    assert reset.headers["location"] == "/sign-in"


def test_a_signed_in_thief_cannot_put_another_app_in_place_without_the_password(
    site, database, clock
):
    person = a_person(database, Role.COORDINATOR)
    set_up_app(site, person)
    page = site.get("/account/app").text
    theirs = pyotp.TOTP(LETTERS.search(page)[1].replace(" ", ""))
    known = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    code = theirs.at(clock.now())
    refused = site.post("/account/app", {"code": code, "current": "a guess"}, hidden=known)
    assert refused.status_code == 422
    assert "Your password is not right" in refused.text
    token = site.client.cookies["rj_session"]
    taken = site.post("/account/app", {"code": code, "current": PASSWORD}, hidden=known)
    assert len(RECOVERY_CODE.findall(taken.text)) == 10
    assert site.client.cookies["rj_session"] != token
    assert site.get("/account").status_code == 200


def test_a_screen_left_alone_opens_no_contact_details(database, clock):
    case = a_case(database)
    details = f"/liaison/people/{case.harmed_id}/details"
    with a_site(database, clock, teller=TELLER) as site:
        site.sign_in(case.liaison)
        assert site.get(details).status_code == 200
        clock.instant += timedelta(minutes=10)
        hidden = site.hidden_fields(details)
        clock.instant += timedelta(minutes=10)
        asked = site.get(details).headers["location"]
        assert asked == f"/account/confirm?then={quote(details, safe='')}"
        typed_at_leisure = site.post(details, {"reason": "to ring back"}, hidden=hidden)
        assert typed_at_leisure.status_code == 200
        clock.instant += timedelta(minutes=14)
        late = site.post(details, {"reason": "to ring back"}, hidden=hidden)
        assert late.headers["location"] == asked
        hidden = site.hidden_fields(asked)
        wrong = site.post("/account/confirm", {"current": "a guess"}, hidden=hidden)
        assert wrong.status_code == 422
        [token] = [one.value for one in site.client.cookies.jar if one.name == "rj_session"]
        right = site.post("/account/confirm", {"current": PASSWORD}, hidden=hidden)
        assert right.headers["location"] == details
        assert site.get(details).status_code == 200
        site.client.cookies.clear()
        site.client.cookies.set("rj_session", token)
        assert site.get(details).headers["location"].startswith("/sign-in")


def test_what_the_database_keeps_gives_neither_the_secret_nor_a_recovery_code_away(site, database):
    person = a_person(database, Role.COORDINATOR)
    app, codes = set_up_app(site, person)
    with database.reading() as session:
        sealed = session.get_one(Account, person.account_id).second_factor
        kept = set(session.exec(select(RecoveryCode.fingerprint)))
        actions = set(session.exec(select(AuditEntry.action)))
    assert app.secret.encode() not in sealed
    assert AccountKeys(ASKING.seal_key).open(sealed) == app.secret
    assert not kept & set(codes)
    assert {"second factor set up", "recovery codes drawn", "signed in"} <= actions


def test_one_sees_and_ends_ones_own_sessions_and_nobody_elses(site, database, clock):
    person = a_person(database, Role.COORDINATOR)
    other = a_person(database, Role.FACILITATOR)
    for who in (other, person, person):
        site.sign_in(who)
    with database.reading() as session:
        rows = session.exec(select(WebSession)).all()
        theirs = next(row.id for row in rows if row.account_id == other.account_id)
    page = site.get("/account").text
    assert page.count("Sign out there") == 1
    assert theirs not in page
    assert (
        site.post("/account/sessions", {"session": theirs}, form_at="/account").status_code == 303
    )
    with database.reading() as session:
        assert session.get(WebSession, theirs) is not None
    site.post("/account/sessions", form_at="/account/password")
    assert "Sign out there" not in site.get("/account").text
    with database.reading() as session:
        assert len(session.exec(select(WebSession)).all()) == 2
