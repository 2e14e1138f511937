"""Signing in by the organisation's provider: only whom it really vouches for, with their groups'
roles, and nobody by another's answer."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import unescape
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from joserfc.jwk import RSAKey
from sqlmodel import select

from rj.accounts.models import Account, WebSession
from rj.accounts.queries import find_account, roles_of
from rj.policy.terms import Role
from rj.settings import OidcSettings
from tests.builders import AREA
from tests.integration.web.provider import CLIENT_ID, SECRET, TestProvider, a_provider
from tests.web_client import Site, a_person, a_site, some_settings

NIA = {
    "sub": "nia-1",
    "email": "nia@service.test",
    "email_verified": True,
    "name": "Nia Newcomer",
    "roles": ["wenshire-rj", "everybody"],
}
REFUSED = "/sign-in?refused=organisation"


@dataclass
class Office:
    """The site, its provider, and somebody's browser."""

    site: Site
    provider: TestProvider

    def at_provider(self, then: str = "/today") -> str:
        """Where the provider leads the browser back to."""
        return self.at_provider_by(f"/sign-in/organisation?then={then}")

    def at_provider_by(self, way: str) -> str:
        """The same by another link of ours."""
        asked = self.site.get(way)
        assert asked.status_code == 303
        answer = httpx.get(asked.headers["location"])
        assert answer.status_code == 302
        back = urlsplit(answer.headers["location"])
        return f"{back.path}?{back.query}"

    def sign_in(self, then: str = "/today") -> str:
        """Where somebody lands who signs in."""
        return self.site.get(self.at_provider(then)).headers["location"]


@pytest.fixture
def office(database, clock) -> Iterator[Office]:
    with an_office(database, clock) as found:
        yield found


@contextmanager
def an_office(database, clock) -> Iterator[Office]:
    a_person(database, Role.ADMINISTRATOR)
    with a_provider(clock) as provider:
        oidc = OidcSettings(
            provider.issuer,
            CLIENT_ID,
            SECRET,
            roles=(
                ("wenshire-rj", f"coordinator@{AREA}"),
                ("contact", f"{Role.LIAISON_OFFICER}@{AREA}"),
                ("volunteers", f"facilitator@{AREA}"),
                ("elsewhere", "coordinator@nowhere"),
            ),
        )
        settings = replace(some_settings(has_second_factor=True), oidc=oidc)
        with a_site(database, clock, settings=settings) as site:
            provider.claims = dict(NIA)
            yield Office(site, provider)


def test_somebody_with_a_group_is_let_in_with_its_role_and_goes_on(office, database):
    assert "Sign in with your organisation" in office.site.get("/sign-in?then=/today").text
    assert office.sign_in() == "/today"
    assert office.site.get("/today").status_code == 200
    assert "Nia Newcomer" in office.site.get("/account").text
    assert office.sign_in("//evil.test") == "/"
    with database.reading() as session:
        account = find_account(session, "nia@service.test")
        assert roles_of(session, account.id) == {Role.COORDINATOR: {AREA}}


def test_the_providers_word_on_roles_holds_and_what_it_says_no_more_is_taken_away(office, database):
    office.sign_in()
    elsewhere = office.site.client.cookies["rj_session"]
    office.provider.claims["roles"] = "volunteers"
    office.site.sign_out()
    assert office.sign_in("/") == "/"
    assert office.site.get("/").headers["location"] == "/my/meetings"
    mine = office.site.client.cookies["rj_session"]
    office.site.sign_out()
    office.site.client.cookies.set("rj_session", elsewhere)
    assert office.site.get("/account").status_code == 303
    for nothing in ([], ["elsewhere"], {"odd": 1}, None):
        office.provider.claims["roles"] = nothing
        office.site.sign_out()
        assert office.sign_in() == REFUSED
    office.site.client.cookies.set("rj_session", mine)
    assert office.site.get("/account").status_code == 303
    with database.reading() as session:
        assert roles_of(session, find_account(session, "nia@service.test").id) == {}


def test_an_account_opened_by_hand_is_joined_by_a_verified_address_only(office, database):
    by_hand = a_person(database, Role.FACILITATOR, email="nia@service.test")
    office.provider.claims["email_verified"] = False
    assert office.sign_in() == REFUSED
    del office.provider.claims["email_verified"]
    assert office.sign_in() == REFUSED
    office.provider.claims["email_verified"] = True
    assert office.sign_in() == "/today"
    with database.reading() as session:
        assert session.get_one(Account, by_hand.account_id).single_sign_on
    # whoever is given that address next year is somebody else
    office.provider.claims["sub"] = "nia-2"
    office.site.sign_out()
    assert office.sign_in() == REFUSED


@pytest.mark.parametrize(
    ("said_first", "said_again", "opens"),
    [(-3600, 0, True), (None, None, True), (-3600, -3600, False)],
)
def test_what_is_sealed_opens_once_the_provider_has_asked_again(
    office, clock, said_first, said_again, opens
):
    """A provider that remembers somebody lets whoever sits at the screen back in unasked."""
    now = int(clock.now().timestamp())
    sealed = f"/liaison/people/{uuid4()}/details"
    office.provider.claims["roles"] = ["contact"]
    office.provider.bent = {"auth_time": None if said_first is None else now + said_first}
    office.sign_in("/")
    asked = office.site.get(sealed)
    assert asked.status_code == 303
    again = re.search(
        r'href="(/sign-in/organisation[^"]+)"', office.site.get(asked.headers["location"]).text
    )
    assert again
    office.provider.bent = {"auth_time": None if said_again is None else now + said_again}
    where = office.at_provider_by(unescape(again[1]))
    [at_provider] = office.provider.codes.values()
    assert (at_provider["prompt"], at_provider["max_age"]) == ("login", "0")
    assert office.site.get(where).headers["location"] == sealed
    assert office.site.get(sealed).status_code == (404 if opens else 303)


def test_who_is_deactivated_here_stays_out(office, database):
    office.sign_in()
    with database.writing() as session:
        find_account(session, "nia@service.test").is_active = False
    office.site.sign_out()
    assert office.sign_in() == REFUSED
    assert "did not let you in" in office.site.get(REFUSED).text


def test_a_token_that_is_bent_in_any_way_opens_nothing(office, database):
    now = int(office.site.clock.now().timestamp())
    for bent in (
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody else"},
        {"aud": [CLIENT_ID, "somebody else"]},
        {"aud": None},
        {"iss": "https://evil.test"},
        {"exp": now - 120},
        {"exp": None},
        {"sub": None},
    ):
        office.provider.bent = bent
        assert office.sign_in() == REFUSED, bent
    office.provider.bent = {}
    office.provider.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    assert office.sign_in() == REFUSED
    office.provider.signs_with = None
    with database.reading() as session:
        assert not session.exec(select(WebSession)).all()
        assert find_account(session, "nia@service.test") is None
    assert office.sign_in() == "/today"


def test_an_answer_belongs_to_one_browser_and_one_moment(office, clock):
    theirs = office.at_provider()
    office.site.sign_out()
    assert office.site.get(theirs).headers["location"] == REFUSED  # no errand of ours
    office.at_provider()
    assert office.site.get(theirs).headers["location"] == REFUSED  # of another errand
    mine = office.at_provider()
    assert office.site.get(mine.replace("state=", "state=x")).headers["location"] == REFUSED
    assert office.site.get(mine).headers["location"] == "/today"
    assert office.site.get(mine).headers["location"] == REFUSED  # a second time
    code = office.at_provider()
    swapped = code.replace("code+", "code+9")
    assert office.site.get(swapped).headers["location"] == REFUSED
    assert office.provider.refused


def test_a_provider_that_is_away_lets_nobody_in_and_breaks_nothing(database, clock):
    with an_office(database, clock) as office:
        issuer = office.provider.issuer
    settings = replace(some_settings(), oidc=OidcSettings(issuer, CLIENT_ID, SECRET))
    with a_site(database, clock, settings=settings) as site:
        assert site.get("/sign-in/organisation").headers["location"] == REFUSED
    with a_site(database, clock) as site:
        assert site.get("/sign-in/organisation").status_code == 404
