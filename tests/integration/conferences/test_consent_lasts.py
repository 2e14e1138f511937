"""What stands on consent falls with it, and a told conference is not confirmed on old findings."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session

from rj.audit.services import Actor
from rj.conferences import gates
from rj.conferences.models import MeetingState
from rj.conferences.queries import find_live_meeting, get_meeting
from rj.conferences.readiness import what_is_missing
from rj.conferences.services import move_meeting
from rj.db.database import Database
from rj.kernel.errors import Conflict, Invalid
from rj.kernel.london import london_day
from rj.orders.models import Order, StepState
from rj.orders.queries import live_plan
from rj.parties.models import Party
from rj.parties.queries import parties_of
from rj.policy.plan_templates import Attends
from rj.policy.terms import Gate, GateValue, Route, Side, Stage
from tests.builders import NOW, every_gate_is_recorded
from tests.integration.conferences.test_gates_open_stages import a_case_with_holds, decide_direct
from tests.scheduling_builders import RecordingTell, a_step

LATER = NOW + timedelta(hours=1)


def a_direct_case(
    session: Session, *, is_told: bool
) -> tuple[Order, Actor, dict[Stage, UUID], RecordingTell]:
    """A case that goes for a conference: held, or told to everybody."""
    tell = RecordingTell()
    order, actor, meetings = a_case_with_holds(session)
    every_gate_is_recorded(session, order.id)
    if not is_told:
        record(session, order, actor, tell, Gate.READINESS, GateValue.NOT_YET, NOW)
    decide_direct(session, order, actor, tell)
    meeting = get_meeting(session, meetings[Stage.REPARATION])
    assert meeting.state is (MeetingState.TOLD if is_told else MeetingState.HELD)
    return order, actor, meetings, tell


def the_harmed(session: Session, order: Order) -> Party:
    return next(one for one in parties_of(session, order.id) if one.side is Side.HARMED)


def record(
    session: Session,
    order: Order,
    actor: Actor,
    tell: RecordingTell,
    gate: Gate,
    value: GateValue,
    now: object = LATER,
) -> None:
    gates.record_gate(
        session,
        order.id,
        gate=gate,
        value=value,
        party_id=the_harmed(session, order).id,
        actor=actor,
        now=now,  # type: ignore[arg-type]
        tell=tell,
    )


def route_of(session: Session, order: Order) -> Route:
    plan = live_plan(session, order.id)
    assert plan is not None
    return plan.route


@pytest.mark.parametrize("value", [GateValue.WITHDRAWN, GateValue.NO])
@pytest.mark.parametrize("is_told", [False, True])
def test_P5_without_consent_no_conference_is_left_to_be_planned(
    database: Database, value: GateValue, is_told: bool
) -> None:
    with database.writing() as session:
        order, actor, meetings, tell = a_direct_case(session, is_told=is_told)
        record(session, order, actor, tell, Gate.CONSENT, value)

        assert get_meeting(session, meetings[Stage.REPARATION]).state is MeetingState.CANCELLED
        assert route_of(session, order) is Route.UNDECIDED
        assert Attends.HARMED not in a_step(session, order, Stage.REPARATION).attends


def test_a_hold_expects_the_harmed_person_no_longer_once_their_consent_is_in_doubt(
    database: Database,
) -> None:
    with database.writing() as session:
        order, actor, meetings, tell = a_direct_case(session, is_told=False)
        record(session, order, actor, tell, Gate.CONSENT, GateValue.NOT_YET)

        assert route_of(session, order) is Route.UNDECIDED
        assert get_meeting(session, meetings[Stage.REPARATION]).state is MeetingState.HELD
        assert meetings[Stage.REPARATION] not in tell.meetings


def test_stopping_contact_leaves_no_conference_to_be_planned(database: Database) -> None:
    with database.writing() as session:
        order, actor, _, tell = a_direct_case(session, is_told=True)
        harmed = the_harmed(session, order)
        gates.stop_contact(session, harmed.id, actor=actor, now=LATER, tell=tell)

        assert route_of(session, order) is Route.UNDECIDED
        assert find_live_meeting(session, a_step(session, order, Stage.REPARATION).id) is None


@pytest.mark.parametrize("gate", [Gate.CONSENT, Gate.READINESS])
def test_nothing_is_opened_any_more_for_somebody_who_said_no(
    database: Database, gate: Gate
) -> None:
    with database.writing() as session:
        order, actor, _, tell = a_direct_case(session, is_told=True)
        gates.stop_contact(
            session, the_harmed(session, order).id, actor=actor, now=LATER, tell=tell
        )
        with pytest.raises(Conflict, match="takes no part"):
            record(session, order, actor, tell, gate, GateValue.YES)
        record(session, order, actor, tell, gate, GateValue.NOT_YET)


@pytest.mark.parametrize("gate", [Gate.CONSENT, Gate.READINESS])
def test_a_told_conference_is_not_moved_while_a_gate_is_in_doubt(
    database: Database, gate: Gate
) -> None:
    with database.writing() as session:
        order, actor, meetings, tell = a_direct_case(session, is_told=True)
        record(session, order, actor, tell, gate, GateValue.NOT_YET)
        told = list(tell.meetings)
        meeting = get_meeting(session, meetings[Stage.REPARATION])
        with pytest.raises(Invalid, match="is recorded as not yet"):
            move_meeting(
                session,
                meeting.id,
                based_on=meeting.version,
                starts_at=meeting.starts_at + timedelta(hours=1),
                lead_id=meeting.lead_id,
                second_id=meeting.second_id,
                room_id=meeting.room_id,
                reason="the room is wanted",
                actor=actor,
                now=LATER,
                tell=tell,
            )

        assert tell.meetings == told
        assert route_of(session, order) is Route.DIRECT


def test_an_added_preparation_comes_before_the_conference_is_told(database: Database) -> None:
    with database.writing() as session:
        order, actor, meetings, tell = a_direct_case(session, is_told=False)
        plan = live_plan(session, order.id)
        assert plan is not None
        added = gates.add_preparation(
            session, plan.id, reason="She wants to think", actor=actor, now=NOW
        )
        record(session, order, actor, tell, Gate.READINESS, GateValue.YES)
        third = a_step(session, order, Stage.REPARATION)
        today = london_day(NOW)

        assert what_is_missing(session, third, today=today) == [
            "The preparation meeting that was added has not taken place"
        ]
        assert meetings[Stage.REPARATION] not in tell.meetings
        for stage in (Stage.CONTACT, Stage.ASSESSMENT, Stage.PREPARATION):
            a_step(session, order, stage).state = StepState.DONE
        session.flush()
        gates.complete_step(session, added.id, done_on=today, actor=actor, now=LATER, tell=tell)
        assert meetings[Stage.REPARATION] in tell.meetings


def test_an_added_preparation_that_is_taken_back_holds_the_conference_up_no_longer(
    database: Database,
) -> None:
    with database.writing() as session:
        order, actor, meetings, tell = a_direct_case(session, is_told=False)
        plan = live_plan(session, order.id)
        assert plan is not None
        added = gates.add_preparation(
            session, plan.id, reason="She wants to think", actor=actor, now=NOW
        )
        record(session, order, actor, tell, Gate.READINESS, GateValue.YES)
        assert meetings[Stage.REPARATION] not in tell.meetings
        gates.drop_preparation(
            session,
            added.id,
            based_on=added.version,
            reason="She has thought",
            actor=actor,
            now=LATER,
            tell=tell,
        )
        assert meetings[Stage.REPARATION] in tell.meetings
        assert added.state is StepState.DROPPED


def test_no_preparation_is_added_behind_a_conference_that_was_told(database: Database) -> None:
    with database.writing() as session:
        order, actor, _, _ = a_direct_case(session, is_told=True)
        plan = live_plan(session, order.id)
        assert plan is not None
        with pytest.raises(Conflict, match="have been told"):
            gates.add_preparation(
                session, plan.id, reason="She wants to think", actor=actor, now=NOW
            )
