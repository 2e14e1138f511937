"""How long each class of data is kept: dated, sourced data, the only place where it is a number.

A nightly job does it (``rj.rights.retention``). Days are calendar days.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class RetentionPeriods:
    """What a service keeps, and for how long, from a date on."""

    version: str
    in_force_from: date
    source: str
    message_bodies_days: int
    """Finished mails, after they were sent."""
    harmed_contact_days: int
    """Who a harmed person is and how to reach them, after close or after they said no."""
    what_was_said_days: int
    """Notes of what people said, after close."""
    case_facts_days: int
    """Everything else of a case, after close; then only counts are left."""
    ended_holds_days: int
    """Provisional holds for which no order came, after they ended."""
    suitability_checks_days: int
    """A report writer's saved check, after the expected sentence or the last time it was
    answered."""
    security_log_days: int
    """Sign-ins and refused access."""
    audit_days: int
    """Every other entry of the audit; without content from the start."""
    backups_days: int
    """How long a backup may still hold what was erased here; held by whoever keeps backups."""


PUBLISHED = (
    RetentionPeriods(
        version="2026-11",
        in_force_from=date(2013, 2, 1),
        source=(
            "Defaults of this service until its own policy says otherwise: what parties said 12 "
            "months after close and case facts 24; victim contact 90 days after close or "
            "withdrawal; security logs 6 to 24 months; audit of disclosure 6 years, as the "
            "Limitation Act 1980 s.5; R55, R58. A saved check half a year: by then the report is "
            "with the court and speaks for itself"
        ),
        message_bodies_days=30,
        harmed_contact_days=90,
        what_was_said_days=365,
        case_facts_days=730,
        ended_holds_days=90,
        suitability_checks_days=183,
        security_log_days=730,
        audit_days=2192,
        backups_days=35,
    ),
)
"""Every published version, oldest first."""


def retention_on(day: date) -> RetentionPeriods:
    """The version in force on a day; the oldest one for days before them all."""
    in_force = [version for version in PUBLISHED if version.in_force_from <= day]
    return in_force[-1] if in_force else PUBLISHED[0]
