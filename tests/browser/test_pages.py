"""Every page can be reached, and used by everybody: on a desk, on a phone, by keyboard or ear."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Browser, Page
from sqlmodel import col, select

from rj.accounts.models import Account
from rj.audit.services import SERVICE, Actor
from rj.compartments.permission import facilitators_orders
from rj.compartments.services import release
from rj.facilitators.queries import find_facilitator_of_account
from rj.orders.clock_changes import pause_clock
from rj.orders.models import Order
from rj.orders.queries import orders_awaiting_first_contact
from rj.parties.contact import stop_contact
from rj.parties.queries import parties_of
from rj.policy.terms import ClockKind, Role, Side
from rj.scheduling import what_if
from rj.scheduling.comparing import compare_what_if
from rj.scheduling.runs import request_run
from tests.browser.conftest import ANSWER_SECONDS, House, Wenshire, a_house, a_person_at, sign_in
from tests.browser.looking import PHONE, faults_of
from tests.browser.walking import pages_open_to, walk
from web.navigation import destinations

NOT_PAGES = {
    "/account/stay",
    "/planning/{run_id:uuid}/progress",
    "/orders/import/samples/{name:str}",
    "/",
}
"""A part of a page, files, and the way to one's first page."""


@pytest.fixture(scope="module")
def house(wenshire: Wenshire, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A service to look at, eight days on: some meetings are over, and somebody said no.

    Nobody works in it, so that it stays as it is; one what-if has been answered.
    """
    with a_house(wenshire, tmp_path_factory.mktemp("pages") / "house", with_worker=False) as found:
        found.clock.instant += timedelta(days=8)
        _somebody_says_no(found)
        _contact_is_released(found)
        _somebody_wonders(found)
        _a_clock_stands_still(found)
        yield found


@pytest.mark.parametrize("role", list(Role))
def test_every_page_of_a_role_can_be_reached_and_used_by_everybody(
    browser: Browser, house: House, role: Role
) -> None:
    with a_person_at(browser, house) as page:
        sign_in(page, house.account(role))
        cookies = {each["name"]: each["value"] for each in page.context.cookies()}
        first = ["/account/confirm", *(each.href for each in destinations(frozenset({role})))]
        with httpx.Client(
            base_url=house.address, cookies=cookies, timeout=ANSWER_SECONDS
        ) as client:
            wanted = pages_open_to(house.site, role) - NOT_PAGES
            found = walk(client, house.site, first, wanted)

        unreached = sorted(wanted - set(found.pages))
        faults = [*found.dead_ends, *(f"No link leads to {route}" for route in unreached)]
        for route, path in found.pages.items():
            page.goto(path)
            faults.extend(faults_of(page, f"{role.value} {route}"))
        assert faults == []


def test_pages_for_anybody_can_be_used_by_everybody(browser: Browser, house: House) -> None:
    with (
        a_person_at(browser, house) as page,
        httpx.Client(base_url=house.address, timeout=ANSWER_SECONDS) as client,
    ):
        faults = []
        found = walk(client, house.site, ["/sign-in", "/demo/mail"], set())
        for route, path in found.pages.items():
            page.goto(path)
            faults.extend(faults_of(page, f"anybody {route}"))
        assert faults == []


@pytest.mark.parametrize(
    ("role", "path", "button"),
    [
        (Role.COORDINATOR, "/orders/new", "Record the order"),
        (Role.COORDINATOR, "/orders/import", "Import"),
        (Role.FACILITATOR, "/my/calendar", "Make an address"),
        (Role.REPORT_WRITER, "/account/password", "Change password"),
    ],
)
def test_what_is_wrong_with_a_form_is_told_to_everybody(
    browser: Browser, house: House, role: Role, path: str, button: str
) -> None:
    with a_person_at(browser, house) as page:
        sign_in(page, house.account(role))
        page.goto(path)
        page.get_by_role("button", name=button).click()
        page.get_by_role("heading", name="There is a problem").wait_for()

        assert page.title().startswith("Error: ")
        assert faults_of(page, f"wrong {path}") == []


def test_the_first_fault_of_a_form_is_one_link_from_its_field(
    browser: Browser, house: House
) -> None:
    with a_person_at(browser, house) as page:
        page.goto("/sign-in")
        page.get_by_role("button", name="Sign in").click()
        summary = page.get_by_role("alert")
        summary.get_by_role("link").first.press("Enter")

        assert page.evaluate("document.activeElement.id") == "email"


def test_pages_that_refuse_say_what_to_do(browser: Browser, house: House) -> None:
    with a_person_at(browser, house) as page:
        sign_in(page, house.account(Role.REPORT_WRITER))
        faults = []
        for path, sentence in (
            ("/orders", "ask your service's administrator"),
            ("/no-such-page", "There is no such page"),
        ):
            page.goto(path)
            assert page.get_by_text(sentence).count() == 1
            faults.extend(faults_of(page, f"refused {path}"))
        assert faults == []


def test_a_run_that_waits_can_be_watched_by_everybody(browser: Browser, house: House) -> None:
    with house.database.writing() as session:
        run = request_run(
            session,
            house.county.area_id,
            actor=SERVICE,
            now=house.clock.now(),
            time_limit_seconds=9,
        )
    with a_person_at(browser, house) as page:
        sign_in(page, house.account(Role.COORDINATOR))
        page.goto(f"/planning/{run.id}")
        page.get_by_text("Waiting for its turn").wait_for()

        assert faults_of(page, "waiting run") == []


def test_the_keyboard_skips_to_the_main_content(browser: Browser, house: House) -> None:
    with a_person_at(browser, house, width=PHONE) as page:
        page.goto("/sign-in")
        page.keyboard.press("Tab")
        assert _focused(page) == "Skip to main content"

        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "email"


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def _somebody_says_no(house: House) -> None:
    """A harmed person and one on probation, of cases of the shown liaison officer."""
    email = house.account(Role.LIAISON_OFFICER).email
    with house.database.writing() as session:
        account = session.exec(select(Account).where(Account.email == email)).one()
        orders = session.exec(
            select(Order).where(Order.liaison_account_id == account.id).order_by(col(Order.id))
        ).all()
        for order, side in ((orders[0], Side.HARMED), (orders[-1], Side.HARMER)):
            said_no = next(each for each in parties_of(session, order.id) if each.side is side)
            stop_contact(session, said_no.id, actor=SERVICE, now=house.clock.now())


def _contact_is_released(house: House) -> None:
    """Something of a harmed person's contact is open to the shown facilitator."""
    email = house.account(Role.FACILITATOR).email
    with house.database.writing() as session:
        account = session.exec(select(Account).where(Account.email == email)).one()
        me = find_facilitator_of_account(session, account.id)
        harmed = next(
            party
            for order in facilitators_orders(session, account.id)
            for party in parties_of(session, order.id)
            if party.side is Side.HARMED
        )
        assert me is not None
        liaison_id = session.get_one(Order, harmed.order_id).liaison_account_id
        actor = Actor(liaison_id or account.id, Role.LIAISON_OFFICER)
        release(session, harmed.id, me.id, ["telephone"], actor=actor, now=house.clock.now())


def _somebody_wonders(house: House) -> None:
    """How would planning go with twice the orders?"""
    with house.database.writing() as session:
        asked = what_if.ask(
            session,
            house.county.area_id,
            [what_if.Change(what_if.ChangeKind.DOUBLE)],
            actor=SERVICE,
            now=house.clock.now(),
        )
    compare_what_if(house.database, house.clock, asked.id)


def _a_clock_stands_still(house: House) -> None:
    """That of somebody whom nobody has spoken with yet: nobody knows until when."""
    email = house.account(Role.COORDINATOR).email
    with house.database.writing() as session:
        account = session.exec(select(Account).where(Account.email == email)).one()
        order = orders_awaiting_first_contact(session, [house.county.area_id])[0]
        pause_clock(
            session,
            order.id,
            ClockKind.FIRST_CONTACT,
            first_day=house.clock.today(),
            last_day=None,
            reason="In custody on another matter",
            based_on=1,
            actor=Actor(account.id, Role.COORDINATOR),
            now=house.clock.now(),
        )


def test_before_a_session_runs_out_the_page_says_so_and_one_click_keeps_it(
    browser: Browser, house: House
) -> None:
    with a_person_at(browser, house) as page:
        page.clock.install()
        sign_in(page, house.account(Role.REPORT_WRITER))
        page.goto("/account")
        warning = page.get_by_role("alert").filter(has_text="signed out in two minutes")
        page.clock.fast_forward("12:50")
        assert not warning.is_visible()
        page.clock.fast_forward("00:20")
        warning.wait_for()
        assert faults_of(page, "idle warning") == []
        page.get_by_role("button", name="Stay signed in").click()
        warning.wait_for(state="hidden")
