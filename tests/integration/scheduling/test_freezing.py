"""Freezing: life becomes a problem, and what cannot be planned is named."""

import json
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlmodel import select

from rj.area_rules.services import publish_rules
from rj.conferences import gates
from rj.conferences.models import Booking
from rj.conferences.services import open_stages, pin_meeting
from rj.db.database import Database
from rj.facilitators.models import ConflictOfInterest, Leave
from rj.kernel.errors import Conflict
from rj.kernel.london import at_london
from rj.orders.clock_changes import pause_clock
from rj.orders.models import Order, PlanStep
from rj.orders.queries import live_plan, steps_of
from rj.orders.services import complete_step
from rj.parties.queries import parties_of
from rj.policy.terms import ClockKind, Gate, GateValue, Route, Side, Stage
from rj.scheduling.freezing import Frozen, freeze
from rj.scheduling.models import ProposedMeeting
from rj.scheduling.names import CASE, FACILITATOR, PERSON, ROOM, TASK
from rj.scheduling.planner.documents import problem_text, read_problem
from rj.scheduling.planner.problem import Case, CaseKind, PracticeCounts, Task
from rj.scheduling.refreshers import add_refreshers
from rj.scheduling.wishes import exclude_facilitator, leave_out, pin_step, take_back
from rj.venues.services import block_room
from tests.builders import (
    AREA,
    NOW,
    a_facilitator,
    a_party,
    a_venue_with_rooms,
    an_actor,
    an_order,
)
from tests.scheduling_builders import (
    RecordingTell,
    a_county,
    a_held_meeting,
    a_solved_run,
    a_step,
    record_gates,
)

MONDAY = date(2026, 3, 16)


def case_of(frozen: Frozen, order: Order) -> Case | None:
    name = frozen.names.find(CASE, order.id)
    return next((case for case in frozen.problem.cases if case.id == name), None)


def task_of(frozen: Frozen, step: PlanStep) -> Task:
    return frozen.problem.task[str(frozen.names.find(TASK, step.id))]


def test_a_frozen_problem_reads_back_as_it_was_written(database: Database) -> None:
    with database.writing() as session:
        a_facilitator(session)
        a_venue_with_rooms(session)
        order = an_order(session, with_harmed=True)
        a_party(session, order.id, curfew=(time(19), time(7)), hours="mon-fri 10:00-16:00")
    with database.reading() as session:
        problem = freeze(session, AREA, now=NOW).problem
    assert read_problem(json.loads(problem_text(problem))) == problem


def test_until_both_sides_consent_the_third_meeting_is_indirect_with_two(
    database: Database,
) -> None:
    with database.writing() as session:
        order = an_order(session, with_harmed=True)
        [harmed] = [p for p in parties_of(session, order.id) if p.side is Side.HARMED]
        frozen = freeze(session, AREA, now=NOW)
        case = case_of(frozen, order)
        assert case is not None
        assert (case.kind, case.second_required) == (CaseKind.INDIRECT, True)
        assert frozen.names.find(PERSON, harmed.id) is None

        actor, tell = an_actor(session), RecordingTell()
        record_gates(session, order, [Gate.CONSENT], actor=actor, tell=tell)
        plan = live_plan(session, order.id)
        assert plan is not None
        gates.choose_route(
            session,
            plan.id,
            Route.DIRECT,
            based_on=plan.version,
            actor=actor,
            now=NOW,
            tell=tell,
        )
        frozen = freeze(session, AREA, now=NOW)
        case = case_of(frozen, order)
        assert case is not None
        assert (case.kind, case.second_required) == (CaseKind.DIRECT, True)
        third = task_of(frozen, a_step(session, order, Stage.REPARATION))
        assert frozen.names.find(PERSON, harmed.id) in third.people


def test_only_promises_are_due(database: Database) -> None:
    with database.writing() as session:
        order = an_order(session, sentenced_on=date(2026, 3, 2))
        case = case_of(freeze(session, AREA, now=NOW), order)
    assert case is not None
    assert [task.due for task in case.tasks] == [date(2026, 3, 17), None, None, None, None]


def test_a_paused_promise_is_not_planned_against_as_if_it_were_running(database: Database) -> None:
    with database.writing() as session:
        order = an_order(session, sentenced_on=date(2026, 3, 2))
        pause_clock(
            session,
            order.id,
            ClockKind.FIRST_CONTACT,
            first_day=date(2026, 3, 9),
            last_day=None,
            reason="in custody",
            based_on=1,
            actor=an_actor(session),
            now=NOW,
        )
        frozen = freeze(session, AREA, now=NOW)
        case = case_of(frozen, order)
        assert case is not None
        assert frozen.problem.due_of(case.tasks[0]) == order.ends_on


def test_a_sensitive_case_stops_at_assessment_until_signed_off(database: Database) -> None:
    with database.writing() as session:
        order = an_order(session, is_sensitive_complex=True)
        frozen = freeze(session, AREA, now=NOW)
        case = case_of(frozen, order)
        assert case is not None
        assert [task.stage.value for task in case.tasks] == ["contact", "assessment"]
        assert {each.reason for each in frozen.later} == {
            "This stage waits for a manager's sign-off of this sensitive and complex case"
        }
        assert all(each.is_later for each in frozen.later)
        order.signed_off_at = NOW
        session.flush()
        whole = case_of(freeze(session, AREA, now=NOW), order)
        assert whole is not None
        assert len(whole.tasks) == 5


def test_only_what_people_were_told_counts_as_published(database: Database) -> None:
    with database.writing() as session:
        actor, lead = an_actor(session), a_facilitator(session)
        _, [room] = a_venue_with_rooms(session)
        order = an_order(session)
        common = {"lead": lead, "room": room, "actor": actor}
        a_held_meeting(session, order, Stage.ASSESSMENT, on=MONDAY, **common)
        a_held_meeting(session, order, Stage.PREPARATION, on=date(2026, 3, 24), **common)
        open_stages(session, order.id, actor=actor, now=NOW, tell=RecordingTell())
        frozen = freeze(session, AREA, now=NOW)
        told = task_of(frozen, a_step(session, order, Stage.ASSESSMENT)).published
        assert told is not None
        assert told.start == at_london(MONDAY, time(10))
        assert told.lead == frozen.names.find(FACILITATOR, lead.id)
        assert told.room == frozen.names.find(ROOM, room.id)
        held = task_of(frozen, a_step(session, order, Stage.PREPARATION))
        assert (held.published, told.lead) == (None, held.booked and held.booked.lead)
        assert task_of(frozen, a_step(session, order, Stage.ASSESSMENT)).booked is None


def test_a_meeting_that_is_over_counts_as_held_and_awaits_its_outcome(
    database: Database,
) -> None:
    with database.writing() as session:
        order = an_order(session, first_contacted_on=date(2026, 3, 6))
        actor = an_actor(session)
        _, [room] = a_venue_with_rooms(session)
        a_held_meeting(
            session,
            order,
            Stage.ASSESSMENT,
            on=MONDAY,
            lead=a_facilitator(session),
            room=room,
            actor=actor,
        )
        frozen = freeze(session, AREA, now=at_london(date(2026, 3, 18), time(9)))
        assert task_of(frozen, a_step(session, order, Stage.ASSESSMENT)).held == MONDAY
        assert any("awaits its outcome" in note for note in frozen.notes)


def test_stages_beyond_the_horizon_are_later_and_beyond_the_order_left_out(
    database: Database,
) -> None:
    with database.writing() as session:
        distant = an_order(session, sentenced_on=date(2026, 9, 1))
        short = an_order(session, sentenced_on=date(2026, 3, 2), ends_on=date(2026, 3, 12))
        frozen = freeze(session, AREA, now=NOW)
        of_distant = [each for each in frozen.later if each.order_id == distant.id]
        of_short = [each for each in frozen.later if each.order_id == short.id]
    assert of_distant
    assert all(each.is_later for each in of_distant)
    assert of_short
    assert not any(each.is_later for each in of_short)
    assert all("The order ends on 12 March 2026" in each.reason for each in of_short)


def test_a_conflict_with_anybody_of_the_case_keeps_a_facilitator_away(
    database: Database,
) -> None:
    with database.writing() as session:
        order = an_order(session, with_harmed=True)
        [harmed] = [p for p in parties_of(session, order.id) if p.side is Side.HARMED]
        who = a_facilitator(session)
        session.add(ConflictOfInterest(facilitator_id=who.id, person_id=harmed.id))
        session.flush()
        frozen = freeze(session, AREA, now=NOW)
        case = case_of(frozen, order)
        assert case is not None
        frozen_who = frozen.problem.facilitator[str(frozen.names.find(FACILITATOR, who.id))]
    assert frozen_who.conflicts & case.people


def test_an_excluded_facilitator_and_a_case_left_out_until_taken_back(
    database: Database,
) -> None:
    with database.writing() as session:
        actor, who = an_actor(session), a_facilitator(session)
        order, other = an_order(session), an_order(session)
        exclude_facilitator(session, order.id, who.id, actor=actor, now=NOW)
        wish = leave_out(session, other.id, actor=actor, now=NOW)
        assert leave_out(session, other.id, actor=actor, now=NOW).id == wish.id
        frozen = freeze(session, AREA, now=NOW)
        case = case_of(frozen, order)
        assert case is not None
        assert case.not_facilitators == {frozen.names.find(FACILITATOR, who.id)}
        assert case_of(frozen, other) is None
        assert {each.order_id for each in frozen.later} == {other.id}
        take_back(session, wish.id, actor=actor, now=NOW)
        assert case_of(freeze(session, AREA, now=NOW), other) is not None


def test_a_pin_is_held_and_an_impossible_one_is_freed_and_named(database: Database) -> None:
    with database.writing() as session:
        actor, lead = an_actor(session), a_facilitator(session)
        _, [room] = a_venue_with_rooms(session)
        order = an_order(session)
        step = a_step(session, order, Stage.ASSESSMENT)
        pin_step(
            session,
            step.id,
            starts_at=at_london(MONDAY, time(14)),
            lead_id=lead.id,
            second_id=None,
            room_id=room.id,
            actor=actor,
            now=NOW,
        )
        frozen = freeze(session, AREA, now=NOW)
        assert task_of(frozen, step).pinned
        assert frozen.freed == ()

        session.add(Leave(facilitator_id=lead.id, first_day=MONDAY, last_day=MONDAY))
        session.flush()
        frozen = freeze(session, AREA, now=NOW)
        assert not task_of(frozen, step).pinned
        [freed] = frozen.freed
        assert (freed.order_id, freed.step_id) == (order.id, step.id)
        assert "is away" in freed.reason
        assert any("was pinned and cannot stay" in note for note in frozen.notes)


def test_a_pin_that_no_earlier_stage_can_lead_up_to_is_freed(database: Database) -> None:
    with database.writing() as session:
        actor, lead = an_actor(session), a_facilitator(session)
        _, [room] = a_venue_with_rooms(session)
        order = an_order(session)
        step = a_step(session, order, Stage.PREPARATION)
        meeting = a_held_meeting(
            session,
            order,
            Stage.PREPARATION,
            on=date(2026, 3, 13),
            lead=lead,
            room=room,
            actor=actor,
        )
        pin_meeting(
            session,
            meeting.id,
            is_pinned=True,
            based_on=meeting.version,
            actor=actor,
            now=NOW,
        )
        frozen = freeze(session, AREA, now=NOW)
        assert not task_of(frozen, step).pinned
        assert "can no longer be held in time" in frozen.freed[0].reason


def test_meetings_of_another_area_take_a_facilitators_time(database: Database) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        shared = a_facilitator(session, areas=(AREA, "S1"), weekly_minutes=600)
        _, [room] = a_venue_with_rooms(session, area="S1")
        an_order(session)
        elsewhere = an_order(session, area="S1")
        meeting = a_held_meeting(
            session, elsewhere, Stage.ASSESSMENT, on=MONDAY, lead=shared, room=room, actor=actor
        )
        frozen = freeze(session, AREA, now=NOW)
        who = frozen.problem.facilitator[str(frozen.names.find(FACILITATOR, shared.id))]
    assert (meeting.starts_at, meeting.ends_at) in [(b.starts_at, b.ends_at) for b in who.busy]
    assert (who.weekly_minutes, who.minutes_taken) == (600, {MONDAY: 60})
    assert who.caseload_cap == shared.caseload_cap - 1


def test_meetings_begun_this_week_count_towards_its_hours_and_no_other_weeks(
    database: Database,
) -> None:
    later = at_london(NOW.date(), time(15))
    with database.writing() as session:
        actor = an_actor(session)
        spent, fresh = (a_facilitator(session, weekly_minutes=60) for _ in range(2))
        _, [room] = a_venue_with_rooms(session)
        an_order(session)
        begun = an_order(session)
        a_held_meeting(
            session,
            begun,
            Stage.ASSESSMENT,
            on=NOW.date(),
            at=time(10),
            lead=spent,
            room=room,
            actor=actor,
            now=NOW - timedelta(days=7),
        )
        frozen = freeze(session, AREA, now=later)
        who, other = (
            frozen.problem.facilitator[str(frozen.names.find(FACILITATOR, each.id))]
            for each in (spent, fresh)
        )
    assert (who.weekly_minutes, who.minutes_taken) == (60, {NOW.date(): 60})
    assert other.minutes_taken == {}
    tomorrow = at_london(NOW.date() + timedelta(days=1), time(0))
    assert all(each.ends_at < tomorrow for each in (*who.busy, *other.busy))


def test_a_conference_of_another_area_counts_for_its_day_and_takes_its_own_time_alone(
    database: Database,
) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        shared, second = (a_facilitator(session, areas=(AREA, "S1")) for _ in range(2))
        _, [room] = a_venue_with_rooms(session, area="S1")
        an_order(session)
        elsewhere = an_order(session, area="S1")
        a_held_meeting(
            session,
            elsewhere,
            Stage.REPARATION,
            on=MONDAY,
            lead=shared,
            second=second,
            room=room,
            actor=actor,
        )
        frozen = freeze(session, AREA, now=NOW)
        names = [str(frozen.names.find(FACILITATOR, each.id)) for each in (shared, second)]
    for name in names:
        who = frozen.problem.facilitator[name]
        assert who.conferences_elsewhere == (MONDAY,)
        taken = [each.ends_at - each.starts_at for each in who.busy]
        assert max(taken) < timedelta(days=1)


def test_what_rooms_registers_and_an_areas_rules_ask_is_frozen_and_obeyed(
    database: Database,
) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        volunteer, lead, second = (a_facilitator(session) for _ in range(3))
        volunteer.four_week_minutes = 45
        _, [hall, waiting, shut] = a_venue_with_rooms(session, rooms=3)
        hall.taken_with, shut.is_active = [str(waiting.id)], False
        rules = {"staff.seconds_practise": True, "staff.recovery_days": 3}
        publish_rules(
            session,
            AREA,
            in_force_from=NOW.date(),
            source="a test",
            figures=rules,
            based_on=0,
            actor=actor,
            now=NOW,
        )
        orders = [an_order(session) for _ in range(3)]
        block_room(
            session,
            waiting.id,
            starts_at=NOW,
            ends_at=NOW + timedelta(days=20),
            actor=actor,
            now=NOW,
        )
        frozen = freeze(session, AREA, now=NOW)
        names = frozen.names
        policy, room = frozen.problem.policy, frozen.problem.room[names.of(ROOM, hall.id)]
    assert (policy.practice_counts, policy.recovery_days) == (PracticeCounts.LEAD_AND_SECOND, 3)
    assert (policy.conferences_per_week, policy.mentored_seconds) == (2, True)
    assert policy.no_calls_on_journeys
    assert room.suite == (names.of(ROOM, waiting.id),)
    assert frozen.problem.facilitator[names.of(FACILITATOR, volunteer.id)].four_week_minutes == 45

    run_id = a_solved_run(database, actor)
    with database.writing() as session:
        meetings = session.exec(
            select(ProposedMeeting).where(ProposedMeeting.run_id == run_id)
        ).all()
        in_hall = [each for each in meetings if each.room_id == hall.id]
        assert all(each.starts_at >= NOW + timedelta(days=20) for each in in_hall)
        assert all(
            (each.ends_at - each.starts_at) <= timedelta(minutes=45)
            for each in meetings
            if volunteer.id in (each.lead_id, each.second_id)
        )
        booked = a_held_meeting(
            session,
            orders[0],
            Stage.ASSESSMENT,
            on=date(2026, 4, 15),
            lead=lead,
            room=hall,
            actor=actor,
        )
        taken = session.exec(
            select(Booking.resource_id).where(Booking.meeting_id == booked.id)
        ).all()
        assert {hall.id, waiting.id} <= set(taken)
        with pytest.raises(Conflict):
            a_held_meeting(
                session,
                orders[1],
                Stage.ASSESSMENT,
                on=date(2026, 4, 15),
                lead=second,
                room=waiting,
                actor=actor,
            )


def test_a_preparation_too_long_ago_is_refreshed_with_its_reason(database: Database) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        order = an_order(session, sentenced_on=date(2025, 11, 3))
        done = {
            Stage.CONTACT: date(2025, 11, 10),
            Stage.ASSESSMENT: date(2025, 11, 20),
            Stage.PREPARATION: date(2025, 12, 10),
        }
        for stage, day in done.items():
            complete_step(
                session, a_step(session, order, stage).id, done_on=day, actor=actor, now=NOW
            )
        [added] = add_refreshers(session, AREA, actor=actor, now=NOW)
        assert added.stage is Stage.PREPARATION
        assert added.added_reason == "The last preparation was more than 56 days before"
        assert add_refreshers(session, AREA, actor=actor, now=NOW) == []
        plan = live_plan(session, order.id)
        assert plan is not None
        assert [step.stage for step in steps_of(session, plan.id)].count(Stage.PREPARATION) == 2


def test_a_case_whose_gap_ran_out_is_planned_all_the_same(database: Database) -> None:
    with database.writing() as session:
        order = an_order(
            session, sentenced_on=date(2026, 1, 5), first_contacted_on=date(2026, 1, 12)
        )
        frozen = freeze(session, AREA, now=NOW)
        case = case_of(frozen, order)
        assert case is not None
        latest = case.tasks[0].held
        assert latest is not None
        assert latest + timedelta(days=28) >= NOW.date() + timedelta(days=14)
        assert any("more than 28 days after" in note for note in frozen.notes)


def test_freezing_changes_nothing(database: Database) -> None:
    with database.writing() as session:
        a_facilitator(session)
        a_venue_with_rooms(session)
        order = an_order(session, with_harmed=True)
        before = session.exec(select(PlanStep)).all()
        versions = [step.version for step in before]
        first = freeze(session, AREA, now=NOW)
        again = freeze(session, AREA, now=NOW)
        session.flush()
        assert [step.version for step in before] == versions
        assert session.get_one(Order, order.id).version == order.version
    assert first.problem != again.problem, "names are made up anew for each run"
    assert replace(first.problem, cases=(), people=(), facilitators=(), venues=()) == replace(
        again.problem, cases=(), people=(), facilitators=(), venues=()
    )


def test_nothing_is_planned_for_a_time_that_is_almost_here(database: Database) -> None:
    with database.writing() as session:
        who = a_facilitator(session)
        an_order(session)
        frozen = freeze(session, AREA, now=NOW)
        frozen_who = frozen.problem.facilitator[str(frozen.names.find(FACILITATOR, who.id))]
    assert any(busy.ends_at == NOW + timedelta(hours=2) for busy in frozen_who.busy)


def test_a_case_found_unsuitable_waits_for_a_decision_until_it_is_found_suitable(
    database: Database,
) -> None:
    def finding(value: GateValue, *, hours: int) -> None:
        with database.writing() as session:
            gates.record_gate(
                session,
                order_id,
                gate=Gate.SUITABLE,
                value=value,
                party_id=None,
                actor=actor,
                now=NOW + timedelta(hours=hours),
                tell=RecordingTell(),
            )

    with database.writing() as session:
        county = a_county(session, orders=1)
        actor, order_id = county.actor, county.orders[0].id
    finding(GateValue.NO, hours=0)
    with database.reading() as session:
        frozen = freeze(session, AREA, now=NOW)
        assert frozen.problem.cases == ()
        assert {(each.reason, each.is_later) for each in frozen.later} == {
            ("The assessment found this case unsuitable: a coordinator must decide", False)
        }
    finding(GateValue.YES, hours=1)
    with database.reading() as session:
        assert len(freeze(session, AREA, now=NOW).problem.cases) == 1
