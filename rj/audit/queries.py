"""Looking things up in the audit."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from rj.audit.models import AuditEntry
from rj.policy.terms import EventKind

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What is looked for; None leaves a condition out."""

    account_id: UUID | None = None
    kind: EventKind | None = None
    order_id: UUID | None = None
    kinds: Collection[EventKind] = ()
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page of what was found, the newest first."""

    entries: tuple[AuditEntry, ...]
    total: int
    page: int


def find_entries(session: Session, wanted: AuditFilter, *, page: int = 1) -> AuditPage:
    """Entries that match, the newest first; ``page`` counts from 1, and the last one is shown for
    any beyond it."""
    query = select(AuditEntry)
    if wanted.account_id is not None:
        query = query.where(AuditEntry.account_id == wanted.account_id)
    if wanted.kind is not None:
        query = query.where(AuditEntry.kind == wanted.kind)
    if wanted.kinds:
        query = query.where(col(AuditEntry.kind).in_(list(wanted.kinds)))
    if wanted.order_id is not None:
        query = query.where(AuditEntry.order_id == wanted.order_id)
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.before is not None:
        query = query.where(AuditEntry.at < wanted.before)
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    page = min(max(1, page), max(1, -(-total // PAGE_SIZE)))
    found = session.exec(
        query.order_by(col(AuditEntry.at).desc(), col(AuditEntry.id))
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    return AuditPage(tuple(found), total, page)
