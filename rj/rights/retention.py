"""The nightly end of keeping: each class of data goes when its period is over, with a report.

A hold keeps a case whole. What people said no to outlives everything, as keyed hashes.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, SQLModel, col, delete, or_, select, update

from rj.audit.chain import removal_words
from rj.audit.models import AuditEntry, AuditRemoval, AuditSeal
from rj.audit.services import SERVICE, note
from rj.calendars.models import Invitation
from rj.conferences.models import (
    Booking,
    GateRecord,
    Meeting,
    MeetingState,
    MeetingVersion,
    SlotClaim,
)
from rj.conferences.telling import Tell
from rj.db.database import Database
from rj.intake.models import OrderSource
from rj.kernel.london import london_day, london_time
from rj.orders.models import (
    ContactAttempt,
    Order,
    OrderOffence,
    Plan,
    PlanStep,
    Requirement,
    VenueAgreed,
)
from rj.orders.queries import get_order
from rj.outbox.models import Message
from rj.parties.models import HarmedDetails, Party, SafeContactPlan
from rj.parties.sealing import Seal
from rj.policy.retention import RetentionPeriods, retention_on
from rj.policy.terms import AttendanceOutcome, EventKind, Route, Side
from rj.rights.erasing import erase_person, scrub
from rj.rights.models import ClosedCount, Hold, RetentionReport
from rj.scheduling.models import LeftOut, PlanningWish, ProposedMeeting
from rj.suppression.models import SaidNoQuestion
from rj.suppression.services import bring_up_to_date

NOT_BEFORE_HOUR = 2
"""In the night, when few wait for the database."""

SECURITY = (EventKind.SIGN_IN, EventKind.REFUSED)

OF_AN_ORDER: tuple[type[SQLModel], ...] = (
    ProposedMeeting,
    LeftOut,
    PlanningWish,
    GateRecord,
    ContactAttempt,
    OrderOffence,
    Requirement,
    VenueAgreed,
    OrderSource,
)
OF_A_MEETING: tuple[type[SQLModel], ...] = (Booking, SlotClaim, MeetingVersion, Invitation)


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


def run_retention(database: Database, seal: Seal, *, tell: Tell, now: datetime) -> RetentionReport:
    """End what is due, in one transaction with its report. Safe to repeat."""
    periods = retention_on(london_day(now))
    counts: Counter[str] = Counter()
    with database.writing() as session:
        held = frozenset(session.exec(select(Hold.order_id).where(col(Hold.lifted_at).is_(None))))
        counts["cases_held"] = len(held)
        bring_up_to_date(session, seal, now=now)
        counts["message_bodies"] = _forget_bodies(session, periods, now)
        counts["harmed_contacts"] = _forget_harmed_contact(session, periods, held, now)
        counts["notes"] = _forget_what_was_said(session, periods, held, now)
        for order_id in _closed_before(session, now, periods.case_facts_days):
            if order_id not in held:
                _count_and_remove(session, order_id, seal, tell, now)
                counts["cases"] += 1
        counts["audit_entries"] = _remove_old_audit(session, periods, now)
        report = session.merge(
            RetentionReport(
                night=london_day(now),
                finished_at=now,
                policy_version=periods.version,
                counts=dict(counts),
            )
        )
        note(session, SERVICE, "end of keeping", "retention", str(report.night), now=now)
    if any(number for name, number in counts.items() if name != "cases_held"):
        scrub(database)
    return report


def _closed_before(session: Session, now: datetime, days: int) -> list[UUID]:
    return list(
        session.exec(select(Order.id).where(col(Order.closed_at) <= now - timedelta(days=days)))
    )


def _forget_bodies(session: Session, periods: RetentionPeriods, now: datetime) -> int:
    before = now - timedelta(days=periods.message_bodies_days)
    gone = session.exec(
        update(Message)
        .where(col(Message.rendered).is_not(None), col(Message.sent_at) <= before)
        .values(rendered=None)
    )
    return gone.rowcount


def _forget_harmed_contact(
    session: Session, periods: RetentionPeriods, held: frozenset[UUID], now: datetime
) -> int:
    """Who they are and where; what is safe goes with it."""
    before = now - timedelta(days=periods.harmed_contact_days)
    due = session.exec(
        select(Party.id, Party.order_id)
        .join(Order, col(Order.id) == col(Party.order_id))
        .join(HarmedDetails, col(HarmedDetails.party_id) == col(Party.id))
        .where(
            Party.side == Side.HARMED,
            or_(col(Order.closed_at) <= before, col(Party.stopped_at) <= before),
        )
    ).all()
    wanted = [party_id for party_id, order_id in due if order_id not in held]
    for table in (HarmedDetails, SafeContactPlan):
        session.exec(delete(table).where(col(table.party_id).in_(wanted)))
    return len(wanted)


def _forget_what_was_said(
    session: Session, periods: RetentionPeriods, held: frozenset[UUID], now: datetime
) -> int:
    due = [
        order_id
        for order_id in _closed_before(session, now, periods.what_was_said_days)
        if order_id not in held
    ]
    gone = 0
    for table in (GateRecord, ContactAttempt):
        done = session.exec(
            update(table).where(col(table.order_id).in_(due), col(table.note) != "").values(note="")
        )
        gone += done.rowcount
    return gone


def _count_and_remove(
    session: Session, order_id: UUID, seal: Seal, tell: Tell, now: datetime
) -> None:
    """Add the case to the counts, then remove every row of it."""
    order = get_order(session, order_id)
    _count(session, order)
    parties = session.exec(select(Party).where(Party.order_id == order_id)).all()
    for party in parties:
        erase_person(session, party, seal=seal, actor=SERVICE, now=now, tell=tell)
    of_meetings = select(Meeting.id).where(Meeting.order_id == order_id)
    session.exec(delete(Message).where(col(Message.subject_id).in_(of_meetings)))
    for table in OF_A_MEETING:
        session.exec(delete(table).where(_column(table, "meeting_id").in_(of_meetings)))
    for table in OF_AN_ORDER:
        session.exec(delete(table).where(_column(table, "order_id") == order_id))
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


def _remove_old_audit(session: Session, periods: RetentionPeriods, now: datetime) -> int:
    """Only sealed entries go: the chain keeps their place, and a removal is noted in it."""
    gone = 0
    for kind in EventKind:
        days = periods.security_log_days if kind in SECURITY else periods.audit_days
        before = now - timedelta(days=days)
        sealed = select(AuditSeal.entry_id)
        due = (
            select(AuditEntry.id)
            .where(AuditEntry.kind == kind, AuditEntry.at < before)
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
            "audit_removal",
            removal.id,
            now=now,
            fields=removal_words(removal),
        )
        gone += session.exec(delete(AuditEntry).where(col(AuditEntry.id).in_(due))).rowcount
    return gone


def lines_of(reports: Iterable[RetentionReport]) -> list[str]:
    """Reports in sentences, for whoever runs the service."""
    return [
        f"{report.night}, by the periods of {report.policy_version}: "
        + ", ".join(
            f"{number} {name.replace('_', ' ')}" for name, number in sorted(report.counts.items())
        )
        for report in reports
    ]
