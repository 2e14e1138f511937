"""The demo's mail catcher: takes every mail the service sends and shows it, and sends nothing on.

Each mail is one file in one folder: a line of JSON for the envelope, then the octets as they came.
It listens on loopback only, takes mail for invented ``.test`` addresses only, and does not start
outside a demo.

    catcher = Catcher(folder); port = catcher.start(is_demo=settings.is_demo); catcher.stop()
    mailboxes(folder), mails_to(folder, address), get_mail(folder, mail_id)     for the pages
"""

import json
import os
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from rj.kernel.errors import NotAllowed, NotFound

LOOPBACK = "127.0.0.1"
ENDING = ".mail"
INVENTED = ".test"


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """One mail as it came, and its parts as a mail program would show them."""

    id: str
    received_at: datetime
    to: str
    subject: str
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    calendar: bytes | None
    """The calendar part's octets, or None."""
    method: str
    """The calendar part's method, or empty."""
    parts: tuple[str, ...]
    """Every part's type in order, indented by its depth."""
    octets: bytes


@dataclass(frozen=True, slots=True)
class CaughtMailbox:
    """One address and what came for it."""

    address: str
    mails: int
    latest_at: datetime
    latest_subject: str


class Catcher:
    """An SMTP server that keeps what it is given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._controller: Controller | None = None

    def start(self, *, is_demo: bool, port: int = 0) -> int:
        """Listen on loopback and say on which port; 0 takes a free one. NotAllowed outside a
        demo."""
        if not is_demo:
            raise NotAllowed("The mail catcher belongs to the demo: name a mail server instead")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The controller knocks at its own door to see that it is open, so it must know the number.
        found = port or _a_free_port()
        self._controller = Controller(_Keeps(self.folder), hostname=LOOPBACK, port=found)
        self._controller.start()
        return found

    def stop(self) -> None:
        """Listen no more. What was caught stays."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


def mailboxes(folder: Path) -> list[CaughtMailbox]:
    """Every address that mail came for, by name."""
    by_address: dict[str, list[CaughtMail]] = {}
    for mail in _all(folder):
        by_address.setdefault(mail.to, []).append(mail)
    return [
        CaughtMailbox(address, len(mails), mails[-1].received_at, mails[-1].subject)
        for address, mails in sorted(by_address.items())
    ]


def mails_to(folder: Path, address: str) -> list[CaughtMail]:
    """Every mail for one address, the latest first."""
    return [mail for mail in _all(folder) if mail.to == address][::-1]


def get_mail(folder: Path, mail_id: str) -> CaughtMail:
    """One mail. Raises NotFound."""
    # Looked for among the names that are there, so that no name can lead elsewhere.
    for path in _paths(folder):
        if path.stem == mail_id:
            return _read(path)
    raise NotFound("There is no such mail")


class _Keeps:
    """What aiosmtpd calls for each mail."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_RCPT(
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Take invented recipients only."""
        if not address.casefold().endswith(INVENTED):
            return "550 5.7.1 The demo takes mail for invented addresses only"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep one file for each recipient, whole or not at all."""
        octets = envelope.original_content or b""
        for address in envelope.rcpt_tos:
            now = datetime.now(UTC)
            name = f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
            head = json.dumps({"to": address, "received_at": now.isoformat()})
            unfinished = self._folder / f"{name}.part"
            unfinished.write_bytes(head.encode() + b"\n" + octets)
            os.replace(unfinished, self._folder / f"{name}{ENDING}")
        return "250 OK"


def _a_free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as seeking:
        return int(seeking.getsockname()[1])


def _paths(folder: Path) -> list[Path]:
    """In the order they came."""
    return sorted(folder.glob(f"*{ENDING}"))


def _all(folder: Path) -> Iterator[CaughtMail]:
    return (_read(path) for path in _paths(folder))


def _read(path: Path) -> CaughtMail:
    head, _, octets = path.read_bytes().partition(b"\n")
    envelope = json.loads(head)
    mail = message_from_bytes(octets, policy=policy.default)
    calendar = next(
        (part for part in mail.walk() if part.get_content_type() == "text/calendar"), None
    )
    calendar_octets = calendar.get_payload(decode=True) if calendar else None
    return CaughtMail(
        id=path.stem,
        received_at=datetime.fromisoformat(envelope["received_at"]),
        to=envelope["to"],
        subject=str(mail["Subject"] or ""),
        headers=tuple((name, str(value)) for name, value in mail.items()),
        text=_content(mail, "plain"),
        html=_content(mail, "html"),
        calendar=calendar_octets if isinstance(calendar_octets, bytes) else None,
        method=str(calendar.get_param("method", "")) if calendar else "",
        parts=tuple(_outline(mail)),
        octets=octets,
    )


def _content(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _outline(mail: EmailMessage, depth: int = 0) -> Iterator[str]:
    yield "  " * depth + mail.get_content_type()
    if mail.is_multipart():
        for part in mail.iter_parts():
            if isinstance(part, EmailMessage):
                yield from _outline(part, depth + 1)
