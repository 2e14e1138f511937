"""Areas planned side by side, each by a job of its own, over people and rooms they share."""

import json
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from itertools import pairwise
from uuid import UUID

from sqlmodel import Session, col, select

from rj.db.database import Database
from rj.kernel.clock import StoppedClock
from rj.orders.models import Order, PlanStep, VenueAgreed
from rj.policy.plan_templates import Attends
from rj.scheduling.models import ProposedMeeting
from rj.scheduling.neighbours import Use, with_taken
from rj.scheduling.planner.problem import Busy
from rj.scheduling.proposals import review
from rj.scheduling.publishing import publish
from rj.scheduling.runs import EffortLevel, get_run, request_run
from rj.scheduling.solving import replay_run, solve_run
from tests.builders import AREA, NOW, a_facilitator, a_venue_with_rooms, an_actor, an_order
from tests.planning_builders import a_case, a_problem, a_task, at, told
from tests.scheduling_builders import RecordingTell

OTHER = "E1"
Span = tuple[datetime, datetime]


def two_areas(session: Session) -> list[UUID]:
    """A run for each of two areas with two cases each, frozen before either is solved.

    They have two facilitators and one officer between them, and one room.
    """
    actor = an_actor(session)
    for _ in range(2):
        a_facilitator(session, areas=(AREA, OTHER))
    venue, _ = a_venue_with_rooms(session, area=AREA)
    for area in (AREA, OTHER):
        for _ in range(2):
            order = an_order(session, area=area)
            session.add(VenueAgreed(order_id=order.id, venue_id=venue.id))
    session.flush()
    return [
        request_run(
            session,
            area,
            effort=EffortLevel.FIRST_ANSWER,
            time_limit_seconds=20,
            actor=actor,
            now=NOW,
        ).id
        for area in (AREA, OTHER)
    ]


def taken(session: Session, runs: Iterable[UUID]) -> dict[UUID, list[Span]]:
    """When the proposals of some runs take each facilitator, room and officer."""
    found: dict[UUID, list[Span]] = defaultdict(list)
    for proposed, step, order in session.exec(
        select(ProposedMeeting, PlanStep, Order)
        .join(PlanStep, col(PlanStep.id) == ProposedMeeting.step_id)
        .join(Order, col(Order.id) == ProposedMeeting.order_id)
        .where(col(ProposedMeeting.run_id).in_(list(runs)))
    ):
        who = [proposed.lead_id, proposed.second_id, proposed.room_id]
        if Attends.RESPONSIBLE_OFFICER in step.attends:
            who.append(order.responsible_officer_id)
        for each in who:
            if each is not None:
                found[each].append((proposed.starts_at, proposed.ends_at))
    return found


def test_P2_areas_planned_at_once_propose_nobody_twice(database: Database) -> None:
    with database.writing() as session:
        runs = two_areas(session)
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda run: solve_run(database, StoppedClock(NOW), run), runs))

    with database.reading() as session:
        shared = taken(session, runs)
        results = [json.loads(get_run(session, run).result or "{}") for run in runs]
        notes = [line for run in runs for line in review(session, run, now=NOW).notes]
        references = [get_run(session, run).reference for run in runs]
    assert len(shared) == 4
    for spans in shared.values():
        for earlier, later in pairwise(sorted(spans)):
            assert earlier[1] <= later[0]
    # one of them came second and gave way, says so, and can be repeated
    assert sorted(result.get("gave_way", 0) for result in results)[0] == 0
    assert [line for line in notes if "planned around what other areas propose" in line]
    assert [replay_run(database, reference) for reference in references] == [[], []]


def test_what_two_areas_proposed_at_once_is_published_whole(database: Database) -> None:
    with database.writing() as session:
        runs = two_areas(session)
        actor = an_actor(session)
    for run in runs:
        solve_run(database, StoppedClock(NOW), run)
    for run, area in zip(runs, (AREA, OTHER), strict=True):
        with database.writing() as session:
            orders = session.exec(select(Order.id).where(Order.area_id == area)).all()
            found = publish(session, run, orders, actor=actor, now=NOW, tell=RecordingTell())
        assert found.stale == ()
        assert set(found.published) == set(orders)


def test_a_proposal_elsewhere_never_takes_an_hour_people_were_told_of() -> None:
    task = a_task("Red-conference", published=told(at(10)))
    problem = a_problem(a_case("Red", task))
    over, after = Busy(at(10, "09:30"), at(10, "10:30")), Busy(at(10, "11:00"), at(10, "12:00"))

    beside = with_taken(problem, {"Amina": Use([over, after], {date(2026, 3, 9): 60}, cases=1)})

    [amina] = beside.facilitators
    assert amina.busy == (after,)
    assert (amina.minutes_taken, amina.caseload_cap) == ({date(2026, 3, 9): 60}, 9)
