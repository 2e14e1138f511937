"""Publishing: whole or nothing, safe to repeat, and stale cases are named (P3, P6)."""

from datetime import date, timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlmodel import Session, col, func, select

from rj.conferences import gates
from rj.conferences.models import Booking, Meeting, MeetingState, SlotClaim
from rj.conferences.queries import find_live_meeting, get_meeting, history_of, live_meetings
from rj.conferences.services import cancel_meeting, move_meeting, open_stages
from rj.db.database import Database
from rj.facilitators.models import Leave
from rj.kernel.errors import Conflict
from rj.kernel.london import london_day
from rj.orders.queries import get_order, live_plan
from rj.policy.terms import Gate, Route, Stage
from rj.scheduling.models import PlanningRun, ProposalChange, ProposedMeeting, RunState
from rj.scheduling.proposals import review
from rj.scheduling.publishing import Publication, check, publish
from tests.builders import (
    AREA,
    NOW,
    a_facilitator,
    a_venue_with_rooms,
    an_actor,
    an_order,
)
from tests.scheduling_builders import (
    County,
    RecordingTell,
    a_county,
    a_held_meeting,
    a_solved_run,
    a_step,
    find_suitable,
    record_gates,
)


def published(database: Database, run_id: UUID, county: County, tell: RecordingTell) -> Publication:
    with database.writing() as session:
        return publish(
            session,
            run_id,
            [order.id for order in county.orders],
            actor=county.actor,
            now=NOW,
            tell=tell,
        )


def count(session: Session, table: type[Meeting] | type[Booking] | type[SlotClaim]) -> int:
    return session.exec(select(func.count()).select_from(table)).one()


def test_a_fresh_order_is_told_of_contact_and_assessment_only(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        county = a_county(session)
    run_id = a_solved_run(database, county.actor)
    publication = published(database, run_id, county, tell)

    assert set(publication.published) == {order.id for order in county.orders}
    assert publication.stale == ()
    with database.reading() as session:
        for order in county.orders:
            stages = {
                stage: next(
                    meeting
                    for meeting in live_meetings(session, [order.id])
                    if meeting.step_id == a_step(session, order, stage).id
                )
                for stage in Stage
            }
            told = {stage for stage, each in stages.items() if each.state is MeetingState.TOLD}
            assert told == {Stage.CONTACT, Stage.ASSESSMENT}
            assert {stages[stage].id for stage in told} <= set(tell.meetings)
            assert get_order(session, order.id).current_lead_id == stages[Stage.CONTACT].lead_id
    assert len(tell.meetings) == 2 * len(county.orders)


def test_P5_a_planned_conference_is_told_at_the_last_gate(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        county = a_county(session, orders=1)
    run_id = a_solved_run(database, county.actor)
    published(database, run_id, county, tell)
    [order] = county.orders
    with database.writing() as session:
        step = a_step(session, order, Stage.REPARATION)
        conference = next(
            each for each in live_meetings(session, [order.id]) if each.step_id == step.id
        ).id
        find_suitable(session, order, actor=county.actor, tell=tell)
        record_gates(session, order, [Gate.CONSENT], actor=county.actor, tell=tell)
        plan = live_plan(session, order.id)
        assert plan is not None
        gates.choose_route(
            session,
            plan.id,
            Route.DIRECT,
            based_on=plan.version,
            actor=county.actor,
            now=NOW,
            tell=tell,
        )
        rest = [Gate.RISK_ASSESSMENT, Gate.PREPARATION]
        record_gates(session, order, rest, actor=county.actor, tell=tell)
        assert conference not in tell.meetings
        record_gates(session, order, [Gate.READINESS], actor=county.actor, tell=tell)
        assert tell.meetings.count(conference) == 1


def test_P6_publishing_the_same_selection_twice_changes_nothing(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        county = a_county(session)
    run_id = a_solved_run(database, county.actor)
    published(database, run_id, county, tell)
    with database.reading() as session:
        before = [count(session, table) for table in (Meeting, Booking, SlotClaim)]
        versions = sorted(meeting.version for meeting in session.exec(select(Meeting)))
    told = list(tell.told)
    again = published(database, run_id, county, tell)

    assert set(again.published) == {order.id for order in county.orders}
    assert again.told == ()
    assert tell.told == told
    with database.reading() as session:
        assert [count(session, table) for table in (Meeting, Booking, SlotClaim)] == before
        assert sorted(meeting.version for meeting in session.exec(select(Meeting))) == versions


def test_P6_a_double_click_publishes_once(database: Database) -> None:
    with database.writing() as session:
        county = a_county(session)
    run_id = a_solved_run(database, county.actor)
    tells = [RecordingTell(), RecordingTell()]
    start = Barrier(2)
    answers: list[object] = []

    def click(tell: RecordingTell) -> None:
        start.wait()
        try:
            answers.append(published(database, run_id, county, tell))
        except Conflict as conflict:
            answers.append(conflict)

    clicks = [Thread(target=click, args=(tell,)) for tell in tells]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()

    assert all(isinstance(answer, Publication) for answer in answers), answers
    assert sorted(len(tell.told) for tell in tells) == [0, 2 * len(county.orders)]
    with database.reading() as session:
        assert count(session, Meeting) == len(county.orders) * len(Stage)


def test_P3_one_stale_case_stops_the_whole_selection(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        county = a_county(session)
    run_id = a_solved_run(database, county.actor)
    first = county.orders[0]
    with database.writing() as session:
        # the first case's lead falls ill on the day of its assessment, and only that day
        step = a_step(session, first, Stage.ASSESSMENT)
        row = session.get_one(ProposedMeeting, (run_id, step.id))
        day = london_day(row.starts_at)
        session.add(Leave(facilitator_id=row.lead_id, first_day=day, last_day=day))
        same = session.exec(
            select(ProposedMeeting).where(
                ProposedMeeting.run_id == run_id,
                (ProposedMeeting.lead_id == row.lead_id)
                | (ProposedMeeting.second_id == row.lead_id),
            )
        ).all()
        hit = {each.order_id for each in same if london_day(each.starts_at) == day}
    stale = published(database, run_id, county, tell)

    assert stale.published == ()
    assert {order for order, _ in stale.stale} == hit
    assert all("is away" in reason for _, reason in stale.stale)
    assert set(stale.others) == {order.id for order in county.orders} - hit
    assert tell.told == []
    with database.reading() as session:
        assert count(session, Meeting) == 0
        assert count(session, SlotClaim) == 0
    if stale.others:
        with database.writing() as session:
            rest = publish(session, run_id, stale.others, actor=county.actor, now=NOW, tell=tell)
        assert set(rest.published) == set(stale.others)


def test_P3_a_fault_half_way_keeps_nothing(database: Database) -> None:
    class Broken(RecordingTell):
        def __call__(self, session: Session, meeting_id: UUID, **rest: object) -> None:
            if len(self.told) == 3:
                raise RuntimeError("the light went out")
            self.told.append((meeting_id, MeetingState.TOLD, NOW))

    with database.writing() as session:
        county = a_county(session)
    run_id = a_solved_run(database, county.actor)
    with pytest.raises(RuntimeError):
        published(database, run_id, county, Broken())
    with database.reading() as session:
        assert count(session, Meeting) == 0
        assert count(session, SlotClaim) == 0
        assert check(session, run_id, [o.id for o in county.orders], now=NOW).done == ()


def test_a_plan_that_is_published_too_late_is_stale(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        county = a_county(session)
    run_id = a_solved_run(database, county.actor)
    with database.writing() as session:
        late = publish(
            session,
            run_id,
            [order.id for order in county.orders],
            actor=county.actor,
            now=NOW + timedelta(days=60),
            tell=tell,
        )
    assert late.published == ()
    assert all("would begin too soon" in reason for _, reason in late.stale)


def test_an_order_changed_since_is_stale(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        county = a_county(session)
    first_run = a_solved_run(database, county.actor)
    published(database, first_run, county, tell)
    second_run = a_solved_run(database, county.actor)
    moved = county.orders[0]
    with database.writing() as session:
        meeting = live_meetings(session, [moved.id])[0]
        cancel_meeting(
            session,
            meeting.id,
            based_on=meeting.version,
            reason="asked to",
            actor=county.actor,
            now=NOW,
            tell=tell,
        )
    publication = published(database, second_run, county, tell)
    assert [order for order, _ in publication.stale] == [moved.id]
    assert "changed or cancelled since" in publication.stale[0][1]


def test_a_second_run_leaves_what_was_told_alone(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        county = a_county(session)
    published(database, a_solved_run(database, county.actor), county, tell)
    again = a_solved_run(database, county.actor)
    with database.reading() as session:
        told = {
            meeting.id
            for meeting in session.exec(select(Meeting))
            if meeting.state is MeetingState.TOLD
        }
        rows = session.exec(
            select(ProposedMeeting).where(
                ProposedMeeting.run_id == again, col(ProposedMeeting.meeting_id).in_(told)
            )
        ).all()
        assert len(rows) == len(told)
        assert {row.change for row in rows} == {ProposalChange.UNCHANGED}


def test_a_move_keeps_the_meeting_and_raises_its_version(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        county = a_county(session, orders=1)
    published(database, a_solved_run(database, county.actor), county, tell)
    with database.writing() as session:
        step = a_step(session, county.orders[0], Stage.ASSESSMENT)
        meeting = next(
            each
            for each in live_meetings(session, [county.orders[0].id])
            if each.step_id == step.id
        )
        before, later = meeting.version, meeting.starts_at + timedelta(days=7)
        moved = move_meeting(
            session,
            meeting.id,
            based_on=before,
            starts_at=later,
            lead_id=meeting.lead_id,
            second_id=None,
            room_id=meeting.room_id,
            reason="the room is needed",
            actor=county.actor,
            now=NOW,
            tell=tell,
        )
        assert (moved.id, moved.starts_at) == (meeting.id, later)
        assert moved.version == before + 1
    assert tell.told[-1] == (moved.id, MeetingState.TOLD, later)
    with database.reading() as session:
        assert [each.version for each in history_of(session, moved.id)] == [1, 2, 3]
        with pytest.raises(Conflict, match="changed since"):
            cancel_meeting(
                session,
                get_meeting(session, moved.id).id,
                based_on=before,
                reason="too late",
                actor=county.actor,
                now=NOW,
                tell=tell,
            )


def test_P3_cases_that_change_rooms_are_published_together_or_not_at_all(
    database: Database,
) -> None:
    tell = RecordingTell()
    monday = date(2026, 3, 16)
    with database.writing() as session:
        actor = an_actor(session)
        _, rooms = a_venue_with_rooms(session, rooms=2)
        orders = [an_order(session, first_contacted_on=date(2026, 3, 6)) for _ in rooms]
        meetings = []
        for order, room in zip(orders, rooms, strict=True):
            meetings.append(
                a_held_meeting(
                    session,
                    order,
                    Stage.ASSESSMENT,
                    on=monday,
                    lead=a_facilitator(session),
                    room=room,
                    actor=actor,
                )
            )
            open_stages(session, order.id, actor=actor, now=NOW, tell=tell)
        run = PlanningRun(
            reference="PR-SWAP",
            area_id=AREA,
            state=RunState.FINISHED,
            requested_at=NOW,
            problem="{}",
            identifiers={},
            seed=1,
            effort=0,
            time_limit_seconds=1,
        )
        session.add(run)
        session.flush()
        for meeting, room in zip(meetings, reversed(rooms), strict=True):
            session.add(
                ProposedMeeting(
                    run_id=run.id,
                    step_id=meeting.step_id,
                    order_id=meeting.order_id,
                    meeting_id=meeting.id,
                    based_on_version=meeting.version,
                    change=ProposalChange.MOVED,
                    starts_at=meeting.starts_at,
                    ends_at=meeting.ends_at,
                    lead_id=meeting.lead_id,
                    room_id=room.id,
                    reason="to try the other room",
                )
            )
    first, second = orders
    with database.reading() as session:
        cases = review(session, run.id, now=NOW).cases
        assert {case.together_with for case in cases} == {(first.reference,), (second.reference,)}
    with database.writing() as session:
        alone = publish(session, run.id, [first.id], actor=actor, now=NOW, tell=tell)
    assert alone.published == ()
    assert f"publish it together with {second.reference}" in alone.stale[0][1]
    with database.writing() as session:
        both = publish(session, run.id, [first.id, second.id], actor=actor, now=NOW, tell=tell)
    assert set(both.published) == {first.id, second.id}
    with database.reading() as session:
        assert [get_meeting(session, each.id).room_id for each in meetings] == [
            room.id for room in reversed(rooms)
        ]


def test_what_can_no_longer_take_place_is_called_off_on_publishing(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        county = a_county(session, orders=1)
    [order] = county.orders
    published(database, a_solved_run(database, county.actor), county, tell)
    with database.writing() as session:
        # every facilitator is away from the day of the assessment on
        step = a_step(session, order, Stage.ASSESSMENT)
        meeting = find_live_meeting(session, step.id)
        assert meeting is not None
        day = london_day(meeting.starts_at)
        for facilitator in county.facilitators:
            session.add(
                Leave(
                    facilitator_id=facilitator.id,
                    first_day=day,
                    last_day=day + timedelta(days=365),
                )
            )
    run_id = a_solved_run(database, county.actor)
    with database.reading() as session:
        [case] = review(session, run_id, now=NOW).cases
        assert day in {london_day(each.cancels) for each in case.unplaced if each.cancels}
    publication = published(database, run_id, county, tell)
    assert publication.published == (order.id,)
    with database.reading() as session:
        assert get_meeting(session, meeting.id).state is MeetingState.CANCELLED
    assert (meeting.id, MeetingState.CANCELLED) in [each[:2] for each in tell.told]
