"""Asking why, applying what helps, and planning again what an illness broke, by pages alone."""

import re
from datetime import datetime

from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import select

from rj.orders.models import Order
from rj.policy.languages import LANGUAGES, language_name
from rj.policy.terms import Role
from tests.browser.conftest import PATIENCE_SECONDS, House, a_person_at, sign_in
from tests.browser.looking import faults_of
from tests.browser.test_journey import import_fresh_orders, start_planning, wait_for_proposal


def test_a_plan_is_questioned_helped_and_mended_after_an_illness(
    browser: Browser, house: House
) -> None:
    with a_person_at(browser, house) as page:
        sign_in(page, house.account(Role.COORDINATOR))
        import_fresh_orders(page, house)
        stuck, language = a_case_in_a_language_nobody_speaks(house)
        reference = next(
            each.reference for each in house.county.fresh_orders if each.reference != stuck
        )
        start_planning(page)
        wait_for_proposal(page)

        name = ask_why_not_somebody_else(page, reference)
        assert name in [each.name for each in house.county.facilitators]

        teach_somebody(page, stuck, language)
        page.get_by_role("button", name="Plan again", exact=True).click()
        wait_for_proposal(page)
        expect(case_of(page, stuck).get_by_text("Assessment", exact=True)).to_be_visible()
        publish(page)

        lead = the_lead_of_an_assessment_falls_ill(page, reference, house)
        page.get_by_role("link", name="See booked meetings that no longer fit").click()
        expect(page.get_by_text(f"{lead} is away").first).to_be_visible()
        page.get_by_role("button", name="Plan again what broke").click()
        wait_for_proposal(page)
        disturbed = page.get_by_role("region", name="Table of who is disturbed")
        mine = disturbed.get_by_role("row").filter(has_text=reference)
        expect(mine.first).to_contain_text("The person on probation (")
        expect(mine.first).to_contain_text(lead)
        assert faults_of(page, "proposal after an illness") == []
        publish(page)


def a_case_in_a_language_nobody_speaks(house: House) -> tuple[str, str]:
    """The first fresh order, now in such a language: its reference, and the language's code."""
    spoken = {code for one in house.county.facilitators for code in one.languages}
    language = next(code for code, _ in LANGUAGES[2:] if code not in spoken)
    reference = house.county.fresh_orders[0].reference
    with house.database.writing() as session:
        order = session.exec(select(Order).where(Order.reference == reference)).one()
        order.language = language
    return reference, language


def case_of(page: Page, reference: str) -> Locator:
    return page.locator(".rj-case", has=page.get_by_label(f"Publish {reference}"))


def ask_why_not_somebody_else(page: Page, reference: str) -> str:
    """Read a reason, and what decided against one who was not chosen: who that is."""
    case_of(page, reference).get_by_role("link", name="Pin or change").click()
    stage = page.locator(".rj-stages__one", has=page.get_by_text("Assessment", exact=True))
    stage.locator("summary").click()
    expect(stage.get_by_text(re.compile("leads"))).to_be_visible()
    stage.get_by_role("link", name="Why not somebody else?").click()
    ruled_out = page.get_by_role("row").filter(has_text="Ruled out").first
    name = ruled_out.get_by_role("rowheader").inner_text()
    page.get_by_label("Facilitator").select_option(label=name)
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("#answer")).to_contain_text(name)
    page.get_by_role("link", name="Proposal", exact=True).click()
    return name


def teach_somebody(page: Page, reference: str, language: str) -> None:
    """Follow the remedy of the stuck case to the record it would change, and record it."""
    stuck = page.get_by_role("row").filter(has_text=reference).first
    stuck.get_by_role("link", name=re.compile("^What would help")).first.click()
    helps = page.get_by_role("listitem").filter(has_text=f"spoke {language_name(language)}")
    expect(helps.first).to_contain_text("Then ")
    assert faults_of(page, "what would help") == []
    here = page.url
    helps.first.get_by_role("link").click()
    page.get_by_label(language_name(language), exact=True).first.check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Record saved").wait_for()
    page.goto(here)


def publish(page: Page) -> None:
    page.get_by_role("button", name="Look at what would be told").first.click()
    page.get_by_role("heading", name=re.compile("Publish .* cases?")).wait_for()
    page.get_by_role("button", name="Publish").click()
    page.get_by_text(re.compile(r"\d+ cases? published")).wait_for(timeout=PATIENCE_SECONDS * 1000)


def the_lead_of_an_assessment_falls_ill(page: Page, reference: str, house: House) -> str:
    """Record as ill, on that day, whoever leads the assessment of a case; their name."""
    row = page.get_by_role("row").filter(has_text=reference)
    told = r"Assessment: (\w+ \d+ \w+ \d{4}), [^,]+, (.+)"
    said = re.search(told, row.inner_text())
    assert said is not None
    day, staff = datetime.strptime(said[1], "%A %d %B %Y").date(), said[2]  # noqa: DTZ007 (a day)
    name = next(one.name for one in house.county.facilitators if staff.startswith(one.name))
    page.get_by_role("link", name="Facilitators", exact=True).click()
    page.get_by_role("link", name=name).click()
    page.locator("summary", has_text="Record days away").click()
    for field in ("first_day", "last_day"):
        for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
            page.locator(f"[name='{field}-{part}']").fill(str(value))
    page.get_by_label("Illness").check()
    page.get_by_role("button", name="Record days away").click()
    page.get_by_text("already booked in that time").wait_for()
    page.get_by_role("button", name="Record days away").click()
    page.get_by_text(", ill").first.wait_for()
    return name
