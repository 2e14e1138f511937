"""What is known of people, staff and places, in the planning format's own shapes.

One reading serves the fitting of a single meeting and the freezing of a whole area. Callers say
how each record is to be named, so that a problem can carry names made up for one run.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import reduce
from itertools import product
from typing import TypeAlias
from uuid import UUID

from sqlmodel import Session, col, func, or_, select

from rj.conferences.models import Meeting, MeetingState
from rj.db.types import WeeklyHours
from rj.facilitators.models import (
    ConflictOfInterest,
    Facilitator,
    FacilitatorArea,
    FacilitatorBusy,
    Leave,
    Mentoring,
    PastConference,
)
from rj.kernel.london import london_day
from rj.orders.models import OfficerAway, Order, Plan, PlanStep, ResponsibleOfficer
from rj.parties.models import LikedVenue, Party, PartyAway, PartyBusy, PlaceToAvoid
from rj.policy.standards import DeliveryStandards
from rj.policy.terms import Route, Stage
from rj.scheduling.planner import problem as planning
from rj.scheduling.planner.problem import Away, Busy, Curfew, Gap, Travel, Window
from rj.venues.models import Room, RoomBlock, Venue, VenueClosure

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
GRID_MINUTES = 30
"""Planned meetings start on the hour or half past: people remember such times."""

Naming = Callable[[UUID], str]
A_DAY = 24 * 60
Windows: TypeAlias = tuple[Window, ...]


def minutes_of(clock: str) -> int:
    """Minutes after midnight of ``09:30``; ``24:00`` is the end of the day."""
    hours, minutes = clock.split(":")[:2]
    return int(hours) * 60 + int(minutes)


def windows_of(hours: WeeklyHours) -> tuple[Window, ...]:
    """Weekly hours as the planning format has them."""
    return tuple(
        Window(WEEKDAYS.index(weekday), minutes_of(opens), minutes_of(closes))
        for weekday, opens, closes in hours
    )


def policy_of(standards: DeliveryStandards) -> planning.Policy:
    """The figures of the standards that rules and targets are reckoned with."""
    return planning.Policy(
        contact_days=standards.first_contact_days,
        notice_days=standards.notice_days,
        gaps={
            f"{earlier.value}-{later.value}": Gap(least, most)
            for (earlier, later), (least, most) in standards.gaps.items()
        },
        first_year_target=standards.first_year_conferences,
        later_year_target=standards.later_year_conferences,
        conferences_per_day=standards.conferences_per_day,
        conferences_per_week=standards.conferences_per_week,
        recovery_days=standards.recovery_days,
        mentored_seconds=standards.mentored_seconds,
        no_calls_on_journeys=standards.no_calls_on_journeys,
        practice_counts=planning.PracticeCounts.LEAD_AND_SECOND
        if standards.seconds_practise
        else planning.PracticeCounts.LEAD,
        travel=Travel(
            fixed_minutes=standards.journey_fixed_minutes,
            seconds_per_km=standards.journey_seconds_per_km,
            round_to_minutes=standards.journey_round_to_minutes,
        ),
    )


@dataclass(frozen=True)
class People:
    """Parties and officers with the times and places at which they cannot come."""

    parties: Mapping[UUID, Party]
    officers: Mapping[UUID, ResponsibleOfficer]
    away: Mapping[UUID, list[Away]]
    busy: Mapping[UUID, list[Busy]]
    avoids: Mapping[UUID, list[UUID]]
    likes: Mapping[UUID, list[UUID]]
    selves: Mapping[UUID, tuple[Party, ...]] = field(default_factory=dict)
    """Who stands in several open orders, by diary: what one order knows of when and where they
    cannot come counts in all of them."""

    def party(
        self,
        party_id: UUID,
        name: str,
        *,
        role: str,
        margin_minutes: int,
        venue_name: Callable[[UUID], str | None],
        more_busy: Iterable[Busy] = (),
    ) -> planning.Person:
        """A party as planning knows one; venues without a name are of no concern to it."""
        party = self.parties[party_id]
        selves = self.selves.get(party.diary, (party,))
        hours = [windows_of(each.hours) for each in selves if each.hours is not None]
        curfews = [
            Curfew(_minutes(each.curfew_from), _minutes(each.curfew_until), margin_minutes)
            for each in selves
            if each.curfew_from is not None and each.curfew_until is not None
        ]
        return planning.Person(
            id=name,
            role=role,
            hours=reduce(_in_both, hours) if hours else None,
            busy=(*(taken for each in selves for taken in self.busy.get(each.id, ())), *more_busy),
            away=tuple(stay for each in selves for stay in self.away.get(each.id, ())),
            curfew=around(curfews) if curfews else None,
            not_venues=_named(
                (venue for each in selves for venue in self.avoids.get(each.id, ())), venue_name
            ),
            likes_hours=windows_of(self.parties[party_id].likes_hours or []),
            likes_venues=_named(self.likes.get(party_id, ()), venue_name),
        )

    def officer(
        self, officer_id: UUID, name: str, *, more_busy: Iterable[Busy] = ()
    ) -> planning.Person:
        """A responsible officer as planning knows one."""
        return planning.Person(
            id=name,
            role="manager",
            hours=windows_of(self.officers[officer_id].hours),
            busy=tuple(more_busy),
            away=tuple(self.away.get(officer_id, ())),
        )


def _in_both(one: Windows, other: Windows) -> Windows:
    """The hours that lie in either week."""
    return tuple(
        Window(mine.weekday, max(mine.opens, theirs.opens), min(mine.closes, theirs.closes))
        for mine in one
        for theirs in other
        if mine.weekday == theirs.weekday
        and max(mine.opens, theirs.opens) < min(mine.closes, theirs.closes)
    )


def around(curfews: Sequence[Curfew]) -> Curfew:
    """The shortest hours at home around all of these (R42), the whole day where nothing less is.

    Two courts may order two curfews; nobody is asked out for what little lies between them.
    """
    margin = max(each.margin_minutes for each in curfews)
    return min(
        (
            arc
            for first, last in product(curfews, repeat=2)
            if all(
                (each.begins - first.begins) % A_DAY + _length(each)
                <= (last.ends - first.begins) % A_DAY
                for each in curfews
            )
            for arc in (Curfew(first.begins, last.ends, margin),)
        ),
        key=_length,
        default=Curfew(0, A_DAY - 1, margin),
    )


def _length(curfew: Curfew) -> int:
    return (curfew.ends - curfew.begins) % A_DAY


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _named(venues: Iterable[UUID], name: Callable[[UUID], str | None]) -> frozenset[str]:
    return frozenset(known for venue in venues if (known := name(venue)) is not None)


def read_people(
    session: Session, order_ids: Collection[UUID], officer_ids: Collection[UUID]
) -> People:
    """Everybody of these orders, both sides, and these officers."""
    parties = session.exec(select(Party).where(col(Party.order_id).in_(order_ids))).all()
    selves = _selves(session, parties)
    of_orders = select(Party.id).where(
        or_(
            col(Party.order_id).in_(order_ids),
            col(Party.id).in_([each.id for group in selves.values() for each in group]),
        )
    )
    officers = session.exec(
        select(ResponsibleOfficer).where(col(ResponsibleOfficer.id).in_(officer_ids))
    ).all()
    away: dict[UUID, list[Away]] = defaultdict(list)
    for stay in session.exec(select(PartyAway).where(col(PartyAway.party_id).in_(of_orders))):
        away[stay.party_id].append(Away(stay.first_day, stay.last_day))
    for leave in session.exec(
        select(OfficerAway).where(col(OfficerAway.officer_id).in_(officer_ids))
    ):
        away[leave.officer_id].append(Away(leave.first_day, leave.last_day))
    busy: dict[UUID, list[Busy]] = defaultdict(list)
    for taken in session.exec(select(PartyBusy).where(col(PartyBusy.party_id).in_(of_orders))):
        busy[taken.party_id].append(Busy(taken.starts_at, taken.ends_at))
    avoids: dict[UUID, list[UUID]] = defaultdict(list)
    for place in session.exec(
        select(PlaceToAvoid).where(col(PlaceToAvoid.party_id).in_(of_orders))
    ):
        avoids[place.party_id].append(place.venue_id)
    likes: dict[UUID, list[UUID]] = defaultdict(list)
    for liked in session.exec(select(LikedVenue).where(col(LikedVenue.party_id).in_(of_orders))):
        likes[liked.party_id].append(liked.venue_id)
    return People(
        parties={party.id: party for party in parties},
        officers={officer.id: officer for officer in officers},
        away=away,
        busy=busy,
        avoids=avoids,
        likes=likes,
        selves=selves,
    )


def _selves(session: Session, parties: Iterable[Party]) -> dict[UUID, tuple[Party, ...]]:
    """By diary, everybody who shares one, in open orders wherever these are."""
    shared = {party.diary_id for party in parties if party.diary_id is not None}
    found: dict[UUID, list[Party]] = defaultdict(list)
    for party in session.exec(
        select(Party)
        .join(Order, col(Order.id) == col(Party.order_id))
        .where(col(Party.diary_id).in_(shared), col(Order.closed_at).is_(None))
        .order_by(col(Party.id))
    ):
        found[party.diary].append(party)
    return {diary: tuple(group) for diary, group in found.items()}


@dataclass(frozen=True)
class Staff:
    """Facilitators with their time, areas, mentors, conflicts and practice."""

    facilitators: Mapping[UUID, Facilitator]
    areas: Mapping[UUID, list[str]]
    away: Mapping[UUID, list[Away]]
    busy: Mapping[UUID, list[Busy]]
    mentors: Mapping[UUID, list[UUID]]
    conflicts: Mapping[UUID, list[UUID]]
    conferences_held: Mapping[UUID, list[date]]

    def facilitator(
        self,
        facilitator_id: UUID,
        name: str,
        *,
        mentor_name: Callable[[UUID], str | None],
        conflicts: frozenset[str] = frozenset(),
        more_busy: Iterable[Busy] = (),
        minutes_taken: Mapping[date, int] | None = None,
        conferences_elsewhere: tuple[date, ...] = (),
        cases_elsewhere: int = 0,
    ) -> planning.Facilitator:
        """A facilitator as planning knows one; work elsewhere counts for the caps (H10 to H12)."""
        row = self.facilitators[facilitator_id]
        return planning.Facilitator(
            id=name,
            x=row.base_x,
            y=row.base_y,
            areas=frozenset(self.areas.get(row.id, ())),
            skills=frozenset(row.skills),
            languages=frozenset(row.languages),
            accredited=row.accredited_on,
            mentored_until=row.mentored_until,
            mentors=_named(self.mentors.get(row.id, ()), mentor_name),
            hours=windows_of(row.hours) if row.is_active else (),
            away=tuple(self.away.get(row.id, ())),
            busy=(*self.busy.get(row.id, ()), *more_busy),
            weekly_minutes=row.weekly_minutes,
            caseload_cap=max(0, row.caseload_cap - cases_elsewhere),
            caseload_norm=max(0, row.caseload_norm - cases_elsewhere),
            conferences_held=tuple(sorted(self.conferences_held.get(row.id, ()))),
            conflicts=conflicts,
            four_week_minutes=row.four_week_minutes,
            minutes_taken=minutes_taken or {},
            conferences_elsewhere=conferences_elsewhere,
        )


def read_staff(
    session: Session,
    facilitator_ids: Collection[UUID],
    now: datetime,
    *,
    seconds_practise: bool = False,
) -> Staff:
    """These facilitators. A conference that is over counts as held, outcome recorded or not; for
    its second too where ``seconds_practise``."""
    rows = session.exec(select(Facilitator).where(col(Facilitator.id).in_(facilitator_ids))).all()
    areas: dict[UUID, list[str]] = defaultdict(list)
    for covered in session.exec(
        select(FacilitatorArea).where(col(FacilitatorArea.facilitator_id).in_(facilitator_ids))
    ):
        areas[covered.facilitator_id].append(covered.area_id)
    away: dict[UUID, list[Away]] = defaultdict(list)
    for leave in session.exec(select(Leave).where(col(Leave.facilitator_id).in_(facilitator_ids))):
        away[leave.facilitator_id].append(Away(leave.first_day, leave.last_day))
    busy: dict[UUID, list[Busy]] = defaultdict(list)
    for taken in session.exec(
        select(FacilitatorBusy).where(col(FacilitatorBusy.facilitator_id).in_(facilitator_ids))
    ):
        busy[taken.facilitator_id].append(Busy(taken.starts_at, taken.ends_at))
    mentors: dict[UUID, list[UUID]] = defaultdict(list)
    for pair in session.exec(
        select(Mentoring).where(col(Mentoring.facilitator_id).in_(facilitator_ids))
    ):
        mentors[pair.facilitator_id].append(pair.mentor_id)
    conflicts: dict[UUID, list[UUID]] = defaultdict(list)
    for conflict in session.exec(
        select(ConflictOfInterest).where(
            col(ConflictOfInterest.facilitator_id).in_(facilitator_ids)
        )
    ):
        conflicts[conflict.facilitator_id].append(conflict.person_id)
    held: dict[UUID, list[date]] = defaultdict(list)
    for past in session.exec(
        select(PastConference).where(col(PastConference.facilitator_id).in_(facilitator_ids))
    ):
        held[past.facilitator_id].append(past.held_on)
    led = session.exec(
        select(col(Meeting.lead_id), col(Meeting.second_id), col(Meeting.starts_at))
        .join(PlanStep, col(PlanStep.id) == Meeting.step_id)
        .join(Plan, col(Plan.id) == PlanStep.plan_id)
        .where(
            PlanStep.stage == Stage.REPARATION,
            func.coalesce(PlanStep.route, Plan.route) == Route.DIRECT,
            Meeting.state != MeetingState.CANCELLED,
            Meeting.starts_at <= now,
            or_(
                col(Meeting.lead_id).in_(facilitator_ids),
                col(Meeting.second_id).in_(facilitator_ids),
            ),
        )
    )
    for lead_id, second_id, starts_at in led:
        held[lead_id].append(london_day(starts_at))
        if seconds_practise and second_id is not None:
            held[second_id].append(london_day(starts_at))
    return Staff(
        facilitators={row.id: row for row in rows},
        areas=areas,
        away=away,
        busy=busy,
        mentors=mentors,
        conflicts=conflicts,
        conferences_held=held,
    )


@dataclass(frozen=True)
class Places:
    """Venues with their rooms, closures and blocks."""

    venues: Mapping[UUID, Venue]
    rooms: Mapping[UUID, Room]
    closed: Mapping[UUID, list[date]]
    blocks: Mapping[UUID, list[Busy]]
    rooms_of: Mapping[UUID, list[UUID]] = field(default_factory=dict)

    def venue(
        self,
        venue_id: UUID,
        name: str,
        *,
        room_name: Naming,
        more_busy: Mapping[UUID, list[Busy]],
        rooms: Collection[UUID] | None = None,
    ) -> planning.Venue:
        """A venue as planning knows one, with all its rooms or only those given.

        A room no longer in use keeps its name but offers no seat.
        """
        row = self.venues[venue_id]
        shown = [
            self.rooms[room_id]
            for room_id in self.rooms_of.get(venue_id, ())
            if rooms is None or room_id in rooms
        ]
        in_use = {str(room.id): room for room in shown if room.is_active}
        return planning.Venue(
            id=name,
            x=row.x,
            y=row.y,
            hours=windows_of(row.hours) if row.is_active else (),
            closed=frozenset(self.closed.get(venue_id, ())),
            rooms=tuple(
                planning.Room(
                    id=room_name(room.id),
                    capacity=room.capacity if room.is_active else 0,
                    features=frozenset(room.features),
                    turnaround_minutes=room.turnaround_minutes,
                    busy=(*self.blocks.get(room.id, ()), *more_busy.get(room.id, ())),
                    suite=tuple(
                        room_name(in_use[each].id) for each in room.taken_with if each in in_use
                    ),
                )
                for room in shown
            ),
        )


def read_places(session: Session, venue_ids: Collection[UUID]) -> Places:
    """These venues and every room of theirs, those no longer in use too."""
    venues = session.exec(select(Venue).where(col(Venue.id).in_(venue_ids))).all()
    rooms = session.exec(
        select(Room).where(col(Room.venue_id).in_(venue_ids)).order_by(col(Room.name), col(Room.id))
    ).all()
    closed: dict[UUID, list[date]] = defaultdict(list)
    for closure in session.exec(
        select(VenueClosure).where(col(VenueClosure.venue_id).in_(venue_ids))
    ):
        days = (closure.last_day - closure.first_day).days + 1
        closed[closure.venue_id] += [closure.first_day + timedelta(days=day) for day in range(days)]
    blocks: dict[UUID, list[Busy]] = defaultdict(list)
    for block in session.exec(
        select(RoomBlock).where(col(RoomBlock.room_id).in_([room.id for room in rooms]))
    ):
        blocks[block.room_id].append(Busy(block.starts_at, block.ends_at))
    rooms_of: dict[UUID, list[UUID]] = defaultdict(list)
    for room in rooms:
        rooms_of[room.venue_id].append(room.id)
    return Places(
        venues={venue.id: venue for venue in venues},
        rooms={room.id: room for room in rooms},
        closed=closed,
        blocks=blocks,
        rooms_of=rooms_of,
    )
