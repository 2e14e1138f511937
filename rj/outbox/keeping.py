"""Keeping finished mails so that a stolen database tells nobody whom they went to (R56).

A mail is stored before its first attempt and repeated unchanged, with its address in it.
"""

from cryptography.fernet import Fernet, InvalidToken

from rj.kernel.errors import Conflict


class Keeper:
    """Closes and opens stored octets with a key that lies outside the database."""

    def __init__(self, key: str) -> None:
        """``key`` is 32 random bytes in URL-safe base64, as ``Settings.seal_key`` holds it."""
        self._cipher = Fernet(key.encode())

    def close(self, octets: bytes) -> bytes:
        """The octets, encrypted and authenticated."""
        return self._cipher.encrypt(octets)

    def open(self, kept: bytes) -> bytes:
        """The octets in clear, exactly as they were.

        Raises Conflict when they were kept under another key, for instance after a restore.
        """
        try:
            return self._cipher.decrypt(kept)
        except InvalidToken:
            raise Conflict(
                "This mail was stored under another key. Put back the key file that belongs to "
                "this database."
            ) from None
