"""The paragraph for the report: put together from the words of the day and the answer. Pure.

It never tells what a harmed person wants, nor lets it be guessed (R13): the only fact that rests on
anybody harmed, the consent that the law asks for on deferment, changes no word of a paragraph that
proposes; and a paragraph that does not propose gives only reasons that rest on nobody harmed.
"""

import hashlib
from dataclasses import dataclass
from datetime import date

from rj.policy.court_words import CourtWords
from rj.policy.legal import Criterion
from rj.policy.terms import RequirementType
from rj.suitability.checking import Result, Suitability
from rj.suitability.facts import Answer, Facts


@dataclass(frozen=True, slots=True)
class Held:
    """What stands for the order, should the court make it (R9)."""

    reference: str
    sentence_on: date
    """The day of sentence for which it was worked out."""
    contact_on: date
    contact_due: date
    """The last day of first contact, which also holds where the order comes late."""
    assessment_on: date
    until: date


@dataclass(frozen=True, slots=True)
class About:
    """What a paragraph tells besides the answer."""

    checked_on: date
    reference: str
    court_may_be_told: bool = False
    """Whether a recorded consent of a harmed person covers the court being told."""
    held: Held | None = None
    """The provisional hold that stands for it."""


def paragraph(answer: Suitability, facts: Facts, about: About, words: CourtWords) -> str:
    """The whole paragraph in the language of the words."""
    match answer.result:
        case Result.REFER:
            sentences = [words.for_lead]
        case Result.NOT_ELIGIBLE:
            sentences = _not_proposed(answer, facts, about, words)
        case Result.ELIGIBLE | Result.SUBJECT_TO:
            sentences = _proposed(answer, facts, about, words)
    sentences.append(words.reference.format(reference=about.reference))
    return " ".join(sentences)


def fingerprint(words: CourtWords) -> str:
    """Of every word: an approval holds for exactly this text."""
    told = words.texts()
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _not_proposed(answer: Suitability, facts: Facts, about: About, words: CourtWords) -> list[str]:
    sentences = [_filled(words.not_proposed, facts, about, words)]
    reasons = [
        words.reason_names[found.criterion]
        for found in answer.failing
        if found.criterion in words.reason_names
    ]
    if reasons:
        sentences.append(words.reasons.format(things="; ".join(reasons)))
    return [*sentences, words.says_nothing]


def _proposed(answer: Suitability, facts: Facts, about: About, words: CourtWords) -> list[str]:
    on_deferment = facts.requirement is RequirementType.DEFERMENT_RJ
    still_open = [
        words.open_names[found.criterion]
        for found in answer.unknowns
        if found.criterion is not Criterion.OTHERS_CONSENT
    ]
    is_met = not still_open and not on_deferment
    sentences = [_filled(words.met if is_met else words.nothing_against, facts, about, words)]
    if still_open:
        sentences.append(words.open.format(things="; ".join(still_open)))
    if on_deferment:
        if facts.deferred_until is not None:
            until = day_in(words, facts.deferred_until)
            sentences.append(words.deferred_until.format(until=until))
        sentences.append(words.consent_of_all)
    else:
        if facts.days is not None:
            sentences.append(words.days.format(days=facts.days))
        sentences.append(words.co_operation)
    if about.court_may_be_told:
        sentences.append(words.court_told)
    sentences.append(words.caution)
    if facts.arrangements is Answer.YES:
        sentences.append(words.arrangements)
    if about.held is not None:
        sentences.append(
            words.held.format(
                hold=about.held.reference,
                sentence=day_in(words, about.held.sentence_on),
                contact=day_in(words, about.held.contact_on),
                due=day_in(words, about.held.contact_due),
                assessment=day_in(words, about.held.assessment_on),
                until=day_in(words, about.held.until),
            )
        )
    return sentences


def _filled(sentence: str, facts: Facts, about: About, words: CourtWords) -> str:
    name = words.any_requirement
    if facts.requirement is not None:
        name = words.requirements[facts.requirement]
    return sentence.format(day=day_in(words, about.checked_on), requirement=name)


def day_in(words: CourtWords, day: date) -> str:
    """``9 March 2026``, ``9 Mawrth 2026``."""
    return f"{day.day} {words.months[day.month - 1]} {day.year}"
