"""The mail that tells a liaison officer, at once, that contact was opened in an emergency.

It names nobody and no case: who, whose and why stand behind the sign-in.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from rj.accounts.models import Account
from rj.audit.services import SERVICE, note
from rj.calendars.ics import Mailbox
from rj.calendars.mail import compose
from rj.calendars.wording import Notice, as_html, as_text
from rj.compartments.models import EmergencyOpening
from rj.outbox.handling import Ready, Stopped
from rj.outbox.models import Message
from rj.policy.terms import Language
from rj.settings import MailSettings


@dataclass(frozen=True, slots=True)
class Words:
    """One language's wordings."""

    title: str
    opening: str
    link: str


WORDS = {
    Language.ENGLISH: Words(
        title="Please sign in",
        opening="Something that you answer for was opened. Sign in to see by whom and why.",
        link="Sign in",
    ),
    # unreviewed until a Welsh speaker of the service has approved it
    Language.WELSH: Words(
        title="Mewngofnodwch os gwelwch yn dda",
        opening=(
            "Agorwyd rhywbeth yr ydych yn gyfrifol amdano. Mewngofnodwch i weld gan bwy a pham."
        ),
        link="Mewngofnodi",
    ),
}


@dataclass(frozen=True, slots=True)
class EmergencyMessages:
    """The outbox's handler for messages of the kind ``emergency opening``."""

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
        """Send unless it was read of already."""
        opening = session.get(EmergencyOpening, message.subject_id, populate_existing=True)
        account = session.get(Account, message.recipient_id, populate_existing=True)
        if account is None or not account.is_active:
            return Stopped("The account was deactivated")
        if opening is None or opening.seen_at is not None:
            return Stopped("They have read of it")
        words, address = WORDS[account.language], account.email
        told = Notice(
            language=account.language,
            title=words.title,
            greeting="",
            opening=words.opening,
            facts=((words.link, self.public_url),),
            closing=(),
            signature=(self.mail.sender_name,),
        )

        def render() -> bytes:
            return compose(
                sender=Mailbox(self.mail.mailbox, self.mail.sender_name),
                reader=Mailbox(address),
                subject=words.title,
                text=as_text(told),
                html=as_html(told),
                sent_at=now,
                message_id=message.message_id,
            )

        return Ready(address, render)

    def replace(self, session: Session, message: Message, *, now: datetime) -> None:
        """Nothing takes its place: the page says the same."""

    def sent(self, session: Session, message: Message, *, now: datetime) -> None:
        """Note the disclosure."""
        note(session, SERVICE, "send message", "message", message.id, now=now)
