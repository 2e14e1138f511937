"""Provisional holds: times kept free for an order that a court may yet make (R9, R14).

    place_hold(session, wanted, *, actor, now)                          -> ProvisionalHold
    release_hold(session, hold_id, *, based_on, actor, now)             -> ProvisionalHold
    end_holds(database, *, now)                                         -> how many were over
    keep_hold(session, order_id, reference, *, actor, now)              -> Kept
    holds_to_mend(session, area_ids, *, now)            -> what came to nothing and waits for a hand

A hold ends once: its order came, somebody released it, or its days were over. The check it was
placed from is told in the same transaction.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import and_, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from rj.area_rules.queries import policy_in_force
from rj.audit.services import SERVICE, Actor, note
from rj.conferences import bookings
from rj.conferences.models import HoldState, Meeting, ProvisionalHold
from rj.conferences.queries import live_meetings
from rj.conferences.services import hold_meeting, pin_meeting
from rj.db.database import Database
from rj.db.records import get_record
from rj.kernel.errors import Conflict, Invalid
from rj.kernel.london import day_in_words, london_day
from rj.kernel.references import new_reference
from rj.orders.models import Order, PlanStep, StepState
from rj.orders.plans import promise
from rj.orders.queries import get_order, live_plan, steps_of
from rj.policy.terms import Stage
from rj.suitability.models import SuitabilityCheck
from rj.suitability.services import note_arrangements

LONGEST_LOST = 400
HELD_FOR_THE_COURT = "held for the court before the sentence"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a hold keeps free: two meetings with one lead, and whom they would bring as a second."""

    check: SuitabilityCheck
    sentence_on: date
    lead_id: UUID
    second_id: UUID | None
    contact_starts_at: datetime
    contact_minutes: int
    assessment_starts_at: datetime
    assessment_minutes: int
    room_id: UUID
    conference_from: date | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What of a hold the order's plan took over."""

    hold: ProvisionalHold
    meetings: tuple[Meeting, ...]
    lost: tuple[str, ...]
    """Why what is not among the meetings could not be kept, in sentences."""


class TakeOver(Protocol):
    """Has an order's plan take over a hold; ``rj.scheduling.taking_over`` does more than this room
    can, and is what doors hand in."""

    def __call__(
        self, session: Session, order_id: UUID, reference: str, *, actor: Actor, now: datetime
    ) -> Kept:
        """As ``keep_hold``."""


def last_day_of(placed_on: date, days: int) -> date:
    """The last day on which a hold stands that was placed on a day (R14)."""
    return placed_on + timedelta(days=days)


def place_hold(session: Session, wanted: Wanted, *, actor: Actor, now: datetime) -> ProvisionalHold:
    """Keep the times free until the order comes or the days of a hold are over.

    The caller has found that they suit. Raises Conflict when one of them has just been taken, or
    when a hold stands for this check already.
    """
    area_id, today = wanted.check.area_id, london_day(now)
    days = policy_in_force(session, area_id, today).standards.hold_days
    hold = ProvisionalHold(
        reference=new_reference("PH"),
        area_id=area_id,
        check_id=wanted.check.id,
        sentence_on=wanted.sentence_on,
        lead_id=wanted.lead_id,
        second_id=wanted.second_id,
        contact_starts_at=wanted.contact_starts_at,
        contact_ends_at=wanted.contact_starts_at + timedelta(minutes=wanted.contact_minutes),
        assessment_starts_at=wanted.assessment_starts_at,
        assessment_ends_at=wanted.assessment_starts_at
        + timedelta(minutes=wanted.assessment_minutes),
        room_id=wanted.room_id,
        conference_from=wanted.conference_from,
        placed_at=now,
        placed_by=actor.account_id,
        expires_on=last_day_of(today, days),
    )
    try:
        with session.begin_nested():
            session.add(hold)
            session.flush()
            bookings.claim_for_hold(session, hold)
    except IntegrityError:
        raise Conflict("Arrangements are held for this check already") from None
    note_arrangements(session, wanted.check, hold.reference, now=now)
    note(session, actor, "place provisional hold", "provisional_hold", hold.id, now=now)
    return hold


def get_hold(session: Session, hold_id: UUID) -> ProvisionalHold:
    """The hold. Raises NotFound."""
    return get_record(session, ProvisionalHold, hold_id, "hold")


def hold_of_check(session: Session, check_id: UUID) -> ProvisionalHold | None:
    """The hold that stands for a check, or None."""
    return session.exec(
        select(ProvisionalHold).where(
            ProvisionalHold.check_id == check_id, ProvisionalHold.state == HoldState.STANDING
        )
    ).first()


def standing_holds(session: Session, area_ids: Sequence[str]) -> list[ProvisionalHold]:
    """What stands for orders to come in these areas, the first to expire first."""
    return list(
        session.exec(
            select(ProvisionalHold)
            .where(
                ProvisionalHold.state == HoldState.STANDING,
                col(ProvisionalHold.area_id).in_(list(area_ids)),
            )
            .order_by(col(ProvisionalHold.expires_on), col(ProvisionalHold.reference))
        )
    )


def holds_named(session: Session, references: Iterable[str]) -> dict[str, ProvisionalHold]:
    """The holds of these references, whatever became of them."""
    return {
        hold.reference: hold
        for hold in session.exec(
            select(ProvisionalHold).where(col(ProvisionalHold.reference).in_(sorted(references)))
        )
    }


def holds_to_mend(
    session: Session, area_ids: Collection[str], *, now: datetime
) -> list[ProvisionalHold]:
    """Holds that came to nothing in part, the first held call first: its hour has passed and no
    order came, or one came and its plan still has an open step without the meeting it was for."""
    found = session.exec(
        select(ProvisionalHold)
        .where(
            col(ProvisionalHold.area_id).in_(list(area_ids)),
            or_(
                and_(
                    col(ProvisionalHold.state) == HoldState.STANDING,
                    col(ProvisionalHold.contact_starts_at) <= now,
                ),
                and_(col(ProvisionalHold.state) == HoldState.KEPT, col(ProvisionalHold.lost) != ""),
            ),
        )
        .order_by(col(ProvisionalHold.contact_starts_at), col(ProvisionalHold.reference))
    ).all()
    return [hold for hold in found if hold.order_id is None or steps_without(session, hold)]


def steps_without(session: Session, hold: ProvisionalHold) -> list[PlanStep]:
    """The open steps that a hold was for and that have no meeting now: none once the order is
    closed."""
    if hold.order_id is None or get_order(session, hold.order_id).closed_at is not None:
        return []
    met = {meeting.step_id for meeting in live_meetings(session, [hold.order_id])}
    order = get_order(session, hold.order_id)
    return [step for step, _, _ in _steps_held(session, order, hold) if step.id not in met]


def find_standing(session: Session, reference: str) -> ProvisionalHold | None:
    """The hold that stands under a reference, however it was typed, or None."""
    return session.exec(
        select(ProvisionalHold).where(
            ProvisionalHold.reference == reference.strip().upper(),
            ProvisionalHold.state == HoldState.STANDING,
        )
    ).first()


def hold_of_order(session: Session, order_id: UUID) -> ProvisionalHold | None:
    """The hold that an order's plan took over, or None."""
    return session.exec(select(ProvisionalHold).where(ProvisionalHold.order_id == order_id)).first()


def release_hold(
    session: Session, hold_id: UUID, *, based_on: int | None, actor: Actor, now: datetime
) -> ProvisionalHold:
    """Give the times back. Releasing once more changes nothing.

    Raises NotFound, and Conflict when the order came meanwhile or the hold has changed.
    """
    hold = _locked(session, hold_id)
    if hold.state in {HoldState.RELEASED, HoldState.EXPIRED}:
        return hold
    hold.refuse_if_changed(based_on, "This hold")
    if hold.state is HoldState.KEPT:
        raise Conflict("The order has come: its plan has these times now")
    _end(session, hold, HoldState.RELEASED, now)
    note(session, actor, "release provisional hold", "provisional_hold", hold.id, now=now)
    return hold


def expire_holds(session: Session, *, now: datetime) -> list[ProvisionalHold]:
    """End every hold whose days are over (R14). Safe to repeat."""
    over = session.exec(
        _over(now).with_for_update().execution_options(populate_existing=True)
    ).all()
    for hold in over:
        _end(session, hold, HoldState.EXPIRED, now)
        note(session, SERVICE, "expire provisional hold", "provisional_hold", hold.id, now=now)
    return list(over)


def end_holds(database: Database, *, now: datetime) -> int:
    """End what is over, when anything is; says how many there were."""
    with database.reading() as session:
        if session.exec(_over(now)).first() is None:
            return 0
    with database.writing() as session:
        return len(expire_holds(session, now=now))


def _over(now: datetime) -> SelectOfScalar[ProvisionalHold]:
    return select(ProvisionalHold).where(
        ProvisionalHold.state == HoldState.STANDING, ProvisionalHold.expires_on < london_day(now)
    )


def keep_hold(
    session: Session, order_id: UUID, reference: str, *, actor: Actor, now: datetime
) -> Kept:
    """Turn a hold into the plan of the order it was placed for: its lead and its two meetings.

    The meetings are held and pinned, so that planning leaves them where the court was told; people
    hear of them when the plan is published. What the order's own facts do not allow is given back
    and named. Raises Conflict unless a hold of the order's area stands under the reference.
    """
    order = get_order(session, order_id)
    bookings.lock_diaries(session, order.area_id)
    found = find_standing(session, reference)
    hold = None if found is None else _locked(session, found.id)
    if hold is None or hold.state is not HoldState.STANDING or hold.area_id != order.area_id:
        raise Conflict("No provisional hold of this area stands under this reference")
    _end(session, hold, HoldState.KEPT, now, order_id=order.id)
    meetings, lost = [], []
    for step, starts_at, room_id in _steps_held(session, order, hold):
        if starts_at <= now:
            lost.append(PASSED.format(stage=_STAGE_WORDS[step.stage]))
            continue
        try:
            meetings.append(_take_over(session, hold, step, starts_at, room_id, actor, now))
        except (Invalid, Conflict) as refusal:
            lost.append(f"{_STAGE_WORDS[step.stage]} could not be kept: {_why(refusal)}")
    hold.lost = ". ".join(lost)[:LONGEST_LOST]
    if meetings:
        order.current_lead_id = hold.lead_id
    note(
        session,
        actor,
        "keep provisional hold",
        "provisional_hold",
        hold.id,
        now=now,
        order_id=order.id,
    )
    session.flush()
    return Kept(hold, tuple(meetings), tuple(lost))


PASSED = "{stage} could not be kept: its hour had passed when the order came"
_STAGE_WORDS = {Stage.CONTACT: "The first contact", Stage.ASSESSMENT: "The assessment"}


def note_another_call(
    session: Session, kept: Kept, starts_at: datetime, *, actor: Actor, now: datetime
) -> Kept | None:
    """Hold another call with the same lead where that of a kept hold has passed; None when it
    cannot be held there."""
    hold = kept.hold
    assert hold.order_id is not None  # noqa: S101 - an order has kept it
    order = get_order(session, hold.order_id)
    step = next(each for each in steps_without(session, hold) if each.stage is Stage.CONTACT)
    try:
        call = _take_over(session, hold, step, starts_at, None, actor, now)
    except (Invalid, Conflict):
        return None
    order.current_lead_id = hold.lead_id
    passed = PASSED.format(stage=_STAGE_WORDS[Stage.CONTACT])
    day = day_in_words(london_day(starts_at))
    lost = tuple(
        f"{each}; the same facilitator now calls on {day}" if each == passed else each
        for each in kept.lost
    )
    hold.lost = ". ".join(lost)[:LONGEST_LOST]
    session.flush()
    return Kept(hold, (*kept.meetings, call), lost)


def _steps_held(
    session: Session, order: Order, hold: ProvisionalHold
) -> list[tuple[PlanStep, datetime, UUID | None]]:
    """The open steps of the order's plan that the hold is for, and where it has them."""
    plan = live_plan(session, order.id)
    places = {
        Stage.CONTACT: (hold.contact_starts_at, None),
        Stage.ASSESSMENT: (hold.assessment_starts_at, hold.room_id),
    }
    return [
        (step, *places[step.stage])
        for step in ([] if plan is None else steps_of(session, plan.id))
        if step.stage in places and step.state is StepState.OPEN
    ]


def _take_over(
    session: Session,
    hold: ProvisionalHold,
    step: PlanStep,
    starts_at: datetime,
    room_id: UUID | None,
    actor: Actor,
    now: datetime,
) -> Meeting:
    meeting = hold_meeting(
        session,
        step.id,
        starts_at=starts_at,
        lead_id=hold.lead_id,
        second_id=None,
        room_id=room_id,
        reason=HELD_FOR_THE_COURT,
        actor=actor,
        now=now,
    )
    session.flush()
    pin_meeting(session, meeting.id, is_pinned=True, based_on=meeting.version, actor=actor, now=now)
    if step.stage is not Stage.CONTACT:
        day = london_day(starts_at)
        reason = f"{HELD_FOR_THE_COURT}: {hold.reference}, {day_in_words(day)}"
        promise(session, step.id, day, reason=reason, actor=actor, now=now)
    return meeting


def _why(refusal: Invalid | Conflict) -> str:
    if isinstance(refusal, Invalid):
        return "; ".join(problem.message for problem in refusal.problems)
    return str(refusal)


def _end(
    session: Session,
    hold: ProvisionalHold,
    state: HoldState,
    now: datetime,
    order_id: UUID | None = None,
) -> None:
    bookings.release_hold(session, hold.id)
    check = None if hold.check_id is None else session.get(SuitabilityCheck, hold.check_id)
    hold.state, hold.ended_at, hold.order_id, hold.check_id = state, now, order_id, None
    session.flush()
    if check is not None and state is not HoldState.KEPT:
        note_arrangements(session, check, "", now=now)


def _locked(session: Session, hold_id: UUID) -> ProvisionalHold:
    get_hold(session, hold_id)
    return session.exec(
        select(ProvisionalHold)
        .where(ProvisionalHold.id == hold_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
