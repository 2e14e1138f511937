"""Whether a meeting may stand where it is put: the hard rules that concern it alone.

Rules between meetings are held elsewhere: overlaps by the database's claims, gaps, journeys and
caps by ``rj.scheduling``. Looked at again whenever people are about to be told.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from rj.conferences.attendance import Attendee, Part, attendees
from rj.conferences.facts import (
    GRID_MINUTES,
    People,
    Places,
    Staff,
    policy_of,
    read_people,
    read_places,
    read_staff,
)
from rj.conferences.readiness import person_in_words
from rj.conferences.staffing import barred
from rj.facilitators.models import Facilitator
from rj.kernel.london import LONDON, london_day
from rj.orders.models import Order, PlanStep
from rj.orders.queries import get_order, get_plan, get_requirement, policy_of_order, venues_agreed
from rj.outbox.models import RecipientKind
from rj.policy.bank_holidays import bank_holidays
from rj.policy.standards import DeliveryStandards
from rj.policy.terms import Route, Skill, Stage
from rj.scheduling.planner import problem as planning
from rj.scheduling.planner import rules
from rj.scheduling.planner.plan import Meeting as PlannedMeeting
from rj.scheduling.planner.plan import Plan as PlannedPlan
from rj.scheduling.planner.problem import CaseKind, Problem
from rj.venues.models import Room, Venue

ROLES = {
    Part.HARMER: "offender",
    Part.HARMED: "victim",
    Part.OFFICER: "manager",
    Part.INTERPRETER: "interpreter",
}
"""The planning format's words; everybody else is a supporter to it."""

OWN_RULES = (
    rules.facilitators_suit_the_case,
    rules.facilitators_are_available,
    rules.seconds_are_where_needed,
    rules.rooms_suit_the_meeting,
    rules.people_can_attend,
)
"""H6, H7, H8, H13 and H15, none of which needs another meeting to be broken."""


@dataclass(frozen=True, slots=True)
class Placing:
    """When, with whom and where a step's meeting would be."""

    starts_at: datetime
    lead_id: UUID
    second_id: UUID | None
    room_id: UUID | None

    @property
    def staff_ids(self) -> tuple[UUID, ...]:
        """Lead and second, each once."""
        return tuple(dict.fromkeys(one for one in (self.lead_id, self.second_id) if one))


def second_is_required(order: Order, route: Route) -> bool:
    """Whether the third meeting takes two: every direct one, one that may become direct, and
    everything sensitive and complex."""
    return order.is_sensitive_complex or route in {Route.DIRECT, Route.UNDECIDED}


def skills_needed(order: Order) -> frozenset[str]:
    """The skills that lead and second must both hold."""
    sensitive = {Skill.SENSITIVE.value} if order.is_sensitive_complex else set()
    return frozenset(order.skills) | sensitive


def last_day(session: Session, order: Order) -> date:
    """The last day on which a meeting of this order may be held."""
    return min(order.ends_on, get_requirement(session, order.id).ends_on)


def why_not(
    session: Session,
    step: PlanStep,
    placing: Placing,
    *,
    now: datetime,
    told_start: datetime | None = None,
) -> list[str]:
    """Every rule that keeps a step's meeting from standing there, in sentences; empty if it may.

    ``told_start`` is the hour people know already: keeping it needs no notice (H2). Sentences name
    facilitators by code and people by their part, never by name.
    """
    plan = get_plan(session, step.plan_id)
    order = get_order(session, plan.order_id)
    reasons = _day_troubles(session, step, order, placing, now, told_start)
    problem, planned = _alone(session, step, order, step.takes(plan.route), placing, now)
    reading = rules.Reading(problem, planned)
    for rule in OWN_RULES:
        reasons += [_sentence(breach.sentence) for breach in rule(reading)]
    for who, why in barred(session, order, placing.staff_ids).items():
        reasons.append(f"Facilitator {session.get_one(Facilitator, who).code} {why}")
    return reasons


def _day_troubles(
    session: Session,
    step: PlanStep,
    order: Order,
    placing: Placing,
    now: datetime,
    told_start: datetime | None,
) -> list[str]:
    """H2, without the grid: notice, bank holidays, and the order's first and last day."""
    day, today = london_day(placing.starts_at), london_day(now)
    notice = (
        0 if step.stage is Stage.CONTACT else policy_of_order(session, order).standards.notice_days
    )
    troubles = []
    if placing.starts_at <= now:
        troubles.append("The meeting would lie in the past")
    elif placing.starts_at != told_start and (day - today).days < notice:
        troubles.append(f"People need at least {notice} days' notice")
    if bank_holidays(day, day):
        troubles.append("The day is a bank holiday")
    if not order.sentenced_on <= day <= last_day(session, order):
        troubles.append("The day lies outside the order")
    return troubles


def _alone(
    session: Session,
    step: PlanStep,
    order: Order,
    route: Route,
    placing: Placing,
    now: datetime,
) -> tuple[Problem, PlannedPlan]:
    """A problem of this one meeting, whose names are the words to speak of it with."""
    standards = policy_of_order(session, order).standards
    room = None if placing.room_id is None else session.get_one(Room, placing.room_id)
    places = read_places(session, set() if room is None else {room.venue_id})
    expected = attendees(session, step)
    people = read_people(session, [order.id], [order.responsible_officer_id])
    persons = _persons(expected, people, places, standards)
    # a conflict with anybody of the case counts, whether they come to this step or not
    of_case = {*people.parties, order.responsible_officer_id}
    anyone = persons[0].id if persons else None
    staff = read_staff(session, placing.staff_ids, now)
    codes = {row.id: f"Facilitator {row.code}" for row in staff.facilitators.values()}
    task = planning.Task(
        id="the meeting",
        stage=planning.Stage(step.stage.value),
        minutes=step.minutes,
        people=tuple(person.id for person in persons),
        seats=len(expected) + step.spare_seats,
        features=frozenset(step.features),
    )
    day = london_day(placing.starts_at)
    problem = Problem(
        name="fitting",
        timezone=str(LONDON),
        as_of=day,
        horizon_end=day,
        bank_holidays=frozenset(),
        grid_minutes=GRID_MINUTES,
        policy=policy_of(standards),
        venues=_venues(places, room),
        people=persons,
        facilitators=_facilitators(placing, staff, codes, of_case, anyone),
        cases=(_case(order, route, places, venues_agreed(session, order.id), task),),
    )
    meeting = PlannedMeeting(
        task=task.id,
        start=placing.starts_at,
        lead=codes[placing.lead_id],
        second=None if placing.second_id is None else codes[placing.second_id],
        room=None if room is None else room.name,
    )
    return problem, PlannedPlan("fitting", (meeting,))


def _persons(
    expected: Sequence[Attendee], people: People, places: Places, standards: DeliveryStandards
) -> tuple[planning.Person, ...]:
    """Who must come, each called by their part; a second one of a part gets a number."""
    words = {venue.id: venue.name for venue in places.venues.values()}
    persons: list[planning.Person] = []
    for number, each in enumerate(expected):
        name = person_in_words(each.role)
        if any(person.id == name for person in persons):
            name = f"{name} ({number})"
        if each.kind is RecipientKind.OFFICER:
            persons.append(people.officer(each.id, name))
        else:
            persons.append(
                people.party(
                    each.id,
                    name,
                    role=ROLES.get(each.role, "supporter"),
                    margin_minutes=standards.curfew_margin_minutes,
                    venue_name=words.get,
                )
            )
    return tuple(persons)


def _facilitators(
    placing: Placing,
    staff: Staff,
    codes: Mapping[UUID, str],
    of_case: Set[UUID],
    anyone: str | None,
) -> tuple[planning.Facilitator, ...]:
    """Lead and second. A conflict with somebody of the case is told of ``anyone`` who comes."""
    return tuple(
        staff.facilitator(
            who,
            codes[who],
            mentor_name=codes.get,
            conflicts=frozenset({anyone})
            if anyone is not None and of_case & set(staff.conflicts.get(who, ()))
            else frozenset(),
        )
        for who in placing.staff_ids
    )


def _venues(places: Places, room: Room | None) -> tuple[planning.Venue, ...]:
    """The room's building with this one room in it and those taken with it; none for a call."""
    if room is None:
        return ()
    return (
        places.venue(
            room.venue_id,
            places.venues[room.venue_id].name,
            room_name=lambda each: places.rooms[each].name,
            more_busy={},
            rooms=(room.id, *map(UUID, room.taken_with)),
        ),
    )


def _case(
    order: Order, route: Route, places: Places, agreed: Set[UUID], task: planning.Task
) -> planning.Case:
    """The order as planning sees it, with this one task."""
    venues = places.venues
    suits = set(venues) if not agreed and _is_of_area(venues, order) else set(venues) & agreed
    return planning.Case(
        id="the case",
        area=order.area_id,
        sentenced=order.sentenced_on,
        order_end=order.ends_on,
        kind=CaseKind.DIRECT if route is Route.DIRECT else CaseKind.INDIRECT,
        skills=skills_needed(order),
        language=order.language,
        second_required=second_is_required(order, route),
        venues=tuple(venues[venue].name for venue in suits),
        current_lead=None,
        tasks=(task,),
    )


def _is_of_area(venues: Mapping[UUID, Venue], order: Order) -> bool:
    """Nobody has chosen venues for the case: then every one of its area suits."""
    return all(venue.area_id == order.area_id for venue in venues.values())


def _sentence(words: str) -> str:
    """A rule's words as a sentence; some of them leave out the meeting they are about."""
    return f"It {words}" if words.startswith("has ") else f"{words[0].upper()}{words[1:]}"
