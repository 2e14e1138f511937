"""A facilitator on the move: what was typed into a form outlives a lost connection."""

from playwright.sync_api import Browser, expect
from sqlmodel import select

from rj.orders.models import ContactAttempt, Order
from rj.policy.terms import Role
from tests.browser.conftest import House, a_person_at, sign_in
from tests.browser.looking import PHONE, faults_of

NOTE = "No answer twice, tries again after work"


def test_an_attempt_typed_without_a_connection_is_sent_once_when_it_is_back(
    browser: Browser, house: House
) -> None:
    with a_person_at(browser, house, width=PHONE) as page:
        sign_in(page, house.account(Role.FACILITATOR))
        page.goto("/my/cases")
        page.locator("main a[href^='/my/cases/']").first.click()
        page.get_by_role("button", name="Record an attempt to make contact").click()
        assert faults_of(page, "recording an attempt") == []
        page.set_viewport_size({"width": PHONE, "height": 900})
        page.get_by_label("No answer").check()
        page.get_by_label("Note (optional)").fill(NOTE)
        record = page.get_by_role("button", name="Record the attempt")

        page.context.set_offline(True)
        record.click()
        waiting = page.get_by_text("There is no connection")
        expect(waiting).to_be_visible()
        assert faults_of(page, "an attempt that waits") == []
        expect(page.get_by_label("Note (optional)")).to_have_value(NOTE)
        assert attempts(house) == 0
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0

        page.context.set_offline(False)
        expect(page.get_by_text("Attempt recorded")).to_be_visible()
        assert attempts(house) == 1


def attempts(house: House) -> int:
    """How often the attempt was recorded."""
    with house.database.reading() as session:
        found = session.exec(
            select(ContactAttempt).join(Order).where(ContactAttempt.note == NOTE)
        ).all()
        return len(found)
