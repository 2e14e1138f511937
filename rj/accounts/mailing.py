"""What every mail to the holder of an account has in common.

It goes to the address the account has as it leaves, and to nobody whose account was deactivated. It
names nobody and no case: whoever may know more finds it behind the sign-in.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from rj.accounts.models import Account
from rj.audit.services import SERVICE, note
from rj.calendars.ics import Mailbox
from rj.calendars.mail import compose_notice
from rj.calendars.wording import Notice
from rj.outbox.handling import Ready, Stopped
from rj.outbox.models import Message
from rj.settings import MailSettings


@dataclass(frozen=True, slots=True)
class ToAccounts(ABC):
    """The outbox's handler for one kind of mail to accounts. A kind says what there is to tell."""

    mail: MailSettings
    public_url: str

    @abstractmethod
    def told(
        self, session: Session, message: Message, account: Account, *, now: datetime
    ) -> Notice | Stopped:
        """What is true as the mail leaves (M4), or why nothing is to be told any more."""

    def hold(self, session: Session, message: Message) -> bool:
        """Keep the account still; False while somebody else is changing it."""
        held = session.exec(
            select(Account.id)
            .where(Account.id == message.recipient_id)
            .with_for_update(skip_locked=True)
        ).first()
        return held is not None

    def look_again(self, session: Session, message: Message, *, now: datetime) -> Ready | Stopped:
        """Send what is true now, to the address the account has now (M4, M6)."""
        account = session.get(Account, message.recipient_id, populate_existing=True)
        if account is None or not account.is_active:
            return Stopped("The account was deactivated")
        told = self.told(session, message, account, now=now)
        if isinstance(told, Stopped):
            return told
        address = account.email

        def render() -> bytes:
            return compose_notice(
                told,
                sender=Mailbox(self.mail.mailbox, self.mail.sender_name),
                address=address,
                sent_at=now,
                message_id=message.message_id,
            )

        return Ready(address, render)

    def replace(  # noqa: B027 - every kind leaves it at nothing
        self, session: Session, message: Message, *, now: datetime
    ) -> None:
        """Nothing takes its place: the pages say what is true, and whoever needs more asks."""

    def sent(self, session: Session, message: Message, *, now: datetime) -> None:
        """Note the disclosure."""
        note(session, SERVICE, "send message", "message", message.id, now=now)
