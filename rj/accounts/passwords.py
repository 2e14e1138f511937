"""Passwords: what one must be, and how it is kept (Argon2id, RFC 9106)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rj.kernel.errors import FieldProblem

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 200
FEWEST_DIFFERENT = 5

COMMON = frozenset(
    {
        "123456789012",
        "1234567890123",
        "administrator",
        "changemeplease",
        "iloveyou1234",
        "letmeinplease",
        "passw0rd1234",
        "password1234",
        "password12345",
        "password123456",
        "passwordpassword",
        "probation1234",
        "qwerty123456",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertyuiopas",
        "welcome12345",
        "welcome123456",
    }
)
"""Passwords of the permitted length that head every list of stolen ones, in lower case."""

_hasher = PasswordHasher()
_NOBODY = _hasher.hash("the password of no account")
"""Verified when a name is unknown, so that the answer takes as long as for a known one."""


def password_problems(password: str, *, email: str, field: str) -> tuple[FieldProblem, ...]:
    """What is wrong with a new password, under the name of its form field; nothing when fit."""
    lowered = password.lower()
    if len(password) < LEAST_CHARACTERS:
        return (FieldProblem(field, f"Password must be {LEAST_CHARACTERS} characters or more"),)
    if len(password) > MOST_CHARACTERS:
        return (FieldProblem(field, f"Password must be {MOST_CHARACTERS} characters or fewer"),)
    if (
        lowered in COMMON
        or len(set(lowered)) < FEWEST_DIFFERENT
        or email.split("@", 1)[0].lower() in lowered
    ):
        return (
            FieldProblem(
                field, "Choose a password that is harder to guess, such as four unrelated words"
            ),
        )
    return ()


def hash_password(password: str) -> str:
    """The Argon2id hash to keep, with its parameters and a fresh salt."""
    return _hasher.hash(password)


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether a typed password belongs to a hash. With none to compare it takes as long."""
    try:
        matches = _hasher.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return matches and password_hash is not None


def needs_new_hash(password_hash: str) -> bool:
    """Whether a hash was made with weaker parameters than those of today."""
    return _hasher.check_needs_rehash(password_hash)
