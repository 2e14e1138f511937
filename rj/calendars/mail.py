"""One mail to one reader, as finished octets (RFC 5322, 6047).

The bytes are made once, stored, and repeated unchanged on every attempt, so nothing here is left
to chance: date, message id and boundaries come from what is handed in (M3).
"""

import re
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256

from rj.calendars.ics import CalendarPart, Mailbox
from rj.calendars.wording import Notice, as_html, as_text
from rj.kernel.characters import is_clean_line
from rj.kernel.errors import FieldProblem, Invalid

MESSAGE_ID = re.compile(r"<[A-Za-z0-9.-]+@[A-Za-z0-9.-]+>", re.ASCII)
LONGEST_MESSAGE_ID = 250


def compose(
    *,
    sender: Mailbox,
    reader: Mailbox,
    subject: str,
    text: str,
    html: str | None = None,
    calendar: CalendarPart | None = None,
    sent_at: datetime,
    message_id: str,
) -> bytes:
    """A whole mail with CRLF line ends, the same octets for the same input.

    ``sent_at`` is an aware instant. The reader's name is left out of the headers: the address is
    what delivers, and a household may share the screen. Raises Invalid for a value that could not
    stand in a header as it is.
    """
    _refuse_an_unsound(subject, sent_at, message_id)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(sender)
    mail["To"] = Address(addr_spec=reader.address)
    mail["Subject"] = subject
    mail["Date"] = sent_at.astimezone(UTC)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    mail.set_content(text, cte="quoted-printable")
    if html is not None:
        mail.add_alternative(html, subtype="html", cte="quoted-printable")
    if calendar is not None:
        _add_calendar(mail, calendar)
    _fix_boundaries(mail, message_id)
    return mail.as_bytes()


def compose_notice(
    told: Notice, *, sender: Mailbox, address: str, sent_at: datetime, message_id: str
) -> bytes:
    """A mail of words alone, as text and as HTML. Otherwise as ``compose``."""
    return compose(
        sender=sender,
        reader=Mailbox(address),
        subject=told.title,
        text=as_text(told),
        html=as_html(told),
        sent_at=sent_at,
        message_id=message_id,
    )


def _add_calendar(mail: EmailMessage, calendar: CalendarPart) -> None:
    """The object inline as the last alternative, and once more as a file, octet for octet.

    Programs show their buttons for the inline part only; Exchange rewrites that one and keeps the
    file. Bytes, because the text interface would rewrite line ends and break the folding.
    """
    mail.add_alternative(calendar.octets, maintype="text", subtype="calendar", cte="base64")
    inline = list(mail.iter_parts())[-1]
    inline.set_param("charset", "utf-8")
    inline.set_param("method", calendar.method.value)
    mail.add_attachment(
        calendar.octets,
        maintype="application",
        subtype="ics",
        cte="base64",
        filename="invite.ics",
        params={"name": "invite.ics"},
    )


def _fix_boundaries(mail: EmailMessage, message_id: str) -> None:
    """Draw each boundary from the message id: the library would choose at random."""
    containers = [part for part in mail.walk() if part.is_multipart()]
    for depth, part in enumerate(containers):
        digest = sha256(f"{depth} {message_id}".encode()).hexdigest()
        part.set_boundary(f"=_{digest[:32]}")


def _address(mailbox: Mailbox) -> Address:
    return Address(display_name=mailbox.name, addr_spec=mailbox.address)


def _refuse_an_unsound(subject: str, sent_at: datetime, message_id: str) -> None:
    if not is_clean_line(subject):
        raise Invalid(FieldProblem("subject", "A subject is one line without control characters"))
    if not MESSAGE_ID.fullmatch(message_id) or len(message_id) > LONGEST_MESSAGE_ID:
        raise Invalid(
            FieldProblem("message_id", "A message id must look like <random@domain>, 250 at most")
        )
    if sent_at.tzinfo is None:
        raise Invalid(FieldProblem("sent_at", "The date of a mail must carry its zone"))
