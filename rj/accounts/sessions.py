"""Signed-in browsers. The identifier lives in the browser's cookie; here is its fingerprint only.

A session ends after 15 minutes without a request, 8 hours after sign-in, at sign-out, when the
account is deactivated and when its password changes. Who the person is and what they may do is
read anew for every request and never kept in it (S3).
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, delete

from rj.accounts.models import Account, WebSession
from rj.accounts.queries import RolesByArea, roles_of
from rj.kernel.references import new_token, token_fingerprint

IDLE_LIMIT = timedelta(minutes=15)
WHOLE_LIMIT = timedelta(hours=8)
RENEWED_AFTER = timedelta(minutes=1)
"""A request within this time of the last renewal writes nothing."""
MOST_SAID = 5
"""Sentences kept for the next page; more are not worth reading."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One signed-in browser as a request finds it."""

    session_id: str
    """The fingerprint under which it is stored."""
    account_id: UUID
    name: str
    roles: RolesByArea
    started_at: datetime
    renewed_at: datetime
    said: tuple[str, ...]
    """Sentences waiting to be shown on the next page."""

    def is_due_for_renewal(self, now: datetime) -> bool:
        """Whether the idle time should be counted from now on."""
        return now - self.renewed_at >= RENEWED_AFTER


def open_session(session: Session, account_id: UUID, *, now: datetime) -> str:
    """Begin a session under a fresh identifier, never one the browser brought; returns it."""
    token = new_token()
    session.add(
        WebSession(
            id=token_fingerprint(token),
            account_id=account_id,
            data=_data(now, ()),
            expires_at=now + IDLE_LIMIT,
        )
    )
    return token


def find_signed_in(session: Session, token: str, *, now: datetime) -> SignedIn | None:
    """The person behind a browser's identifier, or None when the session is over or unknown."""
    kept = session.get(WebSession, token_fingerprint(token))
    if kept is None or kept.account_id is None or kept.expires_at <= now:
        return None
    account = session.get(Account, kept.account_id)
    if account is None or not account.is_active:
        return None
    data = json.loads(kept.data)
    return SignedIn(
        session_id=kept.id,
        account_id=account.id,
        name=account.name,
        roles=roles_of(session, account.id),
        started_at=datetime.fromisoformat(data["started_at"]),
        renewed_at=kept.expires_at - IDLE_LIMIT,
        said=tuple(data["said"]),
    )


def keep(
    session: Session, signed_in: SignedIn, *, said: tuple[str, ...], now: datetime
) -> SignedIn:
    """Count the idle time from now and keep what is still to be said."""
    kept = session.get(WebSession, signed_in.session_id)
    if kept is not None:
        kept.data = _data(signed_in.started_at, said[-MOST_SAID:])
        kept.expires_at = min(now + IDLE_LIMIT, signed_in.started_at + WHOLE_LIMIT)
        session.add(kept)
    return replace(signed_in, said=said, renewed_at=now)


def end_session(session: Session, session_id: str) -> None:
    """End one session on the server; unknown ones are ended already."""
    session.exec(delete(WebSession).where(col(WebSession.id) == session_id))


def delete_ended_sessions(session: Session, *, now: datetime) -> None:
    """Forget sessions whose time has run out."""
    session.exec(delete(WebSession).where(col(WebSession.expires_at) <= now))


def _data(started_at: datetime, said: tuple[str, ...]) -> bytes:
    return json.dumps({"started_at": started_at.isoformat(), "said": said}).encode()
