"""What goes on of everybody's free will ends with a no, and a no counts whenever it was said."""

from datetime import date, time, timedelta
from uuid import UUID

from sqlmodel import Session

from rj.audit.services import Actor
from rj.conferences import gates
from rj.conferences.models import GateRecord, Meeting, MeetingState
from rj.conferences.queries import found_unsuitable, latest_gates
from rj.conferences.services import hold_meeting, open_stages
from rj.db.database import Database
from rj.kernel.london import at_london
from rj.orders.models import PlanStep
from rj.orders.queries import steps_of
from rj.policy.terms import Gate, GateValue, Side, Stage
from tests.builders import NOW, a_facilitator, a_party, a_venue_with_rooms, an_actor, an_order
from tests.integration.conferences.test_several_harmed import harmer_of, open_gates, plan_of
from tests.scheduling_builders import RecordingTell, find_suitable


def a_hold(session: Session, step: PlanStep, on: date, actor: Actor) -> Meeting:
    _, [room] = a_venue_with_rooms(session)
    return hold_meeting(
        session,
        step.id,
        starts_at=at_london(on, time(10)),
        lead_id=a_facilitator(session).id,
        second_id=None,
        room_id=room.id,
        reason="planned",
        actor=actor,
        now=NOW,
    )


def test_nothing_is_told_of_free_will_to_somebody_who_said_no(database: Database) -> None:
    for is_voluntary in (False, True):
        tell = RecordingTell()
        with database.writing() as session:
            actor = an_actor(session)
            order = an_order(session)
            harmer = harmer_of(session, order)
            find_suitable(session, order, actor=actor, tell=tell)
            open_gates(session, order, [harmer.id], actor, tell)
            if is_voluntary:
                order.voluntary_from = NOW.date()
            found: dict[Stage, Meeting] = {}
            for day, step in enumerate(steps_of(session, plan_of(session, order).id), start=1):
                if step.stage in (Stage.ASSESSMENT, Stage.PREPARATION):
                    found[step.stage] = a_hold(session, step, date(2026, 4, 6 + day), actor)
            open_stages(session, order.id, actor=actor, now=NOW, tell=tell)
            assert {each.state for each in found.values()} == {MeetingState.TOLD}

            gates.record_gate(
                session,
                order.id,
                gate=Gate.CONSENT,
                value=GateValue.WITHDRAWN,
                party_id=harmer.id,
                actor=actor,
                now=NOW + timedelta(minutes=1),
                tell=tell,
            )
            stand = MeetingState.CANCELLED if is_voluntary else MeetingState.TOLD
            assert {each.state for each in found.values()} == {stand}
            if is_voluntary:
                steps = steps_of(session, plan_of(session, order).id)
                again = [
                    a_hold(session, step, date(2026, 4, 13 + day), actor)
                    for day, step in enumerate(steps, start=1)
                    if step.stage in found
                ]
                open_stages(session, order.id, actor=actor, now=NOW, tell=tell)
                assert {each.state for each in again} == {MeetingState.HELD}


def test_of_findings_of_one_moment_the_no_counts(database: Database) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        assert actor.account_id is not None
        order = an_order(session)
        harmed = a_party(session, order.id, side=Side.HARMED)
        for gate, party_id in ((Gate.SUITABLE, None), (Gate.CONSENT, harmed.id)):
            for value, number in ((GateValue.NO, 0), (GateValue.NOT_YET, 1), (GateValue.YES, 2)):
                of_both = 4 if party_id is None else 8
                session.add(
                    GateRecord(
                        id=UUID(int=of_both + number),
                        order_id=order.id,
                        party_id=party_id,
                        gate=gate,
                        value=value,
                        recorded_by=actor.account_id,
                        recorded_at=NOW,
                    )
                )
        session.flush()
        counts = latest_gates(session, order.id)
        assert counts[Gate.CONSENT, harmed.id].value is GateValue.NO
        assert counts[Gate.SUITABLE, None].value is GateValue.NO
        assert found_unsuitable(session, [order.id]) == {order.id}
