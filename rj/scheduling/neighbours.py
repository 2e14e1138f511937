"""What other areas propose at the same time: the reconciling of areas planned side by side.

Each area is planned by a job of its own, which sees what is booked anywhere but not what another
is about to propose. Facilitators, rooms and officers are shared, so whichever run ends later is
read against the proposals of those that ended before, and only what clashes is planned again.

    proposed_elsewhere(session, run, *, now) -> Taken, by the run's own made-up names
    with_taken(problem, taken)               -> the problem as it is beside those proposals
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from rj.conferences.models import Meeting
from rj.conferences.queries import COMING
from rj.kernel.london import london_day
from rj.orders.models import Order, PlanStep
from rj.policy.plan_templates import Attends
from rj.policy.terms import Stage
from rj.scheduling.caps import conferences_beside, minutes_beside
from rj.scheduling.models import PlanningRun, ProposalChange, ProposedMeeting, RunState
from rj.scheduling.names import FACILITATOR, PERSON, ROOM, Names
from rj.scheduling.planner import problem as planning
from rj.scheduling.planner.civil import monday_of
from rj.scheduling.planner.problem import Busy, Facilitator, Problem
from rj.venues.models import Room

SIDE_BY_SIDE = timedelta(days=1)
"""A proposal asked for longer ago and still not published stands in nobody's way."""


@dataclass
class Use:
    """What others' proposals take of one facilitator, room or officer.

    ``busy`` are spans of time, a room's turnaround included; ``minutes`` those of each week, by its
    Monday; ``cases`` how many more would be led; ``conferences`` how many there are on a day.
    """

    busy: list[Busy] = field(default_factory=list)
    minutes: dict[date, int] = field(default_factory=dict)
    cases: int = 0
    conferences: dict[date, int] = field(default_factory=dict)


Taken = dict[str, Use]
"""By made-up name of a run."""


def proposed_elsewhere(session: Session, run: PlanningRun, names: Names, *, now: datetime) -> Taken:
    """What the newest proposals of other areas, not booked yet, take of anybody in this run."""
    found: Taken = defaultdict(Use)
    led: dict[str, set[UUID]] = defaultdict(set)
    for proposed, step, officer_id, rest in _proposals(session, run, now):
        for who in (proposed.lead_id, proposed.second_id):
            name = None if who is None else names.find(FACILITATOR, who)
            if name is None:
                continue
            day = london_day(proposed.starts_at)
            use = found[name]
            use.busy.append(Busy(proposed.starts_at, proposed.ends_at))
            monday = monday_of(day)
            use.minutes[monday] = use.minutes.get(monday, 0) + _minutes(proposed)
            if step.stage is Stage.REPARATION:
                use.conferences[day] = use.conferences.get(day, 0) + 1
            if who == proposed.lead_id:
                led[name].add(proposed.order_id)
        room = None if proposed.room_id is None else names.find(ROOM, proposed.room_id)
        if room is not None:
            found[room].busy.append(Busy(proposed.starts_at - rest, proposed.ends_at + rest))
        officer = names.find(PERSON, officer_id)
        if officer is not None and Attends.RESPONSIBLE_OFFICER in step.attends:
            found[officer].busy.append(Busy(proposed.starts_at, proposed.ends_at))
    for name, orders in led.items():
        found[name].cases = len(orders - _led_already(session, names.record(name), orders))
    return dict(sorted(found.items()))


def _proposals(
    session: Session, run: PlanningRun, now: datetime
) -> Iterator[tuple[ProposedMeeting, PlanStep, UUID, timedelta]]:
    """Each with its step, the officer of its order, and the rest its room wants."""
    newest = (
        select(PlanningRun.area_id, func.max(PlanningRun.requested_at).label("at"))
        .where(
            PlanningRun.area_id != run.area_id,
            PlanningRun.state == RunState.FINISHED,
            PlanningRun.requested_at > now - SIDE_BY_SIDE,
        )
        .group_by(col(PlanningRun.area_id))
        .subquery()
    )
    rows = session.exec(
        select(ProposedMeeting, PlanStep, Order.responsible_officer_id, Room.turnaround_minutes)
        .join(PlanningRun, col(PlanningRun.id) == ProposedMeeting.run_id)
        .join(
            newest,
            (newest.c.area_id == PlanningRun.area_id) & (newest.c.at == PlanningRun.requested_at),
        )
        .join(PlanStep, col(PlanStep.id) == ProposedMeeting.step_id)
        .join(Order, col(Order.id) == ProposedMeeting.order_id)
        .outerjoin(Room, col(Room.id) == ProposedMeeting.room_id)
        .where(
            PlanningRun.state == RunState.FINISHED,
            col(ProposedMeeting.published_at).is_(None),
            ProposedMeeting.change != ProposalChange.UNCHANGED,
            ProposedMeeting.starts_at > now,
        )
        .order_by(col(ProposedMeeting.starts_at), col(ProposedMeeting.step_id))
    )
    for proposed, step, officer_id, turnaround in rows:
        yield proposed, step, officer_id, timedelta(minutes=turnaround or 0)


def _led_already(session: Session, lead_id: UUID, orders: Iterable[UUID]) -> set[UUID]:
    """The cases among these that a facilitator has a booked meeting of: they count as they are."""
    return set(
        session.exec(
            select(Meeting.order_id).where(
                Meeting.lead_id == lead_id,
                col(Meeting.order_id).in_(list(orders)),
                col(Meeting.state).in_(COMING),
            )
        )
    )


def _minutes(proposed: ProposedMeeting) -> int:
    return int((proposed.ends_at - proposed.starts_at).total_seconds() // 60)


def with_taken(problem: Problem, taken: Taken) -> Problem:
    """The problem with what others propose counted as taken (H7, H10 to H13, H15).

    A proposal for an hour that people of this problem were told of is out of date, and is not.
    """
    told = _told(problem)

    def busy(name: str) -> tuple[Busy, ...]:
        spans = taken[name].busy if name in taken else ()
        return tuple(each for each in spans if not any(_overlap(each, own) for own in told[name]))

    return replace(
        problem,
        facilitators=tuple(
            _with_use(problem, each, taken[each.id], busy(each.id)) if each.id in taken else each
            for each in problem.facilitators
        ),
        people=tuple(replace(each, busy=each.busy + busy(each.id)) for each in problem.people),
        venues=tuple(
            replace(
                venue,
                rooms=tuple(replace(room, busy=room.busy + busy(room.id)) for room in venue.rooms),
            )
            for venue in problem.venues
        ),
    )


def _told(problem: Problem) -> dict[str, list[Busy]]:
    """When people were told that somebody or some room is taken by a meeting of this problem."""
    found: dict[str, list[Busy]] = defaultdict(list)
    for case in problem.cases:
        for task in case.open_tasks:
            told = task.published
            if told is not None:
                span = Busy(told.start, told.start + timedelta(minutes=task.minutes))
                for name in (told.lead, told.second, told.room, *task.people):
                    if name is not None:
                        found[name].append(span)
    return found


def _overlap(one: Busy, other: Busy) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _with_use(
    problem: Problem, facilitator: Facilitator, use: Use, busy: tuple[Busy, ...]
) -> Facilitator:
    conferences = Counter(facilitator.conferences_elsewhere) + Counter(use.conferences)
    return replace(
        facilitator,
        busy=(*facilitator.busy, *busy),
        caseload_cap=max(0, facilitator.caseload_cap - use.cases),
        minutes_taken=minutes_beside(
            _told(problem)[facilitator.id],
            Counter(facilitator.minutes_taken) + Counter(use.minutes),
            weekly=facilitator.weekly_minutes,
            four_weekly=facilitator.four_week_minutes,
        ),
        conferences_elsewhere=conferences_beside(
            _told_conferences(problem, facilitator), conferences, problem.policy
        ),
    )


def _told_conferences(problem: Problem, facilitator: Facilitator) -> list[date]:
    """The days on which people were told of conferences with somebody."""
    return [
        london_day(told.start)
        for case in problem.cases
        for task in case.open_tasks
        if task.stage is planning.Stage.CONFERENCE
        and (told := task.published) is not None
        and facilitator.id in (told.lead, told.second)
    ]


def taken_document(taken: Taken) -> dict[str, Any]:
    """As it is kept beside a run's answer, so that the run can be repeated."""
    return {
        name: {
            "busy": [[span.starts_at.isoformat(), span.ends_at.isoformat()] for span in use.busy],
            "minutes": {monday.isoformat(): taken for monday, taken in use.minutes.items()},
            "cases": use.cases,
            "conferences": {day.isoformat(): held for day, held in use.conferences.items()},
        }
        for name, use in taken.items()
    }


def read_taken(document: dict[str, Any]) -> Taken:
    """What was kept."""
    return {
        name: Use(
            busy=[
                Busy(datetime.fromisoformat(begins), datetime.fromisoformat(ends))
                for begins, ends in use["busy"]
            ],
            minutes={date.fromisoformat(day): n for day, n in use["minutes"].items()},
            cases=use["cases"],
            conferences={date.fromisoformat(day): n for day, n in use["conferences"].items()},
        )
        for name, use in document.items()
    }
