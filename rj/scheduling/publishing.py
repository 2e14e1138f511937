"""Publishing: what a coordinator confirmed is held and told, as a whole or not at all (P3).

    publish(session, run_id, order_ids, *, actor, now, tell)     -> Publication
    check(session, run_id, order_ids, *, now)                    -> Check, changing nothing

The selection is read against today's data with the planner's own plain rules. If a single case has
gone stale nothing is published: the answer lists each stale case with its reasons and says which
others may be published together. One case's meetings go together, and so do cases that change
places. Publishing the same selection again changes nothing (P6).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from rj.audit.services import Actor, note
from rj.conferences.bookings import claim_all, lock_diaries, release_all
from rj.conferences.fitting import Placing
from rj.conferences.models import Meeting, MeetingState
from rj.conferences.queries import COMING, live_meetings
from rj.conferences.readiness import what_is_missing
from rj.conferences.services import (
    cancel,
    keep_versions,
    lock_order,
    new_meeting,
    open_stages,
    place,
)
from rj.conferences.staffing import barred
from rj.conferences.telling import Tell
from rj.facilitators.models import Facilitator
from rj.kernel.errors import Conflict
from rj.kernel.london import london_day
from rj.orders.models import Order, Plan, PlanStep, Requirement
from rj.orders.queries import get_step
from rj.policy.terms import STAGE_WORDS
from rj.scheduling.freezing import AT_THE_LAST, Frozen, freeze
from rj.scheduling.models import LeftOut, PlanningRun, ProposalChange, ProposedMeeting, RunState
from rj.scheduling.names import CASE, FACILITATOR, ROOM, TASK
from rj.scheduling.planner.plan import Meeting as PlannedMeeting
from rj.scheduling.planner.plan import Plan as PlannedPlan
from rj.scheduling.planner.rules import Breach, breaches
from rj.scheduling.runs import get_run
from rj.scheduling.wording import in_words
from rj.venues.models import Room

PUBLISHED_BY_PLANNING = "planned"
DROPPED_BY_PLANNING = "no longer possible at that time"


@dataclass(frozen=True, slots=True)
class Publication:
    """What came of publishing. ``published`` is empty as long as anything is ``stale``."""

    published: tuple[UUID, ...]
    """Orders whose meetings are now held or told; those published before are among them."""
    stale: tuple[tuple[UUID, str], ...]
    """Orders that cannot be published as proposed, each with why."""
    others: tuple[UUID, ...] = ()
    """The rest of the selection, which may be published together as things stand."""
    told: tuple[UUID, ...] = ()
    """Meetings whose people were told by this publication."""


@dataclass(frozen=True, slots=True)
class Check:
    """How a selection stands against today's data."""

    stale: dict[UUID, list[str]]
    sound: tuple[UUID, ...]
    done: tuple[UUID, ...]
    """Published before: nothing is left to do."""


def publish(
    session: Session,
    run_id: UUID,
    order_ids: Collection[UUID],
    *,
    actor: Actor,
    now: datetime,
    tell: Tell,
) -> Publication:
    """Book what a run proposed for these orders, and tell the stages whose gate is open.

    Raises NotFound for an unknown run, Conflict for one without a proposal or when something was
    taken in this very moment; nothing is kept then.
    """
    run = get_run(session, run_id)
    if run.state is not RunState.FINISHED:
        raise Conflict("This planning run has no proposal to publish")
    lock_diaries(session, run.area_id)
    chosen = sorted(set(order_ids), key=str)
    for order_id in chosen:
        lock_order(session, order_id)
    found = check(session, run_id, chosen, now=now)
    if found.stale:
        stale = tuple(
            (order, "; ".join(found.stale[order])) for order in chosen if order in found.stale
        )
        return Publication((), stale, others=found.sound)
    if not found.sound:
        return Publication(found.done, ())
    told = _book(session, run, found.sound, actor, now, tell)
    note(
        session,
        actor,
        "publish plan",
        "planning_run",
        run.id,
        now=now,
        reason=f"{len(found.sound)} orders",
    )
    return Publication(tuple(chosen), (), told=told)


def _book(
    session: Session,
    run: PlanningRun,
    order_ids: Sequence[UUID],
    actor: Actor,
    now: datetime,
    tell: Tell,
) -> tuple[UUID, ...]:
    at_hand = _at_hand(session, order_ids)
    proposed = _unpublished(session, run.id, order_ids)
    for meeting in _dropped(session, run, order_ids, now):
        cancel(session, meeting, reason=DROPPED_BY_PLANNING, actor=actor, now=now, tell=tell)
    changing = [row for row in proposed if row.change is not ProposalChange.UNCHANGED]
    release_all(session, [row.meeting_id for row in changing if row.meeting_id is not None])
    booked = [_put_in_place(session, row, actor=actor, now=now) for row in changing]
    keep_versions(session, booked, reason=PUBLISHED_BY_PLANNING, actor=actor, now=now)
    claim_all(session, booked)
    for row in proposed:
        row.published_at = now
    told = [meeting.id for meeting in booked if meeting.state is MeetingState.TOLD]
    for meeting_id in told:
        session.flush()
        tell(session, meeting_id, now=now)
    checked = frozenset(meeting.id for meeting in booked)
    for order_id in order_ids:
        opened = open_stages(
            session, order_id, actor=actor, now=now, tell=tell, known_to_fit=checked
        )
        told += [meeting.id for meeting in opened]
        _name_lead(session, order_id, proposed)
    session.flush()
    del at_hand
    return tuple(dict.fromkeys(told))


def _put_in_place(
    session: Session, row: ProposedMeeting, *, actor: Actor, now: datetime
) -> Meeting:
    """The meeting where the proposal has it: a new one, or the standing one moved."""
    step = get_step(session, row.step_id)
    placing = Placing(row.starts_at, row.lead_id, row.second_id, row.room_id)
    reason = PUBLISHED_BY_PLANNING
    if row.meeting_id is not None:
        meeting = session.get_one(Meeting, row.meeting_id)
        place(session, meeting, step, placing, reason=reason, actor=actor, now=now)
        return meeting
    meeting = new_meeting(step, row.order_id, placing)
    session.add(meeting)
    note(
        session,
        actor,
        "hold meeting",
        "meeting",
        meeting.id,
        now=now,
        order_id=row.order_id,
        reason=reason,
    )
    return meeting


def _at_hand(session: Session, order_ids: Sequence[UUID]) -> list[object]:
    """What booking these cases looks up over and over. A session forgets what nobody holds."""
    of_orders = col(Plan.order_id).in_(list(order_ids))
    of_plans = col(PlanStep.plan_id).in_(select(Plan.id).where(of_orders))
    return [
        *session.exec(select(Order).where(col(Order.id).in_(list(order_ids)))),
        *session.exec(select(Plan).where(of_orders)),
        *session.exec(select(PlanStep).where(of_plans)),
        *session.exec(select(Requirement).where(col(Requirement.order_id).in_(list(order_ids)))),
        *session.exec(select(Room)),
    ]


def _name_lead(session: Session, order_id: UUID, proposed: Iterable[ProposedMeeting]) -> None:
    """The lead whom people have been told to expect: from now on a change is a handover (T2)."""
    of_order = {row.step_id: row.lead_id for row in proposed if row.order_id == order_id}
    told = [
        meeting
        for meeting in live_meetings(session, [order_id])
        if meeting.state is MeetingState.TOLD and not meeting.is_pinned
    ]
    leads = [of_order[meeting.step_id] for meeting in told if meeting.step_id in of_order]
    if leads:
        lock_order(session, order_id).current_lead_id = leads[0]


def _unpublished(
    session: Session, run_id: UUID, order_ids: Collection[UUID]
) -> list[ProposedMeeting]:
    return list(
        session.exec(
            select(ProposedMeeting)
            .where(
                ProposedMeeting.run_id == run_id,
                col(ProposedMeeting.order_id).in_(list(order_ids)),
                col(ProposedMeeting.published_at).is_(None),
            )
            .order_by(col(ProposedMeeting.starts_at), col(ProposedMeeting.step_id))
            .execution_options(populate_existing=True)
        )
    )


def _dropped(
    session: Session, run: PlanningRun, order_ids: Collection[UUID], now: datetime
) -> list[Meeting]:
    """Meetings held or told whose step the run could not place: they cannot take place as they are.

    What merely comes later, or waits, is no concern of the run and stays.
    """
    return list(
        session.exec(
            select(Meeting)
            .join(LeftOut, col(LeftOut.step_id) == Meeting.step_id)
            .where(
                LeftOut.run_id == run.id,
                col(LeftOut.is_later).is_(False),
                col(LeftOut.order_id).in_(list(order_ids)),
                col(Meeting.state).in_(COMING),
                Meeting.starts_at > now,
            )
            .order_by(col(Meeting.starts_at))
        )
    )


# -- checking


def check(session: Session, run_id: UUID, order_ids: Collection[UUID], *, now: datetime) -> Check:
    """Read a selection against today's data: every hard rule, and what has changed since."""
    run = get_run(session, run_id)
    rows = _unpublished(session, run_id, order_ids)
    by_order: dict[UUID, list[ProposedMeeting]] = defaultdict(list)
    for row in rows:
        by_order[row.order_id].append(row)
    done = _published_before(session, run_id, order_ids)
    stale: dict[UUID, list[str]] = {}
    for order_id in order_ids:
        if order_id not in by_order and order_id not in done:
            stale[order_id] = ["Nothing is proposed for this order"]
    if not by_order:
        return Check(stale, (), tuple(done))
    fresh = freeze(session, run.area_id, now=now, name=run.reference, ahead=AT_THE_LAST)
    for order_id, proposed in by_order.items():
        changed = _changed_since(session, fresh, proposed, now)
        changed += _keeps_out(session, order_id, proposed)
        if changed:
            stale[order_id] = changed
    sound = {order: each for order, each in by_order.items() if order not in stale}
    while sound:
        broken = _broken_by(session, fresh, run, sound, now)
        if not broken:
            break
        for order_id, reasons in broken.items():
            stale[order_id] = reasons
            del sound[order_id]
    return Check(stale, tuple(sorted(sound, key=str)), tuple(done))


def _published_before(session: Session, run_id: UUID, order_ids: Collection[UUID]) -> list[UUID]:
    return sorted(
        set(
            session.exec(
                select(ProposedMeeting.order_id).where(
                    ProposedMeeting.run_id == run_id,
                    col(ProposedMeeting.order_id).in_(list(order_ids)),
                    col(ProposedMeeting.published_at).is_not(None),
                )
            )
        ),
        key=str,
    )


def _changed_since(
    session: Session, fresh: Frozen, proposed: Sequence[ProposedMeeting], now: datetime
) -> list[str]:
    """What has happened to a case since it was planned, apart from the rules."""
    reasons: list[str] = []
    for row in proposed:
        step = session.get_one(PlanStep, row.step_id, populate_existing=True)
        stage = STAGE_WORDS[step.stage]
        task = fresh.names.find(TASK, row.step_id)
        if _stands(session, row):
            continue
        is_open = task is not None and task in fresh.problem.task
        if not is_open or fresh.problem.task[str(task)].held is not None:
            reasons.append(f"The {stage} is no longer to be planned")
            continue
        if row.starts_at < now + AT_THE_LAST:
            reasons.append(f"The {stage} would begin too soon for anybody to hear of it")
            continue
        if row.ends_at - row.starts_at != _length(fresh, str(task)):
            reasons.append(f"The {stage} has another length now")
        standing = fresh.meetings.get(str(task))
        if row.meeting_id is None and standing is not None:
            reasons.append(f"The {stage} has been booked since")
        elif row.meeting_id is not None and (
            standing is None
            or standing.id != row.meeting_id
            or standing.version != row.based_on_version
        ):
            reasons.append(f"The {stage} has been changed or cancelled since")
        if standing is not None and standing.state is MeetingState.TOLD:
            # another time would confirm it anew, which its gates must allow
            reasons += [
                f"The {stage} cannot be moved yet: {missing}"
                for missing in what_is_missing(session, step, today=london_day(now))
            ]
        for kind, record in (
            (FACILITATOR, row.lead_id),
            (FACILITATOR, row.second_id),
            (ROOM, row.room_id),
        ):
            if record is not None and fresh.names.find(kind, record) is None:
                who = "A facilitator" if kind == FACILITATOR else "The room"
                reasons.append(f"{who} of the {stage} is no longer available")
    return list(dict.fromkeys(reasons))


def _keeps_out(session: Session, order_id: UUID, proposed: Sequence[ProposedMeeting]) -> list[str]:
    """Whom the case was given to and may not be: it was limited, or they take its other part."""
    staff = {
        who for row in proposed if not _stands(session, row) for who in (row.lead_id, row.second_id)
    }
    found = barred(session, session.get_one(Order, order_id), staff)
    return [f"{session.get_one(Facilitator, who).name} {why}" for who, why in found.items()]


def _stands(session: Session, row: ProposedMeeting) -> bool:
    """Whether nothing is asked of a meeting that is still as it was when it was planned."""
    if row.change is not ProposalChange.UNCHANGED or row.meeting_id is None:
        return False
    meeting = session.get_one(Meeting, row.meeting_id)
    return meeting.version == row.based_on_version and meeting.state in COMING


def _length(fresh: Frozen, task: str) -> timedelta:
    return timedelta(minutes=fresh.problem.task[task].minutes)


def _broken_by(
    session: Session,
    fresh: Frozen,
    run: PlanningRun,
    sound: dict[UUID, list[ProposedMeeting]],
    now: datetime,
) -> dict[UUID, list[str]]:
    """Rules that publishing these cases would break and that are not broken already, by case."""
    dropped = {meeting.id for meeting in _dropped(session, run, sound, now)}
    open_tasks = {task.id for case in fresh.problem.cases for task in case.open_tasks}
    rows = [
        row
        for proposed in sound.values()
        for row in proposed
        if fresh.names.find(TASK, row.step_id) in open_tasks
    ]
    own = {fresh.names.of(TASK, row.step_id) for row in rows}
    kept = [
        fresh.planned(task, meeting)
        for task, meeting in fresh.meetings.items()
        if task not in own and meeting.id not in dropped
    ]
    kept += fresh.held
    planned = [_as_planned(fresh, row) for row in rows]
    name = fresh.problem.name
    before = set(breaches(fresh.problem, fresh.standing_plan()))
    now_broken = breaches(fresh.problem, PlannedPlan(name, (*kept, *planned)))
    case_of: dict[str, UUID] = {task: fresh.orders[task].id for task in own}
    case_of |= {str(fresh.names.find(CASE, order)): order for order in sound}
    told = in_words(session, fresh.names)
    movable = _movable(session, run.id) - set(sound)
    broken: dict[UUID, list[str]] = defaultdict(list)
    for breach in now_broken:
        if breach in before:
            continue
        order = _whose(breach, case_of, planned)
        if order is not None:
            broken[order].append(_in_words(breach, told, fresh, movable))
    return {order: list(dict.fromkeys(reasons)) for order, reasons in broken.items()}


def _movable(session: Session, run_id: UUID) -> frozenset[UUID]:
    """Orders that would give up a booked time if their proposal were published."""
    return frozenset(
        session.exec(
            select(ProposedMeeting.order_id).where(
                ProposedMeeting.run_id == run_id,
                col(ProposedMeeting.meeting_id).is_not(None),
                ProposedMeeting.change != ProposalChange.UNCHANGED,
                col(ProposedMeeting.published_at).is_(None),
            )
        )
    )


def _as_planned(fresh: Frozen, row: ProposedMeeting) -> PlannedMeeting:
    names = fresh.names
    return PlannedMeeting(
        task=names.of(TASK, row.step_id),
        start=row.starts_at,
        lead=names.of(FACILITATOR, row.lead_id),
        second=None if row.second_id is None else names.of(FACILITATOR, row.second_id),
        room=None if row.room_id is None else names.of(ROOM, row.room_id),
    )


def _whose(
    breach: Breach, case_of: dict[str, UUID], planned: Sequence[PlannedMeeting]
) -> UUID | None:
    """The selected case a breach is laid at: the one it names, else one that uses the person."""
    for word in (breach.about, *breach.sentence.replace(",", " ").split()):
        if word in case_of:
            return case_of[word]
    using = [
        case_of[meeting.task]
        for meeting in planned
        if breach.about in {meeting.lead, meeting.second} and meeting.task in case_of
    ]
    return using[-1] if using else None


def _in_words(
    breach: Breach, told: Callable[[str], str], fresh: Frozen, movable: frozenset[UUID]
) -> str:
    """A breach as a sentence; where another case of the proposal makes room, it says which."""
    sentence = breach.sentence
    words = sentence.replace(",", " ").split()
    subject = "" if words[0] in fresh.names.by_name else f"{breach.about} "
    text = told(f"{subject}{sentence}")
    partners = {
        fresh.orders[word].reference
        for word in (breach.about, *words)
        if word in fresh.orders and fresh.orders[word].id in movable
    }
    if partners:
        text += f" (publish it together with {', '.join(sorted(partners))})"
    return f"{text[0].upper()}{text[1:]}"
