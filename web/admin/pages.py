"""What administrators see: people who sign in, and how messages fare, never what they say."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, func, select

from rj.accounts.models import Account
from rj.accounts.queries import accounts_by_name, areas_by_name, get_account, roles_of
from rj.accounts.services import RoleInArea
from rj.kernel.errors import FieldProblem, Invalid
from rj.outbox.models import Message, MessageState, RecipientKind
from rj.outbox.queries import failed_messages
from rj.policy.terms import Role
from rj.settings import Settings
from web.pages import Fact, Tag, moment_text
from web.words import roles_in_words, words_for

APART = "@"
"""Between a role and its area in the value of a box."""

READERS = {
    RecipientKind.PARTY: "Somebody who takes part",
    RecipientKind.FACILITATOR: "A facilitator",
    RecipientKind.OFFICER: "A responsible officer",
    RecipientKind.ACCOUNT: "A member of staff",
}
COUNTED = (
    MessageState.QUEUED,
    MessageState.SENDING,
    MessageState.SENT,
    MessageState.FAILED,
    MessageState.STOPPED,
    MessageState.TO_DO,
    MessageState.DONE,
)


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account in the list."""

    href: str
    name: str
    email: str
    roles: str
    tag: Tag


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One account."""

    account_id: UUID
    version: int
    name: str
    email: str
    is_active: bool
    is_erased: bool
    is_invited: bool
    """Whether they have yet to choose a password."""
    signs_in_elsewhere: bool
    """By the organisation's identity provider, without a password of ours."""
    has_app: bool
    made: str
    chosen: tuple[str, ...]
    """Values of the boxes that are ticked."""


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A message that did not reach its reader: nothing of what it says or to whom."""

    message_id: UUID
    reader: str
    reason: str
    written: str
    attempts: int


@dataclass(frozen=True, slots=True)
class MailPage:
    """How messages leave, without secrets."""

    is_on: bool
    facts: tuple[Fact, ...]
    counts: tuple[Fact, ...]


def account_rows(session: Session) -> tuple[AccountRow, ...]:
    """Every account by name, those that are closed included."""
    areas = {area.id: area.name for area in areas_by_name(session)}
    return tuple(_row(session, account, areas) for account in accounts_by_name(session))


def _row(session: Session, account: Account, areas: dict[str, str]) -> AccountRow:
    return AccountRow(
        href=f"/admin/accounts/{account.id}",
        name=account.name,
        email=account.email,
        roles=roles_in_words(roles_of(session, account.id), areas),
        tag=_state(account),
    )


def _state(account: Account) -> Tag:
    if account.is_erased:
        return Tag("Erased", "cancelled")
    if not account.is_active:
        return Tag("Deactivated", "cancelled")
    return Tag("Invited", "proposed") if _is_invited(account) else Tag("Active", "told")


def _is_invited(account: Account) -> bool:
    return not account.password_hash and account.single_sign_on is None


def account_page(session: Session, account_id: UUID) -> AccountPage:
    """One account. Raises NotFound."""
    account = get_account(session, account_id)
    held = roles_of(session, account_id)
    chosen = [
        f"{role.value}{APART}{area}" for role, areas in held.items() for area in areas or {""}
    ]
    return AccountPage(
        account_id=account.id,
        version=account.version,
        name=account.name,
        email=account.email,
        is_active=account.is_active,
        is_erased=account.is_erased,
        is_invited=_is_invited(account),
        signs_in_elsewhere=account.single_sign_on is not None and not account.password_hash,
        has_app=account.second_factor is not None,
        made=moment_text(account.created_at),
        chosen=tuple(chosen),
    )


def role_choices(session: Session) -> tuple[tuple[str, str], ...]:
    """A box for each role in each area, and one for administrators, who have no area."""
    areas = areas_by_name(session)
    boxes = [
        (f"{role.value}{APART}{area.id}", f"{words_for(role)}, {area.name}")
        for area in areas
        for role in Role
        if role is not Role.ADMINISTRATOR
    ]
    boxes.append((f"{Role.ADMINISTRATOR.value}{APART}", words_for(Role.ADMINISTRATOR)))
    return tuple(boxes)


def read_roles(values: tuple[str, ...]) -> tuple[RoleInArea, ...]:
    """The roles that ticked boxes stand for. Raises Invalid."""
    found: list[RoleInArea] = []
    for value in values:
        role, _, area = value.partition(APART)
        if role not in set(Role):
            raise Invalid(FieldProblem("roles", "Choose roles from the list"))
        found.append((Role(role), area or None))
    return tuple(found)


def failed_rows(session: Session) -> tuple[FailedRow, ...]:
    """Messages that were refused for good or given up, the oldest first."""
    return tuple(
        FailedRow(
            message_id=message.id,
            reader=READERS[message.recipient_kind],
            reason=message.state_reason,
            written=moment_text(message.created_at),
            attempts=message.attempts,
        )
        for message in failed_messages(session)
    )


def mail_page(session: Session, settings: Settings) -> MailPage:
    """The settings an operator gave, and how many messages stand where."""
    mail = settings.mail
    rows = session.exec(select(col(Message.state), func.count()).group_by(col(Message.state))).all()
    counts = Counter({state: count for state, count in rows})
    oldest = session.exec(
        select(func.min(col(Message.created_at))).where(Message.state == MessageState.QUEUED)
    ).one()
    return MailPage(
        is_on=bool(mail.host),
        facts=(
            Fact("Mail server", f"{mail.host}:{mail.port}" if mail.host else "None: mail is off"),
            Fact(
                "Encryption",
                {"starttls": "STARTTLS", "tls": "TLS", "none": "None"}[mail.security],
            ),
            Fact("Signs in", "Yes" if mail.username else "No"),
            Fact("Service mailbox", mail.mailbox),
            Fact("Sender's name", mail.sender_name),
            Fact("Telephone for readers", mail.telephone),
            Fact("Spread of one meeting's messages", f"{mail.spread_seconds} seconds"),
        ),
        counts=(
            *(Fact(words_for(state), str(counts[state])) for state in COUNTED),
            Fact("Oldest that waits", moment_text(oldest) or "None waits"),
        ),
    )
