"""The nightly end of keeping: each class of data goes when its period is over, with a report.

A hold keeps a case whole, and so does a person's wish that their data be only kept: the report says
what waits and why. What people said no to outlives everything, as keyed hashes.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlmodel import Session, SQLModel, col, delete, func, or_, select, update

from rj.audit.chain import AUDIT_REMOVAL, removal_words
from rj.audit.models import AuditEntry, AuditRemoval, AuditSeal
from rj.audit.services import SERVICE, note
from rj.calendars.models import Invitation
from rj.compartments.permission import orders_nobody_opens
from rj.conferences.models import (
    AftercareCall,
    Booking,
    GateRecord,
    Meeting,
    MeetingState,
    MeetingVersion,
    ProvisionalHold,
    SlotClaim,
)
from rj.conferences.telling import Tell
from rj.db.database import Database
from rj.intake.drafts import forget_old_drafts
from rj.intake.models import OrderSource
from rj.jobs.faults import described
from rj.kernel.london import day_in_words, london_day, london_time
from rj.orders.models import (
    CaseLimit,
    ClockChange,
    ContactAttempt,
    LinkedOrders,
    Order,
    OrderChange,
    OrderOffence,
    Plan,
    PlanStep,
    Requirement,
    VenueAgreed,
)
from rj.orders.queries import get_order
from rj.outbox.models import Message
from rj.parties.models import (
    HarmedDetails,
    LikedVenue,
    Party,
    PartyAway,
    PartyBusy,
    PlaceToAvoid,
    SafeContactPlan,
)
from rj.parties.sealing import Seal
from rj.policy.retention import RetentionPeriods, retention_on
from rj.policy.terms import AttendanceOutcome, EventKind, Route, Side
from rj.rights.erasing import (
    UNDER_WAY,
    erase_notes,
    erase_person,
    erase_reasons,
    forget_in_runs,
    remember_order,
    scrub,
)
from rj.rights.holds import hold_in_words, standing_holds
from rj.rights.leaving import forget_leavers_names
from rj.rights.models import ClosedCount, Hold, RetentionReport
from rj.scheduling.models import (
    LeftOut,
    PlanningRun,
    PlanningWish,
    ProposedMeeting,
    RunProgress,
    WhatIf,
)
from rj.suitability.models import SuitabilityCheck
from rj.suppression.models import SaidNoQuestion
from rj.suppression.services import bring_up_to_date

NOT_BEFORE_HOUR = 2
"""In the night, when few wait for the database."""

SAID_BEFORE_A_HOLD_ENDS = timedelta(days=14)
"""How long before its end the report names a hold, so that it can be prolonged."""

NOBODY_OPENS = "everybody who could open this limited case has left: rj orders name"

SECURITY = (EventKind.SIGN_IN, EventKind.REFUSED)

OF_AN_ORDER: tuple[type[SQLModel], ...] = (
    ProposedMeeting,
    LeftOut,
    PlanningWish,
    GateRecord,
    ClockChange,
    ContactAttempt,
    AftercareCall,
    OrderOffence,
    OrderChange,
    LinkedOrders,
    Requirement,
    VenueAgreed,
    OrderSource,
    ProvisionalHold,
    Hold,
    CaseLimit,
)
OF_A_MEETING: tuple[type[SQLModel], ...] = (Booking, SlotClaim, MeetingVersion, Invitation)
WHAT_PEOPLE_SAID: tuple[type[SQLModel], ...] = (
    SafeContactPlan,
    PartyAway,
    PartyBusy,
    PlaceToAvoid,
    LikedVenue,
)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Nightly:
    """What the worker looks at now and then: once a night it does the work."""

    database: Database
    seal: Seal
    tell: Tell

    def step(self, now: datetime) -> None:
        """Do tonight's work unless it was done. Any number of workers may ask."""
        night = london_day(now)
        if london_time(now).hour < NOT_BEFORE_HOUR:
            return
        with self.database.reading() as session:
            if session.get(RetentionReport, night) is not None:
                return
        run_retention(self.database, self.seal, tell=self.tell, now=now)


@dataclass(frozen=True, slots=True)
class _Night:
    """What one night's work goes by."""

    periods: RetentionPeriods
    kept: dict[UUID, str]
    """Orders of which nothing goes, and why."""
    now: datetime

    def is_over(self, days: int) -> datetime:
        """What happened before this moment is older than so many days."""
        return self.now - timedelta(days=days)


def run_retention(database: Database, seal: Seal, *, tell: Tell, now: datetime) -> RetentionReport:
    """End what is due and keep a report of it. Safe to repeat.

    Each case goes in a transaction of its own: one that cannot go keeps no other, and is reported.
    """
    today = london_day(now)
    counts: Counter[str] = Counter()
    with database.writing() as session:
        holds = standing_holds(session, today=today)
        night = _Night(retention_on(today), _kept_cases(session, holds), now)
        waiting = _waiting(session, night, holds)
        bring_up_to_date(session, seal, now=now)
        counts["message_bodies"] = _forget_bodies(session, night)
        counts["harmed_contacts"] = _forget_harmed_contact(session, night)
        counts["planning_runs"] = _remove_old_runs(session, night)
        counts["provisional_holds"] = _remove_ended_holds(session, night)
        counts["suitability_checks"] = _remove_old_checks(session, night)
        counts["order_drafts"] = forget_old_drafts(session, now=now)
        counts["audit_entries"] = _remove_old_audit(session, night)
        counts["leavers"] = forget_leavers_names(session)
        said, over = (
            _due(session, night, days)
            for days in (night.periods.what_was_said_days, night.periods.case_facts_days)
        )
    for order_id in said:
        with database.writing() as session:
            counts["said"] += _forget_what_was_said(session, order_id)
    for order_id in over:
        try:
            with database.writing() as session:
                _count_and_remove(session, order_id, seal, tell, now)
        except Exception as fault:
            _log.error("case was not removed", order=str(order_id), fault=described(fault))
            waiting.append({"order": str(order_id), "why": "it could not be removed: see the log"})
        else:
            counts["cases"] += 1
    if not scrub(database):
        waiting.append({"order": "", "why": "somebody was reading: a copy is left in the log"})
    with database.writing() as session:
        report = session.merge(
            RetentionReport(
                night=today,
                finished_at=now,
                policy_version=night.periods.version,
                counts=dict(counts),
                waiting=waiting,
            )
        )
        note(session, SERVICE, "end of keeping", "retention", str(report.night), now=now)
    return report


def _kept_cases(session: Session, holds: dict[UUID, Hold]) -> dict[UUID, str]:
    """Cases of which nothing goes: held, or with somebody whose data may only be kept."""
    restricted = session.exec(select(Party.order_id).where(col(Party.restricted_at).is_not(None)))
    kept = dict.fromkeys(restricted, "somebody asked that their data be only kept")
    return kept | {order_id: hold_in_words(hold) for order_id, hold in holds.items()}


def _waiting(session: Session, night: _Night, holds: dict[UUID, Hold]) -> list[dict[str, str]]:
    """Cases that stay though the first of their periods is over, and holds that soon end."""
    first = night.is_over(min(night.periods.harmed_contact_days, night.periods.what_was_said_days))
    closed = session.exec(
        select(Order.id).where(col(Order.id).in_(list(night.kept)), col(Order.closed_at) <= first)
    )
    waiting = [{"order": str(each), "why": night.kept[each]} for each in sorted(closed)]
    waiting += [
        {"order": str(each.id), "why": NOBODY_OPENS} for each in orders_nobody_opens(session)
    ]
    soon = london_day(night.now + SAID_BEFORE_A_HOLD_ENDS)
    return waiting + [
        {"order": str(hold.order_id), "why": f"the hold ends on {day_in_words(hold.ends_on)}"}
        for hold in holds.values()
        if hold.ends_on <= soon
    ]


def _due(session: Session, night: _Night, days: int) -> list[UUID]:
    """Orders closed so long ago, but for those that are kept."""
    closed = session.exec(
        select(Order.id)
        .where(col(Order.closed_at) <= night.is_over(days))
        .order_by(col(Order.closed_at), col(Order.id))
    )
    return [order_id for order_id in closed if order_id not in night.kept]


def _forget_bodies(session: Session, night: _Night) -> int:
    """Mails that are finished, sent or not; but for those of cases that are kept."""
    of_kept = select(Meeting.id).where(col(Meeting.order_id).in_(list(night.kept)))
    before = night.is_over(night.periods.message_bodies_days)
    gone = session.exec(
        update(Message)
        .where(
            col(Message.rendered).is_not(None),
            func.coalesce(col(Message.sent_at), col(Message.created_at)) <= before,
            col(Message.state).not_in(UNDER_WAY),
            or_(col(Message.subject_id).is_(None), col(Message.subject_id).not_in(of_kept)),
        )
        .values(rendered=None)
    )
    return gone.rowcount


def _remove_ended_holds(session: Session, night: _Night) -> int:
    """Those that nobody's order took over; one that an order did goes with it."""
    before = night.is_over(night.periods.ended_holds_days)
    gone = session.exec(
        delete(ProvisionalHold).where(
            col(ProvisionalHold.ended_at) <= before, col(ProvisionalHold.order_id).is_(None)
        )
    )
    return gone.rowcount


def _forget_harmed_contact(session: Session, night: _Night) -> int:
    """Who they are and where; what is safe goes with it."""
    before = night.is_over(night.periods.harmed_contact_days)
    due = session.exec(
        select(Party.id, Party.order_id)
        .join(Order, col(Order.id) == col(Party.order_id))
        .join(HarmedDetails, col(HarmedDetails.party_id) == col(Party.id))
        .where(
            Party.side == Side.HARMED,
            or_(col(Order.closed_at) <= before, col(Party.stopped_at) <= before),
        )
    ).all()
    wanted = [party_id for party_id, order_id in due if order_id not in night.kept]
    for table in (HarmedDetails, SafeContactPlan):
        session.exec(delete(table).where(col(table.party_id).in_(wanted)))
    return len(wanted)


def _forget_what_was_said(session: Session, order_id: UUID) -> int:
    """Notes and reasons of a case, and what its people said of their time and places."""
    gone = erase_notes(session, order_id) + erase_reasons(session, order_id)
    people = session.exec(select(Party.id).where(Party.order_id == order_id)).all()
    for table in WHAT_PEOPLE_SAID:
        done = session.exec(delete(table).where(_column(table, "party_id").in_(people)))
        gone += done.rowcount
    hours = update(Party).where(
        col(Party.order_id) == order_id,
        or_(
            col(Party.hours).is_not(None),
            col(Party.likes_hours).is_not(None),
            col(Party.curfew_from).is_not(None),
        ),
    )
    done = session.exec(
        hours.values(hours=None, likes_hours=None, curfew_from=None, curfew_until=None)
    )
    return gone + done.rowcount


def _remove_old_runs(session: Session, night: _Night) -> int:
    """Planning runs and what-ifs as old as a case may become."""
    before = night.is_over(night.periods.case_facts_days)
    runs = session.exec(select(PlanningRun.id).where(col(PlanningRun.requested_at) <= before)).all()
    for table in (ProposedMeeting, LeftOut, RunProgress):
        session.exec(delete(table).where(_column(table, "run_id").in_(runs)))
    gone = session.exec(delete(PlanningRun).where(col(PlanningRun.id).in_(runs)))
    asked = session.exec(delete(WhatIf).where(col(WhatIf.asked_at) <= before))
    return gone.rowcount + asked.rowcount


def _remove_old_checks(session: Session, night: _Night) -> int:
    """Report writers' drafts; they are tied to no case, so no hold of a case keeps them; one for
    which arrangements still stand waits for their end."""
    before = night.is_over(night.periods.suitability_checks_days)
    sentenced = func.coalesce(col(SuitabilityCheck.hearing_on), london_day(before))
    held_for = select(ProvisionalHold.check_id).where(col(ProvisionalHold.check_id).is_not(None))
    gone = session.exec(
        delete(SuitabilityCheck).where(
            col(SuitabilityCheck.checked_at) <= before,
            sentenced <= london_day(before),
            col(SuitabilityCheck.id).not_in(held_for),
        )
    )
    return gone.rowcount


def _count_and_remove(
    session: Session, order_id: UUID, seal: Seal, tell: Tell, now: datetime
) -> None:
    """Add the case to the counts, then remove every row of it."""
    order = get_order(session, order_id)
    remember_order(session, order, seal, now)
    _count(session, order)
    parties = session.exec(select(Party).where(Party.order_id == order_id)).all()
    for party in parties:
        erase_person(session, party, seal=seal, actor=SERVICE, now=now, tell=tell)
    _forget_records_in_runs(session, order_id)
    of_meetings = select(Meeting.id).where(Meeting.order_id == order_id)
    session.exec(delete(Message).where(col(Message.subject_id).in_(of_meetings)))
    session.exec(delete(Message).where(col(Message.subject_id) == order_id))
    for table in OF_A_MEETING:
        session.exec(delete(table).where(_column(table, "meeting_id").in_(of_meetings)))
    for table in OF_AN_ORDER:
        session.exec(delete(table).where(_column(table, "order_id") == order_id))
    session.exec(delete(LinkedOrders).where(col(LinkedOrders.other_id) == order_id))
    session.exec(delete(Meeting).where(col(Meeting.order_id) == order_id))
    plans = select(Plan.id).where(Plan.order_id == order_id)
    session.exec(delete(PlanStep).where(col(PlanStep.plan_id).in_(plans)))
    session.exec(delete(Plan).where(col(Plan.order_id) == order_id))
    session.exec(
        delete(SaidNoQuestion).where(
            col(SaidNoQuestion.party_id).in_([party.id for party in parties])
        )
    )
    session.exec(delete(Party).where(col(Party.order_id) == order_id))
    session.exec(delete(Order).where(col(Order.id) == order_id))
    session.expire_all()


def _forget_records_in_runs(session: Session, order_id: UUID) -> None:
    """Runs keep nothing that leads to the case."""
    steps = session.exec(
        select(PlanStep.id)
        .join(Plan, col(Plan.id) == PlanStep.plan_id)
        .where(Plan.order_id == order_id)
    )
    meetings = session.exec(select(Meeting.id).where(Meeting.order_id == order_id))
    forget_in_runs(session, [order_id, *steps, *meetings])


def _column(table: type[SQLModel], name: str) -> Any:
    return getattr(table, name)


def _count(session: Session, order: Order) -> None:
    plan = session.exec(
        select(Plan).where(Plan.order_id == order.id).order_by(col(Plan.drawn_up_at).desc())
    ).first()
    route = plan.route if plan else Route.UNDECIDED
    has_met = (
        route.is_conference
        and session.exec(
            select(Meeting.id).where(
                Meeting.order_id == order.id,
                Meeting.state == MeetingState.OCCURRED,
                Meeting.outcome == AttendanceOutcome.ATTENDED_COMPLIED,
            )
        ).first()
        is not None
    )
    key = (order.area_id, order.sentenced_on.year, route.value)
    counted = session.get(ClosedCount, key)
    if counted is None:
        counted = ClosedCount(area_id=key[0], year=key[1], route=key[2], cases=0, met=0)
        session.add(counted)
    counted.cases += 1
    counted.met += int(has_met)
    session.flush()


def _remove_old_audit(session: Session, night: _Night) -> int:
    """Only sealed entries go: the chain keeps their place, and a removal is noted in it.

    What tells of a removal stays, or the chain would show a gap, and so do entries of cases that
    are kept.
    """
    of_kept = col(AuditEntry.order_id).in_(list(night.kept))
    gone, periods, now = 0, night.periods, night.now
    for kind in EventKind:
        days = periods.security_log_days if kind in SECURITY else periods.audit_days
        before = now - timedelta(days=days)
        sealed = select(AuditSeal.entry_id)
        due = (
            select(AuditEntry.id)
            .where(AuditEntry.kind == kind, AuditEntry.at < before)
            .where(AuditEntry.thing != AUDIT_REMOVAL)
            .where(or_(col(AuditEntry.order_id).is_(None), ~of_kept))
            .where(col(AuditEntry.id).in_(sealed))
        )
        if session.exec(due.limit(1)).first() is None:
            continue
        removal = AuditRemoval(kind=kind, before=before, removed_at=now)
        session.add(removal)
        session.flush()
        note(
            session,
            SERVICE,
            "remove old audit entries",
            AUDIT_REMOVAL,
            removal.id,
            now=now,
            fields=removal_words(removal),
        )
        gone += session.exec(delete(AuditEntry).where(col(AuditEntry.id).in_(due))).rowcount
    return gone


def lines_of(
    reports: Iterable[RetentionReport], references: dict[str, str] | None = None
) -> list[str]:
    """Reports in sentences, for whoever runs the service; ``references`` name orders by id."""
    lines = []
    for report in reports:
        gone = ", ".join(
            f"{number} {name.replace('_', ' ')}" for name, number in sorted(report.counts.items())
        )
        lines.append(f"{report.night}, by the periods of {report.policy_version}: {gone}")
        for each in report.waiting:
            named = (references or {}).get(each["order"], each["order"])
            lines.append(f"  waits: {named or 'the files'}: {each['why']}")
    return lines
