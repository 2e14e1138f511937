"""A whole service for a real browser: county, site, worker and mail catcher, each as in life.

The county is invented, planned, published and told once for each test process, at the tests'
stopped clock. A house is the service over a copy of it, on ports of its own: what one test does
disturbs no other.
"""

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from litestar import Litestar
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from sqlalchemy import text
from sqlmodel import col, select

from rj.audit.services import SERVICE
from rj.calendars.telling import Teller
from rj.db.database import Database
from rj.demo.catcher import Catcher
from rj.demo.county import a_county
from rj.demo.court_file import write_fresh_orders
from rj.demo.facts import AccountFacts, County
from rj.demo.loading import load_county
from rj.doors import Service
from rj.jobs.registry import JobContext, Payload, Registry
from rj.jobs.runner import runner_for
from rj.kernel.clock import StoppedClock
from rj.orders.queries import open_orders
from rj.outbox.models import Message, MessageState
from rj.parties.sealing import Seal
from rj.policy.terms import Role
from rj.scheduling.publishing import check, publish
from rj.scheduling.runs import EffortLevel, request_run
from rj.scheduling.solving import solve_run
from rj.settings import MailSettings, Settings
from rj.testing import NO_BROWSER, find_browser
from rj.worker import SOLVE, work
from tests.conftest import NOW
from web.app import create_app
from web.demo.controllers import CONTROLLERS
from web.serve import site_server

HOST = "127.0.0.1"
SEED = 1
SIZE = 20
"""Live orders: enough for a case of every kind."""
KEY = Fernet.generate_key().decode()
PATIENCE_SECONDS = 120
ANSWER_SECONDS = 45
"""How long anything may take on a machine that is busy with something else as well."""
WIDE = 1280
PHONE = 390

QUIETLY = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""A browser that looks for nothing but the site, and runs as any user."""


@dataclass(frozen=True, slots=True)
class Wenshire:
    """A county that has been planned, published and told, to be copied."""

    folder: Path
    county: County


@dataclass(frozen=True, slots=True)
class House:
    """One running service, and where it is."""

    address: str
    folder: Path
    county: County
    database: Database
    clock: StoppedClock
    site: Litestar

    @property
    def mail_folder(self) -> Path:
        """What the catcher caught."""
        return self.folder / "mail"

    def account(self, role: Role) -> AccountFacts:
        """The account of a role that the demonstration would print."""
        return next(one for one in self.county.accounts if one.is_shown and role in one.roles)

    def account_of(self, name: str) -> AccountFacts:
        """The account of somebody by name."""
        return next(one for one in self.county.accounts if one.name == name)


def wait_until(is_so: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for something that happens beside the test. Fails saying what never happened."""
    give_up = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def wenshire(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Wenshire:
    """The county, its first plan published and every mail of it delivered."""
    folder = tmp_path_factory.mktemp("wenshire")
    shutil.copyfile(sqlite_template, folder / "rj.sqlite")
    with _a_service(folder) as service:
        county = _with_accounts_for_all(a_county(SEED, service.clock.today(), SIZE))
        load_county(service.database, county, seal=service.seal, now=NOW)
        write_fresh_orders(folder, county)
        _plan_and_publish(service, county.area_id)
        with _at_work(service):
            wait_until(lambda: nothing_is_to_be_sent(service.database), "Every mail is sent")
        with service.database.engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    return Wenshire(folder, county)


@pytest.fixture
def house(wenshire: Wenshire, tmp_path: Path) -> Iterator[House]:
    """The service with its worker, to be changed at will."""
    with a_house(wenshire, tmp_path / "house", with_worker=True) as found:
        yield found


@contextmanager
def a_house(wenshire: Wenshire, folder: Path, *, with_worker: bool) -> Iterator[House]:
    """The service over a copy of the county. Without a worker, what is asked for waits."""
    shutil.copytree(wenshire.folder, folder)
    with ExitStack() as running:
        service = running.enter_context(_a_service(folder))
        site = running.enter_context(_a_site(service, folder))
        if with_worker:
            running.enter_context(_at_work(service))
        assert isinstance(service.clock, StoppedClock)
        yield House(
            service.settings.public_url,
            folder,
            wenshire.county,
            service.database,
            service.clock,
            site,
        )


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A Chromium without a window.

    For this folder only: while it is open an event loop counts as running in this thread, and no
    other test of this process could start one of its own.
    """
    program = find_browser(os.environ)
    if program is None:
        pytest.fail(NO_BROWSER)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=list(QUIETLY))
        yield found
        found.close()


@contextmanager
def a_person_at(
    browser: Browser, house: House, *, width: int = WIDE, with_scripts: bool = True
) -> Iterator[Page]:
    """Somebody at a screen, whom nobody has signed in.

    At the end, nothing that a page asked for was refused, and no script of a page had failed.
    """
    context: BrowserContext = browser.new_context(
        base_url=house.address,
        viewport={"width": width, "height": 900},
        java_script_enabled=with_scripts,
        locale="en-GB",
        timezone_id="Europe/London",
        accept_downloads=True,
    )
    context.set_default_timeout(ANSWER_SECONDS * 1000)
    complaints: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda said: complaints.append(f"{page.url}: {said.text}") if _is_fault(said) else None,
    )
    try:
        yield page
    except BaseException:
        print(f"The page at {page.url} said:\n{page.locator('main').inner_text()}")
        raise
    finally:
        context.close()
    assert complaints == []


def sign_in(page: Page, account: AccountFacts) -> None:
    """Sign in by the page, and land on the role's first page."""
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(account.email)
    page.get_by_label("Password").fill(account.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


def nothing_is_to_be_sent(database: Database) -> bool:
    """Whether no mail waits or is under way."""
    under_way = (MessageState.QUEUED, MessageState.SENDING)
    with database.reading() as session:
        return (
            session.exec(select(Message.id).where(col(Message.state).in_(under_way))).first()
            is None
        )


def _is_fault(said: ConsoleMessage) -> bool:
    """Whether the browser complains of a page. An answer that is an error page is none."""
    return said.type == "error" and "Failed to load resource" not in said.text


@contextmanager
def _a_service(folder: Path) -> Iterator[Service]:
    """Everything but the site and the worker, over the database in a folder."""
    catcher = Catcher(folder / "mail")
    mail = MailSettings(
        host=HOST, port=catcher.start(is_demo=True), security="none", spread_seconds=0
    )
    port = _a_free_port()
    settings = Settings(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'rj.sqlite'}",
        host=HOST,
        port=port,
        public_url=f"http://{HOST}:{port}",
        seal_key=KEY,
        session_secret="a secret that is only used in tests",
        mail=mail,
        is_demo=True,
        log_level="ERROR",
    )
    database = Database(settings.database_url)
    seal = Seal(KEY)
    try:
        yield Service(
            settings=settings,
            database=database,
            clock=StoppedClock(NOW),
            seal=seal,
            teller=Teller(mail=mail, seal=seal),
        )
    finally:
        database.close()
        catcher.stop()


@contextmanager
def _a_site(service: Service, folder: Path) -> Iterator[Litestar]:
    """The site, as ``rj demo`` serves it."""
    settings = service.settings
    app = create_app(
        settings,
        service.database,
        service.clock,
        service.seal,
        service.teller,
        controllers=CONTROLLERS,
        extras={"catcher_folder": folder / "mail"},
    )
    server = site_server(app, settings.host, settings.port)
    serving = Thread(target=server.run)
    serving.start()
    try:
        wait_until(lambda: server.started, "The site answers")
        yield app
    finally:
        server.should_exit = True
        serving.join()


@contextmanager
def _at_work(service: Service) -> Iterator[None]:
    """The worker, sending and solving."""
    stop = Event()
    worker = Thread(target=work, args=(service,), kwargs={"until": stop})
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


def _with_accounts_for_all(county: County) -> County:
    """The county, each of whose facilitators may sign in: nobody knows whom planning chooses."""
    emails = {account.email for account in county.accounts}
    others = (
        AccountFacts(one.email, one.name, f"the password of {one.name}", (Role.FACILITATOR,))
        for one in county.facilitators
        if one.email not in emails
    )
    return replace(county, accounts=(*county.accounts, *others))


def _plan_and_publish(service: Service, area_id: str) -> None:
    """The first plan, and all of it that is sound made known."""
    database = service.database
    with database.writing() as session:
        run = request_run(
            session,
            area_id,
            effort=EffortLevel.SMALL,
            time_limit_seconds=PATIENCE_SECONDS,
            actor=SERVICE,
            now=NOW,
        )
    # In this process and at the stopped clock, as the worker's own child reads the machine's.
    solving = Registry()
    solving.register(SOLVE, _solve_at_once)
    context = JobContext(database, service.clock, service.settings, Event())
    runner_for(solving, context).drain({SOLVE})
    with database.writing() as session:
        orders = [order.id for order in open_orders(session, area_id)]
        sound = check(session, run.id, orders, now=NOW).sound
        publish(session, run.id, sound, actor=SERVICE, now=NOW, tell=service.teller)


def _solve_at_once(payload: Payload, context: JobContext) -> None:
    solve_run(context.database, context.clock, UUID(str(payload["run_id"])))


def _a_free_port() -> int:
    with socket.create_server((HOST, 0)) as seeking:
        return int(seeking.getsockname()[1])
