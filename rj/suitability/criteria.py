"""Each criterion by itself: facts and rules in, a finding out. Pure.

A fact that is not known leaves its criterion open; it is never taken for a no.
"""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from rj.kernel.london import day_in_words
from rj.policy.legal import Criterion, LegalRules, PersonalVictim, Regime, months_after
from rj.policy.terms import HarmClass, Plea, RequirementType, RiskLevel
from rj.suitability.facts import Answer, Facts
from rj.suitability.findings import Finding, State

REQUIREMENT_NAMES: Mapping[RequirementType, str] = MappingProxyType(
    {
        RequirementType.SPECIFIED_ACTIVITY: "a specified activity requirement",
        RequirementType.RAR: "a rehabilitation activity requirement",
        RequirementType.PROBATION: "a probation requirement",
        RequirementType.DEFERMENT_RJ: "a restorative justice requirement on deferment",
    }
)

_HARM_NAMES = {
    HarmClass.VIOLENCE: "violence",
    HarmClass.DOMESTIC_BURGLARY: "domestic burglary",
    HarmClass.OTHER_PERSONAL_HARM: "other harm directed at a person",
    HarmClass.NONE: "none of these",
}
_RISK_NAMES = {
    RiskLevel.LOW: "low",
    RiskLevel.MEDIUM: "medium",
    RiskLevel.HIGH: "high",
    RiskLevel.VERY_HIGH: "very high",
    RiskLevel.NOT_KNOWN: "not known yet",
}
_PLEA_NAMES = {
    Plea.GUILTY: "guilty",
    Plea.NOT_GUILTY: "not guilty",
    Plea.NOT_KNOWN: "not known yet",
}
_ANSWER_NAMES = {Answer.YES: "yes", Answer.NO: "no", Answer.NOT_KNOWN: "not known yet"}


def regime_is_in_force(facts: Facts, sentenced_on: date, rules: LegalRules) -> Finding:
    """The court can make the requirement on the day of sentence (R1-R4, R7)."""
    criterion = Criterion.REGIME
    kind = facts.requirement
    if kind is None:
        return Finding(
            criterion,
            State.OPEN,
            "Requirement: not chosen yet",
            "Choose the requirement that is to be proposed",
        )
    name = REQUIREMENT_NAMES[kind]
    fact = f"Proposed: {name}, sentence on {day_in_words(sentenced_on)}"
    regime = rules.regime(kind)
    if regime.opens_on is None:
        return Finding(
            criterion,
            State.OPEN,
            fact,
            f"Confirm that {name} is in force on the day of sentence: nobody has confirmed it for "
            "this area yet",
        )
    if sentenced_on < regime.opens_on:
        day = day_in_words(regime.opens_on)
        return Finding(criterion, State.NOT_MET, fact, f"The court can make {name} from {day} on")
    if regime.closed_on is not None and sentenced_on >= regime.closed_on:
        day = day_in_words(regime.closed_on)
        reason = f"The court could make {name} for sentences before {day} only"
        return Finding(criterion, State.NOT_MET, fact, reason)
    return Finding(criterion, State.MET, fact, f"The court can make {name} on that day")


def length_is_lawful(facts: Facts, sentenced_on: date, rules: LegalRules) -> Finding:
    """The days (R1-R3) or the period of deferment (R4) are what the law allows."""
    if facts.requirement is None:
        return Finding(
            Criterion.LENGTH,
            State.OPEN,
            "Length: the requirement is not chosen yet",
            "The length can be checked once the requirement is chosen",
        )
    regime = rules.regime(facts.requirement)
    if regime.longest_months is not None:
        return _period_of_deferment(facts, sentenced_on, regime, regime.longest_months)
    return _number_of_days(facts, regime)


def _number_of_days(facts: Facts, regime: Regime) -> Finding:
    days = facts.days
    if days is None:
        fact = "Days proposed: not known yet"
        if regime.names_days:
            return Finding(
                Criterion.LENGTH, State.OPEN, fact, "Say how many days are to be proposed"
            )
        reason = "The court need not name a number of days"
        return Finding(Criterion.LENGTH, State.MET, fact, reason)
    fact = f"Days proposed: {days}"
    if regime.least_days is not None and days < regime.least_days:
        reason = f"At least {regime.least_days} must be proposed"
        return Finding(Criterion.LENGTH, State.NOT_MET, fact, reason)
    if regime.most_days is not None and days > regime.most_days:
        reason = f"The law allows {regime.most_days} days in all"
        return Finding(Criterion.LENGTH, State.NOT_MET, fact, reason)
    most = f"; the most is {regime.most_days}" if regime.most_days else ""
    return Finding(Criterion.LENGTH, State.MET, fact, f"The number of days is lawful{most}")


def _period_of_deferment(
    facts: Facts, sentenced_on: date, regime: Regime, usual_months: int
) -> Finding:
    """Six months, or twelve when convicted on or after the day on which the longer period began."""
    until = facts.deferred_until
    if until is None:
        return Finding(
            Criterion.LENGTH,
            State.OPEN,
            "Deferred until: not known yet",
            "Say until which day sentence is to be deferred",
        )
    fact = f"Deferred until: {day_in_words(until)}"
    if until <= sentenced_on:
        reason = "The deferment must end after it begins"
        return Finding(Criterion.LENGTH, State.NOT_MET, fact, reason)
    if until <= months_after(sentenced_on, usual_months):
        reason = f"The deferment is {usual_months} months or less"
        return Finding(Criterion.LENGTH, State.MET, fact, reason)
    longer, begins = regime.longer_months, regime.longer_if_convicted_from
    if longer is None or begins is None or until > months_after(sentenced_on, longer):
        most = longer if longer is not None and begins is not None else usual_months
        reason = f"Sentence may be deferred for at most {most} months"
        return Finding(Criterion.LENGTH, State.NOT_MET, fact, reason)
    day = day_in_words(begins)
    if facts.convicted_on is None:
        reason = (
            f"Say when the person was convicted: more than {usual_months} months are "
            f"allowed only for convictions from {day} on"
        )
        return Finding(Criterion.LENGTH, State.OPEN, fact, reason)
    if facts.convicted_on < begins:
        reason = (
            f"For convictions before {day} sentence may be deferred for at most "
            f"{usual_months} months"
        )
        return Finding(Criterion.LENGTH, State.NOT_MET, fact, reason)
    reason = f"For convictions from {day} on up to {longer} months are allowed"
    return Finding(Criterion.LENGTH, State.MET, fact, reason)


def person_is_an_adult(facts: Facts, sentenced_on: date, rules: LegalRules) -> Finding:
    """Under-18s are for the youth offending service (R6)."""
    return _yes_needed(
        Criterion.ADULT,
        "18 or over when convicted",
        facts.adult,
        met="The person was an adult when convicted",
        not_met="A person under 18 is for the youth offending service, not for this one",
        ask="Find out the age at conviction",
    )


def person_pleaded_guilty(facts: Facts, sentenced_on: date, rules: LegalRules) -> Finding:
    """A guilty plea (R8)."""
    fact = f"Plea: {_PLEA_NAMES[facts.plea]}"
    match facts.plea:
        case Plea.GUILTY:
            return Finding(Criterion.PLEA, State.MET, fact, "The person pleaded guilty")
        case Plea.NOT_GUILTY:
            return Finding(Criterion.PLEA, State.NOT_MET, fact, "The person did not plead guilty")
        case Plea.NOT_KNOWN:
            return Finding(Criterion.PLEA, State.OPEN, fact, "Find out the plea")


def offence_is_of_the_kind(facts: Facts, sentenced_on: date, rules: LegalRules) -> Finding:
    """Violence, domestic burglary or other personally directed harm (R8)."""
    criterion = Criterion.OFFENCE
    if facts.harm is None:
        return Finding(
            criterion,
            State.OPEN,
            "Offence: not known yet",
            "Say what kind of offence it is, or give its code",
        )
    fact = f"Offence: {_HARM_NAMES[facts.harm]}"
    if facts.harm in rules.eligibility.harm_classes:
        return Finding(criterion, State.MET, fact, "The offence is of a kind that is let in")
    return Finding(criterion, State.NOT_MET, fact, "The offence is not of a kind that is let in")


def somebody_was_harmed_in_person(facts: Facts, sentenced_on: date, rules: LegalRules) -> Finding:
    """A personal victim (R8); on deferment the activity itself needs one (R5)."""
    reading = rules.eligibility.personal_victim
    if (
        reading is PersonalVictim.WITH_CUSTODY_RISK
        and facts.requirement is not RequirementType.DEFERMENT_RJ
        and facts.risk in rules.eligibility.risk_levels
    ):
        return Finding(
            Criterion.PERSONAL_VICTIM,
            State.MET,
            f"Personal victim: {_ANSWER_NAMES[facts.personal_victim]}",
            "Not needed in this area at this level of risk",
        )
    return _yes_needed(
        Criterion.PERSONAL_VICTIM,
        "Personal victim",
        facts.personal_victim,
        met="Somebody was harmed in person",
        not_met="Nobody was harmed in person",
        ask="Find out whether somebody was harmed in person",
    )


def risk_is_high_enough(facts: Facts, sentenced_on: date, rules: LegalRules) -> Finding:
    """High or medium risk, or otherwise at risk of custody (R8)."""
    eligibility = rules.eligibility
    fact = f"Risk: {_RISK_NAMES[facts.risk]}"
    if facts.risk in eligibility.risk_levels:
        return Finding(Criterion.RISK, State.MET, fact, "The level of risk is one that is let in")
    if eligibility.custody_risk_suffices:
        fact += f"; at risk of custody: {_ANSWER_NAMES[facts.custody_risk]}"
        if facts.custody_risk is Answer.YES:
            reason = "The person is otherwise at risk of custody"
            return Finding(Criterion.RISK, State.MET, fact, reason)
    custody_is_open = eligibility.custody_risk_suffices and facts.custody_risk is Answer.NOT_KNOWN
    if facts.risk is RiskLevel.NOT_KNOWN:
        return Finding(Criterion.RISK, State.OPEN, fact, "Find out the level of risk")
    if custody_is_open:
        reason = "Find out whether the person is at risk of custody"
        return Finding(Criterion.RISK, State.OPEN, fact, reason)
    reason = "The level of risk is not one that is let in"
    if eligibility.custody_risk_suffices:
        reason += ", and the person is not at risk of custody"
    return Finding(Criterion.RISK, State.NOT_MET, fact, reason)


def person_takes_responsibility(facts: Facts, sentenced_on: date, rules: LegalRules) -> Finding:
    """Contested facts are not suitable yet (R10)."""
    return _yes_needed(
        Criterion.RESPONSIBILITY,
        "Acknowledges the facts and takes responsibility",
        facts.responsibility,
        met="The person takes responsibility",
        not_met="Not suitable yet: the person does not take responsibility for the basic facts",
        ask="Ask whether the person acknowledges the basic facts and takes responsibility",
    )


def person_is_willing(facts: Facts, sentenced_on: date, rules: LegalRules) -> Finding:
    """Taking part is voluntary (R10); on deferment the law asks for it (R4)."""
    return _yes_needed(
        Criterion.WILLING,
        "Willing to take part",
        facts.willing,
        met="The person is willing",
        not_met="The person is not willing to take part, and nobody is made to",
        ask="Ask whether the person is willing, once they know what it involves",
    )


def everybody_has_consented(facts: Facts, sentenced_on: date, rules: LegalRules) -> Finding:
    """On deferment every participant consents before the court decides (R4)."""
    return _yes_needed(
        Criterion.OTHERS_CONSENT,
        "Consent of everybody who would take part",
        facts.others_consent,
        met="Everybody who would take part has consented",
        not_met="The consent that the law asks for is not there",
        ask="The law asks for the consent of everybody who would take part. Only the victim "
        "liaison officer, or whoever takes that part, asks a person who was harmed",
    )


def nothing_forbids_contact(facts: Facts, sentenced_on: date, rules: LegalRules) -> Finding:
    """An order that forbids contact needs written clearance by a named officer (R40)."""
    criterion = Criterion.CONTACT_BAR
    fact = f"Contact forbidden: {_ANSWER_NAMES[facts.contact_bar]}"
    match facts.contact_bar:
        case Answer.NO:
            return Finding(criterion, State.MET, fact, "Nothing forbids contact")
        case Answer.NOT_KNOWN:
            reason = "Find out whether any order or condition forbids contact"
            return Finding(criterion, State.OPEN, fact, reason)
        case Answer.YES:
            fact += f"; cleared in writing: {_ANSWER_NAMES[facts.bar_cleared]}"
            if facts.bar_cleared is Answer.YES:
                reason = "A named officer has cleared it in writing"
                return Finding(criterion, State.MET, fact, reason)
            reason = (
                "Until a named officer clears it in writing there is no meeting and no message "
                "of any kind"
            )
            return Finding(criterion, State.OPEN, fact, reason)


def case_is_not_sensitive(facts: Facts, sentenced_on: date, rules: LegalRules) -> Finding:
    """Sensitive and complex cases are the RJ lead's to judge (R12)."""
    criterion = Criterion.SENSITIVE
    fact = f"Sensitive and complex: {_ANSWER_NAMES[facts.sensitive]}"
    if facts.offence_is_sensitive:
        reason = "The offence is sensitive and complex in itself: ask the RJ lead"
        return Finding(criterion, State.FOR_LEAD, fact, reason)
    match facts.sensitive:
        case Answer.NO:
            return Finding(criterion, State.MET, fact, "Nothing makes the case sensitive")
        case Answer.YES:
            return Finding(criterion, State.FOR_LEAD, fact, "Ask the RJ lead before proposing it")
        case Answer.NOT_KNOWN:
            reason = "Find out whether the case is sensitive and complex"
            return Finding(criterion, State.OPEN, fact, reason)


def arrangements_are_confirmed(facts: Facts, sentenced_on: date, rules: LegalRules) -> Finding:
    """The service confirms that arrangements can be made before it is proposed (R9)."""
    return _yes_needed(
        Criterion.ARRANGEMENTS,
        "Arrangements confirmed by the service",
        facts.arrangements,
        met="The service has confirmed that arrangements can be made",
        not_met="The service cannot make the arrangements",
        ask="Ask the restorative justice service to confirm arrangements before you propose it",
    )


def _yes_needed(
    criterion: Criterion, label: str, answer: Answer, *, met: str, not_met: str, ask: str
) -> Finding:
    fact = f"{label}: {_ANSWER_NAMES[answer]}"
    match answer:
        case Answer.YES:
            return Finding(criterion, State.MET, fact, met)
        case Answer.NO:
            return Finding(criterion, State.NOT_MET, fact, not_met)
        case Answer.NOT_KNOWN:
            return Finding(criterion, State.OPEN, fact, ask)


Look = Callable[[Facts, date, LegalRules], Finding]

LOOK_AT: Mapping[Criterion, Look] = MappingProxyType(
    {
        Criterion.REGIME: regime_is_in_force,
        Criterion.LENGTH: length_is_lawful,
        Criterion.ADULT: person_is_an_adult,
        Criterion.PLEA: person_pleaded_guilty,
        Criterion.OFFENCE: offence_is_of_the_kind,
        Criterion.PERSONAL_VICTIM: somebody_was_harmed_in_person,
        Criterion.RISK: risk_is_high_enough,
        Criterion.RESPONSIBILITY: person_takes_responsibility,
        Criterion.WILLING: person_is_willing,
        Criterion.OTHERS_CONSENT: everybody_has_consented,
        Criterion.CONTACT_BAR: nothing_forbids_contact,
        Criterion.SENSITIVE: case_is_not_sensitive,
        Criterion.ARRANGEMENTS: arrangements_are_confirmed,
    }
)
"""How each criterion is looked at, in the order of the page."""
