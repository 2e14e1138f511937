"""Delivery standards: the only code where a period is a number.

Each version says from which sentence date it holds and where it comes from; a case keeps the
version in force on its sentence date. Local changes are data of the same shape.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from rj.policy.terms import DayUnit, PracticeLevel, Stage

Gap = tuple[int, int]


def _gaps() -> "MappingProxyType[tuple[Stage, Stage], Gap]":
    return MappingProxyType(
        {
            (Stage.CONTACT, Stage.ASSESSMENT): (2, 28),
            (Stage.ASSESSMENT, Stage.PREPARATION): (3, 42),
            (Stage.PREPARATION, Stage.REPARATION): (7, 56),
            (Stage.REPARATION, Stage.REVIEW): (7, 42),
        }
    )


@dataclass(frozen=True, slots=True)
class DeliveryStandards:
    """What was promised to the courts and to people from a date on. Days are calendar days
    unless the name says working days."""

    version: str
    in_force_from: date
    source: str
    first_contact_days: int
    first_contact_alert_days: tuple[int, ...]
    notice_days: int
    """Least calendar days between planning a meeting and holding it; a call needs none."""
    gaps: MappingProxyType[tuple[Stage, Stage], Gap] = field(default_factory=_gaps)
    """Least and most calendar days between consecutive stages (H4, R22)."""
    first_contact_unit: DayUnit = DayUnit.CALENDAR
    """What the days of first contact are; the other reading is shown beside it (R16)."""
    assessment_target_working_days: int = 20
    preparation_target_working_days: int = 20
    reparation_opens_working_days: int = 10
    """From here to the target is the window of the third meeting, once all are ready (R22)."""
    reparation_target_working_days: int = 60
    review_opens_working_days: int = 20
    review_target_working_days: int = 30
    risk_assessment_lapses_after_days: int = 28
    calls_after_days: int = 2
    """Calendar days after the third meeting in which each side is rung (R30)."""
    later_call_days: int = 28
    victim_scheme_working_days: int = 40
    """Of sentence, the scheme's first contact; not ours to keep (R19)."""
    first_year_conferences: int = 5
    """Direct conferences led in the first year after training (S1, R32)."""
    later_year_conferences: int = 3
    conferences_per_day: int = 1
    """Most conferences one facilitator takes part in on one day (R39, H11)."""
    conferences_per_week: int = 2
    """The same from Monday to Sunday (R39, H11)."""
    recovery_days: int = 1
    """Days without a conference after the day of one (R39, H11)."""
    seconds_practise: bool = False
    """Whether being second at a direct conference counts towards the five as leading does (R32)."""
    mentored_seconds: bool = True
    """Whether somebody still mentored may be second to one of the own mentors, who leads (R34)."""
    no_calls_on_journeys: bool = True
    """Whether nobody is asked to ring between leaving one venue and reaching the next (H9): what is
    said in a first contact is for no train or car."""
    curfew_margin_minutes: int = 30
    """Journey home allowed for on both sides of a curfew (R42)."""
    planning_horizon_days: int = 182
    hold_days: int = 28
    """How long a provisional hold stands for a sentence to come, the day it was placed apart."""
    held_call_opens_days: int = 5
    """A call held for a sentence to come lies this many calendar days after it or more: orders
    come late (R17), and a contact is first asked after on its fifth day (R16)."""
    journey_fixed_minutes: int = 10
    """Getting away and arriving, whatever the distance (H9)."""
    journey_seconds_per_km: int = 90
    journey_round_to_minutes: int = 5


PUBLISHED = (
    DeliveryStandards(
        version="2013-02",
        in_force_from=date(2013, 2, 1),
        source=(
            "Leicestershire and Rutland programme description (S1): contact within 15 days, four "
            "meetings, five conferences in the first year; R16, R22, R39 and R42 for defaults that "
            "it leaves open"
        ),
        first_contact_days=15,
        first_contact_alert_days=(5, 10, 13),
        notice_days=3,
    ),
    DeliveryStandards(
        version="2021-04",
        in_force_from=date(2021, 4, 1),
        source=(
            "As before; the Victims' Code in force from 1 April 2021: referral to the Victim "
            "Contact Scheme within 10 working days of sentence and contact within 20 of the "
            "referral (R19)"
        ),
        first_contact_days=15,
        first_contact_alert_days=(5, 10, 13),
        notice_days=3,
        victim_scheme_working_days=30,
    ),
)
"""Every published version, oldest first."""


MENTOR_LEVELS = frozenset({PracticeLevel.INTERMEDIATE, PracticeLevel.ADVANCED})
"""Who may mentor a first-year facilitator (R34)."""


def standards_on(sentenced_on: date) -> DeliveryStandards:
    """The version in force on a sentence date; the oldest one for sentences before them all."""
    in_force = [version for version in PUBLISHED if version.in_force_from <= sentenced_on]
    return in_force[-1] if in_force else PUBLISHED[0]


def strictest(current: DeliveryStandards, others: Iterable[DeliveryStandards]) -> DeliveryStandards:
    """The standards in force, with gaps and notice that no other of these would refuse (H2, H4).

    Where two leave no day between two stages that suits both, the longest most days count: a
    meeting late by one version is better than none.
    """
    gaps = dict(current.gaps)
    notice = current.notice_days
    for other in others:
        notice = max(notice, other.notice_days)
        for pair, (least, most) in other.gaps.items():
            known_least, known_most = gaps.get(pair, (least, most))
            fewest, longest = max(least, known_least), min(most, known_most)
            gaps[pair] = (fewest, longest if fewest <= longest else max(most, known_most))
    if notice == current.notice_days and gaps == current.gaps:
        return current
    return replace(current, notice_days=notice, gaps=MappingProxyType(gaps))
