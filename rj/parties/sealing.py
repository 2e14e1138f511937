"""The seal on the harmed side's contact details.

Whoever enters them writes and never reads: they are encrypted on save with a key that is kept
outside the database, and only ``rj.parties.contact`` opens them again (R56, S4).
"""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field

from cryptography.fernet import Fernet, InvalidToken

from rj.kernel.errors import Conflict


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """Who a person is and how to reach them. Empty text where nothing is known.

    No field shows in ``repr``, so that none is ever written into a log or a traceback.
    """

    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    telephone: str = field(default="", repr=False)
    address: str = field(default="", repr=False)


class Seal:
    """Closes and opens contact details, and makes keyed fingerprints of texts."""

    def __init__(self, key: str) -> None:
        """``key`` is 32 random bytes in URL-safe base64, as ``Settings.seal_key`` holds it."""
        self._cipher = Fernet(key.encode())
        self._fingerprint_key = hmac.digest(key.encode(), b"rj fingerprint", "sha256")

    def close(self, details: ContactDetails) -> bytes:
        """The details, encrypted and authenticated."""
        return self._cipher.encrypt(json.dumps(asdict(details)).encode())

    def open(self, sealed: bytes) -> ContactDetails:
        """The details in clear.

        Raises Conflict when they were sealed with another key, for instance after a restore.
        """
        try:
            return ContactDetails(**json.loads(self._cipher.decrypt(sealed)))
        except InvalidToken:
            raise Conflict(
                "These contact details were sealed with another key. Put back the key file that "
                "belongs to this database."
            ) from None

    def fingerprint(self, text: str) -> str:
        """A keyed hash in hexadecimal (64 figures): equal texts show, the text does not."""
        return hmac.new(self._fingerprint_key, text.encode(), hashlib.sha256).hexdigest()
