"""A real mail server that can be told to misbehave, and what it took."""

import asyncio
import socket
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LOOPBACK = "127.0.0.1"
Answer = str
"""An SMTP reply line, or DROP or STALL."""

TAKE = "250 OK"
DROP = "drop"
"""Takes the mail, then hangs up before saying so."""
STALL = "stall"
"""Says nothing for longer than anybody waits."""
STALL_SECONDS = 3


@dataclass
class Post:
    """Answers for each address in turn, then takes everything."""

    at_rcpt: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    at_data: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    received: list[tuple[str, bytes]] = field(default_factory=list)
    """Everything that came whole, acknowledged or not: who it was for, and the octets."""
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    """What the sender was told had been taken."""
    before_taking: Callable[[str], None] | None = None
    lock: Lock = field(default_factory=Lock)
    port: int = 0

    def for_address(self, address: str) -> list[bytes]:
        """The octets that came for one address, in order."""
        return [octets for to, octets in self.received if to == address]

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        answer = self.at_rcpt[address].pop(0) if self.at_rcpt[address] else TAKE
        if answer == TAKE:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert len(envelope.rcpt_tos) == 1, "one message has one recipient"
        address = envelope.rcpt_tos[0]
        octets = envelope.original_content or b""
        answer = self.at_data[address].pop(0) if self.at_data[address] else TAKE
        if self.before_taking is not None:
            await asyncio.to_thread(self.before_taking, address)
        if answer == STALL:
            await asyncio.sleep(STALL_SECONDS)
            return TAKE
        with self.lock:
            if answer in (TAKE, DROP):
                self.received.append((address, octets))
            if answer == TAKE:
                self.taken.append((address, octets))
        if answer == DROP:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return answer


class Server:
    """The post, listening on a free port of this machine."""

    def __init__(self) -> None:
        self.post = Post()

    def __enter__(self) -> Post:
        with socket.create_server((LOOPBACK, 0)) as seeking:
            self.post.port = seeking.getsockname()[1]
        self._controller = Controller(self.post, hostname=LOOPBACK, port=self.post.port)
        self._controller.start()
        return self.post

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
