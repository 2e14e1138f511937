"""What the site lets in and hands out: sizes, characters, addresses, and nothing remembered."""

from itertools import product

from litestar._parsers import parse_url_encoded_form_data
from litestar.testing import TestClient

from rj.policy.terms import Role
from tests.web_client import PASSWORD, a_person, a_site, some_settings

SIGN_IN = "/sign-in"
KINDS = ("application/json", "text/plain", "application/xml")
MARKS = ("%00", "%0d%0aset-cookie:a", "%1b", "%E2%80%AE", "%C2%85")
DEEP = b"[" * 50_000 + b"]" * 50_000


def test_fifty_thousand_nested_lists_are_refused_and_not_read(database, clock):
    with a_site(database, clock) as site:
        site.get(SIGN_IN)
        token = site.client.cookies["rj_form"]
        for path, kind in product((SIGN_IN, "/nowhere", "/feeds/x"), KINDS):
            answer = site.client.post(
                path, content=DEEP, headers={"content-type": kind, "x-csrftoken": token}
            )
            assert 400 <= answer.status_code < 500, (path, kind)


def test_numbers_beyond_any_record_are_refused_like_what_is_not_there(database, clock):
    huge = str(2**63)
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        assert site.get(f"/orders/{huge}").status_code == 404
        assert site.get(f"/orders?number={huge}").status_code == 200
        assert site.get(f"/week?day={huge}").status_code < 500


def test_a_form_of_too_many_fields_is_refused(database, clock):
    with a_site(database, clock) as site:
        hidden = site.hidden_fields(SIGN_IN)
        body = "&".join(["a=1"] * 2_001 + [f"_csrf_token={hidden['_csrf_token']}"])
        answer = site.client.post(
            SIGN_IN, content=body, headers={"content-type": "application/x-www-form-urlencoded"}
        )
    assert answer.status_code == 400
    assert "Reference:" in answer.text


def test_a_token_that_is_no_plain_text_is_refused_and_no_fault(database, clock):
    strange = "ŵ" * 128
    form = {"content-type": "application/x-www-form-urlencoded"}
    with a_site(database, clock) as site:
        site.get(SIGN_IN)
        ours = site.client.cookies["rj_form"]
        as_field = site.client.post(SIGN_IN, data={"_csrf_token": strange})
        as_file = site.client.post(SIGN_IN, files={"_csrf_token": ("token.txt", ours.encode())})
        as_header = site.client.post(SIGN_IN, headers={"x-csrftoken": b"\xe9" * 128})
        site.client.cookies.clear()
        as_cookie = site.client.post(
            SIGN_IN,
            content=f"_csrf_token={ours}",
            headers={**form, "cookie": b"rj_form=" + b"\xe9" * 128},
        )
    for answer in (as_field, as_file, as_header, as_cookie):
        assert answer.status_code == 403


def test_an_address_with_characters_that_nobody_types_is_refused(database, clock):
    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        for mark, path in product(MARKS, ("/orders?text=a", "/nowhere")):
            answer = site.get(f"{path}{mark}b")
            assert answer.status_code == 400, (path, mark)
            assert "set-cookie" not in answer.headers


def test_unseen_characters_in_a_form_are_taken_out_and_their_sender_is_asked_once(database, clock):
    new = {"email": "nia\u202e@service.test", "password": PASSWORD}
    with a_site(database, clock) as site:
        refused = site.post(SIGN_IN, new)
        assert refused.status_code == 422
        assert "characters that cannot be seen" in refused.text
        assert 'value="nia@service.test"' in refused.text
        assert "\u202e" not in refused.text
        assert site.post(SIGN_IN, {"\0email": "x"}).status_code == 400


def test_no_form_is_remembered_after_its_request(database, clock):
    # the framework's reader keeps the last 1,024 bodies, passwords among them
    before = parse_url_encoded_form_data.cache_info()
    person = a_person(database, Role.COORDINATOR)
    with a_site(database, clock) as site:
        assert site.post(SIGN_IN, {"email": person.email, "password": PASSWORD}).status_code == 303
    assert parse_url_encoded_form_data.cache_info() == before


def test_a_form_must_come_from_the_sites_own_address(database, clock):
    with a_site(database, clock, settings=some_settings(host="rj.service.test")) as site:
        secure = TestClient(site.client.app, base_url="https://rj.service.test")
        token = secure.get(SIGN_IN).cookies["__Host-rj_form"]
        for origin, host, status in (
            ("https://rj.service.test", "rj.service.test", 422),
            ("https://evil.test", "rj.service.test", 403),
            ("https://evil.test", "evil.test", 403),
            ("http://rj.service.test", "rj.service.test", 403),
            ("null", "rj.service.test", 422),  # so browsers name pages that send no referrer
        ):
            answer = secure.post(
                SIGN_IN,
                data={"_csrf_token": token, "email": "a@b.test", "password": ""},
                headers={"origin": origin, "host": host, "sec-fetch-site": "same-origin"},
            )
            assert answer.status_code == status, (origin, host)
