"""A report writer at court: on a phone, by keyboard alone, without scripts."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from rj.policy.terms import Role
from tests.browser.conftest import House, Wenshire, a_house, a_person_at, sign_in
from tests.browser.looking import PHONE

MOST_TABS = 120


@pytest.fixture(scope="module")
def house(wenshire: Wenshire, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_house(wenshire, tmp_path_factory.mktemp("writer") / "house", with_worker=False) as found:
        yield found


def reach(page: Page, name: str) -> None:
    """Press the tab key until the control with this name has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "() => { const e = document.activeElement; return e.name || e.textContent.trim(); }"
        )
        if here == name:
            return
    raise AssertionError(f"{name} cannot be reached by keyboard")


def choose(page: Page, name: str, value: str) -> None:
    """In a group of radio buttons space takes the first, and arrows go on from there."""
    reach(page, name)
    page.keyboard.press("Space")
    for _ in range(5):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} cannot be chosen for {name} by keyboard")


def pick(page: Page, name: str, beginning: str) -> None:
    """In a list, typing takes what begins so."""
    reach(page, name)
    page.keyboard.type(beginning)


def send(page: Page, name: str) -> None:
    reach(page, name)
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/checks/*#answer")


def test_a_check_is_begun_half_known_and_finished_by_keyboard_on_a_phone(
    browser: Browser, house: House
) -> None:
    with a_person_at(browser, house, width=PHONE, with_scripts=False) as page:
        sign_in(page, house.account(Role.REPORT_WRITER))
        page.goto("/reports")
        reach(page, "Start a check")
        page.keyboard.press("Enter")
        page.wait_for_url("**/checks/new")

        reach(page, "label")
        page.keyboard.type("Court 3, list 2")
        pick(page, "requirement", "Rehab")
        choose(page, "plea", "guilty")
        pick(page, "harm", "Viol")
        choose(page, "personal_victim", "yes")
        send(page, "Check and save")
        answer = page.locator(".rj-answer")
        expect(answer).to_contain_text("Eligible, subject to")
        expect(answer).to_contain_text("Find out the level of risk")
        expect(answer).to_be_in_viewport()
        expect(page.get_by_label("In English")).to_have_value(
            re.compile("nothing rules out a rehabilitation activity requirement")
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
        assert page.get_by_label("Your own note (optional)").input_value() == "Court 3, list 2"

        choose(page, "plea", "not_guilty")
        send(page, "Check again")
        expect(answer).to_contain_text("Not eligible")
        expect(answer).to_contain_text("The person did not plead guilty")
        expect(answer).to_contain_text("What stays open")

        choose(page, "plea", "guilty")
        choose(page, "sensitive", "yes")
        send(page, "Check again")
        expect(answer).to_contain_text("Refer to the RJ lead")
        expect(page.locator("#delivery + p")).to_contain_text(house.account(Role.COORDINATOR).name)
