"""Links by which people choose their own password, once: nobody else ever knows it.

What stands in a link is drawn from its identifier and a key outside the database, so the stored
row opens nothing. A new link of an account puts an end to those before, and a used, old or
overtaken one is answered like one that never was.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, delete, select

from rj.accounts.attempts import Subject, count_try
from rj.accounts.keys import AccountKeys
from rj.accounts.models import Account, AccountLink, LinkPurpose
from rj.accounts.passwords import hash_password, password_problems
from rj.accounts.queries import find_account, get_account
from rj.accounts.sessions import end_sessions
from rj.audit.services import Actor, note
from rj.kernel.errors import Conflict, Invalid, NotFound
from rj.outbox.models import RecipientKind
from rj.outbox.services import NewMessage, queue_message
from rj.policy.terms import Channel
from rj.settings import MailSettings

ACCOUNT_LINK = "account link"
"""The kind of message that carries a link to its account's holder."""

LASTS = {LinkPurpose.INVITATION: timedelta(days=3), LinkPurpose.RESET: timedelta(hours=1)}


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that still works."""

    link_id: UUID
    account_id: UUID
    email: str
    purpose: LinkPurpose
    expires_at: datetime


def make_link(session: Session, account_id: UUID, *, actor: Actor, now: datetime) -> AccountLink:
    """A fresh link in place of those before: an invitation until a password was chosen.

    Raises Conflict for a deactivated account, and for one that signs in elsewhere.
    """
    account = get_account(session, account_id)
    if not account.is_active:
        raise Conflict("This account is deactivated. Open it again first")
    if account.single_sign_on and not account.password_hash:
        raise Conflict("This person signs in with their organisation's account, without a password")
    session.exec(
        delete(AccountLink).where(
            col(AccountLink.account_id) == account_id, col(AccountLink.used_at).is_(None)
        )
    )
    purpose = LinkPurpose.RESET if account.password_hash else LinkPurpose.INVITATION
    link = AccountLink(
        account_id=account_id, purpose=purpose, made_at=now, expires_at=now + LASTS[purpose]
    )
    session.add(link)
    session.flush()
    note(session, actor, "link made", "account", account_id, now=now, reason=purpose.value)
    return link


def send_link(session: Session, link: AccountLink, mail: MailSettings, *, now: datetime) -> None:
    """Leave a mail with the link to its account's holder, in the caller's transaction."""
    queue_message(
        session,
        NewMessage(
            kind=ACCOUNT_LINK,
            channel=Channel.EMAIL,
            recipient_kind=RecipientKind.ACCOUNT,
            recipient_id=link.account_id,
            domain=mail.mailbox.partition("@")[2],
            subject_id=link.account_id,
            envelope={"link": str(link.id)},
            useless_from=link.expires_at,
        ),
        now=now,
    )


def ask_for_link(
    session: Session, email: str, *, address: str, mail: MailSettings, now: datetime
) -> None:
    """Send a link to whoever holds the account of this name; nothing tells whether anybody does.

    Each request counts as a try of the name and of the network address. Raises Invalid when there
    were too many.
    """
    subjects = (Subject.of_link(email), Subject.of_address(address))
    count_try(session, subjects, now=now, field="email")
    account = find_account(session, email)
    note(session, Actor(), "link asked for", "account", account.id if account else "", now=now)
    if account is None or not account.is_active:
        return
    if account.password_hash or not account.single_sign_on:
        send_link(session, make_link(session, account.id, actor=Actor(), now=now), mail, now=now)


def find_link(session: Session, keys: AccountKeys, token: str, *, now: datetime) -> OpenLink | None:
    """The link that stands in an address, while it works; None for every other."""
    link_id = keys.read_link_token(token)
    link = session.get(AccountLink, link_id) if link_id else None
    if link is None or link.used_at is not None or link.expires_at <= now:
        return None
    account = session.get(Account, link.account_id)
    if account is None or not account.is_active:
        return None
    return OpenLink(link.id, account.id, account.email, link.purpose, link.expires_at)


def choose_password(
    session: Session, keys: AccountKeys, token: str, wanted: str, *, actor: Actor, now: datetime
) -> None:
    """Use a link up: its account has this password from now on, and every session of it ends.

    Raises NotFound when the link works no longer, Invalid for a password that will not do.
    """
    found = find_link(session, keys, token, now=now)
    if found is None:
        raise NotFound("This link works no longer")
    link = session.exec(
        select(AccountLink)
        .where(AccountLink.id == found.link_id, col(AccountLink.used_at).is_(None))
        .with_for_update()
    ).first()
    if link is None:
        raise NotFound("This link works no longer")
    if problems := password_problems(wanted, email=found.email, field="wanted"):
        raise Invalid(*problems)
    link.used_at = now
    get_account(session, found.account_id).password_hash = hash_password(wanted)
    end_sessions(session, found.account_id)
    note(session, actor, "password chosen by link", "account", found.account_id, now=now)


def forget_old_links(session: Session, *, now: datetime) -> None:
    """Forget links that work no longer."""
    session.exec(delete(AccountLink).where(col(AccountLink.expires_at) <= now))
