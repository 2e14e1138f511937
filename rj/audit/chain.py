"""The chain over the audit: sealing what was written, and finding what was tampered with.

Pages write plain rows and wait for nobody. Once a minute a worker binds the new ones into a chain
of keyed hashes in a second table; the key lies outside the database, so whoever can write to the
database still cannot make a chain that holds. After each sealing the chain's end is written to a
file outside the database: that is how a cut-off end is found. Ship that file elsewhere.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, exists, func, select

from rj.audit.models import AuditEntry, AuditRemoval, AuditSeal
from rj.audit.services import reason_fingerprint
from rj.db.database import Database

BATCH = 1_000
"""Entries sealed in one transaction: on SQLite nobody else writes meanwhile."""

LOOK_BACK = timedelta(hours=1)
"""Longer than any transaction: an entry is dated when its act begins and seen when it is kept."""

ONE_AT_A_TIME = 7_202_612  # any number, the same for all who seal this database

AUDIT_REMOVAL = "audit_removal"
"""What the entries that tell of a removal are about."""

BEFORE_THE_FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain as it once was."""

    number: int
    digest: str


class ChainKey:
    """The key of the chain, drawn from the service's own key."""

    def __init__(self, key: str) -> None:
        """``key`` as ``Settings.seal_key`` holds it."""
        self._key = hmac.digest(key.encode(), b"rj audit chain", "sha256")

    def digest(self, text: str) -> str:
        """A keyed hash in hexadecimal."""
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written."""

    number: int | None
    words: str


@dataclass
class Verdict:
    """What verifying found."""

    sealed: int = 0
    findings: list[Finding] = field(default_factory=list)
    unsealed: list[UUID] = field(default_factory=list)
    """Entries that no link holds yet: written since the last sealing."""
    removed: int = 0
    """Entries whose period was over."""
    reasons_erased: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing was tampered with."""
        return not self.findings


def seal_waiting(
    database: Database, key: ChainKey, *, is_complete: bool = False, batch: int = BATCH
) -> Head | None:
    """Seal every entry that is not sealed yet; the end of the chain, or None when there is none.

    ``is_complete`` looks at every entry there is, not only at those of the last hour.
    """
    while True:
        with database.writing() as session:
            if not database.is_sqlite:
                session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
            head = end_of_chain(session)
            waiting = _unsealed(session, limit=batch, is_complete=is_complete)
            for entry in waiting:
                head = _add_link(session, key, head, entry)
        if len(waiting) < batch:
            return head


def end_of_chain(session: Session) -> Head | None:
    """The last link, or None."""
    last = session.exec(select(AuditSeal).order_by(col(AuditSeal.number).desc()).limit(1)).first()
    return Head(last.number, last.digest) if last else None


def verify(session: Session, key: ChainKey, heads: Iterable[Head] = ()) -> Verdict:
    """Read the whole chain against the entries, and against ends of it that were kept elsewhere."""
    verdict = Verdict()
    removals = _removals(session, verdict)
    at_number = {head.number: head for head in heads}
    before, number = BEFORE_THE_FIRST, 0
    for seal, entry in _links(session):
        number += 1
        if seal.number != number:
            verdict.findings.append(
                Finding(number, f"links {number} to {seal.number - 1} are missing")
            )
            number = seal.number
        elif seal.digest != _bound(key, before, seal):
            verdict.findings.append(Finding(number, "the link does not follow from those before"))
        before = seal.digest
        verdict.sealed += 1
        _compare(key, seal, entry, removals, verdict)
        head = at_number.pop(seal.number, None)
        if head is not None and head.digest != seal.digest:
            verdict.findings.append(Finding(number, "the link is not the one that was kept"))
    for head in sorted(at_number.values(), key=lambda each: each.number):
        verdict.findings.append(
            Finding(head.number, f"the chain once reached {head.number} and ends at {number}")
        )
    verdict.unsealed = [entry.id for entry in _unsealed(session, limit=None, is_complete=True)]
    return verdict


def keep_head(path: Path, head: Head, *, now: datetime) -> None:
    """Add the chain's end to the file outside the database, readable by its owner only."""
    path.touch(mode=0o600, exist_ok=True)
    with path.open("a") as file:
        file.write(f"{now.astimezone(UTC).isoformat()} {head.number} {head.digest}\n")


def kept_heads(path: Path) -> list[Head]:
    """The ends that were kept. A last line that was cut off by a power failure does not count."""
    if not path.exists():
        return []
    lines = (line.split() for line in path.read_text().splitlines())
    return [Head(int(line[1]), line[2]) for line in lines if len(line) == 3 and len(line[2]) == 64]


@dataclass
class Sealing:
    """What the worker does once a minute."""

    database: Database
    key: ChainKey
    heads: Path
    now: Callable[[], datetime]
    _kept: Head | None = None
    _has_looked_at_all: bool = False

    def step(self) -> None:
        """Seal what waits and keep the end outside the database."""
        head = seal_waiting(self.database, self.key, is_complete=not self._has_looked_at_all)
        self._has_looked_at_all = True
        if head is not None and head != self._kept:
            keep_head(self.heads, head, now=self.now())
            self._kept = head


def _unsealed(session: Session, *, limit: int | None, is_complete: bool) -> list[AuditEntry]:
    query = (
        select(AuditEntry)
        .where(~exists().where(col(AuditSeal.entry_id) == col(AuditEntry.id)))
        .order_by(col(AuditEntry.at), col(AuditEntry.id))
        .limit(limit)
    )
    newest = session.exec(select(func.max(AuditSeal.entry_at))).one()
    if newest is not None and not is_complete:
        query = query.where(col(AuditEntry.at) >= newest - LOOK_BACK)
    return list(session.exec(query))


def _add_link(session: Session, key: ChainKey, head: Head | None, entry: AuditEntry) -> Head:
    link = AuditSeal(
        number=head.number + 1 if head else 1,
        entry_id=entry.id,
        entry_kind=entry.kind,
        entry_at=entry.at,
        entry_digest=key.digest(_canonical(entry)),
        digest="",
    )
    link.digest = _bound(key, head.digest if head else BEFORE_THE_FIRST, link)
    session.add(link)
    return Head(link.number, link.digest)


def _bound(key: ChainKey, before: str, seal: AuditSeal) -> str:
    parts = (before, seal.number, seal.entry_id, seal.entry_kind, _moment(seal.entry_at))
    return key.digest(" ".join((*map(str, parts), seal.entry_digest)))


def _canonical(entry: AuditEntry) -> str:
    """Everything of an entry but its reason, of which the fingerprint counts."""
    return json.dumps(
        [
            str(entry.id),
            _moment(entry.at),
            str(entry.account_id or ""),
            entry.role,
            entry.kind,
            entry.action,
            entry.thing,
            entry.thing_id,
            str(entry.order_id or ""),
            entry.fields,
            entry.reason_fingerprint,
            entry.request_id,
        ]
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _links(session: Session) -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    found = session.exec(
        select(AuditSeal, AuditEntry)
        .join(AuditEntry, col(AuditEntry.id) == col(AuditSeal.entry_id), isouter=True)
        .order_by(col(AuditSeal.number))
    )
    yield from found


def _compare(
    key: ChainKey,
    seal: AuditSeal,
    entry: AuditEntry | None,
    removals: list[AuditRemoval],
    verdict: Verdict,
) -> None:
    if entry is None:
        if any(each.kind is seal.entry_kind and seal.entry_at < each.before for each in removals):
            verdict.removed += 1
        else:
            verdict.findings.append(Finding(seal.number, "the entry is gone"))
        return
    if key.digest(_canonical(entry)) != seal.entry_digest:
        verdict.findings.append(Finding(seal.number, "the entry was changed"))
    elif entry.reason and reason_fingerprint(entry.id, entry.reason) != entry.reason_fingerprint:
        verdict.findings.append(Finding(seal.number, "the reason was changed"))
    elif entry.reason_fingerprint and not entry.reason:
        verdict.reasons_erased += 1


def removal_words(removal: AuditRemoval) -> list[str]:
    """What an entry that tells of a removal says of it, beside the removal's own id."""
    return sorted((f"before {_moment(removal.before)}", f"kind {removal.kind.value}"))


def _removals(session: Session, verdict: Verdict) -> list[AuditRemoval]:
    """Removals that the audit itself tells of; any other is a finding and excuses nothing."""
    known = {
        entry.thing_id: entry.fields
        for entry in session.exec(select(AuditEntry).where(AuditEntry.thing == AUDIT_REMOVAL))
    }
    sound = []
    for removal in session.exec(select(AuditRemoval)):
        if known.get(str(removal.id)) == removal_words(removal):
            sound.append(removal)
        else:
            verdict.findings.append(Finding(None, "entries were removed and nothing tells of it"))
    return sound
