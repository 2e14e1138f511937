"""What waits for a coordinator: proposals to decide on, gates to record, papers about to lapse."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from rj.conferences.models import MeetingState
from rj.conferences.queries import latest_gates, live_meetings
from rj.conferences.readiness import LAPSE_WARNING, what_is_missing
from rj.kernel.london import london_day
from rj.orders.queries import get_step, open_orders, policy_of_order
from rj.policy.terms import Gate, GateValue, Stage
from rj.scheduling.models import PlanningRun, ProposalChange, ProposedMeeting, RunState
from rj.scheduling.runs import runs_of


@dataclass(frozen=True, slots=True)
class AwaitingReview:
    """The newest finished run of an area, when it proposes changes that are not published."""

    run_id: UUID
    reference: str
    area_id: str
    cases: int
    """Cases that would get a new, moved or newly staffed meeting."""


def awaiting_review(
    session: Session, areas: Iterable[str], *, but_order_ids: Collection[UUID] = ()
) -> list[AwaitingReview]:
    """Proposals to be looked at, one at most for each area. A newer run overtakes an older one.

    ``but_order_ids`` are not counted: whoever asks may not know of them.
    """
    found = []
    for area_id in sorted(areas):
        runs: list[PlanningRun] = runs_of(session, area_id, limit=1)
        for run in runs:
            if run.state is not RunState.FINISHED:
                continue
            cases = session.exec(
                select(func.count(func.distinct(col(ProposedMeeting.order_id)))).where(
                    ProposedMeeting.run_id == run.id,
                    col(ProposedMeeting.published_at).is_(None),
                    ProposedMeeting.change != ProposalChange.UNCHANGED,
                    col(ProposedMeeting.order_id).not_in(but_order_ids),
                )
            ).one()
            if cases:
                found.append(AwaitingReview(run.id, run.reference, area_id, cases))
    return found


@dataclass(frozen=True, slots=True)
class Decided:
    """How many changed meetings of a run are published, and how many still are not."""

    published: int
    unpublished: int


def decided(session: Session, runs: Iterable[PlanningRun]) -> dict[UUID, Decided]:
    """What has been made of each run; a run that would change nothing is not among them."""
    published = func.count(col(ProposedMeeting.published_at))
    counted = session.exec(
        select(ProposedMeeting.run_id, published, func.count() - published)
        .where(
            col(ProposedMeeting.run_id).in_([run.id for run in runs]),
            ProposedMeeting.change != ProposalChange.UNCHANGED,
        )
        .group_by(col(ProposedMeeting.run_id))
    )
    return {run_id: Decided(done, waiting) for run_id, done, waiting in counted}


@dataclass(frozen=True, slots=True)
class GateWaiting:
    """A held meeting whose people cannot be told yet."""

    order_id: UUID
    reference: str
    meeting_id: UUID
    stage: Stage
    starts_at: datetime
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RiskLapsing:
    """A case whose risk assessment lapses within a week, before a meeting that rests on it."""

    order_id: UUID
    reference: str
    lapses_on: date


def gates_waiting(session: Session, area_ids: Iterable[str], *, now: datetime) -> list[GateWaiting]:
    """The next held meeting of each case whose people cannot be told yet, the nearest first.

    What comes after it waits in any case. "Not yet" is a normal state (R28).
    """
    orders = {order.id: order for area in sorted(area_ids) for order in open_orders(session, area)}
    found: dict[UUID, GateWaiting] = {}
    for meeting in live_meetings(session, orders):
        if meeting.state is not MeetingState.HELD or meeting.starts_at <= now:
            continue
        if meeting.order_id in found:
            continue
        step = get_step(session, meeting.step_id)
        missing = tuple(what_is_missing(session, step, today=london_day(now)))
        if missing:
            reference = orders[meeting.order_id].reference
            found[meeting.order_id] = GateWaiting(
                meeting.order_id, reference, meeting.id, step.stage, meeting.starts_at, missing
            )
    return list(found.values())


def risks_lapsing(session: Session, area_ids: Iterable[str], *, today: date) -> list[RiskLapsing]:
    """Cases with a third meeting ahead whose risk assessment lapses within a week, or has lapsed.

    An old paper cancels nothing: it stops a meeting from being confirmed or begun.
    """
    orders = {order.id: order for area in sorted(area_ids) for order in open_orders(session, area)}
    resting = {
        meeting.order_id
        for meeting in live_meetings(session, orders)
        if get_step(session, meeting.step_id).stage is Stage.REPARATION
    }
    lapsing: dict[UUID, date] = {}
    for order_id in resting:
        standards = policy_of_order(session, orders[order_id]).standards
        period = timedelta(days=standards.risk_assessment_lapses_after_days)
        for (gate, _), record in latest_gates(session, order_id).items():
            lapses_on = london_day(record.recorded_at) + period
            is_assessed = gate is Gate.RISK_ASSESSMENT and record.value is GateValue.YES
            if is_assessed and lapses_on <= today + LAPSE_WARNING:
                lapsing[order_id] = min(lapses_on, lapsing.get(order_id, lapses_on))
    return [
        RiskLapsing(order_id, orders[order_id].reference, lapses_on)
        for order_id, lapses_on in sorted(lapsing.items(), key=lambda item: (item[1], str(item[0])))
    ]
