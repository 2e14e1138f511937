"""Every route says who may use it, and nothing else opens it."""

from uuid import uuid4

import pytest
from litestar import get, post
from litestar.exceptions import ImproperlyConfiguredException
from litestar.params import FromPath
from litestar.response import Redirect

from rj.kernel.errors import NotFound
from rj.policy.terms import Role
from tests.builders import SEAL
from tests.web_client import a_person, a_site, nobody_tells, some_settings
from web.app import create_app
from web.guards import needs, public, routes_without_permission
from web.pages import see


def test_a_route_that_declares_no_permission_stops_the_site_from_starting(database, clock):
    @get("/open-to-all", sync_to_thread=False)
    def undeclared() -> str:
        return "secret"

    with pytest.raises(ImproperlyConfiguredException, match="/open-to-all"):
        create_app(
            some_settings(),
            database,
            clock,
            SEAL,
            nobody_tells,
            controllers=[undeclared],
        )


def test_every_route_of_the_site_declares_its_permission(database, clock):
    with a_site(database, clock) as site:
        assert routes_without_permission(site.client.app) == []


def test_a_page_of_another_role_is_refused_and_says_what_to_do(database, clock):
    @get("/for-administrators", sync_to_thread=False, guards=[needs(Role.ADMINISTRATOR)])
    def page() -> str:
        return "the machine"

    with a_site(database, clock, controllers=[page]) as site:
        assert site.get("/for-administrators").status_code == 303
        site.sign_in(a_person(database, Role.COORDINATOR))
        refused = site.get("/for-administrators")
        assert refused.status_code == 403
        assert "ask your service's administrator" in refused.text
        assert "Reference:" in refused.text
        site.sign_in(a_person(database, Role.ADMINISTRATOR))
        assert site.get("/for-administrators").text == "the machine"


def test_not_yours_and_not_there_are_the_same_answer(database, clock):
    @get("/things/{number:int}", sync_to_thread=False, guards=[needs(Role.COORDINATOR)])
    def thing(number: FromPath[int]) -> str:
        raise NotFound(f"Somebody else's thing {number}")

    def without_what_differs(text: str) -> str:
        import re

        return re.sub(r'(E-[A-Z0-9]{8}|n-[A-Z0-9]{24}|value="[^"]*")', "", text)

    with a_site(database, clock, controllers=[thing]) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        not_yours = site.get("/things/1")
        not_there = site.get(f"/{uuid4()}")
    assert not_yours.status_code == not_there.status_code == 404
    assert "Somebody else" not in not_yours.text
    assert without_what_differs(not_yours.text) == without_what_differs(not_there.text)


def test_a_form_without_its_token_changes_nothing(database, clock):
    done = []

    @post("/change", sync_to_thread=False, guards=[needs(Role.COORDINATOR)])
    def change() -> Redirect:
        done.append(1)
        return see("/")

    with a_site(database, clock, controllers=[change]) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        hidden = site.hidden_fields("/account/password")
        assert site.post("/change", hidden={}).status_code == 403
        assert site.post("/change", hidden={"_csrf_token": "0" * 128}).status_code == 403
        assert not done
        assert site.post("/change", hidden=hidden).status_code == 303
    assert done == [1]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.test"},
        {"origin": "null"},
    ],
)
def test_a_form_sent_from_another_site_is_refused_even_with_a_token(database, clock, headers):
    done = []

    @post("/change", sync_to_thread=False, guards=[public])
    def change() -> Redirect:
        done.append(1)
        return see("/")

    with a_site(database, clock, controllers=[change]) as site:
        hidden = site.hidden_fields("/sign-in")
        answer = site.client.post("/change", data=hidden, headers=headers)
    assert answer.status_code == 403
    assert not done


def test_every_answer_says_what_a_browser_may_load_and_keep(database, clock):
    with a_site(database, clock) as site:
        anonymous = [site.get(path) for path in ("/sign-in", "/nowhere", "/health/live")]
        site.sign_in(a_person(database, Role.COORDINATOR))
        answers = [*anonymous, site.get("/account/password"), site.get("/nowhere/at/all")]
    for answer in answers:
        headers = answer.headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"


def test_the_one_inline_script_carries_the_nonce_of_its_answer(database, clock):
    import re

    with a_site(database, clock) as site:
        answer = site.get("/sign-in")
        again = site.get("/sign-in")
    nonces = set(re.findall(r'nonce="([^"]+)"', answer.text))
    assert len(nonces) == 1
    assert f"'nonce-{nonces.pop()}'" in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"] != again.headers["content-security-policy"]
    assert " style=" not in answer.text


def test_a_fault_of_ours_is_bland_and_has_a_reference(database, clock):
    told = "the victim lives in Mill Lane"

    @get("/broken", sync_to_thread=False, guards=[public])
    def broken() -> str:
        raise RuntimeError(told)

    with a_site(database, clock, controllers=[broken]) as site:
        answer = site.get("/broken")
    assert answer.status_code == 500
    assert "Mill Lane" not in answer.text
    assert "Reference:" in answer.text


def test_a_fault_is_logged_without_what_it_was_about(database, clock, capsys):
    told = "the victim lives in Mill Lane"

    @get("/broken", sync_to_thread=False, guards=[public])
    def broken() -> str:
        raise RuntimeError(told)

    with a_site(database, clock, controllers=[broken]) as site:
        site.get("/broken")
    logged = capsys.readouterr()
    assert "RuntimeError" in logged.out + logged.err
    assert told not in logged.out + logged.err


def test_health_and_robots_need_no_sign_in(database, clock):
    with a_site(database, clock) as site:
        assert site.get("/health/live").text == "live"
        assert site.get("/health/ready").text == "ready"
        robots = site.get("/robots.txt").text
    assert "Allow: /feeds/" in robots
    assert "Disallow: /\n" in robots


def test_a_body_that_is_too_large_is_refused(database, clock):
    with a_site(database, clock) as site:
        answer = site.post("/sign-in", {"email": "x" * 1_200_000})
    assert answer.status_code == 413


def test_a_report_writer_may_open_the_site_and_sees_no_case(database, clock):
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.REPORT_WRITER))
        assert site.get("/").headers["location"] == "/reports"
        page = site.get("/reports")
        assert page.status_code == 200
        assert site.get("/orders").status_code == 403
