"""What somebody typed and sent after their session had run out: kept, sealed, for them alone.

It is offered back on the page it came from once the same account has signed in again, and is gone
after an hour or at sign-out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, delete, select

from rj.accounts.keys import AccountKeys
from rj.accounts.models import UnsentForm

KEPT_FOR = timedelta(hours=1)
MOST_KEPT = 10
"""Forms of one account; the oldest make way, so that nobody fills the database with them."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """A form that was never acted upon."""

    at: str
    """The address of the page it stood on."""
    values: Mapping[str, tuple[str, ...]]


def keep_unsent(
    session: Session, keys: AccountKeys, account_id: UUID, unsent: Unsent, *, now: datetime
) -> UUID:
    """Keep a form for its account; returns the name to ask for it by."""
    forget_old_unsent(session, now=now)
    document = json.dumps({"at": unsent.at, "values": dict(unsent.values)})
    kept = UnsentForm(account_id=account_id, sealed=keys.seal(document), kept_at=now)
    session.add(kept)
    session.flush()
    newest = (
        select(UnsentForm.id)
        .where(UnsentForm.account_id == account_id)
        .order_by(col(UnsentForm.kept_at).desc(), col(UnsentForm.id))
        .limit(MOST_KEPT)
    )
    of_account = col(UnsentForm.account_id) == account_id
    session.exec(delete(UnsentForm).where(of_account, col(UnsentForm.id).not_in(newest)))
    return kept.id


def find_unsent(
    session: Session, keys: AccountKeys, unsent_id: UUID, account_id: UUID, *, now: datetime
) -> Unsent | None:
    """A form of this account that is still kept; None for every other."""
    kept = session.get(UnsentForm, unsent_id)
    if kept is None or kept.account_id != account_id or kept.kept_at <= now - KEPT_FOR:
        return None
    document = json.loads(keys.open(kept.sealed))
    values = {name: tuple(texts) for name, texts in document["values"].items()}
    return Unsent(document["at"], values)


def forget_unsent(session: Session, account_id: UUID) -> None:
    """Forget everything kept for an account."""
    session.exec(delete(UnsentForm).where(col(UnsentForm.account_id) == account_id))


def forget_old_unsent(session: Session, *, now: datetime) -> None:
    """Forget what nobody came back for."""
    session.exec(delete(UnsentForm).where(col(UnsentForm.kept_at) <= now - KEPT_FOR))
