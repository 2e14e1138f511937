"""Recording a gate, and what follows at once from the case as a whole.

    record_gate(session, order_id, *, gate, value, party_id, note, actor, now, tell)
    choose_route(session, plan_id, route, *, based_on, actor, now, tell)
    add_preparation(session, plan_id, *, reason, actor, now)
    drop_preparation(session, step_id, *, based_on, reason, actor, now, tell)
    record_contact_attempt(session, order_id, *, outcome, attempted_at, note, actor, now, tell)
    complete_step(session, step_id, *, done_on, actor, now, tell)
    sign_off(session, order_id, *, based_on, actor, now, tell)
    stop_contact(session, party_id, *, actor, now, tell)
    lift_stop(session, party_id, *, reason, actor, now, tell)
    close_order(session, order_id, *, reason, based_on, actor, now, tell)
    call_off_unsuitable(session, order_id, *, actor, now, tell)

All but the first and the last wrap the services of ``rj.orders`` and ``rj.parties`` with what they
mean for meetings: pages call these. ``what_is_missing`` is in ``readiness``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from rj.audit import services as audit
from rj.audit.services import Actor
from rj.conferences.attendance import attendees
from rj.conferences.bookings import claim, release
from rj.conferences.models import GateRecord, Meeting, MeetingState
from rj.conferences.queries import (
    find_live_meeting,
    found_unsuitable,
    latest_gates,
    live_meetings,
)
from rj.conferences.readiness import (
    NO_LONGER,
    PERSONAL_GATES,
    missing_consents_to_meet,
    standing_though_unsuitable,
)
from rj.conferences.services import cancel, keep_version, lock_order, open_stages
from rj.conferences.several import one_third_for_each
from rj.conferences.telling import Tell
from rj.kernel.errors import Conflict, FieldProblem, Invalid, NotAllowed, NotFound
from rj.kernel.london import day_in_words, london_day
from rj.orders import plans
from rj.orders import services as orders
from rj.orders.models import ContactAttempt, Order, Plan, PlanStep, StepState
from rj.orders.queries import (
    contact_attempts,
    get_order,
    get_plan,
    get_step,
    live_plan,
    steps_of,
)
from rj.parties import contact
from rj.parties.models import Party
from rj.parties.queries import contact_plan, get_party, parties_of
from rj.policy.terms import (
    STAGE_WORDS,
    ContactOutcome,
    Gate,
    GateValue,
    OrderEnding,
    PartyRole,
    Route,
    Side,
    Stage,
)
from rj.venues.models import Room

LONGEST_NOTE = 1000
REPEATED_WITHIN = timedelta(minutes=1)
"""The same finding by the same person within this time is a second click, not a second finding."""

NOT_WANTED = "This preparation meeting is no longer needed"


def record_gate(
    session: Session,
    order_id: UUID,
    *,
    gate: Gate,
    value: GateValue,
    party_id: UUID | None,
    note: str = "",
    actor: Actor,
    now: datetime,
    tell: Tell,
) -> GateRecord:
    """Note what was found at a gate. The stages that it opens are told in the same transaction; a
    consent withdrawn calls off the third meeting of the person who withdrew, and every meeting of
    the person on probation where the work goes on voluntarily.

    ``party_id`` is whose gate it is; None for ``SUITABLE``, which belongs to the case as a whole.
    Raises NotFound for somebody of another case, Invalid, or Conflict when the order is closed.
    """
    get_order(session, order_id)
    order = lock_order(session, order_id)
    _refuse_gate(session, order, gate, value, party_id, note, actor)
    latest = latest_gates(session, order_id).get((gate, party_id))
    if (
        latest is not None
        and (latest.value, latest.note, latest.recorded_by) == (value, note, actor.account_id)
        and now - latest.recorded_at < REPEATED_WITHIN
    ):
        return latest
    assert actor.account_id is not None  # noqa: S101 -- refused above
    record = GateRecord(
        order_id=order_id,
        party_id=party_id,
        gate=gate,
        value=value,
        note=note,
        recorded_by=actor.account_id,
        recorded_at=now,
    )
    session.add(record)
    session.flush()
    audit.note(
        session,
        actor,
        "record gate",
        "order",
        order_id,
        now=now,
        order_id=order_id,
        fields=[gate.value],
    )
    if gate is Gate.CONSENT and value in NO_LONGER and party_id is not None:
        _call_off_theirs(session, order, party_id, actor, now, tell)
    if gate is Gate.CONSENT:
        _leave_direct(session, order_id, actor, now, tell)
        one_third_for_each(session, order_id, actor=actor, now=now)
    told = open_stages(session, order_id, actor=actor, now=now, tell=tell)
    if gate in PERSONAL_GATES and value is GateValue.YES:
        _invite_late(session, order_id, told, now, tell)
    return record


def _refuse_gate(
    session: Session,
    order: Order,
    gate: Gate,
    value: GateValue,
    party_id: UUID | None,
    note: str,
    actor: Actor,
) -> None:
    if order.closed_at is not None:
        raise Conflict("This order is closed")
    if actor.account_id is None:
        raise NotAllowed("A finding carries the name of who recorded it")
    if len(note) > LONGEST_NOTE:
        raise Invalid(FieldProblem("note", f"The note must be {LONGEST_NOTE} characters or fewer"))
    if gate is Gate.SUITABLE:
        if party_id is not None:
            raise Invalid(
                FieldProblem("party_id", "Suitability is recorded for the case as a whole")
            )
    elif party_id is None:
        raise Invalid(FieldProblem("party_id", "Say whose gate this is"))
    else:
        party = get_party(session, party_id)
        if party.order_id != order.id:
            raise NotFound("There is no such person")
        if party.stopped_at is not None and value is GateValue.YES:
            raise Conflict("This person takes no part: nothing more is opened for them")
    if value is GateValue.WITHDRAWN and gate is not Gate.CONSENT:
        raise Invalid(FieldProblem("value", "Only consent can be withdrawn"))


def _call_off_theirs(
    session: Session, order: Order, party_id: UUID, actor: Actor, now: datetime, tell: Tell
) -> None:
    """Call off the third meeting of somebody who withdrew, and all of the person on probation's
    once nobody instructs them to come. Messages say nothing of the reason."""
    party = get_party(session, party_id)
    is_harmer = party.side is Side.HARMER and party.role is PartyRole.PRINCIPAL
    is_free = is_harmer and order.voluntary_from is not None
    for meeting in live_meetings(session, [order.id]):
        step = get_step(session, meeting.step_id)
        expected = {each.id for each in attendees(session, step)}
        ends = is_free or step.stage is Stage.REPARATION
        if ends and party_id in expected and meeting.starts_at > now:
            cancel(session, meeting, reason="called off", actor=actor, now=now, tell=tell)


def _leave_direct(
    session: Session, order_id: UUID, actor: Actor, now: datetime, tell: Tell
) -> None:
    """Without both sides' consent the third meeting is undecided again, and a hold on it expects
    nobody of the harmed side. One whose people were told of it stands until somebody decides."""
    plan = live_plan(session, order_id)
    if plan is None:
        return
    for third in plans.thirds_of(session, plan.id):
        if third.takes(plan.route) is Route.DIRECT and third.state is StepState.OPEN:
            _leave_direct_third(session, plan, third, actor, now, tell)


def _leave_direct_third(
    session: Session, plan: Plan, third: PlanStep, actor: Actor, now: datetime, tell: Tell
) -> None:
    meeting = find_live_meeting(session, third.id)
    if meeting is not None and meeting.state is MeetingState.TOLD:
        return
    if not missing_consents_to_meet(session, plan.order_id, harmed_id=third.harmed_id):
        return
    plans.change_route(
        session,
        plan.id,
        Route.UNDECIDED,
        step_id=third.id,
        based_on=plan.version,
        actor=actor,
        now=now,
    )
    session.flush()
    if meeting is not None:
        _refit(session, meeting, third, actor, now, tell)


def _invite_late(
    session: Session, order_id: UUID, told_now: Sequence[Meeting], now: datetime, tell: Tell
) -> None:
    """Tell a third meeting that stands to somebody whose gates were recorded after it was told."""
    for meeting in live_meetings(session, [order_id]):
        step = get_step(session, meeting.step_id)
        is_third = step.stage is Stage.REPARATION and meeting.state is MeetingState.TOLD
        if is_third and meeting not in told_now and meeting.starts_at > now:
            tell(session, meeting.id, now=now)


def add_preparation(
    session: Session, plan_id: UUID, *, reason: str, actor: Actor, now: datetime
) -> PlanStep:
    """Put one more preparation meeting before the third, which then waits for it.

    Raises Conflict when the third meeting's people were told of it, and as the service of the same
    name in ``rj.orders``.
    """
    lock_order(session, get_plan(session, plan_id).order_id)
    for step in steps_of(session, plan_id):
        meeting = find_live_meeting(session, step.id)
        is_told = meeting is not None and meeting.state is MeetingState.TOLD
        if step.stage is Stage.REPARATION and is_told:
            raise Conflict(
                "The third meeting's people have been told of it. Cancel it first: it must not "
                "stand before the preparation that comes before it"
            )
    return plans.add_preparation(session, plan_id, reason=reason, actor=actor, now=now)


def drop_preparation(
    session: Session,
    step_id: UUID,
    *,
    based_on: int,
    reason: str,
    actor: Actor,
    now: datetime,
    tell: Tell,
) -> PlanStep:
    """Take back a preparation meeting that was added, with what is only held for it.

    What waited for it alone is told. Raises Conflict when its people were told of a meeting, and
    as the service of the same name in ``rj.orders``.
    """
    order_id = get_plan(session, get_step(session, step_id).plan_id).order_id
    lock_order(session, order_id)
    meeting = find_live_meeting(session, step_id)
    if meeting is not None and meeting.state is MeetingState.TOLD:
        raise Conflict("People have been told of this preparation meeting. Cancel it first")
    step = plans.drop_preparation(
        session, step_id, based_on=based_on, reason=reason, actor=actor, now=now
    )
    if meeting is not None:
        cancel(session, meeting, reason=NOT_WANTED, actor=actor, now=now, tell=tell)
    open_stages(session, order_id, actor=actor, now=now, tell=tell)
    return step


def choose_route(
    session: Session,
    plan_id: UUID,
    route: Route,
    *,
    step_id: UUID | None = None,
    based_on: int,
    actor: Actor,
    now: datetime,
    tell: Tell,
) -> Plan:
    """Decide what the third meeting is; a direct conference only with both sides' consent to meet.

    ``step_id`` says whose, where several people were harmed; the first that is open otherwise.
    A hold is kept where it still fits, otherwise given up for the next planning run; a third
    meeting already told is called off. Raises Conflict naming whose consent is lacking, when the
    plan has changed since ``based_on``, or when the third meeting was held.
    """
    order_id = get_plan(session, plan_id).order_id
    lock_order(session, order_id)
    third = plans.open_third(session, get_plan(session, plan_id), step_id)
    if route is Route.DIRECT:
        lacking = missing_consents_to_meet(session, order_id, harmed_id=third.harmed_id)
        if lacking:
            raise Conflict(
                "A direct meeting needs both sides' recorded consent. " + ". ".join(lacking)
            )
    before = third.takes(get_plan(session, plan_id).route)
    plan = plans.change_route(
        session, plan_id, route, step_id=third.id, based_on=based_on, actor=actor, now=now
    )
    session.flush()
    meeting = find_live_meeting(session, third.id)
    if route is not before and meeting is not None:
        _refit(session, meeting, third, actor, now, tell)
    open_stages(session, order_id, actor=actor, now=now, tell=tell)
    return plan


def _refit(
    session: Session, meeting: Meeting, step: PlanStep, actor: Actor, now: datetime, tell: Tell
) -> None:
    """Keep a hold whose step now expects others or another length, if that can be done."""
    reason = "another kind of meeting"
    room = session.get(Room, meeting.room_id) if meeting.room_id is not None else None
    needs = set(step.features)
    fits = room is None or needs <= set(room.features)
    if meeting.state is MeetingState.TOLD or not fits or step.has_room is (room is None):
        cancel(session, meeting, reason=reason, actor=actor, now=now, tell=tell)
        return
    release(session, meeting.id)
    ends_at = meeting.starts_at + timedelta(minutes=step.minutes)
    if meeting.ends_at != ends_at:
        meeting.ends_at = ends_at
        keep_version(session, meeting, reason=reason, actor=actor, now=now)
    try:
        claim(session, meeting)
    except Conflict:
        cancel(session, meeting, reason=reason, actor=actor, now=now, tell=tell)


def record_contact_attempt(
    session: Session,
    order_id: UUID,
    *,
    outcome: ContactOutcome,
    attempted_at: datetime,
    note: str = "",
    actor: Actor,
    now: datetime,
    tell: Tell,
) -> ContactAttempt:
    """Note an attempt to reach the person on probation; a success ends the planned call.

    The call counts as made when its day has come, otherwise it is called off. Raises as the
    service of the same name in ``rj.orders``, and Invalid for a message left where none was agreed
    without a word on what was left (R61).
    """
    get_order(session, order_id)
    if outcome is ContactOutcome.MESSAGE_LEFT and not note.strip():
        _refuse_a_message_not_agreed(session, order_id)
    lock_order(session, order_id)
    attempt = orders.record_contact_attempt(
        session,
        order_id,
        outcome=outcome,
        attempted_at=attempted_at,
        note=note,
        actor=actor,
        now=now,
    )
    session.flush()
    if outcome is ContactOutcome.REACHED:
        _settle_call(session, order_id, london_day(attempted_at), actor, now, tell)
        open_stages(session, order_id, actor=actor, now=now, tell=tell)
    return attempt


def _refuse_a_message_not_agreed(session: Session, order_id: UUID) -> None:
    for party in parties_of(session, order_id):
        if party.side is Side.HARMER and party.role is PartyRole.PRINCIPAL:
            plan = contact_plan(session, party.id)
            if plan is None or not plan.may_leave_voicemail:
                raise Invalid(
                    FieldProblem(
                        "note",
                        "No message was agreed with this person: say what was left, and with whom",
                    )
                )


def _settle_call(
    session: Session, order_id: UUID, reached_on: date, actor: Actor, now: datetime, tell: Tell
) -> None:
    plan = live_plan(session, order_id)
    steps = steps_of(session, plan.id) if plan is not None else []
    for step in steps:
        meeting = find_live_meeting(session, step.id)
        if step.stage is not Stage.CONTACT or meeting is None:
            continue
        if london_day(meeting.starts_at) > reached_on:
            reason = "contact was made earlier"
            cancel(session, meeting, reason=reason, actor=actor, now=now, tell=tell)
            continue
        meeting.state = MeetingState.OCCURRED
        keep_version(session, meeting, reason="contact was made", actor=actor, now=now)
        release(session, meeting.id)


def complete_step(
    session: Session, step_id: UUID, *, done_on: date, actor: Actor, now: datetime, tell: Tell
) -> PlanStep:
    """Note that a step was done without a meeting of its own, such as a letter written.

    Its planned meeting is called off and the next stage may open. Raises as the service of the
    same name in ``rj.orders``.
    """
    order_id = get_plan(session, get_step(session, step_id).plan_id).order_id
    lock_order(session, order_id)
    step = orders.complete_step(session, step_id, done_on=done_on, actor=actor, now=now)
    session.flush()
    meeting = find_live_meeting(session, step_id)
    if meeting is not None:
        cancel(session, meeting, reason="done already", actor=actor, now=now, tell=tell)
    open_stages(session, order_id, actor=actor, now=now, tell=tell)
    return step


def sign_off(
    session: Session, order_id: UUID, *, based_on: int, actor: Actor, now: datetime, tell: Tell
) -> Order:
    """A manager lets a sensitive and complex case go on; stages that waited for it are told."""
    get_order(session, order_id)
    lock_order(session, order_id)
    order = orders.sign_off(session, order_id, based_on=based_on, actor=actor, now=now)
    session.flush()
    open_stages(session, order_id, actor=actor, now=now, tell=tell)
    return order


def stop_contact(
    session: Session, party_id: UUID, *, actor: Actor, now: datetime, tell: Tell
) -> Party:
    """No means no (M5): nothing more is sent to this person, who is expected nowhere any longer.

    Their third meeting is called off; their other meetings go on without them, unless nobody of
    the case would be left to come. Somebody else who was harmed keeps theirs. Safe to repeat.
    """
    order_id = get_party(session, party_id).order_id
    lock_order(session, order_id)
    coming = [
        (meeting, get_step(session, meeting.step_id))
        for meeting in live_meetings(session, [order_id])
        if meeting.starts_at > now
    ]
    theirs = [
        (meeting, step)
        for meeting, step in coming
        if party_id in {each.id for each in attendees(session, step)}
    ]
    party = contact.stop_contact(session, party_id, actor=actor, now=now)
    session.flush()
    for meeting, step in theirs:
        remaining = [each for each in attendees(session, step) if each.role.passes_gates]
        if step.stage is Stage.REPARATION or not remaining:
            cancel(session, meeting, reason="called off", actor=actor, now=now, tell=tell)
            continue
        release(session, meeting.id)
        claim(session, meeting)
        if meeting.state is MeetingState.TOLD:
            tell(session, meeting.id, now=now)
    _leave_direct(session, order_id, actor, now, tell)
    one_third_for_each(session, order_id, actor=actor, now=now)
    return party


def lift_stop(
    session: Session, party_id: UUID, *, reason: str, actor: Actor, now: datetime, tell: Tell
) -> Party:
    """Allow contact again at the person's own wish: they are expected at their meetings once more.

    Raises as the service of the same name in ``rj.parties``, and Conflict when their time is taken.
    """
    order_id = get_party(session, party_id).order_id
    lock_order(session, order_id)
    party = contact.lift_stop(session, party_id, reason=reason, actor=actor, now=now)
    session.flush()
    one_third_for_each(session, order_id, actor=actor, now=now)
    for meeting in live_meetings(session, [order_id]):
        people = attendees(session, get_step(session, meeting.step_id))
        if meeting.starts_at <= now or party_id not in {each.id for each in people}:
            continue
        release(session, meeting.id)
        claim(session, meeting)
        if meeting.state is MeetingState.TOLD:
            tell(session, meeting.id, now=now)
    return party


def call_off_unsuitable(
    session: Session, order_id: UUID, *, actor: Actor, now: datetime, tell: Tell
) -> list[Meeting]:
    """Somebody decides that meetings do not stand after the assessment's finding became no: those
    told and those held are called off, without a reason to anybody. Safe to repeat.

    Raises Conflict when the latest finding is not no.
    """
    get_order(session, order_id)
    lock_order(session, order_id)
    if not found_unsuitable(session, [order_id]):
        raise Conflict("The case is not recorded as unsuitable: look at the order again")
    standing = standing_though_unsuitable(session, [order_id], now=now).get(order_id, [])
    for meeting in standing:
        cancel(session, meeting, reason="called off", actor=actor, now=now, tell=tell)
    return standing


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """A meeting or call that has begun, and of which nobody has said what became of it."""

    meeting: Meeting
    stage: Stage

    @property
    def in_words(self) -> str:
        """What is to be recorded, within a sentence."""
        on = day_in_words(london_day(self.meeting.starts_at))
        if self.stage is Stage.CONTACT:
            return f"what came of the first call of {on}"
        return f"what became of the {STAGE_WORDS[self.stage]} of {on}"


def begun_without_outcome(session: Session, order_id: UUID, *, now: datetime) -> list[OpenEnd]:
    """What an order cannot be closed over, in order of time. A call counts as told of once an
    attempt to reach the person was recorded on its day or later."""
    attempted = [london_day(each.attempted_at) for each in contact_attempts(session, order_id)]
    found = []
    for meeting in live_meetings(session, [order_id]):
        if meeting.starts_at > now:
            continue
        stage = get_step(session, meeting.step_id).stage
        day = london_day(meeting.starts_at)
        if stage is not Stage.CONTACT or not any(on >= day for on in attempted):
            found.append(OpenEnd(meeting, stage))
    return found


def _end_call(session: Session, meeting: Meeting, *, actor: Actor, now: datetime) -> None:
    """A call that reached nobody is over with its order; there is nobody to tell."""
    meeting.state = MeetingState.CANCELLED
    keep_version(session, meeting, reason="nobody was reached", actor=actor, now=now)
    release(session, meeting.id)


def close_order(
    session: Session,
    order_id: UUID,
    *,
    reason: str,
    ending: OrderEnding = OrderEnding.OTHER,
    ended_on: date | None = None,
    based_on: int,
    actor: Actor,
    now: datetime,
    tell: Tell,
) -> Order:
    """End the work on an order: its coming meetings are called off, then its plan closes.

    What has begun is never called off. Raises Invalid naming the meetings whose outcome nobody has
    recorded, and as the service of the same name in ``rj.orders``.
    """
    get_order(session, order_id)
    lock_order(session, order_id)
    open_ends = begun_without_outcome(session, order_id, now=now)
    if open_ends:
        raise Invalid(
            *(FieldProblem("", f"Record first {each.in_words}") for each in open_ends),
        )
    for meeting in live_meetings(session, [order_id]):
        if meeting.starts_at > now:
            cancel(session, meeting, reason="called off", actor=actor, now=now, tell=tell)
        else:
            _end_call(session, meeting, actor=actor, now=now)
    session.flush()
    return orders.close_order(
        session,
        order_id,
        reason=reason,
        ending=ending,
        ended_on=ended_on,
        based_on=based_on,
        actor=actor,
        now=now,
    )
