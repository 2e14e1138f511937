"""Every form and address of the site, filled in at random: whatever is sent, nothing is our fault.

The pages describe themselves: their forms and the site's routes are read from the running
application, so that a field of tomorrow is tried as well. Hypothesis draws what is sent, keeps what
a form needs to be judged at all (its token and version) in most rounds, and shrinks what breaks.
"""

import os
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, quote_from_bytes, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rj.policy.terms import Role
from tests.builders import AREA
from tests.integration.web.test_hostile_text import Form, Forms, pages_of
from tests.integration.web.test_not_yours import Things, a_whole_site, routes
from tests.web_client import Site, a_person

IS_THOROUGH = os.environ.get("RJ_THOROUGH") == "1"
CASES = 20_000 if IS_THOROUGH else 50
"""Of each role, on SQLite."""

ENDS_THE_WALK = re.compile(
    r"/(sign-out|account/(sessions|password|app|recovery-codes))$|/deactivate$"
)
"""Forms that would shut out whoever sends what follows."""

LETTERS = string.printable + "ŵŷ’–é\u202e\u200d\u0661²\U0001f469\0\x7f"
ODD = (
    "",
    " ",
    "0",
    "-1",
    str(2**63),
    "1e999",
    "NaN",
    "nan",
    "٣",
    "2026-02-30",
    "9999-12-31",
    "24:00",
    "[" * 500,
    "00000000-0000-0000-0000-000000000000",
    "'\"<script>",
    "%00",
    "../../etc/passwd",
    "x" * 5_000,
)
VALUES = st.one_of(
    st.sampled_from(ODD),
    st.text(LETTERS, max_size=60),
    st.integers(-(2**70), 2**70).map(str),
    st.dates().map(str),
    st.times().map(str),
    st.uuids().map(str),
)
RAW = st.one_of(
    VALUES.map(quote),
    st.binary(max_size=12).map(quote_from_bytes),  # not always a text
)


@dataclass(frozen=True)
class Door:
    """Somewhere something can be sent."""

    method: str
    address: str
    form: Form | None = None


def doors_of(site: Site, role: Role, things: Things) -> list[Door]:
    """Every form on every page of a role, and every address it may ask for."""
    found = [
        Door(method, things.in_path(path))
        for method, path, roles in routes("GET", "POST")
        if role in roles and not ENDS_THE_WALK.search(path)
    ]
    for page in pages_of(role, things):
        shown = site.get(page)
        if shown.status_code == 200 and "text/html" in shown.headers["content-type"]:
            forms = Forms(page)
            forms.feed(shown.text)
            found += [
                Door("POST", each.action, each)
                for each in forms.found
                if not ENDS_THE_WALK.search(urlsplit(each.action).path)
            ]
    return found


@st.composite
def requests(draw: st.DrawFn, doors: Sequence[Door], token: str) -> tuple[str, str, str]:
    """Method, address and body of one request."""
    door = draw(st.sampled_from(doors))
    address = door.address
    if draw(st.integers(0, 9)) == 0:  # an address that leads nowhere, or to something else
        parts = address.split("/")
        parts[draw(st.integers(1, len(parts) - 1))] = draw(RAW)
        address = "/".join(parts)
    names = (
        []
        if door.form is None
        else sorted({*door.form.fields, *door.form.typed, *door.form.figures})
    )
    sent = {"_csrf_token": quote(token)} if door.method == "POST" else {}
    for name in (*names, draw(st.text(string.ascii_lowercase, min_size=1, max_size=8))):
        kept = door.form.fields.get(name, [""])[0] if door.form is not None else ""
        is_kept = name.startswith("_") or (kept and draw(st.booleans()))
        if draw(st.integers(0, 12)) == 0:
            continue
        sent[name] = quote(kept) if is_kept and draw(st.integers(0, 20)) else draw(RAW)
    body = "&".join(f"{quote(name)}={value}" for name, value in sent.items())
    if sent and draw(st.integers(0, 4)) == 0:
        body += f"&{quote(draw(st.sampled_from(sorted(sent))))}={draw(RAW)}"  # said twice
    if door.method == "GET":
        return door.method, f"{address}?{body}", ""
    return door.method, address, body


@pytest.mark.parametrize("role", list(Role))
def test_whatever_is_sent_nothing_is_a_fault_of_ours(database, clock, role):
    with a_whole_site(database, clock) as (site, things):
        has_cases = role is not Role.ADMINISTRATOR
        me = things.owner(role) if has_cases else a_person(database, role, area_id=AREA)
        site.sign_in(me)
        doors = doors_of(site, role, things)
        token = site.hidden_fields("/account/password")["_csrf_token"]
        answered = 0
        # PostgreSQL is there for what one database swallows and another refuses
        wanted = CASES if database.is_sqlite else CASES // 5

        @settings(
            max_examples=wanted,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(requests(doors, token))
        def send(request: tuple[str, str, str]) -> None:
            nonlocal answered
            method, address, body = request
            answer = site.client.request(
                method,
                address,
                content=body,
                headers={"content-type": "application/x-www-form-urlencoded"},
                follow_redirects=False,
            )
            assert answer.status_code < 500, request
            assert "'\"<script>" not in answer.text, request
            if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in"):
                site.sign_in(me)
            answered += 1

        send()
    assert answered >= wanted
