"""What accounts keep or hand out that a stolen database must not give away.

Everything here rests on the key that lies outside the database: secrets of authenticator apps and
unsent forms are sealed with it, links and recovery codes are drawn from it or stored under it.
"""

import base64
import hmac
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken

from rj.kernel.errors import Conflict

LINK_PROOF = 32
"""Figures of a link's proof: 128 bits."""


class AccountKeys:
    """Seals, proofs and fingerprints under one key."""

    def __init__(self, key: str) -> None:
        """``key`` is the service's key, as ``Settings.seal_key`` holds it."""
        self._key = key.encode()
        self._cipher = Fernet(base64.urlsafe_b64encode(self._derived(b"rj accounts")))

    def seal(self, text: str) -> bytes:
        """The text, encrypted and authenticated."""
        return self._cipher.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text in clear. Raises Conflict when it was sealed under another key."""
        try:
            return self._cipher.decrypt(sealed).decode()
        except InvalidToken:
            raise Conflict(
                "This was sealed under another key. Put back the key file that belongs to this "
                "database."
            ) from None

    def ticket(self, facts: dict[str, Any], *, now: datetime) -> str:
        """Facts that a browser carries for a while and can neither read nor change."""
        return self._cipher.encrypt_at_time(
            json.dumps(facts).encode(), int(now.timestamp())
        ).decode()

    def read_ticket(self, ticket: str, *, lasts: timedelta, now: datetime) -> dict[str, Any] | None:
        """The facts of a ticket; None when it is not ours or too old."""
        try:
            text = self._cipher.decrypt_at_time(
                ticket.encode(), int(lasts.total_seconds()), int(now.timestamp())
            )
        except InvalidToken:
            return None
        facts: dict[str, Any] = json.loads(text)
        return facts

    def link_token(self, link_id: UUID) -> str:
        """What stands in the address of a link: which one, and the proof that we made it."""
        return link_id.hex + self._proof(link_id)

    def read_link_token(self, token: str) -> UUID | None:
        """Which link this is; None when we made no such link."""
        try:
            link_id = UUID(hex=token[:32])
        except ValueError:
            return None
        is_ours = hmac.compare_digest(self.link_token(link_id).encode(), token.encode())
        return link_id if is_ours else None

    def fingerprint(self, text: str) -> str:
        """A keyed hash in hexadecimal (64 figures), from which the text cannot be guessed."""
        return self._derived(b"rj fingerprint " + text.encode()).hex()

    def _proof(self, link_id: UUID) -> str:
        return self._derived(b"rj link " + link_id.bytes).hex()[:LINK_PROOF]

    def _derived(self, purpose: bytes) -> bytes:
        return hmac.digest(self._key, purpose, "sha256")
