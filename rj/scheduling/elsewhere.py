"""What meetings outside a problem take up of the time, weeks, days and caseloads of its staff,
rooms and people: a problem plans one area from now on, and they work in others and did before."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from uuid import UUID

from sqlmodel import Session, col, select

from rj.conferences.bookings import HeldTime, times_of_hold
from rj.conferences.models import Booking, HoldState, Meeting, MeetingState, ProvisionalHold
from rj.conferences.queries import COMING
from rj.facilitators.models import Facilitator
from rj.kernel.london import at_london_midnight, london_day
from rj.orders.models import PlanStep
from rj.policy.terms import Stage
from rj.scheduling.caps import conferences_beside, minutes_beside
from rj.scheduling.planner.civil import monday_of
from rj.scheduling.planner.journeys import Place, journey_minutes
from rj.scheduling.planner.problem import Busy, Policy, Travel
from rj.venues.models import Room, Venue
from rj.venues.queries import rooms_with


@dataclass(eq=False)
class Elsewhere:
    """Read as one freezing finds it, once for each question.

    ``meetings`` stand for the problem's own tasks: whatever is booked besides them is elsewhere.
    """

    session: Session
    now: datetime
    soon: datetime
    horizon_end: date
    policy: Policy
    meetings: Collection[Meeting]
    orders: Collection[UUID]
    """The cases planned now, whatever is booked for them."""
    holds: Collection[UUID]
    """Provisional holds that the problem knows as cases of its own."""
    holds_stand: bool

    @property
    def today(self) -> date:
        return london_day(self.now)

    @cached_property
    def _bookings(self) -> dict[UUID, list[HeldTime]]:
        """Bookings of meetings outside the problem and provisional holds, by what they take up."""
        taken: dict[UUID, list[HeldTime]] = defaultdict(list)
        ends = at_london_midnight(self.horizon_end + timedelta(days=1))
        # columns and no records: nearly all of a county's bookings are inside, and not asked for
        for resource_id, starts_at, ends_at in self.session.exec(
            select(col(Booking.resource_id), col(Booking.starts_at), col(Booking.ends_at))
            .where(
                Booking.ends_at > at_london_midnight(self.today),
                Booking.starts_at < ends,
                col(Booking.meeting_id).not_in([meeting.id for meeting in self.meetings]),
            )
            .order_by(col(Booking.starts_at), col(Booking.meeting_id))
        ):
            taken[resource_id].append(HeldTime(resource_id, starts_at, ends_at))
        for hold, room, _ in self._holds:
            for held in times_of_hold(hold, rooms_with(self.session, room)):
                taken[held.resource_id].append(held)
        return taken

    @cached_property
    def _holds(self) -> list[tuple[ProvisionalHold, Room, Venue]]:
        """What other areas hold for orders still to come, with where the assessment would be."""
        return [
            (hold, room, venue)
            for hold, room, venue in self.session.exec(
                select(ProvisionalHold, Room, Venue)
                .join(Room, col(Room.id) == ProvisionalHold.room_id)
                .join(Venue, col(Venue.id) == Room.venue_id)
                .where(ProvisionalHold.state == HoldState.STANDING)
                .order_by(col(ProvisionalHold.reference))
            )
            if hold.id not in self.holds
        ]

    def journeys_of_holds(self, who: UUID, places: Iterable[Place], travel: Travel) -> list[Busy]:
        """The way to and from an assessment that is held: wherever else a facilitator is that day,
        they must be able to get there once the hold is a meeting (H9)."""
        found = []
        for hold, _, venue in self._holds:
            if hold.lead_id == who:
                longest = max((journey_minutes(travel, venue, each) for each in places), default=0)
                way = timedelta(minutes=longest)
                found.append(Busy(hold.assessment_starts_at - way, hold.assessment_ends_at + way))
        return found

    def busy(self, resource: UUID, rest: timedelta = timedelta()) -> list[Busy]:
        """Taken time of a resource; a room also wants its rest before the next use."""
        return [
            Busy(each.starts_at - rest, each.ends_at) for each in self._bookings.get(resource, ())
        ]

    def cases(self, facilitators: list[UUID]) -> dict[UUID, int]:
        """How many cases outside this problem each of them leads or may come to lead."""
        inside = set(self.orders)
        led: dict[UUID, set[UUID]] = defaultdict(set)
        for lead_id, order_id in self.session.exec(
            select(col(Meeting.lead_id), col(Meeting.order_id)).where(
                col(Meeting.lead_id).in_(facilitators),
                col(Meeting.state).in_(COMING),
                Meeting.starts_at > self.now,
            )
        ):
            if order_id not in inside:
                led[lead_id].add(order_id)
        held = Counter(hold.lead_id for hold, _, _ in self._holds)
        return {who: len(led[who]) + held[who] for who in facilitators}

    @cached_property
    def _worked(self) -> dict[UUID, Counter[date]]:
        """Minutes of meetings begun in this week and the three before, by facilitator and Monday,
        outcome recorded or not."""
        worked: dict[UUID, Counter[date]] = defaultdict(Counter)
        first = monday_of(self.today) - timedelta(days=21)
        for meeting in self.session.exec(
            select(Meeting).where(
                Meeting.starts_at >= at_london_midnight(first),
                Meeting.starts_at <= self.now,
                Meeting.state != MeetingState.CANCELLED,
            )
        ):
            for who in _staff(meeting):
                worked[who][monday_of(london_day(meeting.starts_at))] += _minutes(meeting)
        return worked

    def minutes_taken(self, facilitator: Facilitator) -> dict[date, int]:
        """Minutes of each week, by its Monday, that are worked already or booked outside this
        problem (H10)."""
        weeks = Counter(self._worked.get(facilitator.id, {}))
        for booking in self._bookings.get(facilitator.id, ()):
            if booking.starts_at > self.now:
                weeks[monday_of(london_day(booking.starts_at))] += _minutes(booking)
        return minutes_beside(
            [Busy(each.starts_at, each.ends_at) for each in self._standing(facilitator.id)],
            weeks,
            weekly=facilitator.weekly_minutes,
            four_weekly=facilitator.four_week_minutes,
        )

    @cached_property
    def _conferences(self) -> dict[UUID, Counter[date]]:
        """Third meetings outside this problem, by facilitator and day, from as far back as counts
        for a day still to come."""
        inside = {meeting.id for meeting in self.meetings}
        found: dict[UUID, Counter[date]] = defaultdict(Counter)
        rest = timedelta(days=self.policy.recovery_days)
        first = min(monday_of(self.today), self.today - rest)
        for meeting in self.session.exec(
            select(Meeting)
            .join(PlanStep, col(PlanStep.id) == Meeting.step_id)
            .where(
                PlanStep.stage == Stage.REPARATION,
                Meeting.state != MeetingState.CANCELLED,
                Meeting.starts_at >= at_london_midnight(first),
            )
        ):
            if meeting.id not in inside:
                for who in _staff(meeting):
                    found[who][london_day(meeting.starts_at)] += 1
        return found

    def conferences(self, who: UUID) -> tuple[date, ...]:
        """The days of conferences outside this problem, a day for each (H11)."""
        standing = [
            london_day(each.starts_at)
            for each in self._standing(who)
            if each.step_id in self._third_steps
        ]
        return conferences_beside(standing, self._conferences.get(who, {}), self.policy)

    @cached_property
    def _third_steps(self) -> frozenset[UUID]:
        """The steps of this problem's meetings that are third meetings."""
        steps = [meeting.step_id for meeting in self.meetings]
        return frozenset(
            self.session.exec(
                select(PlanStep.id).where(
                    col(PlanStep.id).in_(steps), PlanStep.stage == Stage.REPARATION
                )
            )
        )

    def _standing(self, who: UUID) -> list[Meeting]:
        """Meetings inside this problem that stay: those people were told of or a coordinator
        pinned, and where holds stand all of them."""
        return self._standing_of.get(who, [])

    @cached_property
    def _standing_of(self) -> dict[UUID, list[Meeting]]:
        found: dict[UUID, list[Meeting]] = defaultdict(list)
        for meeting in self.meetings:
            if self.holds_stand or meeting.state is MeetingState.TOLD or meeting.is_pinned:
                for who in _staff(meeting):
                    found[who].append(meeting)
        return found


def _staff(meeting: Meeting) -> tuple[UUID, ...]:
    return tuple(who for who in (meeting.lead_id, meeting.second_id) if who is not None)


def _minutes(taken: HeldTime | Meeting) -> int:
    return int((taken.ends_at - taken.starts_at).total_seconds() // 60)
