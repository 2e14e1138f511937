"""The mail that carries a link to its account's holder.

It names no service and nobody: only that an account exists, and what to do when it was not
expected. The Welsh is unreviewed until a Welsh speaker of the service has approved it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from rj.accounts.keys import AccountKeys
from rj.accounts.mailing import ToAccounts
from rj.accounts.models import Account, AccountLink
from rj.calendars.wording import Notice, day_in_words
from rj.kernel.london import london_day, london_time
from rj.outbox.handling import Stopped
from rj.outbox.models import Message
from rj.policy.terms import Language


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
class AccountMessages(ToAccounts):
    """The outbox's handler for messages of the kind ``account link``."""

    keys: AccountKeys

    def told(
        self, session: Session, message: Message, account: Account, *, now: datetime
    ) -> Notice | Stopped:
        """A link that still works; who holds one that does not asks for another."""
        link = session.get(AccountLink, UUID(str(message.envelope["link"])))
        if link is None or link.used_at is not None or link.expires_at <= now:
            return Stopped("The link works no longer")
        return link_notice(
            link_address(self.public_url, self.keys, link.id),
            link.expires_at,
            telephone=self.mail.telephone,
            signed=self.mail.sender_name,
            language=account.language,
        )


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
