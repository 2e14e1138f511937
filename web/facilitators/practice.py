"""The road to five conferences: how far a facilitator has come in this year of practice."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, func, or_, select

from rj.area_rules.queries import policy_in_force
from rj.conferences.models import Meeting, MeetingState
from rj.facilitators.models import Facilitator
from rj.facilitators.queries import areas_of, past_conferences_of
from rj.kernel.london import london_day
from rj.orders.models import Plan, PlanStep
from rj.policy.standards import DeliveryStandards, standards_on
from rj.policy.terms import Route, Stage
from rj.scheduling.planner.civil import anniversary


@dataclass(frozen=True, slots=True)
class Practice:
    """One year of practice, counted from the accreditation."""

    number: int
    """1 for the first."""
    ends_on: date
    """The anniversary, no longer part of the year."""
    wanted: int
    held: int
    booked: int

    @property
    def still_to_find(self) -> int:
        """Conferences that are neither held nor booked yet."""
        return max(0, self.wanted - self.held - self.booked)


def practice_on(
    today: date,
    accredited_on: date,
    held_on: Collection[date],
    booked_on: Collection[date],
    standards: DeliveryStandards | None = None,
) -> Practice:
    """The year of practice that ``today`` lies in; before the accreditation it is the first.

    Without an area's ``standards``, those the release ships for today."""
    number = 0
    while anniversary(accredited_on, number + 1) <= today:
        number += 1
    first, end = anniversary(accredited_on, number), anniversary(accredited_on, number + 1)
    standards = standards or standards_on(today)
    return Practice(
        number=number + 1,
        ends_on=end,
        wanted=standards.first_year_conferences
        if number == 0
        else standards.later_year_conferences,
        held=sum(first <= day < end for day in held_on),
        booked=sum(first <= day < end for day in booked_on),
    )


def practice_of(session: Session, facilitator: Facilitator, now: datetime) -> Practice:
    """The same from the records: direct conferences led here, and those led before or elsewhere.

    Of several areas the first says how many are wanted, and whether being second counts.
    """
    today = london_day(now)
    area = next(iter(areas_of(session, facilitator.id)), None)
    standards = None if area is None else policy_in_force(session, area, today).standards
    held = [past.held_on for past in past_conferences_of(session, facilitator.id)]
    booked: list[date] = []
    seconds_practise = standards is not None and standards.seconds_practise
    for meeting in _conferences_led(session, facilitator.id, seconds_practise):
        day = london_day(meeting.starts_at)
        (held if meeting.starts_at <= now else booked).append(day)
    return practice_on(today, facilitator.accredited_on, held, booked, standards)


def _conferences_led(
    session: Session, facilitator_id: UUID, seconds_practise: bool
) -> list[Meeting]:
    leads = col(Meeting.lead_id) == facilitator_id
    is_second = col(Meeting.second_id) == facilitator_id
    return list(
        session.exec(
            select(Meeting)
            .join(PlanStep, col(PlanStep.id) == Meeting.step_id)
            .join(Plan, col(Plan.id) == PlanStep.plan_id)
            .where(
                PlanStep.stage == Stage.REPARATION,
                func.coalesce(PlanStep.route, Plan.route) == Route.DIRECT,
                Meeting.state != MeetingState.CANCELLED,
                or_(leads, is_second) if seconds_practise else leads,
            )
        )
    )
