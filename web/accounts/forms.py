"""Signing in, and changing one's own password."""

from dataclasses import dataclass

from rj.accounts.passwords import MOST_CHARACTERS
from web.forms import entry


@dataclass(frozen=True, slots=True)
class SignInForm:
    """Who somebody says they are."""

    email: str = entry("e-mail address", missing="Enter your e-mail address", longest=254)
    password: str = entry(
        "password", missing="Enter your password", longest=MOST_CHARACTERS, is_long=True
    )


@dataclass(frozen=True, slots=True)
class PasswordForm:
    """A new password, twice."""

    current: str = entry(
        "current password",
        missing="Enter your current password",
        longest=MOST_CHARACTERS,
        is_long=True,
    )
    wanted: str = entry(
        "new password", missing="Enter a new password", longest=MOST_CHARACTERS + 1, is_long=True
    )
    again: str = entry(
        "new password again",
        missing="Enter the new password again",
        longest=MOST_CHARACTERS + 1,
        is_long=True,
    )
