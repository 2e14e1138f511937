"""What an area may set for itself, from a day on: each figure with its name, bounds and place.

A policy is the law and eligibility rules, the periods and the plan template together. An area's
version is the shipped policy of the day with some figures changed; pure, so that a preview and the
real thing are the same sum.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from rj.policy.legal import LegalRules, PersonalVictim, Regime, rules_on
from rj.policy.plan_templates import PlanTemplate, template_on
from rj.policy.standards import DeliveryStandards, standards_on
from rj.policy.terms import STAGE_WORDS, DayUnit, HarmClass, RequirementType, RiskLevel, Stage

Value = int | bool | str | list[str] | None
"""A figure as it is stored: a number, a truth, a day in ISO form, or words of a closed list."""


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """Everything that a case goes by: who may be proposed, by when, in which meetings.

    Each is only itself, so that what rests on one can be kept for it.
    """

    legal: LegalRules
    standards: DeliveryStandards
    template: PlanTemplate


@lru_cache(maxsize=4096)
def shipped_policy(sentenced_on: date) -> Policy:
    """What the release itself says for a sentence on a day."""
    return Policy(rules_on(sentenced_on), standards_on(sentenced_on), template_on(sentenced_on))


class Shape(StrEnum):
    """How a figure is entered."""

    NUMBER = "number"
    DAY = "day"
    TRUTH = "truth"
    ONE = "one"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a policy a figure stands: how it is read there, and put there."""

    get: Callable[[Policy], Value]
    put: Callable[[Policy, Any], Policy]


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing an area may set."""

    name: str
    label: str
    group: str
    shape: Shape
    place: Place
    least: int = 0
    most: int = 999
    step: int = 1
    """Numbers are multiples of this."""
    may_be_empty: bool = False
    options: tuple[str, ...] = ()

    def fault(self, value: Value) -> str:
        """What is wrong with a value; empty when it may be set."""
        if value is None:
            return "" if self.may_be_empty else f"Enter a value for “{self.label}”"
        match self.shape:
            case Shape.NUMBER:
                if not isinstance(value, int) or not self.least <= value <= self.most:
                    return f"“{self.label}” must be from {self.least} to {self.most}"
                if value % self.step:
                    return f"“{self.label}” must be a multiple of {self.step}"
            case Shape.DAY:
                try:
                    date.fromisoformat(str(value))
                except ValueError:
                    return f"“{self.label}” must be a real date"
            case Shape.TRUTH:
                if not isinstance(value, bool):
                    return f"“{self.label}” must be yes or no"
            case Shape.ONE:
                if value not in self.options:
                    return f"Choose one of the answers for “{self.label}”"
            case Shape.SEVERAL:
                if not isinstance(value, list) or not value or set(value) - set(self.options):
                    return f"Choose at least one answer for “{self.label}”"
        return ""


def with_figures(policy: Policy, changes: Mapping[str, Value], version: str) -> Policy:
    """The policy with these figures changed, under the name of the area's version.

    A figure that this release does not know any more is left as shipped.
    """
    for name, value in changes.items():
        if name in FIGURES:
            policy = FIGURES[name].place.put(policy, value)
    return Policy(
        replace(policy.legal, version=version),
        replace(policy.standards, version=version),
        replace(policy.template, version=version),
    )


def differing(before: Policy, after: Policy) -> tuple[tuple[Figure, Value, Value], ...]:
    """The figures that differ, with both values: what a preview shows."""
    return tuple(
        (figure, figure.place.get(before), figure.place.get(after))
        for figure in FIGURES.values()
        if figure.place.get(before) != figure.place.get(after)
    )


def faults_of(policy: Policy) -> tuple[str, ...]:
    """What does not hold together in a policy, though each figure may be set by itself."""
    faults = [
        f"From {STAGE_WORDS[earlier]} to {STAGE_WORDS[later]}: the least is more than the most"
        for (earlier, later), (least, most) in policy.standards.gaps.items()
        if least > most
    ]
    standards = policy.standards
    for opens, ends, what in (
        (
            standards.reparation_opens_working_days,
            standards.reparation_target_working_days,
            "reparation event",
        ),
        (standards.review_opens_working_days, standards.review_target_working_days, "review"),
    ):
        if opens > ends:
            faults.append(f"The earliest {what} lies behind the aim for it")
    if standards.held_call_opens_days > standards.first_contact_days:
        faults.append("A call held for the court would come after the last day of first contact")
    for regime in policy.legal.regimes.values():
        opens_on, closed_on = regime.opens_on, regime.closed_on
        if opens_on is not None and closed_on is not None and closed_on <= opens_on:
            faults.append(f"{_REGIME_WORDS[regime.kind]}: it ends before it begins")
        if (regime.longer_months or 99) < (regime.longest_months or 0):
            faults.append("The longer deferment is shorter than the usual one")
    return tuple(faults)


def _eligibility(name: str, read: Callable[[Any], Any], write: Callable[[Any], Value]) -> Place:
    def get(policy: Policy) -> Value:
        return write(getattr(policy.legal.eligibility, name))

    def put(policy: Policy, value: Any) -> Policy:
        eligibility = replace(policy.legal.eligibility, **{name: read(value)})
        return replace(policy, legal=replace(policy.legal, eligibility=eligibility))

    return Place(get, put)


def _regime(kind: RequirementType, name: str) -> Place:
    is_day = name in {"opens_on", "closed_on", "longer_if_convicted_from"}

    def get(policy: Policy) -> Value:
        value: Value = getattr(policy.legal.regimes[kind], name)
        return str(value) if is_day and value is not None else value

    def put(policy: Policy, value: Any) -> Policy:
        known: Any = date.fromisoformat(value) if is_day and value is not None else value
        changed: Regime = replace(policy.legal.regimes[kind], **{name: known})
        regimes = MappingProxyType({**policy.legal.regimes, kind: changed})
        return replace(policy, legal=replace(policy.legal, regimes=regimes))

    return Place(get, put)


def _standard(name: str) -> Place:
    def get(policy: Policy) -> Value:
        value: int = getattr(policy.standards, name)
        return value

    def put(policy: Policy, value: Any) -> Policy:
        return replace(policy, standards=replace(policy.standards, **{name: value}))

    return Place(get, put)


def _unit_of_first_contact() -> Place:
    def get(policy: Policy) -> Value:
        return policy.standards.first_contact_unit.value

    def put(policy: Policy, value: Any) -> Policy:
        standards = replace(policy.standards, first_contact_unit=DayUnit(value))
        return replace(policy, standards=standards)

    return Place(get, put)


def _gap(earlier: Stage, later: Stage, side: int) -> Place:
    def get(policy: Policy) -> Value:
        return policy.standards.gaps[earlier, later][side]

    def put(policy: Policy, value: Any) -> Policy:
        least, most = policy.standards.gaps[earlier, later]
        gap = (value, most) if side == 0 else (least, value)
        gaps = MappingProxyType({**policy.standards.gaps, (earlier, later): gap})
        return replace(policy, standards=replace(policy.standards, gaps=gaps))

    return Place(get, put)


def _minutes(stage: Stage) -> Place:
    def get(policy: Policy) -> Value:
        return policy.template.step(stage).minutes

    def put(policy: Policy, value: Any) -> Policy:
        template = policy.template
        steps = tuple(
            replace(step, minutes=value) if step.stage is stage else step for step in template.steps
        )
        conference = template.conference
        if stage is Stage.REPARATION:
            conference = replace(conference, minutes=value)
        return replace(policy, template=replace(template, steps=steps, conference=conference))

    return Place(get, put)


def _words(terms: Iterable[StrEnum]) -> list[str]:
    return sorted(term.value for term in terms)


def _harms(value: Iterable[str]) -> frozenset[HarmClass]:
    return frozenset(HarmClass(each) for each in value)


def _risks(value: Iterable[str]) -> frozenset[RiskLevel]:
    return frozenset(RiskLevel(each) for each in value)


WHO = "Who may be proposed"
LAW = "The law of each requirement"
PERIODS = "Periods"
STAFF = "What is asked of facilitators"
GAPS = "Days between meetings"
LENGTHS = "Length of meetings"


def _who() -> tuple[Figure, ...]:
    return (
        Figure(
            "eligible.harm",
            "Kinds of offence that are let in",
            WHO,
            Shape.SEVERAL,
            _eligibility("harm_classes", _harms, _words),
            options=tuple(kind.value for kind in HarmClass if kind is not HarmClass.NONE),
        ),
        Figure(
            "eligible.risk",
            "Levels of risk that are let in",
            WHO,
            Shape.SEVERAL,
            _eligibility("risk_levels", _risks, _words),
            options=tuple(level.value for level in RiskLevel if level is not RiskLevel.NOT_KNOWN),
        ),
        Figure(
            "eligible.custody",
            "At other levels the risk of custody is enough",
            WHO,
            Shape.TRUTH,
            _eligibility("custody_risk_suffices", bool, bool),
        ),
        Figure(
            "eligible.personal_victim",
            "A personal victim is needed",
            WHO,
            Shape.ONE,
            _eligibility("personal_victim", PersonalVictim, str),
            options=tuple(PersonalVictim),
        ),
    )


_REGIME_WORDS = {
    RequirementType.SPECIFIED_ACTIVITY: "Specified activity requirement",
    RequirementType.RAR: "Rehabilitation activity requirement",
    RequirementType.PROBATION: "Probation requirement",
    RequirementType.DEFERMENT_RJ: "Requirement on deferment",
}


def _law() -> Iterable[Figure]:
    for kind, words in _REGIME_WORDS.items():
        for name, what in (
            ("opens_on", "first day of sentence"),
            ("closed_on", "no longer for sentences from"),
        ):
            yield Figure(
                f"{kind.value}.{name}",
                f"{words}: {what}",
                LAW,
                Shape.DAY,
                _regime(kind, name),
                may_be_empty=True,
            )
        if kind is not RequirementType.DEFERMENT_RJ:
            yield Figure(
                f"{kind.value}.most_days",
                f"{words}: most days",
                LAW,
                Shape.NUMBER,
                _regime(kind, "most_days"),
                least=1,
                may_be_empty=True,
            )
    deferment = RequirementType.DEFERMENT_RJ
    for name, what in (
        ("longest_months", "months at most"),
        ("longer_months", "months at most for later convictions"),
    ):
        yield Figure(
            f"{deferment.value}.{name}",
            f"{_REGIME_WORDS[deferment]}: {what}",
            LAW,
            Shape.NUMBER,
            _regime(deferment, name),
            least=1,
            most=24,
        )
    yield Figure(
        f"{deferment.value}.longer_if_convicted_from",
        f"{_REGIME_WORDS[deferment]}: the later convictions begin on",
        LAW,
        Shape.DAY,
        _regime(deferment, "longer_if_convicted_from"),
        may_be_empty=True,
    )


_STANDARDS = (
    ("first_contact_days", "First contact within, in days from sentence", 1, 60),
    (
        "reparation_opens_working_days",
        "Earliest reparation event once all are ready, in working days",
        1,
        120,
    ),
    (
        "review_opens_working_days",
        "Earliest review after the reparation event, in working days",
        1,
        120,
    ),
    ("calls_after_days", "Calls after the reparation event within, in days", 1, 14),
    ("later_call_days", "Later calls after the reparation event within, in days", 7, 120),
    (
        "victim_scheme_working_days",
        "Victim Contact Scheme, first contact, in working days of sentence",
        1,
        120,
    ),
    ("notice_days", "Least notice of a meeting, in calendar days", 0, 28),
    ("assessment_target_working_days", "Aim for the assessment, in working days", 1, 120),
    ("preparation_target_working_days", "Aim for the preparation, in working days", 1, 120),
    ("reparation_target_working_days", "Aim for the reparation event, in working days", 1, 250),
    ("review_target_working_days", "Aim for the review, in working days", 1, 120),
    ("hold_days", "A provisional hold for the court stands for, in calendar days", 1, 60),
    ("held_call_opens_days", "Its call comes after the sentence by, in calendar days", 1, 14),
    ("risk_assessment_lapses_after_days", "A risk assessment lapses after, in days", 7, 90),
)


def _periods() -> Iterable[Figure]:
    yield Figure(
        "period.first_contact_unit",
        "The days of first contact are",
        PERIODS,
        Shape.ONE,
        _unit_of_first_contact(),
        options=tuple(DayUnit),
    )
    for name, label, least, most in _STANDARDS:
        yield Figure(
            f"period.{name}",
            label,
            PERIODS,
            Shape.NUMBER,
            _standard(name),
            least=least,
            most=most,
        )


def _staff() -> Iterable[Figure]:
    for name, label, least, most in (
        ("first_year_conferences", "Conferences wanted in the first year of practice", 0, 20),
        ("later_year_conferences", "Conferences wanted in each later year", 0, 20),
        ("conferences_per_day", "Most conferences of a facilitator on one day", 1, 3),
        ("conferences_per_week", "Most conferences of a facilitator in a week", 1, 7),
        ("recovery_days", "Days without a conference after the day of one", 0, 14),
    ):
        yield Figure(
            f"staff.{name}", label, STAFF, Shape.NUMBER, _standard(name), least=least, most=most
        )
    for name, label in (
        ("seconds_practise", "Being second at a direct conference counts as practice too"),
        ("mentored_seconds", "Somebody still mentored may be second to their own mentor"),
        ("no_calls_on_journeys", "Nobody is asked to make calls on the way between venues"),
    ):
        yield Figure(f"staff.{name}", label, STAFF, Shape.TRUTH, _standard(name))


def _gaps() -> Iterable[Figure]:
    for earlier, later in pairwise(STAGE_WORDS):
        for side, word in enumerate(("Least", "Most")):
            yield Figure(
                f"gap.{earlier.value}.{later.value}.{word.lower()}",
                f"{word} days from {STAGE_WORDS[earlier]} to {STAGE_WORDS[later]}",
                GAPS,
                Shape.NUMBER,
                _gap(earlier, later, side),
                least=1,
                most=365,
            )


def _lengths() -> Iterable[Figure]:
    for stage, words in STAGE_WORDS.items():
        yield Figure(
            f"minutes.{stage.value}",
            f"Minutes of the {words}",
            LENGTHS,
            Shape.NUMBER,
            _minutes(stage),
            least=15,
            most=240,
            step=15,
        )


FIGURES: Mapping[str, Figure] = MappingProxyType(
    {
        figure.name: figure
        for figure in (*_who(), *_law(), *_periods(), *_staff(), *_gaps(), *_lengths())
    }
)
"""Every figure an area may set, in the order in which they are shown."""
