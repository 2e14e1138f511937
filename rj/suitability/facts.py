"""What a report writer knows of a case on the day: each fact, or that it is not known yet."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from rj.policy.terms import HarmClass, Plea, RequirementType, RiskLevel


class Answer(StrEnum):
    """What is known of a question (R11)."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one check. Nothing is needed to begin: what is left out is not known yet."""

    requirement: RequirementType | None = None
    days: int | None = None
    """Days of the requirement that are to be proposed."""
    deferred_until: date | None = None
    convicted_on: date | None = None
    adult: Answer = Answer.NOT_KNOWN
    plea: Plea = Plea.NOT_KNOWN
    harm: HarmClass | None = None
    """What the writer says the offence is, or else what the offence list says of its code."""
    offence_is_sensitive: bool = False
    """Whether the offence list counts the offence as sensitive and complex in itself."""
    personal_victim: Answer = Answer.NOT_KNOWN
    risk: RiskLevel = RiskLevel.NOT_KNOWN
    custody_risk: Answer = Answer.NOT_KNOWN
    responsibility: Answer = Answer.NOT_KNOWN
    willing: Answer = Answer.NOT_KNOWN
    others_consent: Answer = Answer.NOT_KNOWN
    """Asked for a requirement on deferment only: elsewhere nobody is asked before sentence."""
    contact_bar: Answer = Answer.NOT_KNOWN
    """Whether any order or condition forbids contact."""
    bar_cleared: Answer = Answer.NOT_KNOWN
    """Whether a named officer has cleared it in writing."""
    sensitive: Answer = Answer.NOT_KNOWN
    arrangements: Answer = Answer.NOT_KNOWN
    """Whether the service has confirmed that arrangements can be made (R9)."""


def facts_document(facts: Facts) -> dict[str, Any]:
    """The facts as they are stored: what is not known yet is left out."""
    document: dict[str, Any] = {}
    for field in fields(facts):
        value = getattr(facts, field.name)
        if field.name not in _FROM_THE_LIST and value != field.default:
            document[field.name] = value.isoformat() if isinstance(value, date) else value
    return document


def facts_from(document: dict[str, Any]) -> Facts:
    """The facts as they were stored; a name that this release does not know is passed over."""
    known = {name: _READERS[name](value) for name, value in document.items() if name in _READERS}
    return Facts(**known)


_FROM_THE_LIST = frozenset({"offence_is_sensitive"})
"""Never stored: read from the offence list each time."""

_READERS: dict[str, Callable[[Any], Any]] = {
    "requirement": RequirementType,
    "days": int,
    "deferred_until": date.fromisoformat,
    "convicted_on": date.fromisoformat,
    "plea": Plea,
    "harm": HarmClass,
    "risk": RiskLevel,
    **{field.name: Answer for field in fields(Facts) if isinstance(field.default, Answer)},
}
