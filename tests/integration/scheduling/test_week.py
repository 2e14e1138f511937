"""The week, what waits for somebody, and the review of a proposal."""

from dataclasses import asdict
from datetime import date, timedelta

from rj.conferences.gates import record_gate
from rj.conferences.services import open_stages
from rj.db.database import Database
from rj.facilitators.models import Leave
from rj.parties.models import HarmedDetails, HarmerDetails
from rj.parties.queries import parties_of
from rj.policy.terms import Gate, GateValue, Stage
from rj.scheduling.models import ProposalChange
from rj.scheduling.proposals import review
from rj.scheduling.publishing import publish
from rj.scheduling.waiting import gates_waiting, risks_lapsing
from rj.scheduling.week import EntryKind, WeekRows, week_of
from tests.builders import AREA, NOW, a_facilitator, a_venue_with_rooms, an_actor, an_order
from tests.scheduling_builders import (
    RecordingTell,
    a_county,
    a_held_meeting,
    a_solved_run,
)

MONDAY = date(2026, 3, 16)


def test_a_week_shows_meetings_by_code_and_leave(database: Database) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        venue, [room] = a_venue_with_rooms(session)
        lead = a_facilitator(session, "Amina Grey")
        session.add(
            Leave(facilitator_id=lead.id, first_day=date(2026, 3, 19), last_day=date(2026, 3, 25))
        )
        meeting = a_held_meeting(
            session,
            an_order(session),
            Stage.ASSESSMENT,
            on=MONDAY,
            lead=lead,
            room=room,
            actor=actor,
        )
        week = week_of(session, AREA, day=date(2026, 3, 18))
        assert week.monday == MONDAY
        [row] = week.rows
        assert (row.label, row.minutes) == ("Amina Grey", 60)
        assert [entry.label for entry in row.days[0]] == [meeting.code]
        assert row.days[0][0].beside == f"Room 1, {venue.name}"
        assert [day[0].kind if day else None for day in row.days[1:]] == [
            None,
            None,
            *[EntryKind.AWAY] * 4,
        ]
        [of_room] = week_of(session, AREA, day=MONDAY, rows=WeekRows.ROOMS).rows
        assert of_room.days[0][0].meeting_id == meeting.id
        assert of_room.days[0][0].beside == lead.code
        assert week_of(session, AREA, day=week.following).rows[0].days[0][0].label == "Away"


def test_a_held_meeting_says_which_gate_it_waits_for(database: Database) -> None:
    with database.writing() as session:
        actor = an_actor(session)
        _, [room] = a_venue_with_rooms(session)
        lead, order = a_facilitator(session), an_order(session)
        common = {"lead": lead, "room": room, "actor": actor}
        a_held_meeting(session, order, Stage.ASSESSMENT, on=MONDAY, **common)
        held = a_held_meeting(session, order, Stage.PREPARATION, on=date(2026, 3, 24), **common)
        open_stages(session, order.id, actor=actor, now=NOW, tell=RecordingTell())
        [gate] = gates_waiting(session, [AREA], now=NOW)
        assert (gate.meeting_id, gate.stage) == (held.id, Stage.PREPARATION)
        assert gate.missing == ("The assessment's finding has not been recorded",)
        assert gates_waiting(session, ["elsewhere"], now=NOW) == []


def test_a_risk_assessment_about_to_lapse_is_shown_seven_days_before(
    database: Database,
) -> None:
    tell = RecordingTell()
    with database.writing() as session:
        actor = an_actor(session)
        _, [room] = a_venue_with_rooms(session)
        order = an_order(session)
        a_held_meeting(
            session,
            order,
            Stage.REPARATION,
            on=date(2026, 4, 9),
            lead=a_facilitator(session),
            second=a_facilitator(session),
            room=room,
            actor=actor,
        )
        [person] = parties_of(session, order.id)
        record_gate(
            session,
            order.id,
            gate=Gate.RISK_ASSESSMENT,
            value=GateValue.YES,
            party_id=person.id,
            actor=actor,
            now=NOW,
            tell=tell,
        )
        day = NOW.date()
        assert risks_lapsing(session, [AREA], today=day + timedelta(days=20)) == []
        [risk] = risks_lapsing(session, [AREA], today=day + timedelta(days=21))
        assert risk.lapses_on == NOW.date() + timedelta(days=28)


def test_a_review_says_what_is_new_and_who_will_be_told(database: Database) -> None:
    with database.writing() as session:
        county = a_county(session)
    run_id = a_solved_run(database, county.actor)
    with database.reading() as session:
        page = review(session, run_id, now=NOW)
    assert page.outcome == "Everything was placed"
    assert page.count(ProposalChange.NEW) == 5 * len(county.orders)
    assert [tier.value for tier in page.tiers][:3] == [0, 0, 0]
    assert page.tiers[0].bound_words == "no plan could do better"
    for case in page.cases:
        assert case.changes_anything
        told = {each.stage for each in case.stages if each.will_be_told}
        assert told == {Stage.CONTACT, Stage.ASSESSMENT}
        assert all(each.before is None and each.reason for each in case.stages)


def test_S4_a_review_names_nobody_of_either_side(database: Database) -> None:
    with database.writing() as session:
        county = a_county(session)
    tell = RecordingTell()
    run_id = a_solved_run(database, county.actor)
    with database.writing() as session:
        ids = [order.id for order in county.orders]
        publish(session, run_id, ids, actor=county.actor, now=NOW, tell=tell)
    again = a_solved_run(database, county.actor)
    with database.reading() as session:
        shown = str(asdict(review(session, again, now=NOW)))
        for order in county.orders:
            for party in parties_of(session, order.id):
                assert str(party.id) not in shown
                assert party.reference not in shown
                plain = session.get(HarmerDetails, party.id)
                assert plain is None or plain.name not in shown
                sealed = session.get(HarmedDetails, party.id)
                assert sealed is None or not sealed.chosen_name or sealed.chosen_name not in shown
