"""Gates: who is told what, and when. P5: nobody is invited to a conference before every gate."""

from datetime import date, time, timedelta
from uuid import UUID

import pytest
from sqlmodel import Session

from rj.audit.services import Actor
from rj.conferences import gates
from rj.conferences.models import Meeting, MeetingState
from rj.conferences.queries import get_meeting, history_of
from rj.conferences.readiness import what_is_missing
from rj.conferences.services import open_stages
from rj.db.database import Database
from rj.kernel.errors import Conflict, Invalid, NotFound
from rj.kernel.london import at_london
from rj.orders.models import Order
from rj.orders.queries import get_order, live_plan
from rj.parties.queries import parties_of
from rj.policy.terms import ContactOutcome, Gate, GateValue, Route, Side, Stage
from tests.builders import NOW, a_facilitator, a_venue_with_rooms, an_actor, an_order
from tests.scheduling_builders import (
    RecordingTell,
    a_held_meeting,
    a_step,
    find_suitable,
    record_gates,
)

DAYS = {
    Stage.CONTACT: date(2026, 3, 11),
    Stage.ASSESSMENT: date(2026, 3, 16),
    Stage.PREPARATION: date(2026, 3, 24),
    Stage.REPARATION: date(2026, 4, 9),
    Stage.REVIEW: date(2026, 4, 23),
}


def a_case_with_holds(
    session: Session, *, with_harmed: bool = True
) -> tuple[Order, Actor, dict[Stage, UUID]]:
    """An order, and a hold on each of its steps."""
    actor = an_actor(session)
    lead, second = a_facilitator(session), a_facilitator(session)
    _, [room] = a_venue_with_rooms(session)
    order = an_order(session, with_harmed=with_harmed)
    meetings = {
        stage: a_held_meeting(
            session,
            order,
            stage,
            on=day,
            lead=lead,
            second=second if stage is Stage.REPARATION else None,
            room=None if stage is Stage.CONTACT else room,
            actor=actor,
        ).id
        for stage, day in DAYS.items()
    }
    return order, actor, meetings


def states(session: Session, meetings: dict[Stage, UUID]) -> dict[Stage, MeetingState]:
    return {stage: get_meeting(session, meeting).state for stage, meeting in meetings.items()}


def decide_direct(session: Session, order: Order, actor: Actor, tell: RecordingTell) -> None:
    plan = live_plan(session, order.id)
    assert plan is not None
    gates.choose_route(
        session, plan.id, Route.DIRECT, based_on=plan.version, actor=actor, now=NOW, tell=tell
    )


def test_a_fresh_order_tells_contact_and_assessment_only(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        order, actor, meetings = a_case_with_holds(session)
        open_stages(session, order.id, actor=actor, now=NOW, tell=tell)

    assert tell.meetings == [meetings[Stage.CONTACT], meetings[Stage.ASSESSMENT]]


def test_preparation_is_told_once_the_assessment_says_suitable(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        order, actor, meetings = a_case_with_holds(session)
        open_stages(session, order.id, actor=actor, now=NOW, tell=tell)
        find_suitable(session, order, actor=actor, tell=tell)

    assert tell.meetings[2:] == [meetings[Stage.PREPARATION]]


def test_P5_the_conference_is_told_at_the_last_gate_and_not_before(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        order, actor, meetings = a_case_with_holds(session)
        find_suitable(session, order, actor=actor, tell=tell)
        record_gates(session, order, [Gate.CONSENT], actor=actor, tell=tell)
        decide_direct(session, order, actor, tell)
        everyone = parties_of(session, order.id)
        for gate in (Gate.RISK_ASSESSMENT, Gate.PREPARATION, Gate.READINESS):
            for party in everyone:
                assert meetings[Stage.REPARATION] not in tell.meetings
                gates.record_gate(
                    session,
                    order.id,
                    gate=gate,
                    value=GateValue.YES,
                    party_id=party.id,
                    actor=actor,
                    now=NOW,
                    tell=tell,
                )

    assert tell.meetings.count(meetings[Stage.REPARATION]) == 1
    with database.reading() as session:
        conference = get_meeting(session, meetings[Stage.REPARATION])
        assert conference.state is MeetingState.TOLD
        assert conference.told_at == NOW
        assert conference.is_pinned, "a meeting that a harmed person was told of is pinned"
        assert states(session, meetings)[Stage.REVIEW] is MeetingState.HELD


@pytest.mark.parametrize("value", [GateValue.NOT_YET, GateValue.NO, GateValue.WITHDRAWN])
def test_P5_only_yes_opens_a_gate(database: Database, value: GateValue) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        order, actor, meetings = a_case_with_holds(session, with_harmed=False)
        find_suitable(session, order, actor=actor, tell=tell)
        plan = live_plan(session, order.id)
        assert plan is not None
        gates.choose_route(
            session,
            plan.id,
            Route.SHUTTLE,
            based_on=plan.version,
            actor=actor,
            now=NOW,
            tell=tell,
        )
        record_gates(
            session,
            order,
            [Gate.RISK_ASSESSMENT, Gate.PREPARATION, Gate.READINESS],
            actor=actor,
            tell=tell,
        )
        record_gates(session, order, [Gate.CONSENT], value=value, actor=actor, tell=tell)

    assert meetings[Stage.REPARATION] not in tell.meetings


def test_a_direct_meeting_needs_both_sides_consent(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        order, actor, _ = a_case_with_holds(session)
        harmer = next(each for each in parties_of(session, order.id) if each.side is Side.HARMER)
        gates.record_gate(
            session,
            order.id,
            gate=Gate.CONSENT,
            value=GateValue.YES,
            party_id=harmer.id,
            actor=actor,
            now=NOW,
            tell=tell,
        )
        with pytest.raises(Conflict, match="Consent of the harmed person has not been recorded"):
            decide_direct(session, order, actor, tell)


def test_withdrawn_consent_calls_off_the_third_meeting_and_only_that(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        order, actor, meetings = a_case_with_holds(session)
        find_suitable(session, order, actor=actor, tell=tell)
        record_gates(session, order, [Gate.CONSENT], actor=actor, tell=tell)
        decide_direct(session, order, actor, tell)
        rest = [Gate.RISK_ASSESSMENT, Gate.PREPARATION, Gate.READINESS]
        record_gates(session, order, rest, actor=actor, tell=tell)
        harmed = next(each for each in parties_of(session, order.id) if each.side is Side.HARMED)
        gates.record_gate(
            session,
            order.id,
            gate=Gate.CONSENT,
            value=GateValue.WITHDRAWN,
            party_id=harmed.id,
            actor=actor,
            now=NOW,
            tell=tell,
        )

    assert tell.told[-1][:2] == (meetings[Stage.REPARATION], MeetingState.CANCELLED)
    with database.reading() as session:
        found = states(session, meetings)
        assert found.pop(Stage.REPARATION) is MeetingState.CANCELLED
        assert MeetingState.CANCELLED not in found.values()


def test_an_old_risk_assessment_stops_confirming_and_cancels_nothing(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        order, actor, meetings = a_case_with_holds(session)
        find_suitable(session, order, actor=actor, tell=tell)
        record_gates(session, order, [Gate.CONSENT], actor=actor, tell=tell)
        decide_direct(session, order, actor, tell)
        old = NOW - timedelta(days=29)
        record_gates(session, order, [Gate.RISK_ASSESSMENT], actor=actor, tell=tell, now=old)
        record_gates(session, order, [Gate.PREPARATION, Gate.READINESS], actor=actor, tell=tell)

        step = a_step(session, order, Stage.REPARATION)
        missing = what_is_missing(session, step, today=NOW.date())
        assert len(missing) == 2
        assert all("older than 28 days" in sentence for sentence in missing)
        assert get_meeting(session, meetings[Stage.REPARATION]).state is MeetingState.HELD
        record_gates(session, order, [Gate.RISK_ASSESSMENT], actor=actor, tell=tell)

    with database.reading() as session:
        conference = get_meeting(session, meetings[Stage.REPARATION])
        assert conference.state is MeetingState.TOLD


def test_a_hold_that_gives_too_short_notice_is_not_told(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        order, actor, meetings = a_case_with_holds(session)
        open_stages(session, order.id, actor=actor, now=NOW, tell=tell)
        late = at_london(DAYS[Stage.PREPARATION] - timedelta(days=2), time(9))
        find_suitable(session, order, actor=actor, tell=tell, now=late)

    assert meetings[Stage.PREPARATION] not in tell.meetings


def test_recording_the_same_gate_twice_in_a_row_is_one_record(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        order, actor, _ = a_case_with_holds(session)
        for _ in range(2):
            find_suitable(session, order, actor=actor, tell=tell)
    with database.reading() as session:
        from rj.conferences.queries import gates_of

        assert len(gates_of(session, order.id)) == 1


def test_gates_belong_to_the_right_person(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        order, actor, _ = a_case_with_holds(session)
        stranger = parties_of(session, an_order(session).id)[0]
        common = {"value": GateValue.YES, "actor": actor, "now": NOW, "tell": tell}
        with pytest.raises(NotFound):
            gates.record_gate(session, order.id, gate=Gate.CONSENT, party_id=stranger.id, **common)
        with pytest.raises(Invalid, match="whose gate"):
            gates.record_gate(session, order.id, gate=Gate.CONSENT, party_id=None, **common)


def test_reaching_the_person_ends_the_planned_call(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        order, actor, meetings = a_case_with_holds(session)
        open_stages(session, order.id, actor=actor, now=NOW, tell=tell)
        gates.record_contact_attempt(
            session,
            order.id,
            outcome=ContactOutcome.REACHED,
            attempted_at=NOW,
            actor=actor,
            now=NOW,
            tell=tell,
        )

    assert tell.told[-1][:2] == (meetings[Stage.CONTACT], MeetingState.CANCELLED)
    with database.reading() as session:
        assert get_order(session, order.id).first_contacted_on == NOW.date()


def test_stopping_contact_ends_what_that_person_was_expected_at(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        order, actor, meetings = a_case_with_holds(session)
        harmer = next(each for each in parties_of(session, order.id) if each.side is Side.HARMER)
        open_stages(session, order.id, actor=actor, now=NOW, tell=tell)
        gates.stop_contact(session, harmer.id, actor=actor, now=NOW, tell=tell)
    with database.reading() as session:
        assert set(states(session, meetings).values()) == {MeetingState.CANCELLED}


def test_every_version_of_a_meeting_is_kept(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        order, actor, meetings = a_case_with_holds(session)
        open_stages(session, order.id, actor=actor, now=NOW, tell=tell)
    with database.reading() as session:
        meeting: Meeting = get_meeting(session, meetings[Stage.CONTACT])
        history = history_of(session, meeting.id)
        assert [each.version for each in history] == [1, 2]
        assert [each.state for each in history] == [MeetingState.HELD, MeetingState.TOLD]
        assert meeting.version == 2
