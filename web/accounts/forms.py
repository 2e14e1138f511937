"""Signing in, and what people change of their own account."""

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
class ForgottenForm:
    """Where to send a link."""

    email: str = entry("e-mail address", missing="Enter your e-mail address", longest=254)


@dataclass(frozen=True, slots=True)
class CodeForm:
    """A code of the app, or of the paper."""

    code: str = entry("code", missing="Enter the code", longest=40)


@dataclass(frozen=True, slots=True)
class ConfirmForm:
    """The password once more."""

    current: str = entry(
        "password", missing="Enter your password", longest=MOST_CHARACTERS, is_long=True
    )


@dataclass(frozen=True, slots=True)
class NewAppForm(CodeForm):
    """The first code of an app, and the password of who sets it up while signed in."""

    current: str = entry(
        "password", missing="Enter your password", longest=MOST_CHARACTERS, is_long=True
    )


@dataclass(frozen=True, slots=True)
class ChosenPasswordForm:
    """A first or new password, twice."""

    wanted: str = entry(
        "new password", missing="Enter a new password", longest=MOST_CHARACTERS + 1, is_long=True
    )
    again: str = entry(
        "new password again",
        missing="Enter the new password again",
        longest=MOST_CHARACTERS + 1,
        is_long=True,
    )


@dataclass(frozen=True, slots=True)
class PasswordForm(ChosenPasswordForm):
    """A new password, twice, and the one it replaces."""

    current: str = entry(
        "current password",
        missing="Enter your current password",
        longest=MOST_CHARACTERS,
        is_long=True,
    )
