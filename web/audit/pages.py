"""What pages show of the audit: who, when, in which role and what sort of thing; no content."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from rj.accounts.models import Account
from rj.accounts.queries import accounts_by_name
from rj.audit.models import AuditEntry
from rj.audit.queries import AuditFilter, find_entries
from rj.kernel.london import at_london
from rj.policy.terms import EventKind, Role
from web.pages import moment_text
from web.people import IN_A_LIST
from web.words import choices, words_for

THE_SERVICE = "The service itself"
SOMEBODY_GONE = "An account that is no longer there"

THINGS = {
    "order": "The case",
    "meeting": "A meeting",
    "party": "A person's page",
    "message": "A letter, call or message",
    "suitability_check": "A report writer's check",
    IN_A_LIST: "A name in a list",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an administrator asked the search for, as it came."""

    account: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""

    def as_pairs(self) -> tuple[tuple[str, str], ...]:
        """As the links to further pages carry it."""
        pairs = (
            ("account", self.account),
            ("kind", self.kind),
            ("since", self.since),
            ("until", self.until),
        )
        return tuple(pair for pair in pairs if pair[1])


@dataclass(frozen=True, slots=True)
class Row:
    """One entry. A case stands as a mark that only tells one case from another."""

    when: str
    who: str
    role: str
    kind: str
    act: str
    thing: str
    case_mark: str


@dataclass(frozen=True, slots=True)
class Search:
    """What the search found."""

    rows: tuple[Row, ...]
    total: int
    number: int
    account_choices: tuple[tuple[str, str], ...]
    kind_choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at something of a case."""

    when: str
    who: str
    role: str
    thing: str
    reason: str


@dataclass(frozen=True, slots=True)
class Looks:
    """Who has looked at one case."""

    reference: str
    rows: tuple[Look, ...]
    total: int
    number: int


def search(session: Session, asked: Asked, number: int) -> Search:
    """What an administrator may know of the acts that match: neither whose case nor what was in
    it, nor the reasons that people typed."""
    since, until = _day(asked.since), _day(asked.until)
    wanted = AuditFilter(
        account_id=_uuid(asked.account),
        kind=EventKind(asked.kind) if asked.kind in set(EventKind) else None,
        since=at_london(since, time(0)) if since else None,
        before=at_london(until + timedelta(days=1), time(0)) if until else None,
    )
    found = find_entries(session, wanted, page=number)
    names = _names(session, found.entries)
    accounts = accounts_by_name(session)
    return Search(
        rows=tuple(_row(entry, names) for entry in found.entries),
        total=found.total,
        number=found.page,
        account_choices=(
            ("", "Anybody"),
            *((str(each.id), f"{each.name}, {each.email}") for each in accounts),
        ),
        kind_choices=(("", "Anything"), *choices(EventKind)),
    )


def looks(
    session: Session, order_id: UUID, reference: str, number: int, *, with_reasons: bool
) -> Looks:
    """Who has opened what of one case, the newest first."""
    wanted = AuditFilter(order_id=order_id, kinds=(EventKind.VIEW, EventKind.EXPORT))
    found = find_entries(session, wanted, page=number)
    names = _names(session, found.entries)
    return Looks(
        reference=reference,
        rows=tuple(
            Look(
                when=moment_text(entry.at),
                who=_who(entry, names),
                role=_role(entry.role),
                thing=_looked_at(entry),
                reason=entry.reason if with_reasons else "",
            )
            for entry in found.entries
        ),
        total=found.total,
        number=found.page,
    )


def _looked_at(entry: AuditEntry) -> str:
    if entry.action in ("view contact details", "viewed contact"):
        return "How somebody is reached"
    return THINGS.get(entry.thing, entry.thing)


def _row(entry: AuditEntry, names: dict[UUID, str]) -> Row:
    return Row(
        when=moment_text(entry.at),
        who=_who(entry, names),
        role=_role(entry.role),
        kind=words_for(entry.kind),
        act=entry.action.capitalize(),
        thing=THINGS.get(entry.thing, entry.thing.replace("_", " ").capitalize()),
        case_mark=str(entry.order_id)[:8] if entry.order_id else "",
    )


def _names(session: Session, entries: Iterable[AuditEntry]) -> dict[UUID, str]:
    ids = {entry.account_id for entry in entries if entry.account_id}
    found = session.exec(select(Account.id, Account.name).where(col(Account.id).in_(ids)))
    return dict(found.all())


def _who(entry: AuditEntry, names: dict[UUID, str]) -> str:
    if entry.account_id is None:
        return THE_SERVICE
    return names.get(entry.account_id, SOMEBODY_GONE)


def _role(text: str) -> str:
    return words_for(Role(text)) if text in set(Role) else ""


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found <= date(2199, 12, 1) else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
