"""Cases for the report writer's check: facts, the answer, and what it hangs on.

Every row begins as a case that is eligible for a rehabilitation activity requirement of ten days,
sentenced on 9 March 2026, and names only what is different. The id begins with the rule it shows.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rj.policy.legal import Criterion as C
from rj.policy.terms import HarmClass, Plea, RequirementType, RiskLevel
from rj.suitability.checking import Result
from rj.suitability.facts import Answer, Facts

SENTENCE = date(2026, 3, 9)
YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.NOT_KNOWN
SAR = RequirementType.SPECIFIED_ACTIVITY
RAR = RequirementType.RAR
PROBATION = RequirementType.PROBATION
DEFERMENT = RequirementType.DEFERMENT_RJ

ELIGIBLE, SUBJECT_TO = Result.ELIGIBLE, Result.SUBJECT_TO
NOT_ELIGIBLE, REFER = Result.NOT_ELIGIBLE, Result.REFER

SOUND = Facts(
    requirement=RAR,
    days=10,
    adult=YES,
    plea=Plea.GUILTY,
    harm=HarmClass.VIOLENCE,
    personal_victim=YES,
    risk=RiskLevel.MEDIUM,
    custody_risk=NO,
    responsibility=YES,
    willing=YES,
    contact_bar=NO,
    sensitive=NO,
    arrangements=YES,
)


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table."""

    id: str
    facts: Facts
    result: Result
    because: tuple[C, ...]
    """What it hangs on: the criteria that fail, or wait, or are for the lead."""
    sentenced_on: date


def case(
    id: str, result: Result, *because: C, on: date = SENTENCE, of: Facts = SOUND, **changed: Any
) -> Case:
    return Case(id, replace(of, **changed), result, because, on)


def deferred(**changed: Any) -> Facts:
    """A sound case with a requirement on deferment of six months."""
    facts = replace(
        SOUND,
        requirement=DEFERMENT,
        days=None,
        others_consent=YES,
        deferred_until=date(2026, 9, 9),
    )
    return replace(facts, **changed)


OLD = date(2014, 6, 2)
"""A day on which the specified activity requirement was the law."""
NOTHING = Facts()
EVERY_RAR_QUESTION = (
    C.LENGTH,
    C.ADULT,
    C.PLEA,
    C.OFFENCE,
    C.PERSONAL_VICTIM,
    C.RISK,
    C.RESPONSIBILITY,
    C.WILLING,
    C.CONTACT_BAR,
    C.SENSITIVE,
    C.ARRANGEMENTS,
)

CASES = (
    # R1: the specified activity requirement
    case("R1 sixty days in 2014", ELIGIBLE, on=OLD, requirement=SAR, days=60),
    case("R1 one day in 2014", ELIGIBLE, on=OLD, requirement=SAR, days=1),
    case("R1 sixty-one days", NOT_ELIGIBLE, C.LENGTH, on=OLD, requirement=SAR, days=61),
    case("R1 no day at all", NOT_ELIGIBLE, C.LENGTH, on=OLD, requirement=SAR, days=0),
    case("R1 days unknown", SUBJECT_TO, C.LENGTH, on=OLD, requirement=SAR, days=None),
    case("R1 its last day", ELIGIBLE, on=date(2015, 1, 31), requirement=SAR),
    case("R1 replaced", NOT_ELIGIBLE, C.REGIME, on=date(2015, 2, 1), requirement=SAR),
    case("R1 long replaced", NOT_ELIGIBLE, C.REGIME, requirement=SAR),
    case("R1 nobody else need consent", ELIGIBLE, on=OLD, requirement=SAR, others_consent=NO),
    # R2: the rehabilitation activity requirement
    case("R2 sound", ELIGIBLE),
    case("R2 a day before it began", NOT_ELIGIBLE, C.REGIME, on=date(2015, 1, 31)),
    case("R2 the day it began", ELIGIBLE, on=date(2015, 2, 1)),
    case("R2 no maximum", ELIGIBLE, days=400),
    case("R2 at least one day", ELIGIBLE, days=1),
    case("R2 no day at all", NOT_ELIGIBLE, C.LENGTH, days=0),
    case("R2 days unknown", SUBJECT_TO, C.LENGTH, days=None),
    case("R2 nobody else need consent", ELIGIBLE, others_consent=UNKNOWN),
    # R3: the probation requirement
    case("R3 nobody confirmed the day", SUBJECT_TO, C.REGIME, requirement=PROBATION, days=None),
    case("R3 days need not be named", SUBJECT_TO, C.REGIME, requirement=PROBATION),
    case(
        "R3 unconfirmed and no plea of guilty",
        NOT_ELIGIBLE,
        C.PLEA,
        requirement=PROBATION,
        plea=Plea.NOT_GUILTY,
    ),
    # R4: on deferment
    case("R4 sound, six months to the day", ELIGIBLE, of=deferred()),
    case(
        "R4 everybody must consent",
        SUBJECT_TO,
        C.OTHERS_CONSENT,
        of=deferred(others_consent=UNKNOWN),
    ),
    case("R4 somebody does not", NOT_ELIGIBLE, C.OTHERS_CONSENT, of=deferred(others_consent=NO)),
    case("R4 the person must consent", NOT_ELIGIBLE, C.WILLING, of=deferred(willing=NO)),
    case("R4 the person was not asked", SUBJECT_TO, C.WILLING, of=deferred(willing=UNKNOWN)),
    case("R4 until when is unknown", SUBJECT_TO, C.LENGTH, of=deferred(deferred_until=None)),
    case("R4 ends as it begins", NOT_ELIGIBLE, C.LENGTH, of=deferred(deferred_until=SENTENCE)),
    case(
        "R4 a day over six months, conviction unknown",
        SUBJECT_TO,
        C.LENGTH,
        of=deferred(deferred_until=date(2026, 9, 10)),
    ),
    case(
        "R4 over six months, convicted a day before the change",
        NOT_ELIGIBLE,
        C.LENGTH,
        of=deferred(deferred_until=date(2026, 9, 10), convicted_on=date(2026, 3, 21)),
    ),
    case(
        "R4 twelve months, convicted on the day of the change",
        ELIGIBLE,
        on=date(2026, 4, 1),
        of=deferred(deferred_until=date(2027, 4, 1), convicted_on=date(2026, 3, 22)),
    ),
    case(
        "R4 a day over twelve months",
        NOT_ELIGIBLE,
        C.LENGTH,
        on=date(2026, 4, 1),
        of=deferred(deferred_until=date(2027, 4, 2), convicted_on=date(2026, 3, 22)),
    ),
    case(
        "R4 six months from the end of August end in February",
        ELIGIBLE,
        on=date(2026, 8, 31),
        of=deferred(deferred_until=date(2027, 2, 28)),
    ),
    case(
        "R4 before the code",
        NOT_ELIGIBLE,
        C.REGIME,
        on=date(2020, 11, 30),
        of=deferred(deferred_until=date(2021, 5, 30)),
    ),
    # R5: somebody harmed takes part
    case("R5 nobody was harmed", NOT_ELIGIBLE, C.PERSONAL_VICTIM, of=deferred(personal_victim=NO)),
    case("R5 not known yet", SUBJECT_TO, C.PERSONAL_VICTIM, of=deferred(personal_victim=UNKNOWN)),
    # R6: adults
    case("R6 under 18 when convicted", NOT_ELIGIBLE, C.ADULT, adult=NO),
    case("R6 age unknown", SUBJECT_TO, C.ADULT, adult=UNKNOWN),
    # R8: the programme's own rule
    case("R8 not guilty", NOT_ELIGIBLE, C.PLEA, plea=Plea.NOT_GUILTY),
    case("R8 plea unknown", SUBJECT_TO, C.PLEA, plea=Plea.NOT_KNOWN),
    case("R8 domestic burglary", ELIGIBLE, harm=HarmClass.DOMESTIC_BURGLARY),
    case("R8 other personal harm", ELIGIBLE, harm=HarmClass.OTHER_PERSONAL_HARM),
    case("R8 another offence", NOT_ELIGIBLE, C.OFFENCE, harm=HarmClass.NONE),
    case("R8 offence unknown", SUBJECT_TO, C.OFFENCE, harm=None),
    case("R8 no personal victim", NOT_ELIGIBLE, C.PERSONAL_VICTIM, personal_victim=NO),
    case("R8 personal victim unknown", SUBJECT_TO, C.PERSONAL_VICTIM, personal_victim=UNKNOWN),
    case("R8 high risk", ELIGIBLE, risk=RiskLevel.HIGH),
    case("R8 very high risk", ELIGIBLE, risk=RiskLevel.VERY_HIGH),
    case("R8 medium risk, custody unknown", ELIGIBLE, custody_risk=UNKNOWN),
    case("R8 low risk and no custody", NOT_ELIGIBLE, C.RISK, risk=RiskLevel.LOW),
    case("R8 low risk but custody", ELIGIBLE, risk=RiskLevel.LOW, custody_risk=YES),
    case(
        "R8 low risk, custody unknown", SUBJECT_TO, C.RISK, risk=RiskLevel.LOW, custody_risk=UNKNOWN
    ),
    case("R8 risk unknown but custody", ELIGIBLE, risk=RiskLevel.NOT_KNOWN, custody_risk=YES),
    case("R8 risk unknown, no custody", SUBJECT_TO, C.RISK, risk=RiskLevel.NOT_KNOWN),
    # R9: arrangements before it is proposed
    case("R9 nobody asked the service", SUBJECT_TO, C.ARRANGEMENTS, arrangements=UNKNOWN),
    case("R9 the service cannot", NOT_ELIGIBLE, C.ARRANGEMENTS, arrangements=NO),
    # R10: admission alone is not enough
    case("R10 contested facts", NOT_ELIGIBLE, C.RESPONSIBILITY, responsibility=NO),
    case("R10 responsibility unknown", SUBJECT_TO, C.RESPONSIBILITY, responsibility=UNKNOWN),
    case("R10 not willing", NOT_ELIGIBLE, C.WILLING, willing=NO),
    case("R10 not asked yet", SUBJECT_TO, C.WILLING, willing=UNKNOWN),
    # R11: incomplete facts
    case("R11 nothing is known", SUBJECT_TO, C.REGIME, *EVERY_RAR_QUESTION, of=NOTHING),
    case(
        "R11 only the requirement is known",
        SUBJECT_TO,
        *EVERY_RAR_QUESTION,
        of=replace(NOTHING, requirement=RAR),
    ),
    case(
        "R11 nothing is known but a plea of not guilty",
        NOT_ELIGIBLE,
        C.PLEA,
        of=replace(NOTHING, plea=Plea.NOT_GUILTY),
    ),
    case(
        "R11 the requirement is not chosen yet",
        SUBJECT_TO,
        C.REGIME,
        C.LENGTH,
        requirement=None,
        days=None,
    ),
    # R12: sensitive and complex cases are for the lead
    case("R12 sensitive", REFER, C.SENSITIVE, sensitive=YES),
    case("R12 not known yet", SUBJECT_TO, C.SENSITIVE, sensitive=UNKNOWN),
    case("R12 by its offence", REFER, C.SENSITIVE, offence_is_sensitive=True),
    case(
        "R12 by its offence, whatever was said",
        REFER,
        C.SENSITIVE,
        offence_is_sensitive=True,
        sensitive=NO,
    ),
    case("R12 sensitive with questions open", REFER, C.SENSITIVE, sensitive=YES, willing=UNKNOWN),
    case("R12 sensitive and ruled out", NOT_ELIGIBLE, C.PLEA, sensitive=YES, plea=Plea.NOT_GUILTY),
    case(
        "R12 two reasons are both named",
        NOT_ELIGIBLE,
        C.ADULT,
        C.PLEA,
        adult=NO,
        plea=Plea.NOT_GUILTY,
    ),
    # R40: an order that forbids contact
    case("R40 nothing forbids contact", ELIGIBLE, contact_bar=NO),
    case("R40 not known yet", SUBJECT_TO, C.CONTACT_BAR, contact_bar=UNKNOWN),
    case("R40 forbidden", SUBJECT_TO, C.CONTACT_BAR, contact_bar=YES),
    case("R40 clearance refused", SUBJECT_TO, C.CONTACT_BAR, contact_bar=YES, bar_cleared=NO),
    case("R40 cleared in writing", ELIGIBLE, contact_bar=YES, bar_cleared=YES),
)
