"""Passwords: what one must be, and how it is kept (Argon2id, RFC 9106)."""

import re
from functools import cache
from importlib import import_module

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rj.kernel.errors import FieldProblem

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 200
FEWEST_DIFFERENT = 5

MOST_USED_WORDS = 3000
OF_THE_SERVICE = frozenset({"probation", "restorative", "justice", "conference", "facilitator"})
"""Words that somebody who guesses at this service would begin with."""

RUNS = (
    "1234567890" * 20,
    "0123456789" * 20,
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
)

LOOKS_LIKE = str.maketrans("013457@$!", "oieastasi")
"""What people write in place of a letter."""

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
        is_common(lowered)
        or len(set(lowered)) < FEWEST_DIFFERENT
        or email.split("@", 1)[0].lower() in lowered
    ):
        return (
            FieldProblem(
                field, "Choose a password that is harder to guess, such as four unrelated words"
            ),
        )
    return ()


def is_common(password: str) -> bool:
    """Whether a password, in lower case, heads every guesser's list.

    So do a common one with figures or signs around it, written with figures for letters, or said
    more than once; one in a row with another or with an everyday word; and a run of the keyboard or
    the alphabet: "password2024!", "p4ssw0rd", "welcomewelcome", "changemeplease", "1234567890123".
    """
    common = common_passwords()
    bare = re.sub(r"^[^a-z]+|[^a-z]+$", "", password)
    spelt = re.sub(r"[^a-z]+$", "", password.translate(LOOKS_LIKE))
    forms = {password, bare, spelt, re.sub(r"[^a-z]+$", "", bare.translate(LOOKS_LIKE))}
    forms |= {found[1] for form in forms if (found := re.fullmatch(r"(.{3,}?)\1+", form))}
    return (
        any(form in common or form in OF_THE_SERVICE for form in forms)
        or any(
            {bare[:at], bare[at:]} & common and {bare[:at], bare[at:]} <= _common_words()
            for at in range(3, len(bare) - 2)
        )
        or any(password in run or password in run[::-1] for run in RUNS)
    )


@cache
def common_passwords() -> frozenset[str]:
    """The 30,000 that people choose most, in lower case, as zxcvbn ships them.

    Read at the first password that is chosen: signing in needs them not.
    """
    return frozenset(_list_of("passwords"))


@cache
def _common_words() -> frozenset[str]:
    """Common passwords, and the words of English that are written and said most."""
    written, said = _list_of("english_wikipedia"), _list_of("us_tv_and_film")
    return common_passwords().union(written[:MOST_USED_WORDS], said[:MOST_USED_WORDS])


def _list_of(name: str) -> list[str]:
    lists: dict[str, list[str]] = import_module("zxcvbn.frequency_lists").FREQUENCY_LISTS
    return lists[name]


def hash_password(password: str) -> str:
    """The Argon2id hash to keep, with its parameters and a fresh salt."""
    return _hasher.hash(password)


def password_matches(password_hash: str, password: str) -> bool:
    """Whether a typed password belongs to a hash. With an empty one it takes as long, for no."""
    try:
        matches = _hasher.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return matches and bool(password_hash)


def needs_new_hash(password_hash: str) -> bool:
    """Whether a hash was made with weaker parameters than those of today."""
    return _hasher.check_needs_rehash(password_hash)
