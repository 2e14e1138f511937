"""What people see of their own account."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import segno
from sqlmodel import Session

from rj.accounts.queries import areas_by_name, get_account, roles_of
from rj.accounts.second_factor import app_address, recovery_codes_left
from rj.accounts.sessions import open_sessions_of
from web.pages import Fact, moment_text
from web.words import roles_in_words

BROWSERS = (
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""By what stands in the name a browser gives itself; the first that fits, as each claims more."""
MACHINES = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "a Mac"),
    ("Linux", "Linux"),
)
SQUARE_SCALE = 5
"""Pixels of each module of the square: a telephone reads it from a desk's distance."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One browser in which the person is signed in."""

    session_id: str
    device: str
    started: str
    last_seen: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """A person's own account."""

    facts: tuple[Fact, ...]
    has_password: bool
    has_app: bool
    codes_left: int
    sessions: tuple[SessionRow, ...]


@dataclass(frozen=True, slots=True)
class AppToSetUp:
    """What an authenticator app reads: the square, or the letters typed by hand."""

    square: str
    """Inline SVG of our own making."""
    letters: str


def own_account(
    session: Session, account_id: UUID, session_id: str, *, now: datetime
) -> OwnAccount:
    """Name, roles, second factor and sessions."""
    account = get_account(session, account_id)
    areas = {area.id: area.name for area in areas_by_name(session)}
    return OwnAccount(
        facts=(
            Fact("Name", account.name),
            Fact("E-mail address", account.email),
            Fact("Roles", roles_in_words(roles_of(session, account_id), areas)),
        ),
        has_password=bool(account.password_hash),
        has_app=account.second_factor is not None,
        codes_left=recovery_codes_left(session, account_id),
        sessions=tuple(
            SessionRow(
                session_id=one.session_id,
                device=one.device or "A browser",
                started=moment_text(one.started_at),
                last_seen=moment_text(one.last_seen_at),
                is_this=one.session_id == session_id,
            )
            for one in open_sessions_of(session, account_id, now=now)
        ),
    )


def app_to_set_up(secret: str, email: str) -> AppToSetUp:
    """The square and the letters of a secret."""
    square = segno.make(app_address(secret, email), error="m", micro=False)
    groups = [secret[at : at + 4] for at in range(0, len(secret), 4)]
    return AppToSetUp(
        square=square.svg_inline(scale=SQUARE_SCALE, border=4, omitsize=False, light="#fff"),
        letters=" ".join(groups),
    )


def device_words(user_agent: str) -> str:
    """``Firefox on Windows``: enough for its owner to know it again. Empty when unknown."""
    browser = next((words for mark, words in BROWSERS if mark in user_agent), "")
    machine = next((words for mark, words in MACHINES if mark in user_agent), "")
    return " on ".join(part for part in (browser, machine) if part)
