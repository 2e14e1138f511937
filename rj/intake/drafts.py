"""An order's form that is not finished: kept for whoever typed it, to go on with another day.

    save_draft(session, keys, account_id, values, ...)     -> OrderDraft, new or the one given
    get_draft(session, keys, draft_id, account_id, now=)   -> Draft, or NotFound
    drafts_of(session, keys, account_id, now=)             the newest first
    discard_draft(session, draft_id, account_id)

A draft is sealed and opens to its own account alone. Whoever types a harmed person's contact
details must not be able to read them again, so a draft does not keep them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, delete, select

from rj.accounts.keys import AccountKeys
from rj.intake.models import OrderDraft
from rj.kernel.errors import Conflict, NotFound
from rj.policy.terms import Side

KEPT_FOR = timedelta(days=28)
"""As long as a provisional hold: by then an order is recorded or was never made."""
MOST_KEPT = 20
"""Drafts of one account."""

_OF_A_PERSON = re.compile(r"people-(\d+)-(.+)")
OF_THE_HARMED = frozenset({"side", "role", "chosen_name", "organisation"})
"""All that a draft keeps of somebody of the harmed side."""

Values = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed, and the version to go on from."""

    id: UUID
    values: Values
    version: int
    saved_at: datetime

    @property
    def reference(self) -> str:
        """The court's reference, as far as it was typed."""
        return (self.values.get("reference") or ("",))[0].strip()


def save_draft(
    session: Session,
    keys: AccountKeys,
    account_id: UUID,
    values: Values,
    *,
    draft_id: UUID | None = None,
    based_on: int = 0,
    now: datetime,
) -> OrderDraft:
    """Keep what was typed, in place of the draft it was opened from where there is one.

    Raises Conflict when that draft was saved since from another window, or when there are too many.
    """
    forget_old_drafts(session, now=now)
    sealed = keys.seal(json.dumps(without_harmed_contact(values)))
    if draft_id is not None:
        draft = _own(session, draft_id, account_id, now)
        draft.refuse_if_changed(based_on, "This draft")
        draft.sealed, draft.saved_at = sealed, now
        session.flush()
        return draft
    known = session.exec(select(OrderDraft.id).where(OrderDraft.account_id == account_id)).all()
    if len(known) >= MOST_KEPT:
        raise Conflict(f"You have {MOST_KEPT} drafts: record or discard one first")
    draft = OrderDraft(account_id=account_id, sealed=sealed, saved_at=now)
    session.add(draft)
    session.flush()
    return draft


def get_draft(
    session: Session, keys: AccountKeys, draft_id: UUID, account_id: UUID, *, now: datetime
) -> Draft:
    """A draft of this account. Raises NotFound for every other, and for one that is too old."""
    return _opened(keys, _own(session, draft_id, account_id, now))


def drafts_of(
    session: Session, keys: AccountKeys, account_id: UUID, *, now: datetime
) -> list[Draft]:
    """The drafts of an account, the newest first."""
    found = session.exec(
        select(OrderDraft)
        .where(OrderDraft.account_id == account_id, OrderDraft.saved_at > now - KEPT_FOR)
        .order_by(col(OrderDraft.saved_at).desc(), col(OrderDraft.id))
    )
    return [_opened(keys, draft) for draft in found]


def discard_draft(session: Session, draft_id: UUID, account_id: UUID) -> bool:
    """Throw a draft away; whether this account had it. Another account's stays."""
    own = delete(OrderDraft).where(
        col(OrderDraft.id) == draft_id, col(OrderDraft.account_id) == account_id
    )
    return session.exec(own).rowcount > 0


def forget_old_drafts(session: Session, *, now: datetime) -> int:
    """Forget what nobody came back for; how many there were."""
    old = delete(OrderDraft).where(col(OrderDraft.saved_at) <= now - KEPT_FOR)
    return session.exec(old).rowcount


def without_harmed_contact(values: Values) -> dict[str, tuple[str, ...]]:
    """What may be shown again to whoever typed it: of a person who is not plainly of the side of
    the person on probation, the part they take and what they want to be called."""
    kept = {}
    for name, texts in values.items():
        found = _OF_A_PERSON.fullmatch(name)
        side = values.get(f"people-{found[1]}-side") if found else None
        if found is None or found[2] in OF_THE_HARMED or side == (Side.HARMER.value,):
            kept[name] = tuple(texts)
    return kept


def _own(session: Session, draft_id: UUID, account_id: UUID, now: datetime) -> OrderDraft:
    draft = session.get(OrderDraft, draft_id)
    if draft is None or draft.account_id != account_id or draft.saved_at <= now - KEPT_FOR:
        raise NotFound("There is no such draft")
    return draft


def _opened(keys: AccountKeys, draft: OrderDraft) -> Draft:
    values = {name: tuple(texts) for name, texts in json.loads(keys.open(draft.sealed)).items()}
    return Draft(draft.id, values, draft.version, draft.saved_at)
