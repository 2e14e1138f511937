"""What is found of one criterion: how it stands, the fact behind it, and why."""

from dataclasses import dataclass
from enum import StrEnum

from rj.policy.legal import RULE_TEXTS, Criterion, RuleText


class State(StrEnum):
    """How one criterion stands."""

    MET = "met"
    NOT_MET = "not_met"
    OPEN = "open"
    FOR_LEAD = "for_lead"


@dataclass(frozen=True, slots=True)
class Finding:
    """One criterion as it stands: the rule, the fact behind it, and why."""

    criterion: Criterion
    state: State
    fact: str
    """What is known, in words."""
    reason: str
    """Why it stands so, or what is needed: a sentence a report writer can act on."""

    @property
    def rule(self) -> RuleText:
        """The rule's own words and source."""
        return RULE_TEXTS[self.criterion]
