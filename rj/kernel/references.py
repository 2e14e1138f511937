"""References that people read aloud, and secrets that nobody can guess.

The alphabet leaves out every letter and figure that is mistaken for another
(I and 1, O and 0, S and 5, B and 8, Z and 2), so a code survives a bad telephone line.
"""

import hashlib
import secrets

ALPHABET = "ACDEFGHJKLMNPQRTUVWXY34679"
WHOLE_ROUNDS = 256 - 256 % len(ALPHABET)
TOKEN_BYTES = 24  # 192 bits; at least 128 are asked for (M10)


def new_reference(prefix: str, length: int = 6) -> str:
    """A fresh random reference such as ``RJ-K7MPQ4``; tells nothing about whom it stands for."""
    letters = ""
    while len(letters) < length:
        # octets beyond the last whole round are passed over: every letter stays equally likely
        drawn = secrets.token_bytes(2 * length)
        letters += "".join(ALPHABET[each % len(ALPHABET)] for each in drawn if each < WHOLE_ROUNDS)
    return f"{prefix}-{letters[:length]}"


def new_token() -> str:
    """A fresh secret for an address that must not be guessed, safe inside a URL."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_fingerprint(token: str) -> str:
    """What is stored of a token: its SHA-256 in hexadecimal, from which it cannot be got back."""
    return hashlib.sha256(token.encode()).hexdigest()
