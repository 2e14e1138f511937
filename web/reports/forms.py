"""What a report writer enters. Nothing is needed: what is left out is not known yet."""

from dataclasses import dataclass, fields
from datetime import date

from rj.policy.terms import HarmClass, Plea, RequirementType, RiskLevel
from rj.suitability.facts import Answer, Facts
from rj.suitability.models import SuitabilityCheck
from web.forms import Entered, date_parts, entry


@dataclass(frozen=True, slots=True)
class CheckForm:
    """One check. Its facts are those of ``Facts``, by the same names."""

    area_id: str | None = entry("area", longest=20)
    label: str = entry("note", is_required=False, longest=40)
    hearing_on: date | None = entry("day of sentence")
    requirement: RequirementType | None = entry("requirement")
    days: int | None = entry("number of days", least=0, most=999)
    deferred_until: date | None = entry("end of the deferment")
    convicted_on: date | None = entry("day of conviction")
    adult: Answer | None = entry("answer")
    plea: Plea | None = entry("plea")
    offence_code: str = entry("offence code", is_required=False, longest=12)
    harm: HarmClass | None = entry("kind of offence")
    personal_victim: Answer | None = entry("answer")
    risk: RiskLevel | None = entry("level of risk")
    custody_risk: Answer | None = entry("answer")
    responsibility: Answer | None = entry("answer")
    willing: Answer | None = entry("answer")
    others_consent: Answer | None = entry("answer")
    contact_bar: Answer | None = entry("answer")
    bar_cleared: Answer | None = entry("answer")
    sensitive: Answer | None = entry("answer")
    arrangements: Answer | None = entry("answer")
    court_told_on: date | None = entry("day of the consent")
    court_told_where: str = entry("place of the record", is_required=False, longest=200)

    def facts(self) -> Facts:
        """The facts among the entries."""
        entered = {
            field.name: getattr(self, field.name)
            for field in fields(Facts)
            if field.name in CheckForm.__dataclass_fields__
        }
        return Facts(**{name: value for name, value in entered.items() if value is not None})


@dataclass(frozen=True, slots=True)
class ConfirmForm:
    """The days that the page showed when somebody confirmed them."""

    contact_on: date = entry("day of first contact")
    assessment_on: date = entry("day of assessment")


def check_entered(found: SuitabilityCheck) -> Entered:
    """A saved check as its form shows it: nothing has to be typed again."""
    days = ("deferred_until", "convicted_on")
    facts = {name: str(value) for name, value in found.facts.items() if name not in days}
    texts = {
        "area_id": found.area_id,
        "label": found.label,
        "offence_code": found.offence_code or "",
        "court_told_where": found.court_told_where,
        **facts,
        **date_parts("hearing_on", found.hearing_on),
        **date_parts("court_told_on", found.court_told_on),
    }
    for name in days:
        if name in found.facts:
            texts |= date_parts(name, date.fromisoformat(found.facts[name]))
    return Entered.of(**texts)
