"""The check itself: facts and rules in, an answer with its reasons out. Pure; never a score (R12).

Each criterion stands by itself: met, not met, still open, or for the RJ lead. One criterion not met
makes the case not eligible, whatever else is open; a sensitive and complex case is the RJ lead's to
judge; else whatever is open is named.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from rj.policy.legal import EVERY_REQUIREMENT, RULE_TEXTS, Criterion, LegalRules
from rj.policy.terms import RequirementType
from rj.suitability.criteria import LOOK_AT
from rj.suitability.facts import Facts
from rj.suitability.findings import Finding, State


class Result(StrEnum):
    """The answer to a check (R12)."""

    ELIGIBLE = "eligible"
    SUBJECT_TO = "eligible_subject_to"
    NOT_ELIGIBLE = "not_eligible"
    REFER = "refer_to_rj_lead"


@dataclass(frozen=True, slots=True)
class Suitability:
    """The answer, and every criterion it rests on."""

    result: Result
    findings: tuple[Finding, ...]
    other_requirements: tuple[RequirementType, ...]
    """Where this requirement is ruled out: those that the same facts do not rule out (R15)."""

    def standing(self, state: State) -> tuple[Finding, ...]:
        """The findings in one state."""
        return tuple(finding for finding in self.findings if finding.state is state)

    @property
    def failing(self) -> tuple[Finding, ...]:
        """The criteria that rule the requirement out."""
        return self.standing(State.NOT_MET)

    @property
    def unknowns(self) -> tuple[Finding, ...]:
        """What still has to be found out."""
        return self.standing(State.OPEN)


def check(facts: Facts, sentenced_on: date, rules: LegalRules) -> Suitability:
    """Whether the requirement may be proposed for a sentence on a day, and what it hangs on."""
    findings = _findings(facts, sentenced_on, rules)
    result = _result(findings)
    others: tuple[RequirementType, ...] = ()
    if result is Result.NOT_ELIGIBLE:
        others = tuple(
            kind
            for kind in RequirementType
            if kind is not facts.requirement
            and rules.may_be_made_on(kind, sentenced_on)
            and not _is_ruled_out(replace(facts, requirement=kind, days=None), sentenced_on, rules)
        )
    return Suitability(result, findings, others)


def _findings(facts: Facts, sentenced_on: date, rules: LegalRules) -> tuple[Finding, ...]:
    return tuple(
        look(facts, sentenced_on, rules)
        for criterion, look in LOOK_AT.items()
        if _applies(criterion, facts.requirement)
    )


def _applies(criterion: Criterion, requirement: RequirementType | None) -> bool:
    """While no requirement is chosen, what every one of them asks."""
    asked = RULE_TEXTS[criterion].requirements
    return requirement in asked if requirement is not None else asked == EVERY_REQUIREMENT


def _result(findings: tuple[Finding, ...]) -> Result:
    states = {finding.state for finding in findings}
    if State.NOT_MET in states:
        return Result.NOT_ELIGIBLE
    if State.FOR_LEAD in states:
        return Result.REFER
    return Result.SUBJECT_TO if State.OPEN in states else Result.ELIGIBLE


def _is_ruled_out(facts: Facts, sentenced_on: date, rules: LegalRules) -> bool:
    return _result(_findings(facts, sentenced_on, rules)) is Result.NOT_ELIGIBLE
