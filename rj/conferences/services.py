"""What people do with meetings: hold, move, cancel, pin, and say what became of them.

    hold_meeting(session, step_id, *, starts_at, lead_id, second_id, room_id, reason, actor, now)
    open_stages(session, order_id, *, actor, now, tell)                  -> meetings now told
    move_meeting(session, meeting_id, *, based_on, starts_at, lead_id, second_id, room_id,
                 reason, actor, now, tell)
    cancel_meeting(session, meeting_id, *, based_on, reason, actor, now, tell)
    pin_meeting(session, meeting_id, *, is_pinned, based_on, actor, now)
    record_outcome(session, meeting_id, *, based_on, outcome, actor, now, tell)

Each keeps a ``MeetingVersion`` and an audit entry, and works inside the caller's transaction.
``rj.scheduling.alternatives.move`` weighs a move against everybody else's meetings as well and is
what pages call; ``move_meeting`` sees to the meeting itself and to what the database can hold.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, select

from rj.audit.services import Actor, note
from rj.conferences.attendance import attendees
from rj.conferences.bookings import claim, release
from rj.conferences.facts import GRID_MINUTES
from rj.conferences.fitting import Placing, why_not
from rj.conferences.models import Meeting, MeetingState, MeetingVersion
from rj.conferences.queries import COMING, get_meeting, live_meetings
from rj.conferences.readiness import TOLD_AT_ONCE, Case, case_of, what_is_missing
from rj.conferences.staffing import refuse_barred
from rj.conferences.telling import Tell
from rj.kernel.errors import Conflict, FieldProblem, Invalid
from rj.kernel.london import london_day
from rj.kernel.references import new_reference
from rj.orders.models import Order, PlanStep, StepState
from rj.orders.queries import get_plan, get_step, steps_of
from rj.orders.services import complete_step
from rj.policy.terms import STAGE_WORDS, AskedBy, AttendanceOutcome, Stage

LONGEST_REASON = 200


def lock_order(session: Session, order_id: UUID) -> Order:
    """The order as it is now, and nobody else changes its meetings until this transaction ends.

    Two gates recorded in the same second then see one another, and the second of them opens the
    stage. Raises NotFound's kin only through the database: the caller knows that it exists.
    """
    return session.exec(
        select(Order)
        .where(Order.id == order_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def keep_version(
    session: Session,
    meeting: Meeting,
    *,
    reason: str,
    asked_by: AskedBy | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Write the change to the database and keep what the meeting is at its new version."""
    keep_versions(session, [meeting], reason=reason, asked_by=asked_by, actor=actor, now=now)


def keep_versions(
    session: Session,
    meetings: Iterable[Meeting],
    *,
    reason: str,
    asked_by: AskedBy | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """The same for several meetings, each changed once since it was last written."""
    session.flush()
    session.add_all(
        MeetingVersion(
            meeting_id=meeting.id,
            version=meeting.version,
            state=meeting.state,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            lead_id=meeting.lead_id,
            second_id=meeting.second_id,
            room_id=meeting.room_id,
            reason=reason,
            asked_by=asked_by,
            changed_at=now,
            changed_by=actor.account_id,
        )
        for meeting in meetings
    )


def hold_meeting(
    session: Session,
    step_id: UUID,
    *,
    starts_at: datetime,
    lead_id: UUID,
    second_id: UUID | None,
    room_id: UUID | None,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Meeting:
    """Claim the slots for a step's meeting. Only staff see it until its stage is open.

    Raises Conflict when the step is not open, has a meeting, or something is taken; Invalid when
    a rule of safety or of the calendar forbids it.
    """
    step = get_step(session, step_id)
    order_id = get_plan(session, step.plan_id).order_id
    lock_order(session, order_id)
    placing = Placing(starts_at, lead_id, second_id, room_id)
    _refuse_unfit(session, step, placing, now)
    standing = session.exec(
        select(Meeting).where(Meeting.step_id == step_id, Meeting.state != MeetingState.CANCELLED)
    ).first()
    if standing is not None:
        raise Conflict("This step has a meeting already")
    said = _said(reason)
    meeting = new_meeting(step, order_id, placing)
    with session.begin_nested():  # refused, the meeting is gone whatever the caller does next
        session.add(meeting)
        keep_version(session, meeting, reason=said, actor=actor, now=now)
        claim(session, meeting)
    note(
        session,
        actor,
        "hold meeting",
        "meeting",
        meeting.id,
        now=now,
        order_id=order_id,
        reason=reason,
    )
    return meeting


def new_meeting(step: PlanStep, order_id: UUID, placing: Placing) -> Meeting:
    """A fresh meeting of a step, held, with a neutral code of its own."""
    return Meeting(
        code=new_reference("M"),
        order_id=order_id,
        step_id=step.id,
        state=MeetingState.HELD,
        starts_at=placing.starts_at,
        ends_at=placing.starts_at + timedelta(minutes=step.minutes),
        lead_id=placing.lead_id,
        second_id=placing.second_id,
        room_id=placing.room_id,
    )


def open_stages(
    session: Session,
    order_id: UUID,
    *,
    actor: Actor,
    now: datetime,
    tell: Tell,
    known_to_fit: frozenset[UUID] = frozenset(),
) -> list[Meeting]:
    """Tell the people of every held meeting whose stage is open; returns those meetings.

    A hold that gives too short notice, or that somebody cannot come to any more, stays a hold: the
    next planning run moves it. ``known_to_fit`` are meetings read against every rule a moment ago.
    Safe to repeat.
    """
    order = lock_order(session, order_id)
    told: list[Meeting] = []
    cases: dict[UUID, Case] = {}  # by plan: what its gates are judged by is read once
    for meeting in live_meetings(session, [order_id]):
        if meeting.state is not MeetingState.HELD or meeting.starts_at <= now:
            continue
        step = get_step(session, meeting.step_id)
        if step.state is not StepState.OPEN:
            continue
        if step.stage not in TOLD_AT_ONCE and step.plan_id not in cases:
            cases[step.plan_id] = case_of(session, step)
        case = cases.get(step.plan_id)
        if what_is_missing(session, step, today=london_day(now), case=case):
            continue
        is_known = meeting.id in known_to_fit
        if not is_known and why_not(session, step, _as_placed(meeting), now=now):
            continue
        meeting.state = MeetingState.TOLD
        meeting.told_at = now
        people = attendees(session, step)
        # nobody unsettles a person who prepared for it, unless a coordinator frees it
        meeting.is_pinned = meeting.is_pinned or any(each.role.is_of_harmed_side for each in people)
        if order.current_lead_id is None:
            order.current_lead_id = meeting.lead_id
        keep_version(session, meeting, reason="its people are told", actor=actor, now=now)
        note(session, actor, "tell meeting", "meeting", meeting.id, now=now, order_id=order_id)
        told.append(meeting)
    session.flush()
    for meeting in told:
        tell(session, meeting.id, now=now)
    return told


def move_meeting(
    session: Session,
    meeting_id: UUID,
    *,
    based_on: int,
    starts_at: datetime,
    lead_id: UUID,
    second_id: UUID | None,
    room_id: UUID | None,
    reason: str,
    asked_by: AskedBy = AskedBy.SERVICE,
    actor: Actor,
    now: datetime,
    tell: Tell,
) -> Meeting:
    """Give a meeting another time, room or staff. It keeps its identity; its version rises.

    Nobody is told the reason, or who asked for it; only whether it was the person on probation is
    handed over to the responsible officer (R47). Asking again for what it already is changes
    nothing. Raises Conflict when it has changed since ``based_on`` or something is taken; Invalid
    when a rule of safety or of the calendar forbids it, or when its people were told of it and its
    stage is no longer open: a new time confirms it anew.
    """
    meeting = _standing(session, meeting_id)
    placing = Placing(starts_at, lead_id, second_id, room_id)
    if _as_placed(meeting) == placing:
        return meeting
    meeting.refuse_if_changed(based_on, "This meeting")
    if meeting.starts_at <= now:
        raise Conflict("This meeting has begun: record what became of it")
    step = get_step(session, meeting.step_id)
    told_start = meeting.starts_at if meeting.state is MeetingState.TOLD else None
    if meeting.state is MeetingState.TOLD:
        missing = what_is_missing(session, step, today=london_day(now))
        if missing:
            raise Invalid(*(FieldProblem("", reason) for reason in missing))
    _refuse_unfit(session, step, placing, now, told_start)
    said = _said(reason)
    with session.begin_nested():
        place(session, meeting, step, placing, reason=said, actor=actor, now=now)
        keep_version(session, meeting, reason=said, asked_by=asked_by, actor=actor, now=now)
        release(session, meeting.id)
        claim(session, meeting)
    if meeting.state is MeetingState.TOLD:
        tell(session, meeting.id, now=now)
    open_stages(session, meeting.order_id, actor=actor, now=now, tell=tell)
    return meeting


def place(
    session: Session,
    meeting: Meeting,
    step: PlanStep,
    placing: Placing,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Set a meeting's time, staff and room. Its version and its claims are the caller's part."""
    before = _as_placed(meeting)
    meeting.starts_at = placing.starts_at
    meeting.ends_at = placing.starts_at + timedelta(minutes=step.minutes)
    meeting.lead_id = placing.lead_id
    meeting.second_id = placing.second_id
    meeting.room_id = placing.room_id
    note(
        session,
        actor,
        "move meeting",
        "meeting",
        meeting.id,
        now=now,
        order_id=meeting.order_id,
        fields=[
            name for name in Placing.__slots__ if getattr(before, name) != getattr(placing, name)
        ],
        reason=reason,
    )


def cancel_meeting(
    session: Session,
    meeting_id: UUID,
    *,
    based_on: int,
    reason: str,
    asked_by: AskedBy = AskedBy.SERVICE,
    actor: Actor,
    now: datetime,
    tell: Tell,
) -> Meeting:
    """Call a meeting off, give up its slots and tell those who had been told.

    Nobody is told the reason, or who asked for it; only whether it was the person on probation is
    handed over to the responsible officer (R47). Cancelling once more changes nothing. Raises
    Conflict when it has changed since ``based_on`` or has taken place, Invalid without a reason.
    """
    meeting = get_meeting(session, meeting_id)
    lock_order(session, meeting.order_id)
    session.refresh(meeting)
    if meeting.state is MeetingState.CANCELLED:
        return meeting
    meeting.refuse_if_changed(based_on, "This meeting")
    if meeting.state is MeetingState.OCCURRED:
        raise Conflict("This meeting has taken place and cannot be cancelled")
    meeting.cancel_asked_by = asked_by
    cancel(session, meeting, reason=_said(reason), actor=actor, now=now, tell=tell)
    return meeting


def cancel(
    session: Session, meeting: Meeting, *, reason: str, actor: Actor, now: datetime, tell: Tell
) -> None:
    """Call off a meeting that is held or told, whatever its version."""
    was_told = meeting.state is MeetingState.TOLD
    meeting.state = MeetingState.CANCELLED
    meeting.cancelled_reason = reason
    keep_version(session, meeting, reason=reason, actor=actor, now=now)
    release(session, meeting.id)
    note(
        session,
        actor,
        "cancel meeting",
        "meeting",
        meeting.id,
        now=now,
        order_id=meeting.order_id,
        reason=reason,
    )
    if was_told:
        session.flush()
        tell(session, meeting.id, now=now)


def pin_meeting(
    session: Session,
    meeting_id: UUID,
    *,
    is_pinned: bool,
    based_on: int,
    actor: Actor,
    now: datetime,
) -> Meeting:
    """Have planning leave a meeting as it is, or free it. Repeating changes nothing.

    Raises Conflict when it has changed since ``based_on`` or is over, Invalid for a pin of somebody
    whom the case keeps out.
    """
    meeting = _standing(session, meeting_id)
    if meeting.is_pinned is is_pinned:
        return meeting
    meeting.refuse_if_changed(based_on, "This meeting")
    if is_pinned:
        staff = (meeting.lead_id, meeting.second_id)
        refuse_barred(session, lock_order(session, meeting.order_id), staff)
    meeting.is_pinned = is_pinned
    reason = "pinned" if is_pinned else "freed"
    keep_version(session, meeting, reason=reason, actor=actor, now=now)
    note(
        session,
        actor,
        "pin meeting" if is_pinned else "free meeting",
        "meeting",
        meeting.id,
        now=now,
        order_id=meeting.order_id,
        fields=["is_pinned"],
    )
    return meeting


def record_outcome(
    session: Session,
    meeting_id: UUID,
    *,
    based_on: int,
    outcome: AttendanceOutcome,
    actor: Actor,
    now: datetime,
    tell: Tell,
) -> Meeting:
    """Say what became of a meeting (R45). One that took place completes its step, and the next
    stage may open; after any other outcome the step needs a new meeting.

    Recording the same again changes nothing. Raises Conflict before it has begun, when it was
    cancelled, or changed since ``based_on``; Invalid for a first contact, which is recorded as a
    contact attempt, and for a meeting that took place while an earlier step is open.
    """
    meeting = get_meeting(session, meeting_id)
    lock_order(session, meeting.order_id)
    session.refresh(meeting)
    if meeting.outcome is outcome:
        return meeting
    meeting.refuse_if_changed(based_on, "This meeting")
    if meeting.state not in COMING:
        raise Conflict("What became of this meeting is known already, or it was cancelled")
    if meeting.starts_at > now:
        raise Conflict("This meeting has not begun: move or cancel it instead")
    step = get_step(session, meeting.step_id)
    if step.stage is Stage.CONTACT:
        raise Invalid(FieldProblem("outcome", "Record the call itself, as a contact attempt"))
    if outcome.took_place:
        _refuse_out_of_turn(session, step)
    meeting.outcome = outcome
    # a step has one meeting that is not cancelled: one that did not happen makes way for the next
    meeting.state = MeetingState.OCCURRED if outcome.took_place else MeetingState.CANCELLED
    keep_version(session, meeting, reason=outcome.value, actor=actor, now=now)
    release(session, meeting.id)
    note(
        session,
        actor,
        "record outcome",
        "meeting",
        meeting.id,
        now=now,
        order_id=meeting.order_id,
        fields=["outcome"],
    )
    if outcome.took_place:
        complete_step(session, step.id, done_on=london_day(meeting.starts_at), actor=actor, now=now)
        open_stages(session, meeting.order_id, actor=actor, now=now, tell=tell)
    return meeting


def _refuse_out_of_turn(session: Session, step: PlanStep) -> None:
    for earlier in steps_of(session, step.plan_id):
        if earlier.stage is Stage.REPARATION and step.stage is Stage.REPARATION:
            continue  # several people's third meetings do not wait for one another
        if earlier.position < step.position and earlier.state is StepState.OPEN:
            what = (
                "that the first contact was made"
                if earlier.stage is Stage.CONTACT
                else f"what became of the {STAGE_WORDS[earlier.stage]}"
            )
            raise Invalid(
                FieldProblem("outcome", f"Record {what} first: the steps of a plan follow in turn")
            )


def _as_placed(meeting: Meeting) -> Placing:
    return Placing(meeting.starts_at, meeting.lead_id, meeting.second_id, meeting.room_id)


def _standing(session: Session, meeting_id: UUID) -> Meeting:
    """The meeting, with its order locked. Raises NotFound, Conflict when it is over."""
    meeting = get_meeting(session, meeting_id)
    lock_order(session, meeting.order_id)
    session.refresh(meeting)
    if meeting.state is MeetingState.CANCELLED:
        raise Conflict("This meeting has been cancelled")
    if meeting.state is MeetingState.OCCURRED:
        raise Conflict("This meeting has taken place")
    return meeting


def _refuse_unfit(
    session: Session,
    step: PlanStep,
    placing: Placing,
    now: datetime,
    told_start: datetime | None = None,
) -> None:
    if step.state is not StepState.OPEN:
        raise Conflict("This step of the plan is no longer open")
    start = placing.starts_at
    if start.minute % GRID_MINUTES or start.second or start.microsecond:
        raise Invalid(FieldProblem("starts_at", "Meetings start on the hour or at half past"))
    reasons = why_not(session, step, placing, now=now, told_start=told_start)
    if reasons:
        raise Invalid(*(FieldProblem("", reason) for reason in reasons))


def _said(reason: str) -> str:
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        raise Invalid(
            FieldProblem("reason", f"Give a reason, in {LONGEST_REASON} characters or fewer")
        )
    return said
