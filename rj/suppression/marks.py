"""By what a person is known again: pure but for the keyed hash.

Written differently, the same address or name gives the same mark: case, accents, spaces and
punctuation do not count, nor does the part of an address behind a plus.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rj.parties.sealing import ContactDetails, Seal
from rj.policy.terms import Channel

POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?)\s*([0-9][A-Z]{2})\b", re.IGNORECASE)
SHORTEST_NUMBER = 7


class MarkKind(StrEnum):
    """In what two people may be alike."""

    EMAIL = "email"
    TELEPHONE = "telephone"
    NAME_AND_BIRTH = "name_and_birth"
    NAME_AND_POSTCODE = "name_and_postcode"


@dataclass(frozen=True, slots=True)
class Mark:
    """One keyed hash."""

    kind: MarkKind
    fingerprint: str


BY_CHANNEL: dict[Channel, frozenset[MarkKind]] = {
    Channel.EMAIL: frozenset({MarkKind.EMAIL}),
    Channel.PHONE: frozenset({MarkKind.TELEPHONE}),
    Channel.LETTER: frozenset(),
    Channel.IN_PERSON: frozenset(),
}
"""What a message would reach; the name counts whatever the channel."""


def marks_of(seal: Seal, details: ContactDetails, born_on: date | None = None) -> frozenset[Mark]:
    """Every mark of one person. Nothing known gives no mark."""
    texts: dict[MarkKind, str] = {
        MarkKind.EMAIL: _email(details.email),
        MarkKind.TELEPHONE: _telephone(details.telephone),
    }
    name = _name(details.name)
    postcode = _postcode(details.address)
    if name and born_on is not None:
        texts[MarkKind.NAME_AND_BIRTH] = f"{name} {born_on}"
    if name and postcode:
        texts[MarkKind.NAME_AND_POSTCODE] = f"{name} {postcode}"
    return frozenset(
        Mark(kind, seal.fingerprint(f"said no {kind} {text}"))
        for kind, text in texts.items()
        if text
    )


def _email(text: str) -> str:
    name, _, domain = text.strip().casefold().partition("@")
    return f"{name.partition('+')[0]}@{domain}" if name and domain else ""


def _telephone(text: str) -> str:
    figures = re.sub(r"\D", "", text.replace("(0)", ""))
    for abroad in ("0044", "44"):
        if figures.startswith(abroad):
            figures = "0" + figures.removeprefix(abroad)
            break
    return figures if len(figures) >= SHORTEST_NUMBER else ""


def _name(text: str) -> str:
    """The words of a name without accents, in alphabetical order: "Lee, Ann" is "Ann Lee"."""
    plain = "".join(
        each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each)
    )
    words = re.findall(r"[^\W\d_]+", re.sub("['’-]", "", plain).casefold())
    return " ".join(sorted(words)) if len(words) > 1 else ""


def _postcode(address: str) -> str:
    found = POSTCODE.findall(address)
    return "".join(found[-1]).upper() if found else ""
