"""Between password and page: what is still asked of somebody, and how they are let in.

Nobody has a row in the database before they are signed in. What is known half-way, the account
whose password was right and the secret offered to their app, travels in a sealed cookie that
lasts for ten minutes and is worth nothing without the next step.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from litestar import Request
from litestar.datastructures import Cookie
from litestar.response import Redirect, Template
from sqlmodel import Session

from rj.accounts.forms_handled import forget_old_forms
from rj.accounts.keys import AccountKeys
from rj.accounts.links import forget_old_links
from rj.accounts.models import Account
from rj.accounts.sessions import delete_ended_sessions, end_session, open_session
from rj.accounts.unsent import forget_old_unsent
from rj.audit.services import Actor, note
from rj.db.database import Database
from rj.settings import Settings
from web.accounts.pages import device_words
from web.visits import cookie_name, request_reference, secret_cookie, session_cookie

STEP_LASTS = timedelta(minutes=10)
STEP = "rj_step"

Answer: TypeAlias = Redirect | Template


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody whose password was right, or who sets up an app while signed in."""

    account_id: UUID
    password_mark: str
    """Which password it was: a step from before a reset leads nowhere."""
    secret: str
    """Offered to the app; empty when one is set up already."""
    then: str
    """Where they wanted to go."""


def begin_step(account: Account, keys: AccountKeys, *, secret: str, then: str) -> Step:
    """What is asked next of somebody whose password was right."""
    return Step(account.id, _mark(account, keys), secret, then)


def hand_over(
    answer: Answer, step: Step, settings: Settings, keys: AccountKeys, *, now: datetime
) -> None:
    """Have the browser carry the step to the next page."""
    facts = {
        "account": str(step.account_id),
        "mark": step.password_mark,
        "secret": step.secret,
        "then": step.then,
    }
    ticket = keys.ticket(facts, now=now)
    answer.set_cookie(secret_cookie(STEP, ticket, is_https=settings.is_https))


def find_step(
    request: Request[Any, Any, Any],
    session: Session,
    settings: Settings,
    keys: AccountKeys,
    *,
    now: datetime,
) -> tuple[Step, Account] | None:
    """The step this browser carries and whose it is; None when it is not ours or out of date."""
    ticket = request.cookies.get(cookie_name(STEP, is_https=settings.is_https), "")
    facts = keys.read_ticket(ticket, lasts=STEP_LASTS, now=now)
    if facts is None or "mark" not in facts:
        return None
    step = Step(UUID(facts["account"]), facts["mark"], facts["secret"], facts["then"])
    account = session.get(Account, step.account_id)
    if account is None or not account.is_active or _mark(account, keys) != step.password_mark:
        return None
    return step, account


def forget_cookie(name: str, settings: Settings) -> Cookie:
    """A cookie that takes the place of one and is gone at once."""
    gone = secret_cookie(name, "", is_https=settings.is_https)
    gone.max_age = 0
    return gone


def let_in(
    request: Request[Any, Any, Any],
    database: Database,
    settings: Settings,
    answer: Answer,
    account_id: UUID,
    *,
    now: datetime,
    proved_at: datetime | None = None,
) -> None:
    """Begin a session under a new identifier, and end the one the browser may have had.

    ``proved_at`` is when its holder proved who they are, where that was not just now.
    """
    with database.writing() as session:
        if request.user is not None:
            end_session(session, request.user.session_id)
        delete_ended_sessions(session, now=now)
        forget_old_forms(session, now=now)
        forget_old_links(session, now=now)
        forget_old_unsent(session, now=now)
        device = device_words(request.headers.get("user-agent", ""))
        token = open_session(session, account_id, now=now, device=device, proved_at=proved_at)
        actor = Actor(account_id, request_id=request_reference(request))
        note(session, actor, "signed in", "account", account_id, now=now)
    answer.set_cookie(session_cookie(token, is_https=settings.is_https))
    answer.set_cookie(forget_cookie(STEP, settings))


def _mark(account: Account, keys: AccountKeys) -> str:
    return keys.fingerprint(f"password {account.password_hash}")[:16]
