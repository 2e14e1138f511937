"""A report writer at court: on a phone, by keyboard alone, without scripts."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import select

from rj.conferences.models import Meeting, ProvisionalHold
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


def enter(page: Page, name: str, text: str) -> None:
    """Type into the field with this name."""
    reach(page, name)
    page.keyboard.type(text)


def enter_day(page: Page, name: str, day: date) -> None:
    """A day in its three boxes."""
    enter(page, f"{name}-day", str(day.day))
    enter(page, f"{name}-month", str(day.month))
    enter(page, f"{name}-year", str(day.year))


def press(page: Page, name: str) -> None:
    """Press the button with this name, and wait for the page that answers."""
    reach(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def send(page: Page, name: str) -> None:
    """Press the form's button, and come to the answer."""
    press(page, name)
    page.wait_for_url("**/reports/checks/*#answer")


def parts(page: Page) -> tuple[Locator, Locator]:
    """The answer, and whether it can be delivered."""
    return page.locator(".rj-answer"), page.locator("section[aria-labelledby=delivery]")


def begin(page: Page, house: House) -> None:
    """Sign in as the writer, and open a new check by keyboard."""
    sign_in(page, house.account(Role.REPORT_WRITER))
    page.goto("/reports")
    press(page, "Start a check")


def open_paragraph(page: Page, words: str) -> None:
    """The page to print says the same words, and leads back to the check."""
    press(page, "Open the paragraph to print it")
    expect(page.locator("main")).to_contain_text(words)
    fits(page)
    press(page, "Back to the check")


def fits(page: Page) -> None:
    """Nothing needs sideways scrolling on a phone."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


def test_with_half_the_facts_unknown_arrangements_are_held_and_given_back(
    browser: Browser, house: House
) -> None:
    """By keyboard alone, on a phone, with scripts as most have them."""
    with a_person_at(browser, house, width=PHONE) as page:
        begin(page, house)
        enter(page, "label", "Court 3, list 2")
        pick(page, "requirement", "Rehab")
        choose(page, "plea", "guilty")
        pick(page, "harm", "Viol")
        choose(page, "personal_victim", "yes")
        send(page, "Check and save")
        answer, delivery = parts(page)
        expect(answer).to_contain_text("Eligible, subject to")
        expect(answer).to_contain_text("Find out the level of risk")
        expect(answer).to_be_in_viewport()
        paragraph = page.get_by_label("In English")
        nothing_against = "nothing rules out a rehabilitation activity requirement"
        expect(paragraph).to_have_value(re.compile(nothing_against))
        expect(paragraph).to_have_value(re.compile("level of risk"))
        assert page.get_by_label("Your own note (optional)").input_value() == "Court 3, list 2"
        fits(page)

        press(page, "Confirm arrangements")
        page.wait_for_url("**/reports/checks/*#delivery")
        expect(delivery).to_contain_text("Arrangements are confirmed")
        reference = delivery.locator("strong").nth(1).inner_text()
        fits(page)
        open_paragraph(page, f"provisionally held, reference {reference}")

        press(page, "Release these arrangements")
        expect(delivery).to_contain_text("As things are now")
        expect(paragraph).not_to_have_value(re.compile("provisionally held"))


def test_what_is_not_eligible_names_the_rule_and_what_stays_open_and_offers_no_arrangements(
    browser: Browser, house: House
) -> None:
    """By keyboard alone, on a phone, without scripts; then put right without typing it again."""
    with a_person_at(browser, house, width=PHONE, with_scripts=False) as page:
        begin(page, house)
        pick(page, "requirement", "Rehab")
        choose(page, "plea", "not_guilty")
        pick(page, "harm", "Viol")
        choose(page, "personal_victim", "yes")
        send(page, "Check and save")
        answer, delivery = parts(page)
        expect(answer).to_contain_text("Not eligible")
        expect(answer).to_contain_text("The person did not plead guilty")
        expect(answer).to_contain_text("What stays open")
        expect(answer).to_contain_text("may ask for restorative justice at any time")
        expect(answer).to_be_in_viewport()
        expect(delivery).to_contain_text("There is nothing to arrange")
        expect(delivery.get_by_role("button")).to_have_count(0)
        fits(page)
        open_paragraph(page, "is not proposed")

        choose(page, "plea", "guilty")
        send(page, "Check again")
        expect(answer).to_contain_text("Eligible, subject to")
        expect(delivery.get_by_role("button", name="Confirm arrangements")).to_be_visible()


def test_a_sensitive_and_complex_case_goes_to_the_rj_lead_and_nothing_is_held_for_it(
    browser: Browser, house: House
) -> None:
    """By keyboard alone, on a phone, without scripts."""
    with a_person_at(browser, house, width=PHONE, with_scripts=False) as page:
        begin(page, house)
        pick(page, "requirement", "Rehab")
        choose(page, "plea", "guilty")
        pick(page, "harm", "Viol")
        choose(page, "personal_victim", "yes")
        choose(page, "sensitive", "yes")
        send(page, "Check and save")
        answer, delivery = parts(page)
        expect(answer).to_contain_text("Refer to the RJ lead")
        expect(answer).to_be_in_viewport()
        expect(delivery).to_contain_text("The RJ lead decides first")
        expect(delivery).to_contain_text(house.account(Role.COORDINATOR).name)
        expect(delivery.get_by_role("button")).to_have_count(0)
        fits(page)
        open_paragraph(page, "neither proposed nor ruled out")


def test_from_check_to_hold_to_paragraph_to_sentence_the_plan_keeps_what_was_held(
    browser: Browser, house: House
) -> None:
    """By keyboard alone, on a phone, without scripts: the writer at court, then the coordinator."""
    today = house.clock.today()
    with a_person_at(browser, house, width=PHONE, with_scripts=False) as page:
        sign_in(page, house.account(Role.REPORT_WRITER))
        page.goto("/reports/checks/new")
        pick(page, "requirement", "Rehab")
        choose(page, "plea", "guilty")
        pick(page, "harm", "Viol")
        choose(page, "personal_victim", "yes")
        send(page, "Check and save")
        delivery = page.locator("section[aria-labelledby=delivery]")
        expect(delivery).to_contain_text("As things are now")
        expect(delivery).to_contain_text("Suitable pairs")

        press(page, "Confirm arrangements")
        page.wait_for_url("**/reports/checks/*#delivery")
        expect(delivery).to_contain_text("Arrangements are confirmed")
        expect(delivery).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
        reference = delivery.locator("strong").nth(1).inner_text()
        words = page.get_by_label("In English").input_value()
        assert f"provisionally held, reference {reference}" in words

    with a_person_at(browser, house, width=PHONE, with_scripts=False) as page:
        sign_in(page, house.account(Role.COORDINATOR))
        page.goto("/orders/new")
        enter(page, "reference", "WX/2026/HELD")
        enter(page, "hold", reference)
        pick(page, "court", "Wenbridge M")
        enter_day(page, "sentenced_on", today)
        choose(page, "order_type", "community_order")
        enter_day(page, "ends_on", today + timedelta(days=365))
        pick(page, "requirement", "Rehab")
        enter(page, "offences", "8/6")
        enter(page, "name", "Pat Marsh")
        enter(page, "crn", "X765432")
        enter_day(page, "date_of_birth", date(1990, 5, 1))
        reach(page, "officer")
        page.keyboard.press("ArrowDown")
        press(page, "Record the order")
        page.wait_for_url(re.compile(r"/orders/[0-9a-f-]{36}"))
        expect(page.locator("main")).to_contain_text(f"held for the court under {reference}")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE

    with house.database.reading() as session:
        hold = session.exec(
            select(ProvisionalHold).where(ProvisionalHold.reference == reference)
        ).one()
        kept = session.exec(select(Meeting).where(Meeting.order_id == hold.order_id)).all()
        assert {each.starts_at for each in kept} == {
            hold.contact_starts_at,
            hold.assessment_starts_at,
        }
        assert all(each.is_pinned and each.lead_id == hold.lead_id for each in kept)
