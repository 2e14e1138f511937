"""Several people harmed by one offence: nobody meets, waits for or hears of another of them."""

from datetime import date, time, timedelta
from itertools import count
from uuid import UUID

import pytest
from sqlmodel import Session, select

from rj.audit.services import Actor
from rj.conferences import gates
from rj.conferences.attendance import Part, attendees
from rj.conferences.hand_over import hand_over
from rj.conferences.models import Meeting, MeetingState
from rj.conferences.readiness import PERSONAL_GATES
from rj.conferences.services import hold_meeting, open_stages
from rj.conferences.several import one_third_for_each
from rj.db.database import Database
from rj.kernel.errors import Conflict
from rj.kernel.london import at_london
from rj.orders.models import Order, Plan, PlanStep
from rj.orders.plans import thirds_of
from rj.orders.queries import live_plan, steps_of
from rj.parties.models import Party
from rj.policy.terms import Gate, GateValue, PartyRole, Role, Route, Side, Stage
from rj.scheduling.models import ProposedMeeting
from tests.builders import NOW, a_facilitator, a_party, a_venue_with_rooms, an_actor, an_order
from tests.scheduling_builders import RecordingTell, a_solved_run, find_suitable

MINUTE = timedelta(minutes=1)


def two_harmed(session: Session, actor: Actor) -> tuple[Order, Party, Party]:
    """An order whose offence harmed Ada, who has a supporter, and Bea."""
    order = an_order(session)
    ada = a_party(session, order.id, side=Side.HARMED, chosen_name="Ada")
    helper = a_party(session, order.id, side=Side.HARMED, role=PartyRole.SUPPORTER)
    bea = a_party(session, order.id, side=Side.HARMED, chosen_name="Bea")
    helper.supports_id = ada.id
    one_third_for_each(session, order.id, actor=actor, now=NOW)
    return order, ada, bea


def plan_of(session: Session, order: Order) -> Plan:
    plan = live_plan(session, order.id)
    assert plan is not None
    return plan


def third_of(session: Session, person: Party) -> PlanStep:
    plan = live_plan(session, person.order_id)
    assert plan is not None
    return next(each for each in thirds_of(session, plan.id) if each.harmed_id == person.id)


def open_gates(
    session: Session, order: Order, people: list[UUID], actor: Actor, tell: RecordingTell
) -> None:
    for person in people:
        for gate in PERSONAL_GATES:
            gates.record_gate(
                session,
                order.id,
                gate=gate,
                value=GateValue.YES,
                party_id=person,
                actor=actor,
                now=NOW,
                tell=tell,
            )


def harmer_of(session: Session, order: Order) -> Party:
    return session.exec(
        select(Party).where(Party.order_id == order.id, Party.side == Side.HARMER)
    ).one()


def meet(session: Session, person: Party, actor: Actor, tell: RecordingTell) -> None:
    """Decide that this person's third meeting is a direct one."""
    plan = live_plan(session, person.order_id)
    assert plan is not None
    gates.choose_route(
        session,
        plan.id,
        Route.DIRECT,
        step_id=third_of(session, person).id,
        based_on=plan.version,
        actor=actor,
        now=NOW,
        tell=tell,
    )


def a_hold(session: Session, step: PlanStep, on: date, actor: Actor) -> Meeting:
    lead, second = a_facilitator(session), a_facilitator(session)
    _, [room] = a_venue_with_rooms(session)
    return hold_meeting(
        session,
        step.id,
        starts_at=at_london(on, time(10)),
        lead_id=lead.id,
        second_id=second.id,
        room_id=room.id,
        reason="planned",
        actor=actor,
        now=NOW,
    )


def test_each_harmed_person_has_a_third_meeting_that_no_other_comes_to(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        actor = an_actor(session)
        order, ada, bea = two_harmed(session, actor)
        one_third_for_each(session, order.id, actor=actor, now=NOW)  # safe to repeat
        stages = [step.stage for step in steps_of(session, plan_of(session, order).id)]
        assert stages.count(Stage.REPARATION) == 2
        assert stages[-1] is Stage.REVIEW

        people = [party.id for party in session.exec(select(Party))]
        open_gates(session, order, people, actor, tell)
        meet(session, ada, actor, tell)
        meet(session, bea, actor, tell)
        expected = {
            name: {each.role: each.id for each in attendees(session, third_of(session, person))}
            for name, person in (("Ada", ada), ("Bea", bea))
        }
        assert expected["Ada"][Part.HARMED] == ada.id
        assert expected["Bea"][Part.HARMED] == bea.id
        assert Part.HARMED_SUPPORTER in expected["Ada"]
        assert Part.HARMED_SUPPORTER not in expected["Bea"]
        assert expected["Ada"][Part.HARMER] == expected["Bea"][Part.HARMER]


def test_one_persons_meeting_waits_for_no_other_and_outlives_the_others_no(
    database: Database,
) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        actor = an_actor(session)
        order, ada, bea = two_harmed(session, actor)
        find_suitable(session, order, actor=actor, tell=tell)
        helper = session.exec(select(Party).where(Party.supports_id == ada.id)).one()
        harmer = harmer_of(session, order)
        open_gates(session, order, [harmer.id, ada.id, helper.id], actor, tell)
        meet(session, ada, actor, tell)
        with pytest.raises(Conflict, match="Consent of the harmed person"):
            meet(session, bea, actor, tell)
        meeting = a_hold(session, third_of(session, ada), date(2026, 4, 9), actor)
        open_stages(session, order.id, actor=actor, now=NOW, tell=tell)
        assert meeting.state is MeetingState.TOLD
        told = len(tell.told)

        gates.record_gate(
            session,
            order.id,
            gate=Gate.CONSENT,
            value=GateValue.NO,
            party_id=bea.id,
            actor=actor,
            now=NOW,
            tell=tell,
        )
        gates.stop_contact(session, bea.id, actor=actor, now=NOW, tell=tell)
        assert meeting.state is MeetingState.TOLD
        assert third_of(session, ada).takes(plan_of(session, order).route) is Route.DIRECT
        assert len(tell.told) == told, "nobody of Ada's meeting hears of Bea's no"
        plan = plan_of(session, order)
        assert [each.harmed_id for each in thirds_of(session, plan.id)] == [ada.id]

        liaison = an_actor(session, Role.LIAISON_OFFICER)
        gates.lift_stop(session, bea.id, reason="her own wish", actor=liaison, now=NOW, tell=tell)
        assert len(thirds_of(session, plan.id)) == 1, "she may be written to, and has not said yes"


def test_a_no_leaves_out_what_was_only_held_for_that_person_and_a_yes_brings_it_back(
    database: Database,
) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        actor = an_actor(session)
        order, ada, bea = two_harmed(session, actor)
        plan = plan_of(session, order)
        held = a_hold(session, third_of(session, bea), date(2026, 4, 9), actor)

        minutes = count(1)

        def says(person: Party, value: GateValue) -> list[UUID | None]:
            gates.record_gate(
                session,
                order.id,
                gate=Gate.CONSENT,
                value=value,
                party_id=person.id,
                actor=actor,
                now=NOW + next(minutes) * MINUTE,
                tell=tell,
            )
            return [each.harmed_id for each in thirds_of(session, plan.id)]

        assert says(bea, GateValue.NO) == [ada.id]
        assert held.state is MeetingState.CANCELLED
        assert says(ada, GateValue.WITHDRAWN) == [ada.id], "a plan has one third meeting at least"
        assert says(bea, GateValue.YES) == [bea.id]
        assert set(says(ada, GateValue.YES)) == {ada.id, bea.id}
        assert tell.told == []


def test_the_officer_reads_of_one_reparation_activity_however_many_were_harmed(
    database: Database,
) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        order, _, _ = two_harmed(session, actor)
        lines = [each.stage for each in hand_over(session, order).completion]
        assert lines.count(Stage.REPARATION) == 1


def test_planning_gives_each_harmed_person_a_time_of_their_own(database: Database) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        for _ in range(3):
            a_facilitator(session)
        a_venue_with_rooms(session)
        _, ada, bea = two_harmed(session, actor)
    run_id = a_solved_run(database, actor)
    with database.reading() as session:
        thirds = {third_of(session, ada).id, third_of(session, bea).id}
        found = {
            each.step_id: each.starts_at
            for each in session.exec(
                select(ProposedMeeting).where(ProposedMeeting.run_id == run_id)
            )
        }
    assert thirds <= set(found)
    assert len({found[step] for step in thirds}) == 2
