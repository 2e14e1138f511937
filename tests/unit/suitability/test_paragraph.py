"""The paragraph for the court: cautious always, silent about what anybody harmed wants (R13)."""

import re
from dataclasses import fields, replace

import pytest
from hypothesis import given

from rj.policy.court_words import CourtWords, words_on
from rj.policy.legal import Criterion
from rj.policy.terms import Language, Plea, RequirementType
from rj.suitability.checking import Result
from rj.suitability.facts import Answer, Facts, facts_document, facts_from
from rj.suitability.paragraph import About, fingerprint, paragraph
from tests.unit.suitability.cases import CASES, SENTENCE, SOUND, Case, deferred
from tests.unit.suitability.test_checking import SOME_FACTS, checked

ABOUT = About(SENTENCE, "SC-K7MPQ4")
WORDS = words_on(SENTENCE).words
ENGLISH, WELSH = WORDS[Language.ENGLISH], WORDS[Language.WELSH]
TOLD = replace(ABOUT, court_may_be_told=True)

TELLS_OF_A_WISH = re.compile(
    r"\bvictim|agrees\b|has agreed|refus|declin|does not want|wants\b|willing to meet|was asked|"
    r"not been asked|contacted",
    re.IGNORECASE,
)
OF_THE_HARMED = re.compile(r"harmed[^.]*willing|harmed[^.]*consent", re.IGNORECASE)


def english(facts: Facts, about: About = ABOUT) -> str:
    return paragraph(checked(facts), facts, about, ENGLISH)


def test_an_eligible_case_is_proposed_cautiously() -> None:
    assert english(SOUND) == (
        "On what is known on 9 March 2026, the conditions for a rehabilitation activity "
        "requirement with restorative justice activity are met. The number of days proposed is "
        "10. No activity that needs the co-operation of anybody else is included without that "
        "person's consent. Any activity is subject to assessment and will not proceed without the "
        "free agreement of all concerned, each of whom may change their mind at any time. "
        "Alternative reparation is available. The restorative justice service has confirmed that "
        "arrangements can be made. Reference of this check: SC-K7MPQ4."
    )


def test_what_is_not_known_is_named_and_nothing_is_claimed_to_be_met() -> None:
    text = english(replace(SOUND, willing=Answer.NOT_KNOWN, arrangements=Answer.NOT_KNOWN))

    assert "nothing rules out a rehabilitation activity requirement" in text
    assert (
        "Still to be established: whether the person is willing to take part; whether "
        "arrangements can be made."
    ) in text
    assert "are met" not in text
    assert "has confirmed" not in text


def test_a_case_for_the_lead_is_neither_proposed_nor_ruled_out() -> None:
    text = english(replace(SOUND, sensitive=Answer.YES))

    assert "advice of the restorative justice lead" in text
    assert "proposed nor ruled out" in text
    assert "conditions" not in text


def test_reasons_that_rest_on_nobody_harmed_are_given() -> None:
    text = english(replace(SOUND, plea=Plea.NOT_GUILTY))

    assert "is not proposed. The reason: the person did not plead guilty." in text
    assert "says nothing about the wishes of anybody harmed" in text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
@pytest.mark.parametrize("words", WORDS.values(), ids=list(WORDS))
def test_every_case_of_the_table_has_a_whole_paragraph(case: Case, words: CourtWords) -> None:
    answer = checked(case.facts, case.sentenced_on)
    text = paragraph(answer, case.facts, ABOUT, words)

    assert not re.search(r"[{}]|None|  |\.\.", text)
    assert text.endswith("SC-K7MPQ4.")
    if case.result in (Result.ELIGIBLE, Result.SUBJECT_TO):
        assert words.caution in text


@given(SOME_FACTS)
def test_no_paragraph_tells_of_a_wish_without_a_recorded_consent_r13(facts: Facts) -> None:
    text = english(facts)

    assert not TELLS_OF_A_WISH.search(text)
    assert not OF_THE_HARMED.search(text)


@given(SOME_FACTS)
def test_whether_others_have_consented_changes_no_word_of_a_proposal_r13(facts: Facts) -> None:
    """The reader cannot tell "everybody has agreed" from "nobody has been asked"."""
    agreed = replace(facts, others_consent=Answer.YES)
    unknown = replace(facts, others_consent=Answer.NOT_KNOWN)

    assert english(agreed) == english(unknown)


def test_a_consent_that_is_missing_is_not_given_as_the_reason_r13() -> None:
    refused = english(deferred(others_consent=Answer.NO))
    cannot = english(deferred(arrangements=Answer.NO))

    assert refused == cannot
    assert "reason" not in refused


def test_only_a_recorded_consent_lets_the_court_be_told_r13() -> None:
    assert ENGLISH.court_told not in english(SOUND)
    assert ENGLISH.court_told in english(SOUND, TOLD)
    assert ENGLISH.court_told not in english(replace(SOUND, plea=Plea.NOT_GUILTY), TOLD)
    assert ENGLISH.court_told not in english(replace(SOUND, sensitive=Answer.YES), TOLD)


def test_deferment_says_until_when_and_what_the_law_asks_r4() -> None:
    text = english(deferred())

    assert "Sentence would be deferred until 9 September 2026." in text
    assert "The law asks for the consent of everybody who would take part" in text
    assert "are met" not in text


def test_the_welsh_has_every_word_that_the_english_has() -> None:
    assert set(ENGLISH.open_names) == set(Criterion) - {Criterion.OTHERS_CONSENT}
    assert set(ENGLISH.open_names) == set(WELSH.open_names)
    assert set(ENGLISH.reason_names) == set(WELSH.reason_names)
    assert set(ENGLISH.requirements) == set(WELSH.requirements) == set(RequirementType)
    for field in fields(CourtWords):
        english_text, welsh_text = getattr(ENGLISH, field.name), getattr(WELSH, field.name)
        if isinstance(english_text, str):
            assert set(re.findall(r"{\w+}", english_text)) == set(re.findall(r"{\w+}", welsh_text))
    assert "9 Mawrth 2026" in paragraph(checked(SOUND), SOUND, ABOUT, WELSH)


def test_a_changed_word_asks_for_a_new_approval() -> None:
    assert fingerprint(WELSH) == fingerprint(replace(WELSH))
    assert fingerprint(WELSH) != fingerprint(replace(WELSH, caution=WELSH.caution + " "))
    assert fingerprint(WELSH) != fingerprint(ENGLISH)


@given(SOME_FACTS)
def test_facts_are_stored_and_read_back_as_they_were_r11(facts: Facts) -> None:
    assert facts_from(facts_document(facts)) == facts
