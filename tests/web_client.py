"""Driving the site in tests: an app over a test's database, people of each role, forms with CSRF.

::

    with a_site(database, clock) as site:
        site.sign_in(a_person(database, Role.COORDINATOR))
        page = site.get("/orders")
        answer = site.post("/orders/new", {"crn": "X123456"})     # tokens are added

``site.post`` first opens the form's page (the same address, or ``form_at``) and sends its hidden
fields along, so a form without its CSRF token fails its tests. Answers are httpx responses;
redirects are not followed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any, Generic, TypeVar
from uuid import UUID

from litestar import Litestar
from litestar.testing import TestClient
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from rj.accounts.models import Account, AccountRole, Area
from rj.accounts.passwords import hash_password
from rj.accounts.sessions import open_session
from rj.calendars.telling import Teller
from rj.conferences.telling import Tell
from rj.db.database import Database
from rj.kernel.clock import Clock
from rj.policy.terms import Role
from rj.settings import MailSettings, Settings
from tests.builders import AREA, SEAL
from web.app import create_app

Thing = TypeVar("Thing")

PASSWORD = "correct horse battery staple"
PASSWORD_HASH = hash_password(PASSWORD)

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass(frozen=True, slots=True)
class TestPerson:
    """Somebody who can sign in."""

    __test__ = False

    account_id: UUID
    email: str


TELLER = Teller(MailSettings(), SEAL)


def nobody_tells(session: Session, meeting_id: UUID, *, now: datetime) -> None:
    """A teller for pages that tell nobody."""


def some_settings(
    folder: Path = Path("unused"), *, host: str = "127.0.0.1", has_second_factor: bool = False
) -> Settings:
    """Settings of a site on loopback, or on another host with https.

    A password is enough to sign in, unless a test is about the second factor.
    """
    is_loopback = host == "127.0.0.1"
    return Settings(
        data_dir=folder,
        database_url="",
        host=host,
        port=8017,
        public_url="http://testserver.local" if is_loopback else f"https://{host}",
        seal_key="",
        session_secret="a secret that is only used in tests",
        mail=MailSettings(),
        has_second_factor=has_second_factor,
    )


def a_person(
    database: Database,
    *roles: Role,
    area_id: str = AREA,
    name: str = "Sam Ellis",
    email: str = "",
) -> TestPerson:
    """Somebody with these roles in one area, whose password is PASSWORD."""
    address = email or f"{'-'.join(roles) or 'nobody'}@{area_id}.test".lower()
    with database.writing() as session:
        if session.get(Area, area_id) is None:
            session.add(Area(id=area_id, name=f"{area_id.title()}shire"))
            session.flush()
        account = Account(
            email=address,
            name=name,
            password_hash=PASSWORD_HASH,
            created_at=datetime.fromisoformat("2026-01-05T09:00:00+00:00"),
        )
        session.add(account)
        session.flush()
        for role in roles:
            area = None if role is Role.ADMINISTRATOR else area_id
            session.add(AccountRole(account_id=account.id, role=role, area_id=area))
        return TestPerson(account.id, address)


class Site:
    """A browser of one person, pointed at the site."""

    def __init__(self, client: TestClient[Litestar], database: Database, clock: Clock) -> None:
        """Use ``client``; sign-ins are written to ``database`` at the time of ``clock``."""
        self.client = client
        self.database = database
        self.clock = clock

    def sign_in(self, person: TestPerson) -> None:
        """Become this person, without the sign-in page."""
        with self.database.writing() as session:
            token = open_session(session, person.account_id, now=self.clock.now())
        self.client.cookies.set("rj_session", token)

    def sign_out(self) -> None:
        """Be nobody again."""
        self.client.cookies.clear()

    def get(self, path: str, **options: Any) -> Any:
        """Open a page."""
        return self.client.get(path, follow_redirects=False, **options)

    def hidden_fields(self, path: str) -> dict[str, str]:
        """The hidden fields of the page's main form; the same everywhere but for the version."""
        page = self.get(path)
        assert page.status_code == 200, f"{path} answered {page.status_code}"
        return {name: unescape(value) for name, value in HIDDEN.findall(page.text)}

    def post(
        self,
        path: str,
        fields: Mapping[str, str | Sequence[str]] | None = None,
        *,
        form_at: str | None = None,
        hidden: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> Any:
        """Fill the form in and send it. ``hidden`` sends those of an earlier look instead."""
        known = self.hidden_fields(form_at or path) if hidden is None else dict(hidden)
        return self.client.post(
            path, data={**known, **(fields or {})}, files=files, follow_redirects=False
        )


@contextmanager
def a_site(
    database: Database,
    clock: Clock,
    *,
    teller: Tell = nobody_tells,
    controllers: Sequence[ControllerRouterHandler] = (),
    extras: Mapping[str, Any] | None = None,
    settings: Settings | None = None,
) -> Iterator[Site]:
    """The site over a test's database, with a browser that nobody has signed in yet."""
    wanted = settings or some_settings()
    if controllers or extras or wanted.oidc.issuer:
        app = create_app(
            wanted, database, clock, SEAL, teller, controllers=controllers, extras=extras
        )
    else:
        things = The(database), The(clock), The(teller)
        app = next(
            found for n in count() if (found := _a_usual_app(n, wanted, *things)) not in _OPEN
        )
    _OPEN.append(app)
    try:
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Site(client, database, clock)
    finally:
        _OPEN.remove(app)


_OPEN: list[Litestar] = []
"""Apps that a test has open just now."""


class The(Generic[Thing]):
    """One thing and no other, however alike: what an app was built over."""

    def __init__(self, thing: Thing) -> None:
        """Stand for ``thing``."""
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        """Whether the other stands for the very same thing."""
        return isinstance(other, The) and self.thing is other.thing

    def __hash__(self) -> int:
        """By identity, as things that change have no other."""
        return id(self.thing)


@lru_cache(maxsize=24)
def _a_usual_app(
    number: int,
    settings: Settings,
    database: The[Database],
    clock: The[Clock],
    teller: The[Tell],
) -> Litestar:
    """The site as most tests use it. It keeps nothing itself, and building it is dear.

    Visitors at one time have one each, by ``number``: an app is started once at a time.
    """
    return create_app(settings, database.thing, clock.thing, SEAL, teller.thing)
