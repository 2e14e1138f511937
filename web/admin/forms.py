"""What administrators enter."""

from dataclasses import dataclass

from rj.policy.terms import Language
from web.forms import entry


@dataclass(frozen=True, slots=True)
class AccountForm:
    """A new account."""

    name: str = entry("name", missing="Enter the person's name", longest=100)
    email: str = entry("e-mail address", missing="Enter their e-mail address", longest=254)
    language: Language = entry("language", missing="Select a language")
    roles: tuple[str, ...] = entry("roles", missing="Select at least one role")


@dataclass(frozen=True, slots=True)
class RolesForm:
    """What an account may do, and where."""

    roles: tuple[str, ...] = entry("roles", missing="Select at least one role")
