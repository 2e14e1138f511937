"""What the page of keeping shows: periods, nights and holds; whose case it is stays out of it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from rj.policy.retention import retention_on
from rj.rights.holds import REASON_WORDS, standing_holds
from rj.rights.models import HoldReason, RetentionReport
from web.pages import Fact, day_text

NIGHTS = 14

COUNTED = {
    "message_bodies": "Mails",
    "harmed_contacts": "Harmed people's contact details",
    "said": "Notes, reasons and wishes",
    "cases": "Cases",
    "planning_runs": "Planning runs",
    "audit_entries": "Audit entries",
}

REASON_CHOICES = tuple(
    (reason.value, words[:1].upper() + words[1:]) for reason, words in REASON_WORDS.items()
)


@dataclass(frozen=True, slots=True)
class NightRow:
    """One night's work."""

    night: str
    gone: str
    waiting: tuple[str, ...]
    """Why something stays, and how often."""


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold, without the case that it is on."""

    hold_id: UUID
    why: str
    note: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class KeepingPage:
    """All of it."""

    source: str
    periods: tuple[Fact, ...]
    nights: tuple[NightRow, ...]
    holds: tuple[HoldRow, ...]


def keeping_page(session: Session, today: date) -> KeepingPage:
    """How long what is kept, what the last nights ended, and what is held."""
    periods = retention_on(today)
    kept = (
        ("Finished mails", periods.message_bodies_days, "after they were sent"),
        ("A harmed person's contact details", periods.harmed_contact_days, "after close or a no"),
        ("What people said", periods.what_was_said_days, "after close"),
        ("Everything else of a case", periods.case_facts_days, "after close"),
        ("Provisional holds without an order", periods.ended_holds_days, "after they ended"),
        ("Sign-ins and refused access", periods.security_log_days, "after they happened"),
        ("The rest of the audit", periods.audit_days, "after it happened"),
    )
    reports = session.exec(
        select(RetentionReport).order_by(col(RetentionReport.night).desc()).limit(NIGHTS)
    )
    return KeepingPage(
        source=periods.source,
        periods=tuple(Fact(what, f"{days} days {since}") for what, days, since in kept),
        nights=tuple(_night(report) for report in reports),
        holds=tuple(
            HoldRow(
                hold.id,
                REASON_WORDS[HoldReason(hold.reason)].capitalize(),
                hold.note,
                day_text(hold.since.date()),
                day_text(hold.ends_on),
            )
            for hold in standing_holds(session, today=today).values()
        ),
    )


def _night(report: RetentionReport) -> NightRow:
    gone = [
        f"{words}: {report.counts[name]}"
        for name, words in COUNTED.items()
        if report.counts.get(name)
    ]
    reasons = [each["why"] for each in report.waiting]
    waiting = tuple(
        f"{why} ({reasons.count(why)})" if reasons.count(why) > 1 else why
        for why in dict.fromkeys(reasons)
    )
    return NightRow(day_text(report.night), ", ".join(gone) or "Nothing was due", waiting)
