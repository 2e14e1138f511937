"""Every text field of every form, and every address, given what does harm elsewhere.

Nothing may end in a fault of ours, and nothing that was typed may come back as anything but text.
The forms describe themselves: each page is opened, its forms are filled in and sent, so that a
field of tomorrow is tried as well. Choices and dates are filled in soundly in most rounds, so that
what is typed gets past the first check and into services, database and pages.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from rj.policy.terms import Role
from tests.builders import AREA
from tests.integration.web.test_not_yours import Things, a_whole_site, routes
from tests.web_client import Site, a_person

MARK = "<script>alert('rj')</script>"
ATTRIBUTE = '" autofocus onfocus="alert(1)'
TEXTS = (
    MARK + "{{ 7 * 7 }}" + ATTRIBUTE,
    "'); DROP TABLE account; --\u202e\0 %s %n =cmd|' /C calc'!A1\r\nBcc: a@b.test",
    "9" * 400 + "\U0001f469\u200d\U0001f9bd \u0661\u0662 ../../etc/passwd ${jndi:ldap://x}",
)
NUMBERS = ("1", str(2**63), "\u00b2")
"""For what asks for figures: sound, beyond any column, and a figure to some eyes only."""
QUERY = (
    *("text", "order_state", "area", "due", "sort", "number", "show", "lead", "stage", "tick"),
    *("near", "day", "by", "q", "then", "kept", "refused", "code", "from", "to", "run", "person"),
)
LEAVE_ALONE = {"/sign-out", "/account/sessions", "/planning"}
"""What would end the walk, or ask for a plan."""


@dataclass
class Form:
    """A form as it stands on a page."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)
    figures: set[str] = field(default_factory=set)


class Forms(HTMLParser):
    """Reads the forms of a page, with the first choice of each list and group."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self.at = at
        self.found: list[Form] = []
        self.open: Form | None = None
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form" and given.get("method", "").lower() == "post":
            self.open = Form(given.get("action", "") or self.at)
            self.found.append(self.open)
        elif self.open is None:
            return
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and given.get("value"):
            self.open.fields.setdefault(self.select, [given["value"]])
        elif tag == "textarea":
            self.open.typed.add(name)
        elif tag == "input" and name:
            self._read_input(self.open, name, given)

    def _read_input(self, form: Form, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in ("hidden", "radio", "checkbox"):
            form.fields.setdefault(name, [given.get("value", "on")])
        elif kind == "file":
            return
        elif name.endswith(("-day", "-month", "-year")) or given.get("inputmode") == "numeric":
            form.figures.add(name)
        else:
            form.typed.add(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = ""


def filled(form: Form, number: int) -> dict[str, list[str]]:
    """The form with one round's texts in all its text fields."""
    sound = {"day": "12", "month": "3", "year": "2026"}
    values = dict(form.fields)
    for name in form.typed:
        values[name] = [TEXTS[number]]
    for name in form.figures:
        part = name.rpartition("-")[2]
        values[name] = [sound.get(part, "1") if number == 0 else NUMBERS[number]]
    return values


def check(answer: Any, where: str) -> None:
    assert answer.status_code < 500, where
    assert MARK not in answer.text, where
    assert ATTRIBUTE not in answer.text, where
    assert "7 * 7" not in answer.text or "{{ 7 * 7 }}" in answer.text, where
    assert "Bcc" not in answer.headers, where


def pages_of(role: Role, things: Things) -> Iterator[str]:
    for _, path, roles in routes("GET"):
        if role in roles and not path.startswith(("/feeds", "/static", "/planning/{run_id:uuid}/")):
            yield things.in_path(path)


def try_every_form(site: Site, page: str, number: int) -> int:
    shown = site.get(page)
    if shown.status_code != 200 or "text/html" not in shown.headers["content-type"]:
        return 0
    found = Forms(page)
    found.feed(shown.text)
    tried = 0
    for form in found.found:
        where = urlsplit(form.action).path
        if where in LEAVE_ALONE or not (form.typed or form.figures):
            continue
        tried += 1
        answer = site.client.post(form.action, data=filled(form, number), follow_redirects=False)
        check(answer, f"{form.action} of {page}, round {number}")
        if answer.status_code == 303:
            led_to = answer.headers["location"]
            assert re.match(r"/(?!/)", led_to), led_to
            check(site.get(led_to), f"{led_to} after {form.action}")
    return tried


@pytest.mark.parametrize("role", list(Role))
def test_hostile_text_in_every_field_is_text_and_no_fault(database, clock, role):
    with a_whole_site(database, clock) as (site, things):
        has_cases = role in (Role.COORDINATOR, Role.FACILITATOR, Role.LIAISON_OFFICER)
        site.sign_in(things.owner(role) if has_cases else a_person(database, role, area_id=AREA))
        tried = 0
        # what one database swallows another refuses: figures beyond a column, and the like
        rounds = range(len(TEXTS)) if database.is_sqlite else (1,)
        for number in rounds:
            for page in pages_of(role, things):
                tried += try_every_form(site, page, number)
        for page in pages_of(role, things):
            for text in (TEXTS[0], str(2**63)) if database.is_sqlite else (str(2**63),):
                asked = urlencode(dict.fromkeys(QUERY, text))
                check(site.get(f"{page}?{asked}"), f"{page}?{asked}")
        assert tried >= 3 * len(rounds)
