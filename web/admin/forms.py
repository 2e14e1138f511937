"""What administrators enter."""

from dataclasses import dataclass

from rj.accounts.passwords import MOST_CHARACTERS
from rj.policy.terms import Language
from web.forms import entry


@dataclass(frozen=True, slots=True)
class AccountForm:
    """A new account."""

    name: str = entry("name", missing="Enter the person's name", longest=100)
    email: str = entry("e-mail address", missing="Enter their e-mail address", longest=254)
    password: str = entry(
        "first password",
        missing="Enter a first password",
        longest=MOST_CHARACTERS + 1,
        is_long=True,
    )
    language: Language = entry("language", missing="Select a language")
    roles: tuple[str, ...] = entry("roles", missing="Select at least one role")


@dataclass(frozen=True, slots=True)
class RolesForm:
    """What an account may do, and where."""

    roles: tuple[str, ...] = entry("roles", missing="Select at least one role")


@dataclass(frozen=True, slots=True)
class NewPasswordForm:
    """A password for somebody who cannot sign in."""

    password: str = entry(
        "new password", missing="Enter a new password", longest=MOST_CHARACTERS + 1, is_long=True
    )
