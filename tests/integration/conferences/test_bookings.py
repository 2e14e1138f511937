"""P2: what is booked once cannot be booked again, however many people try at once."""

from datetime import date, datetime, time, timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlmodel import Session, select

from rj.conferences import gates
from rj.conferences.models import Booking, Meeting, MeetingState, SlotClaim
from rj.conferences.queries import find_live_meeting
from rj.conferences.services import cancel_meeting, hold_meeting, move_meeting, record_outcome
from rj.db.database import Database
from rj.kernel.errors import Conflict, Invalid
from rj.kernel.london import at_london
from rj.orders.models import StepState
from rj.orders.queries import get_step, live_plan
from rj.parties.models import PartyBusy
from rj.parties.queries import parties_of
from rj.policy.terms import AttendanceOutcome, Gate, GateValue, Route, Stage
from tests.builders import (
    NOW,
    a_facilitator,
    a_party,
    a_venue_with_rooms,
    an_actor,
    an_order,
)
from tests.scheduling_builders import (
    RecordingTell,
    a_held_meeting,
    a_step,
    find_suitable,
    record_gates,
)

MONDAY = date(2026, 3, 16)
PEOPLE = 8


def test_P2_eight_people_book_one_room_at_once_and_one_gets_it(database: Database) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        venue, [room] = a_venue_with_rooms(session)
        wanted: list[tuple[UUID, UUID]] = [
            (a_step(session, an_order(session), Stage.ASSESSMENT).id, a_facilitator(session).id)
            for _ in range(PEOPLE)
        ]
    start = Barrier(PEOPLE)
    answers: list[UUID | Exception] = []

    def book(step_id: UUID, lead_id: UUID) -> None:
        start.wait()
        try:
            with database.writing() as session:
                meeting = hold_meeting(
                    session,
                    step_id,
                    starts_at=at_london(MONDAY, time(10)),
                    lead_id=lead_id,
                    second_id=None,
                    room_id=room.id,
                    reason="asked for",
                    actor=actor,
                    now=NOW,
                )
            answers.append(meeting.id)
        except Conflict as refusal:
            answers.append(refusal)

    people = [Thread(target=book, args=each) for each in wanted]
    for person in people:
        person.start()
    for person in people:
        person.join()

    booked = [answer for answer in answers if isinstance(answer, UUID)]
    refused = [str(answer) for answer in answers if isinstance(answer, Exception)]
    assert len(booked) == 1
    assert refused == [
        f"Room 1 at {venue.name} is already taken at 10:00 on Monday 16 March 2026: "
        "choose another time"
    ] * (PEOPLE - 1)
    with database.reading() as session:
        assert [meeting.id for meeting in session.exec(select(Meeting))] == booked
        assert {claim.meeting_id for claim in session.exec(select(SlotClaim))} == set(booked)


def test_P2_a_room_rests_between_two_meetings(database: Database) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        _, [room] = a_venue_with_rooms(session, turnaround_minutes=30)
        lead, other = a_facilitator(session), a_facilitator(session)
        first = an_order(session)
        a_held_meeting(
            session, first, Stage.ASSESSMENT, on=MONDAY, lead=lead, room=room, actor=actor
        )
        with pytest.raises(Conflict, match="is already taken at 11:00"):
            a_held_meeting(
                session,
                an_order(session),
                Stage.ASSESSMENT,
                on=MONDAY,
                at=time(11),
                lead=other,
                room=room,
                actor=actor,
            )
    with database.writing() as session:
        after = a_held_meeting(
            session,
            an_order(session),
            Stage.ASSESSMENT,
            on=MONDAY,
            at=time(11, 30),
            lead=other,
            room=room,
            actor=actor,
        )
        assert after.state is MeetingState.HELD
        booking = session.get_one(Booking, (after.id, room.id))
        assert booking.ends_at - booking.starts_at == timedelta(minutes=90)


def test_P2_a_refused_booking_leaves_nothing_and_spoils_nothing(database: Database) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        _, [room, other] = a_venue_with_rooms(session, rooms=2)
        lead = a_facilitator(session)
        kept, refused = an_order(session), an_order(session)
        common = {"on": MONDAY, "lead": lead, "actor": actor}
        a_held_meeting(session, kept, Stage.ASSESSMENT, room=room, **common)
        with pytest.raises(Conflict, match=f"Facilitator {lead.code} is already taken"):
            a_held_meeting(session, refused, Stage.ASSESSMENT, room=other, **common)
    with database.reading() as session:
        assert find_live_meeting(session, a_step(session, kept, Stage.ASSESSMENT).id) is not None
        assert find_live_meeting(session, a_step(session, refused, Stage.ASSESSMENT).id) is None


def test_P2_a_refused_move_leaves_the_meeting_where_it_was(database: Database) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        _, [room, other] = a_venue_with_rooms(session, rooms=2)
        first, second = a_facilitator(session), a_facilitator(session)
        a_held_meeting(
            session,
            an_order(session),
            Stage.ASSESSMENT,
            on=MONDAY,
            lead=first,
            room=room,
            actor=actor,
        )
        meeting = a_held_meeting(
            session,
            an_order(session),
            Stage.ASSESSMENT,
            on=MONDAY,
            lead=second,
            room=other,
            actor=actor,
        )
        meeting_id, starts_at = meeting.id, meeting.starts_at
        with pytest.raises(Conflict):
            move_meeting(
                session,
                meeting_id,
                based_on=meeting.version,
                starts_at=starts_at,
                lead_id=first.id,
                second_id=None,
                room_id=other.id,
                reason="asked to",
                actor=actor,
                now=NOW,
                tell=RecordingTell(),
            )
    with database.reading() as session:
        standing = session.get_one(Meeting, meeting_id)
        assert (standing.lead_id, standing.version) == (second.id, 1)
        assert session.get(Booking, (meeting_id, second.id)) is not None


def test_nobody_learns_whose_diary_is_taken(database: Database) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        _, rooms = a_venue_with_rooms(session, rooms=2)
        order = an_order(session)
        a_held_meeting(
            session,
            order,
            Stage.ASSESSMENT,
            on=MONDAY,
            lead=a_facilitator(session),
            room=rooms[0],
            actor=actor,
        )
        with pytest.raises(Conflict) as refusal:
            a_held_meeting(
                session,
                order,
                Stage.PREPARATION,
                on=MONDAY,
                lead=a_facilitator(session),
                room=rooms[1],
                actor=actor,
            )
    assert str(refusal.value).startswith("Somebody who must attend is already taken")


def test_a_cancelled_meeting_gives_up_its_time(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        actor = an_actor(session)
        _, [room] = a_venue_with_rooms(session)
        lead, order = a_facilitator(session), an_order(session)
        meeting = a_held_meeting(
            session, order, Stage.ASSESSMENT, on=MONDAY, lead=lead, room=room, actor=actor
        )
        for _ in range(2):  # a second click cancels nothing more
            cancel_meeting(
                session,
                meeting.id,
                based_on=1,
                reason="not needed",
                actor=actor,
                now=NOW,
                tell=tell,
            )
        assert session.exec(select(SlotClaim)).all() == []
        a_held_meeting(
            session, order, Stage.ASSESSMENT, on=MONDAY, lead=lead, room=room, actor=actor
        )
    assert tell.told == [], "nobody had been told of the hold"


def test_P1_a_move_based_on_an_old_version_is_refused(database: Database) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        _, [room] = a_venue_with_rooms(session)
        lead, order = a_facilitator(session), an_order(session)
        meeting = a_held_meeting(session, order, Stage.CONTACT, on=MONDAY, lead=lead, actor=actor)
        with pytest.raises(Conflict, match="changed since"):
            move_meeting(
                session,
                meeting.id,
                based_on=7,
                starts_at=at_london(MONDAY, time(14)),
                lead_id=lead.id,
                second_id=None,
                room_id=None,
                reason="asked to",
                actor=actor,
                now=NOW,
                tell=RecordingTell(),
            )
        assert room.version == 1


@pytest.mark.parametrize(
    ("on", "at", "why"),
    [
        (date(2026, 3, 10), time(10), "3 days' notice"),
        (date(2026, 4, 6), time(10), "bank holiday"),
        (MONDAY, time(8), "does not attend at that hour"),
        (MONDAY, time(10, 15), "on the hour or at half past"),
        (date(2027, 6, 1), time(10), "outside the order"),
    ],
)
def test_a_meeting_that_breaks_a_rule_is_refused_with_the_rule(
    database: Database, on: date, at: time, why: str
) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        _, [room] = a_venue_with_rooms(session)
        with pytest.raises(Invalid, match=why):
            a_held_meeting(
                session,
                an_order(session),
                Stage.ASSESSMENT,
                on=on,
                at=at,
                lead=a_facilitator(session),
                room=room,
                actor=actor,
            )


def test_P4_a_place_to_avoid_and_a_curfew_are_never_softened(database: Database) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        venue, [room] = a_venue_with_rooms(session)
        order = an_order(session, with_harmer=False)
        a_party(session, order.id, avoids=[venue.id], curfew=(time(19), time(10)))
        with pytest.raises(Invalid) as refusal:
            a_held_meeting(
                session,
                order,
                Stage.ASSESSMENT,
                on=MONDAY,
                lead=a_facilitator(session),
                room=room,
                actor=actor,
            )
    told = [problem.message for problem in refusal.value.problems]
    assert told == [
        "The person on probation is under curfew",
        f"The person on probation may not go to {venue.name}",
    ]


def test_a_meeting_that_took_place_completes_its_step(database: Database) -> None:
    tell = RecordingTell()
    over = at_london(MONDAY, time(12))
    with database.writing() as session:
        actor = an_actor(session)
        _, [room] = a_venue_with_rooms(session)
        order = an_order(session, first_contacted_on=date(2026, 3, 6))
        meeting = a_held_meeting(
            session,
            order,
            Stage.ASSESSMENT,
            on=MONDAY,
            lead=a_facilitator(session),
            room=room,
            actor=actor,
        )
        with pytest.raises(Conflict, match="has not begun"):
            _outcome(session, meeting, AttendanceOutcome.ATTENDED_COMPLIED, NOW, tell)
        for _ in range(2):
            _outcome(session, meeting, AttendanceOutcome.ATTENDED_COMPLIED, over, tell)
        step = get_step(session, meeting.step_id)
        assert (step.state, step.done_on) == (StepState.DONE, MONDAY)
        assert meeting.state is MeetingState.OCCURRED


def test_a_meeting_nobody_came_to_makes_way_for_another(database: Database) -> None:
    over = at_london(MONDAY, time(12))
    with database.writing() as session:
        actor = an_actor(session)
        _, [room] = a_venue_with_rooms(session)
        lead, order = a_facilitator(session), an_order(session)
        meeting = a_held_meeting(
            session, order, Stage.ASSESSMENT, on=MONDAY, lead=lead, room=room, actor=actor
        )
        _outcome(session, meeting, AttendanceOutcome.FAILED_TO_ATTEND, over, RecordingTell())
        assert get_step(session, meeting.step_id).state is StepState.OPEN
        again = a_held_meeting(
            session,
            order,
            Stage.ASSESSMENT,
            on=MONDAY + timedelta(days=7),
            lead=lead,
            room=room,
            actor=actor,
            now=over,
        )
        assert again.id != meeting.id


def _outcome(
    session: Session,
    meeting: Meeting,
    outcome: AttendanceOutcome,
    now: datetime,
    tell: RecordingTell,
) -> None:
    actor = an_actor(session)
    record_outcome(
        session,
        meeting.id,
        based_on=meeting.version,
        outcome=outcome,
        actor=actor,
        now=now,
        tell=tell,
    )


def test_P5_gates_recorded_at_the_same_moment_tell_the_conference_once(
    database: Database,
) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        actor = an_actor(session)
        _, [room] = a_venue_with_rooms(session)
        order = an_order(session, with_harmed=True)
        conference = a_held_meeting(
            session,
            order,
            Stage.REPARATION,
            on=date(2026, 4, 9),
            lead=a_facilitator(session),
            second=a_facilitator(session),
            room=room,
            actor=actor,
        )
        find_suitable(session, order, actor=actor, tell=tell)
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
        storm = [
            (party.id, gate)
            for party in parties_of(session, order.id)
            for gate in (Gate.RISK_ASSESSMENT, Gate.PREPARATION, Gate.READINESS)
        ]
    assert tell.told == []
    start = Barrier(len(storm))
    faults: list[Exception] = []

    def record(party_id: UUID, gate: Gate) -> None:
        start.wait()
        try:
            with database.writing() as session:
                gates.record_gate(
                    session,
                    order.id,
                    gate=gate,
                    value=GateValue.YES,
                    party_id=party_id,
                    actor=actor,
                    now=NOW,
                    tell=tell,
                )
        except Exception as fault:
            faults.append(fault)

    people = [Thread(target=record, args=each) for each in storm]
    for person in people:
        person.start()
    for person in people:
        person.join()

    assert faults == []
    assert tell.meetings == [conference.id]


def test_a_hold_somebody_can_no_longer_come_to_is_not_told(database: Database) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        actor = an_actor(session)
        _, [room] = a_venue_with_rooms(session)
        order = an_order(session)
        a_held_meeting(
            session,
            order,
            Stage.PREPARATION,
            on=MONDAY,
            lead=a_facilitator(session),
            room=room,
            actor=actor,
        )
        [person] = parties_of(session, order.id)
        session.add(
            PartyBusy(
                party_id=person.id,
                starts_at=at_london(MONDAY, time(10, 30)),
                ends_at=at_london(MONDAY, time(12)),
            )
        )
        session.flush()
        find_suitable(session, order, actor=actor, tell=tell)
    assert tell.told == []
