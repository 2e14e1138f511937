"""Signed-in browsers. The identifier lives in the browser's cookie; here is its fingerprint only.

A session ends after 15 minutes without a request, 8 hours after sign-in, at sign-out, when the
account is deactivated and when its password or roles change. Who the person is and what they may
do is read anew for every request and never kept in it (S3).
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, delete, select, update

from rj.accounts.models import Account, WebSession
from rj.accounts.queries import RolesByArea, roles_of
from rj.kernel.references import new_token, token_fingerprint

IDLE_LIMIT = timedelta(minutes=15)
WHOLE_LIMIT = timedelta(hours=8)
CONFIRMED_FOR = timedelta(minutes=15)
"""How long who proved who they are may open what is sealed without being asked again."""
RENEWED_AFTER = timedelta(minutes=1)
"""A request within this time of the last renewal writes nothing."""
KNOWN_AFTER = timedelta(hours=12)
"""How long an ended session still tells whose it was, so that what its holder had typed is kept."""
MOST_SAID = 5
"""Sentences kept for the next page; more are not worth reading."""
LONGEST_DEVICE = 60


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
    device: str
    confirmed_at: datetime
    """When its holder last proved who they are: at sign-in, or asked once more since."""
    said: tuple[str, ...]
    """Sentences waiting to be shown on the next page."""

    def is_due_for_renewal(self, now: datetime) -> bool:
        """Whether the idle time should be counted from now on."""
        return now - self.renewed_at >= RENEWED_AFTER


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One of a person's own sessions, as they see it."""

    session_id: str
    device: str
    """The kind of browser and machine, as the browser says."""
    started_at: datetime
    last_seen_at: datetime
    """To the minute."""


def open_session(
    session: Session,
    account_id: UUID,
    *,
    now: datetime,
    device: str = "",
    proved_at: datetime | None = None,
) -> str:
    """Begin a session under a fresh identifier, never one the browser brought; returns it.

    ``proved_at`` is when its holder proved who they are; now unless said otherwise, never later.
    """
    confirmed_at = now if proved_at is None else min(now, proved_at)
    token = new_token()
    session.add(
        WebSession(
            id=token_fingerprint(token),
            account_id=account_id,
            data=_data(now, device[:LONGEST_DEVICE], confirmed_at, ()),
            expires_at=now + IDLE_LIMIT,
        )
    )
    return token


def rotate(session: Session, session_id: str) -> str:
    """Give a session a fresh identifier, as when a password changes; returns it."""
    token = new_token()
    session.exec(
        update(WebSession)
        .where(col(WebSession.id) == session_id)
        .values(id=token_fingerprint(token))
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
        device=data["device"],
        confirmed_at=datetime.fromisoformat(data["confirmed_at"]),
        said=tuple(data["said"]),
    )


def find_account_of_ended(session: Session, token: str, *, now: datetime) -> UUID | None:
    """Whose session this was that has run out since, or None. It opens nothing any more."""
    kept = session.get(WebSession, token_fingerprint(token))
    if kept is None or kept.account_id is None or kept.expires_at > now:
        return None
    account = session.get(Account, kept.account_id)
    return account.id if account is not None and account.is_active else None


def open_sessions_of(session: Session, account_id: UUID, *, now: datetime) -> list[OpenSession]:
    """The sessions of an account that have not ended, the latest used first."""
    kept = session.exec(
        select(WebSession)
        .where(WebSession.account_id == account_id, col(WebSession.expires_at) > now)
        .order_by(col(WebSession.expires_at).desc(), col(WebSession.id))
    )
    found = []
    for one in kept:
        data = json.loads(one.data)
        started_at = datetime.fromisoformat(data["started_at"])
        # near the end of the eight hours the time to live is shorter than the idle limit
        last_seen_at = max(started_at, one.expires_at - IDLE_LIMIT)
        found.append(OpenSession(one.id, data["device"], started_at, last_seen_at))
    return found


def keep(
    session: Session, signed_in: SignedIn, *, said: tuple[str, ...], now: datetime
) -> SignedIn:
    """Count the idle time from now and keep what is still to be said."""
    kept = session.get(WebSession, signed_in.session_id)
    if kept is not None and kept.expires_at > now:
        kept.data = _data(
            signed_in.started_at, signed_in.device, signed_in.confirmed_at, said[-MOST_SAID:]
        )
        kept.expires_at = min(now + IDLE_LIMIT, signed_in.started_at + WHOLE_LIMIT)
        session.add(kept)
    return replace(signed_in, said=said, renewed_at=now)


def end_session(session: Session, session_id: str) -> None:
    """End one session on the server; unknown ones are ended already."""
    session.exec(delete(WebSession).where(col(WebSession.id) == session_id))


def end_own_session(session: Session, account_id: UUID, session_id: str) -> None:
    """End one session of an account; somebody else's stays as it is."""
    session.exec(
        delete(WebSession).where(
            col(WebSession.id) == session_id, col(WebSession.account_id) == account_id
        )
    )


def end_sessions(session: Session, account_id: UUID, *, but: str = "") -> None:
    """End every session of an account, except the one with the fingerprint ``but``."""
    session.exec(
        delete(WebSession).where(
            col(WebSession.account_id) == account_id, col(WebSession.id) != but
        )
    )


def run_out(session: Session, account_id: UUID, *, now: datetime) -> None:
    """Let every session of an account run out now, as if nothing had been done for a while.

    Unlike ``end_sessions``, what its holder is typing can be kept until they signed in again.
    """
    session.exec(
        update(WebSession)
        .where(col(WebSession.account_id) == account_id, col(WebSession.expires_at) > now)
        .values(expires_at=now)
    )


def delete_ended_sessions(session: Session, *, now: datetime) -> None:
    """Forget sessions that ended long ago."""
    session.exec(delete(WebSession).where(col(WebSession.expires_at) <= now - KNOWN_AFTER))


def confirm(session: Session, signed_in: SignedIn, *, now: datetime) -> SignedIn:
    """Keep that its holder proved just now who they are."""
    confirmed = replace(signed_in, confirmed_at=now)
    return keep(session, confirmed, said=signed_in.said, now=now)


def _data(
    started_at: datetime, device: str, confirmed_at: datetime, said: tuple[str, ...]
) -> bytes:
    return json.dumps(
        {
            "started_at": started_at.isoformat(),
            "device": device,
            "confirmed_at": confirmed_at.isoformat(),
            "said": said,
        }
    ).encode()
