"""What a report writer sees: the list of checks, and one check with its answer beside it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session

from rj.accounts.queries import active_accounts_holding, areas_by_name
from rj.conferences.provisional import hold_of_check
from rj.kernel.london import london_day
from rj.policy.conference_window import ConferenceWindow, conference_window_on
from rj.policy.legal import Criterion, RuleKind
from rj.policy.terms import HarmClass, Language, Plea, RequirementType, RiskLevel, Role
from rj.scheduling.arrangements import Prospect, contact_due
from rj.scheduling.delivery import Resource
from rj.suitability.checking import Result
from rj.suitability.criteria import REQUIREMENT_NAMES
from rj.suitability.facts import Answer
from rj.suitability.findings import Finding, State
from rj.suitability.models import SuitabilityCheck
from rj.suitability.paragraph import Held
from rj.suitability.queries import (
    Answered,
    answer_to,
    own_checks,
    paragraphs_for,
    sentence_day,
)
from web.pages import Tag, day_text, moment_text
from web.people import Person
from web.words import choices

RESULT_TAGS = {
    Result.ELIGIBLE: Tag("Eligible", "told"),
    Result.SUBJECT_TO: Tag("Eligible, subject to", "soon"),
    Result.NOT_ELIGIBLE: Tag("Not eligible", "blocked"),
    Result.REFER: Tag("Refer to the RJ lead", "held"),
}
STATE_TAGS = {
    State.MET: Tag("Met", "told"),
    State.NOT_MET: Tag("Not met", "blocked"),
    State.OPEN: Tag("To find out", "soon"),
    State.FOR_LEAD: Tag("For the RJ lead", "held"),
}
SENTENCES = {
    Result.ELIGIBLE: "Every condition is met on what you have entered.",
    Result.SUBJECT_TO: "Nothing rules it out on what you have entered. Before it is proposed:",
    Result.NOT_ELIGIBLE: "This requirement cannot be proposed, because:",
    Result.REFER: "This case may be sensitive and complex. Ask the RJ lead before you propose "
    "restorative justice: the answer is theirs, not this page's.",
}
KIND_WORDS = {
    RuleKind.LAW: "Law",
    RuleKind.LOCAL: "Rule of the programme",
    RuleKind.PRACTICE: "Good practice",
    RuleKind.SAFETY: "Safety",
}
LANGUAGE_HEADINGS = {Language.ENGLISH: "In English", Language.WELSH: "In Welsh"}

ANSWERS = choices((Answer.YES, Answer.NO, Answer.NOT_KNOWN))
CHOICES = {
    "requirement": choices(RequirementType),
    "plea": choices(Plea),
    "harm": choices(HarmClass),
    "risk": choices(level for level in RiskLevel if level is not RiskLevel.NOT_KNOWN),
}

ALWAYS_OPEN = (
    "A person who was harmed may ask for restorative justice at any time, through the victim "
    "liaison officer or the local restorative justice service. Nobody has to wait for the court."
)
LATER = (
    "The person may ask their responsible officer for restorative justice later in the sentence."
)
YOUTH = "Somebody under 18 is for the youth offending service, which offers restorative justice."


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check in the list."""

    href: str
    reference: str
    label: str
    tag: Tag
    checked: str


@dataclass(frozen=True, slots=True)
class TestRow:
    """One criterion: how it stands, the fact behind it, the rule and its source."""

    __test__ = False

    tag: Tag
    fact: str
    reason: str
    kind: str
    rule: str
    source: str


@dataclass(frozen=True, slots=True)
class ParagraphShown:
    """The paragraph in one language."""

    language: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class CheckShown:
    """A saved check and its answer."""

    check_id: UUID
    version: int
    here: str
    reference: str
    tag: Tag
    sentence: str
    points: tuple[str, ...]
    """What rules it out, or what is still to be found out."""
    also_open: tuple[str, ...]
    """What is still to be found out where the RJ lead is asked."""
    routes: tuple[str, ...]
    """What stays open where this requirement is ruled out (R15)."""
    leads: tuple[str, ...]
    """Whom to ask in the area."""
    tests: tuple[TestRow, ...]
    paragraphs: tuple[ParagraphShown, ...]
    checked: str
    by_rules: str
    rules_have_changed: bool
    held: "HeldShown | None"
    """The arrangements that stand for it."""
    hold_reference: str


def check_list(session: Session, person: Person) -> tuple[CheckRow, ...]:
    """The writer's own checks, the newest first."""
    found = own_checks(session, writer_id=person.account_id, areas=person.areas(Role.REPORT_WRITER))
    return tuple(
        CheckRow(
            href=f"/reports/checks/{check.id}",
            reference=check.reference,
            label=check.label,
            tag=RESULT_TAGS[check.result],
            checked=moment_text(check.checked_at),
        )
        for check in found
    )


def areas_to_write_for(session: Session, person: Person) -> tuple[tuple[str, str], ...]:
    """The areas somebody writes reports for, as choices."""
    own = person.areas(Role.REPORT_WRITER)
    return tuple((area.id, area.name) for area in areas_by_name(session) if area.id in own)


def check_shown(session: Session, found: SuitabilityCheck) -> CheckShown:
    """One check with its answer."""
    answered = answer_to(session, found)
    answer = answered.answer
    is_out = answer.result is Result.NOT_ELIGIBLE
    points = answer.failing if is_out else answer.unknowns
    asks_lead = answer.result is Result.REFER
    return CheckShown(
        check_id=found.id,
        version=found.version,
        here=f"/reports/checks/{found.id}",
        reference=found.reference,
        tag=RESULT_TAGS[answer.result],
        sentence=SENTENCES[answer.result],
        points=() if asks_lead else tuple(each.reason for each in points),
        also_open=tuple(each.reason for each in answer.unknowns) if asks_lead or is_out else (),
        routes=_routes(answered) if is_out else (),
        leads=_leads(session, found.area_id),
        tests=tuple(_test_row(each, answered) for each in answer.findings),
        paragraphs=paragraphs_shown(session, found, answered),
        checked=moment_text(found.checked_at),
        by_rules=f"Rules {answered.rules.version}, for sentence on "
        f"{day_text(sentence_day(found))}. {answered.rules.source}.",
        rules_have_changed=answered.rules_have_changed,
        held=held_shown(session, found),
        hold_reference=found.hold_reference,
    )


@dataclass(frozen=True, slots=True)
class HeldShown:
    """A provisional hold as its writer sees it: days, and nothing of whose time it is."""

    tag: Tag
    reference: str
    contact_by: str
    assessment_by: str
    conference: str
    measured: str
    sentence_on: str
    until: str


def held_shown(session: Session, found: SuitabilityCheck) -> HeldShown | None:
    """What is held for a check, or None."""
    hold = hold_of_check(session, found.id)
    if hold is None:
        return None
    first, window = hold.conference_from, conference_window_on(london_day(hold.placed_at))
    return HeldShown(
        tag=Tag("Held", "held"),
        reference=hold.reference,
        contact_by=day_text(london_day(hold.contact_starts_at)),
        assessment_by=day_text(london_day(hold.assessment_starts_at)),
        conference=_conference_words(first, window),
        measured="" if first is None else _measured_words(window),
        sentence_on=day_text(hold.sentence_on),
        until=day_text(hold.expires_on),
    )


@dataclass(frozen=True, slots=True)
class DeliveryShown:
    """What could be delivered, as it is shown and sent back when it is confirmed."""

    sentence_on: str
    contact_by: str
    assessment_by: str
    conference: str
    measured: str
    pairs: str
    tightest: str
    contact_on: str
    assessment_on: str
    """Both days as the form sends them."""
    until: str
    why_not: str
    instead: tuple[str, ...]
    """The nearest days, where none can be held as they would be due."""
    can_be_held: bool


RESOURCE_WORDS = {
    Resource.LEADS: "Facilitators free for the assessment",
    Resource.ROOMS: "Rooms",
    Resource.PAIRS: "Pairs free for the third meeting",
}


def delivery_shown(prospect: Prospect) -> DeliveryShown:
    """A prospect in words."""
    window, tightest = prospect.window, prospect.tightest
    first = prospect.conference_from
    return DeliveryShown(
        sentence_on=day_text(prospect.sentence_on),
        contact_by="No time is free in the months that are planned now"
        if prospect.contact_on is None
        else day_text(prospect.contact_on),
        assessment_by="No time is free in the months that are planned now"
        if prospect.assessment_on is None
        else day_text(prospect.assessment_on),
        conference=_conference_words(first, window),
        measured="" if first is None else _measured_words(window),
        pairs=str(prospect.pairs),
        tightest=""
        if tightest is None
        else f"{RESOURCE_WORDS[tightest.resource]}: {tightest.days_free} of "
        f"{tightest.days} working days",
        contact_on="" if prospect.contact_on is None else str(prospect.contact_on),
        assessment_on="" if prospect.assessment_on is None else str(prospect.assessment_on),
        until=day_text(prospect.holds_until),
        why_not=prospect.why_not,
        instead=prospect.instead,
        can_be_held=prospect.can_be_held,
    )


def _conference_words(first: date | None, window: ConferenceWindow) -> str:
    if first is None:
        return "Not within the months that are planned now"
    return f"Between {day_text(first)} and {day_text(window.last_day(first))}"


def _measured_words(window: ConferenceWindow) -> str:
    return (
        f"Not a promise. In {window.within} of {window.measured} invented cases that were "
        f"measured, the meeting was then planned within such a window of {window.days} days; half "
        f"of them lay within {_days(window.median_days_off)} of its first day. People's own pace "
        "comes on top."
    )


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"


def paragraphs_shown(
    session: Session, found: SuitabilityCheck, answered: Answered
) -> tuple[ParagraphShown, ...]:
    """The paragraph in each language that may be used."""
    return tuple(
        ParagraphShown(language.value, LANGUAGE_HEADINGS[language], text)
        for language, text in paragraphs_for(
            session, found, answered, _held(session, found)
        ).items()
    )


def _held(session: Session, found: SuitabilityCheck) -> Held | None:
    hold = hold_of_check(session, found.id)
    if hold is None:
        return None
    return Held(
        reference=hold.reference,
        sentence_on=hold.sentence_on,
        contact_on=london_day(hold.contact_starts_at),
        contact_due=contact_due(session, hold.area_id, hold.sentence_on),
        assessment_on=london_day(hold.assessment_starts_at),
        until=hold.expires_on,
    )


def _routes(answered: Answered) -> tuple[str, ...]:
    """What stays open (R15): other requirements first, then what never closes."""
    others = tuple(
        f"{REQUIREMENT_NAMES[kind].capitalize()} is not ruled out by these facts."
        for kind in answered.answer.other_requirements
    )
    is_young = any(each.criterion is Criterion.ADULT for each in answered.answer.failing)
    return (*others, ALWAYS_OPEN, YOUTH if is_young else LATER)


def _leads(session: Session, area_id: str) -> tuple[str, ...]:
    return tuple(
        account.name for account in active_accounts_holding(session, Role.COORDINATOR, area_id)
    )


def _test_row(found: Finding, answered: Answered) -> TestRow:
    source = found.rule.source
    requirement = answered.facts.requirement
    if found.criterion in (Criterion.REGIME, Criterion.LENGTH) and requirement is not None:
        source = answered.rules.regime(requirement).source
    return TestRow(
        tag=STATE_TAGS[found.state],
        fact=found.fact,
        reason=found.reason,
        kind=KIND_WORDS[found.rule.kind],
        rule=found.rule.text,
        source=source,
    )


def print_heading(found: SuitabilityCheck) -> str:
    """What the printed page says of itself."""
    day = day_text(london_day(found.checked_at))
    return f"Checked on {day}, reference {found.reference}"
