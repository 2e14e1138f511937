"""The mail that carries a link to its account's holder.

It names no service and nobody: only that an account exists, and what to do when it was not
expected. The Welsh is unreviewed until a Welsh speaker of the service has approved it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from rj.accounts.keys import AccountKeys
from rj.accounts.models import Account, AccountLink
from rj.audit.services import SERVICE, note
from rj.calendars.ics import Mailbox
from rj.calendars.mail import compose
from rj.calendars.wording import Notice, as_html, as_text, day_in_words
from rj.kernel.london import london_day, london_time
from rj.outbox.handling import Ready, Stopped
from rj.outbox.models import Message
from rj.policy.terms import Language
from rj.settings import MailSettings


@dataclass(frozen=True, slots=True)
class Words:
    """One language's wordings. Braces take the day, the time and the telephone number."""

    title: str
    opening: str
    link: str
    until: str
    only_you: str
    unexpected: str


WORDS = {
    Language.ENGLISH: Words(
        title="Your account",
        opening="Choose a password for your account here:",
        link="Link",
        until="The link works once, until {time} on {day}.",
        only_you="Nobody else needs it, and nobody will ask you for your password.",
        unexpected="If you did not expect this, do nothing, or ring {telephone}.",
    ),
    Language.WELSH: Words(
        title="Eich cyfrif",
        opening="Dewiswch gyfrinair ar gyfer eich cyfrif yma:",
        link="Dolen",
        until="Mae'r ddolen yn gweithio unwaith, tan {time} ar {day}.",
        only_you="Nid oes ar neb arall ei hangen, ac ni fydd neb yn gofyn am eich cyfrinair.",
        unexpected="Os nad oeddech yn ei disgwyl, peidiwch â gwneud dim, neu ffoniwch {telephone}.",
    ),
}


@dataclass(frozen=True, slots=True)
class AccountMessages:
    """The outbox's handler for messages of the kind ``account link``."""

    keys: AccountKeys
    mail: MailSettings
    public_url: str

    def hold(self, session: Session, message: Message) -> bool:
        """Keep the account still; False while somebody else is changing it."""
        held = session.exec(
            select(Account.id)
            .where(Account.id == message.recipient_id)
            .with_for_update(skip_locked=True)
        ).first()
        return held is not None

    def look_again(self, session: Session, message: Message, *, now: datetime) -> Ready | Stopped:
        """Send only a link that still works, to the address the account has now (M4, M6)."""
        link = session.get(AccountLink, UUID(str(message.envelope["link"])))
        account = session.get(Account, message.recipient_id, populate_existing=True)
        if account is None or not account.is_active:
            return Stopped("The account was deactivated")
        if link is None or link.used_at is not None or link.expires_at <= now:
            return Stopped("The link works no longer")
        words = link_notice(
            link_address(self.public_url, self.keys, link.id),
            link.expires_at,
            telephone=self.mail.telephone,
            signed=self.mail.sender_name,
            language=account.language,
        )
        address = account.email

        def render() -> bytes:
            return compose(
                sender=Mailbox(self.mail.mailbox, self.mail.sender_name),
                reader=Mailbox(address),
                subject=words.title,
                text=as_text(words),
                html=as_html(words),
                sent_at=now,
                message_id=message.message_id,
            )

        return Ready(address, render)

    def replace(self, session: Session, message: Message, *, now: datetime) -> None:
        """Nothing takes the place of a link that works no longer: its holder asks for another."""

    def sent(self, session: Session, message: Message, *, now: datetime) -> None:
        """Note the disclosure."""
        note(session, SERVICE, "send message", "message", message.id, now=now)


def link_address(public_url: str, keys: AccountKeys, link_id: UUID) -> str:
    """Where a link leads."""
    return f"{public_url}/welcome/{keys.link_token(link_id)}"


def link_notice(
    address: str, expires_at: datetime, *, telephone: str, signed: str, language: Language
) -> Notice:
    """What the mail says. ``expires_at`` is an aware instant, told in Europe/London time."""
    words = WORDS[language]
    until = words.until.format(
        time=f"{london_time(expires_at):%H:%M}", day=day_in_words(london_day(expires_at), language)
    )
    return Notice(
        language=language,
        title=words.title,
        greeting="",
        opening=words.opening,
        facts=((words.link, address),),
        closing=(until, words.only_you, words.unexpected.format(telephone=telephone)),
        signature=(signed,),
    )
