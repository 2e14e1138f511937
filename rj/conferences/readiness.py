"""Gates: what must be recorded before a stage's people are told (R27, P5).

Contact and assessment are told at once; preparation once the case is found suitable; the third
meeting once its route is decided and consent, risk assessment, preparation and readiness are
recorded for everybody who takes part; the review once the third meeting is done. "Not yet" is a
normal state (R28), and no paper's age ever cancels a meeting: it only stops a new one from being
confirmed or started.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from rj.conferences.attendance import Attendee, Part, expected, taking_part
from rj.conferences.models import Meeting, MeetingState
from rj.conferences.queries import found_unsuitable, latest_gates, live_meetings
from rj.kernel.london import london_day
from rj.orders.models import PlanStep, StepState
from rj.orders.queries import get_order, get_plan, get_step, policy_of_order, steps_of
from rj.parties.models import Party
from rj.parties.queries import parties_of
from rj.policy.plan_templates import Attends
from rj.policy.terms import Gate, GateValue, Route, Stage

PERSONAL_GATES = (Gate.CONSENT, Gate.RISK_ASSESSMENT, Gate.PREPARATION, Gate.READINESS)
"""Recorded for each person. ``SUITABLE`` is the only gate of the case as a whole."""

TOLD_AT_ONCE = frozenset({Stage.CONTACT, Stage.ASSESSMENT})
"""Stages that wait for no gate."""

NO_LONGER = frozenset({GateValue.WITHDRAWN, GateValue.NO})
"""Consent that is not, or no longer, given."""

LAPSE_WARNING = timedelta(days=7)
"""How long before a risk assessment lapses somebody is reminded."""

_WORDS = {
    Gate.SUITABLE: "the assessment's finding",
    Gate.CONSENT: "consent",
    Gate.RISK_ASSESSMENT: "risk assessment",
    Gate.PREPARATION: "preparation",
    Gate.READINESS: "readiness",
}

_PEOPLE = {
    Part.HARMER: "the person on probation",
    Part.HARMER_SUPPORTER: "a supporter of the person on probation",
    Part.HARMED: "the harmed person",
    Part.HARMED_SUPPORTER: "a supporter of the harmed person",
    Part.INTERPRETER: "the interpreter",
    Part.OFFICER: "the responsible officer",
    Part.LEAD: "the lead",
    Part.SECOND: "the second facilitator",
}


def person_in_words(part: Part) -> str:
    """How a sentence speaks of somebody without saying who it is."""
    return _PEOPLE[part]


@dataclass(frozen=True, slots=True)
class Finding:
    """The latest that was recorded at one gate, and on which day."""

    value: GateValue
    recorded_on: date


Findings = dict[tuple[Gate, UUID | None], Finding]
"""By gate and person; none stands for the case as a whole."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the gates of a case are judged from."""

    route: Route
    awaits_sign_off: bool
    """Sensitive and complex, and no manager has signed it off."""
    third_is_done: bool
    awaits_added_preparation: bool
    """Somebody found that one more preparation is needed, and it has not taken place."""
    risk_lapses_after_days: int
    findings: Findings
    is_voluntary: bool = False
    """Supervision ended early: nobody is instructed to come to anything any more."""


def missing_for(
    stage: Stage,
    attends: Sequence[Attendee],
    expects: frozenset[Attends],
    facts: CaseFacts,
    *,
    today: date,
) -> list[str]:
    """What still stands between a stage and telling its people, in sentences; nothing if open."""
    missing = _no_of_free_will(stage, attends, facts) if facts.is_voluntary else []
    if stage in TOLD_AT_ONCE:
        return missing
    suitable = facts.findings.get((Gate.SUITABLE, None))
    if suitable is None or suitable.value is not GateValue.YES:
        missing.append(_not_yes(Gate.SUITABLE, suitable))
    if facts.awaits_sign_off:
        missing.append("A manager has not signed off this sensitive and complex case")
    if stage is Stage.REPARATION:
        if facts.awaits_added_preparation:
            missing.append("The preparation meeting that was added has not taken place")
        missing += _missing_for_third(attends, expects, facts, today)
    if stage is Stage.REVIEW and not facts.third_is_done:
        missing.append("The third meeting has not taken place")
    return missing


def _no_of_free_will(stage: Stage, attends: Sequence[Attendee], facts: CaseFacts) -> list[str]:
    """Who of a case that goes on voluntarily said no since; the third meeting asks everybody's
    consent by itself."""
    if stage is Stage.REPARATION:
        return []
    found = [(each, facts.findings.get((Gate.CONSENT, each.id))) for each in attends]
    return [
        _not_yes(Gate.CONSENT, consent, each.role)
        for each, consent in found
        if each.role is Part.HARMER and consent is not None and consent.value in NO_LONGER
    ]


def _missing_for_third(
    attends: Sequence[Attendee], expects: frozenset[Attends], facts: CaseFacts, today: date
) -> list[str]:
    missing: list[str] = []
    if facts.route is Route.UNDECIDED:
        missing.append("What the third meeting will be has not been decided")
    parts = {each.role for each in attends}
    for wanted, part in ((Attends.HARMER, Part.HARMER), (Attends.HARMED, Part.HARMED)):
        if wanted in expects and part not in parts:
            missing.append(f"{_capital(_PEOPLE[part])} takes no part: choose another route")
    for each in attends:
        if each.role.passes_gates:
            missing += _missing_of_person(each, facts, today)
    return missing


def _missing_of_person(person: Attendee, facts: CaseFacts, today: date) -> list[str]:
    missing: list[str] = []
    for gate in PERSONAL_GATES:
        finding = facts.findings.get((gate, person.id))
        if finding is None or finding.value is not GateValue.YES:
            missing.append(_not_yes(gate, finding, person.role))
    risk = facts.findings.get((Gate.RISK_ASSESSMENT, person.id))
    if risk is not None and risk.value is GateValue.YES and has_lapsed(risk, facts, today=today):
        missing.append(
            f"The risk assessment of {_PEOPLE[person.role]} is older than "
            f"{facts.risk_lapses_after_days} days: look at it again"
        )
    return missing


def has_lapsed(risk: Finding, facts: CaseFacts, *, today: date) -> bool:
    """Whether a risk assessment is too old to confirm or start a meeting on."""
    return (today - risk.recorded_on).days > facts.risk_lapses_after_days


def _not_yes(gate: Gate, finding: Finding | None, part: Part | None = None) -> str:
    subject = _capital(_WORDS[gate]) + (f" of {_PEOPLE[part]}" if part else "")
    if finding is None:
        return f"{subject} has not been recorded"
    if finding.value is GateValue.WITHDRAWN:
        return f"{subject} has been withdrawn"
    said = "no" if finding.value is GateValue.NO else "not yet"
    return f"{subject} is recorded as {said}"


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the gates of one plan's steps are judged by, read once."""

    officer_id: UUID
    parties: Sequence[Party]
    facts: CaseFacts


def case_of(session: Session, step: PlanStep) -> Case:
    """The case of a step as it is recorded now. Raises NotFound."""
    order = get_order(session, get_plan(session, step.plan_id).order_id)
    return Case(
        order.responsible_officer_id, parties_of(session, order.id), facts_of(session, step)
    )


def what_is_missing(
    session: Session, step: PlanStep, *, today: date, case: Case | None = None
) -> list[str]:
    """Sentences on what must be recorded before this step's people may be told of its meeting, and
    before a meeting they were told of may begin. ``case`` is the step's, where it was read already.

    Raises NotFound when the step's plan or order is gone.
    """
    if step.stage in TOLD_AT_ONCE and not _is_voluntary(session, step):
        return []
    case = case or case_of(session, step)
    people = expected(step, case.parties, case.officer_id)
    expects = frozenset(Attends(each) for each in step.attends)
    facts = replace(case.facts, route=step.takes(get_plan(session, step.plan_id).route))
    return missing_for(step.stage, people, expects, facts, today=today)


def _is_voluntary(session: Session, step: PlanStep) -> bool:
    order = get_order(session, get_plan(session, step.plan_id).order_id)
    return order.voluntary_from is not None


def facts_of(session: Session, step: PlanStep) -> CaseFacts:
    """What the gates of the step's case are judged from, as it is recorded now."""
    plan = get_plan(session, step.plan_id)
    order = get_order(session, plan.order_id)
    steps = steps_of(session, plan.id)
    thirds = [each for each in steps if each.stage is Stage.REPARATION]
    return CaseFacts(
        route=step.takes(plan.route),
        awaits_sign_off=order.is_sensitive_complex and order.signed_off_at is None,
        third_is_done=bool(thirds) and all(each.state is StepState.DONE for each in thirds),
        awaits_added_preparation=any(
            each.stage is Stage.PREPARATION and each.added_reason and each.state is StepState.OPEN
            for each in steps
        ),
        risk_lapses_after_days=policy_of_order(
            session, order
        ).standards.risk_assessment_lapses_after_days,
        findings={
            key: Finding(record.value, london_day(record.recorded_at))
            for key, record in latest_gates(session, order.id).items()
        },
        is_voluntary=order.voluntary_from is not None,
    )


def may_be_invited(session: Session, step: PlanStep, party_id: UUID, *, today: date) -> bool:
    """Whether somebody may hear of a step's meeting for the first time: their own gates of a third
    meeting are all recorded. Who was told already is told of changes whatever a paper's age."""
    if step.stage is not Stage.REPARATION:
        return True
    order = get_order(session, get_plan(session, step.plan_id).order_id)
    people = expected(step, parties_of(session, order.id), order.responsible_officer_id)
    person = next((each for each in people if each.id == party_id), None)
    if person is None or not person.role.passes_gates:
        return True
    return not _missing_of_person(person, facts_of(session, step), today)


def has_refused(session: Session, order_id: UUID, party_id: UUID) -> bool:
    """Whether the last that somebody said of taking part was no."""
    consent = latest_gates(session, order_id).get((Gate.CONSENT, party_id))
    return consent is not None and consent.value in NO_LONGER


def standing_though_unsuitable(
    session: Session, order_ids: Iterable[UUID], *, now: datetime
) -> dict[UUID, list[Meeting]]:
    """Coming meetings that rest on a finding that is now no, for each order whose people were told
    of one; in order of time. A finding calls nothing off by itself: a named person decides."""
    resting: dict[UUID, list[Meeting]] = {}
    for meeting in live_meetings(session, found_unsuitable(session, order_ids)):
        waits = get_step(session, meeting.step_id).stage not in TOLD_AT_ONCE
        if waits and meeting.starts_at > now:
            resting.setdefault(meeting.order_id, []).append(meeting)
    return {
        order_id: meetings
        for order_id, meetings in resting.items()
        if any(meeting.state is MeetingState.TOLD for meeting in meetings)
    }


def missing_consents_to_meet(
    session: Session, order_id: UUID, *, harmed_id: UUID | None = None
) -> list[str]:
    """Whose recorded consent to meet face to face is lacking; both sides' is needed. ``harmed_id``
    is the one harmed person who would be met, where several were harmed."""
    findings = latest_gates(session, order_id)
    lacking: list[str] = []
    order = get_order(session, order_id)
    both = frozenset({Attends.HARMER, Attends.HARMED})
    people = taking_part(
        both, parties_of(session, order_id), order.responsible_officer_id, harmed_id=harmed_id
    )
    for part in (Part.HARMER, Part.HARMED):
        of_side = [each for each in people if each.role is part]
        if not of_side:
            lacking.append(f"{_capital(_PEOPLE[part])} takes no part")
        for each in of_side:
            record = findings.get((Gate.CONSENT, each.id))
            if record is None or record.value is not GateValue.YES:
                finding = (
                    None
                    if record is None
                    else Finding(record.value, london_day(record.recorded_at))
                )
                lacking.append(_not_yes(Gate.CONSENT, finding, part))
    return lacking
