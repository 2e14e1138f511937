"""P5: what stands between a stage and telling its people, as a pure rule."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from rj.conferences.attendance import Attendee, Part
from rj.conferences.readiness import (
    PERSONAL_GATES,
    CaseFacts,
    Finding,
    Findings,
    missing_for,
)
from rj.outbox.models import RecipientKind
from rj.policy.plan_templates import Attends
from rj.policy.terms import Gate, GateValue, Route, Stage

TODAY = date(2026, 3, 9)
BOTH = frozenset({Attends.HARMER, Attends.HARMED})


def somebody(part: Part) -> Attendee:
    return Attendee(RecipientKind.PARTY, uuid4(), part)


def all_recorded(*people: Attendee, on: date = TODAY) -> Findings:
    yes = Finding(GateValue.YES, on)
    findings: Findings = {(Gate.SUITABLE, None): yes}
    findings |= {(gate, each.id): yes for each in people for gate in PERSONAL_GATES}
    return findings


def facts(findings: Findings, **changes: object) -> CaseFacts:
    usual: dict[str, object] = {
        "route": Route.DIRECT,
        "awaits_sign_off": False,
        "third_is_done": False,
        "awaits_added_preparation": False,
        "risk_lapses_after_days": 28,
        "findings": findings,
    }
    return CaseFacts(**(usual | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("stage", [Stage.CONTACT, Stage.ASSESSMENT])
def test_contact_and_assessment_wait_for_nothing(stage: Stage) -> None:
    assert missing_for(stage, (), frozenset(), facts({}), today=TODAY) == []


def test_preparation_waits_for_the_assessment_and_nothing_else() -> None:
    person = somebody(Part.HARMER)
    assert missing_for(Stage.PREPARATION, (person,), BOTH, facts({}), today=TODAY) == [
        "The assessment's finding has not been recorded"
    ]
    suitable = facts({(Gate.SUITABLE, None): Finding(GateValue.YES, TODAY)})
    assert missing_for(Stage.PREPARATION, (person,), BOTH, suitable, today=TODAY) == []


def test_a_case_awaiting_sign_off_goes_no_further() -> None:
    waiting = facts(all_recorded(), awaits_sign_off=True)
    assert missing_for(Stage.PREPARATION, (), BOTH, waiting, today=TODAY) == [
        "A manager has not signed off this sensitive and complex case"
    ]


@pytest.mark.parametrize("gate", PERSONAL_GATES)
@pytest.mark.parametrize("value", [None, GateValue.NOT_YET, GateValue.NO, GateValue.WITHDRAWN])
def test_one_gate_of_one_person_keeps_the_third_meeting_shut(
    gate: Gate, value: GateValue | None
) -> None:
    harmer, harmed = somebody(Part.HARMER), somebody(Part.HARMED)
    findings = all_recorded(harmer, harmed)
    people = (harmer, harmed)
    assert missing_for(Stage.REPARATION, people, BOTH, facts(findings), today=TODAY) == []
    key: tuple[Gate, UUID | None] = (gate, harmed.id)
    del findings[key]
    if value is not None:
        findings[key] = Finding(value, TODAY)
    missing = missing_for(Stage.REPARATION, people, BOTH, facts(findings), today=TODAY)
    assert len(missing) == 1
    assert "the harmed person" in missing[0]


def test_interpreters_and_officers_pass_no_gate() -> None:
    harmer = somebody(Part.HARMER)
    people = (harmer, somebody(Part.INTERPRETER), somebody(Part.OFFICER))
    recorded = facts(all_recorded(harmer), route=Route.LETTER)
    only = frozenset({Attends.HARMER})
    assert missing_for(Stage.REPARATION, people, only, recorded, today=TODAY) == []


def test_a_conference_without_the_harmed_person_cannot_be_told() -> None:
    harmer = somebody(Part.HARMER)
    recorded = facts(all_recorded(harmer))
    assert missing_for(Stage.REPARATION, (harmer,), BOTH, recorded, today=TODAY) == [
        "The harmed person takes no part: choose another route"
    ]


def test_an_undecided_third_meeting_cannot_be_told() -> None:
    harmer = somebody(Part.HARMER)
    undecided = facts(all_recorded(harmer), route=Route.UNDECIDED)
    only = frozenset({Attends.HARMER})
    assert missing_for(Stage.REPARATION, (harmer,), only, undecided, today=TODAY) == [
        "What the third meeting will be has not been decided"
    ]


@pytest.mark.parametrize(("age", "is_current"), [(28, True), (29, False)])
def test_a_risk_assessment_is_current_for_28_days(age: int, is_current: bool) -> None:
    harmer = somebody(Part.HARMER)
    recorded = facts(
        all_recorded(harmer, on=TODAY - timedelta(days=age)), route=Route.OTHER_REPARATION
    )
    only = frozenset({Attends.HARMER})
    missing = missing_for(Stage.REPARATION, (harmer,), only, recorded, today=TODAY)
    assert (missing == []) is is_current


def test_the_review_follows_the_third_meeting() -> None:
    before, after = facts(all_recorded()), facts(all_recorded(), third_is_done=True)
    assert missing_for(Stage.REVIEW, (), frozenset(), before, today=TODAY) == [
        "The third meeting has not taken place"
    ]
    assert missing_for(Stage.REVIEW, (), frozenset(), after, today=TODAY) == []
