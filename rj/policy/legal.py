"""The law of each requirement and the tests of eligibility: dated, with their sources (R7).

A version is what holds for sentences from a day on. An area may publish versions of its own, which
``rj.area_rules`` keeps; what has been checked keeps the version it was checked by.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from rj.policy.terms import HarmClass, RequirementType, RiskLevel

EVERY_REQUIREMENT = frozenset(RequirementType)
ON_DEFERMENT = frozenset({RequirementType.DEFERMENT_RJ})


@dataclass(frozen=True, slots=True)
class Regime:
    """What the law says of one kind of requirement."""

    kind: RequirementType
    source: str
    opens_on: date | None
    """First day of sentence on which a court may make it; None while nobody has confirmed one."""
    closed_on: date | None = None
    """First day of sentence on which a court may no longer make it."""
    least_days: int | None = None
    most_days: int | None = None
    names_days: bool = False
    """Whether the court must name a number of days."""
    needs_everybodys_consent: bool = False
    """Whether every participant must have consented before the court decides."""
    longest_months: int | None = None
    """How long after sentence it may last, where the law sets a hard end."""
    longer_months: int | None = None
    """The same for convictions from ``longer_if_convicted_from`` on."""
    longer_if_convicted_from: date | None = None


class PersonalVictim(StrEnum):
    """How the last limb of the source's sentence on eligibility is read (R8)."""

    ALWAYS = "always"
    """Every case needs somebody who was harmed in person."""
    WITH_CUSTODY_RISK = "with_custody_risk"
    """Only cases let in because of the risk of custody need one."""


@dataclass(frozen=True, slots=True)
class EligibilityRules:
    """What a programme asks of a case beyond the law (R8)."""

    harm_classes: frozenset[HarmClass]
    risk_levels: frozenset[RiskLevel]
    custody_risk_suffices: bool = True
    personal_victim: PersonalVictim = PersonalVictim.ALWAYS


class Criterion(StrEnum):
    """One test of eligibility or suitability."""

    REGIME = "regime"
    LENGTH = "length"
    ADULT = "adult"
    PLEA = "plea"
    OFFENCE = "offence"
    PERSONAL_VICTIM = "personal_victim"
    RISK = "risk"
    RESPONSIBILITY = "responsibility"
    WILLING = "willing"
    OTHERS_CONSENT = "others_consent"
    CONTACT_BAR = "contact_bar"
    SENSITIVE = "sensitive"
    ARRANGEMENTS = "arrangements"


class RuleKind(StrEnum):
    """Where a rule gets its force from."""

    LAW = "law"
    LOCAL = "local"
    PRACTICE = "practice"
    SAFETY = "safety"


@dataclass(frozen=True, slots=True)
class RuleText:
    """A test as the page tells it: the rule, what it says, and where it comes from."""

    rule: str
    kind: RuleKind
    text: str
    source: str
    requirements: frozenset[RequirementType] = EVERY_REQUIREMENT
    """The requirements that the test applies to."""


@dataclass(frozen=True, slots=True)
class LegalRules:
    """What is asked before a requirement is proposed, for sentences from a day on."""

    version: str
    in_force_from: date
    source: str
    regimes: Mapping[RequirementType, Regime]
    eligibility: EligibilityRules

    def regime(self, kind: RequirementType) -> Regime:
        """The law of one kind of requirement."""
        return self.regimes[kind]

    def may_be_made_on(self, kind: RequirementType, sentenced_on: date) -> bool:
        """Whether a court may make this requirement on a day."""
        regime = self.regimes[kind]
        return (
            regime.opens_on is not None
            and regime.opens_on <= sentenced_on
            and (regime.closed_on is None or sentenced_on < regime.closed_on)
        )


_CJA_2003 = "Criminal Justice Act 2003, section 201"
_SA_2020_RAR = "Sentencing Act 2020, Schedule 9, Part 2"
_SA_2020_DEFERRAL = "Sentencing Act 2020, sections 3 to 13"
_S1 = "Leicestershire and Rutland programme description (S1)"

_REGIMES = (
    Regime(
        RequirementType.SPECIFIED_ACTIVITY,
        source=f"{_CJA_2003}, in force from 4 April 2005; replaced by the Offender Rehabilitation "
        "Act 2014, section 15, from 1 February 2015 (SI 2015/40, article 2)",
        opens_on=date(2005, 4, 4),
        closed_on=date(2015, 2, 1),
        least_days=1,
        most_days=60,
        names_days=True,
    ),
    Regime(
        RequirementType.RAR,
        source=f"{_SA_2020_RAR}; in force from 1 February 2015 (SI 2015/40, article 2)",
        opens_on=date(2015, 2, 1),
        least_days=1,
        names_days=True,
    ),
    Regime(
        RequirementType.PROBATION,
        source="Sentencing Act 2026, sections 12 and 38; the day on which it begins is to be "
        "confirmed by an administrator",
        opens_on=None,
    ),
    Regime(
        RequirementType.DEFERMENT_RJ,
        source=f"{_SA_2020_DEFERRAL}, in force from 1 December 2020; Sentencing Act 2026, section "
        "5, in force from 22 March 2026 (section 49(4))",
        opens_on=date(2020, 12, 1),
        needs_everybodys_consent=True,
        longest_months=6,
        longer_months=12,
        longer_if_convicted_from=date(2026, 3, 22),
    ),
)

PUBLISHED = (
    LegalRules(
        version="2026-05",
        in_force_from=date(2013, 2, 1),
        source=f"{_S1}; law as of May 2026, see each requirement",
        regimes=MappingProxyType({regime.kind: regime for regime in _REGIMES}),
        eligibility=EligibilityRules(
            harm_classes=frozenset(
                {
                    HarmClass.VIOLENCE,
                    HarmClass.DOMESTIC_BURGLARY,
                    HarmClass.OTHER_PERSONAL_HARM,
                }
            ),
            risk_levels=frozenset({RiskLevel.MEDIUM, RiskLevel.HIGH, RiskLevel.VERY_HIGH}),
        ),
    ),
)
"""Every published version, oldest first."""


def rules_on(sentenced_on: date) -> LegalRules:
    """The version in force on a sentence date; the oldest one for sentences before them all."""
    in_force = [version for version in PUBLISHED if version.in_force_from <= sentenced_on]
    return in_force[-1] if in_force else PUBLISHED[0]


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last day where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    following = date(year + month // 12, month % 12 + 1, 1)
    last = (following - date.resolution).day
    return date(year, month, min(day.day, last))


@dataclass(frozen=True, slots=True)
class HardEnd:
    """The last day that the law leaves a requirement, and what that day hangs on."""

    last_day: date
    months: int
    needs_conviction: bool = False
    """A later day is lawful once the day of conviction is known to allow it."""


def hard_end(regime: Regime, sentenced_on: date, convicted_on: date | None) -> HardEnd | None:
    """Until when a requirement may last at most: six months from a deferment, or twelve when
    convicted on or after the day on which the longer period began (R4). None: no such end."""
    if regime.longest_months is None:
        return None
    longer, begins = regime.longer_months, regime.longer_if_convicted_from
    months = regime.longest_months
    if longer is not None and begins is not None:
        if convicted_on is not None and convicted_on >= begins:
            months = longer
        return HardEnd(
            months_after(sentenced_on, months),
            months,
            convicted_on is None and sentenced_on >= begins,
        )
    return HardEnd(months_after(sentenced_on, months), months)


RULE_TEXTS: Mapping[Criterion, RuleText] = MappingProxyType(
    {
        Criterion.REGIME: RuleText(
            "R7",
            RuleKind.LAW,
            "The court can make this requirement on the day of sentence.",
            "The law of each requirement, given with its dates",
        ),
        Criterion.LENGTH: RuleText(
            "R2",
            RuleKind.LAW,
            "The length proposed is one that the court may order.",
            "The law of each requirement, given with its limits",
        ),
        Criterion.ADULT: RuleText(
            "R6",
            RuleKind.LAW,
            "The person was 18 or over when convicted.",
            "Sentencing Act 2020, section 202",
        ),
        Criterion.PLEA: RuleText("R8", RuleKind.LOCAL, "The person pleaded guilty.", _S1),
        Criterion.OFFENCE: RuleText(
            "R8",
            RuleKind.LOCAL,
            "The offence is violence, domestic burglary or other harm directed at a person.",
            _S1,
        ),
        Criterion.PERSONAL_VICTIM: RuleText(
            "R8", RuleKind.LOCAL, "The offence has a personal victim.", _S1
        ),
        Criterion.RISK: RuleText(
            "R8",
            RuleKind.LOCAL,
            "The case is high or medium risk, or the person is otherwise at risk of custody.",
            _S1,
        ),
        Criterion.RESPONSIBILITY: RuleText(
            "R10",
            RuleKind.PRACTICE,
            "The person acknowledges the basic facts and takes responsibility.",
            "Restorative Justice Council, code of practice for service providers",
        ),
        Criterion.WILLING: RuleText(
            "R10",
            RuleKind.PRACTICE,
            "The person is willing to take part, having been told what it involves.",
            "Restorative Justice Council, code of practice for service providers",
        ),
        Criterion.OTHERS_CONSENT: RuleText(
            "R4",
            RuleKind.LAW,
            "Everybody who would take part has consented.",
            "Sentencing Act 2020, section 7",
            ON_DEFERMENT,
        ),
        Criterion.CONTACT_BAR: RuleText(
            "R40",
            RuleKind.SAFETY,
            "No order, bail condition or licence condition forbids contact, or a named officer has "
            "cleared it in writing.",
            "Safety rule of the service: the service never interprets an order",
        ),
        Criterion.SENSITIVE: RuleText(
            "R12",
            RuleKind.SAFETY,
            "The case is not sensitive and complex: no sexual harm, domestic abuse, stalking, "
            "trafficking or exploitation, and nobody specially vulnerable.",
            "Restorative Justice Council, practitioner levels",
        ),
        Criterion.ARRANGEMENTS: RuleText(
            "R9",
            RuleKind.LOCAL,
            "The restorative justice service has confirmed that arrangements can be made.",
            f"{_S1}; the court must find it feasible ({_CJA_2003})",
        ),
    }
)
"""Every test, in the order in which the page shows them."""
