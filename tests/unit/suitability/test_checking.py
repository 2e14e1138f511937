"""Whether a case is eligible: a table of cases, and what holds for all of them."""

from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rj.policy.legal import (
    RULE_TEXTS,
    Criterion,
    EligibilityRules,
    LegalRules,
    PersonalVictim,
    rules_on,
)
from rj.policy.terms import HarmClass, Plea, RequirementType, RiskLevel
from rj.suitability.checking import Result, Suitability, check
from rj.suitability.criteria import LOOK_AT
from rj.suitability.facts import Answer, Facts
from rj.suitability.findings import State
from tests.unit.suitability.cases import CASES, RAR, SAR, SENTENCE, SOUND, Case, deferred

DECIDING = {
    Result.ELIGIBLE: (),
    Result.SUBJECT_TO: (State.OPEN,),
    Result.NOT_ELIGIBLE: (State.NOT_MET,),
    Result.REFER: (State.FOR_LEAD,),
}

SOME_FACTS = some.builds(
    Facts,
    requirement=some.sampled_from([None, *RequirementType]),
    days=some.none() | some.integers(0, 90),
    deferred_until=some.none() | some.dates(date(2026, 3, 1), date(2027, 6, 1)),
    convicted_on=some.none() | some.dates(date(2026, 1, 1), date(2026, 6, 1)),
    harm=some.sampled_from([None, *HarmClass]),
    **{
        name: some.sampled_from(list(kind))
        for name, kind in {
            "plea": Plea,
            "risk": RiskLevel,
            **{field.name: Answer for field in fields(Facts) if field.default is Answer.NOT_KNOWN},
        }.items()
    },
)


def checked(facts: Facts, on: date = SENTENCE) -> Suitability:
    return check(facts, on, rules_on(on))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_answer_and_what_it_hangs_on(case: Case) -> None:
    answer = checked(case.facts, case.sentenced_on)

    assert answer.result is case.result
    deciding = tuple(
        found.criterion for found in answer.findings if found.state in DECIDING[case.result]
    )
    assert deciding == case.because


def test_the_table_is_long_enough_and_names_each_rule_that_the_check_keeps() -> None:
    assert len(CASES) >= 60
    assert len({case.id for case in CASES}) == len(CASES)
    shown = {case.id.split()[0] for case in CASES}
    assert shown == {"R1", "R2", "R3", "R4", "R5", "R6", "R8", "R9", "R10", "R11", "R12", "R40"}


@given(SOME_FACTS)
def test_every_criterion_carries_its_rule_a_fact_and_a_reason(facts: Facts) -> None:
    for found in checked(facts).findings:
        assert all((found.rule.text, found.rule.source))
        assert all((found.fact, found.reason))
    assert set(LOOK_AT) == set(RULE_TEXTS) == set(Criterion)


@given(SOME_FACTS)
def test_learning_a_fact_never_turns_a_ruled_out_case_into_another(facts: Facts) -> None:
    """R12: an answer of "not eligible" does not rest on what is not known."""
    if checked(facts).result is not Result.NOT_ELIGIBLE:
        return
    for field in fields(Facts):
        if getattr(facts, field.name) is Answer.NOT_KNOWN:
            for answer in (Answer.YES, Answer.NO):
                learned = replace(facts, **{field.name: answer})
                assert checked(learned).result is Result.NOT_ELIGIBLE


@given(SOME_FACTS)
def test_learning_a_fact_never_undoes_eligible(facts: Facts) -> None:
    if checked(facts).result is not Result.ELIGIBLE:
        return
    for field in fields(Facts):
        if getattr(facts, field.name) is Answer.NOT_KNOWN:
            for answer in (Answer.YES, Answer.NO):
                assert checked(replace(facts, **{field.name: answer})).result is Result.ELIGIBLE


def test_a_ruled_out_requirement_leaves_the_others_open_r15() -> None:
    assert checked(replace(SOUND, requirement=SAR)).other_requirements == (
        RequirementType.RAR,
        RequirementType.DEFERMENT_RJ,
    )
    consent_refused = checked(deferred(others_consent=Answer.NO))
    assert consent_refused.other_requirements == (RAR,)


def test_where_the_person_is_ruled_out_no_other_requirement_is_offered_r15() -> None:
    assert checked(replace(SOUND, plea=Plea.NOT_GUILTY)).other_requirements == ()


def test_no_other_requirement_is_named_while_this_one_stands_r15() -> None:
    assert checked(SOUND).other_requirements == ()
    assert checked(replace(SOUND, willing=Answer.NOT_KNOWN)).other_requirements == ()


def with_rules(**changed: object) -> LegalRules:
    rules = rules_on(SENTENCE)
    return replace(rules, eligibility=replace(rules.eligibility, **changed))


@pytest.mark.parametrize(
    ("reading", "risk", "custody", "result"),
    [
        (PersonalVictim.ALWAYS, RiskLevel.MEDIUM, Answer.NO, Result.NOT_ELIGIBLE),
        (PersonalVictim.WITH_CUSTODY_RISK, RiskLevel.MEDIUM, Answer.NO, Result.ELIGIBLE),
        (PersonalVictim.WITH_CUSTODY_RISK, RiskLevel.LOW, Answer.YES, Result.NOT_ELIGIBLE),
    ],
)
def test_both_readings_of_the_last_limb_of_r8(
    reading: PersonalVictim, risk: RiskLevel, custody: Answer, result: Result
) -> None:
    facts = replace(SOUND, risk=risk, custody_risk=custody, personal_victim=Answer.NO)

    assert check(facts, SENTENCE, with_rules(personal_victim=reading)).result is result


def test_an_area_may_leave_the_risk_of_custody_out_r8() -> None:
    facts = replace(SOUND, risk=RiskLevel.LOW, custody_risk=Answer.YES)

    strict = check(facts, SENTENCE, with_rules(custody_risk_suffices=False))
    assert [found.criterion for found in strict.failing] == [Criterion.RISK]
    unknown = replace(facts, risk=RiskLevel.NOT_KNOWN)
    waiting = check(unknown, SENTENCE, with_rules(custody_risk_suffices=False))
    assert [found.criterion for found in waiting.unknowns] == [Criterion.RISK]


def test_an_area_may_narrow_the_offences_r8() -> None:
    only_burglary = with_rules(harm_classes=frozenset({HarmClass.DOMESTIC_BURGLARY}))

    assert check(SOUND, SENTENCE, only_burglary).result is Result.NOT_ELIGIBLE
    assert isinstance(only_burglary.eligibility, EligibilityRules)


def test_the_rules_of_a_day_are_those_in_force_on_it_r7() -> None:
    """A later version never reaches back: the check takes the version it is handed."""
    later = with_rules(risk_levels=frozenset({RiskLevel.HIGH}))

    assert check(SOUND, SENTENCE, rules_on(SENTENCE)).result is Result.ELIGIBLE
    assert check(replace(SOUND), SENTENCE, later).result is Result.NOT_ELIGIBLE
    assert rules_on(date(2001, 1, 1)) is rules_on(SENTENCE)
