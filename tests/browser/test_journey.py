"""The whole way, by pages alone: from a court's file to what stands in people's calendars."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from icalendar import Calendar, Component
from playwright.sync_api import Browser, Page, expect

from rj.demo.facts import OrderFacts
from rj.kernel.london import london_day
from rj.policy.terms import CalendarWish, Channel, Role
from tests.browser.conftest import (
    ANSWER_SECONDS,
    PATIENCE_SECONDS,
    House,
    a_person_at,
    sign_in,
    wait_until,
)
from tests.browser.looking import faults_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A meeting as somebody's calendar has it."""

    method: str
    uid: str
    sequence: int
    starts_at: datetime
    is_called_off: bool


def test_an_order_of_the_court_becomes_an_entry_in_a_calendar_and_stays_true(
    browser: Browser, house: House
) -> None:
    fresh = a_case_whose_person_asked_for_invitations(house)
    address = fresh.harmer.email
    with a_person_at(browser, house) as office, a_person_at(browser, house) as post:
        sign_in(office, house.account(Role.COORDINATOR))
        import_fresh_orders(office, house)
        plan(office)
        left_out, name = choose_all_but_one_other(office, house, fresh)

        with a_person_at(browser, house) as at_home:
            sign_in(at_home, house.account_of(name))
            feed = subscribed_feed(at_home)
            already = {entry.uid for entry in feed()}

            publish(office, left_out)
            open_the_assessment(office, fresh)
            when = office.locator(".govuk-summary-list__row", has_text="When").inner_text()
            told = wait_for_entry(
                post, address, lambda entry: london_day_words(entry.starts_at) in when
            )
            in_diary = entry_at(feed(), told.starts_at)
            assert told.method == "REQUEST"
            assert in_diary.uid not in already | {told.uid}

            move_to_another_time(office, told.starts_at.astimezone(UTC))
            moved = wait_for_entry(
                post,
                address,
                lambda entry: entry.uid == told.uid and entry.sequence > told.sequence,
            )
            assert moved.method == "REQUEST"
            assert moved.starts_at != told.starts_at
            moved_in_diary = entry_with(feed(), in_diary.uid)
            assert moved_in_diary.starts_at == moved.starts_at
            assert moved_in_diary.sequence > in_diary.sequence

            cancel(office)
            off = wait_for_entry(
                post,
                address,
                lambda entry: entry.uid == told.uid and entry.sequence > moved.sequence,
            )
            assert (off.method, off.is_called_off) == ("CANCEL", True)
            assert in_diary.uid not in {entry.uid for entry in feed()}


def test_a_page_without_scripts_does_the_same(browser: Browser, house: House) -> None:
    order = house.county.fresh_orders[0]
    with a_person_at(browser, house, with_scripts=False) as page:
        sign_in(page, house.account(Role.COORDINATOR))
        import_fresh_orders(page, house)
        page.get_by_role("link", name=order.reference).click()
        page.get_by_role("link", name="Record an attempt to make contact").click()
        page.get_by_role("button", name="Record the attempt").click()
        expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
        page.get_by_label("No answer").check()
        page.get_by_label("Time").fill("8:30am")
        page.get_by_role("button", name="Record the attempt").click()
        expect(page.get_by_text("No answer")).to_be_visible()

        start_planning(page)

        def is_ready() -> bool:
            refresh = page.get_by_role("link", name="Refresh")
            if refresh.count():
                refresh.click()
            return page.get_by_role("heading", name=re.compile("^Proposal")).count() == 1

        wait_until(is_ready, "The proposal")


def a_case_whose_person_asked_for_invitations(house: House) -> OrderFacts:
    """One of yesterday's orders whose person on probation wants e-mail with calendar entries."""
    return next(
        order
        for order in house.county.fresh_orders
        if (agreed := order.harmer.contact_plan) is not None
        and agreed.channel is Channel.EMAIL
        and agreed.calendar_wish is CalendarWish.INVITATION
    )


def import_fresh_orders(page: Page, house: House) -> None:
    page.get_by_role("link", name="Orders", exact=True).click()
    page.get_by_role("button", name="Import orders").click()
    page.get_by_label("Orders", exact=True).set_input_files(house.folder / "yesterdays-orders.csv")
    page.get_by_label("Other people").set_input_files(house.folder / "yesterdays-people.csv")
    page.get_by_role("button", name="Import").click()
    for order in house.county.fresh_orders:
        expect(page.get_by_role("link", name=order.reference)).to_be_visible()


def plan(page: Page) -> None:
    """Start a run and watch it until its proposal shows by itself."""
    start_planning(page)
    wait_for_proposal(page)
    assert faults_of(page, "proposal") == []


def start_planning(page: Page) -> None:
    page.get_by_role("link", name="Planning", exact=True).click()
    page.get_by_label("A quick look").check()
    page.get_by_role("button", name="Start planning").click()
    expect(page.get_by_role("heading", name=re.compile("Planning run"))).to_be_visible()


def wait_for_proposal(page: Page) -> None:
    proposal = page.get_by_role("heading", name=re.compile("^Proposal"))
    proposal.wait_for(timeout=PATIENCE_SECONDS * 1000)


def choose_all_but_one_other(page: Page, house: House, fresh: OrderFacts) -> tuple[str, str]:
    """Leave one fresh case out of the selection. Its reference, and who leads the assessment of
    the case that the test is about."""
    left_out = next(
        order.reference
        for order in house.county.fresh_orders
        if order is not fresh and page.get_by_label(f"Publish {order.reference}").count()
    )
    page.get_by_label(f"Publish {left_out}").uncheck()
    case = page.locator(".rj-case", has=page.get_by_label(f"Publish {fresh.reference}"))
    title = page.get_by_text("Assessment", exact=True)
    assessment = case.locator(".rj-stages__one", has=title)
    words = assessment.locator(".rj-stages__who").inner_text()
    name = next(one.name for one in house.county.facilitators if words.startswith(one.name))
    return left_out, name


def publish(page: Page, left_out: str) -> None:
    page.get_by_role("button", name="Look at what would be told").first.click()
    page.get_by_role("heading", name=re.compile("Publish .* cases?")).wait_for()
    expect(page.get_by_role("rowheader", name=left_out)).to_have_count(0)
    assert faults_of(page, "confirm publishing") == []
    page.get_by_role("button", name="Publish").click()
    page.get_by_text(re.compile(r"\d+ cases? published")).wait_for()
    assert faults_of(page, "published") == []


def open_the_assessment(page: Page, order: OrderFacts) -> None:
    page.get_by_role("link", name="Orders", exact=True).click()
    page.get_by_label("Name, reference or CRN").fill(order.reference)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=order.reference).click()
    page.locator(".rj-timeline").get_by_role("link", name="Assessment").click()
    page.get_by_role("heading", name=re.compile("^Assessment: meeting")).wait_for()


def move_to_another_time(page: Page, now: datetime) -> None:
    """Take the first other free time with the same lead."""
    page.get_by_role("link", name=re.compile("^Move")).click()
    lead = page.get_by_label("Lead", exact=True).input_value()
    values = page.locator("input[name=choice]").evaluate_all("all => all.map(each => each.value)")
    other = next(
        value for value in values if lead in value and not value.startswith(now.isoformat())
    )
    page.locator(f"input[name=choice][value='{other}']").check()
    page.get_by_label("Why is it moved?").fill("The room was needed")
    page.get_by_role("button", name="Check this move").click()
    page.get_by_role("heading", name="Move this meeting?").wait_for()
    assert faults_of(page, "confirm a move") == []
    page.get_by_role("button", name="Move it and tell them").click()
    page.get_by_text("The meeting was moved").wait_for()


def cancel(page: Page) -> None:
    page.get_by_role("link", name="Cancel this meeting").click()
    page.get_by_label("Why is it cancelled?").fill("It is not wanted any more")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="Cancel this meeting?").wait_for()
    assert faults_of(page, "confirm a cancellation") == []
    page.get_by_role("button", name="Cancel it and tell them").click()
    page.get_by_text("The meeting was cancelled").wait_for()


def subscribed_feed(page: Page) -> Callable[[], list[Entry]]:
    """Make an address for a telephone, and read what it answers as a calendar program would."""
    page.get_by_role("link", name="My calendar").click()
    page.get_by_label("Name of the device").fill("My telephone")
    page.get_by_role("button", name="Make an address").click()
    address = page.get_by_label("Address", exact=True).input_value()
    assert faults_of(page, "calendar address") == []

    def read() -> list[Entry]:
        answer = httpx.get(address, timeout=ANSWER_SECONDS)
        assert answer.status_code == 200
        return entries_in(answer.content)

    return read


def wait_for_entry(page: Page, address: str, is_it: Callable[[Entry], bool]) -> Entry:
    """The first calendar part to arrive at an address of which it is true, from the mail pages."""
    found: list[Entry] = []

    def has_come() -> bool:
        found[:] = [entry for entry in entries_sent_to(page, address) if is_it(entry)]
        return bool(found)

    wait_until(has_come, f"A mail to {address}")
    return found[0]


def entries_sent_to(page: Page, address: str) -> list[Entry]:
    """What the calendar parts of somebody's mails say, the latest first."""
    answer = page.goto(f"/demo/mail/to/{address}")
    assert answer is not None
    if answer.status == 404:  # nothing has come yet
        return []
    entries = []
    for link in page.locator("tbody a").evaluate_all("links => links.map(each => each.href)"):
        page.goto(link)
        part = page.get_by_role("link", name="Download invite.ics")
        if part.count():
            file = httpx.get(str(part.evaluate("link => link.href")), timeout=ANSWER_SECONDS)
            entries.extend(entries_in(file.content))
    return entries


def entries_in(octets: bytes) -> list[Entry]:
    calendar = Calendar.from_ical(octets)
    return [entry_of(str(calendar.get("METHOD", "")), event) for event in calendar.walk("VEVENT")]


def entry_of(method: str, event: Component) -> Entry:
    starts_at = event.decoded("DTSTART")
    assert isinstance(starts_at, datetime)
    return Entry(
        method=method,
        uid=str(event["UID"]),
        sequence=int(str(event.get("SEQUENCE", 0))),
        starts_at=starts_at,
        is_called_off=event.get("STATUS") == "CANCELLED",
    )


def entry_at(entries: list[Entry], starts_at: datetime) -> Entry:
    return next(entry for entry in entries if entry.starts_at == starts_at)


def entry_with(entries: list[Entry], uid: str) -> Entry:
    return next(entry for entry in entries if entry.uid == uid)


def london_day_words(moment: datetime) -> str:
    day = london_day(moment)
    return f"{day:%A} {day.day} {day:%B} {day.year}"
