"""The report writer's question, answered from live capacity, and the hold that makes it a promise.

    what_can_be_delivered(session, check, *, now)               -> Prospect
    confirm(session, check, shown, *, actor, now)               -> ProvisionalHold

As if the person were sentenced on the day entered, beside every booking and every other hold. No
solver is needed; a county takes well under a second. Whoever asks learns of dates and numbers only.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from rj.area_rules.queries import policy_in_force
from rj.audit.services import Actor
from rj.conferences.bookings import lock_diaries
from rj.conferences.models import ProvisionalHold
from rj.conferences.provisional import Wanted, hold_of_check, last_day_of, place_hold
from rj.kernel.errors import Conflict
from rj.kernel.london import day_in_words, london_day
from rj.orders.models import DEFAULT_LANGUAGE
from rj.orders.plan_dates import holidays_after, steps_and_dates
from rj.policy.clocks import reckon, rules_of
from rj.policy.conference_window import ConferenceWindow, conference_window_on
from rj.policy.figures import Policy
from rj.policy.plan_templates import StepTemplate
from rj.policy.terms import ClockKind, Route, Skill, Stage
from rj.scheduling.delivery import Delivery, Tightness, deliver
from rj.scheduling.freezing import Frozen, freeze
from rj.scheduling.planner.plan import Meeting
from rj.scheduling.planner.problem import Case, CaseKind, Person, Task
from rj.scheduling.planner.problem import Stage as PlannedStage
from rj.suitability.checking import Result
from rj.suitability.facts import Answer, facts_from
from rj.suitability.models import SuitabilityCheck
from rj.suitability.queries import sentence_day

ASKED = "asked"
"""What the hypothetical case and its person are called: no made-up name looks like it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The days that a page showed before somebody confirmed them."""

    contact_on: date
    assessment_on: date


@dataclass(frozen=True, slots=True)
class Prospect:
    """What can be delivered, in days and numbers: nothing of anybody's case."""

    sentence_on: date
    contact_due: date
    contact_on: date | None
    assessment_on: date | None
    conference_from: date | None
    window: ConferenceWindow
    pairs: int
    tightest: Tightness | None
    holds_until: date
    """The last day on which a hold placed now would stand."""
    why_not: str
    """Why nothing can be held now; empty when the two dates can be confirmed."""
    instead: tuple[str, ...]
    """What there is instead, where too little is free: the nearest days, in sentences."""

    @property
    def can_be_held(self) -> bool:
        """Whether the dates can be confirmed."""
        return not self.why_not


class NoLongerFree(Conflict):
    """What a page showed has been taken meanwhile. ``prospect`` is what there is instead."""

    def __init__(self, sentence: str, prospect: Prospect) -> None:
        super().__init__(sentence)
        self.prospect = prospect


def contact_due(session: Session, area_id: str, sentence_on: date) -> date:
    """The last day of first contact for a sentence passed on a day (R16)."""
    return _contact_due(policy_in_force(session, area_id, sentence_on), sentence_on)


def _contact_due(policy: Policy, sentence_on: date) -> date:
    clock = rules_of(policy.standards)[ClockKind.FIRST_CONTACT]
    due = reckon(clock, sentence_on, holidays_after(sentence_on)).due_on
    assert due is not None  # noqa: S101 - a first contact always has its day
    return due


def what_can_be_delivered(session: Session, check: SuitabilityCheck, *, now: datetime) -> Prospect:
    """The answer for a check, as things are at this moment. Changes nothing."""
    policy, _, delivery = _delivery(session, check, now)
    return _prospect(session, check, policy, delivery, now)


def confirm(
    session: Session, check: SuitabilityCheck, shown: Shown, *, actor: Actor, now: datetime
) -> ProvisionalHold:
    """Hold a first contact and an assessment no later than the days that were shown.

    Of two who ask at once in one area the second waits for the first. Raises NoLongerFree with what
    there is instead when the days cannot be kept, Conflict when arrangements are held already.
    """
    lock_diaries(session, check.area_id)
    if hold_of_check(session, check.id) is not None:
        raise Conflict("Arrangements are held for this check already")
    policy, frozen, delivery = _delivery(session, check, now)
    prospect = _prospect(session, check, policy, delivery, now)
    if prospect.why_not:
        raise NoLongerFree(f"These dates cannot be held. {prospect.why_not}", prospect)
    contact, assessment = delivery.contact, delivery.assessment
    if contact is None or assessment is None or not _keeps(delivery, shown):
        raise NoLongerFree(
            "These dates have been taken while you looked, and nothing is held. "
            "The dates that are free now are shown below.",
            prospect,
        )
    wanted = _wanted(check, policy, frozen, delivery, contact, assessment)
    return place_hold(session, wanted, actor=actor, now=now)


def _keeps(delivery: Delivery, shown: Shown) -> bool:
    return (
        delivery.contact_on is not None
        and delivery.assessment_on is not None
        and delivery.contact_on <= shown.contact_on
        and delivery.assessment_on <= shown.assessment_on
    )


def _wanted(
    check: SuitabilityCheck,
    policy: Policy,
    frozen: Frozen,
    delivery: Delivery,
    contact: Meeting,
    assessment: Meeting,
) -> Wanted:
    names = frozen.names
    call, visit = policy.template.steps[:2]
    assert assessment.room is not None  # noqa: S101 - only a call has no room
    return Wanted(
        check=check,
        sentence_on=sentence_day(check),
        lead_id=names.record(contact.lead),
        second_id=None if delivery.second is None else names.record(delivery.second),
        contact_starts_at=contact.start,
        contact_minutes=call.minutes,
        assessment_starts_at=assessment.start,
        assessment_minutes=visit.minutes,
        room_id=names.record(assessment.room),
        conference_from=delivery.conference_from,
    )


def _delivery(
    session: Session, check: SuitabilityCheck, now: datetime
) -> tuple[Policy, Frozen, Delivery]:
    day = sentence_day(check)
    policy = policy_in_force(session, check.area_id, day)
    frozen = freeze(session, check.area_id, now=now, name=ASKED)
    case, person = _hypothetical(check, policy, frozen)
    delivery = deliver(
        frozen.problem,
        frozen.standing_plan(),
        case,
        person,
        call_opens_days=policy.standards.held_call_opens_days,
    )
    return policy, frozen, delivery


def _hypothetical(check: SuitabilityCheck, policy: Policy, frozen: Frozen) -> tuple[Case, Person]:
    """The order that a court may make, with somebody who can always come."""
    facts, problem = facts_from(check.facts), frozen.problem
    day = sentence_day(check)
    person = Person(
        id=ASKED,
        role="offender",
        hours=None,
        busy=(),
        away=(),
        curfew=None,
        not_venues=frozenset(),
        likes_hours=(),
        likes_venues=frozenset(),
    )
    steps = [policy.template.step(each.stage, Route.UNDECIDED) for each in policy.template.steps]
    due = _contact_due(policy, day)
    case = Case(
        id=ASKED,
        area=check.area_id,
        sentenced=day,
        order_end=facts.deferred_until or problem.horizon_end,
        kind=CaseKind.INDIRECT,
        skills=frozenset({Skill.SENSITIVE.value} if facts.sensitive is Answer.YES else ()),
        language=DEFAULT_LANGUAGE,
        second_required=True,
        venues=frozen.home_venues,
        current_lead=None,
        tasks=tuple(_task(number, step, due) for number, step in enumerate(steps)),
    )
    return case, person


def _task(number: int, step: StepTemplate, due: date) -> Task:
    return Task(
        id=f"{ASKED} {number}",
        stage=PlannedStage(step.stage.value),
        minutes=step.minutes,
        people=(ASKED,),
        seats=len(step.attends) + step.spare_seats if step.has_room else 0,
        features=frozenset(each.value for each in step.features),
        due=due if step.stage is Stage.CONTACT else None,
    )


def _prospect(
    session: Session, check: SuitabilityCheck, policy: Policy, delivery: Delivery, now: datetime
) -> Prospect:
    today = london_day(now)
    window = conference_window_on(today)
    days = policy_in_force(session, check.area_id, today).standards.hold_days
    return Prospect(
        sentence_on=sentence_day(check),
        contact_due=delivery.contact_due,
        contact_on=delivery.contact_on,
        assessment_on=delivery.assessment_on,
        conference_from=delivery.conference_from,
        window=window,
        pairs=delivery.pairs,
        tightest=delivery.tightest,
        holds_until=last_day_of(today, days),
        why_not=_why_not(check, delivery, policy, last_day_of(today, days)),
        instead=_instead(check, delivery, policy),
    )


def _why_not(check: SuitabilityCheck, delivery: Delivery, policy: Policy, holds_until: date) -> str:
    """Why nothing can be held (R14); empty when it can."""
    if check.result is Result.NOT_ELIGIBLE:
        return "The requirement cannot be proposed."
    if check.result is Result.REFER:
        return "The RJ lead decides first."
    if sentence_day(check) > holds_until:
        return (
            f"A hold placed today ends on {day_in_words(holds_until)}, before the day of sentence. "
            "Come back nearer to it."
        )
    if delivery.contact is None:
        return "Nobody who could lead it is free for a first contact and an assessment."
    if not delivery.is_in_time:
        return (
            "No first contact is free in time: it would be due by "
            f"{day_in_words(delivery.contact_due)}."
        )
    target_on = _assessment_target(sentence_day(check), policy)
    if delivery.assessment_on is not None and delivery.assessment_on > target_on:
        return f"No assessment is free by {day_in_words(target_on)}, which the service aims for."
    if not delivery.pairs:
        return "There is no pair for the third meeting."
    return ""


def _instead(check: SuitabilityCheck, delivery: Delivery, policy: Policy) -> tuple[str, ...]:
    """The nearest days where those that would be due are not to be had; nothing where they are, or
    where capacity is not what is in the way."""
    if check.result in {Result.NOT_ELIGIBLE, Result.REFER}:
        return ()
    day, target_on = sentence_day(check), _assessment_target(sentence_day(check), policy)
    contact_on, assessment_on = delivery.contact_on, delivery.assessment_on
    sentences = []
    if contact_on is not None and not delivery.is_in_time:
        late = contact_on - delivery.contact_due
        sentences.append(
            f"The nearest first contact is on {day_in_words(contact_on)}. For a sentence passed on "
            f"{day_in_words(day + late)} or later it would be in time."
        )
    if assessment_on is not None and assessment_on > target_on:
        sentences.append(f"The nearest assessment is on {day_in_words(assessment_on)}.")
    if sentences or contact_on is None or not delivery.pairs:
        sentences.append("Look again later: times come free when what others hold ends.")
    return tuple(sentences)


def _assessment_target(sentenced_on: date, policy: Policy) -> date:
    """The service's own aim for the assessment (R22), the clocks starting at the sentence."""
    steps = steps_and_dates(
        sentenced_on, policy.template, policy.standards, holidays_after(sentenced_on)
    )
    found = next(each for each in steps if each.template.stage is Stage.ASSESSMENT).dates.target_on
    return sentenced_on if found is None else found
