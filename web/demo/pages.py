"""What the pages of the mail catcher show."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rj.demo.catcher import CaughtMail, get_mail, mailboxes, mails_to
from web.pages import moment_text


@dataclass(frozen=True, slots=True)
class MailboxRow:
    """One address in the list of mailboxes."""

    address: str
    mails: int
    latest: str
    latest_subject: str


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail in a mailbox."""

    id: str
    subject: str
    received: str
    method: str
    """What its calendar part asks of the reader's calendar; empty for a plain mail."""


@dataclass(frozen=True, slots=True)
class MailShown:
    """One mail, part by part."""

    id: str
    to: str
    subject: str
    received: str
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    calendar: str
    method: str
    parts: tuple[str, ...]


def mailbox_rows(folder: Path, wanted: str) -> tuple[MailboxRow, ...]:
    """Every mailbox whose address holds the words looked for, by address."""
    return tuple(
        MailboxRow(box.address, box.mails, moment_text(_whole(box.latest_at)), box.latest_subject)
        for box in mailboxes(folder)
        if wanted.casefold() in box.address.casefold()
    )


def mail_rows(folder: Path, address: str) -> tuple[MailRow, ...]:
    """The mails of one address, the latest first."""
    return tuple(
        MailRow(mail.id, mail.subject, moment_text(_whole(mail.received_at)), mail.method)
        for mail in mails_to(folder, address)
    )


def mail_shown(folder: Path, mail_id: str) -> MailShown:
    """One mail. Raises NotFound."""
    mail: CaughtMail = get_mail(folder, mail_id)
    return MailShown(
        id=mail.id,
        to=mail.to,
        subject=mail.subject,
        received=moment_text(_whole(mail.received_at)),
        headers=mail.headers,
        text=mail.text,
        html=mail.html,
        calendar=(mail.calendar or b"").decode(),
        method=mail.method,
        parts=mail.parts,
    )


def _whole(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
